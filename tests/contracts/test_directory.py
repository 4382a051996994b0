"""One suite for every directory: the built-in one, and Microsoft Entra with Dataverse at the stand-in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from tests.identity.conftest import Office, open_office
from tests.identity.contoso import connect, sealed
from tests.microsoft.organisation import Registered, register_agent

from leadwright.db.connection import DYNAMICS365, CrmConnection
from leadwright.db.engine import Database
from leadwright.db.people import ApplicationSecret, Role, SystemUser, UserRole
from leadwright.domain.stage import AgentMode
from leadwright.errors import NotAllowed
from leadwright.identity.builtin_identity import BuiltinIdentity
from leadwright.identity.directories import Directory
from leadwright.identity.dynamics_verification import entra_directory
from leadwright.identity.refusals import NotAMember, TokenRefused
from leadwright.sandbox.dynamics.dataverse import records, seed
from leadwright.sandbox.dynamics.serving import StandIn
from leadwright.sandbox.dynamics.world import World


@dataclass
class Place:
    """A directory with an application and its user, and hands that change things behind its back."""

    directory: Directory
    clientid: str
    userid: str
    unit: str
    take_role: Callable[[], None]
    give_another_role: Callable[[], None]
    disable: Callable[[], None]
    remove_user: Callable[[], None]
    spoil_secret: Callable[[], None]


@contextmanager
def builtin(office: Office, folder: Path) -> Iterator[Place]:
    agentid = office.agent()
    made, user = office.identity(agentid)
    database = office.services.database

    def change(statement: object) -> Callable[[], None]:
        def run() -> None:
            with database.transaction() as session:
                session.execute(statement)  # type: ignore[call-overload]

        return run

    def give() -> None:
        with database.transaction() as session:
            role = session.scalars(select(Role.roleid).where(Role.name == "Salesperson")).one()
            session.add(UserRole(systemuserid=user, roleid=role))

    with database.reading() as session:
        unit = session.get_one(SystemUser, user).businessunitid
        ours = session.scalars(select(Role.roleid).where(Role.name == "AISalesPerson")).one()
    mine = SystemUser.systemuserid == user
    yield Place(
        BuiltinIdentity(office.services, made.clientid),
        made.clientid,
        user,
        unit,
        change(delete(UserRole).where(UserRole.systemuserid == user, UserRole.roleid == ours)),
        give,
        change(update(SystemUser).where(mine).values(isdisabled=True)),
        change(update(SystemUser).where(mine).values(applicationid=None)),
        change(delete(ApplicationSecret).where(ApplicationSecret.appid == made.clientid)),
    )


@contextmanager
def entra(office: Office, folder: Path) -> Iterator[Place]:
    world = World(folder / "dynamics", office.clock)
    app = register_agent(world, "AISalesPerson")
    with StandIn(world) as standin:
        settings = office.services.settings.model_copy(
            update={
                "microsoft_authority": standin.origin,
                "microsoft_graph_url": standin.origin,
                "microsoft_ca_file": standin.certificates.authority,
                "microsoft_instance_discovery": False,
            }
        )
        office.services = replace(office.services, settings=settings)
        connect(office.services, app, standin.origin)
        yield _entra(office, world, app)
    world.close()


def _entra(office: Office, world: World, app: Registered) -> Place:
    by = seed.administrator(world)

    def row() -> CrmConnection:
        with office.services.database.reading() as session:
            return session.get_one(CrmConnection, DYNAMICS365)

    class Now:
        """The directory of the connection as it is stored at each question."""

        def __getattr__(self, name: str) -> object:
            return getattr(entra_directory(office.services, row()), name)

    def spoil() -> None:
        with office.services.database.transaction() as session:
            session.get_one(CrmConnection, DYNAMICS365).sealedsecret = sealed(office.services, "not the secret")

    def change(**values: object) -> Callable[[], None]:
        return lambda: records.update(world, "systemuser", app.userid, values, by=by)

    directory: Directory = Now()  # type: ignore[assignment]
    return Place(
        directory,
        app.application.appid,
        app.userid,
        seed.root_unit(world),
        lambda: seed.take_role(world, app.userid, "AISalesPerson"),
        lambda: seed.give_role(world, app.userid, "Basic User"),
        change(isdisabled=True),
        change(applicationid="11111111-1111-1111-1111-111111111111"),
        spoil,
    )


@pytest.fixture(params=[builtin, entra], ids=["builtin", "entra"])
def place(request: pytest.FixtureRequest, sqlite_database: Database, tmp_path: Path) -> Iterator[Place]:
    with request.param(open_office(sqlite_database, tmp_path), tmp_path) as made:
        yield made


def test_it_knows_the_application_and_when_its_secret_ends(place: Place) -> None:
    found = place.directory.application()
    assert found.client_id == place.clientid
    assert len(found.tenant_id) == 36
    assert found.name
    assert found.ends_at is not None


def test_a_token_is_issued_to_the_application_and_says_whose_it_is(place: Place) -> None:
    issued = place.directory.token()
    assert issued.claims["appid"] == place.clientid
    assert issued.claims["tid"] == place.directory.application().tenant_id
    assert issued.claims["oid"]
    assert issued.claims["aud"]
    assert issued.seconds_off == pytest.approx(0, abs=5)


def test_a_secret_that_is_not_right_gets_no_token_and_a_code(place: Place) -> None:
    place.spoil_secret()
    with pytest.raises(TokenRefused, match="AADSTS7000215") as refused:
        place.directory.token()
    assert refused.value.code == 7000215


def test_who_am_i_answers_the_application_user(place: Place) -> None:
    assert place.directory.who_am_i() == place.userid


def test_the_user_is_described_with_its_business_unit(place: Place) -> None:
    user = place.directory.user(place.userid)
    assert user is not None
    assert (user.id, user.is_enabled, user.client_id) == (place.userid, True, place.clientid)
    assert user.business_unit_id == place.unit
    assert user.business_unit
    assert place.directory.user("00000000-0000-0000-0000-00000000dead") is None


def test_the_role_is_there_however_it_is_spelled_and_nothing_is_missing(place: Place) -> None:
    roles = place.directory.roles(place.userid)
    assert [role.casefold() for role in roles] == ["aisalesperson"]
    held = {name.lower(): depth for name, depth in place.directory.privileges(place.userid).items()}
    assert held["prvreadlead"] == 8
    for mode in AgentMode:
        assert place.directory.missing(place.userid, mode) == ()


def test_another_role_is_named_and_what_is_missing_too(place: Place) -> None:
    place.give_another_role()
    place.take_role()
    roles = place.directory.roles(place.userid)
    assert len(roles) == 1
    assert roles[0] != "AISalesPerson"
    missing = place.directory.missing(place.userid, AgentMode.RESEARCH)
    assert any(name.startswith("prvAssignLead") for name in missing)
    assert list(missing) == sorted(missing)


def test_a_disabled_user_is_no_member(place: Place) -> None:
    place.disable()
    with pytest.raises(NotAMember):
        place.directory.who_am_i()


def test_an_application_without_a_user_is_no_member(place: Place) -> None:
    place.remove_user()
    with pytest.raises(NotAMember) as refused:
        place.directory.who_am_i()
    assert refused.value.code == "0x80072560"
    assert isinstance(refused.value, NotAllowed)


def test_every_question_may_be_repeated(place: Place) -> None:
    assert place.directory.who_am_i() == place.directory.who_am_i()
    assert place.directory.privileges(place.userid) == place.directory.privileges(place.userid)
