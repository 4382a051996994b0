"""Tables of the mirror: how far each table has come, each row as it was last seen over there, what is missing.

Names and labels of the organisation are kept here too. Nothing of it exists before an organisation is connected.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leadwright.db.base import Base, Id


class MirrorState(Base):
    """The mirror as a whole; one row, id ``dynamics365``."""

    __tablename__ = "mirrorstate"
    mirrorid: Mapped[str] = mapped_column(String(40), primary_key=True)
    organizationid: Mapped[str | None] = mapped_column(Id)  # the organisation whose rows are here
    pausedon: Mapped[datetime | None]
    pausedby: Mapped[str | None] = mapped_column(Id)
    hookhash: Mapped[str] = mapped_column(String(64), default="")  # SHA-256 of the key of the wake-up address
    wokenon: Mapped[datetime | None]  # when a webhook came last
    describedon: Mapped[datetime | None]  # when columns and labels were read last
    dueat: Mapped[datetime | None]  # the next try after trouble that concerns all tables
    failures: Mapped[int] = mapped_column(Integer, default=0)  # in a row
    trouble: Mapped[str] = mapped_column(Text, default="")
    troubledon: Mapped[datetime | None]  # since when: of failures in a row, the first


class MirrorTable(Base):
    """How far one table has come. `dueat` is the next look; a person and a webhook move it to now."""

    __tablename__ = "mirrortable"
    tablename: Mapped[str] = mapped_column(String(60), primary_key=True)
    phase: Mapped[str] = mapped_column(String(20), default="waiting")  # mirror.phases.Phase
    tracked: Mapped[bool] = mapped_column(Boolean, default=False)  # followed by change tracking, else by polling
    columns: Mapped[list[Any]] = mapped_column(default=list)  # asked for over there
    parts: Mapped[list[Any]] = mapped_column(default=list)  # of a load under way: what is not read yet
    link: Mapped[str] = mapped_column(Text, default="")  # where reading through all ids goes on
    token: Mapped[str] = mapped_column(Text, default="")  # what changed since is asked with it
    since: Mapped[datetime | None]  # polled up to, by the clock over there
    began: Mapped[datetime | None]  # the load or comparison under way
    anew: Mapped[bool] = mapped_column(Boolean, default=False)  # a person chose the load: rows become as over there
    pass_: Mapped[int] = mapped_column("pass", Integer, default=0)  # number of the comparison; rows it met carry it
    stored: Mapped[int] = mapped_column(BigInteger, default=0)  # rows the load under way has stored
    total: Mapped[int | None] = mapped_column(BigInteger)  # rows over there, whether we may see them or not
    loadedon: Mapped[datetime | None]  # the first load was complete
    comparedon: Mapped[datetime | None]
    readon: Mapped[datetime | None]  # it was looked at last, without trouble
    changedon: Mapped[datetime | None]  # something came in last
    dueat: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(Integer, default=0)  # in a row
    trouble: Mapped[str] = mapped_column(Text, default="")
    troubledon: Mapped[datetime | None]  # since when: of failures in a row, the first


class MirrorRow(Base):
    """A row as it was last seen over there: its ETag, and its values by our column names as JSON text."""

    __tablename__ = "mirrorrow"
    tablename: Mapped[str] = mapped_column(String(60), primary_key=True)
    recordid: Mapped[str] = mapped_column(Id, primary_key=True)
    etag: Mapped[str] = mapped_column(String(80))
    seen: Mapped[str] = mapped_column("values", Text)
    pass_: Mapped[int] = mapped_column("pass", Integer, default=0)
    hidden: Mapped[bool] = mapped_column(Boolean, default=False)  # it is there, and the role does not let us see it


class MirrorGap(Base):
    """A lookup whose record is not here yet: set when it arrives."""

    __tablename__ = "mirrorgap"
    tablename: Mapped[str] = mapped_column(String(60), primary_key=True)
    recordid: Mapped[str] = mapped_column(Id, primary_key=True)
    columnname: Mapped[str] = mapped_column(String(60), primary_key=True)
    targetid: Mapped[str] = mapped_column(Id)
    __table_args__ = (Index("ix_mirrorgap_targetid", "targetid"),)


class ChoiceColumn(Base):
    """The choices of a standard column as the organisation has them, where it has others than the published ones."""

    __tablename__ = "choicecolumn"
    tablename: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    choices: Mapped[list[Any]] = mapped_column(default=list)  # [value, label]
