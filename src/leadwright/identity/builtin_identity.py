"""The built-in directory as the prerequisites see it, bound to one application."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leadwright.db.people import ApplicationSecret, BusinessUnit, Role, RolePrivilege, SystemUser, UserRole
from leadwright.domain.privileges import missing_privileges
from leadwright.domain.stage import AgentMode
from leadwright.identity.directories import DirectoryUser, IssuedToken, RegisteredApplication
from leadwright.identity.directory import directory_of
from leadwright.identity.installation import Installation


class BuiltinIdentity:
    """Fulfils `directories.Directory` for an application of this installation."""

    def __init__(self, services: Installation, client_id: str) -> None:
        self._services, self._client_id = services, client_id
        self._directory = directory_of(services)

    def application(self) -> RegisteredApplication:
        """Raises: TokenRefused, as the Protocol says."""
        with self._services.database.reading() as session:
            found = self._directory.application(session, self._client_id)
            tenant = self._directory.tenant_id(session)
            return RegisteredApplication(self._client_id, found.displayname, tenant, _end(session, self._client_id))

    def token(self) -> IssuedToken:
        """Raises: TokenRefused and Conflict, as the Protocol says."""
        made = self._directory.own_token(self._client_id)
        return IssuedToken(self._directory.verify_token(made.value), made.expires_at)

    def who_am_i(self) -> str:
        """Raises: NotAMember, TokenRefused and Conflict, as the Protocol says."""
        return self._directory.who_am_i(self._directory.own_token(self._client_id).value).user_id

    def user(self, systemuserid: str) -> DirectoryUser | None:
        """Out of the store."""
        with self._services.database.reading() as session:
            found = session.get(SystemUser, systemuserid)
            if found is None:
                return None
            unit = session.get(BusinessUnit, found.businessunitid)
            return DirectoryUser(
                found.systemuserid,
                found.fullname,
                not found.isdisabled,
                found.businessunitid,
                unit.name if unit else found.businessunitid,
                found.applicationid or "",
            )

    def roles(self, systemuserid: str) -> tuple[str, ...]:
        """Out of the store."""
        held = select(Role.name).join(UserRole).where(UserRole.systemuserid == systemuserid).order_by(Role.name)
        with self._services.database.reading() as session:
            return tuple(session.scalars(held))

    def privileges(self, systemuserid: str) -> Mapping[str, int]:
        """Out of the store."""
        granted = (
            select(RolePrivilege.privilege, func.max(RolePrivilege.depth).label("depth"))
            .join(UserRole, UserRole.roleid == RolePrivilege.roleid)
            .where(UserRole.systemuserid == systemuserid)
            .group_by(RolePrivilege.privilege)
        )
        with self._services.database.reading() as session:
            return {row.privilege: row.depth for row in session.execute(granted)}

    def missing(self, systemuserid: str, mode: AgentMode) -> tuple[str, ...]:
        """By the names of this installation."""
        return missing_privileges(self.privileges(systemuserid), mode)


def _end(session: Session, client_id: str) -> datetime | None:
    return session.scalar(select(func.max(ApplicationSecret.endson)).where(ApplicationSecret.appid == client_id))
