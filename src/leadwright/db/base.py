"""What every table shares: the declarative base, ids, aware UTC times, JSON."""

from datetime import UTC, datetime
from typing import Any, ClassVar

import uuid_utils
from sqlalchemy import JSON, DateTime, MetaData, String, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """A point in time, aware UTC on both databases. SQLite keeps text that sorts."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time was about to be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back aware UTC."""
        return aware_utc(value)


def aware_utc(value: datetime | None) -> datetime | None:
    """A stored moment as aware UTC; naive ones are UTC already."""
    if value is None:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def stored_utc(text: str | None) -> datetime | None:
    """The text SQLite keeps for a `Moment`, as aware UTC; for rows read past SQLAlchemy."""
    return None if text is None else datetime.fromisoformat(text + "+00:00")


Json = JSON().with_variant(JSONB(), "postgresql")
Id = String(36)


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Moment, dict[str, Any]: Json, list[Any]: Json}


def new_id() -> str:
    """A new time-ordered GUID (UUID version 7), as Dataverse spells them: lower case with dashes."""
    return str(uuid_utils.uuid7())


def now() -> datetime:
    """This moment, aware UTC."""
    return datetime.now(UTC)
