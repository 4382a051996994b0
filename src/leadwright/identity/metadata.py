"""What the built-in directory says of itself to clients: OpenID Connect Discovery and RFC 8414. No tokens."""

from typing import Any

from sqlalchemy.orm import Session

from leadwright.identity.certificates import ALGORITHMS
from leadwright.identity.directory import SCOPE, TOKEN_PATH, BuiltinDirectory


def describe_directory(directory: BuiltinDirectory, session: Session) -> dict[str, Any]:
    """The metadata document. People sign in on the desk, so there is no authorisation endpoint and no ID token."""
    tenant = directory.tenant_id(session)
    base = f"{directory.address}/{tenant}"
    methods = ["client_secret_post", "client_secret_basic", "private_key_jwt"]
    return {
        "issuer": directory.issuer(tenant),
        "token_endpoint": f"{base}/{TOKEN_PATH}",
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "revocation_endpoint": f"{base}/oauth2/v2.0/revoke",
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "scopes_supported": [SCOPE],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nbf", "appid", "tid", "oid"],
    }
