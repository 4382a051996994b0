"""Time zones by the codes Dynamics numbers them with."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from leadwright.sandbox.dynamics.dataverse.calls import Answer, answer_json
from leadwright.sandbox.dynamics.dataverse.values import moment
from leadwright.sandbox.dynamics.world import Refused

if TYPE_CHECKING:
    from leadwright.sandbox.dynamics.dataverse.entities import Entities

_ZONES = {
    4: ("Pacific Standard Time", "(GMT-08:00) Pacific Time (US & Canada)", "America/Los_Angeles"),
    10: ("Mountain Standard Time", "(GMT-07:00) Mountain Time (US & Canada)", "America/Denver"),
    20: ("Central Standard Time", "(GMT-06:00) Central Time (US & Canada)", "America/Chicago"),
    35: ("Eastern Standard Time", "(GMT-05:00) Eastern Time (US & Canada)", "America/New_York"),
    85: ("GMT Standard Time", "(GMT+00:00) Dublin, Edinburgh, Lisbon, London", "Europe/London"),
    92: ("UTC", "(GMT) Coordinated Universal Time", "UTC"),
    105: ("Romance Standard Time", "(GMT+01:00) Brussels, Copenhagen, Madrid, Paris", "Europe/Paris"),
    110: ("W. Europe Standard Time", "(GMT+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Berlin"),
    190: ("India Standard Time", "(GMT+05:30) Chennai, Kolkata, Mumbai, New Delhi", "Asia/Kolkata"),
    210: ("China Standard Time", "(GMT+08:00) Beijing, Chongqing, Hong Kong, Urumqi", "Asia/Shanghai"),
    235: ("Tokyo Standard Time", "(GMT+09:00) Osaka, Sapporo, Tokyo", "Asia/Tokyo"),
    255: ("AUS Eastern Standard Time", "(GMT+10:00) Canberra, Melbourne, Sydney", "Australia/Sydney"),
}


def all_zones(entities: "Entities", given: dict[str, Any]) -> Answer:
    """Every zone known here with its display name."""
    value = [
        {"timezonecode": code, "standardname": name, "userinterfacename": shown}
        for code, (name, shown, _) in _ZONES.items()
    ]
    return answer_json({"@odata.context": f"{entities.asked.base}$metadata#timezonedefinitions", "value": value})


def code_by_name(entities: "Entities", given: dict[str, Any]) -> Answer:
    """The code of a zone by its standard name; -1 where it is unknown."""
    wanted = str(given.get("LocalizedStandardName", ""))
    found = next((code for code, (name, _, _) in _ZONES.items() if name.lower() == wanted.lower()), -1)
    return answer_json({"@odata.context": _context(entities, "GetTimeZoneCodeByLocalizedName"), "TimeZoneCode": found})


def local_time(entities: "Entities", given: dict[str, Any]) -> Answer:
    """A moment of UTC in a zone."""
    at = _moment(given.get("UtcTime")).astimezone(_zone(given))
    return answer_json(
        {"@odata.context": _context(entities, "LocalTimeFromUtcTime"), "LocalTime": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
    )


def utc_time(entities: "Entities", given: dict[str, Any]) -> Answer:
    """A moment of a zone in UTC."""
    at = _moment(given.get("LocalTime")).replace(tzinfo=_zone(given)).astimezone(UTC)
    return answer_json(
        {"@odata.context": _context(entities, "UtcTimeFromLocalTime"), "UtcTime": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
    )


def _context(entities: "Entities", name: str) -> str:
    return f"{entities.asked.base}$metadata#Microsoft.Dynamics.CRM.{name}Response"


def _zone(given: dict[str, Any]) -> ZoneInfo:
    code = given.get("TimeZoneCode")
    if not isinstance(code, int) or code not in _ZONES:
        raise Refused(400, "0x80040203", f"Invalid time zone code {code}.")
    return ZoneInfo(_ZONES[code][2])


def _moment(value: Any) -> datetime:
    found = moment(str(value))
    if found is None:
        raise Refused(400, "0x80060888", f"Unrecognized 'Edm.DateTimeOffset' literal '{value}'.")
    return found
