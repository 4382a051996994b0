"""A lead finds its account and contact, and nothing is guessed."""

from typing import Any

import pytest

from leadwright.db.base import new_id
from leadwright.db.engine import Database
from leadwright.db.sales import Account, Contact, Lead
from leadwright.research.company_names import company_domain, mentions, name_key, names_company, registered_domain
from leadwright.research.connect import Connected, connect_records, describe_account, refresh_keys


def _connect(database: Database, unit: str, accounts: list[dict[str, Any]], **lead: Any) -> Connected:
    owned = {"ownerid": new_id(), "owningbusinessunit": unit}
    with database.transaction() as session:
        for values in accounts:
            account = Account(**owned, **values)
            for column, value in describe_account(account).items():
                setattr(account, column, value or None)
            session.add(account)
        made = Lead(**owned, **lead)
        session.add(made)
        session.flush()
        return connect_records(session, made)


ACME = {"accountid": "acme", "name": "Acme Corp.", "websiteurl": "https://www.acme.example"}


def test_an_account_is_found_by_the_domain_of_website_or_address(database: Database, unit: str) -> None:
    assert _connect(database, unit, [ACME], websiteurl="acme.example/shop").accountid == "acme"
    assert _connect(database, unit, [], emailaddress1="jo@mail.acme.example").accountid == "acme"
    assert _connect(database, unit, [], emailaddress1="jo@other.example").accountid is None


def test_an_account_is_found_by_its_name_without_legal_form(database: Database, unit: str) -> None:
    assert _connect(database, unit, [ACME], companyname="The ACME, Inc.").accountid == "acme"
    assert _connect(database, unit, [], companyname="Acme", emailaddress1="jo@gmail.com").accountid == "acme"


def test_the_same_name_at_another_domain_is_another_company(database: Database, unit: str) -> None:
    connected = _connect(database, unit, [ACME], companyname="Acme", websiteurl="https://acme-tools.example")
    assert connected.accountid is None


def test_free_mail_links_nothing(database: Database, unit: str) -> None:
    gmail = {"accountid": "g", "name": "Some Shop", "websiteurl": None, "emailaddress1": "shop@gmail.com"}
    assert _connect(database, unit, [gmail], emailaddress1="jo@gmail.com").accountid is None


def test_two_accounts_that_fit_equally_are_not_guessed(database: Database, unit: str) -> None:
    twin = {**ACME, "accountid": "twin", "name": "Acme Services"}
    connected = _connect(database, unit, [ACME, twin], emailaddress1="jo@acme.example", companyname="Elsewhere")
    assert connected.accountid is None
    assert "several accounts" in connected.reason
    assert _connect(database, unit, [], emailaddress1="jo@acme.example", companyname="Acme").accountid == "acme"


def test_a_link_stays_and_a_disconnected_one_is_not_made_again(database: Database, unit: str) -> None:
    other = {"accountid": "other", "name": "Other", "websiteurl": None}
    lead = {"websiteurl": "https://acme.example", "companyname": "Acme"}
    assert _connect(database, unit, [ACME, other], parentaccountid="other", **lead).accountid == "other"
    assert _connect(database, unit, [], lw_accountunlinked=True, **lead).accountid is None


def test_a_contact_is_found_by_address_alone(database: Database, unit: str) -> None:
    with database.transaction() as session:
        for n, address in enumerate(["jo@acme.example", "twice@acme.example", "twice@acme.example"]):
            session.add(Contact(contactid=str(n), ownerid="x", owningbusinessunit=unit, emailaddress1=address))
    assert _connect(database, unit, [], emailaddress1="Jo@ACME.example").contactid == "0"
    assert _connect(database, unit, [], emailaddress1="twice@acme.example").contactid is None
    assert _connect(database, unit, [], emailaddress1="jo@acme.example", lw_contactunlinked=True).contactid is None


def test_keys_of_older_accounts_are_filled_in(database: Database, unit: str) -> None:
    with database.transaction() as session:
        session.add(Account(accountid="a", name="Old Co", ownerid="x", owningbusinessunit=unit))
    with database.transaction() as session:
        assert refresh_keys(session) == 1
    with database.reading() as session:
        account = session.get(Account, "a")
        assert account is not None
        assert (account.lw_namekey, account.lw_domain) == ("old", None)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("The ACME Corp., Inc.", "acme"),
        ("Procter & Gamble Co.", "procter and gamble"),
        ("Nestlé S.A.", "nestle"),
        ("J.M. Smucker Company (The)", "jm smucker"),
        ("Company", "company"),
        ("Foo GmbH & Co. KG", "foo"),
        ("A.P. Mærsk A/S", "ap mærsk"),
        ("", ""),
        (None, ""),
    ],
)
def test_spellings_of_a_company_share_a_key(name: str | None, key: str) -> None:
    assert name_key(name) == key


def test_registered_domains() -> None:
    assert registered_domain("https://www.acme.co.uk/x") == "acme.co.uk"
    assert registered_domain("jo@mail.acme.com") == "acme.com"
    assert registered_domain("http://127.0.0.1:80/") == ""
    assert registered_domain("http://[::1") == ""
    assert company_domain("http://127.0.0.1/", "jo@gmail.com", "jo@acme.com") == "acme.com"


@pytest.mark.parametrize(
    ("text", "name", "domain", "named"),
    [
        ("Shares of Target rose", "Target Corporation", "", True),
        ("the target rose", "Target Corporation", "", False),
        ("see https://www.acme.com/x", "Zzz", "acme.com", True),
        ("see notacme.com", "Zzz", "acme.com", False),
        ("see acme.community", "Zzz", "acme.com", False),
        ("AT&T's network", "AT&T", "", True),
        ("Acme Tools opens", "Acme Foods Inc", "", False),
        ("acme foods opens", "Acme Foods Inc", "", True),
        ("Acmeville", "Acme", "", False),
        ("", "Acme", "", False),
        ("anything", "", "", False),
    ],
)
def test_a_mention_is_in_full_words(text: str, name: str, domain: str, named: bool) -> None:
    assert mentions(text, name, domain) is named


def test_a_shared_host_links_no_account(database: Database, unit: str) -> None:
    guest = {"accountid": "g", "name": "Some Shop", "websiteurl": "https://www.linkedin.com/company/some-shop"}
    page = "https://linkedin.com/company/acme"
    assert _connect(database, unit, [guest], websiteurl=page, companyname="Acme").accountid is None
    assert _connect(database, unit, [ACME], websiteurl=page, emailaddress1="jo@acme.example").accountid == "acme"


@pytest.mark.parametrize(
    ("name", "company", "is_company"),
    [
        ("Northwind Traders", "Northwind Traders", True),
        ("Northwind Traders", "Northwind Traders Europe Ltd", True),
        ("Contoso", "Contoso Ltd", True),
        ("Contoso GmbH", "Contoso", True),
        ("Contoso GmbH", "Fabrikam", True),
        ("Siemens AG", "Siemens AG", True),
        ("Contoso S.A.", "Fabrikam", True),
        ("Anna Müller", "Müller Logistik", False),
        ("Maria Sa", "Contoso SA", False),
        ("Anna Co", "Contoso Co", False),
        ("Karen", "Contoso", False),
        ("Karen Whitfield", "", False),
        ("", "Contoso", False),
    ],
)
def test_a_company_in_the_place_of_a_persons_name_is_told(name: str, company: str, is_company: bool) -> None:
    assert names_company(name, company) is is_company
