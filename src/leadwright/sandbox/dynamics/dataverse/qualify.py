"""QualifyLead: account, contact and opportunity out of a lead, all or nothing."""

from typing import TYPE_CHECKING, Any

from leadwright.sandbox.dynamics.dataverse import duplicates, records
from leadwright.sandbox.dynamics.dataverse.calls import Answer, answer_json
from leadwright.sandbox.dynamics.dataverse.mappings import mapped
from leadwright.sandbox.dynamics.dataverse.tables import Table
from leadwright.sandbox.dynamics.dataverse.values import payload_error
from leadwright.sandbox.dynamics.world import Refused

if TYPE_CHECKING:
    from leadwright.sandbox.dynamics.dataverse.entities import Entities

_REQUIRED = ("CreateAccount", "CreateContact", "CreateOpportunity", "Status")


def qualify(entities: "Entities", table: Table, key: str, given: dict[str, Any]) -> Answer:
    """Close the lead as qualified and make what is asked for; the rows made, with their types.

    Raises:
        Refused: 400 of parameters that lack or do not fit and of a closed lead, 403 of a missing right, 412 of a
            duplicate when duplicates are looked for.
    """
    _check_parameters(given)
    rights, world = entities.rights, entities.world
    with world.transaction():
        rights.check("Write", table, key)
        lead = records.read(world, "lead", key)
        assert lead is not None
        status = _status(table, lead, given["Status"])
        parties = {"account": lead["parentaccountid"], "contact": lead["parentcontactid"]}
        made: list[tuple[str, str]] = []
        for kind in ("account", "contact"):
            if given[f"Create{kind.title()}"]:
                parties[kind] = _make(entities, kind, lead, _belongs(kind, parties))
                made.append((kind, str(parties[kind])))
        if given["CreateAccount"] and parties["contact"]:
            values = {"primarycontactid": parties["contact"]}
            records.update(world, "account", str(parties["account"]), values, by=rights.user)
        change: dict[str, Any] = {"statecode": 1, "statuscode": status}
        change |= {"parentaccountid": parties["account"], "parentcontactid": parties["contact"]}
        if given["CreateOpportunity"]:
            change["qualifyingopportunityid"] = _opportunity(entities, lead, parties, given)
            made.append(("opportunity", change["qualifyingopportunityid"]))
        records.update(world, "lead", key, change, by=rights.user)
    value = [{"@odata.type": f"#Microsoft.Dynamics.CRM.{kind}", f"{kind}id": one} for kind, one in made]
    return answer_json({"@odata.context": f"{entities.asked.base}$metadata#crmbaseentity", "value": value})


def _check_parameters(given: dict[str, Any]) -> None:
    for name in _REQUIRED:
        if given.get(name) is None:
            raise Refused(400, "0x80040203", f"Required field '{name}' is missing for the action QualifyLead.")
        kind = int if name == "Status" else bool
        if not isinstance(given[name], kind) or (kind is int and isinstance(given[name], bool)):
            inner = f"Cannot convert the value of parameter '{name}' to the expected type."
            raise payload_error("leads", f"Microsoft.OData.ODataException: {inner}")


def _status(table: Table, lead: dict[str, Any], wanted: int) -> int:
    if lead["statecode"] != 0:
        raise Refused(400, "0x80048403", "The lead is already closed. Reactivate it before it is qualified.")
    if wanted == -1:
        return 3
    reasons = {one.value for one in table.columns["statuscode"].choices if one.state == 1}
    if wanted not in reasons:
        message = (
            f"{wanted} is not a valid status code for state code LeadState.Qualified on lead with Id {lead['leadid']}."
        )
        raise Refused(400, "0x80048408", message)
    return wanted


def _belongs(kind: str, parties: dict[str, Any]) -> dict[str, Any]:
    return {"parentcustomerid": ("account", parties["account"])} if kind == "contact" and parties["account"] else {}


def _make(entities: "Entities", kind: str, lead: dict[str, Any], extra: dict[str, Any]) -> str:
    rights, table = entities.rights, entities.schema.tables[kind]
    rights.need(f"prvCreate{table.privilege}", table)
    values = mapped(table, lead) | extra
    duplicates.refuse(entities, table, values)
    return records.create(entities.world, kind, values, by=rights.user)


def _opportunity(entities: "Entities", lead: dict[str, Any], parties: dict[str, Any], given: dict[str, Any]) -> str:
    extra: dict[str, Any] = {}
    customer = _reference(entities, given.get("OpportunityCustomerId"), ("account", "contact"))
    if customer is None:
        kind = next((one for one in ("account", "contact") if parties[one]), None)
        customer = (kind, parties[kind]) if kind else (
            (lead["customeridtype"], lead["customerid"]) if lead["customerid"] else None)  # fmt: skip
    if customer is not None:
        extra["customerid"] = customer
        extra[f"parent{customer[0]}id"] = customer[1]
    for kind in ("account", "contact"):
        if parties[kind]:
            extra.setdefault(f"parent{kind}id", parties[kind])
    currency = _reference(entities, given.get("OpportunityCurrencyId"), ("transactioncurrency",))
    organization = records.read(entities.world, "organization", entities.world.organizationid) or {}
    chosen = currency[1] if currency else lead["transactioncurrencyid"] or organization.get("basecurrencyid")
    campaign = _reference(entities, given.get("SourceCampaignId"), ("campaign",))
    if campaign:
        extra["campaignid"] = campaign[1]
    if chosen:
        extra["transactioncurrencyid"] = chosen
    return _make(entities, "opportunity", lead, extra)


def _reference(entities: "Entities", value: Any, kinds: tuple[str, ...]) -> tuple[str, str] | None:
    if value is None or value == {}:
        return None
    if not isinstance(value, dict):
        raise Refused(400, "0x80048d19", f"A reference to {' or '.join(kinds)} must be a JSON object.")
    for kind in kinds:
        table = entities.schema.tables[kind]
        if value.get(table.id):
            return kind, entities.existing(table, str(value[table.id]))
    raise Refused(400, "0x80040203", f"A reference to {' or '.join(kinds)} was expected, with its id.")
