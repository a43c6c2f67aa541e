"""The one place where things are constructed and put together. Nothing is opened before it is used."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from consumers.project.catch_up import Report, Stop, never, unheard
from consumers.project.run import Projecting
from infra.keys import TenantKeys
from infra.publishing.places import Places
from infra.quality import QualityCheck
from infra.settings import Settings, read_settings
from projections.header import ModelRefused

if TYPE_CHECKING:  # each part is imported by who uses it, so that the others start without it
    from consumers.ingest.following import Following, Hears
    from consumers.ingest.topics import Leave
    from infra.history.history import History
    from infra.kafka.brokers import Brokers
    from infra.kafka.sending import Sender
    from infra.log.log import EventLog
    from infra.log.sealing import Sealing
    from infra.observing.observed import Observer
    from infra.publishing.embedded import EmbeddedProjector
    from infra.publishing.postgres import PostgresProjector
    from infra.publishing.reader import Reader
    from infra.sealing.store import KeyStore
    from infra.shadows.shadow import Shadows
    from infra.tables.batches import Batches
    from infra.tables.duckdb import DuckdbTables
    from infra.tables.own_models import Heard
    from projections.as_of import AsOf
    from projections.changed import Text
    from projections.definition import Definition
    from projections.model import Model


class Rapport:
    """The program's parts, as the settings say, each made on first use.

    Without `dropped`, models count that came with the program or stand where the settings say, and no others.
    """

    def __init__(self, settings: Settings, *, dropped: bool = True) -> None:
        self.settings = settings
        self._dropped = dropped

    @cached_property
    def keys(self) -> TenantKeys:
        """The tenants' secrets for ids: files in RAPPORT_HOME, or in the key store of RAPPORT_KEYS."""
        folder = self.settings.home / "keys"
        if self.settings.keys.get_secret_value() == "files":
            return TenantKeys(folder)
        from infra.sealing.identities import SharedTenantKeys  # noqa: PLC0415

        return SharedTenantKeys(folder, self.keystore)

    @cached_property
    def keystore(self) -> "KeyStore":
        """The keys of personal data: an SQLite file in RAPPORT_HOME, or in the PostgreSQL of RAPPORT_KEYS."""
        from infra.sealing.evidence import holds_sealed  # noqa: PLC0415 - only who seals or unseals pays for it
        from infra.sealing.master import MasterSource  # noqa: PLC0415

        folder, url = self.settings.home / "keys", self.settings.keys.get_secret_value()
        source = MasterSource(folder / "master.key", self.settings.master_key)
        if url == "files":
            from infra.sealing.sqlite_store import SqliteKeyStore  # noqa: PLC0415

            return SqliteKeyStore(folder / "keys.sqlite", source, lambda: holds_sealed(self.log))
        from infra.sealing.postgres_store import PostgresKeyStore, refuse_same  # noqa: PLC0415

        if self.settings.on_postgres:
            refuse_same(url, self.settings.store.get_secret_value())
        return PostgresKeyStore(url, source, lambda: holds_sealed(self.log))

    @cached_property
    def log(self) -> "EventLog":
        """The log: an SQLite file in RAPPORT_HOME, or in the PostgreSQL of RAPPORT_STORE."""
        custom, check = self.settings.open_custom_names, QualityCheck(self.settings.country)
        if self.settings.on_postgres:
            from infra.log.postgres import open_postgres_log  # noqa: PLC0415 - only who uses PostgreSQL pays for it

            url = self.settings.store.get_secret_value()
            return open_postgres_log(url, self.keys.identity_of, self.sealing, custom, check)
        from infra.log.sqlite import open_sqlite_log  # noqa: PLC0415

        path = self.settings.home / "log.sqlite"
        return open_sqlite_log(path, self.keys.identity_of, self.sealing, custom, check)

    @cached_property
    def projector(self) -> "EmbeddedProjector | PostgresProjector":
        """The tables, which one process at a time owns: files in RAPPORT_HOME, or beside the log in PostgreSQL."""
        return self._new_projector()

    def _new_projector(self) -> "EmbeddedProjector | PostgresProjector":
        from projections.definition import definition_for  # noqa: PLC0415 - which reads all event models

        settings = self.settings
        if settings.on_postgres:
            from infra.publishing.postgres import PostgresProjector  # noqa: PLC0415

            url = settings.store.get_secret_value()
            definition = definition_for("crm", "personal", own=settings.models, dropped=self._dropped)
            unseal = self.sealing.unseal
            about = (url, definition, settings.timezone, unseal, lambda: self.history)
            return PostgresProjector(*about, connections=settings.rebuild_connections)
        from infra.publishing.embedded import EmbeddedProjector  # noqa: PLC0415

        own = settings.models
        sets = {
            "main": definition_for("crm", own=own, dropped=self._dropped),
            "personal": definition_for("personal", own=own, dropped=self._dropped),
        }
        return EmbeddedProjector(Places(settings.home), sets, settings.timezone, self._embedded_tables, _note, own)

    def is_fresh(self) -> bool:
        """Whether the tables are published up to the log's end, as far as a glance at the files can tell.

        It spares readers the projector, for which everything has to be loaded; true only embedded.
        """
        if self.settings.on_postgres:
            return False
        from infra.publishing.glance import are_fresh  # noqa: PLC0415

        settings = self.settings
        return are_fresh(Places(settings.home), settings.home / "log.sqlite", settings.timezone, settings.models)

    def projecting(self, stop: Stop = never, report: Report = unheard) -> Projecting:
        """Bringing the tables up to the log; `stop` is asked at each edge, `report` hears how far it is.

        Raises ModelRefused for a model of the user's own that can't be computed, before anything is.
        """
        from projections.model import own_folders  # noqa: PLC0415

        if own_folders(self.settings.models) and not self.projector.is_current():
            self.look_at_models(self.settings.models)
        return Projecting(self.projector, self.log, stop, report, are_models_now=self._are_models_now)

    def _are_models_now(self, made_by: object) -> bool:
        """Whether tables with these digests are what this program would compute, if it began now."""
        try:
            return self._new_projector().digests == made_by
        except ModelRefused:
            return False

    def begin_again(self) -> None:
        """Let go of the tables; those who use them next know the models as they are defined then."""
        self.projector.close()
        del self.projector

    def look_at_models(self, own: Path | None) -> "Sequence[Model]":
        """The user's models, also in the folders of `own`, if both engines can compute them. Raises ModelRefused."""
        from infra.models.validation import validate  # noqa: PLC0415 - which loads PostgreSQL's grammar
        from projections.model import load_models  # noqa: PLC0415

        models = load_models(own)
        validate(models, self.settings.store.get_secret_value() if self.settings.on_postgres else None)
        return [model for model in models if model.own]

    @contextmanager
    def from_topics(self, stop: Stop, hears: "Hears", leave: "Leave", observer: "Observer") -> "Iterator[Following]":
        """Taking what comes on topics into the log; into SQLite by one process at a time.

        Raises SettingsError without brokers, LogError while another process does it.
        """
        from consumers.ingest.edge import Edge  # noqa: PLC0415
        from consumers.ingest.following import Following  # noqa: PLC0415
        from infra.kafka.clients import client_options  # noqa: PLC0415
        from infra.kafka.group import Reading  # noqa: PLC0415
        from infra.kafka.joining import joined  # noqa: PLC0415
        from infra.kafka.topics import topic_names  # noqa: PLC0415
        from infra.log.single import only_consumer  # noqa: PLC0415

        settings = self.settings
        topics = list(topic_names(settings).values())
        reading = Reading(settings.tenant, settings.kafka_group, topics, settings.kafka_session)
        options = client_options(settings)
        edge = Edge(settings.tenant, settings.timezone, self.now)
        with nullcontext() if settings.on_postgres else only_consumer(settings.home):
            join = observer.joining(lambda: joined(options, reading))
            yield Following(join, edge, observer.log(self.log), stop, hears, leave)

    def open_brokers(self) -> "Brokers":
        """What the brokers of RAPPORT_KAFKA have. The caller closes it. Raises SettingsError without brokers."""
        from infra.kafka.brokers import Brokers  # noqa: PLC0415
        from infra.kafka.clients import client_options  # noqa: PLC0415

        return Brokers(client_options(self.settings))

    def open_sender(self, topic: str | None, *, binary: bool) -> "Sender":
        """Sends events to the topics of their areas, or all to `topic`. The caller closes it."""
        from infra.kafka.clients import client_options  # noqa: PLC0415
        from infra.kafka.messages import Writer  # noqa: PLC0415
        from infra.kafka.sending import Sender  # noqa: PLC0415
        from infra.kafka.topics import topic_names  # noqa: PLC0415

        settings = self.settings
        writer = Writer(topic_names(settings), topic, self.keys.identity_of, settings.tenant, binary=binary)
        return Sender(client_options(settings), writer)

    def open_reader(self, *, personal: bool, as_of: "AsOf | None" = None) -> "Reader":
        """The read models as they are published now, with personal data or without. The caller closes it.

        With `as_of` they are what they were then.
        """
        if as_of is not None:
            return self._open_past(as_of, personal=personal)
        if self.settings.on_postgres:
            from infra.publishing.postgres_reader import PostgresReader  # noqa: PLC0415

            return PostgresReader(self.settings.store.get_secret_value(), personal=personal)
        from infra.publishing.duckdb_reader import DuckdbReader  # noqa: PLC0415

        return DuckdbReader(Places(self.settings.home), personal=personal)

    def _open_past(self, as_of: "AsOf", *, personal: bool) -> "Reader":
        if self.settings.on_postgres:
            from infra.publishing.postgres_past import PostgresPastReader  # noqa: PLC0415

            url = self.settings.store.get_secret_value()
            return PostgresPastReader(url, as_of, personal=personal, own=self.settings.models)
        from infra.publishing.duckdb_past import DuckdbPastReader  # noqa: PLC0415

        return DuckdbPastReader(Places(self.settings.home), as_of, personal=personal, own=self.settings.models)

    @cached_property
    def shadows(self) -> "Shadows":
        """Tables of changed models beside the live ones."""
        from projections.model import load_models  # noqa: PLC0415

        settings = self.settings

        def models() -> "Sequence[Model]":
            return load_models(settings.models)

        if settings.on_postgres:
            from infra.shadows.postgres import PostgresShadows  # noqa: PLC0415

            url = settings.store.get_secret_value()
            return PostgresShadows(url, models, settings.timezone, self.sealing.unseal)
        from infra.shadows.embedded import EmbeddedShadows  # noqa: PLC0415

        return EmbeddedShadows(Places(settings.home), models, settings.timezone, self._shadow_tables)

    def read_changed(self, folder: Path) -> "Sequence[Text]":
        """The changed models in the folders of `folder`, if both engines can compute them. Raises ModelRefused."""
        from infra.models.validation import validate  # noqa: PLC0415 - as above
        from projections.changed import read_texts, with_changes  # noqa: PLC0415
        from projections.model import load_models  # noqa: PLC0415

        texts = read_texts(folder)
        models = with_changes(load_models(self.settings.models), texts)
        validate(models, self.settings.store.get_secret_value() if self.settings.on_postgres else None)
        return texts

    def _shadow_tables(self, definition: "Definition", heard: "Heard") -> "Callable[[Path], DuckdbTables]":
        from infra.tables.duckdb import DuckdbTables  # noqa: PLC0415

        settings, history = self.settings, self.history
        return lambda path: DuckdbTables(
            path, definition, settings.timezone, self._batches, settings.memory, history, heard
        )

    def _embedded_tables(self, definition: "Definition") -> "Callable[[Path], DuckdbTables]":
        from infra.tables.duckdb import DuckdbTables  # noqa: PLC0415

        settings, history = self.settings, self.history
        memory = settings.memory // 2 if settings.memory else None  # two sets are computed side by side
        return lambda path: DuckdbTables(path, definition, settings.timezone, self._batches, memory, history)

    @cached_property
    def history(self) -> "History":
        """Old events in files, which rebuilds read in place of the log."""
        from infra.history.history import History  # noqa: PLC0415

        return History(self.settings.home / "history", self.log, self.settings.timezone, _note)

    @cached_property
    def _batches(self) -> "Batches":
        from infra.tables.batches import Batches  # noqa: PLC0415

        return Batches(self.log.read, self.sealing.unseal)

    @cached_property
    def sealing(self) -> "Sealing":
        """Sealing and opening personal data with those keys."""
        from infra.log.sealing import Sealing  # noqa: PLC0415

        return Sealing(self.keystore)

    def now(self) -> datetime:
        """The time, in UTC: the one clock of the program."""
        return datetime.now(UTC)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close whatever was opened."""
        for part in ("_batches", "log", "projector", "keystore"):
            if part in self.__dict__:
                getattr(self, part).close()


def open_rapport() -> Rapport:
    """The program's parts. They are closed at the end of a `with`.

    Raises SettingsError for settings that can't be used.
    """
    return Rapport(read_settings())


def _note(sentence: str) -> None:
    """Tell a person what is unusual and no error."""
    sys.stderr.write(f"rapport: {sentence}\n")
