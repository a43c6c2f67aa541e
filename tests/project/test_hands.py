"""Several connections compute models side by side on PostgreSQL, for tables that nobody reads yet."""

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from infra.bootstrap import open_rapport
from infra.keys import TenantKeys
from infra.log.errors import LogError
from infra.log.init import init_postgres
from infra.log.postgres import open_postgres_log
from infra.log.sealing import Sealing
from infra.publishing import postgres_draft
from infra.tables.postgres import PostgresTables
from infra.tables.postgres_hands import Hands
from projections.definition import definition_for
from tests.log.given import incoming, moved, note
from tests.project.given import Program, calls

DEFINITION = definition_for("crm", "personal")
MODELS = {model.name: model for model in DEFINITION.models if not model.is_view}
SLOW = "deal_history"  # stands for a model that takes long


class Staged(NamedTuple):
    """Tables with facts and no models yet, and a connection that can hold one of them up."""

    tables: PostgresTables
    other: psycopg.Connection

    def hold_up(self) -> None:
        """Let whoever computes the slow model wait until this connection's transaction ends."""
        self.other.execute("BEGIN")
        self.other.execute(f"LOCK TABLE crm.{SLOW} IN ACCESS SHARE MODE")


@pytest.fixture
def staged(postgres_database: str, keys: Path, sealing: Sealing) -> Iterator[Staged]:
    """All facts of some events, and two hands."""
    init_postgres(postgres_database)
    with ExitStack() as stack:
        log = open_postgres_log(postgres_database, TenantKeys(keys).identity_of, sealing)
        stack.callback(log.close)
        log.take(incoming(*(note(f"n{n}", "rang") for n in range(20)), moved("m", "Offer")))
        first, second, other = (
            stack.enter_context(psycopg.connect(postgres_database, autocommit=True)) for _ in range(3)
        )
        hands = Hands(DEFINITION, [first, second])
        tables = PostgresTables(first, DEFINITION, "UTC", sealing.unseal, hands=hands)
        tables.stage(log.head(), 100)
        # one that has rows is emptied before it is computed, for which nobody else may be reading it
        other.execute(f"INSERT INTO crm.{SLOW} (tenant) VALUES ('left by one that was stopped')")
        yield Staged(tables, other)


def test_a_model_that_takes_long_holds_up_only_those_that_read_it(staged: Staged) -> None:
    staged.hold_up()
    computing = staged.tables.compute()

    held_up = reading(SLOW)
    meanwhile = [next(computing) for _ in range(len(MODELS) - len(held_up))]
    staged.other.execute("COMMIT")
    afterwards = list(computing)

    assert 2 < len(held_up) < len(MODELS) - 2
    assert set(meanwhile) == {*MODELS} - held_up
    assert set(afterwards) == held_up
    done = meanwhile + afterwards
    assert all(done.index(source) < done.index(name) for name in done for source in sources(name))
    assert rows(staged, f"crm.{SLOW}") == 1
    assert rows(staged, "crm.contact_timeline") == 20
    assert staged.tables.position == staged.tables.staged > 0


def test_one_that_fails_ends_what_the_others_are_at(staged: Staged) -> None:
    staged.other.execute("ALTER TABLE crm.contact_timeline RENAME TO gone")
    staged.hold_up()

    with pytest.raises(psycopg.errors.UndefinedTable, match="contact_timeline"):
        list(staged.tables.compute())

    assert staged.tables.position == 0
    assert rows(staged, f"crm.{SLOW}") == 1  # as it was


def test_given_up_they_are_computed_the_next_time(staged: Staged) -> None:
    staged.hold_up()
    computing: Generator[str, None, None] = staged.tables.compute()
    next(computing)
    computing.close()
    assert staged.tables.position == 0

    staged.other.execute("COMMIT")
    assert sorted(staged.tables.compute()) == sorted(MODELS)
    assert rows(staged, "crm.contact_timeline") == 20


def test_a_server_without_connections_left_is_rebuilt_by_those_there_are(
    postgres_program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = postgres_program
    program.ingest(calls(30))
    program.json("project")
    monkeypatch.setenv("RAPPORT_REBUILD_CONNECTIONS", "8")

    def none_left(*_: str) -> psycopg.Connection:
        raise LogError("too many clients")

    with open_rapport() as rapport:
        draft = rapport.projector.draft()
        assert draft is not None
        monkeypatch.setattr(postgres_draft, "connect", none_left)
        with draft:
            list(draft.begin())
            [tables] = draft.sets
            tables.stage(rapport.log.head(), 100)
            assert sorted(tables.compute()) == sorted(MODELS)


def reading(name: str) -> set[str]:
    """A model, and those that are computed from it."""
    found = {name}
    for model in DEFINITION.models:  # each stands behind what it reads
        if model.name in MODELS and not found.isdisjoint(model.sources):
            found.add(model.name)
    return found


def sources(name: str) -> list[str]:
    """The models that one is computed from."""
    return [source for source in MODELS[name].sources if source in MODELS]


def rows(staged: Staged, table: str) -> int:
    found = staged.tables.connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    assert found is not None
    return int(found[0])
