"""Which columns of a lead go into the records that are made of it, and InitializeFrom, which tells them."""

from typing import TYPE_CHECKING, Any

from leadwright.sandbox.dynamics.dataverse import records
from leadwright.sandbox.dynamics.dataverse.calls import Answer, answer_json, not_found
from leadwright.sandbox.dynamics.dataverse.tables import LOOKUPS, Table
from leadwright.sandbox.dynamics.dataverse.values import shown
from leadwright.sandbox.dynamics.world import Refused

if TYPE_CHECKING:
    from leadwright.sandbox.dynamics.dataverse.entities import Entities

_ADDRESS = "address1_line1 address1_line2 address1_city address1_stateorprovince address1_postalcode address1_country"
_TO_ACCOUNT = {
    "companyname": "name", "websiteurl": "websiteurl", "telephone1": "telephone1", "emailaddress1": "emailaddress1",
    "description": "description", "revenue": "revenue", "numberofemployees": "numberofemployees",
    "industrycode": "industrycode", "donotemail": "donotemail", "donotbulkemail": "donotbulkemail",
}  # fmt: skip
_TO_CONTACT = {
    "firstname": "firstname", "middlename": "middlename", "lastname": "lastname", "salutation": "salutation",
    "jobtitle": "jobtitle", "emailaddress1": "emailaddress1", "emailaddress2": "emailaddress2",
    "emailaddress3": "emailaddress3", "telephone1": "telephone1", "mobilephone": "mobilephone",
    "websiteurl": "websiteurl", "description": "description", "donotemail": "donotemail",
    "donotbulkemail": "donotbulkemail", "donotphone": "donotphone", "msdyn_gdproptout": "msdyn_gdproptout",
}  # fmt: skip
_TO_OPPORTUNITY = {
    "subject": "name", "description": "description", "estimatedamount": "estimatedvalue",
    "estimatedclosedate": "estimatedclosedate", "budgetamount": "budgetamount", "budgetstatus": "budgetstatus",
    "need": "need", "purchasetimeframe": "purchasetimeframe", "purchaseprocess": "purchaseprocess",
    "decisionmaker": "decisionmaker", "leadqualitycode": "opportunityratingcode", "campaignid": "campaignid",
}  # fmt: skip
_TO_ALL = {name: name for name in (*_ADDRESS.split(), "transactioncurrencyid")} | {"leadid": "originatingleadid"}
_FROM_LEAD = {"account": _TO_ACCOUNT, "contact": _TO_CONTACT, "opportunity": _TO_OPPORTUNITY}
_FIELD_TYPES = ("All", "ValidForCreate", "ValidForUpdate", "ValidForRead")


def mapped(table: Table, lead: dict[str, Any]) -> dict[str, Any]:
    """What a new row of a table gets from a lead; texts cut to what the column takes."""
    names = _FROM_LEAD[table.name] | _TO_ALL
    values = {own: lead.get(name) for name, own in names.items() if own in table.columns and lead.get(name) is not None}
    return {name: _cut(table, name, value) for name, value in values.items()}


def initialize_from(entities: "Entities", given: dict[str, Any]) -> Answer:
    """InitializeFrom: a row that is not made yet, as the mappings fill it.

    Raises:
        Refused: 400 of a parameter that lacks or does not fit and of tables without mappings, 403 of a missing right,
            404 of a row or table that is not there.
    """
    moniker, target = given.get("EntityMoniker"), given.get("TargetEntityName")
    fields = str(given.get("TargetFieldType", "")).removeprefix("Microsoft.Dynamics.CRM.TargetFieldType").strip("'")
    if not isinstance(moniker, dict) or "@odata.id" not in moniker or fields not in _FIELD_TYPES:
        raise Refused(400, "0x80040203", "EntityMoniker, TargetEntityName and TargetFieldType are needed.")
    source, key = entities.target(str(moniker["@odata.id"]))
    table = entities.schema.tables.get(str(target))
    if table is None:
        raise not_found(str(target))
    entities.rights.check("Read", source, key)
    entities.rights.need(f"prvCreate{table.privilege}", table)
    if source.name != "lead" or table.name not in _FROM_LEAD or entities.world.fault("mapping refused"):
        raise Refused(400, "0x80040203", f"There is no mapping from {source.name} to {table.name}.")
    row = records.read(entities.world, source.name, key) or {}
    context = f"{entities.asked.base}$metadata#{table.set}/$entity"
    body = {"@odata.context": context, "@odata.type": f"#Microsoft.Dynamics.CRM.{table.name}"}
    for name, value in mapped(table, row).items():
        column = table.columns[name]
        if column.type in LOOKUPS:
            other, navigation = next(iter(column.targets.items()))
            body[f"{navigation}@odata.bind"] = f"{entities.schema.tables[other].set}({value})"
        else:
            body[name] = shown(column, value)
    return answer_json(body)


def _cut(table: Table, name: str, value: Any) -> Any:
    limit = table.columns[name].limit
    return value[:limit] if isinstance(value, str) and limit else value
