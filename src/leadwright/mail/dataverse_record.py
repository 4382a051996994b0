"""The mailbox record in Dataverse: whether mail flows in each direction, its alerts, Test & Enable."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from leadwright.domain.optionsets import AddressApproval, DeliveryMethod, MailboxTest
from leadwright.errors import MailError, OutsideError
from leadwright.microsoft.dataverse import Dataverse
from leadwright.microsoft.errors import PrivilegeMissing

_TEST_SECONDS = 2.0  # between two looks at a test
_MOST_ALERT = 1_000
_INFORMATION = 1
_PLACE = "Advanced Settings, Email Configuration, Mailboxes"
_COLUMNS = (
    "mailboxid", "name", "emailaddress", "emailrouteraccessapproval", "incomingemaildeliverymethod",
    "outgoingemaildeliverymethod", "incomingemailstatus", "outgoingemailstatus", "enabledforincomingemail",
    "enabledforoutgoingemail", "testemailconfigurationscheduled", "statecode",
)  # fmt: skip


class Record:
    """The record of one user's mailbox.

    Args:
        address: the one of ours; among several records that one is meant.
        userid: gives whose it is.
    """

    def __init__(self, dataverse: Dataverse, address: str, userid: Callable[[], str]) -> None:
        self._dataverse, self._address, self._userid = dataverse, address, userid
        self._id = ""

    @property
    def id(self) -> str:
        """Its mailboxid.

        Raises:
            OutsideError: there is none, or it cannot be asked for.
        """
        return self._id or str(self.read()["mailboxid"])

    def read(self) -> dict[str, Any]:
        """The record as it is now.

        Raises:
            MailError: there is none.
            CrmError: it cannot be asked for.
        """
        condition = f"_regardingobjectid_value eq {self._userid()}"
        found = self._dataverse.get("mailboxes", select=",".join(_COLUMNS), filter=condition).get("value") or []
        if not found:
            raise MailError(
                f"Dynamics 365 shows no mailbox record of the application user. Look under {_PLACE} whether it is "
                "there, and at the roles of the application user whether it may be read.",
                permanent=True,
            )
        mine = [row for row in found if _address_of(row) == self._address.casefold()]
        row: dict[str, Any] = (mine or found)[0]
        self._id = str(row["mailboxid"])
        return row

    def tested(self, seconds: float) -> dict[str, Any]:
        """The record after Test & Enable; where that may not be started by us, as it is."""
        row = self.read()
        with suppress(PrivilegeMissing):
            self._dataverse.update("mailboxes", self.id, {"testemailconfigurationscheduled": True}, None)
            end = time.monotonic() + seconds
            row = self.read()
            while row.get("testemailconfigurationscheduled") and time.monotonic() < end:
                time.sleep(min(_TEST_SECONDS, seconds))
                row = self.read()
        return row

    def why_not(self, row: Mapping[str, Any], way: str) -> str:
        """Why mail does not flow in a direction, ``outgoing`` or ``incoming``; empty where it does."""
        status = row.get(f"{way}emailstatus")
        if row.get("statecode"):
            return f"The mailbox record is inactive in Dynamics 365. Activate it under {_PLACE}."
        if row.get("testemailconfigurationscheduled"):
            return "The test is still queued in Dynamics 365. Look again in some minutes."
        if row.get(f"{way}emaildeliverymethod") != DeliveryMethod.SERVER_SIDE_SYNCHRONIZATION:
            return f"The {way} email of the mailbox is not server-side synchronisation. Set it under {_PLACE}."
        if row.get("emailrouteraccessapproval") != AddressApproval.APPROVED and status != MailboxTest.SUCCESS:
            return f"The address of the mailbox is not approved in Dynamics 365. Choose Approve Email under {_PLACE}."
        if status == MailboxTest.SUCCESS and row.get(f"enabledfor{way}email"):
            return ""
        if status == MailboxTest.FAILURE:
            return f"The {way} test failed in Dynamics 365. {self.alert()}".strip()
        return f"The {way} email was not tested in Dynamics 365. Choose Test & Enable Mailbox under {_PLACE}."

    def other_address(self, row: Mapping[str, Any]) -> str:
        """That it has another address than ours; empty where it has ours."""
        if _address_of(row) == self._address.casefold():
            return ""
        return (
            f"The mailbox record in Dynamics 365 has the address {row.get('emailaddress') or '(none)'}, not "
            f"{self._address}. Replace it there, then approve and test it."
        )

    def alert(self, about: str = "") -> str:
        """The newest alert, about this subject; empty where there is none or it may not be read."""
        try:
            condition = f"_regardingobjectid_value eq {self.id}"
            found = self._dataverse.get(
                "tracelogs", select="text,level", filter=condition, orderby="createdon desc", top=20
            )
        except OutsideError:
            return ""
        texts = [str(one.get("text") or "") for one in found.get("value") or () if one.get("level") != _INFORMATION]
        return next((text for text in texts if not about or about in text), "")[:_MOST_ALERT]


def _address_of(row: Mapping[str, Any]) -> str:
    return str(row.get("emailaddress") or "").casefold()
