"""Contacts: the list, and the form of one with the leads connected with it."""

from starlette.responses import Response

from leadwright.db.pages import connected_records as read
from leadwright.db.sales import Contact
from leadwright.web.pages import record_pages
from leadwright.web.visit import Pages, Visit

pages = Pages()

CONTACTS = record_pages.Sort(
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


@pages.get("/contacts", "prvReadContact")
def contacts(visit: Visit) -> Response:
    """The contacts the person may see."""
    return record_pages.list_page(visit, CONTACTS)


@pages.get("/contacts/new", "prvCreateContact")
def new_contact(visit: Visit) -> Response:
    """An empty form."""
    return record_pages.new_page(visit, CONTACTS)


@pages.post("/contacts/new", "prvCreateContact")
def create_contact(visit: Visit) -> Response:
    """Store the new contact."""
    return record_pages.create(visit, CONTACTS)


@pages.get("/contacts/{recordid}", "prvReadContact")
def contact(visit: Visit) -> Response:
    """One contact."""
    return record_pages.record_page(visit, CONTACTS)


@pages.post("/contacts/{recordid}", "prvWriteContact")
def change_contact(visit: Visit) -> Response:
    """Store the change."""
    return record_pages.change(visit, CONTACTS)
