"""Mailboxes of the agent: what "Set up" of prerequisites 3 and 4 does, Approve Email, Test & Enable. Ticks nothing."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from leadwright.actions.mailbox_kind import go_another_way
from leadwright.actions.prerequisite_rows import begin, may_set_up, open_row, row_of, untick
from leadwright.actions.shared_mailbox import BOUND, SharedMailbox, fresh_secrets, read_values, seal_fresh
from leadwright.db import audit
from leadwright.db.mail import Mailbox, MailboxMember
from leadwright.db.people import SystemUser
from leadwright.domain.mailbox_kind import MailboxKind
from leadwright.domain.optionsets import AddressApproval
from leadwright.errors import BadInput, Conflict, LeadwrightError
from leadwright.identity.access import Principal, require
from leadwright.identity.secrets import open_vault
from leadwright.mail.addresses import normalise
from leadwright.mail.mailbox import Trip
from leadwright.mail.mailbox_checks import SERVER_SECONDS
from leadwright.mail.records import approve, note_test, open_mailbox, reset_test
from leadwright.services import Services

TEST_SECONDS = 60.0  # for the test message to come back in


def set_up_mailbox(services: Services, who: Principal, agentid: str, given: SharedMailbox) -> str:
    """Prerequisite 3: keep the shared mailbox, its servers and its members; its secrets are sealed.

    A record that changed has to be approved and tested again: prerequisite 4 loses its mark. Its members leave any
    other mailbox, which keeps its approval and goes on being read: answers come in there.

    Returns:
        The mailbox record's id.

    Raises:
        NotAllowed: prvCreateMailbox is missing.
        BadInput: something given cannot be used.
        Conflict: the prerequisite is ticked, the agent is working, or its kind changes while the outcome of a mail is
            not known.
    """
    may_set_up(who, 3)
    values = read_values(given)
    with services.database.transaction() as session:
        prerequisite = open_row(session, agentid, 3)
        row = session.scalar(select(Mailbox).where(Mailbox.emailaddress == values["emailaddress"]).with_for_update())
        before = _shown(session, row) if row else {}
        fresh = fresh_secrets(row, values, given)
        moment = services.clock()
        if row is None:
            row = Mailbox(createdon=moment, **values)
            session.add(row)
            session.flush()
        else:
            go_another_way(session, row, MailboxKind(given.kind), row.emailaddress, moment)
            for name, value in values.items():
                setattr(row, name, value)
        seal_fresh(row, open_vault(services.settings), fresh)
        row.modifiedon, row.lw_pauseduntil = moment, None
        reset_test(row)
        _set_members(session, row.mailboxid, given.members)
        _leave_others(session, who, row.mailboxid, given.members)
        begin(prerequisite, {"mailboxid": row.mailboxid, "emailaddress": row.emailaddress})
        untick(row_of(session, agentid, 4))
        after = {**_shown(session, row), **{name: "changed" if secret else "kept" for name, secret in fresh.items()}}
        action = "mailbox.changed" if before else "mailbox.created"
        audit.record(session, who.actor, action, "mailbox", row.mailboxid, before=before, after=after)
        return row.mailboxid


def choose_record(services: Services, who: Principal, agentid: str, *, mailboxid: str, address: str) -> None:
    """Prerequisite 4: make a mailbox record the one of the application user, with the address of the shared mailbox.

    Raises:
        NotAllowed: prvWriteUser or prvApproveMailbox is missing.
        BadInput: no such record, or an address that is not the shared mailbox's.
        Conflict: prerequisites 2 and 3 are not set up, the prerequisite is ticked, or the agent is working.
    """
    may_set_up(who, 4)
    with services.database.transaction() as session:
        prerequisite = open_row(session, agentid, 4)
        user = row_of(session, agentid, 2).inputs.get("systemuserid")
        shared = row_of(session, agentid, 3).inputs.get("emailaddress")
        if not user or not shared:
            raise Conflict("Set up prerequisites 2 and 3 first: an application user and a shared mailbox.")
        row = session.get(Mailbox, mailboxid, with_for_update=True)
        if row is None:
            raise BadInput("There is no such mailbox record. Choose one from the list.", field="mailboxid")
        if normalise(address) != shared or row.emailaddress != shared:
            raise BadInput(f"The shared mailbox of prerequisite 3 is {shared}. Enter this address.", field="address")
        before = {"regardingobjectid": row.regardingobjectid}
        for other in session.scalars(select(Mailbox).where(Mailbox.regardingobjectid == user)):
            other.regardingobjectid = None
        row.regardingobjectid, row.modifiedon = user, services.clock()
        reset_test(row)
        begin(prerequisite, {"mailboxid": mailboxid, "emailaddress": shared})
        after = {"regardingobjectid": user, "emailaddress": shared}
        audit.record(session, who.actor, "mailbox.connected", "mailbox", mailboxid, before=before, after=after)


def approve_email(services: Services, who: Principal, agentid: str) -> None:
    """Approve Email: the address of the application user's record may be used.

    Raises:
        NotAllowed: prvApproveMailbox is missing.
        Conflict: no record is chosen.
    """
    require(who, "prvApproveMailbox")
    with services.database.transaction() as session:
        row = _chosen(session, agentid)
        before = {"emailrouteraccessapproval": row.emailrouteraccessapproval}
        approve(row, services.clock())
        after = {"emailrouteraccessapproval": row.emailrouteraccessapproval, "emailaddress": row.emailaddress}
        audit.record(session, who.actor, "mailbox.approved", "mailbox", row.mailboxid, before=before, after=after)


def enable_mailbox(services: Services, who: Principal, agentid: str, *, seconds: float = TEST_SECONDS) -> Trip:
    """Test & Enable Mailbox: send a test message to ourselves, see it come in, and keep what was found.

    Args:
        seconds: how long the message may take.

    Returns:
        A sentence for each direction, empty when it works.

    Raises:
        NotAllowed: prvApproveMailbox is missing.
        Conflict: no record is chosen, or its address is not approved.
    """
    require(who, "prvApproveMailbox")
    with services.database.reading() as session:
        tested = _chosen(session, agentid, lock=False)
        if tested.emailrouteraccessapproval != AddressApproval.APPROVED:
            raise Conflict(f"The address {tested.emailaddress} is not approved. Choose Approve Email first.")
    trip = _trip(services, tested, seconds)
    with services.database.transaction() as session:
        row = _chosen(session, agentid)
        if (row.mailboxid, row.modifiedon) != (tested.mailboxid, tested.modifiedon):
            raise Conflict("Somebody changed the mailbox while it was tested. Test it again.")
        note_test(session, row, trip, services.clock())
        after = {
            "outgoingemailstatus": row.outgoingemailstatus,
            "incomingemailstatus": row.incomingemailstatus,
            "outgoing": trip.outgoing,
            "incoming": trip.incoming,
        }
        audit.record(session, who.actor, "mailbox.tested", "mailbox", row.mailboxid, after=after)
    return trip


def _trip(services: Services, row: Mailbox, seconds: float) -> Trip:
    try:
        mailbox = open_mailbox(row, open_vault(services.settings), timeout=SERVER_SECONDS, installation=services)
        try:
            return mailbox.test_trip(seconds)
        finally:
            mailbox.close()
    except LeadwrightError as error:  # the key to the password is missing
        return Trip(outgoing=str(error), incoming=str(error))


def _chosen(session: Session, agentid: str, *, lock: bool = True) -> Mailbox:
    mailboxid = row_of(session, agentid, 4).inputs.get("mailboxid")
    row = session.get(Mailbox, mailboxid, with_for_update=lock or None) if mailboxid else None
    if row is None:
        raise Conflict("No mailbox record is chosen yet. Set up prerequisite 4 first.")
    return row


def _set_members(session: Session, mailboxid: str, members: Sequence[str]) -> None:
    chosen = set(members)
    known = session.scalars(
        select(SystemUser.systemuserid).where(
            SystemUser.systemuserid.in_(chosen), SystemUser.applicationid.is_not(None)
        )
    ).all()
    if set(known) != chosen:
        raise BadInput("A member of the mailbox is an application user. Choose from the list.", field="members")
    session.execute(delete(MailboxMember).where(MailboxMember.mailboxid == mailboxid))
    session.add_all(MailboxMember(mailboxid=mailboxid, systemuserid=user) for user in sorted(chosen))
    session.flush()


def _leave_others(session: Session, who: Principal, mailboxid: str, members: Sequence[str]) -> None:
    """An application user is a member of one shared mailbox alone."""
    elsewhere = (MailboxMember.systemuserid.in_(members), MailboxMember.mailboxid != mailboxid)
    for former in session.scalars(select(MailboxMember).where(*elsewhere).order_by(MailboxMember.mailboxid)).all():
        session.delete(former)
        before = {"member": former.systemuserid}
        audit.record(session, who.actor, "mailbox.left", "mailbox", former.mailboxid, before=before)
    session.flush()


def _shown(session: Session, row: Mailbox) -> dict[str, Any]:
    members = select(MailboxMember.systemuserid).where(MailboxMember.mailboxid == row.mailboxid)
    names = ("name", "emailaddress", "lw_kind", "lw_sentfolder", *BOUND)
    return {**{n: getattr(row, n) for n in names}, "members": sorted(session.scalars(members))}
