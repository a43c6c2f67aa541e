"""The settings, read once from the environment. docs/settings.md is checked against this class."""

import getpass
import os
import re
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    ByteSize,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    field_validator,
)

from domain.shared.errors import RapportError
from infra.quality import known_region

_LEAST_MEMORY = 1_000_000_000  # bytes


class SettingsError(RapportError):
    """A setting that can't be used; the message names it."""


class Settings(BaseModel):
    """What can be set, each as an environment variable `RAPPORT_<NAME>`."""

    model_config = ConfigDict(frozen=True, validate_default=True)

    home: Path = Field(Path("~/.rapport"), description="the folder of the log, the keys and the tables")
    store: SecretStr = Field(
        SecretStr("sqlite"),
        description="where the log is: `sqlite`, or a PostgreSQL URL, which then holds the tables too",
    )
    tenant: str = Field("main", pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$", description="whose events these are")
    timezone: str = Field("UTC", description="the zone in which a bare date is midnight and a day is a day")
    country: str = Field(
        "",
        description="the alpha-2 code, such as DE, of the country whose telephone numbers may stand without its code;"
        " without it only international numbers have a normal form",
    )
    actor: str = Field(
        default_factory=lambda: f"user:{getpass.getuser()}", description="who does what this program does"
    )
    owner_url: SecretStr | None = Field(
        None, description="for `rapport init`: the URL of the PostgreSQL database's owner, if RAPPORT_STORE is not that"
    )
    app_password: SecretStr | None = Field(
        None, description="for `rapport init`: the password that the role rapport_app is to have"
    )
    analyst_password: SecretStr | None = Field(
        None, description="for `rapport init`: the password that the role rapport_analyst is to have"
    )
    memory: ByteSize | None = Field(
        None,
        description="how much memory the embedded tables may take while they are computed, such as 4GB; by default what"
        " the machine allows, between 2.4GB and 5.6GB",
    )
    rebuild_connections: int = Field(
        2,
        ge=1,
        le=32,
        description="by how many connections `rapport rebuild` computes models side by side on PostgreSQL: as many as"
        " its server has cores to spare",
    )
    models: Path | None = Field(
        None,
        description="a folder of models of your own, each a folder as docs/own-model.md says; every program that"
        " computes tables needs it",
    )
    keys: SecretStr = Field(
        SecretStr("files"),
        description="where the keys of personal data are: `files` for the folder `keys` of RAPPORT_HOME, or the URL of"
        " a PostgreSQL database that is not the log's, for several machines",
    )
    master_key: SecretStr | None = Field(
        None,
        description="the master key, 64 hexadecimal digits, where it is not to lie in a file beside the keys",
    )
    next_master_key: SecretStr | None = Field(
        None, description="for `rapport keys rotate`: the master key that is to take over from RAPPORT_MASTER_KEY"
    )
    kafka: str | None = Field(None, description="the Kafka brokers, as `host:port` separated by commas")
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="how the brokers are talked to"
    )
    kafka_ca: Path | None = Field(None, description="the PEM file with the authority that signed the brokers' keys")
    kafka_cert: Path | None = Field(None, description="the PEM file with our certificate, where brokers ask for one")
    kafka_key: Path | None = Field(None, description="the PEM file with that certificate's private key")
    kafka_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="how SASL proves who we are"
    )
    kafka_user: str | None = Field(None, description="who we are to the brokers, with SASL")
    kafka_password: SecretStr | None = Field(None, description="the password to that")
    kafka_group: str = Field("rapport-ingest", min_length=1, description="the consumer group that reads the topics")
    kafka_session: int = Field(
        10, ge=1, le=1800, description="seconds without a sign of life until a consumer's partitions go to another one"
    )
    topics: str = Field(
        "",
        description="names of topics other than `rapport.<area>`, as `contacts=crm-contacts` separated by commas",
    )
    observe: str | None = Field(
        None,
        pattern=r"^[^:]*:\d{1,5}$",
        description="`host:port` where `rapport run` answers /metrics, /healthz and /readyz; nowhere by default",
    )
    log_format: Literal["text", "json"] = Field("text", description="how `rapport run` writes its log lines")
    open_custom: str = Field("", description="names of custom fields that are no personal data, separated by commas")

    @field_validator("home")
    @classmethod
    def _expand(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("models", mode="before")
    @classmethod
    def _a_folder(cls, value: Path | str | None) -> Path | None:
        if not value:
            return None
        folder = Path(value).expanduser().absolute()
        if not folder.is_dir():
            msg = f"there is no folder {folder}"
            raise ValueError(msg)
        return folder

    @field_validator("memory", mode="wrap")
    @classmethod
    def _enough(cls, value: object, parse: ValidatorFunctionWrapHandler) -> ByteSize | None:
        try:
            size: ByteSize | None = parse(value or None)
        except ValueError:
            size = ByteSize(0)
        if size is not None and size < _LEAST_MEMORY:
            msg = "write a size of 1GB or more, such as 4GB"
            raise ValueError(msg)
        return size

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            msg = f"'{value}' is not a time zone; write one like Europe/Berlin"
            raise ValueError(msg) from None
        return value

    @field_validator("country")
    @classmethod
    def _known_country(cls, value: str) -> str:
        code = value.strip().upper()
        if code and not known_region(code):
            msg = "write a country's alpha-2 code, such as DE"
            raise ValueError(msg)
        return code

    @field_validator("store")
    @classmethod
    def _known_store(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if text != "sqlite" and not text.startswith(("postgresql://", "postgres://")):
            msg = "write `sqlite` or a URL that begins with postgresql://"
            raise ValueError(msg)
        return value

    @field_validator("keys")
    @classmethod
    def _known_keys(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if text != "files" and not text.startswith(("postgresql://", "postgres://")):
            msg = "write `files` or a URL that begins with postgresql://"
            raise ValueError(msg)
        return value

    @field_validator("master_key", "next_master_key")
    @classmethod
    def _whole_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and re.fullmatch("[0-9a-fA-F]{64}", value.get_secret_value()) is None:
            msg = "a master key has 64 hexadecimal digits"
            raise ValueError(msg)
        return value

    @property
    def on_postgres(self) -> bool:
        """Whether log and tables are in PostgreSQL."""
        return self.store.get_secret_value() != "sqlite"

    @property
    def open_custom_names(self) -> frozenset[str]:
        """The custom fields that stand in the open."""
        return frozenset(name.strip() for name in self.open_custom.split(",") if name.strip())


def read_settings() -> Settings:
    """The settings of this process. Raises SettingsError, naming the variable that can't be used."""
    # pydantic-settings does this too, and takes longer to load than all else that a read needs together.
    variables = {name: _variable(name) for name in Settings.model_fields}
    given = {name: os.environ[variable] for name, variable in variables.items() if variable in os.environ}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        name = _variable(str(first["loc"][0])) if first["loc"] else "RAPPORT_*"
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name} can't be used: {reason}") from None


def _variable(name: str) -> str:
    return f"RAPPORT_{name.upper()}"
