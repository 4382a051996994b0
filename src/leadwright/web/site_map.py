"""The site map on the left: which areas there are and the privilege each needs. A new page area adds a line here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Area:
    """One line of the site map. `privilege` empty: for everybody who is signed in."""

    path: str
    text: str
    icon: str
    privilege: str = ""


SITE_MAP: tuple[tuple[str, tuple[Area, ...]], ...] = (
    (
        "My work",
        (
            Area("/", "Home", "home", "prvReadLead"),
            Area("/leads", "Leads", "people", "prvReadLead"),
            Area("/accounts", "Accounts", "building", "prvReadAccount"),
            Area("/contacts", "Contacts", "person", "prvReadContact"),
            Area("/import", "Import leads", "import", "prvImportLead"),
            Area("/notifications", "Notifications", "bell"),
        ),
    ),
    (
        "Agent",
        (
            Area("/dashboard", "Dashboard", "chart", "prvReadDashboard"),
            Area("/agent", "Agent settings", "agent", "prvReadAgent"),
            Area("/approvals", "Approvals", "check", "prvReadDashboard"),
            Area("/rejections", "Wrong rejections", "question", "prvReadDashboard"),
            Area("/inbox", "Inbox", "inbox", "prvReadDashboard"),
            Area("/outbox", "Outbox", "mail", "prvReadDashboard"),
            Area("/people", "People", "person", "prvCreateUser"),
            Area("/webhooks", "Webhooks", "return", "prvWriteWebhook"),
            Area("/usage", "Usage", "money", "prvConfigureAgent"),
            Area("/settings/mirror", "Mirror", "refresh", "prvConfigureAgent"),
            Area("/system-health", "Health", "info", "prvConfigureAgent"),
            Area("/audit", "Audit log", "key", "prvReadAudit"),
        ),
    ),
)
