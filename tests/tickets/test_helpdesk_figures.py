"""The ticket log of a real software company, from the file to the tables: its published figures, asked by SQL."""

import gzip
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from domain.shared.identity import Identity
from infra.log.init import init_postgres
from infra.log.log import EventLog
from infra.log.postgres import open_postgres_log
from infra.log.sqlite import open_sqlite_log
from infra.tables.batches import Batches
from infra.tables.duckdb import DuckdbTables
from infra.tables.postgres import PostgresTables
from tests.conftest import SECRET
from tests.importing.given import MAPS, imported
from tests.properties.engines import Tables, definition_of, rebuild, rows_of
from tests.properties.sealing import keyring

MODELS = ("kpi_service", "kpi_service_median", "kpi_backlog_daily", "ticket_queue")
Ask = Callable[[str], Any]
Made = tuple[EventLog, Tables]


@pytest.fixture(scope="module", params=["sqlite and duckdb", "postgres"])
def helpdesk(
    request: pytest.FixtureRequest,
    shared_data: Path,
    tmp_path_factory: pytest.TempPathFactory,
    fresh_postgres: Callable[[], AbstractContextManager[str]],
) -> Iterator[Ask]:
    """Asks for the one value of a SELECT over the tables that the imported file fills."""
    with ExitStack() as stack:
        if request.param == "postgres":
            log, tables = _on_postgres(stack.enter_context(fresh_postgres()))
        else:
            log, tables = _embedded(tmp_path_factory.mktemp("helpdesk"))
        stack.callback(log.close)
        stack.callback(tables.close)
        _import(log, shared_data / "helpdesk_log" / "helpdesk.csv.gz")
        rebuild(tables, log.head())
        yield lambda select: _values(tables, select)


def _on_postgres(url: str) -> Made:
    init_postgres(url)
    sealing = keyring().sealing
    log = open_postgres_log(url, lambda _: Identity(SECRET), sealing)
    return log, PostgresTables(url, definition_of(*MODELS), "UTC", sealing.unseal)


def _embedded(folder: Path) -> Made:
    sealing = keyring().sealing
    log = open_sqlite_log(folder / "log.sqlite", lambda _: Identity(SECRET), sealing)
    return log, DuckdbTables(None, definition_of(*MODELS), "UTC", Batches(log.read, sealing.unseal))


def _import(log: EventLog, file: Path) -> None:
    done = imported([file], str(MAPS / "helpdesk_log.sql"), source="helpdesk", log=log)
    assert not done.summary.reasons


def _values(tables: Tables, select: str) -> Any:
    """The one row of a SELECT; of one column, its value."""
    (row,) = [tuple(row.values()) for row in rows_of(tables, f"({select}) AS asked")]
    return row[0] if len(row) == 1 else row


def test_every_row_is_an_event_of_its_ticket(helpdesk: Ask) -> None:
    assert helpdesk("SELECT count(*) AS tickets, CAST(sum(events) AS bigint) AS events FROM ticket") == (4580, 21348)
    assert helpdesk("SELECT count(*) AS n FROM ticket_history") == 21348
    assert helpdesk("SELECT count(DISTINCT label) AS labels FROM ticket_history") == 14
    assert helpdesk("SELECT count(DISTINCT owner) AS owners FROM ticket_history") == 22


def test_events_per_ticket(helpdesk: Ask) -> None:
    mean, median, most = helpdesk(
        "SELECT avg(CAST(events AS double precision)) AS mean,"
        " percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(events AS double precision)) AS median, max(events) AS most"
        " FROM ticket"
    )
    assert (round(mean, 3), median, most) == (4.661, 4, 15)


def test_days_from_first_to_last_event(helpdesk: Ask) -> None:
    seconds = "CAST(extract(EPOCH FROM last_event_at - first_event_at) AS double precision)"
    mean, median = helpdesk(
        "SELECT avg(days) AS mean, percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS median"
        f" FROM (SELECT {seconds} / 86400 AS days FROM ticket) AS t"
    )
    assert (round(mean, 3), round(median, 3)) == (40.858, 39.859)


def test_paths_by_label_in_the_sources_own_order(helpdesk: Ask) -> None:
    paths = "SELECT string_agg(label, ' > ' ORDER BY n) AS path FROM ticket_history GROUP BY tenant, ticket_id"
    assert helpdesk(f"SELECT count(DISTINCT path) AS paths FROM ({paths}) AS p") == 226
    commonest = f"SELECT count(*) AS times FROM ({paths}) AS p GROUP BY path ORDER BY times DESC LIMIT 1"
    assert helpdesk(commonest) == 2366


def test_no_ticket_has_an_opening_so_each_counts_as_opened_by_its_first_event(helpdesk: Ask) -> None:
    assert helpdesk("SELECT CAST(sum(opened) AS bigint) AS opened FROM kpi_service_daily") == 4580
    first = "SELECT count(*) AS n FROM ticket_history WHERE is_opening AND label = 'Assign seriousness'"
    assert helpdesk(first) == 4384


def test_what_is_still_in_the_backlog_on_the_last_day_is_in_the_queue(helpdesk: Ask) -> None:
    last = "SELECT max(day) FROM kpi_backlog_daily"
    backlog = helpdesk(f"SELECT CAST(sum(open_tickets) AS bigint) AS n FROM kpi_backlog_daily WHERE day = ({last})")
    assert backlog == helpdesk("SELECT count(*) AS n FROM ticket_queue") > 0


def test_the_days_add_up_to_what_happened(helpdesk: Ask) -> None:
    days = "SELECT CAST(sum({0}) AS bigint) AS n FROM kpi_service_daily"
    happened = "SELECT count(*) AS n FROM ticket_history WHERE contradiction IS NULL AND action = '{0}'"
    for action in ("resolved", "closed"):
        assert helpdesk(days.format(action)) == helpdesk(happened.format(action)) > 4000


def test_the_file_with_its_rows_shuffled_and_then_once_more_gives_the_same_tables(
    shared_data: Path, tmp_path: Path
) -> None:
    file = shared_data / "helpdesk_log" / "helpdesk.csv.gz"
    header, *lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    random.Random(4).shuffle(lines)
    shuffled = tmp_path / "helpdesk.csv"
    shuffled.write_bytes(b"".join([header, *lines]))
    assert _all_rows(tmp_path / "again", [shuffled, file]) == _all_rows(tmp_path / "once", [file])


def _all_rows(home: Path, files: list[Path]) -> dict[str, list[str]]:
    """The tables after these files, one after the other, in every column but the places in the log."""
    home.mkdir()
    log, tables = _embedded(home)
    with closing(log), closing(tables):
        for file in files:
            _import(log, file)
            while tables.advance(log.head(), 8_000):
                pass
        models = [model for model in definition_of(*MODELS).models if not model.is_view]
        rows = {model.name: rows_of(tables, model.qualified) for model in models}
    assert len(rows["ticket_history"]) == 21348
    return {
        name: sorted(str({k: v for k, v in row.items() if k != "position"}) for row in found)
        for name, found in rows.items()
    }
