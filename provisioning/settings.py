"""Every setting, once: its name, its default, what it is for. Read once; secrets leave the environment then."""

import re
import ssl
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import unquote, urlsplit

from cryptography.fernet import Fernet
from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    field_validator,
)

from provisioning import setting_forms
from provisioning.domain.duration import parse_duration
from provisioning.domain.request import REGION_GROUPS
from provisioning.domain.schedule import Schedule, parse_schedule, parse_zone
from provisioning.domain.secret import Secret
from provisioning.errors import FieldError, InvalidRequest

ROOT: Final = Path(__file__).resolve().parent.parent
ENV_FILE: Final = Path(".env")
"""Of the working directory."""

_ID: Final = re.compile(r"[UWS][A-Z0-9]{2,}")
"""A user's or a user group's id in Slack: opaque, and never a name."""

_CHANNEL: Final = re.compile(r"[CG][A-Z0-9]{2,}")


def _split(value: Any) -> Any:
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


def _secret(value: Any) -> Any:
    return Secret(value.strip()) if isinstance(value, str) else value


def _keys(value: Any) -> Any:
    """Those of a file are kept as they are: they may change."""
    return tuple(Secret(part) for part in _split(value)) if isinstance(value, str) else value


def _until(value: Any) -> Any:
    return date.max if isinstance(value, str) and value.strip().lower() == "never" else value


def _span(value: Any) -> Any:
    return parse_duration(value) if isinstance(value, str) else value


Span = Annotated[timedelta, BeforeValidator(_span)]
Until = Annotated[date, BeforeValidator(_until)]
"""The last day of all for what never ends."""
Words = Annotated[tuple[str, ...], BeforeValidator(_split)]
SecretText = Annotated[Secret, BeforeValidator(_secret)]
DatabaseUrl = Annotated[SecretText, AfterValidator(setting_forms.database_url)]
MailUrl = Annotated[SecretText, AfterValidator(setting_forms.mail_url)]
Sender = Annotated[str, AfterValidator(setting_forms.sender)]
Domain = Annotated[str, AfterValidator(setting_forms.domain)]
ArchiveUrl = Annotated[str, AfterValidator(setting_forms.archive_url)]
WebUrl = Annotated[str, AfterValidator(setting_forms.web_url)]
ProjectUrl = Annotated[str, AfterValidator(partial(setting_forms.web_url, holds="{ref}"))]
TenantUrl = Annotated[str, AfterValidator(partial(setting_forms.web_url, holds="{subdomain}"))]
SecretKeys = Annotated[Sequence[Secret], PlainValidator(_keys)]


class Settings(BaseModel):
    """Settings of one process. Field names are the environment's names in lower case."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True, extra="forbid")

    database_url: DatabaseUrl = Field(
        description="PostgreSQL of the registry and the engine: postgresql://user:password@host/database."
    )
    tenantbot_secret_keys: SecretKeys = Field(
        description="Keys that seal secrets, newest first, comma-separated; make one with `tenantbot keys new`.",
    )
    tenantbot_token: SecretText | None = Field(
        default=None, description="Who you are on the command line; made by `tenantbot token`."
    )

    supabase_access_token: SecretText = Field(
        description="Token of Supabase's Management API, for all projects of the organization."
    )
    supabase_access_token_expires: Until | None = Field(
        default=None,
        description="Day on which that token ends, such as 2027-10-06, or never: Supabase's API does not tell.",
    )
    supabase_organization: str = Field(
        pattern=r"^[\w-]+$", description="Slug of the Supabase organization that pays."
    )
    supabase_region: str = Field(
        default="emea", description="Default region: a code such as eu-west-1, or americas, emea, apac."
    )
    supabase_api_url: WebUrl = Field(
        default="https://api.supabase.com", description="Supabase's Management API."
    )
    supabase_data_api_url: ProjectUrl = Field(
        default="https://{ref}.supabase.co", description="A project's own URL, where its keys are tried."
    )
    supabase_project_monthly_cost: float = Field(
        default=10.0, ge=0, description="US dollars a month for one more project."
    )
    supabase_allow_free_plan: bool = Field(
        default=False, description="Whether tenants may be made in a free organization."
    )
    supabase_ca_file: Path | None = Field(
        default=None,
        description="Supabase's root certificates (from its dashboard): tenant databases are then verified in full.",
    )

    tenant_schema_dir: Path = Field(
        default=ROOT / "schema" / "tenant", description="Folder of the base schema."
    )
    seeds_dir: Path = Field(
        default=ROOT / "seeds", description="Folder of the default vendor configurations and resellers."
    )

    taskifai_domain: Domain = Field(
        default="taskifai.com", description="Domain that the tenants' subdomains belong to."
    )
    taskifai_url_template: TenantUrl = Field(
        default="https://{subdomain}.taskifai.com", description="A tenant's own URL."
    )
    taskifai_resolver: str | None = Field(
        default=None, description="DNS server (host:port) that finds tenants' URLs, instead of the system's."
    )
    taskifai_ca_file: Path | None = Field(
        default=None, description="Certificate authority of tenants' URLs and mail, instead of the system's."
    )

    platform_registry: Literal["admin_api", "none"] = Field(
        default="admin_api", description="How tenants are published to the platform."
    )
    platform_admin_url: WebUrl | None = Field(
        default=None, description="Base URL of the platform's admin API, such as https://api.taskifai.com."
    )
    platform_admin_token: SecretText | None = Field(
        default=None, description="Bearer token of the platform's admin API."
    )
    platform_admin_body: Literal["guide", "platform"] = Field(
        default="guide", description="Shape of the admin API's bodies."
    )
    admin_user_via: Literal["auto", "register", "sql"] = Field(
        default="auto", description="How the first admin is created."
    )
    verify_advisory: Words = Field(
        default=(), description="Names of checks that may fail without failing the tenant."
    )

    dns_provider: Literal["none", "cloudflare"] = Field(
        default="none", description="Where a missing CNAME is added."
    )
    dns_target: str = Field(default="cname.vercel-dns.com", description="What tenants' names point to.")
    dns_nameservers: Words = Field(
        default=(), description="DNS servers to ask (host or host:port), instead of the system's."
    )
    cloudflare_api_token: SecretText | None = Field(
        default=None, description="Token that may edit the zone's DNS."
    )
    cloudflare_zone_id: str | None = Field(
        default=None, description="The zone of TASKIFAI_DOMAIN at Cloudflare."
    )
    cloudflare_api_url: WebUrl = Field(
        default="https://api.cloudflare.com/client/v4", description="Cloudflare's API."
    )
    vercel_token: SecretText | None = Field(
        default=None,
        description="Token that may read the hosting project at Vercel; a diagnosis then asks it too.",
    )
    vercel_project_id: str | None = Field(
        default=None, description="Id or name of the Vercel project that serves tenants."
    )
    vercel_team_id: str | None = Field(default=None, description="Id of its team, where it is a team's.")

    mail_url: MailUrl = Field(
        description="How mail is sent: smtp://user:password@host:587, smtps://… or resend://key."
    )
    mail_from: Sender = Field(description="Sender of the welcome e-mail.")
    mail_reply_to: Sender | None = Field(default=None, description="Where replies to the welcome e-mail go.")
    support_url: str = Field(
        default="docs.taskifai.com", description="Documentation named in the welcome e-mail."
    )

    slack_bot_token: SecretText | None = Field(
        default=None, description="Bot User OAuth Token of the installed Slack app (xoxb-…)."
    )
    slack_app_token: SecretText | None = Field(
        default=None, description="App-level token (xapp-…) with connections:write: Slack over Socket Mode."
    )
    slack_signing_secret: SecretText | None = Field(
        default=None, description="Signing secret of the Slack app: Slack over HTTP, at PORT."
    )
    slack_api_url: WebUrl = Field(default="https://slack.com/api/", description="Slack's Web API.")
    slack_ops_channel: str | None = Field(
        default=None,
        description="Id (C…) of the channel where runs are reported; the app must be in it.",
    )
    slack_digest_channel: str | None = Field(
        default=None, description="Id (C…) of the channel for the digest; instead of SLACK_OPS_CHANNEL."
    )
    tenantbot_viewers: Words = Field(
        default=(), description="Who may look, in Slack: user ids (U…) and user group ids (S…)."
    )
    tenantbot_operators: Words = Field(
        default=(), description="Who may provision and decide about runs, in Slack: user and user group ids."
    )
    tenantbot_approvers: Words = Field(
        default=(), description="Who may also approve what others ask for, in Slack: user and user group ids."
    )
    port: int = Field(default=3000, ge=0, le=65535, description="Where `tenantbot web` listens for HTTP.")

    admin_jwt_secret: SecretText | None = Field(
        default=None, description="Secret that signs the tokens of `tenantbot token`; at least 32 characters."
    )
    admin_jwks_url: WebUrl | None = Field(
        default=None,
        description="Public keys (JWKS) of an identity provider whose tokens the admin API takes.",
    )
    admin_jwt_issuer: str | None = Field(
        default=None, description="Who must have issued a token (its iss); else that is not looked at."
    )
    admin_jwt_audience: str = Field(
        default="tenantbot", description="Whom a token must be meant for (its aud)."
    )
    admin_jwt_role_claims: Words = Field(
        default=("role", "roles"), description="Claims of a token that may hold viewer, operator or approver."
    )
    admin_rate_limit: int = Field(
        default=600, ge=1, description="Requests a minute that the admin API takes from one caller."
    )

    archive_url: ArchiveUrl | None = Field(
        default=None, description="Where backups are kept: file:///… or s3://bucket/prefix."
    )
    proof_database_url: DatabaseUrl | None = Field(
        default=None,
        description="PostgreSQL where backups are proved, in databases made for it; instead of DATABASE_URL's server.",
    )
    tenantbot_pg_bin: Path | None = Field(
        default=None,
        description="Folder of pg_dump and pg_restore, as new as the tenants' PostgreSQL; instead of those found.",
    )

    approval_expiry: Span = Field(
        default=timedelta(hours=24), description="How long an approver has to answer: 30m, 24h, 7d."
    )
    deprovision_grace: Span = Field(
        default=timedelta(days=7),
        description="How long a tenant that is to end can be brought back: 0, 24h, 7d.",
    )

    digest_cron: str = Field(
        default="0 9 * * *",
        description="When the digest is posted, as in a crontab (minute, hour, day, month, weekday), or off.",
    )
    digest_timezone: str = Field(
        default="UTC", description="Time zone of DIGEST_CRON and VERIFY_CRON, such as Europe/Berlin."
    )
    digest_quiet: bool = Field(
        default=False,
        description="Whether the digest is left out when nothing has changed since the last one.",
    )

    verify_cron: str = Field(
        default="30 3 * * *",
        description="When all tenants are verified, tried at each other, and looked at for drift: as in a crontab, or off.",
    )
    verify_jitter: Span = Field(
        default=timedelta(minutes=10), description="How much later such a round begins at most: 0, 10m, 2h."
    )
    verify_parallel: int = Field(
        default=24, ge=1, le=64, description="How many tenants a round verifies at a time."
    )
    verify_keep: int = Field(
        default=20, ge=1, le=1000, description="How many verifications of each tenant are kept."
    )

    engine_retention: Span = Field(
        default=timedelta(days=30),
        description="How long the engine's checkpoints of what has ended are kept; runs and their history stay.",
    )

    metrics_token: SecretText | None = Field(
        default=None,
        description="Bearer token for /metrics; without one, only this machine and its private network may read it.",
    )
    metrics_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="Where `tenantbot worker` serves /healthz, /readyz and /metrics; each worker of a machine its own.",
    )
    metrics_host: str = Field(
        default="127.0.0.1", description="Address that METRICS_PORT is at; 0.0.0.0 for all of this machine's."
    )

    otel_exporter_otlp_endpoint: WebUrl | None = Field(
        default=None,
        description="Base URL of an OpenTelemetry collector, such as http://127.0.0.1:4318; needs the extra `otel`.",
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Least severe log line that is written."
    )
    log_format: Literal["auto", "console", "json"] = Field(
        default="auto",
        description="Log lines for people, or for machines; auto: people where a terminal shows them.",
    )

    @field_validator("tenantbot_secret_keys")
    @classmethod
    def _keys_are_fernet_keys(cls, keys: Sequence[Secret]) -> Sequence[Secret]:
        if not keys:
            raise ValueError("there is no key in it")
        for key in keys:
            try:
                Fernet(key.reveal())
            except ValueError:
                raise ValueError("not a key that `tenantbot keys new` made") from None
        return keys

    @field_validator("supabase_ca_file", "taskifai_ca_file")
    @classmethod
    def _holds_certificates(cls, path: Path | None) -> Path | None:
        if path is not None:
            try:
                ssl.create_default_context(cafile=path)
            except OSError as fault:  # an SSLError is one
                raise ValueError(
                    f"{path} holds no certificates that can be read ({fault.strerror})"
                ) from None
        return path

    @field_validator("supabase_region")
    @classmethod
    def _is_a_region(cls, value: str) -> str:
        if value not in REGION_GROUPS and value.count("-") < 2:  # noqa: PLR2004
            raise ValueError("not a region")
        return value

    @field_validator("tenantbot_viewers", "tenantbot_operators", "tenantbot_approvers")
    @classmethod
    def _are_ids(cls, ids: tuple[str, ...]) -> tuple[str, ...]:
        if names := [one for one in ids if not _ID.fullmatch(one)]:
            raise ValueError(
                f"{', '.join(names)}: not an id; in Slack, open the profile or the user group and choose `Copy ID`"
            )
        return ids

    @field_validator("slack_ops_channel", "slack_digest_channel")
    @classmethod
    def _is_a_channel(cls, channel: str | None) -> str | None:
        if channel is not None and not _CHANNEL.fullmatch(channel):
            raise ValueError(
                f"{channel}: not an id; in Slack, click the channel's name, its id C… is at the end of About"
            )
        return channel

    @field_validator("slack_api_url")
    @classmethod
    def _ends_with_a_slash(cls, url: str) -> str:
        return url.rstrip("/") + "/"

    @field_validator("digest_cron", "verify_cron")
    @classmethod
    def _is_a_schedule(cls, cron: str) -> str:
        parse_schedule("", cron, "UTC")
        return cron

    @field_validator("digest_timezone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        parse_zone(name)
        return name

    def secret_texts(self) -> frozenset[str]:
        """Every secret there is, and the passwords in those that are URLs: what no text may hold."""
        values = [getattr(self, name) for name in type(self).model_fields]
        secrets = [one for one in values if isinstance(one, Secret)]
        texts = {secret.reveal() for secret in [*secrets, *self.tenantbot_secret_keys]}
        return frozenset(
            texts | {unquote(password) for text in texts if (password := urlsplit(text).password)}
        )

    @property
    def schedules(self) -> tuple[Schedule, ...]:
        """What happens by the clock."""
        return (
            parse_schedule("digest", self.digest_cron, self.digest_timezone),
            parse_schedule("retention", "17 * * * *", "UTC"),
            parse_schedule("verify", self.verify_cron, self.digest_timezone),
        )

    @classmethod
    def from_env(
        cls,
        environ: MutableMapping[str, str],
        *,
        env_file: Path | None = None,
        for_slack: bool = False,
        tell_all: bool = False,
    ) -> Self:
        """Read the environment, and `env_file` under it. Secrets are removed from `environ`.

        What the library of the archive looks for there by itself is added.
        Raises InvalidRequest that names every missing or malformed setting at once; with `for_slack`,
        those that the Slack surface can't start without are missed too, and with `tell_all` they are
        where others are.
        """
        from_file = (
            {name: value for name, value in dotenv_values(env_file).items() if value} if env_file else {}
        )
        for name, value in from_file.items():
            if name.startswith(_OF_THE_ARCHIVE):
                environ.setdefault(name, value)
        known = {name.upper(): name for name in cls.model_fields}
        raw = {
            known[name]: value
            for name, value in (from_file | dict(environ)).items()
            if name in known and value
        }
        for name, field in cls.model_fields.items():
            if "Secret" in str(field.annotation):
                environ.pop(name.upper(), None)
        return cls.checked(raw, for_slack=for_slack, tell_all=tell_all)

    @classmethod
    def checked(cls, raw: Mapping[str, Any], *, for_slack: bool = False, tell_all: bool = False) -> Self:
        """Build from values, with the same messages as from the environment."""
        of_slack = [*_missing_for_slack(raw)]
        faults = [*_missing_together(raw), *(of_slack if for_slack else ())]
        try:
            settings = cls(**raw)
        except ValidationError as fault:
            found = fault.errors(include_url=False, include_input=False)
            faults = [*(_sentence(cls, error) for error in found), *faults]
        if faults:
            also = of_slack if tell_all and not for_slack else []
            raise InvalidRequest([*faults, *also], hint=_HINT)
        return settings


_HINT: Final = (
    "Settings come from the environment or from .env here (see .env.example); "
    "--sandbox needs none, to try it without any account."
)
_OF_THE_ARCHIVE: Final = "AWS_"
_NEEDED_WITH: Final = {
    "platform_admin_url": ("platform_registry", "admin_api"),
    "platform_admin_token": ("platform_registry", "admin_api"),
    "cloudflare_api_token": ("dns_provider", "cloudflare"),
    "cloudflare_zone_id": ("dns_provider", "cloudflare"),
}


def _missing_together(raw: Mapping[str, Any]) -> list[FieldError]:
    fields = Settings.model_fields
    return [
        FieldError(
            name.upper(),
            f"{name.upper()} is missing, as {other.upper()} is {value}: {fields[name].description}",
        )
        for name, (other, value) in _NEEDED_WITH.items()
        if raw.get(other, fields[other].default) == value and not raw.get(name)
    ]


_SLACK_NEEDS: Final = (
    (("slack_bot_token",), ""),
    (("slack_app_token", "slack_signing_secret"), "One of them says how Slack reaches the bot. "),
    (("slack_ops_channel",), ""),
    (("tenantbot_operators", "tenantbot_approvers"), "Without them nobody may do anything. "),
)


def _missing_for_slack(raw: Mapping[str, Any]) -> Iterator[FieldError]:
    """Name what the Slack surface can't start without: one of each line above."""
    for names, why in _SLACK_NEEDS:
        if any(str(raw.get(name) or "").strip() for name in names):
            continue
        purposes = " ".join(f"{name.upper()}: {Settings.model_fields[name].description}" for name in names)
        missing = " and ".join(name.upper() for name in names)
        said = (
            f"{missing} is missing: {Settings.model_fields[names[0]].description}"
            if len(names) == 1
            else f"{missing} are both missing: {why}{purposes}"
        )
        yield FieldError(names[0].upper(), said)


def _sentence(cls: type[Settings], error: Any) -> FieldError:
    name = str(error["loc"][0])
    purpose = cls.model_fields[name].description if name in cls.model_fields else ""
    fault = (
        "is missing"
        if error["type"] == "missing"
        else f"is malformed ({error['msg'].removeprefix('Value error, ')})"
    )
    return FieldError(name.upper(), f"{name.upper()} {fault}: {purpose}")
