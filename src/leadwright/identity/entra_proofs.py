"""How the application of the connection to Dynamics 365 proves itself when people of its tenant sign in."""

from collections.abc import Iterator
from datetime import datetime

from cryptography import x509

from leadwright.identity.certificates import ASSERTION_TYPE, sign_assertion, thumbprint_of
from leadwright.identity.oidc import SignInRefused
from leadwright.microsoft.connection import Connection
from leadwright.microsoft.errors import MicrosoftError
from leadwright.microsoft.tokens import proofs


def proofs_at(connection: Connection, endpoint: str, moment: datetime) -> Iterator[dict[str, str]]:
    """Fields of the form for a token endpoint, with the newest secret or certificate first.

    Raises:
        SignInRefused: the file with the federated token cannot be read.
    """
    for proof in proofs(connection):
        if isinstance(proof, str):
            yield {"client_secret": proof}
        elif "client_assertion" in proof:
            try:
                yield _asserted(proof["client_assertion"]())
            except MicrosoftError as error:
                raise SignInRefused(str(error)) from error
        else:
            name = thumbprint_of(x509.load_pem_x509_certificate(proof["public_certificate"].encode()))
            yield _asserted(sign_assertion(proof["private_key"], name, connection.client_id, endpoint, moment))


def _asserted(assertion: str) -> dict[str, str]:
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
