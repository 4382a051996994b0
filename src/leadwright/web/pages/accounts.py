"""Accounts: the list, and the form of one with the leads connected with it."""

from starlette.responses import Response

from leadwright.db.pages import connected_records as read
from leadwright.db.sales import Account
from leadwright.web.pages import record_pages
from leadwright.web.visit import Pages, Visit

pages = Pages()

ACCOUNTS = record_pages.Sort(
    table="account",
    create="prvCreateAccount",
    read="prvReadAccount",
    write="prvWriteAccount",
    path="/accounts",
    label="Accounts",
    model=Account,
    sections=(
        ("Account", ("name", "websiteurl", "emailaddress1", "telephone1")),
        ("Company", ("lw_industry", "industrycode", "numberofemployees", "revenue")),
        (
            "Address",
            ("address1_line1", "address1_city", "address1_stateorprovince", "address1_postalcode", "address1_country"),
        ),
        ("Notes", ("description",)),
    ),
    rows=read.accounts,
    one=read.account,
    needed=("name",),
    lacking="Write the company's name.",
)


@pages.get("/accounts", "prvReadAccount")
def accounts(visit: Visit) -> Response:
    """The accounts the person may see."""
    return record_pages.list_page(visit, ACCOUNTS)


@pages.get("/accounts/new", "prvCreateAccount")
def new_account(visit: Visit) -> Response:
    """An empty form."""
    return record_pages.new_page(visit, ACCOUNTS)


@pages.post("/accounts/new", "prvCreateAccount")
def create_account(visit: Visit) -> Response:
    """Store the new account."""
    return record_pages.create(visit, ACCOUNTS)


@pages.get("/accounts/{recordid}", "prvReadAccount")
def account(visit: Visit) -> Response:
    """One account."""
    return record_pages.record_page(visit, ACCOUNTS)


@pages.post("/accounts/{recordid}", "prvWriteAccount")
def change_account(visit: Visit) -> Response:
    """Store the change."""
    return record_pages.change(visit, ACCOUNTS)
