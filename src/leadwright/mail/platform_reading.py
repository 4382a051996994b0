"""How a mailbox is read whose platform numbers nothing, Dataverse and Graph alike: in batches, by our own numbers."""

from collections.abc import Callable, Iterator, Sequence

from leadwright.errors import CrmError, MailError
from leadwright.mail.arrivals import VALIDITY, Arrivals, Numbered
from leadwright.mail.mailbox import Batch, Cursor, Fetched
from leadwright.microsoft.errors import MicrosoftError

Fetch = Callable[[Sequence[Numbered]], tuple[Fetched, ...]]


def needed(arrivals: Arrivals | None) -> Arrivals:
    """The numbers.

    Raises:
        MailError: this mailbox was opened without them.
    """
    if arrivals is None:
        raise MailError("This mailbox can only send here.", permanent=True)
    return arrivals


def new_batches(
    arrivals: Arrivals,
    cursor: Cursor,
    *,
    learn: Callable[[Arrivals], None],
    heads: Fetch,
    whole: Fetch,
    at_once: int,
    most_whole: int | None,
) -> Iterator[Batch]:
    """What is new after the cursor; see `mailbox.Mailbox.fetch_new`.

    Args:
        learn: numbers what the platform tells of.
        heads: and `whole`: those messages; the ones that are gone are missing.
        at_once: messages in one batch.
    """
    last, restarted = (cursor.lastuid, False) if cursor.uidvalidity == VALIDITY else (0, bool(cursor.uidvalidity))
    try:
        learn(arrivals)
        backlog = most_whole is not None and arrivals.count_after(last) > most_whole
        while some := arrivals.after(last, at_once):
            last = some[-1].uid
            at = Cursor(VALIDITY, last)
            if backlog:
                yield Batch(at, restarted=restarted, heads=heads(some), goes_on=bool(arrivals.count_after(last)))
            else:
                yield Batch(at, whole(some), restarted)
        if last == 0 or cursor.uidvalidity != VALIDITY or most_whole == 0:
            yield Batch(Cursor(VALIDITY, last), restarted=restarted)
    except CrmError as error:
        raise as_mail_error(error) from error


def numbered_batches(
    arrivals: Arrivals, validity: int, sizes: dict[int, int], *, whole: Fetch, at_once: int
) -> Iterator[Batch]:
    """The messages with these numbers; see `mailbox.Mailbox.fetch_some`."""
    wanted = arrivals.those(sizes) if validity == VALIDITY else []
    try:
        for start in range(0, len(wanted), at_once):
            some = wanted[start : start + at_once]
            yield Batch(Cursor(VALIDITY, some[-1].uid), whole(some))
    except CrmError as error:
        raise as_mail_error(error) from error


def as_mail_error(error: CrmError) -> MailError:
    """The same for the inbox and the outbox, with how long to wait."""
    wait = error.retry_after if isinstance(error, MicrosoftError) else None
    return MailError(str(error), permanent=error.permanent, retry_after=wait, installation=error.installation)
