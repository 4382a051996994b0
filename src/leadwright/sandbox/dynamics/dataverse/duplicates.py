"""Duplicate detection: off unless a request asks for it with MSCRM.SuppressDuplicateDetection: false."""

from typing import TYPE_CHECKING, Any

from leadwright.sandbox.dynamics.dataverse import records
from leadwright.sandbox.dynamics.dataverse.tables import Table
from leadwright.sandbox.dynamics.world import Refused

if TYPE_CHECKING:
    from leadwright.sandbox.dynamics.dataverse.entities import Entities

_RULES = {"account": ("name",), "contact": ("emailaddress1",), "lead": ("emailaddress1",)}


def refuse(entities: "Entities", table: Table, values: dict[str, Any]) -> None:
    """Refuse a row like one that is there: same name of an account, same address of a contact or lead.

    Raises:
        Refused: 412.
    """
    wanted = entities.asked.headers.get("mscrm.suppressduplicatedetection", "").lower() == "false"
    for name in _RULES.get(table.name, ()) if wanted else ():
        if values.get(name) and records.find(entities.world, table.name, **{name: values[name]}):
            message = "A record was not created or updated because a duplicate of the current record already exists."
            raise Refused(412, "0x80040333", message)
