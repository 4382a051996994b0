"""The built-in directory: applications, their secrets, access tokens by client credentials, and who am I.

It answers as Microsoft Entra and Dataverse do (error codes, token claims), so that the Entra directory can stand in its
place. Rights are checked by `actions`; what a token may do is asked in `access`.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from weakref import WeakKeyDictionary

import jwt
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from leadwright.db.base import new_id
from leadwright.db.engine import Database
from leadwright.db.people import Application, ApplicationSecret, SystemUser
from leadwright.errors import Conflict, NotAllowed
from leadwright.identity.installation import Installation
from leadwright.identity.refusals import RESOURCE, SCOPE, NotAMember, TokenRefused, check_scope, expired_secret
from leadwright.identity.secrets import Vault, open_vault
from leadwright.identity.seed import root_business_unit
from leadwright.identity.signing_keys import KeyRing, SigningKeys
from leadwright.settings import Settings

__all__ = [
    "RESOURCE",
    "SCOPE",
    "SECRET_DAYS",
    "TOKEN_SECONDS",
    "AccessToken",
    "BuiltinDirectory",
    "NewSecret",
    "NotAMember",
    "TokenRefused",
    "WhoAmI",
    "directory_of",
]

TOKEN_SECONDS = 3599
SECRET_DAYS = 180
_RENEW_SECONDS = 300
_LEEWAY_SECONDS = 60
_REQUIRED = ["exp", "nbf", "iat", "aud", "iss", "appid", "tid"]


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A client secret just made. `value` is shown once and never again."""

    keyid: str
    value: str
    hint: str
    endson: datetime


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token as the token endpoint gives it. `expires_at` is aware UTC."""

    value: str
    expires_at: datetime

    def answer(self) -> dict[str, Any]:
        """The body of the token endpoint's answer."""
        return {"token_type": "Bearer", "expires_in": TOKEN_SECONDS, "access_token": self.value}


@dataclass(frozen=True, slots=True)
class WhoAmI:
    """Answer of WhoAmI."""

    user_id: str
    business_unit_id: str
    organization_id: str

    def answer(self) -> dict[str, str]:
        """As Dataverse spells it."""
        return {
            "BusinessUnitId": self.business_unit_id,
            "UserId": self.user_id,
            "OrganizationId": self.organization_id,
        }


@dataclass(slots=True)
class _Kept:
    """Opened once in this process for each open database."""

    keys: KeyRing = field(default_factory=KeyRing)
    tokens: dict[str, tuple[str, AccessToken]] = field(default_factory=dict)  # client id -> secret's key id, token
    root: list[str] = field(default_factory=list)  # id of the root business unit, once known


_kept: WeakKeyDictionary[Database, _Kept] = WeakKeyDictionary()


class BuiltinDirectory:
    """The directory of one database.

    Args:
        settings: for the key that seals secrets.
        clock: the present moment, aware UTC.
    """

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], datetime]) -> None:
        self.settings, self.clock = settings, clock
        self._database = database
        kept = _kept.setdefault(database, _Kept())
        self.keys = SigningKeys(database, self._open_vault, kept.keys)
        self._tokens, self._known_root = kept.tokens, kept.root

    def _open_vault(self) -> Vault:
        return open_vault(self.settings)

    def tenant_id(self, session: Session) -> str:
        """The directory's id, the same for as long as the database lives."""
        return str(uuid5(NAMESPACE_URL, f"leadwright:tenant:{self._root(session)}"))

    def organization_id(self, session: Session) -> str:
        """The organisation's id."""
        return str(uuid5(NAMESPACE_URL, f"leadwright:organization:{self._root(session)}"))

    def _root(self, session: Session) -> str:
        if not self._known_root:
            self._known_root.append(root_business_unit(session))
        return self._known_root[0]

    def register(
        self, session: Session, name: str, *, audience: str, redirect_uri: str | None, createdby: str | None
    ) -> str:
        """Register an application, in the caller's transaction. Returns the Application (client) ID."""
        application = Application(
            displayname=name,
            signinaudience=audience,
            redirecturi=redirect_uri,
            createdby=createdby,
            createdon=self.clock(),
        )
        session.add(application)
        session.flush()
        return application.appid

    def add_secret(self, session: Session, client_id: str, *, days: int = SECRET_DAYS) -> NewSecret:
        """Add a client secret, in the caller's transaction. Several may be valid at once, so one can replace another.

        Raises:
            TokenRefused: no such application (AADSTS700016).
        """
        self.application(session, client_id)
        keyid, value, moment = new_id(), f"lw~{token_urlsafe(32)}", self.clock()
        made = NewSecret(keyid, value, f"{value[:5]}...", moment + timedelta(days=days))
        session.add(
            ApplicationSecret(
                keyid=keyid,
                appid=client_id,
                hint=made.hint,
                secrethash=_hash(value),
                sealed=self._open_vault().seal(value, f"applicationsecret:{keyid}"),
                startson=moment,
                endson=made.endson,
            )
        )
        session.flush()
        return made

    def remove_secret(self, session: Session, keyid: str) -> bool:
        """Delete a secret, in the caller's transaction. False when there is none."""
        query = delete(ApplicationSecret).where(ApplicationSecret.keyid == keyid).returning(ApplicationSecret.keyid)
        return session.scalar(query) is not None

    def application(self, session: Session, client_id: str) -> Application:
        """The registered application.

        Raises:
            TokenRefused: AADSTS700016, there is none.
        """
        found = session.get(Application, client_id)
        if found is None:
            raise TokenRefused(
                700016,
                "unauthorized_client",
                400,
                f"Application with identifier '{client_id}' was not found in the directory "
                f"'{self.tenant_id(session)}'. Copy the Application (client) ID from prerequisite 1.",
            )
        return found

    def issue_token(self, client_id: str, client_secret: str, scope: str = SCOPE) -> AccessToken:
        """OAuth 2 client credentials: an RS256 access token of one hour.

        Raises:
            TokenRefused: as Entra words it: 700016 unknown application, 7000215 wrong secret, 7000222 expired secret,
                70011 malformed scope, 500011 unknown resource.
        """
        check_scope(scope)
        moment = self.clock()
        with self._database.reading() as session:
            self.application(session, client_id)
            self._check_secret(session, client_id, client_secret, moment)
            tenant = self.tenant_id(session)
        return self._sign(client_id, tenant, moment)

    def own_token(self, client_id: str) -> AccessToken:
        """A token for an application whose secret is sealed here, as the agent signs in. Kept until shortly before
        its end, dropped at once when its secret expires or is removed.

        Raises:
            TokenRefused: as `issue_token`.
            Conflict: the stored secret cannot be opened.
        """
        moment = self.clock()
        with self._database.reading() as session:
            self.application(session, client_id)
            secret = _newest_secret(session, client_id)
        if secret is None:
            raise TokenRefused(7000215, "invalid_client", 401, f"The app '{client_id}' has no client secret. Add one.")
        if secret.endson <= moment:
            raise expired_secret(client_id)
        kept = self._tokens.get(client_id)
        if kept and kept[0] == secret.keyid and kept[1].expires_at - moment > timedelta(seconds=_RENEW_SECONDS):
            return kept[1]
        if secret.sealed is None:
            raise Conflict("The client secret is not kept here, so the agent cannot sign in with it. Add a secret.")
        value = self._open_vault().open(secret.sealed, f"applicationsecret:{secret.keyid}")
        token = self.issue_token(client_id, value)
        self._tokens[client_id] = (secret.keyid, token)
        return token

    def verify_token(self, token: str, session: Session | None = None) -> dict[str, Any]:
        """The claims of a token that this directory signed for this resource and that has not ended.

        Raises:
            NotAllowed: anything about it is wrong. The sentence does not say which part, the cause does.
        """
        if session is None:
            with self._database.reading() as own:
                return self.verify_token(token, own)
        moment = self.clock()
        try:
            kid = str(jwt.get_unverified_header(token).get("kid", ""))
            key = self.keys.public_key(session, kid, moment)
            if key is None:
                raise jwt.InvalidKeyError("unknown or retired signing key")
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                audience=RESOURCE,
                issuer=_issuer(self.tenant_id(session)),
                options={
                    "require": _REQUIRED,
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                    "strict_aud": True,
                },
            )
            _check_times(claims, moment)
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise NotAllowed("The access token is not valid here, or it has expired. Sign in again.") from error
        return claims

    def who_am_i(self, token: str) -> WhoAmI:
        """The application user a token acts as.

        Raises:
            NotAllowed: the token is not valid.
            NotAMember: its application has no application user, or that one is disabled.
        """
        with self._database.reading() as session:
            claims = self.verify_token(token, session)
            user = session.execute(
                select(SystemUser.systemuserid, SystemUser.businessunitid).where(
                    SystemUser.applicationid == claims["appid"], SystemUser.isdisabled.is_(False)
                )
            ).first()
            if user is None:
                raise NotAMember
            return WhoAmI(user.systemuserid, user.businessunitid, self.organization_id(session))

    def _check_secret(self, session: Session, client_id: str, value: str, moment: datetime) -> None:
        offered, expired = _hash(value), False
        secrets = session.execute(
            select(ApplicationSecret.secrethash, ApplicationSecret.startson, ApplicationSecret.endson).where(
                ApplicationSecret.appid == client_id, ApplicationSecret.kind == "secret"
            )
        )
        for secret in secrets:
            if hmac.compare_digest(secret.secrethash, offered):
                if secret.endson > moment:
                    return
                expired = True
        if expired:
            raise expired_secret(client_id)
        raise TokenRefused(
            7000215,
            "invalid_client",
            401,
            "Invalid client secret provided. Send the client secret's value, not its ID, of a secret added to app "
            f"'{client_id}'.",
        )

    def _sign(self, client_id: str, tenant: str, moment: datetime) -> AccessToken:
        signer = self.keys.signer(moment)
        start = int(moment.timestamp())
        identity = str(uuid5(UUID(tenant), client_id))
        claims = {
            "iss": _issuer(tenant),
            "aud": RESOURCE,
            "iat": start,
            "nbf": start,
            "exp": start + TOKEN_SECONDS,
            "tid": tenant,
            "appid": client_id,
            "azp": client_id,
            "oid": identity,
            "sub": identity,
            "uti": token_urlsafe(16),
            "ver": "2.0",
        }
        value = jwt.encode(claims, signer.private, algorithm="RS256", headers={"kid": signer.kid})
        return AccessToken(value, moment + timedelta(seconds=TOKEN_SECONDS))


def directory_of(services: Installation) -> BuiltinDirectory:
    """The directory of this installation. Cheap: keys and tokens opened before are kept with the database."""
    return BuiltinDirectory(services.database, services.settings, services.clock)


def _newest_secret(session: Session, client_id: str) -> ApplicationSecret | None:
    return session.scalar(
        select(ApplicationSecret)
        .where(ApplicationSecret.appid == client_id, ApplicationSecret.kind == "secret")
        .order_by(ApplicationSecret.sealed.is_(None), ApplicationSecret.endson.desc(), ApplicationSecret.keyid.desc())
        .limit(1)
    )


def _check_times(claims: dict[str, Any], moment: datetime) -> None:
    """Against our clock, which a rehearsal may have set."""
    at = moment.timestamp()
    if float(claims["exp"]) <= at or float(claims["nbf"]) > at + _LEEWAY_SECONDS:
        raise jwt.ExpiredSignatureError("outside its time")


def _issuer(tenant: str) -> str:
    return f"urn:leadwright:{tenant}"


def _hash(secret: str) -> str:
    """Secrets are 256 random bits: a plain hash cannot be guessed back, a slow one would only cost time."""
    return sha256(secret.encode()).hexdigest()
