"""What can go wrong at Microsoft's services, each as its own class with a sentence that says what to do.

CrmError
└── MicrosoftError
    ├── CannotReach       no line at all: name, network, proxy, TLS; nothing was done
    ├── Unclear           the line broke, or the service did, after a write went out: it may have been done or not
    ├── SignInRefused     Entra gives no token (`code` is the AADSTS code), or a token is not taken
    ├── Throttled         too much was asked; nothing was done, `retry_after` says when to go on
    ├── ServiceDown       the service fails, at several tries
    ├── NotAMember        the application (or person) has no enabled user in the organisation
    ├── PrivilegeMissing  `privilege` is missing
    ├── RowGone           no such row, or none this caller may see
    ├── RowChanged        somebody changed the row after it was read
    ├── AlreadyThere      a row with this id or key exists
    ├── TokenExpired      a delta token is too old: read everything anew
    ├── UnknownName       a table or column does not exist (any more); `name` when it is known
    └── Refused           anything else the service says no to
"""

from leadwright.errors import CrmError


class MicrosoftError(CrmError):
    """Base class.

    Args:
        code: the service's own code, such as 0x80060882, ErrorAccessDenied or AADSTS7000215.
        status: HTTP status; 0 when there was no answer.
        request_id: by which Microsoft's support finds the request.
        said: the service's own words.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        status: int = 0,
        request_id: str = "",
        said: str = "",
        permanent: bool = False,
        retry_after: float | None = None,
        installation: bool = False,
    ) -> None:
        super().__init__(message, permanent=permanent, retry_after=retry_after, installation=installation)
        self.code, self.status, self.request_id, self.said = code, status, request_id, said


class CannotReach(MicrosoftError):
    """There is no line: name, network, proxy or TLS. Nothing was done. `kind`: dns, refused, timeout, tls, proxy."""

    def __init__(self, message: str, *, kind: str) -> None:
        super().__init__(message, installation=True)
        self.kind = kind


class Unclear(MicrosoftError):
    """A write went out and no clear answer came: it may have been done or not. Look before it is sent again."""


class SignInRefused(MicrosoftError):
    """Entra gives no token, or its token is not taken."""


class Throttled(MicrosoftError):
    """Too much was asked in five minutes. Nothing was done; `retry_after` seconds from now it goes on."""


class ServiceDown(MicrosoftError):
    """The service fails. Reading it again later can work."""


class NotAMember(MicrosoftError):
    """The application, or the person acted for, has no enabled user in the organisation."""


class PrivilegeMissing(MicrosoftError):
    """A privilege is missing: `privilege` such as prvWriteLead, a permission of Graph, or empty when not said."""

    def __init__(
        self,
        message: str,
        *,
        privilege: str,
        code: str,
        said: str,
        request_id: str = "",
        installation: bool = False,
    ) -> None:
        super().__init__(
            message,
            code=code,
            status=403,
            permanent=True,
            said=said,
            request_id=request_id,
            installation=installation,
        )
        self.privilege = privilege


class RowGone(MicrosoftError):
    """No such row, or none that this caller may see."""


class RowChanged(MicrosoftError):
    """Somebody changed the row after it was read. Read it again and decide anew."""


class AlreadyThere(MicrosoftError):
    """A row with this id or key exists already."""


class TokenExpired(MicrosoftError):
    """A delta token is too old. Read everything anew."""


class UnknownName(MicrosoftError):
    """A table or column does not exist, or not any more: `name`, empty when it is not said."""

    def __init__(self, message: str, *, name: str, code: str, status: int, said: str, request_id: str = "") -> None:
        super().__init__(message, code=code, status=status, permanent=True, said=said, request_id=request_id)
        self.name = name


class Refused(MicrosoftError):
    """The service says no, for a reason of its own."""
