"""The closed problems of ../shared/data/bpi2013_volvo give the figures its README states, by SQL on the read models."""

from pathlib import Path

from infra.bootstrap import Rapport
from tests.real.conftest import ON_FILES, Install
from tests.real.given import Among, ask, take

_MEDIAN = "percentile_cont(0.5) WITHIN GROUP (ORDER BY {0})"
_PATHS = "SELECT string_agg(label, ' > ' ORDER BY n) AS path FROM ticket_history GROUP BY tenant, ticket_id"


@ON_FILES
def test_the_problems_give_every_figure(shared_data: Path, install: Install) -> None:
    rapport = install()
    take(rapport, [shared_data / "bpi2013_volvo" / "bpic2013_closed_problems.csv.gz"], "bpi2013_volvo", "volvo")
    has_every_figure(rapport)


def has_every_figure(asked: Rapport | Among) -> None:
    _has_the_cases(asked)
    _has_the_durations(asked)
    _has_the_paths(asked)


def _has_the_cases(asked: Rapport | Among) -> None:
    counts = f"SELECT count(*), sum(events), {_MEDIAN.format('events')}, max(events) FROM ticket"
    [(cases, events, median, most)] = ask(asked, counts)
    assert (cases, events, median, most) == (1_487, 6_660, 3, 35)
    assert round(float(events) / cases, 3) == 4.479


def _has_the_durations(asked: Rapport | Among) -> None:
    # Times have offsets, which change with summer time.
    seconds = "CAST(extract(EPOCH FROM last_event_at - first_event_at) AS double precision)"
    days = f"SELECT avg({seconds} / 86400), {_MEDIAN.format(f'{seconds} / 86400')} FROM ticket"
    [(mean, median)] = ask(asked, days)
    assert (round(mean, 2), round(median, 2)) == (178.88, 82.02)


def _has_the_paths(asked: Rapport | Among) -> None:
    assert ask(asked, f"SELECT count(DISTINCT path) FROM ({_PATHS}) AS p") == [(183,)]
    commonest = f"SELECT count(*) FROM ({_PATHS}) AS p GROUP BY path ORDER BY count(*) DESC LIMIT 1"
    assert ask(asked, commonest) == [(493,)]
