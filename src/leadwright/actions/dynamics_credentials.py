"""Another secret or certificate for the connection to Dynamics 365, brought in without a gap; the former dropped."""

from contextlib import suppress
from datetime import datetime

from leadwright.actions.dynamics_rows import (
    CERTIFICATE_DAYS,
    KEPT,
    Tried,
    copy_of,
    existing_row,
    keep_pair,
    keep_row,
    kept_texts,
    learn,
    new_pair,
    sealed_texts,
    tried_row,
)
from leadwright.actions.dynamics_values import checked_end
from leadwright.domain.platform import CredentialKind
from leadwright.errors import BadInput, Conflict, CrmError
from leadwright.identity.access import Principal, require
from leadwright.identity.connection_keys import signing_and_former
from leadwright.microsoft.connection import key_purpose, secret_purpose
from leadwright.services import Services

NEEDED = "prvCreateApplication"


def rotate_secret(services: Services, who: Principal, secret: str, endson: datetime | None) -> Tried:
    """Bring in a new client secret. It is tried by itself first; the former one stays beside it.

    Raises:
        NotAllowed: prvCreateApplication is missing.
        BadInput: Entra does not take it; nothing was changed.
        Conflict: the connection signs in otherwise.
    """
    require(who, NEEDED)
    former = existing_row(services)
    if former.credentialkind != CredentialKind.SECRET:
        raise Conflict("The connection does not sign in with a client secret. Change it first.")
    text = secret.strip()
    if not text:
        raise BadInput("Enter the new secret's Value.", field="secret")
    ends = checked_end(endson, services.clock())
    row = copy_of(former)
    row.sealedsecret = sealed_texts(services, [text], secret_purpose())
    tried = tried_row(services, row)
    older = [old for old in kept_texts(services, former.sealedsecret, secret_purpose()) if old != text]
    row.sealedsecret = sealed_texts(services, [text, *older][:KEPT], secret_purpose())
    row.secretendson = ends
    return keep_row(services, who, row, former, "connection.secret_added", tried)


def correct_end(services: Services, who: Principal, endson: datetime) -> Tried:
    """Correct the date on which the newest client secret ends. It is tried by itself: one that ended does not work.

    Raises:
        NotAllowed: prvCreateApplication is missing.
        BadInput: the date is over, or Entra does not take the secret; nothing was changed.
        Conflict: the connection signs in otherwise.
        CrmError: Entra cannot be asked.
    """
    require(who, NEEDED)
    former = existing_row(services)
    if former.credentialkind != CredentialKind.SECRET:
        raise Conflict("The connection does not sign in with a client secret.")
    row = copy_of(former)
    row.secretendson = checked_end(endson, services.clock())
    newest = copy_of(former)
    newest.sealedsecret = sealed_texts(
        services, kept_texts(services, former.sealedsecret, secret_purpose())[:1], secret_purpose()
    )
    return keep_row(services, who, row, former, "connection.secret_end_corrected", tried_row(services, newest))


def add_certificate(services: Services, who: Principal, pem: str = "", *, days: int = CERTIFICATE_DAYS) -> Tried:
    """Bring in a new certificate with its key, or make one. The former signs until Entra knows the new one.

    One that Entra does not know yet is replaced by the next; the one that signs stays.

    Raises:
        NotAllowed: prvCreateApplication is missing.
        BadInput: it cannot be used.
        Conflict: the connection signs in otherwise.
    """
    require(who, NEEDED)
    former = existing_row(services)
    if former.credentialkind != CredentialKind.CERTIFICATE:
        raise Conflict("The connection does not sign in with a certificate. Change it first.")
    found = new_pair(services, pem, days)
    row = copy_of(former)
    kept = kept_texts(services, former.sealedkey, key_purpose())
    if len(signing_and_former(former, kept)) < len(kept):  # Entra may have got to know the newest since it was asked
        with suppress(BadInput, CrmError):
            learn(row, tried_row(services, former))
    pairs = signing_and_former(row, kept)
    keep_pair(services, row, found, [pair for pair in pairs if pair != found.key + found.pem])
    made = Tried(certificate=found.pem, warning="Upload this certificate at Microsoft Entra, then choose Check.")
    return keep_row(services, who, row, former, "connection.certificate_added", made)


def drop_former(services: Services, who: Principal) -> None:
    """Forget the former secret or certificate, when the newest one works by itself.

    Raises:
        NotAllowed: prvCreateApplication is missing.
        BadInput: Entra does not take the newest one yet; nothing was changed.
    """
    require(who, NEEDED)
    former = existing_row(services)
    row = copy_of(former)
    for column, purpose in (("sealedsecret", secret_purpose()), ("sealedkey", key_purpose())):
        texts = kept_texts(services, getattr(former, column), purpose)
        if texts:
            setattr(row, column, sealed_texts(services, texts[:1], purpose))
    tried = tried_row(services, row)
    learn(row, tried)
    keep_row(services, who, row, former, "connection.former_dropped", tried)
