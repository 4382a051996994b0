"""The authenticator app of a person (TOTP, RFC 6238) and the recovery codes that stand in for it. Opens no session."""

import base64
import hmac
from datetime import datetime
from hashlib import sha256
from secrets import token_bytes
from typing import Literal

import pyotp
from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from leadwright.db.people import Role, UserRole
from leadwright.db.sign_in import RecoveryCode, SecondFactor
from leadwright.domain.privileges import SYSTEM_ADMINISTRATOR
from leadwright.errors import BadInput, Conflict
from leadwright.identity.secrets import Vault
from leadwright.settings import Settings

ISSUER = "Leadwright"
RECOVERY_CODES = 10
_CODE_BYTES = 15  # 120 random bits: more than a plain hash of them needs, so that nobody computes them back
_STEP = 30  # seconds
_DRIFT = 1  # steps a phone's clock may be off
_DIGITS = 6
Step = Literal["", "code", "enrol"]


def step_owed(session: Session, settings: Settings, systemuserid: str) -> Step:
    """What a person owes after the password: a code, setting the app up first, or nothing."""
    if is_on(session, systemuserid):
        return "code"
    asked = settings.administrators_need_app and _is_administrator(session, systemuserid)
    return "enrol" if settings.everyone_needs_app or asked else ""


def is_on(session: Session, systemuserid: str) -> bool:
    """Has the person set up an app and confirmed it?"""
    confirmed = exists().where(SecondFactor.systemuserid == systemuserid, SecondFactor.confirmedon.is_not(None))
    return bool(session.scalar(select(confirmed)))


def begin(session: Session, vault: Vault, systemuserid: str, moment: datetime) -> str:
    """A new secret for the app; it counts once `confirm` has seen a code of it. One begun before is forgotten.

    Raises:
        Conflict: an app is set up already.
    """
    if is_on(session, systemuserid):
        raise Conflict("An authenticator app is set up already. Remove it first.")
    session.execute(delete(SecondFactor).where(SecondFactor.systemuserid == systemuserid))
    secret = base64.b32encode(token_bytes(20)).decode()
    sealed = vault.seal(secret, _purpose(systemuserid))
    session.add(SecondFactor(systemuserid=systemuserid, sealed=sealed, createdon=moment))
    session.flush()
    return secret


def begun(session: Session, vault: Vault, systemuserid: str) -> str | None:
    """The secret that waits for its first code; None when none does."""
    row = session.get(SecondFactor, systemuserid)
    if row is None or row.confirmedon is not None:
        return None
    return vault.open(row.sealed, _purpose(systemuserid))


def address_of(secret: str, account: str) -> str:
    """What the app reads from the QR code (otpauth://)."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)


def confirm(session: Session, vault: Vault, systemuserid: str, code: str, moment: datetime) -> list[str]:
    """The first right code makes the app count. Returns the recovery codes, which are shown this once.

    Raises:
        BadInput: the code is wrong.
        Conflict: nothing was begun.
    """
    row = session.get(SecondFactor, systemuserid)
    if row is None or row.confirmedon is not None:
        raise Conflict("No authenticator app is being set up. Begin again.")
    counter = _counter_of(vault.open(row.sealed, _purpose(systemuserid)), code, moment)
    if counter is None:
        raise BadInput("This is not the code the app shows now. Check the phone's clock and try again.", field="code")
    row.confirmedon, row.lastcounter = moment, counter
    return new_recovery_codes(session, systemuserid)


def use_code(session: Session, vault: Vault, systemuserid: str, code: str, moment: datetime) -> str:
    """Take a code of the app, or a recovery code; each counts once. "app", "recovery", or "" when it is wrong."""
    row = session.get(SecondFactor, systemuserid)
    if row is None or row.confirmedon is None:
        return ""
    counter = _counter_of(vault.open(row.sealed, _purpose(systemuserid)), code, moment)
    if counter is not None:
        newer = (SecondFactor.systemuserid == systemuserid) & (SecondFactor.lastcounter < counter)
        taken = update(SecondFactor).where(newer).values(lastcounter=counter).returning(SecondFactor.systemuserid)
        return "app" if session.scalar(taken) is not None else ""
    mine = (RecoveryCode.systemuserid == systemuserid) & (RecoveryCode.codehash == _hash(code))
    spent = session.scalar(delete(RecoveryCode).where(mine).returning(RecoveryCode.codehash))
    return "recovery" if spent is not None else ""


def new_recovery_codes(session: Session, systemuserid: str) -> list[str]:
    """Ten new codes; the former ones are void. Only their hashes are kept."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.systemuserid == systemuserid))
    codes = [_grouped(base64.b32encode(token_bytes(_CODE_BYTES)).decode().lower()) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(codehash=_hash(code), systemuserid=systemuserid) for code in codes)
    session.flush()
    return codes


def remove(session: Session, systemuserid: str) -> bool:
    """Forget app and recovery codes. False: there was no app."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.systemuserid == systemuserid))
    gone = delete(SecondFactor).where(SecondFactor.systemuserid == systemuserid).returning(SecondFactor.systemuserid)
    return session.scalar(gone) is not None


def _counter_of(secret: str, code: str, moment: datetime) -> int | None:
    digits = "".join(code.split())
    if len(digits) != _DIGITS or not digits.isascii() or not digits.isdigit():
        return None
    current, app, found = int(moment.timestamp()) // _STEP, pyotp.TOTP(secret), None
    for counter in range(current - _DRIFT, current + _DRIFT + 1):
        if hmac.compare_digest(app.generate_otp(counter), digits):
            found = counter
    return found


def _is_administrator(session: Session, systemuserid: str) -> bool:
    held = select(UserRole.roleid).join(Role, Role.roleid == UserRole.roleid)
    held = held.where(UserRole.systemuserid == systemuserid, Role.name == SYSTEM_ADMINISTRATOR)
    return session.scalar(held) is not None


def _grouped(code: str) -> str:
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def _hash(code: str) -> str:
    plain = "".join(c for c in code.casefold() if c.isalnum())
    return sha256(plain.encode()).hexdigest()


def _purpose(systemuserid: str) -> str:
    return f"secondfactor:{systemuserid}"
