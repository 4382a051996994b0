"""Actions over there that have no id of ours: a lead is qualified, a seller is notified. Looked up before a repeat."""

from collections.abc import Sequence, Set
from datetime import datetime
from typing import Any
from urllib.parse import quote

from leadwright.db.mirror_writes import MirrorWrite
from leadwright.domain.optionsets import LeadState
from leadwright.domain.outgoing import WriteState
from leadwright.microsoft.answers import Answer
from leadwright.microsoft.batch import Call
from leadwright.microsoft.conditions import quoted
from leadwright.microsoft.errors import RowGone
from leadwright.mirror.changing import ETAG, LOOKUPS_TOLD
from leadwright.mirror.errands import Arrived, Came, Errand
from leadwright.mirror.write_values import address

_CLOSED = "0x80048403"
_TITLE, _BODY = 100, 500  # most characters
_TIMED = 200000000
_EXPANDO = "Microsoft.Dynamics.CRM.expando"


class Qualify(Errand):
    """QualifyLead that makes nothing: account, contact and opportunity went before it, with our own ids.

    Args:
        names: of columns of a lead.
    """

    def __init__(self, write: MirrorWrite, moment: datetime, names: Sequence[str]) -> None:
        super().__init__([write], moment)
        self._names = names
        self._must_look = write.doubtful

    def looks(self) -> list[Call]:
        """Was it done before?"""
        return [self._read()] if self.is_open and self._must_look else []

    def looked(self, answers: Sequence[Came]) -> None:
        """A lead that is qualified already is what was wanted."""
        answer = answers[0]
        self._must_look = False
        if isinstance(answer, RowGone):
            self.arrived = Arrived("lead", self.first.recordid, None)
            self.end(WriteState.DROPPED, "The lead was deleted in Dynamics 365.")
        elif not isinstance(answer, Answer):
            self.failed(answer)
        elif answer.json.get("statecode") == LeadState.QUALIFIED:
            self._arrive(answer)
            self.end(WriteState.SENT)
        elif answer.json.get("statecode") == LeadState.DISQUALIFIED:
            self.end(
                WriteState.HELD,
                "The lead was disqualified in Dynamics 365 meanwhile. Reactivate it there, then Retry; or Drop it, and "
                "it is disqualified here too.",
            )

    def calls(self) -> list[Call]:
        """The action, and the lead after it."""
        body = {"CreateAccount": False, "CreateContact": False, "CreateOpportunity": False, "Status": 3}
        path = f"{address('lead', self.first.recordid)}/Microsoft.Dynamics.CRM.QualifyLead"
        return [Call("POST", path, body), self._read()]

    def came(self, answers: Sequence[Came]) -> None:
        """Done, or the lead was closed."""
        done, lead = answers
        if isinstance(done, Answer):
            if isinstance(lead, Answer):
                self._arrive(lead)
            self.end(WriteState.SENT)
        elif done.code.lower() == _CLOSED and not self.first.doubtful:
            self.first.doubtful = self._must_look = True
        else:
            self.failed(done)

    def _read(self) -> Call:
        select = ",".join(self._names)
        return Call("GET", f"{address('lead', self.first.recordid)}?$select={select}", headers={"Prefer": LOOKUPS_TOLD})

    def _arrive(self, answer: Answer) -> None:
        if answer.json.get(ETAG):
            self.arrived = Arrived("lead", self.first.recordid, answer.json)


class Notify(Errand):
    """SendAppNotification.

    Args:
        others: ids of notifications that other writes are known to have made.
    """

    def __init__(self, write: MirrorWrite, moment: datetime, others: Set[str]) -> None:
        super().__init__([write], moment)
        self._others, self._must_look = others, write.doubtful
        self._title = str(write.changes["title"])[:_TITLE]
        self._text = str(write.changes.get("body") or self._title)
        self._body = _shortened(self._text)

    def looks(self) -> list[Call]:
        """The newest notifications of that person with that title."""
        if not self.is_open or not self._must_look:
            return []
        condition = quote(f"_ownerid_value eq {self.first.recordid} and title eq {quoted(self._title)}", safe="")
        query = f"$select=appnotificationid,body&$filter={condition}&$orderby=createdon%20desc&$top=50"
        return [Call("GET", f"appnotifications?{query}")]

    def looked(self, answers: Sequence[Came]) -> None:
        """One with these words that no other write made is ours."""
        answer = answers[0]
        self._must_look = False
        if not isinstance(answer, Answer):
            self.failed(answer)
            return
        for row in answer.json.get("value", ()):
            if row.get("body") in (self._body, self._text) and row["appnotificationid"] not in self._others:
                self.end(WriteState.SENT, answer={"notification": row["appnotificationid"]})
                return

    def calls(self) -> list[Call]:
        """The action, with a button that opens the lead."""
        url = f"?pagetype=entityrecord&etn=lead&id={self.first.lane}"
        button: dict[str, Any] = {
            "title": "View lead",
            "data": {"@odata.type": f"#{_EXPANDO}", "type": "url", "url": url, "navigationTarget": "newWindow"},
        }
        actions = {"@odata.type": _EXPANDO, "actions@odata.type": f"#Collection({_EXPANDO})", "actions": [button]}
        body = {
            "Title": self._title,
            "Recipient": f"/systemusers({self.first.recordid})",
            "Body": self._body,
            "IconType": int(self.first.changes.get("icontype") or 100000000),
            "ToastType": _TIMED,
            "Actions": actions,
        }
        return [Call("POST", "SendAppNotification", body)]

    def came(self, answers: Sequence[Came]) -> None:
        """Told."""
        answer = answers[0]
        if isinstance(answer, Answer):
            self.end(WriteState.SENT, answer={"notification": str(answer.json.get("NotificationId", ""))})
        elif isinstance(answer, RowGone):
            self.end(WriteState.DROPPED, "The person is no user of the organisation in Dynamics 365.")
        else:
            self.failed(answer)


def _shortened(text: str) -> str:
    """As much as a body takes, cut at a word. Characters count there as they do in UTF-16."""
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * _BODY:
        return text
    return units[: 2 * (_BODY - 1)].decode("utf-16-le", "ignore").rsplit(None, 1)[0] + "…"
