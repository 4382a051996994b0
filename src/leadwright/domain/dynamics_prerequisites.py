"""The four prerequisites as they are on Dynamics 365: titles, what Set up does there, what is verified there.

Pure. Who needs which in which mode, and when one is done, is the same on every platform: see `domain.prerequisites`.
"""

from collections.abc import Mapping
from dataclasses import replace

from leadwright.domain.platform import Platform
from leadwright.domain.prerequisites import BY_NUMBER, Prerequisite

_ON_DYNAMICS: Mapping[int, Prerequisite] = {
    1: replace(
        BY_NUMBER[1],
        title="Create application in Azure",
        role="Application Developer",
        sets_up="Registers an application in Microsoft Entra: step by step in the Entra admin center, or here with the "
        "one-time sign-in of an administrator. Then it takes the organisation's address, the tenant ID, the "
        "Application (client) ID and what the application signs in with.",
        verifies=("Connection", "Credential", "Access token", "Claims", "Clock"),
    ),
    2: replace(
        BY_NUMBER[2],
        title="Create an app user in Dataverse and assign the AISalesPerson role",
        sets_up="Finds the application user of the client ID of prerequisite 1, or creates it in a business unit with "
        "the security role AISalesPerson: step by step in the Power Platform admin center, or here with the "
        "one-time sign-in of an administrator.",
        verifies=(
            "Who am I",
            "User enabled",
            "Business unit",
            "Security role",
            "Privileges",
            "Change tracking",
            "Seller roles",
        ),
    ),
    3: replace(
        BY_NUMBER[3],
        title="Create a shared mailbox",
        role="Exchange Administrator",
        sets_up="Created in the Exchange admin center, step by step; its address is entered here.",
        verifies=("Shared mailbox", "Kind", "Own mailbox", "No other mailbox"),
    ),
    4: replace(
        BY_NUMBER[4],
        title="Configure server-side synchronisation",
        sets_up="Gives the mailbox record of the application user the address of the shared mailbox, with server-side "
        "synchronisation in both directions, and has all of its mail tracked, not answers alone. Then Approve Email, "
        "and Test & Enable Mailbox.",
        verifies=(
            *("Mailbox record", "Address", "Delivery method", "Approved", "Outgoing", "Incoming", "Enabled"),
            "Tracked mail",
        ),
    ),
}

ASKED_OFTEN = frozenset({2, 4})
"""Numbers of those that the schedule asks for as often as it may; the others every ten minutes."""


def step_on(platform: Platform, number: int) -> Prerequisite:
    """The texts of one prerequisite on a platform. KeyError: there is no such number."""
    return _ON_DYNAMICS[number] if platform is Platform.DYNAMICS365 else BY_NUMBER[number]
