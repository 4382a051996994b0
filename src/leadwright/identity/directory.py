"""The built-in directory: applications, their secrets, access tokens by client credentials, and who am I.

It answers as Microsoft Entra and Dataverse do (error codes, token claims), so that the Entra directory can stand in its
place. Rights are checked by `actions`; what a token may do is asked in `access`.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from weakref import WeakKeyDictionary

import jwt
from sqlalchemy import delete, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leadwright.db.base import new_id
from leadwright.db.engine import Database
from leadwright.db.people import Application, ApplicationSecret, SystemUser
from leadwright.db.programs import SpentId
from leadwright.errors import Conflict, NotAllowed
from leadwright.identity.certificates import Certificate, sign_assertion, verify_assertion
from leadwright.identity.installation import Installation
from leadwright.identity.refusals import (
    RESOURCE,
    SCOPE,
    NotAMember,
    TokenRefused,
    check_scope,
    expired_secret,
    used_assertion,
    wrong_assertion,
)
from leadwright.identity.secrets import Vault, open_vault
from leadwright.identity.seed import root_business_unit
from leadwright.identity.signing_keys import KeyRing, SigningKeys
from leadwright.settings import Settings

__all__ = [
    "RESOURCE",
    "SCOPE",
    "SECRET_DAYS",
    "TOKEN_PATH",
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
TOKEN_PATH = "oauth2/v2.0/token"  # noqa: S105 below the tenant, as Entra has it
SECRET_DAYS = 180
_RENEW_SECONDS = 300
_LEEWAY_SECONDS = 60
_KEPT_SPENT = timedelta(hours=1)  # longer than any clock is wrong
_REQUIRED = ["exp", "nbf", "iat", "aud", "iss", "appid", "tid", "uti", "lw_keyid"]
_ASSERTION, _TOKEN = "assertion", "token"  # what ids are spent for


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

    @property
    def address(self) -> str:
        """Where this installation is reached, without a slash at the end."""
        return self.settings.address.rstrip("/")

    def issuer(self, tenant: str) -> str:
        """What tokens name as their issuer; its metadata is published below it."""
        return f"{self.address}/{tenant}/v2.0"

    def token_endpoints(self, tenant: str) -> tuple[str, ...]:
        """Addresses of the token endpoint, and the issuer: what a client assertion may be meant for."""
        return f"{self.address}/{tenant}/{TOKEN_PATH}", f"{self.address}/api/v1/token", self.issuer(tenant)

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

    def add_certificate(self, session: Session, client_id: str, found: Certificate) -> str:
        """Add a certificate, in the caller's transaction; its private key is sealed, where it came with it.

        Returns:
            Its key id.

        Raises:
            TokenRefused: no such application (AADSTS700016).
            Conflict: the application has this certificate already.
        """
        self.application(session, client_id)
        same = (ApplicationSecret.appid == client_id) & (ApplicationSecret.secrethash == found.thumbprint)
        if session.scalar(select(ApplicationSecret.keyid).where(same)) is not None:
            raise Conflict("The application has this certificate already. Upload another one.")
        keyid = new_id()
        sealed = self._open_vault().seal(found.key, f"applicationkey:{keyid}") if found.key else None
        session.add(
            ApplicationSecret(
                keyid=keyid,
                appid=client_id,
                kind="certificate",
                hint=found.thumbprint[:10],
                secrethash=found.thumbprint,
                certificate=found.pem,
                sealedkey=sealed,
                startson=found.startson,
                endson=found.endson,
            )
        )
        session.flush()
        return keyid

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
            keyid = self._check_secret(session, client_id, client_secret, moment)
            tenant = self.tenant_id(session)
        return self._sign(client_id, tenant, keyid, "1", moment)

    def issue_token_for(self, client_id: str, assertion: str, scope: str = SCOPE) -> AccessToken:
        """The same for a client that signs with the key of its certificate (RFC 7523). An assertion counts once.

        Raises:
            TokenRefused: as `issue_token`, and 700027 the assertion is not right, 70000 it was used before.
        """
        check_scope(scope)
        moment = self.clock()
        with self._database.reading() as session:
            self.application(session, client_id)
            tenant = self.tenant_id(session)
            rows = session.execute(
                select(ApplicationSecret.keyid, ApplicationSecret.certificate).where(
                    ApplicationSecret.appid == client_id,
                    ApplicationSecret.kind == "certificate",
                    ApplicationSecret.startson <= moment,
                    ApplicationSecret.endson > moment,
                )
            ).all()
        certificates = {row.keyid: row.certificate for row in rows}
        said = verify_assertion(assertion, client_id, certificates, self.token_endpoints(tenant), moment)
        if said is None:
            raise wrong_assertion(client_id, self.token_endpoints(tenant)[0])
        if not self._spend(_ASSERTION, said.jti, said.endson):
            raise used_assertion()
        return self._sign(client_id, tenant, said.keyid, "2", moment)

    def revoke_token(self, token: str) -> None:
        """End an access token before its time; one that is not valid any more is passed over (RFC 7009)."""
        try:
            claims = self.verify_token(token)
        except NotAllowed:
            return
        self._spend(_TOKEN, str(claims["uti"]), datetime.fromtimestamp(claims["exp"], UTC))

    def _spend(self, purpose: str, id_: str, endson: datetime) -> bool:
        """Note that an id counts no more. False when it was noted before."""
        try:
            with self._database.transaction() as session:
                session.execute(delete(SpentId).where(SpentId.endson < self.clock() - _KEPT_SPENT))
                session.add(SpentId(purpose=purpose, id=id_, endson=endson))
        except IntegrityError:
            return False
        return True

    def own_token(self, client_id: str) -> AccessToken:
        """A token for an application whose secret is sealed here, as the agent signs in. Kept until shortly before
        its end, dropped at once when its secret expires or is removed, or when the clock is set back.

        Raises:
            TokenRefused: as `issue_token`.
            Conflict: the stored secret cannot be opened.
        """
        moment = self.clock()
        with self._database.reading() as session:
            self.application(session, client_id)
            secret = _own_credential(session, client_id, moment)
            tenant = self.tenant_id(session)
        if secret is None:
            raise TokenRefused(7000215, "invalid_client", 401, f"The app '{client_id}' has no client secret. Add one.")
        if secret.endson <= moment:
            raise expired_secret(client_id)
        kept = self._tokens.get(client_id)
        if kept and kept[0] == secret.keyid:
            left = (kept[1].expires_at - moment).total_seconds()
            if _RENEW_SECONDS < left <= TOKEN_SECONDS + _LEEWAY_SECONDS:
                return kept[1]
        token = self._own(client_id, secret, tenant, moment)
        self._tokens[client_id] = (secret.keyid, token)
        return token

    def _own(self, client_id: str, credential: ApplicationSecret, tenant: str, moment: datetime) -> AccessToken:
        """Sign in as any client does, with the key of a certificate or with a secret that is sealed here."""
        if credential.sealedkey is not None:
            key = self._open_vault().open(credential.sealedkey, f"applicationkey:{credential.keyid}")
            endpoint = self.token_endpoints(tenant)[0]
            said = sign_assertion(key, credential.secrethash, client_id, endpoint, moment)
            return self.issue_token_for(client_id, said)
        if credential.sealed is None:
            raise Conflict("The client secret is not kept here, so the agent cannot sign in with it. Add a secret.")
        return self.issue_token(
            client_id, self._open_vault().open(credential.sealed, f"applicationsecret:{credential.keyid}")
        )

    def verify_token(self, token: str, session: Session | None = None) -> dict[str, Any]:
        """The claims of a token that this directory signed for this resource, and that has not ended.

        It ends too when it is revoked, or the secret or certificate it was asked for with is removed.

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
                issuer=self.issuer(self.tenant_id(session)),
                options={
                    "require": _REQUIRED,
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                    "strict_aud": True,
                },
            )
            _check_times(claims, moment)
            _check_revoked(session, claims)
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

    def _check_secret(self, session: Session, client_id: str, value: str, moment: datetime) -> str:
        """The key id of the secret this is.

        Raises:
            TokenRefused: it is none, or it has expired.
        """
        offered, expired = _hash(value), False
        secrets = session.execute(
            select(ApplicationSecret.keyid, ApplicationSecret.secrethash, ApplicationSecret.endson).where(
                ApplicationSecret.appid == client_id, ApplicationSecret.kind == "secret"
            )
        )
        for secret in secrets:
            if hmac.compare_digest(secret.secrethash, offered):
                if secret.endson > moment:
                    return str(secret.keyid)
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

    def _sign(self, client_id: str, tenant: str, keyid: str, how: str, moment: datetime) -> AccessToken:
        signer = self.keys.signer(moment)
        start = int(moment.timestamp())
        identity = str(uuid5(UUID(tenant), client_id))
        claims = {
            "iss": self.issuer(tenant),
            "aud": RESOURCE,
            "iat": start,
            "nbf": start,
            "exp": start + TOKEN_SECONDS,
            "tid": tenant,
            "appid": client_id,
            "azp": client_id,
            "appidacr": how,
            "lw_keyid": keyid,
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


def _own_credential(session: Session, client_id: str, moment: datetime) -> ApplicationSecret | None:
    """What the agent signs in with: a valid certificate whose key is here, else its newest secret."""
    mine = select(ApplicationSecret).where(ApplicationSecret.appid == client_id)
    newest = (ApplicationSecret.endson.desc(), ApplicationSecret.keyid.desc())
    certificate = session.scalar(
        mine.where(
            ApplicationSecret.sealedkey.is_not(None),
            ApplicationSecret.startson <= moment,
            ApplicationSecret.endson > moment,
        )
        .order_by(*newest)
        .limit(1)
    )
    secrets = mine.where(ApplicationSecret.kind == "secret")
    return certificate or session.scalar(secrets.order_by(ApplicationSecret.sealed.is_(None), *newest).limit(1))


def _check_revoked(session: Session, claims: dict[str, Any]) -> None:
    kept = exists().where(ApplicationSecret.keyid == claims["lw_keyid"], ApplicationSecret.appid == claims["appid"])
    ended = exists().where(SpentId.purpose == _TOKEN, SpentId.id == claims["uti"])
    if not session.scalar(select(kept & ~ended)):
        raise jwt.InvalidTokenError("revoked")


def _check_times(claims: dict[str, Any], moment: datetime) -> None:
    """Against our clock, which a rehearsal may have set."""
    at = moment.timestamp()
    if float(claims["exp"]) <= at or float(claims["nbf"]) > at + _LEEWAY_SECONDS:
        raise jwt.ExpiredSignatureError("outside its time")


def _hash(secret: str) -> str:
    """Secrets are 256 random bits: a plain hash cannot be guessed back, a slow one would only cost time."""
    return sha256(secret.encode()).hexdigest()
