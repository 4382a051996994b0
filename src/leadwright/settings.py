"""One Settings object, read from environment and file in `bootstrap`. Nothing else reads the environment.

Every field is documented in docs/operator.md; a test compares the two.
"""

from difflib import get_close_matches
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from leadwright.errors import BadInput

_FILE = "leadwright.toml"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_LEAST_KEY = 16  # characters of a key that encrypts secrets


class Settings(BaseSettings):
    """How this installation runs. Source: environment `LEADWRIGHT_*` first, then `leadwright.toml`."""

    model_config = SettingsConfigDict(
        env_prefix="LEADWRIGHT_",
        toml_file=_FILE,
        secrets_dir=None,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,  # a value may be a key
    )

    data_dir: Path = Field(Path("leadwright-data"), description="Folder for the database, uploads and keys.")
    database_url: str = Field(
        "",
        description="SQLAlchemy URL; empty means SQLite in data_dir. "
        "PostgreSQL: postgresql+psycopg://user:password@host/name.",
    )
    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(8480, ge=0, le=65535, description="Port of the web server; 0 picks a free one.")
    public_url: str = Field("", description="Address people reach it by, when behind a proxy (https://...).")
    secret_key: SecretStr = Field(
        SecretStr(""), description="Key that encrypts secrets at rest; empty: kept in data_dir/secret.key."
    )
    executor_id: str = Field("", description="Stable name of this process among several; empty: host name and port.")
    workers: int = Field(
        8,
        ge=1,
        le=64,
        description="Leads worked at the same time by one process; with a model at least four for each of its calls.",
    )

    analyst: Literal["builtin", "model"] = Field("builtin", description="Who judges: builtin (no key) or model.")
    model: str = Field("", description="Model as provider:name, e.g. openai:gpt-5-mini or anthropic:claude-sonnet-4-5.")
    model_base_url: str = Field("", description="Base URL of an OpenAI-compatible server (Ollama, vLLM, a gateway).")
    model_api_key: SecretStr = Field(SecretStr(""), description="Key of the model provider, when it needs one.")
    model_fallback: str = Field("", description="Second model, asked when the first fails.")
    model_concurrency: int = Field(8, ge=1, le=256, description="Model calls in flight at most, K.")
    model_requests_per_minute: int = Field(0, ge=0, description="Model calls started in any minute; 0: no limit.")
    model_timeout_seconds: float = Field(60, gt=0, description="Seconds one model call may take.")
    model_tokens_per_lead: int = Field(
        60_000, ge=1_000, description="Model tokens one lead may use, in and out: research, mails and replies together."
    )
    model_prices: dict[str, tuple[float, float]] = Field(
        default_factory=dict, description="Dollars per million tokens (in, out) for models without a known price."
    )

    search: Literal["none", "searxng", "brave", "tavily"] = Field("none", description="Web-search provider.")
    search_url: str = Field("", description="Base URL of the SearXNG server; other providers have their own.")
    search_api_key: SecretStr = Field(SecretStr(""), description="Key of Brave or Tavily.")
    search_timeout_seconds: float = Field(10, gt=0, description="Seconds one search may take.")
    research_max_age_days: int = Field(30, ge=0, description="Days company research is used again before a new one.")
    embedding_model: str = Field(
        "",
        description="Finds knowledge by meaning too: a folder with model.onnx and tokenizer.json; none: by words "
        "alone; empty: the model of the extra embedding, where it is installed.",
    )
    fetch_company_sites: bool = Field(True, description="Read the web site that a lead or its account names.")
    honour_robots: bool = Field(True, description="Leave pages alone that a site's robots.txt forbids to programs.")
    fetch_private_hosts: frozenset[str] = Field(
        frozenset(), description="host:port pairs on private addresses that pages may be fetched from (rehearsal)."
    )
    webhook_private_hosts: frozenset[str] = Field(
        frozenset(), description="host:port pairs on private addresses that webhooks may be sent to."
    )
    dns_checks: bool = Field(
        True, description="Ask DNS about mail of a lead's domain, and for SPF, DKIM and DMARC of the mailbox's."
    )
    mailbox_check_seconds: int = Field(
        45,
        ge=10,
        description="Seconds between two tries to sign in at the mail servers, which find a mailbox that broke.",
    )

    import_max_mb: int = Field(512, ge=1, description="Megabytes a file of leads may have.")
    import_max_rows: int = Field(1_000_000, ge=1, description="Rows a file of leads may have.")

    administrators_need_app: bool = Field(
        False, description="A System Administrator signs in with an authenticator app beside the password."
    )
    everyone_needs_app: bool = Field(
        False, description="Everybody signs in with an authenticator app beside the password."
    )
    oidc_issuer: str = Field("", description="Issuer of a provider of OpenID Connect (https://...); empty: none.")
    oidc_name: str = Field("", description="Its name on the sign-in button; empty: the issuer's host.")
    oidc_client_id: str = Field("", description="Client ID Leadwright is registered under at oidc_issuer.")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="Client secret there, when it gave one.")
    oidc_create_role: str = Field(
        "", description="Role of people oidc_issuer knows and Leadwright does not; empty: they are refused."
    )
    oidc_domains: str = Field("", description="Domains of their email addresses, spaces between; empty: every one.")
    smtp_host: str = Field(
        "", description="Mail server for mails to users (invitations, passwords); empty: the shared mailbox."
    )
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of smtp_host.")
    smtp_security: Literal["starttls", "tls", "none"] = Field("starttls", description="How that line is protected.")
    smtp_user: str = Field("", description="Sign-in at smtp_host, when it asks for one.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password of smtp_user.")
    smtp_from: str = Field("", description="Address those mails come from; needed with smtp_host.")

    microsoft_authority: str = Field(
        "", description="Address of Entra instead of the one of the chosen cloud (https://...)."
    )
    microsoft_graph_url: str = Field(
        "", description="Address of Microsoft Graph instead of the one of the chosen cloud (https://...)."
    )
    microsoft_portals_url: str = Field(
        "", description="Address of a stand-in whose portals the set-up pages link to, instead of Microsoft's own."
    )
    microsoft_ca_file: Path | None = Field(
        None, description="PEM file of further certificate authorities to trust towards Microsoft's services."
    )
    microsoft_instance_discovery: bool = Field(
        True, description="Ask Microsoft whether microsoft_authority is one of its own; false for a stand-in."
    )
    mirror_poll_seconds: float = Field(
        30, ge=5, le=3600, description="Seconds between two looks at each table of a connected Dynamics 365."
    )
    microsoft_timeout_seconds: float = Field(
        60, gt=0, le=600, description="Seconds one request to Entra, Dataverse or Graph may take."
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level logged.")
    log_format: Literal["console", "json"] = Field("console", description="Log lines for people or for programs.")
    session_idle_minutes: int = Field(60, ge=1, description="A browser session ends after this time without use.")
    session_hours: int = Field(12, ge=1, description="A browser session ends after this time in any case.")

    @field_validator("public_url", "search_url", "model_base_url", "oidc_issuer")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value:
            return value
        try:
            parts = urlsplit(value)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable or any(c.isspace() for c in value):
            raise ValueError("it must be an address such as https://example.com")
        return value

    @field_validator("microsoft_authority", "microsoft_graph_url", "microsoft_portals_url")
    @classmethod
    def _microsoft(cls, value: str) -> str:
        if value and not (urlsplit(value).scheme == "https" and urlsplit(value).hostname):
            raise ValueError("it must begin with https://, because secrets are sent there")
        return value.rstrip("/")

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        keys = [line.strip() for line in value.get_secret_value().splitlines() if line.strip()]
        if any(len(key) < _LEAST_KEY for key in keys):
            raise ValueError(f"each key needs at least {_LEAST_KEY} characters; 32 random ones are good")
        return value

    @model_validator(mode="after")
    def _system_mail(self) -> "Settings":
        if self.smtp_host and "@" not in self.smtp_from:
            raise ValueError("smtp_host needs smtp_from, the address such mails come from")
        if self.smtp_host and self.smtp_security == "none" and self.smtp_host not in _LOOPBACK:
            raise ValueError("smtp_security none is for a server on this machine; use starttls or tls")
        return self

    @model_validator(mode="after")
    def _provider(self) -> "Settings":
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError("oidc_issuer needs oidc_client_id, which the provider gave at the registration")
        return self

    @property
    def address(self) -> str:
        """The address links in mails begin with: `public_url`, else this machine's own, which only it can open."""
        return self.public_url or f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'leadwright.db'}"

    @property
    def leads_in_work(self) -> int:
        """Leads worked at the same time by one process; with a model at least four for each of its calls.

        With a model four for each of its calls: a lead reads the web longer than it waits for an answer, and with
        fewer the model would be idle.
        """
        return max(self.workers, 4 * self.model_concurrency) if self.analyst == "model" else self.workers

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments beat the environment, which beats the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**given: Any) -> Settings:
    """The settings in force: arguments, environment, file.

    Raises:
        BadInput: one line for each problem; never with the value, which may be a key.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        raise BadInput("\n".join(_sentence(problem) for problem in error.errors())) from None
    except TOMLDecodeError as error:
        where = f" ({error})" if not str(error).count('"') and not str(error).count("'") else ""
        raise BadInput(f"{_FILE} is not valid TOML{where}. Correct it: name = value, texts in quotes.") from None
    except SettingsError as error:
        name = next((n for n in Settings.model_fields if f'"{n}"' in str(error)), "A setting")
        raise BadInput(f"{name}: the environment must hold JSON for this setting; see docs/operator.md.") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise BadInput(f"{_FILE} cannot be read: {reason}.") from None


def _sentence(problem: ErrorDetails) -> str:
    name = str(problem["loc"][0]) if problem["loc"] else "Settings"
    if problem["type"] == "extra_forbidden":
        near = get_close_matches(name, Settings.model_fields, n=1)
        return f"{name} is not a setting.{f' Do you mean {near[0]}?' if near else ''} See docs/operator.md."
    why = problem["msg"].removeprefix("Value error, ").replace("Input should be", "it must be").rstrip(".")
    return f"The setting {name} cannot be used: {why[:1].lower()}{why[1:]}."
