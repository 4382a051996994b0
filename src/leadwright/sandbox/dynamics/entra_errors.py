"""Errors of Entra in its own shape: AADSTS code, OAuth error, sentence, trace. What causes them lives elsewhere."""

from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse

from leadwright.sandbox.dynamics.world import World, new_guid

_FEDERATION_PAGE = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
_KEYS_PAGE = (
    "Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{app}'. "
    "Review the documentation at https://docs.microsoft.com/en-us/graph/deployments to determine the corresponding "
    "service endpoint."
)
_NO_MATCH = (
    "No matching federated identity record found for presented assertion {part} '{value}'. Check your federated "
    f"identity credential Subject, Audience and Issuer against the presented assertion. {_FEDERATION_PAGE}"
)
_WRONG_TENANT = (
    "This can happen if the application has not been installed by the administrator of the tenant or consented to by "
    "any user in the tenant. You {may} have sent your authentication request to the wrong tenant."
)

# code -> (OAuth error, sentence)
_ERRORS = {
    16000: ("interaction_required", "Select an account: nobody is signed in, and the request forbids to ask."),
    28000: (
        "invalid_scope",
        "Provided value for the input parameter scope is not valid because it contains more than one resource. "
        "Scope {scope} is not valid.",
    ),
    50011: (
        "invalid_request",
        "The redirect URI '{redirect}' specified in the request does not match the redirect URIs configured for the "
        "application '{app}'. Make sure the redirect URI sent in the request matches one added to your application.",
    ),
    50027: ("invalid_client", "JWT token is invalid or malformed."),
    50049: ("invalid_instance", "Unknown or invalid instance."),
    50057: ("invalid_grant", "The user account is disabled."),
    50059: (
        "invalid_request",
        "No tenant-identifying information found in either the request or implied by any provided credentials.",
    ),
    50194: (
        "invalid_request",
        "Application '{app}' is not configured as a multi-tenant application. Usage of the /common endpoint is not "
        "supported for such apps. Use a tenant-specific endpoint or configure the application to be multi-tenant.",
    ),
    53003: (
        "invalid_grant",
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    ),
    54005: ("invalid_grant", "OAuth2 Authorization code was already redeemed, please retry with a new valid code."),
    65001: (
        "invalid_grant",
        "The user or administrator has not consented to use the application with ID '{app}'. Send an interactive "
        "authorization request for this user and resource.",
    ),
    65004: ("access_denied", "User declined to consent to access the app."),
    70000: ("invalid_grant", "Provided grant is invalid or malformed."),
    70003: ("unsupported_grant_type", "The app requested an unsupported grant type '{grant}'."),
    70007: ("unsupported_response_type", "'{value}' is not a supported value of 'response_type' or 'response_mode'."),
    70008: ("invalid_grant", "The provided authorization code or refresh token has expired due to inactivity."),
    70011: (
        "invalid_scope",
        "The provided request must include a 'scope' input parameter. The provided value for the input parameter "
        "'scope' is not valid. The scope {scope} is not valid.",
    ),
    70016: (
        "authorization_pending",
        "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
    ),
    70018: ("authorization_declined", "Invalid verification code: the person declined the sign-in."),
    70019: ("bad_verification_code", "The verification code expired or is not one of ours."),
    70020: ("expired_token", "The provided value for the input parameter 'device_code' is not valid: it has expired."),
    90002: (
        "invalid_request",
        "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the "
        "correct cloud. Check with your subscription administrator, this may happen if there are no active "
        "subscriptions for the tenant.",
    ),
    90094: (
        "access_denied",
        "Admin consent is required for the permissions requested by this application. An administrator must grant it.",
    ),
    500011: (
        "invalid_resource",
        "The resource principal named {resource} was not found in the tenant named {tenant}. "
        + _WRONG_TENANT.format(may="might"),
    ),
    501481: (
        "invalid_grant",
        "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
    ),
    700016: (
        "unauthorized_client",
        "Application with identifier '{app}' was not found in the directory '{tenant}'. "
        + _WRONG_TENANT.format(may="may"),
    ),
    700021: ("invalid_client", "Client assertion application identifier doesn't match 'client_id' parameter."),
    700023: ("invalid_client", "Client assertion audience claim does not match Realm issuer."),
    700024: (
        "invalid_client",
        "Client assertion is not within its valid time range. Current time: {now}, assertion valid from {start}, "
        "expiry time of assertion {end}.",
    ),
    700025: (
        "invalid_client",
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    ),
    700027: (
        "invalid_client",
        "The certificate with identifier used to sign the client assertion {problem} [Reason - {reason}, Thumbprint "
        "of key used by client: '{thumbprint}', " + _KEYS_PAGE + "]",
    ),
    700030: ("invalid_client", "The client assertion was used before: its 'jti' must not be repeated."),
    700038: ("invalid_request", "{app} is not a valid application identifier."),
    700211: ("invalid_client", _NO_MATCH.replace("{part}", "issuer")),
    700212: ("invalid_client", _NO_MATCH.replace("{part}", "audience")),
    700213: ("invalid_client", _NO_MATCH.replace("{part}", "subject")),
    900023: (
        "invalid_request",
        "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain.",
    ),
    900144: ("invalid_request", "The request body must contain the following parameter: '{name}'."),
    1002012: (
        "invalid_scope",
        "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with "
        "/.default suffixed to the resource identifier (application ID URI).",
    ),
    7000112: ("unauthorized_client", "Application '{app}'({name}) is disabled."),
    7000215: (
        "invalid_client",
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not "
        "the client secret ID, for a secret added to app '{app}'.",
    ),
    7000216: (
        "invalid_client",
        "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
    ),
    7000218: (
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
    7000229: (
        "unauthorized_client",
        "The client application {app} is missing service principal in the tenant {tenant}. See instructions here: "
        "https://go.microsoft.com/fwlink/?linkid=2225119",
    ),
    7000222: (
        "invalid_client",
        "The provided client secret keys for app '{app}' are expired. Visit the Azure portal to create new keys for "
        "your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: "
        "https://aka.ms/certCreds.",
    ),
    7002138: (
        "invalid_client",
        "No matching federated identity record found for presented assertion subject '{value}'. The subject matches "
        "with case-insensitive comparison, but not with case-sensitive comparison. Check your federated identity "
        f"credential Subject, Audience and Issuer against the presented assertion. {_FEDERATION_PAGE}",
    ),
    7002111: (
        "invalid_client",
        "The signing keys of the issuer '{value}' could not be read, or do not fit: {problem}.",
    ),
}


@dataclass(eq=False)
class Aadsts(Exception):
    """A refusal of Entra.

    Args:
        code: the number after AADSTS.
        error: OAuth error, such as invalid_client.
    """

    code: int
    error: str
    sentence: str

    @property
    def status(self) -> int:
        """401 for a client that cannot prove itself, else 400."""
        return 401 if self.error == "invalid_client" else 400

    def body(self, world: World, host: str, correlation: str) -> dict[str, Any]:
        """The JSON of a refusal."""
        stamp = world.clock().strftime("%Y-%m-%d %H:%M:%SZ")
        trace, correlation = new_guid(), correlation or new_guid()
        tail = f" Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}"
        return {
            "error": self.error,
            "error_description": f"AADSTS{self.code}: {self.sentence}{tail}",
            "error_codes": [self.code],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"https://{host}/error?code={self.code}",
        }

    def answer(self, world: World, host: str, correlation: str = "") -> JSONResponse:
        """The HTTP answer of a refusal."""
        headers = {"Cache-Control": "no-store, no-cache", "x-ms-request-id": new_guid()}
        if self.status == 401:
            headers["WWW-Authenticate"] = "Basic"
        return JSONResponse(self.body(world, host, correlation), self.status, headers)


def aadsts(code: int, **words: object) -> Aadsts:
    """The refusal with this code; `words` fill its sentence."""
    error, sentence = _ERRORS[code]
    return Aadsts(code, error, sentence.format(**words))
