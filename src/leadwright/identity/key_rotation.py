"""Sealing every stored secret again under the key that seals now, while everything else goes on. Changes no key file.

Each row is replaced only if it is still the one that was read, so whoever writes meanwhile wins; killed at any moment,
it goes on where it was.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, true, update
from sqlalchemy.orm import InstrumentedAttribute

from leadwright.db import audit
from leadwright.db.connection import CrmConnection
from leadwright.db.engine import Database
from leadwright.db.mail import Mailbox
from leadwright.db.people import ApplicationSecret, SigningKey
from leadwright.db.programs import KeptAnswer
from leadwright.db.sign_in import IdentityProvider, SecondFactor
from leadwright.db.system_mail import SystemMail
from leadwright.db.webhooks import Webhook
from leadwright.errors import Conflict
from leadwright.identity.secrets import Vault

_BLOCK = 50  # rows a transaction, so that nobody waits for long


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column that holds sealed texts.

    Args:
        key: the row's primary key; of several columns with a colon between.
        purpose: what each is sealed for; the row's key comes after it.
        where: rows whose text is sealed.
    """

    key: ColumnElement[str] | InstrumentedAttribute[str]
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
    purpose: str
    where: ColumnElement[bool] | None = None

    @property
    def name(self) -> str:
        """table.column"""
        return f"{self.column.table.name}.{self.column.key}"


SEALED = (
    SealedColumn(Mailbox.mailboxid, Mailbox.lw_sealedsecret, "mailbox"),
    SealedColumn(Mailbox.mailboxid, Mailbox.lw_sealedclientsecret, "mailboxclient"),
    SealedColumn(Mailbox.mailboxid, Mailbox.lw_sealeddkimkey, "dkim"),
    SealedColumn(ApplicationSecret.keyid, ApplicationSecret.sealed, "applicationsecret"),
    SealedColumn(ApplicationSecret.keyid, ApplicationSecret.sealedkey, "applicationkey"),
    SealedColumn(SigningKey.kid, SigningKey.sealed, "signingkey"),
    SealedColumn(SecondFactor.systemuserid, SecondFactor.sealed, "secondfactor"),
    SealedColumn(IdentityProvider.identityproviderid, IdentityProvider.sealedclientsecret, "identityprovider"),
    SealedColumn(Webhook.webhookid, Webhook.sealed, "webhook"),
    SealedColumn(CrmConnection.connectionid, CrmConnection.sealedsecret, "crmconnectionsecret"),
    SealedColumn(CrmConnection.connectionid, CrmConnection.sealedkey, "crmconnectionkey"),
    SealedColumn(KeptAnswer.callerid + ":" + KeptAnswer.key, KeptAnswer.answer, "keptanswer", KeptAnswer.answer > ""),
    SealedColumn(SystemMail.systemmailid, SystemMail.text, "systemmail", SystemMail.issealed.is_(True)),
)


@dataclass(frozen=True, slots=True)
class Pass:
    """One walk over every sealed text.

    Args:
        sealed: how many were sealed again.
        unreadable: table.column and key of each that no key at hand opens.
    """

    sealed: int
    unreadable: tuple[str, ...]


def seal_again(
    database: Database, vault: Vault, progress: Callable[[str, int], None] = lambda _name, _count: None
) -> Pass:
    """Seal again what is under another key than the one that seals now.

    Args:
        progress: told the column and how many more of it are done, after each transaction.
    """
    done, unreadable = 0, []
    for one in SEALED:
        after = ""
        while True:
            count, bad, last = _block(database, vault, one, after)
            done += count
            unreadable += bad
            if last is None:
                break
            after = last
            progress(one.name, count)
    return Pass(done, tuple(unreadable))


def note_rotation(database: Database, vault: Vault, sealed: int) -> None:
    """One entry in the audit log; only the new key's id, which says nothing about the key."""
    with database.transaction() as session:
        after = {"keyid": vault.keyid, "sealed": sealed}
        audit.record(session, audit.SYSTEM, "key.replaced", "key", vault.keyid, after=after, cause="rotate-key")


def _block(database: Database, vault: Vault, one: SealedColumn, after: str) -> tuple[int, list[str], str | None]:
    """The next rows behind the key `after`: how many were sealed again, which no key opens, and the last key seen."""
    done, unreadable = 0, []
    query = (
        select(one.key, one.column)
        .where(
            one.key > after,
            one.column.is_not(None),
            ~one.column.startswith(f"v1.{vault.keyid}.", autoescape=True),
            true() if one.where is None else one.where,
        )
        .order_by(one.key)
        .limit(_BLOCK)
    )
    with database.reading() as session:
        rows = session.execute(query).all()
    if not rows:
        return 0, [], None
    fresh = []
    for key, sealed in rows:
        purpose = f"{one.purpose}:{key}"
        try:
            fresh.append((key, sealed, vault.seal(vault.open(str(sealed), purpose), purpose)))
        except Conflict:
            unreadable.append(f"{one.name} {key}")
    with database.transaction() as session:
        for key, former, new in fresh:
            mine = (one.key == key) & (one.column == former)
            changed = update(one.column.class_).where(mine).values({one.column: new}).returning(one.key)
            done += session.scalar(changed) is not None
    return done, unreadable, str(rows[-1][0])
