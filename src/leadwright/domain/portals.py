"""Addresses of the admin pages a prerequisite is set up on, by cloud; and those of a rehearsal's own portals. Pure."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

_GCC, _DOD = "gcc", "dod"  # within the clouds worldwide and us: people as there, admin pages of their own
_WITHIN = {".crm9.dynamics.com": _GCC, ".appsplatform.us": _DOD}
_ENTRA = {
    "worldwide": "https://entra.microsoft.com",
    "us": "https://entra.microsoft.us",
    "china": "https://entra.microsoftonline.cn",
}
_POWER = {
    "worldwide": "https://admin.powerplatform.microsoft.com",
    _GCC: "https://gcc.admin.powerplatform.microsoft.us",
    "us": "https://high.admin.powerplatform.microsoft.us",
    _DOD: "https://admin.appsplatform.us",
    "china": "https://admin.powerplatform.partner.microsoftonline.cn",
}
_MAKER = {
    "worldwide": "https://make.powerapps.com/",
    _GCC: "https://make.gov.powerapps.us/",
    "us": "https://make.high.powerapps.us/",
    _DOD: "https://make.apps.appsplatform.us/",
    "china": "https://make.powerapps.cn/",
}
_EXCHANGE = {
    "worldwide": "https://admin.exchange.microsoft.com/#/mailboxes",
    "us": "https://admin.exchange.office365.us/#/mailboxes",
    _DOD: "https://admin.exchange.apps.mil/#/mailboxes",
    "china": "https://partner.outlook.cn/ecp",
}
_REGISTRATIONS = "#view/Microsoft_AAD_RegisteredApps"


@dataclass(frozen=True, slots=True)
class Portals:
    """The admin pages of one organisation.

    Args:
        cloud: worldwide, us or china.
        organisation: address of the Dynamics 365 organisation; empty while it is unknown.
        clientid: Application (client) ID; empty while there is none.
        rehearsal: address of a stand-in whose portals these are; empty: Microsoft's own.
    """

    cloud: str = "worldwide"
    organisation: str = ""
    clientid: str = ""
    rehearsal: str = ""

    @property
    def registrations(self) -> str:
        """Entra admin center: App registrations."""
        if self.rehearsal:
            return f"{self.rehearsal}/_portal/entra"
        return f"{self._of(_ENTRA)}/{_REGISTRATIONS}/RegisteredApps.ReactView"

    @property
    def new_registration(self) -> str:
        """Entra admin center: New registration."""
        if self.rehearsal:
            return f"{self.rehearsal}/_portal/entra/applications/new"
        return f"{self._of(_ENTRA)}/{_REGISTRATIONS}/CreateApplicationBlade/quickStartType~/null/isMSAApp~/false"

    @property
    def credentials(self) -> str:
        """Entra admin center: Certificates & secrets of the application."""
        return self._of_application("Credentials")

    @property
    def permissions(self) -> str:
        """Entra admin center: API permissions of the application."""
        return self._of_application("CallAnAPI")

    @property
    def authentication(self) -> str:
        """Entra admin center: Authentication of the application, with its redirect URIs."""
        return self._of_application("Authentication")

    @property
    def application_users(self) -> str:
        """Power Platform admin center: the environments, whose settings hold the application users."""
        if self.rehearsal:
            return f"{self.rehearsal}/_portal/power/environments/contoso/settings/appusers"
        return f"{self._of(_POWER)}/manage/environments"

    @property
    def tables(self) -> str:
        """Power Apps: where change tracking of a table is switched on."""
        return f"{self.rehearsal}/_portal/power" if self.rehearsal else self._of(_MAKER)

    @property
    def shared_mailboxes(self) -> str:
        """Exchange admin center: Recipients > Mailboxes."""
        if self.rehearsal:
            return f"{self.rehearsal}/_portal/exchange"
        return self._of(_EXCHANGE)

    @property
    def mailboxes(self) -> str:
        """Advanced Settings > Email Configuration > Mailboxes."""
        if self.rehearsal:
            return f"{self.rehearsal}/_portal/dynamics/mailboxes"
        return f"{self.organisation}/main.aspx?pagetype=entitylist&etn=mailbox" if self.organisation else ""

    def mailbox(self, mailboxid: str) -> str:
        """The mailbox record, with Approve Email and Test & Enable Mailbox."""
        if not mailboxid:
            return self.mailboxes
        if self.rehearsal:
            return f"{self.rehearsal}/_portal/dynamics/mailboxes/{mailboxid}"
        return f"{self.organisation}/main.aspx?pagetype=entityrecord&etn=mailbox&id={mailboxid}"

    def _of_application(self, blade: str) -> str:
        if self.rehearsal or not self.clientid:
            return self.registrations
        return f"{self._of(_ENTRA)}/{_REGISTRATIONS}/ApplicationMenuBlade/~/{blade}/appId/{quote(self.clientid)}"

    def _of(self, hosts: dict[str, str]) -> str:
        """The address for this organisation: of its part of a cloud, where that has one of its own."""
        host = urlsplit(self.organisation).hostname or ""
        part = next((name for ending, name in _WITHIN.items() if host.endswith(ending)), self.cloud)
        return hosts.get(part) or hosts.get(self.cloud) or hosts["worldwide"]
