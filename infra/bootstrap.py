"""The one place where things are constructed and put together. Nothing is opened before it is used."""

from datetime import UTC, datetime
from functools import cached_property
from typing import Self

from infra.keys import TenantKeys
from infra.log.log import EventLog
from infra.settings import Settings, read_settings


class Rapport:
    """The program's parts, as the settings say, each made on first use."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.keys = TenantKeys(settings.home / "keys")

    @cached_property
    def log(self) -> EventLog:
        """The log: an SQLite file in RAPPORT_HOME, or in the PostgreSQL of RAPPORT_STORE."""
        if self.settings.on_postgres:
            from infra.log.postgres import open_postgres_log  # noqa: PLC0415 - only who uses PostgreSQL pays for it

            url = self.settings.store.get_secret_value()
            return open_postgres_log(url, self.keys.identity_of, self.settings.open_custom_names)
        from infra.log.sqlite import open_sqlite_log  # noqa: PLC0415

        path = self.settings.home / "log.sqlite"
        return open_sqlite_log(path, self.keys.identity_of, self.settings.open_custom_names)

    def now(self) -> datetime:
        """The time, in UTC: the one clock of the program."""
        return datetime.now(UTC)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close whatever was opened."""
        if "log" in self.__dict__:
            self.log.close()


def open_rapport() -> Rapport:
    """The program's parts. They are closed at the end of a `with`.

    Raises SettingsError for settings that can't be used.
    """
    return Rapport(read_settings())
