"""Accounts: the list, and the form of one with the leads connected with it."""

from leadwright.db.pages import connected_records as read
from leadwright.db.sales import Account
from leadwright.web.pages import record_pages

pages = record_pages.pages_of(
    record_pages.Sort(
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
                (
                    "address1_line1",
                    "address1_city",
                    "address1_stateorprovince",
                    "address1_postalcode",
                    "address1_country",
                ),
            ),
            ("Notes", ("description",)),
        ),
        rows=read.accounts,
        one=read.account,
        needed=("name",),
        lacking="Write the company's name.",
    )
)
