"""Published Dataverse option-set values. Labels are what a person reads; values are what is stored.

Source: Microsoft Dataverse table reference (lead, opportunity, email, appnotification, mailbox).
"""

from enum import IntEnum


class LeadState(IntEnum):
    """lead.statecode"""

    OPEN = 0
    QUALIFIED = 1
    DISQUALIFIED = 2


class LeadStatus(IntEnum):
    """lead.statuscode"""

    NEW = 1
    CONTACTED = 2
    QUALIFIED = 3
    LOST = 4
    CANNOT_CONTACT = 5
    NO_LONGER_INTERESTED = 6
    CANCELED = 7


class LeadRating(IntEnum):
    """lead.leadqualitycode"""

    HOT = 1
    WARM = 2
    COLD = 3


class LeadSource(IntEnum):
    """lead.leadsourcecode"""

    ADVERTISEMENT = 1
    EMPLOYEE_REFERRAL = 2
    EXTERNAL_REFERRAL = 3
    PARTNER = 4
    PUBLIC_RELATIONS = 5
    SEMINAR = 6
    TRADE_SHOW = 7
    WEB = 8
    WORD_OF_MOUTH = 9
    OTHER = 10


class OpportunityState(IntEnum):
    """opportunity.statecode"""

    OPEN = 0
    WON = 1
    LOST = 2


class OpportunityStatus(IntEnum):
    """opportunity.statuscode"""

    IN_PROGRESS = 1
    ON_HOLD = 2
    WON = 3
    CANCELED = 4
    OUT_SOLD = 5


class EmailState(IntEnum):
    """email.statecode"""

    OPEN = 0
    COMPLETED = 1
    CANCELED = 2


class EmailStatus(IntEnum):
    """email.statuscode"""

    DRAFT = 1
    COMPLETED = 2
    SENT = 3
    RECEIVED = 4
    CANCELED = 5
    PENDING_SEND = 6
    SENDING = 7
    FAILED = 8


class Participation(IntEnum):
    """activityparty.participationtypemask"""

    SENDER = 1
    TO = 2
    CC = 3
    BCC = 4
    REGARDING = 8
    OWNER = 9


class AccessMode(IntEnum):
    """systemuser.accessmode"""

    READ_WRITE = 0
    NON_INTERACTIVE = 4


class AddressApproval(IntEnum):
    """mailbox.emailrouteraccessapproval"""

    EMPTY = 0
    APPROVED = 1
    PENDING_APPROVAL = 2
    REJECTED = 3


class DeliveryMethod(IntEnum):
    """mailbox.incomingemaildeliverymethod and outgoingemaildeliverymethod"""

    NONE = 0
    SERVER_SIDE_SYNCHRONIZATION = 2


class MailboxTest(IntEnum):
    """mailbox.incomingemailstatus and outgoingemailstatus"""

    NOT_RUN = 0
    SUCCESS = 1
    FAILURE = 2


class Correlation(IntEnum):
    """email.correlationmethod: by what an incoming mail was recognised as an answer"""

    NONE = 0
    SKIPPED = 1
    X_HEADER = 2
    IN_REPLY_TO = 3
    TRACKING_TOKEN = 4
    CONVERSATION_INDEX = 5
    SMART_MATCHING = 6
    CUSTOM = 7


class NotificationIcon(IntEnum):
    """appnotification.icontype"""

    INFO = 100000000
    SUCCESS = 100000001
    FAILURE = 100000002
    WARNING = 100000003
    MENTION = 100000004


INDUSTRY: dict[int, str] = {
    1: "Accounting",
    2: "Agriculture and Non-petrol Natural Resource Extraction",
    3: "Broadcasting Printing and Publishing",
    4: "Brokers",
    5: "Building Supply Retail",
    6: "Business Services",
    7: "Consulting",
    8: "Consumer Services",
    9: "Design, Direction and Creative Management",
    10: "Distributors, Dispatchers and Processors",
    11: "Doctor's Offices and Clinics",
    12: "Durable Manufacturing",
    13: "Eating and Drinking Places",
    14: "Entertainment Retail",
    15: "Equipment Rental and Leasing",
    16: "Financial",
    17: "Food and Tobacco Processing",
    18: "Inbound Capital Intensive Processing",
    19: "Inbound Repair and Services",
    20: "Insurance",
    21: "Legal Services",
    22: "Non-Durable Merchandise Retail",
    23: "Outbound Consumer Service",
    24: "Petrochemical Extraction and Distribution",
    25: "Service Retail",
    26: "SIG Affiliations",
    27: "Social Services",
    28: "Special Outbound Trade Contractors",
    29: "Specialty Realty",
    30: "Transportation",
    31: "Utility Creation and Distribution",
    32: "Vehicle Retail",
    33: "Wholesale",
}


def label(value: IntEnum) -> str:
    """What a person reads: ``EMPLOYEE_REFERRAL`` -> ``Employee Referral``."""
    return value.name.replace("_", " ").title()


def choices(options: type[IntEnum]) -> dict[int, str]:
    """value -> label of an option set."""
    return {int(v): label(v) for v in options}
