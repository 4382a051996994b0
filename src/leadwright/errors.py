"""Every error Leadwright raises on purpose, split by who must act. Faces map each class once.

LeadwrightError
├── NotAllowed      the caller lacks a privilege (the message names it)
├── NotFound        no such record, or none the caller may see
├── Conflict        the record changed, or the state does not allow this now
│   ├── Busy        another writer was first; the same again in a moment can work
│   └── Doubt       something speaks against it; said again with "anyway", it is done
├── BadInput        what was given cannot be used; the message says what to do
│   └── BadSetup    a setting of the installation or the agent cannot be used: all work like this would fail alike
├── MissingExtra    an optional part is not installed; the message says the command
└── OutsideError    something we do not own failed; `permanent` decides about retries
    ├── CrmError
    ├── MailError
    ├── SearchError
    ├── FetchError
    │   └── LeftAlone   the site asks programs not to read the page
    ├── ModelError
    └── ProviderError   a provider of OpenID Connect
"""


class LeadwrightError(Exception):
    """Base class. `str(error)` is one or two sentences a person can act on."""


class NotAllowed(LeadwrightError):
    """The caller lacks a privilege.

    Args:
        message: sentence for the person.
        privilege: the missing privilege, e.g. ``prvWriteLead``, when one is known.
    """

    def __init__(self, message: str, *, privilege: str | None = None) -> None:
        super().__init__(message)
        self.privilege = privilege


class NotFound(LeadwrightError):
    """No such record, or none that the caller may see (the two are not told apart)."""


class Conflict(LeadwrightError):
    """The record changed meanwhile, or its state does not allow this now."""


class Busy(Conflict):
    """Another writer was first or holds the database; the same again in a moment can work."""


class Doubt(Conflict):
    """Something speaks against it, and the person decides. `doubts` are sentences; asked again "anyway", it is done."""

    def __init__(self, doubts: tuple[str, ...]) -> None:
        super().__init__(" ".join((*doubts, "Confirm it to do it anyway.")))
        self.doubts = doubts


class BadInput(LeadwrightError):
    """What was given cannot be used. `field` names the input it concerns, when there is one."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class BadSetup(BadInput):
    """A setting of the installation or the agent cannot be used. Work waits until it is put right; none is blamed."""


class MissingExtra(LeadwrightError):
    """A part that is installed on choice is missing.

    Args:
        what: what was wanted, e.g. "Reading PDF files".
        extra: the name of the extra in pyproject.toml.
    """

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f'{what} needs an extra that is not installed. Run in the checkout: pip install ".[{extra}]"')
        self.extra = extra


class OutsideError(LeadwrightError):
    """Something outside failed. Workflows retry only when `permanent` is False.

    Args:
        message: what failed and what to do.
        permanent: True when trying again cannot help.
        retry_after: seconds the other side asked us to wait, if it did.
        installation: it would fail for every lead alike (key, quota, unknown model): the work waits until it is
            put right, and no lead is blamed.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        installation: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after
        self.installation = installation


class CrmError(OutsideError):
    """An outside CRM failed."""


class MailError(OutsideError):
    """A mail server failed."""


class SearchError(OutsideError):
    """A web-search provider failed."""


class FetchError(OutsideError):
    """A page could not, or may not, be fetched."""


class LeftAlone(FetchError):
    """The site's robots.txt asks programs not to read this page. Nothing went wrong; asking again changes nothing."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class ModelError(OutsideError):
    """A language model failed, refused, or answered nonsense twice."""


class ProviderError(OutsideError):
    """A provider of OpenID Connect cannot be asked, or answers what makes no sense."""
