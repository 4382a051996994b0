"""An organisation to call: the whole stand-in in-process, real tokens, people and applications with roles."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from leadwright.sandbox.dynamics import entra_applications, entra_principals, entra_tokens, entra_users
from leadwright.sandbox.dynamics.dataverse import records, seed
from leadwright.sandbox.dynamics.serving import application
from leadwright.sandbox.dynamics.world import World

HOST = "contoso.crm.dynamics.com"
BASE = f"https://{HOST}/api/data/v9.2/"
_PUBLIC = "51f81489-12ee-4a9e-aaae-a2591f45987d"


class Organisation:
    """The stand-in and whom it is called by."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.served = application(world)
        self.administrator = seed.administrator(world)
        self.admin = self.person(entra_users.ADMINISTRATOR)

    def calling(self, token: str) -> TestClient:
        return TestClient(self.served, base_url=BASE, headers={"Authorization": f"Bearer {token}"})

    def person(self, upn: str) -> TestClient:
        found = entra_users.user(self.world, upn)
        assert found is not None
        scopes = ["user_impersonation"]
        return self.calling(entra_tokens.user_token(self.world, found, _PUBLIC, f"https://{HOST}", scopes, public=True))

    def user(self, upn: str, *roles: str, unit: str | None = None) -> tuple[str, TestClient]:
        """A person with roles in a business unit; the id of the user and a client that calls as him."""
        person = entra_users.create_user(self.world, upn, upn.partition("@")[0].title())
        values = {"lastname": person.displayname, "domainname": upn, "internalemailaddress": upn}
        values |= {"businessunitid": unit or seed.root_unit(self.world)}
        values["azureactivedirectoryobjectid"] = person.objectid
        made = records.create(self.world, "systemuser", values, by=self.administrator)
        for role in roles:
            seed.give_role(self.world, made, role)
        return made, self.person(upn)

    def application(self, *roles: str, name: str = "Sales agent") -> tuple[str, TestClient]:
        """An application with a user in the organisation; the id of the user and a client that calls as it."""
        registered = entra_applications.create_application(self.world, name, by="a test")
        entra_principals.create_principal(self.world, registered.appid)
        token = entra_tokens.application_token(
            self.world, registered.appid, f"https://{HOST}", HOST, by_certificate=False
        )
        values = {"applicationid": registered.appid, "businessunitid": seed.root_unit(self.world)}
        made = records.create(self.world, "systemuser", values, by=self.administrator)
        for role in roles:
            seed.give_role(self.world, made, role)
        return made, self.calling(token)

    def stranger(self) -> TestClient:
        registered = entra_applications.create_application(self.world, "Stranger", by="a test")
        entra_principals.create_principal(self.world, registered.appid)
        return self.calling(
            entra_tokens.application_token(self.world, registered.appid, f"https://{HOST}", HOST, by_certificate=False)
        )

    def lead(self, **values: Any) -> str:
        given = {"subject": "Needs conveyors", "firstname": "Pat", "lastname": "Okafor"} | values
        return records.create(self.world, "lead", given, by=self.administrator)


@pytest.fixture
def organisation(world: World) -> Organisation:
    return Organisation(world)


@pytest.fixture
def admin(organisation: Organisation) -> TestClient:
    return organisation.admin


Refusal = Callable[[Any], tuple[int, str, str]]


@pytest.fixture
def refusal() -> Refusal:
    """Status, code and message of an error."""

    def read(answer: Any) -> tuple[int, str, str]:
        error = answer.json()["error"]
        return answer.status_code, error["code"], error["message"]

    return read
