"""What Entra's refusals (AADSTS) mean for a connection, and what to do where."""

import re

from leadwright.domain.platform import AUTHORITIES, Cloud
from leadwright.microsoft.connection import Connection
from leadwright.microsoft.errors import SignInRefused

_CODE = re.compile(r"AADSTS(\d+)")
_TAIL = re.compile(r"\s*(Trace ID|Correlation ID|Timestamp):.*", re.DOTALL)
_TRACE = re.compile(r"Trace ID: ([0-9a-f-]{36})")
_PORTAL = "Microsoft Entra admin center, App registrations"
_PASSING = frozenset({90033, 90055, 90006, 90012, 90013, 50196, 700030, 50058})
_AUDIENCES = {  # of a federated token, by Entra's address
    AUTHORITIES[Cloud.WORLDWIDE]: "api://AzureADTokenExchange",
    AUTHORITIES[Cloud.US]: "api://AzureADTokenExchangeUSGov",
    AUTHORITIES[Cloud.CHINA]: "api://AzureADTokenExchangeChina",
}

_ADVICE = {
    7000215: "The client secret is not right. Copy the secret's Value (not its Secret ID) from {portal}, your "
    "application, Certificates & secrets, and enter it here. One that was only just made takes a minute to count.",
    7000222: "The client secret has expired. Add a new one in {portal}, your application, Certificates & secrets, and "
    "enter its Value here.",
    7000216: "Entra asks for a secret or certificate and got none. Enter one.",
    7000218: "Entra asks for a secret or certificate and got none. Enter one.",
    700016: "There is no application {client} in the tenant {tenant}. Compare the Application (client) ID and the "
    "Directory (tenant) ID with the overview page of your application in {portal}.",
    700038: "{client} is not an application ID. Copy the Application (client) ID from {portal}.",
    90002: "There is no tenant {tenant}. Copy the Directory (tenant) ID from the overview page of your application in "
    "{portal}, and check that the right cloud is chosen.",
    900023: "{tenant} is neither a tenant ID nor a domain. Copy the Directory (tenant) ID from the overview page of "
    "your application in {portal}.",
    50059: "Entra needs your own tenant. Enter the Directory (tenant) ID instead of {tenant}.",
    50194: "The application belongs to one tenant. Enter that Directory (tenant) ID instead of {tenant}.",
    70011: "The address {resource} cannot be asked for. Enter the organisation's address as it stands in the browser, "
    "such as https://contoso.crm.dynamics.com.",
    1002012: "The address {resource} cannot be asked for. Enter the organisation's address as it stands in the "
    "browser, such as https://contoso.crm.dynamics.com.",
    500011: "The tenant {tenant} knows no {resource}. Compare the organisation's address with the one in the browser "
    "(Power Platform admin center, Environments, Environment URL), and the tenant with the one it belongs to.",
    700027: "Entra does not know the certificate, or it has ended. Upload the certificate shown here in {portal}, your "
    "application, Certificates & secrets, Certificates.",
    700024: "Entra finds the signed assertion too old or too new. Set this machine's clock by time synchronisation "
    "(NTP).",
    700211: "No federated credential fits the issuer of the token in the file. Compare issuer, subject and audience in "
    "{portal}, your application, Certificates & secrets, Federated credentials.",
    700212: "No federated credential fits the audience of the token in the file; it must be "
    "{audience}. Change the token's audience, or the credential in {portal}.",
    700213: "No federated credential fits the subject of the token in the file. Compare issuer, subject and audience "
    "in {portal}, your application, Certificates & secrets, Federated credentials.",
    7002138: "The subject of the token in the file fits a federated credential but for capital letters. Write it the "
    "same in {portal}, your application, Certificates & secrets, Federated credentials.",
    7002111: "Entra cannot verify the token in the file: it does not get the issuer's keys. The issuer's address must "
    "be reachable from the internet.",
    53003: "A Conditional Access policy blocks the application. Ask an administrator to exclude it, or this machine's "
    "address, in Microsoft Entra admin center, Protection, Conditional Access (policies for workload identities).",
    7000229: "The application has no service principal (enterprise application) in the tenant {tenant}. An "
    "administrator opens Microsoft Entra admin center, Enterprise applications, New application, or consents to it "
    "once.",
    7000112: "The application is switched off in the tenant. Turn on Enabled for users to sign in: Microsoft Entra "
    "admin center, Enterprise applications, your application, Properties.",
    50011: "The redirect URI is not registered. Copy it from Agent settings, Prerequisites, Sign-in of people (of "
    "another application: People, Sign-in) and add it in {portal}, your application, Authentication (kind Web).",
    50057: "The account is switched off in Microsoft Entra admin center, Users.",
    65001: "Consent is missing. An administrator grants it in {portal}, your application, API permissions, Grant admin "
    "consent.",
    90094: "Only an administrator may consent to this. Sign in as one.",
    65004: "Consent was declined. Start again and accept it.",
    70000: "The sign-in was used already, or is damaged. Start again.",
    54005: "The sign-in was used already. Start again.",
    70018: "The sign-in was declined. Start again.",
    70019: "The code is not, or no longer, known. Start again.",
    70020: "The code has expired. Start again and enter it within 15 minutes.",
    70008: "The sign-in has expired. Start again.",
}


def code_of(text: str) -> int:
    """The number after AADSTS; 0 without one."""
    found = _CODE.search(text)
    return int(found[1]) if found else 0


def refusal_of(description: str, connection: Connection, resource: str, more: str = "") -> SignInRefused:
    """The refusal with what to do about it.

    Args:
        description: error_description of Entra.
        more: a sentence to add, such as one about the clock.
    """
    number = code_of(description)
    said = " ".join(_TAIL.sub("", description).split())[:400]
    words = {
        "portal": _PORTAL,
        "client": connection.client_id,
        "tenant": connection.tenant_id,
        "resource": resource,
        "audience": _AUDIENCES.get(connection.authority.rstrip("/"), _AUDIENCES[AUTHORITIES[Cloud.WORLDWIDE]]),
    }
    passing = number in _PASSING
    if number in _ADVICE:
        what = f"Entra refuses the sign-in (AADSTS{number}). {_ADVICE[number].format(**words)}"
    elif passing:
        what = f"Entra cannot answer just now (AADSTS{number}). It is tried again by itself."
    elif number:
        what = (
            f"Entra refuses the sign-in: {said} Look up AADSTS{number} at https://login.microsoftonline.com/error"
            f"?code={number}, or ask your administrator of Microsoft Entra."
        )
    else:
        what = f"Entra gives no token and says: {said or 'nothing'}. Check authority, tenant and client ID."
    trace = _TRACE.search(description)
    return SignInRefused(
        what + more,
        code=f"AADSTS{number}" if number else "",
        status=400,
        permanent=not passing,
        installation=True,
        said=said,
        request_id=trace[1] if trace else "",
    )
