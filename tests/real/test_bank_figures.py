"""The phone campaign of ../shared/data/bank_marketing gives the figures its README states, by SQL on the tables."""

from pathlib import Path

from infra.bootstrap import Rapport
from tests.real.conftest import ON_FILES, Install
from tests.real.given import Among, ask, take

_SOLD = "CAST(count(*) FILTER (WHERE result = 'yes') AS double precision) / count(*)"


@ON_FILES
def test_the_campaign_gives_every_figure(shared_data: Path, install: Install) -> None:
    rapport = install()
    take(rapport, [shared_data / "bank_marketing" / "bank_full.csv.gz"], "bank_marketing", "bank")
    has_every_figure(rapport)


def has_every_figure(asked: Rapport | Among) -> None:
    _has_the_calls(asked)
    _has_the_rates_by_earlier_outcome(asked)


def _has_the_calls(asked: Rapport | Among) -> None:
    counted = "SELECT kind, outcome, count(*), count(*) FILTER (WHERE result = 'yes') FROM activity GROUP BY 1, 2"
    assert ask(asked, counted) == [("call", "connected", 45_211, 5_289)]
    assert round(100 * ask(asked, f"SELECT {_SOLD} FROM activity")[0][0], 2) == 11.70
    seconds = "CAST(duration_seconds AS double precision)"
    means = f"SELECT avg({seconds}), percentile_cont(0.5) WITHIN GROUP (ORDER BY {seconds}) FROM activity"
    [(mean, median)] = ask(asked, means)
    assert (round(mean, 2), median) == (258.16, 180)
    # The year is not told, so that no day had these calls.
    assert ask(asked, "SELECT count(occurred_on) FROM activity") == [(0,)]


def _has_the_rates_by_earlier_outcome(asked: Rapport | Among) -> None:
    joined = "activity INNER JOIN personal.message AS m ON m.tenant = activity.tenant AND m.event_id = activity_id"
    custom = "(CAST(m.custom AS json) ->> '{}')"
    rates = ask(asked, f"SELECT {custom.format('earlier_outcome')}, {_SOLD} FROM {joined} GROUP BY 1")
    assert {earlier: round(100 * rate, 2) for earlier, rate in rates} == {
        "success": 64.73,
        "other": 16.68,
        "failure": 12.61,
        "unknown": 9.16,
    }
    calls = f"SELECT avg(CAST({custom.format('calls_in_campaign')} AS double precision)) FROM {joined}"
    assert round(ask(asked, calls)[0][0], 3) == 2.764
