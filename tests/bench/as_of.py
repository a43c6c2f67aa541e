"""`as_of`: the board of a past date, and each other table of it, embedded: what a reader computes before it answers."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from infra.bootstrap import Rapport
from projections.as_of import AsOf, Clock
from projections.model import load_models
from tests.bench.measuring import Line, Series, flush_time, in_turns, line, stopwatch
from tests.bench.workshop import Workshop, rapport_at

NAME = "as_of"
_BOARD, _TODAY = "the board as of a date", "the board of today"
_BOARD_MOST, _TABLE_MOST = 0.3, 2.0  # seconds
_ASK = "SELECT count(*), sum(amount) FROM pipeline_board"
_SPAN = "SELECT max(occurred_at) FROM contact_timeline"


def measure(shop: Workshop) -> list[Line]:
    """Readers of their own for each question, as of the last day and as of a day half a year before."""
    log = shop.home(shop.sizes.rebuild) / "log.sqlite"
    with shop.scratch() as home:
        shutil.copytree(log.parent / "keys", home / "keys")
        shutil.copyfile(log, home / "log.sqlite")
        with rapport_at(home) as rapport:
            rapport.projecting().bring_up()
            last = _last_event(rapport)
            found = in_turns(
                {_BOARD: lambda: _seconds(rapport, AsOf(last), _ASK), _TODAY: lambda: _seconds(rapport, None, _ASK)},
                shop.runs, home, shop.tell,
            )  # fmt: skip
            slowest, most = _slowest(rapport, AsOf(last), home)
            recorded = _seconds(rapport, AsOf(rapport.now(), Clock.RECORDED), _ASK)
            earlier = _seconds(rapport, AsOf(last - timedelta(days=182)), _ASK)
            events = rapport.log.head()
    note = f"{events:,} events; by recorded {recorded:.2f} s, half a year before {earlier:.2f} s"
    return [
        line(
            NAME, "s", found[_BOARD], (_TODAY, found[_TODAY]), note=note,
            wanted=(f"under {_BOARD_MOST:g} s", lambda value, _: value < _BOARD_MOST),
        ),
        line(
            f"{NAME}:slowest_table", "s", most, note=f"of all tables: {slowest}",
            wanted=(f"under {_TABLE_MOST:g} s", lambda value, _: value < _TABLE_MOST),
        ),
    ]  # fmt: skip


def _slowest(rapport: Rapport, as_of: AsOf, home: Path) -> tuple[str, Series]:
    """The table that takes longest to be there, with all that it is computed from."""
    flushes = [flush_time(home)]
    took = {
        model.qualified: _seconds(rapport, as_of, f"SELECT count(*) FROM {model.qualified}") for model in load_models()
    }
    slowest = max(took, key=lambda name: took[name])
    return slowest, Series([took[slowest]], [*flushes, flush_time(home)])


def _last_event(rapport: Rapport) -> datetime:
    reader = rapport.open_reader(personal=False)
    try:
        [(last,)] = reader.query(_SPAN).rows
    finally:
        reader.close()
    return datetime.fromisoformat(str(last))


def _seconds(rapport: Rapport, as_of: AsOf | None, statement: str) -> float:
    with stopwatch() as watch:
        reader = rapport.open_reader(personal="personal." in statement, as_of=as_of)
        try:
            reader.query(statement)
        finally:
            reader.close()
    return watch.seconds
