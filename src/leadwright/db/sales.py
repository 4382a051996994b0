"""CRM tables with Dataverse logical names and option-set values. `lw_` columns are Leadwright's own."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, Float, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from leadwright.db.base import Base, Id, new_id, now

POSTGRESQL_ONLY = {"only_on": "postgresql"}
"""For an index that the other database needs not: on SQLite the index that sorts serves beginnings of words too."""
_UNMAILED = text("lw_mailedon IS NULL")
_HAS_SECOND, _HAS_THIRD = text("emailaddress2 IS NOT NULL"), text("emailaddress3 IS NOT NULL")


def _by_bytes(column: str) -> dict[str, Any]:
    """PostgreSQL: the index finds equal text and, whatever the database's collation, text that begins with a word."""
    return {"postgresql_ops": {column: "varchar_pattern_ops"}}


class _Record:
    """Columns of every owned record. `ownerid` is a systemuser or a team, as in Dataverse."""

    ownerid: Mapped[str] = mapped_column(Id, index=True)
    owningbusinessunit: Mapped[str] = mapped_column(ForeignKey("businessunit.businessunitid"))
    createdon: Mapped[datetime] = mapped_column(default=now)
    modifiedon: Mapped[datetime] = mapped_column(default=now)
    createdby: Mapped[str | None] = mapped_column(Id)
    modifiedby: Mapped[str | None] = mapped_column(Id)
    versionnumber: Mapped[int] = mapped_column(BigInteger, default=1)  # grows with every change; the ETag
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict)  # the organisation's own columns


class _Address:
    address1_line1: Mapped[str | None] = mapped_column(String(250))
    address1_city: Mapped[str | None] = mapped_column(String(80))
    address1_stateorprovince: Mapped[str | None] = mapped_column(String(50))
    address1_postalcode: Mapped[str | None] = mapped_column(String(20))
    address1_country: Mapped[str | None] = mapped_column(String(80))


class _Firm:
    industrycode: Mapped[int | None] = mapped_column(Integer)
    lw_industry: Mapped[str | None] = mapped_column(String(200))
    numberofemployees: Mapped[int | None] = mapped_column(Integer)
    revenue: Mapped[float | None] = mapped_column(Float)  # US dollars a year
    websiteurl: Mapped[str | None] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(Text)


class _Person:
    fullname: Mapped[str | None] = mapped_column(String(160))
    firstname: Mapped[str | None] = mapped_column(String(50))
    lastname: Mapped[str | None] = mapped_column(String(50))
    jobtitle: Mapped[str | None] = mapped_column(String(100))
    telephone1: Mapped[str | None] = mapped_column(String(50))
    mobilephone: Mapped[str | None] = mapped_column(String(20))


class Account(_Record, _Address, _Firm, Base):
    """A company."""

    __tablename__ = "account"
    accountid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(160), index=True)
    emailaddress1: Mapped[str | None] = mapped_column(String(100))
    telephone1: Mapped[str | None] = mapped_column(String(50))
    lw_domain: Mapped[str | None] = mapped_column(String(120), index=True)  # registered domain, from websiteurl
    lw_namekey: Mapped[str | None] = mapped_column(String(160))  # name without legal form, casefolded
    __table_args__ = (Index("ix_account_lw_namekey", "lw_namekey", **_by_bytes("lw_namekey")),)


class Contact(_Record, _Person, Base):
    """A person at an account."""

    __tablename__ = "contact"
    contactid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    emailaddress1: Mapped[str | None] = mapped_column(String(100), index=True)  # casefolded
    parentcustomerid: Mapped[str | None] = mapped_column(ForeignKey("account.accountid"), index=True)
    donotemail: Mapped[bool] = mapped_column(Boolean, default=False)
    __table_args__ = (Index("ix_contact_name", text("coalesce(fullname, '')"), "contactid"),)


class Lead(_Record, _Address, _Firm, _Person, Base):
    """A lead. Addresses are kept casefolded; the organisation's own columns are in `custom`."""

    __tablename__ = "lead"
    leadid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    ownerid: Mapped[str] = mapped_column(Id)  # found by the index of owner and stage
    subject: Mapped[str | None] = mapped_column(String(300))
    companyname: Mapped[str | None] = mapped_column(String(100))
    emailaddress1: Mapped[str | None] = mapped_column(String(100))
    emailaddress2: Mapped[str | None] = mapped_column(String(100))
    emailaddress3: Mapped[str | None] = mapped_column(String(100))
    estimatedamount: Mapped[float | None] = mapped_column(Float)
    estimatedclosedate: Mapped[date | None] = mapped_column(Date)
    budgetamount: Mapped[float | None] = mapped_column(Float)
    decisionmaker: Mapped[bool | None] = mapped_column(Boolean)
    leadsourcecode: Mapped[int | None] = mapped_column(Integer)
    leadqualitycode: Mapped[int | None] = mapped_column(Integer, default=3)
    statecode: Mapped[int] = mapped_column(Integer, default=0)
    statuscode: Mapped[int] = mapped_column(Integer, default=1)
    donotemail: Mapped[bool] = mapped_column(Boolean, default=False)
    donotbulkemail: Mapped[bool] = mapped_column(Boolean, default=False)
    parentaccountid: Mapped[str | None] = mapped_column(ForeignKey("account.accountid"), index=True)
    parentcontactid: Mapped[str | None] = mapped_column(ForeignKey("contact.contactid"), index=True)
    qualifyingopportunityid: Mapped[str | None] = mapped_column(Id)
    lw_importkey: Mapped[str | None] = mapped_column(String(200), unique=True)  # what re-import recognises a row by
    lw_emailstate: Mapped[str | None] = mapped_column(String(20))  # valid, invalid, or overruled_valid / _invalid
    lw_emailtype: Mapped[str | None] = mapped_column(String(20))  # work or personal
    lw_timezone: Mapped[str | None] = mapped_column(String(60))  # IANA name; empty: told from the address
    lw_consentbasis: Mapped[str | None] = mapped_column(String(20))  # domain.country_gates.Basis
    lw_consentsource: Mapped[str | None] = mapped_column(String(300))
    lw_consenton: Mapped[date | None] = mapped_column(Date)
    lw_accountunlinked: Mapped[bool] = mapped_column(Boolean, default=False)  # a person disconnected the account
    lw_contactunlinked: Mapped[bool] = mapped_column(Boolean, default=False)
    lw_stage: Mapped[str | None] = mapped_column(String(20))  # stage of the newest run, for lists
    lw_band: Mapped[str | None] = mapped_column(String(10))  # fit band of the newest run, for lists
    lw_signal: Mapped[str | None] = mapped_column(String(10))
    __table_args__ = (
        Index("ix_lead_createdon", "createdon", "leadid"),
        Index("ix_lead_company", "companyname", "leadid"),
        Index("ix_lead_company_begins", "companyname", "leadid", **_by_bytes("companyname"), info=POSTGRESQL_ONLY),
        Index("ix_lead_emailaddress1", "emailaddress1", **_by_bytes("emailaddress1"), postgresql_include=["leadid"]),
        Index("ix_lead_emailaddress2", "emailaddress2", sqlite_where=_HAS_SECOND, postgresql_where=_HAS_SECOND),
        Index("ix_lead_emailaddress3", "emailaddress3", sqlite_where=_HAS_THIRD, postgresql_where=_HAS_THIRD),
        Index("ix_lead_fullname", "fullname", "leadid"),
        Index("ix_lead_fullname_begins", "fullname", "leadid", **_by_bytes("fullname"), info=POSTGRESQL_ONLY),
        Index("ix_lead_lastname", "lastname", "leadid", **_by_bytes("lastname")),
        Index("ix_lead_owner_stage", "ownerid", "lw_stage", "createdon", "leadid"),
        Index("ix_lead_stage", "lw_stage", "createdon", "leadid"),
        Index("ix_lead_modifiedon", "modifiedon", "leadid"),
    )


class Competitor(Base):
    """A company that sells against us."""

    __tablename__ = "competitor"
    competitorid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    websiteurl: Mapped[str | None] = mapped_column(String(200))


class LeadCompetitor(Base):
    """leadcompetitors_association"""

    __tablename__ = "leadcompetitors"
    leadid: Mapped[str] = mapped_column(ForeignKey("lead.leadid", ondelete="CASCADE"), primary_key=True)
    competitorid: Mapped[str] = mapped_column(
        ForeignKey("competitor.competitorid", ondelete="CASCADE"), primary_key=True
    )


class Opportunity(_Record, Base):
    """A possible sale."""

    __tablename__ = "opportunity"
    opportunityid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(300))
    estimatedvalue: Mapped[float | None] = mapped_column(Float)
    actualvalue: Mapped[float | None] = mapped_column(Float)
    estimatedclosedate: Mapped[date | None] = mapped_column(Date)
    actualclosedate: Mapped[date | None] = mapped_column(Date)
    statecode: Mapped[int] = mapped_column(Integer, default=0)
    statuscode: Mapped[int] = mapped_column(Integer, default=1)
    originatingleadid: Mapped[str | None] = mapped_column(ForeignKey("lead.leadid", ondelete="SET NULL"), index=True)
    parentaccountid: Mapped[str | None] = mapped_column(ForeignKey("account.accountid"), index=True)
    parentcontactid: Mapped[str | None] = mapped_column(ForeignKey("contact.contactid"))


class OpportunityCompetitor(Base):
    """opportunitycompetitors_association"""

    __tablename__ = "opportunitycompetitors"
    opportunityid: Mapped[str] = mapped_column(
        ForeignKey("opportunity.opportunityid", ondelete="CASCADE"), primary_key=True
    )
    competitorid: Mapped[str] = mapped_column(
        ForeignKey("competitor.competitorid", ondelete="CASCADE"), primary_key=True
    )


class Email(_Record, Base):
    """An email activity. Research-only keeps its drafts here (statuscode Draft)."""

    __tablename__ = "email"
    activityid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    regardingobjectid: Mapped[str | None] = mapped_column(ForeignKey("lead.leadid", ondelete="CASCADE"), index=True)
    subject: Mapped[str] = mapped_column(String(800), default="")
    description: Mapped[str] = mapped_column(Text, default="")  # plain text; HTML is made from our template
    directioncode: Mapped[bool] = mapped_column(Boolean, default=True)
    statecode: Mapped[int] = mapped_column(Integer, default=0)
    statuscode: Mapped[int] = mapped_column(Integer, default=1)
    lw_runid: Mapped[str | None] = mapped_column(ForeignKey("leadrun.runid", ondelete="SET NULL"), unique=True)
    lw_threadid: Mapped[str | None] = mapped_column(Id)  # run of the conversation it belongs to
    messageid: Mapped[str | None] = mapped_column(String(998))
    inreplyto: Mapped[str | None] = mapped_column(String(998))
    sender: Mapped[str] = mapped_column(String(320), default="")
    torecipients: Mapped[str] = mapped_column(String(500), default="")
    senton: Mapped[datetime | None]  # when it left, or came in
    lw_paragraphs: Mapped[list[Any]] = mapped_column(default=list)  # text and evidence of each paragraph
    lw_judgement: Mapped[dict[str, Any]] = mapped_column(default=dict)  # came in: db.judgements; ours: workflows.names
    lw_hold: Mapped[str | None] = mapped_column(Text)  # why a person must look before it is used
    __table_args__ = (Index("ix_email_thread", "lw_threadid", "activityid"),)


class ActivityParty(Base):
    """Who takes part in an activity."""

    __tablename__ = "activityparty"
    activitypartyid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    activityid: Mapped[str] = mapped_column(ForeignKey("email.activityid", ondelete="CASCADE"), index=True)
    participationtypemask: Mapped[int] = mapped_column(Integer)
    partyid: Mapped[str | None] = mapped_column(Id)
    partyobjecttypecode: Mapped[str | None] = mapped_column(String(40))
    addressused: Mapped[str | None] = mapped_column(String(200))


class Annotation(Base):
    """A note on a record."""

    __tablename__ = "annotation"
    annotationid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    objectid: Mapped[str] = mapped_column(Id, index=True)
    objecttypecode: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(500), default="")
    notetext: Mapped[str] = mapped_column(Text, default="")
    createdon: Mapped[datetime] = mapped_column(default=now)
    createdby: Mapped[str | None] = mapped_column(Id)


class AppNotification(Base):
    """An in-app notification of one person."""

    __tablename__ = "appnotification"
    appnotificationid: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    ownerid: Mapped[str] = mapped_column(ForeignKey("systemuser.systemuserid", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(500))
    body: Mapped[str] = mapped_column(Text, default="")
    icontype: Mapped[int] = mapped_column(Integer, default=100000000)
    link: Mapped[str | None] = mapped_column(String(400))  # path inside Leadwright
    createdon: Mapped[datetime] = mapped_column(default=now)
    readon: Mapped[datetime | None]
    lw_mailedon: Mapped[datetime | None]  # told by mail too, or decided that it is not
    lw_key: Mapped[str | None] = mapped_column(String(120), unique=True)  # the same event notifies once
    __table_args__ = (
        Index("ix_appnotification_owner", "ownerid", "readon", "createdon"),
        Index("ix_appnotification_unmailed", "createdon", sqlite_where=_UNMAILED, postgresql_where=_UNMAILED),
    )
