"""The checks of prerequisite 2 that every directory answers: who am I, enabled, business unit, role, privileges."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadwright.domain.prerequisites import Check
from leadwright.domain.privileges import AI_SALESPERSON
from leadwright.domain.stage import AgentMode
from leadwright.errors import Conflict, CrmError, NotAllowed
from leadwright.identity.directories import Directory, DirectoryUser
from leadwright.identity.refusals import NotAMember

_SHOWN = 12  # missing privileges named


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are put right, in the words of the directory.

    Args:
        user: address of the page of application users; empty: a page of this desk.
        give_role: how the role is given, `{name}` stands for the user.
        give_privileges: how what the role lacks is given, `{role}` stands for it.
        units: business unit id -> name, of those that may be wanted.
    """

    user: str = ""
    give_role: str = "Give {name} the role under Users."
    give_privileges: str = "Give {name} the role {role}, or the privileges to a role it holds."
    create: str = "Create or enable the application user with the client ID {client}."
    units: Mapping[str, str] | None = None


def application_user_checks(
    directory: Directory, mode: AgentMode, clientid: str, wanted: Mapping[str, Any], places: Places
) -> list[Check]:
    """The checks in order, up to the first that stops them.

    Args:
        wanted: what was set up: ``systemuserid``, ``businessunitid``.

    Raises:
        CrmError: something between us and the directory failed, after the first question.
    """
    expected = str(wanted.get("systemuserid") or "")
    first, answered = _who_am_i(directory, clientid, expected, places)
    subject = expected or answered
    if not subject:
        return [first]
    try:
        return [first, *_looked_up(directory, subject, mode, wanted, places)]
    except CrmError:
        if answered:
            raise
        return [first]


def _looked_up(
    directory: Directory, subject: str, mode: AgentMode, wanted: Mapping[str, Any], places: Places
) -> list[Check]:
    """What the directory says about a user, whether the token acts as that one or not."""
    user = directory.user(subject)
    if user is None or not user.is_enabled:
        found = f"{user.name if user else 'The application user'} is disabled or gone."
        return [Check("User enabled", False, found, "Enable it, or create another.", place=places.user)]
    return [
        Check("User enabled", True, f"{user.name} is enabled."),
        _unit(user, str(wanted.get("businessunitid") or ""), places),
        role_check(user.name, directory.roles(user.id), places),
        _privileges(directory, user, mode, places),
    ]


def role_check(name: str, roles: tuple[str, ...], places: Places) -> Check:
    """Does the user hold AISalesPerson, however it is spelled? If not, the role it does hold is named."""
    held = next((r for r in roles if r.casefold() == AI_SALESPERSON.casefold()), None)
    if held:
        return Check("Security role", True, f"{name} holds {held}.")
    only = f", only {', '.join(roles)}" if roles else ""
    found = f"{name} does not hold the security role {AI_SALESPERSON}{only}."
    return Check("Security role", False, found, places.give_role.format(name=name), place=places.user)


def _who_am_i(directory: Directory, clientid: str, expected: str, places: Places) -> tuple[Check, str]:
    if not clientid:
        remedy = "Finish prerequisite 1 first."
        return Check("Who am I", False, "There is no application to sign in with.", remedy), ""
    try:
        answered = directory.who_am_i()
    except NotAMember as error:
        remedy = places.create.format(client=clientid)
        return Check("Who am I", False, f"403 {error.code}: {error}", remedy, place=places.user), ""
    except (NotAllowed, Conflict) as error:
        remedy = "Finish prerequisite 1 first."
        return Check("Who am I", False, f"The application could not sign in: {error}", remedy), ""
    except CrmError as error:
        return Check("Who am I", False if error.permanent else None, str(error)), ""
    if expected and answered != expected:
        other = directory.user(answered)
        name = other.name if other else answered
        found = f"The application's token acts as {name}, not as the chosen application user."
        remedy = "Choose the application user that has the client ID of prerequisite 1."
        return Check("Who am I", False, found, remedy), answered
    return Check("Who am I", True, f"The application's token answers user {answered}."), answered


def _unit(user: DirectoryUser, wanted: str, places: Places) -> Check:
    if wanted and user.business_unit_id != wanted:
        chosen = (places.units or {}).get(wanted, "the chosen business unit")
        found = f"The user is in {user.business_unit}."
        return Check("Business unit", False, found, f"Move the user to {chosen}.", place=places.user)
    return Check("Business unit", True, f"The user is in {user.business_unit}.")


def _privileges(directory: Directory, user: DirectoryUser, mode: AgentMode, places: Places) -> Check:
    missing = directory.missing(user.id, mode)
    if not missing:
        return Check("Privileges", True, f"{user.name} holds each privilege the agent needs.")
    more = f", and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
    return Check(
        "Privileges",
        False,
        f"Missing: {', '.join(missing[:_SHOWN])}{more}.",
        places.give_privileges.format(name=user.name, role=AI_SALESPERSON),
        privilege=missing[0].partition(" ")[0],
        place=places.user,
    )
