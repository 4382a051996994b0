"""Table of the mails Leadwright sends to its own users: invitations, new passwords, notifications. Never to a lead."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leadwright.db.base import Base, Id, new_id, now


class SystemMail(Base):
    """One mail to a user. It waits here until a server has taken it; its Message-ID is fixed when it is written."""

    __tablename__ = "systemmail"
    systemmailid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    businesskey: Mapped[str | None] = mapped_column(String(200), unique=True)  # queued once only, when given
    kind: Mapped[str] = mapped_column(String(40))  # invitation, password_reset, notification
    recipient: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(250))
    text: Mapped[str] = mapped_column(Text)
    issealed: Mapped[bool] = mapped_column(Boolean, default=False)  # the text, for it holds a link that lets in
    messageid: Mapped[str | None] = mapped_column(String(250))  # with the first attempt
    state: Mapped[str] = mapped_column(String(20), default="waiting")  # waiting, sending, sent, failed
    attempts: Mapped[int] = mapped_column(Integer, default=0)  # also the fencing token of the attempt
    dueat: Mapped[datetime] = mapped_column(default=now)
    leaseuntil: Mapped[datetime | None]
    expireson: Mapped[datetime | None]  # of no use any more after that
    mailboxid: Mapped[str | None] = mapped_column(ForeignKey("mailbox.mailboxid"))  # the shared one, when it was used
    createdon: Mapped[datetime] = mapped_column(default=now)
    senton: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")  # why it waits or failed; with the server's words
    __table_args__ = (
        Index("ix_systemmail_due", "state", "dueat"),
        Index("ix_systemmail_spent", "mailboxid", "senton"),
    )
