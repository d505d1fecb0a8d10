"""Everything a person may want to change: one row per setting, with help text.

Each field is read from the environment (`CHENGSHU_<NAME>`) or from `var/settings.env`; `run.py check` prints
all of them with their value and where it came from.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import ByteSize, Field, SecretStr, TypeAdapter, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import BadInput

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "CHENGSHU_"


class Settings(BaseSettings):
    """The settings of one running Chengshu."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    home: Path = Field(ROOT / "var", description="Folder of the database, uploads, keys and generated files.")
    host: str = Field("127.0.0.1", description="Address the server listens on.")
    port: int = Field(8050, ge=1, le=65535, description="Port the server listens on.")
    threads: int = Field(8, ge=1, le=256, description="Threads that answer requests.")
    memory_limit: str = Field("4GB", pattern=r"^\d+(\.\d+)?\s?(MB|GB|TB|MiB|GiB)$",
                              description="Most memory the database may use; more spills to disk.")
    values_memory: str = Field("4GB", pattern=r"^\d+(\.\d+)?\s?(MB|GB|TB|MiB|GiB)$",
                               description="Most memory the values of a city may take; those asked for longest ago go, and are read again when "
                                           "asked for.")
    database_threads: int = Field(2, ge=1, le=256, description="Cores a roll-up or a build may use.")
    language: Literal["zh", "en"] = Field("zh", description="Language of a first visit; the switch is on every page.")
    theme: Literal["dark", "light"] = Field("dark", description="Colour scheme of a first visit.")
    timezone: str = Field("Asia/Shanghai", description="Time zone of the screens (a city may name its own).")
    demo: Literal["off", "small", "city", "mega"] = Field(
        "city", description="Size of the synthetic demo city built at the first start; off for none.")
    demo_seed: int = Field(7, description="Seed of the demo city: the same seed gives the same city.")
    feed_seconds: float = Field(
        60.0, ge=0, description="Real seconds per demo hour of the live feed; 0 turns the feed off.")
    cache: Literal["SimpleCache", "FileSystemCache", "RedisCache", "NullCache"] = Field(
        "SimpleCache", description="Where callback and tile results are kept: in process, in files, or in Redis.")
    cache_redis_url: str = Field("redis://127.0.0.1:6379/0", description="Address of Redis, for CHENGSHU_CACHE=RedisCache.")
    cache_entries: int = Field(20_000, ge=0, description="Most results kept in the cache.")
    audit_days: int = Field(400, ge=180, le=36_500, description="Days the audit trail is kept (graded protection asks for six months at least).")
    lineage_days: int = Field(400, ge=31, le=36_500, description="Days the OpenLineage events of batches are kept, by whole months.")
    audit_strict: bool = Field(True, description="Refuse what needs a right while the audit trail cannot be written.")
    workspace_seconds: float = Field(20, ge=1, le=600, description="Seconds after which a question in the SQL workspace is stopped.")
    workspace_rows: int = Field(10_000, ge=1, le=1_000_000, description="Most rows that a question in the SQL workspace brings back.")
    workspace_memory_mb: int = Field(512, ge=64, le=65_536, description="Memory that one question in the SQL workspace may use, in megabytes.")
    workspace_minutes: float = Field(10, ge=0, le=1440, description="Minutes for which questions share one snapshot of the data.")
    workspace_at_once: int = Field(2, ge=1, le=32, description="Questions of the SQL workspace that run at the same time.")
    work_sign_hours: float = Field(24, gt=0, le=8760, description="Hours a department has to sign for rejected rows.")
    work_correct_hours: float = Field(72, gt=0, le=8760, description="Hours a department has to correct rejected rows it signed for.")
    work_review_hours: float = Field(48, gt=0, le=8760, description="Hours a data steward has to review corrected rows, and to close.")
    alert_hook_url: str = Field("", pattern=r"^$|^https?://[^\s]+$", description="Address that is told of new alerts (signed JSON); empty for none.")
    alert_mail_to: str = Field("", description="Who is told of new alerts by e-mail, with commas between; empty for nobody.")
    smtp_host: str = Field("", description="Mail server that alerts go out by; empty for none.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field("starttls", description="How the mail server is spoken to.")
    smtp_user: str = Field("", description="Name at the mail server; empty for none.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password at the mail server.")
    smtp_from: str = Field("chengshu@localhost", description="Sender of the e-mails.")
    brief_at: str = Field("07:00", pattern=r"^$|^([01][0-9]|2[0-3]):[0-5][0-9]$",
                          description="When the morning brief of each city is written, on its own clock (HH:MM); empty for never.")
    forecast_at: str = Field("03:00", pattern=r"^$|^([01][0-9]|2[0-3]):[0-5][0-9]$",
                             description="When forecasting models are chosen anew each day, on the city's clock (HH:MM); empty for when asked.")
    pdf_font: str = Field("", description="TrueType file of a font that has Chinese, for PDFs; without it one of this machine, else a standard one.")
    upload_limit_mb: int = Field(512, ge=1, description="Largest file taken in by one hand-in, in megabytes.")
    import_networks: str = Field(
        "", description="Networks that `run.py import https://…` may also fetch from, as 10.1.0.0/16,…; public addresses always may.")
    public_url: str = Field(
        "", pattern=r"^$|^https?://[^/?#\s]+$", description="Address people open, as https://city.example; needed for OIDC behind a proxy.")
    trusted_proxy: str = Field("", description="Address of the proxy in front: its X-Forwarded-For says who asks; empty for none.")
    session_idle_minutes: int = Field(30, ge=5, le=1440, description="Minutes without a request after which a session ends.")
    session_hours: int = Field(12, ge=1, le=720, description="Hours after which a session ends in any case.")
    second_factor: bool = Field(True, description="The roles of the system, security and audit administrators work only with a second factor.")
    oidc_issuer: str = Field("", pattern=r"^$|^https://|^http://(127\.0\.0\.1|localhost)(:|/|$)",
                             description="OpenID Connect provider, exactly as it writes its issuer; empty for none.")
    oidc_client_id: str = Field("", description="Name of this program at the provider.")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="Secret of this program at the provider; empty for a public client.")
    oidc_scopes: str = Field("openid profile email", pattern=r"(^|.* )openid( |$)", description="What is asked of the provider.")
    oidc_claim: str = Field("groups", description="Claim of the provider whose values CHENGSHU_OIDC_ROLES maps.")
    oidc_roles: str = Field("", description="Which claim value gives which role: value=role; value=role@city/unit.")
    oidc_accounts: Literal["disabled", "mapped"] = Field(
        "disabled", description="Accounts that a provider brings: disabled until somebody lets them in, or with the mapped roles at once.")
    https: bool = Field(False, description="A proxy in front speaks HTTPS: cookies travel only over it, browsers are told to stay with it.")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("no such time zone; names look like Asia/Shanghai") from error
        return name

    @field_validator("import_networks")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        try:
            for part in text.replace(",", " ").split():
                ip_network(part)
        except ValueError as error:
            raise ValueError(f"{error}; networks look like 10.1.0.0/16 or fd00::/8, with commas between") from error
        return text

    @property
    def values_bytes(self) -> int:
        """`values_memory` as a number."""
        return int(TypeAdapter(ByteSize).validate_python(self.values_memory))

    @property
    def database(self) -> Path:
        """The one database file."""
        return self.home / "chengshu.duckdb"


@dataclass(frozen=True)
class SettingRow:
    """One line of `run.py check`."""

    name: str
    value: str
    source: str
    help: str


def load(**overrides: object) -> Settings:
    """Settings from the environment and `var/settings.env`; raises BadInput naming the setting that is wrong."""
    home = Path(str(overrides.get("home") or os.environ.get(PREFIX + "HOME") or ROOT / "var"))
    try:
        return Settings(_env_file=home / "settings.env", **overrides)  # type: ignore[call-arg]
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + ".".join(str(part) for part in first["loc"]).upper()
        raise BadInput(f"Setting {name} is wrong: {first['msg']}", "`python run.py check` lists every setting",
                       value=first.get("input")) from error


def rows(settings: Settings) -> list[SettingRow]:
    """Every setting with its value, its source (default, environment, settings.env) and its help text."""
    file = settings.home / "settings.env"
    in_file = file.read_text(encoding="utf-8").upper() if file.exists() else ""
    found = []
    for name, field in Settings.model_fields.items():
        key = PREFIX + name.upper()
        if key in os.environ:
            source = "environment"
        elif f"{key}=" in in_file:
            source = str(file)
        else:
            source = "default" if getattr(settings, name) == field.default else "command line"
        found.append(SettingRow(key, str(getattr(settings, name)), source, field.description or ""))
    return found
