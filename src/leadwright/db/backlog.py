"""Table of mail that was in a mailbox before it was ours, known by its header alone; whole it is on the server."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leadwright.db.base import Base


class BacklogMail(Base):
    """One message of a folder that is not stored whole. It leaves this table in the transaction that stores it whole.

    Neither subject nor address is kept: of a stranger's mail only what tells that it begins to matter.
    """

    __tablename__ = "backlogmail"
    mailboxid: Mapped[str] = mapped_column(ForeignKey("mailbox.mailboxid", ondelete="CASCADE"), primary_key=True)
    folder: Mapped[str] = mapped_column(String(200), primary_key=True)
    uidvalidity: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    uid: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)  # bytes on the server
    messageid: Mapped[str | None] = mapped_column(String(998))
    thread: Mapped[str] = mapped_column(Text)  # the Message-IDs it names, with a space between
    senderhash: Mapped[str] = mapped_column(String(64), index=True)  # as in suppression; empty: no address
    receivedon: Mapped[datetime | None]  # as the server says
    matters: Mapped[str] = mapped_column(String(20))  # mail.heads.Matter: to be fetched whole; empty: it does not
    __table_args__ = (
        Index("ix_backlogmail_matters", "mailboxid", "matters", "uid"),
        Index("ix_backlogmail_messageid", "mailboxid", "messageid"),
    )
