"""Contacts: the list, and the form of one with the leads connected with it."""

from leadwright.db.pages import connected_records as read
from leadwright.db.sales import Contact
from leadwright.web.pages import record_pages

pages = record_pages.pages_of(
    record_pages.Sort(
        table="contact",
        create="prvCreateContact",
        read="prvReadContact",
        write="prvWriteContact",
        path="/contacts",
        label="Contacts",
        model=Contact,
        sections=(("Contact", ("firstname", "lastname", "jobtitle", "emailaddress1", "telephone1")),),
        rows=read.contacts,
        one=read.contact,
        needed=("firstname", "lastname"),
        lacking="Write a first or last name.",
        company=True,
    )
)
