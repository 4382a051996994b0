"""Changes come in one by one: new, changed and deleted rows, who did it, and nothing twice."""

from sqlalchemy import func, select
from tests.mirror.organisation import Office

from leadwright.db.audit import AuditEntry
from leadwright.db.mirror import MirrorGap, MirrorRow
from leadwright.db.people import SystemUser, TeamMember, UserRole
from leadwright.db.sales import Account, Annotation, Contact, Email, Lead, LeadCompetitor
from leadwright.mirror.tables import TABLES
from leadwright.sandbox.dynamics.dataverse import seed


def count(office: Office, model: type) -> int:
    with office.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_change_by_a_person_comes_in_with_its_author(office: Office) -> None:
    seller = office.person("Sam Seller", "Salesperson")
    lead = office.lead()
    office.round()
    version = office.ours(Lead, lead).versionnumber
    office.change("lead", lead, by=seller, leadqualitycode=1, companyname="Northwind Ltd")
    assert office.round() == 1
    kept = office.ours(Lead, lead)
    assert (kept.leadqualitycode, kept.companyname, kept.modifiedby) == (1, "Northwind Ltd", seller)
    assert kept.versionnumber == version + 1
    with office.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "lead.changed")).one()
    assert (entry.actorname, entry.recordid, entry.before["companyname"]) == ("Sam Seller", lead, "Northwind")
    assert office.round() == 0
    assert office.ours(Lead, lead).versionnumber == version + 1


def test_a_deleted_lead_goes_with_its_notes_and_an_account_leaves_its_leads(office: Office) -> None:
    account = office.make("account", name="Northwind")
    gone, stays = office.lead(), office.lead(parentaccountid=account)
    office.make("annotation", subject="Call", notetext="Two.", objectid=gone, objecttypecode="lead")
    office.round()
    office.delete("lead", gone)
    office.delete("account", account)
    office.round()
    assert set(office.leads()) == {stays}
    assert office.leads()[stays].parentaccountid is None
    assert count(office, Annotation) == 0
    assert office.ours(Account, account) is None


def test_a_lookup_is_set_when_its_record_arrives_later(office: Office) -> None:
    account = office.make("account", name="Northwind")
    lead = office.lead(parentaccountid=account)
    office.incoming._renamed = True
    office.round()
    with office.database.transaction() as session:  # as if the account had come after the lead
        session.get_one(Lead, lead).parentaccountid = None
        session.flush()
        session.delete(session.get_one(Account, account))
        session.delete(session.get_one(MirrorRow, ("account", account)))
        session.add(MirrorGap(tablename="lead", recordid=lead, columnname="parentaccountid", targetid=account))
    office.change("account", account, telephone1="555")
    office.round()
    assert office.leads()[lead].parentaccountid == account
    assert count(office, MirrorGap) == 0


def test_two_accounts_and_competitors_of_one_name_are_both_kept(office: Office) -> None:
    first, second = office.make("competitor", name="Fabrikam"), office.make("competitor", name="Fabrikam")
    office.round()
    with office.database.reading() as session:
        names = set(session.scalars(select(MirrorRow.recordid).where(MirrorRow.tablename == "competitor")))
    assert names == {first, second}


def test_roles_of_the_same_name_members_and_competitors_of_leads_come_in(office: Office) -> None:
    seller = office.person("Sam Seller", "Salesperson", "System Customizer")
    team = office.make("team", name="North", businessunitid=seed.root_unit(office.world))
    rival, lead = office.make("competitor", name="Fabrikam"), office.lead()
    with office.world.transaction() as db:
        db.execute("INSERT INTO teammembership (teamid, systemuserid) VALUES (?,?)", (team, seller))
        db.execute("INSERT INTO leadcompetitors (leadid, competitorid) VALUES (?,?)", (lead, rival))
    office.round()
    assert office.ours(TeamMember, (team, seller)) is not None
    assert office.ours(LeadCompetitor, (lead, rival)) is not None
    with office.database.reading() as session:
        assert session.scalar(select(func.count()).where(UserRole.systemuserid == seller)) == 1
    seed.take_role(office.world, seller, "Salesperson")
    office.round(minutes=11)
    with office.database.reading() as session:
        assert session.scalar(select(func.count()).where(UserRole.systemuserid == seller)) == 0


def test_that_a_contact_wants_no_mail_comes_in(office: Office) -> None:
    contact = office.make("contact", lastname="Miller")
    office.round()
    assert not office.ours(Contact, contact).donotemail
    office.change("contact", contact, donotemail=True)
    office.round()
    assert office.ours(Contact, contact).donotemail


def test_a_user_who_is_deleted_or_disabled_over_there_is_disabled_here(office: Office) -> None:
    seller = office.person("Sam Seller", "Salesperson")
    office.round()
    office.change("systemuser", seller, isdisabled=True)
    office.round()
    assert office.ours(SystemUser, seller).isdisabled


def test_only_mails_about_leads_come_in_as_plain_text(office: Office) -> None:
    lead, account = office.lead(), office.make("account", name="Northwind")
    about = {"regardingobjectid": lead, "regardingobjectidtype": "lead"}
    mail = office.make("email", subject="Offer", description="<p>Two <b>belts</b></p>", **about)
    office.make("email", subject="Invoice", regardingobjectid=account, regardingobjectidtype="account")
    office.round()
    kept = office.ours(Email, mail)
    assert (kept.regardingobjectid, kept.description.strip()) == (lead, "Two belts")
    assert count(office, Email) == 1


def test_a_thousand_changed_leads_come_in_with_few_requests(office: Office) -> None:
    keys = [office.lead() for _ in range(60)]
    office.incoming.page = 20
    office.round()
    for key in keys:
        office.change("lead", key, jobtitle="Buyer")
    office.forget_requests()
    assert office.round() == 60
    leads = [line for line in office.asked() if "/leads" in line]
    assert len(leads) <= 60 / 20 + 2
    assert {lead.jobtitle for lead in office.leads().values()} == {"Buyer"}
    assert count(office, Contact) == 0
    assert len(TABLES) == 10


def test_what_the_agent_found_out_stays_when_something_else_changes_over_there(office: Office) -> None:
    account, lead = office.make("account", name="Northwind"), office.lead()
    office.round()
    with office.database.transaction() as session:
        kept = session.get_one(Lead, lead)
        kept.parentaccountid, kept.custom = account, {"own_note": "found in a list"}
    office.change("lead", lead, jobtitle="Buyer")
    office.round()
    assert office.leads()[lead].jobtitle == "Buyer"
    assert office.leads()[lead].parentaccountid == account
    assert office.leads()[lead].custom == {"own_note": "found in a list"}
    other = office.make("account", name="Southwind")
    office.change("lead", lead, parentaccountid=other)
    office.round()
    assert office.leads()[lead].parentaccountid == other
