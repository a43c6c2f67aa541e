"""For all histories: a shadow of models that are copied as they are never differs, however events came in between."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from consumers.project.run import Projecting
from infra.log.init import init_postgres
from infra.log.rows import LogRow
from infra.publishing.places import Places
from infra.shadows.comparing import difference
from infra.shadows.embedded import EmbeddedShadows
from infra.shadows.postgres import PostgresShadows
from infra.shadows.shadow import Shadows, changes_of
from infra.tables.batches import Batches
from infra.tables.duckdb import DuckdbTables
from infra.tables.own_models import Heard, unheard
from infra.tables.postgres import PostgresTables
from projections.changed import Text, text_files
from projections.definition import Definition
from projections.model import load_models
from tests.properties.histories import History, histories
from tests.properties.logs import logged
from tests.properties.sealing import keyring
from tests.properties.stores import ALL, MAIN, PERSONAL, Store

EXAMPLES = (settings.default or settings()).max_examples
LIVE = {model.name: model for model in load_models()}
NAMES = sorted(name for name, model in LIVE.items() if model.schema == "crm" and name != "freshness")
ENGINES = ("DuckDB", "PostgreSQL")


@dataclass
class Log:
    """A log as tables and those who compare them see it."""

    rows: list[LogRow]

    def head(self) -> int:
        return self.rows[-1].position if self.rows else 0

    end = head

    def read(self, after: int, upto: int, limit: int) -> Sequence[LogRow]:
        return [row for row in self.rows if after < row.position <= upto][:limit]


@dataclass
class Stores:
    """Files that are published, and a database, with the tables of one log; and the shadows of both."""

    log: Log
    places: Places
    url: str
    postgres: PostgresTables
    store: Store

    @property
    def shadows(self) -> dict[str, Shadows]:
        models = load_models
        return {
            "DuckDB": EmbeddedShadows(self.places, models, "UTC", self._make),
            "PostgreSQL": PostgresShadows(self.url, models, "UTC", keyring().sealing.unseal),
        }

    def begin(self, engine: str, rows: Sequence[LogRow], count: int) -> None:
        """Let the live tables of an engine hold the first events, each model computed once."""
        self.log.rows = list(rows[:count])
        self.store.begin(rows if engine == "PostgreSQL" else (), "UTC")
        for tables in self._live(engine):
            tables.reset()
            tables.stage(self.log.head(), len(rows) + 1)
            for _ in tables.compute():
                pass

    def go_on(self, engine: str, rows: Sequence[LogRow]) -> None:
        """Take in the others, in a batch."""
        self.log.rows = list(rows)
        for tables in self._live(engine):
            tables.advance(self.log.head(), len(rows) + 1)

    def _live(self, engine: str) -> Iterator[DuckdbTables | PostgresTables]:
        if engine == "PostgreSQL":
            yield self.postgres
            return
        for name, definition in (("main", MAIN), ("personal", PERSONAL)):
            tables = self._make(definition, unheard)(self.places.public(name))
            yield tables
            tables.checkpoint()
            tables.close()

    def _make(self, definition: Definition, heard: Heard) -> Callable[[Path], DuckdbTables]:
        batches = Batches(self.log.read, keyring().sealing.unseal)
        return lambda path: DuckdbTables(path, definition, "UTC", batches, heard=heard)


@pytest.fixture(scope="module")
def stores(
    fresh_postgres: Callable[[], AbstractContextManager[str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stores]:
    with fresh_postgres() as url:
        init_postgres(url)
        with psycopg.connect(url, autocommit=True) as connection:
            postgres = PostgresTables(url, ALL, "UTC", keyring().sealing.unseal)
            store = Store({"PostgreSQL": postgres}, [], connection)
            try:
                yield Stores(Log([]), Places(tmp_path_factory.mktemp("home")), url, postgres, store)
            finally:
                postgres.close()


@pytest.mark.timeout(0)
def test_what_is_copied_as_it_is_never_differs(stores: Stores) -> None:
    seen = set[str]()

    @settings(max_examples=max(4, EXAMPLES // 10))
    @given(
        histories(),
        st.sampled_from(ENGINES),
        st.sets(st.sampled_from(NAMES), min_size=1, max_size=3),
        st.integers(0, 100),
    )
    def agree(history: History, engine: str, names: set[str], share: int) -> None:
        note(f"{engine} {sorted(names)} {share} {history}")
        rows = logged(history).rows
        texts = [_copy(name) for name in sorted(names)]
        shadows = stores.shadows[engine]
        stores.begin(engine, rows, len(rows) * share // 100)
        shadows.build("same", texts, _projecting(stores))

        stores.go_on(engine, rows)

        assert _differing(shadows, texts, stores) == []
        seen.update((engine, *names))

    agree()
    assert seen > {*ENGINES}


def _copy(name: str) -> Text:
    files = text_files(LIVE[name])
    return Text(f"copies/{name}", files["model.sql"], files.get("checks.sql"))


def _differing(shadows: Shadows, texts: Sequence[Text], stores: Stores) -> list[str]:
    wanted = changes_of(list(LIVE.values()), texts).differing
    with shadows.compare("same", _projecting(stores)) as compared:
        assert compared.position == stores.log.head()
        return [
            f"{model.name}: {found}"
            for model in wanted
            for tenant in ("main", "other")
            if (found := difference(compared, tenant, LIVE[model.name], model))
        ]


def _projecting(stores: Stores) -> Projecting:
    return Projecting(None, stores.log)  # type: ignore[arg-type] # who makes the live tables is not asked
