"""Tables of programs that call: personal access tokens, ids that count once, answers kept for a repeated request."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leadwright.db.base import Base, Id, new_id, now


class PersonalToken(Base):
    """A token a person made for a program of theirs: shown once, kept as a SHA-256. Revoked ones are gone."""

    __tablename__ = "personaltoken"
    tokenid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    systemuserid: Mapped[str] = mapped_column(ForeignKey("systemuser.systemuserid", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    hint: Mapped[str] = mapped_column(String(16))
    tokenhash: Mapped[str] = mapped_column(String(64), unique=True)
    readonly: Mapped[bool] = mapped_column(Boolean, default=False)
    createdon: Mapped[datetime] = mapped_column(default=now)
    endson: Mapped[datetime]
    lastusedon: Mapped[datetime | None]


class SpentId(Base):
    """An id that counts no more: of a client assertion that was used, or of an access token that was revoked."""

    __tablename__ = "spentid"
    purpose: Mapped[str] = mapped_column(String(20), primary_key=True)  # assertion, token
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    endson: Mapped[datetime] = mapped_column(index=True)  # it would have counted until then


class KeptAnswer(Base):
    """The answer to a request with an Idempotency-Key, sealed, so that the same request again gets it again.

    `answer` is empty while the request is being worked on; a process that holds it says so until `heldto`.
    """

    __tablename__ = "keptanswer"
    callerid: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    requesthash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(Integer, default=0)
    answer: Mapped[str] = mapped_column(Text, default="")
    holder: Mapped[str] = mapped_column(Id)  # of this try; a process that was thought dead has another
    heldto: Mapped[datetime | None]
    createdon: Mapped[datetime] = mapped_column(default=now, index=True)
