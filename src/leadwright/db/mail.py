"""Tables of mail: mailboxes, what goes out and may go out once only, who is never written to, what came in."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from leadwright.db.base import Base, Id, new_id, now
from leadwright.domain.mailbox_kind import MailboxKind

_ASKED = text("askon IS NOT NULL")

OUT_OF_THE_WAY = text("phase IN ('held', 'unknown')")
"""Of the few mails of the outbox that wait for a person or a look into Sent. Where a query says it in these very
words, the small index of those mails is used, however many others there are."""


class Mailbox(Base):
    """A mailbox record as in Dataverse, with the servers behind it and how fast it may send."""

    __tablename__ = "mailbox"
    mailboxid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(160))
    emailaddress: Mapped[str] = mapped_column(String(100), unique=True)  # casefolded
    lw_kind: Mapped[str] = mapped_column(String(20), default=MailboxKind.SMTP_IMAP)  # what is behind it
    emailrouteraccessapproval: Mapped[int] = mapped_column(Integer, default=2)
    incomingemaildeliverymethod: Mapped[int] = mapped_column(Integer, default=2)
    outgoingemaildeliverymethod: Mapped[int] = mapped_column(Integer, default=2)
    incomingemailstatus: Mapped[int] = mapped_column(Integer, default=0)
    outgoingemailstatus: Mapped[int] = mapped_column(Integer, default=0)
    mailboxstatus: Mapped[int] = mapped_column(Integer, default=0)
    regardingobjectid: Mapped[str | None] = mapped_column(  # whose mailbox record it is: the application user
        ForeignKey("systemuser.systemuserid"), index=True
    )
    testmailboxaccesscompletedon: Mapped[datetime | None]  # the last Test & Enable
    lw_incomingwords: Mapped[str] = mapped_column(Text, default="")  # of that test; the server's own on failure
    lw_outgoingwords: Mapped[str] = mapped_column(Text, default="")
    username: Mapped[str] = mapped_column(String(200), default="")
    lw_authentication: Mapped[str] = mapped_column(String(20), default="password")  # password or xoauth2
    lw_sealedsecret: Mapped[str | None] = mapped_column(Text)  # password or refresh token, purpose mailbox:{id}
    lw_provider: Mapped[str] = mapped_column(String(20), default="")  # of tokens: microsoft or google
    lw_tenant: Mapped[str] = mapped_column(String(200), default="")
    lw_clientid: Mapped[str] = mapped_column(String(200), default="")
    lw_tokenurl: Mapped[str] = mapped_column(String(500), default="")  # empty: the provider's own
    lw_sealedclientsecret: Mapped[str | None] = mapped_column(Text)  # purpose mailboxclient:{id}
    lw_smtphost: Mapped[str] = mapped_column(String(255), default="")
    lw_smtpport: Mapped[int] = mapped_column(Integer, default=587)
    lw_smtpsecurity: Mapped[str] = mapped_column(String(10), default="starttls")  # starttls, tls, none
    lw_imaphost: Mapped[str] = mapped_column(String(255), default="")
    lw_imapport: Mapped[int] = mapped_column(Integer, default=993)
    lw_imapsecurity: Mapped[str] = mapped_column(String(10), default="tls")
    lw_sentfolder: Mapped[str] = mapped_column(String(200), default="Sent")
    lw_nudgedon: Mapped[datetime | None]  # when Graph last notified us of something new
    lw_subscriptionid: Mapped[str | None] = mapped_column(String(100))  # at Graph, which notifies us
    lw_subscribeduntil: Mapped[datetime | None]
    lw_clientstate: Mapped[str | None] = mapped_column(String(128))  # what its notifications prove themselves by
    lw_filessent: Mapped[bool] = mapped_column(Boolean, default=False)  # the server itself files what it accepts
    lw_perminute: Mapped[int] = mapped_column(Integer, default=30)
    lw_perday: Mapped[int] = mapped_column(Integer, default=10_000)
    lw_atonce: Mapped[int] = mapped_column(Integer, default=4)
    lw_pauseduntil: Mapped[datetime | None]  # after trouble that every mail would meet
    lw_lasterror: Mapped[str | None] = mapped_column(Text)  # with the server's own words
    lw_lasterroron: Mapped[datetime | None]
    lw_authservid: Mapped[str] = mapped_column(String(255), default="")  # whose Authentication-Results are believed
    lw_dkimdomain: Mapped[str | None] = mapped_column(String(255))
    lw_dkimselector: Mapped[str | None] = mapped_column(String(100))
    lw_sealeddkimkey: Mapped[str | None] = mapped_column(Text)  # PEM, purpose dkim:{id}
    createdon: Mapped[datetime] = mapped_column(default=now)
    modifiedon: Mapped[datetime] = mapped_column(default=now)


class MailboxMember(Base):
    """An application user that may send as a shared mailbox and read it."""

    __tablename__ = "mailboxmember"
    mailboxid: Mapped[str] = mapped_column(ForeignKey("mailbox.mailboxid", ondelete="CASCADE"), primary_key=True)
    systemuserid: Mapped[str] = mapped_column(
        ForeignKey("systemuser.systemuserid", ondelete="CASCADE"), primary_key=True, index=True
    )


class MailboxFolder(Base):
    """How far a folder was read. Another UIDVALIDITY than the stored one makes every uid meaningless: read anew."""

    __tablename__ = "mailboxfolder"
    mailboxid: Mapped[str] = mapped_column(ForeignKey("mailbox.mailboxid", ondelete="CASCADE"), primary_key=True)
    folder: Mapped[str] = mapped_column(String(200), primary_key=True)
    uidvalidity: Mapped[int] = mapped_column(BigInteger, default=0)
    lastuid: Mapped[int] = mapped_column(BigInteger, default=0)
    sorting: Mapped[bool] = mapped_column(Boolean, default=False)  # a backlog is looked through by its headers
    readon: Mapped[datetime | None]  # when it was looked at last, to within some minutes
    place: Mapped[str | None] = mapped_column(Text)  # where a platform goes on telling what is new: its delta link


class MailArrival(Base):
    """A message of a platform that numbers none: the number it got here, in the order in which it was told of."""

    __tablename__ = "mailarrival"
    mailboxid: Mapped[str] = mapped_column(ForeignKey("mailbox.mailboxid", ondelete="CASCADE"), primary_key=True)
    folder: Mapped[str] = mapped_column(String(200), primary_key=True)
    uid: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    platformid: Mapped[str] = mapped_column(String(250))  # immutable id in Graph, activityid in Dataverse
    size: Mapped[int] = mapped_column(BigInteger)  # bytes
    receivedon: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("mailboxid", "folder", "platformid"),)


class Outbox(Base):
    """One mail that goes out at most once. Message-ID and bytes are fixed when the row is written.

    No row is ever removed: who or what it was about may go, the row says what became of the mail.
    """

    __tablename__ = "outbox"
    outboxid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    businesskey: Mapped[str] = mapped_column(String(200), unique=True)  # e.g. outreach:{leadid}:{run}:{step}
    mailboxid: Mapped[str] = mapped_column(ForeignKey("mailbox.mailboxid"))
    emailid: Mapped[str | None] = mapped_column(ForeignKey("email.activityid", ondelete="SET NULL"))
    leadid: Mapped[str | None] = mapped_column(ForeignKey("lead.leadid", ondelete="SET NULL"), index=True)
    agentid: Mapped[str | None] = mapped_column(ForeignKey("agent.agentid", ondelete="SET NULL"))
    version: Mapped[int] = mapped_column(Integer, default=0)  # of the configuration that decided it
    messageid: Mapped[str] = mapped_column(String(250), unique=True)  # with its angle brackets
    sender: Mapped[str] = mapped_column(String(320))
    recipient: Mapped[str] = mapped_column(String(320))
    recipienthash: Mapped[str] = mapped_column(String(64))  # as in suppression
    domainhash: Mapped[str] = mapped_column(String(64))
    raw: Mapped[bytes] = mapped_column(LargeBinary)  # as it goes out, DKIM signature included
    smtputf8: Mapped[bool] = mapped_column(Boolean, default=False)
    purpose: Mapped[str] = mapped_column(String(40), default="outreach")  # scope of suppression
    phase: Mapped[str] = mapped_column(String(20), default="queued")
    token: Mapped[int] = mapped_column(Integer, default=0)  # fencing: grows with each claim
    worker: Mapped[str | None] = mapped_column(String(120))
    leaseuntil: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    dueat: Mapped[datetime] = mapped_column(default=now)
    reason: Mapped[str] = mapped_column(Text, default="")  # why it waits, ended or is held; with the server's words
    createdon: Mapped[datetime] = mapped_column(default=now)
    firsttriedon: Mapped[datetime | None]
    claimedon: Mapped[datetime | None]
    spenton: Mapped[datetime | None]  # when the last attempt that reached the dot was over: counts for the pace
    concludedon: Mapped[datetime | None]
    filedon: Mapped[datetime | None]  # a copy is in the Sent folder
    bouncedon: Mapped[datetime | None]  # it left, and came back
    sentmessageid: Mapped[str | None] = mapped_column(String(998), index=True)  # where the platform chose another
    askon: Mapped[datetime | None]  # when its platform, which has it, is asked next what became of it
    __table_args__ = (
        Index("ix_outbox_asked", "askon", sqlite_where=_ASKED, postgresql_where=_ASKED),
        Index("ix_outbox_due", "mailboxid", "phase", "dueat"),
        Index("ix_outbox_spent", "mailboxid", "spenton"),
        Index("ix_outbox_recipient", "recipienthash", "phase"),
        Index("ix_outbox_email", "emailid", "phase", "purpose"),
        Index(
            "ix_outbox_out_of_the_way",
            "phase",
            "createdon",
            sqlite_where=OUT_OF_THE_WAY,
            postgresql_where=OUT_OF_THE_WAY,
        ),
    )


class Suppression(Base):
    """An address or a domain that is never written to. Only a hash is kept, and nothing that it depends on."""

    __tablename__ = "suppression"
    suppressionid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    hash: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(10))  # address or domain
    scope: Mapped[str] = mapped_column(String(40), default="")  # a purpose; empty: everything
    reason: Mapped[str] = mapped_column(String(40))  # opt_out, hard_bounce, complaint, person
    source: Mapped[str] = mapped_column(String(300), default="")  # what said so, e.g. one_click, inbound:{id}
    at: Mapped[datetime] = mapped_column(default=now)
    __table_args__ = (UniqueConstraint("hash", "scope"),)


class InboundMessage(Base):
    """A message that came in, stored once however often it was delivered."""

    __tablename__ = "inboundmessage"
    inboundmessageid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    mailboxid: Mapped[str] = mapped_column(ForeignKey("mailbox.mailboxid"))
    identity: Mapped[str] = mapped_column(String(64))  # of Message-ID and content
    contenthash: Mapped[str] = mapped_column(String(64))  # of sender, subject and body
    messageid: Mapped[str | None] = mapped_column(String(998), index=True)
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    folder: Mapped[str] = mapped_column(String(200))
    uidvalidity: Mapped[int] = mapped_column(BigInteger)
    uid: Mapped[int] = mapped_column(BigInteger)  # of the newest delivery
    deliveries: Mapped[int] = mapped_column(Integer, default=1)  # copies of it in the folder
    state: Mapped[str] = mapped_column(
        String(20), default="new"
    )  # new, done, duplicate, quarantined, unmatched, ignored
    reason: Mapped[str] = mapped_column(Text, default="")
    firstid: Mapped[str | None] = mapped_column(Id)  # duplicate of this one: same sender and words, another Message-ID
    emailid: Mapped[str | None] = mapped_column(ForeignKey("email.activityid", ondelete="SET NULL"), index=True)
    activityid: Mapped[str | None] = mapped_column(Id)  # of the email activity that the outside CRM made of it
    answersid: Mapped[str | None] = mapped_column(Id)  # the activity that the outside CRM says it answers
    answersby: Mapped[int] = mapped_column(Integer, default=0)  # how the CRM found that: CorrelationMethod
    leadid: Mapped[str | None] = mapped_column(Id, index=True)  # stays when the lead goes
    senderhash: Mapped[str | None] = mapped_column(String(64), index=True)  # where a person has to look
    kind: Mapped[str] = mapped_column(String(30), default="")  # domain.replies.ReplyClass or inbox.NOT_WHOLE
    vouchedby: Mapped[str | None] = mapped_column(Id)  # who says that it is the answer of lead `leadid`
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    failures: Mapped[int] = mapped_column(Integer, default=0)  # of those tries, the ones that were its own fault
    dueat: Mapped[datetime | None]  # not before, while it waits for another try
    receivedon: Mapped[datetime | None]  # as the server says
    fetchedon: Mapped[datetime] = mapped_column(default=now)
    __table_args__ = (
        UniqueConstraint("mailboxid", "identity"),
        Index("ix_inboundmessage_content", "mailboxid", "contenthash"),
        Index("ix_inboundmessage_state", "state", "fetchedon"),
    )
