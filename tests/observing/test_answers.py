"""What is answered over HTTP, and when: health, readiness and metrics, with a real log behind them."""

import json
import logging
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
import typer

from consumers.ingest.messages import DeadLetter
from infra.bootstrap import Rapport, open_rapport
from infra.cli.outside import outside
from infra.log.errors import LogUnavailable
from infra.observing.logs import configure, fields
from infra.observing.metrics import Metrics
from infra.observing.readiness import INGEST, PROJECT, Readiness
from infra.observing.server import Endpoint, serving
from infra.observing.watch import Watch
from infra.settings import SettingsError
from tests.log.given import call, incoming

ANSWERS = "127.0.0.1:0"


@pytest.fixture
def rapport(keys: Path) -> Iterator[Rapport]:
    """The program on files, under the fixed secret of the tenant `main`."""
    assert keys.exists()
    with open_rapport() as opened:
        yield opened


class Away:
    """A log whose server went away after some answers."""

    def __init__(self, rapport: Rapport, answers: int) -> None:
        self._log, self._left, self.closed = rapport.log, answers, 0

    def head(self) -> int:
        self._left -= 1
        if self._left < 0:
            raise LogUnavailable("the log is away")
        return self._log.head()

    def read(self, after: int, upto: int, limit: int) -> Sequence[Any]:
        return self._log.read(after, upto, limit)

    def dead_letter_groups(self, tenant: str, by: Sequence[Any]) -> Sequence[Any]:
        return self._log.dead_letter_groups(tenant, by)

    def close(self) -> None:
        self.closed += 1


def get(at: Endpoint, path: str) -> tuple[int, str]:
    with closing(HTTPConnection(at.host, at.port, timeout=10)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def reason(at: Endpoint) -> str | None:
    status, body = get(at, "/readyz")
    found = json.loads(body)
    assert found["ready"] is (status == 200)
    return str(found["reason"]) if "reason" in found else None


def later(seconds: float) -> Callable[[], datetime]:
    return lambda: datetime.now(UTC) + timedelta(seconds=seconds)


def test_readiness_follows_the_parts_and_a_stop_comes_first() -> None:
    stopping = False
    readiness = Readiness([INGEST, PROJECT], lambda: stopping)
    with serving(ANSWERS, Metrics().registry, readiness) as at:
        assert reason(at) == "ingest has not begun yet"
        readiness.works(INGEST)
        assert reason(at) == "project has not begun yet"
        readiness.works(PROJECT)
        assert reason(at) is None
        readiness.waits(INGEST, "no broker answers")
        assert reason(at) == "no broker answers"
        readiness.works(INGEST)

        stopping = True

        assert reason(at) == "it is stopping"
        assert get(at, "/healthz") == (200, "alive\n")


def test_tables_that_are_a_minute_behind_make_a_projector_unready_and_no_consumer(rapport: Rapport) -> None:
    rapport.log.take(incoming(call("1")))
    for part, seconds, expected in ((PROJECT, 90, "s behind the log"), (PROJECT, 30, None), (INGEST, 90, None)):
        readiness = Readiness([part], lambda: False)
        readiness.watches(Watch(rapport.log, rapport.projector, "main", later(seconds)))
        readiness.works(part)
        said = readiness()
        assert (said is None) if expected is None else (expected in str(said))


def test_a_log_that_went_away_is_seen_at_the_next_look_and_its_connections_are_dropped(
    rapport: Rapport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.observing.watch._AGAIN", 0.0)
    log = Away(rapport, answers=1)
    watch = Watch(log, rapport.projector, "main")
    metrics, readiness = Metrics(), Readiness([INGEST], lambda: False)
    readiness.works(INGEST)
    readiness.watches(watch)
    assert readiness() is None

    metrics.registry.register(watch)
    with serving(ANSWERS, metrics.registry, readiness) as at:
        assert reason(at) == "the log is away"
        status, body = get(at, "/metrics")

    assert (status, "rapport_log_reachable 0.0" in body, "rapport_log_head" in body) == (200, True, False)
    assert log.closed >= 1


def test_one_look_serves_all_who_ask_within_a_second(rapport: Rapport) -> None:
    watch = Watch(Away(rapport, answers=1), rapport.projector, "main")
    assert [watch.look().away for _ in range(5)] == [None] * 5


def test_letters_whose_last_was_settled_are_shown_as_none(rapport: Rapport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.observing.watch._AGAIN", 0.0)
    monkeypatch.setattr("infra.observing.watch._LETTERS_AGAIN", 0.0)
    watch = Watch(rapport.log, rapport.projector, "main")
    rapport.log.take([], [DeadLetter("main", "ingest", "f:1", None, "why", None, b"raw")])
    assert watch.look().letters == {"ingest": 1}

    rapport.log.discard("main", rapport.log.open_dead_letters("main"), "a test", "user:ann")

    assert watch.look().letters == {"ingest": 0}


@pytest.mark.parametrize("at", ["127.0.0.1:99999", "192.0.2.1:9464", "no such host:9464"])
def test_an_address_that_can_not_be_taken_is_one_sentence_that_names_the_setting(at: str) -> None:
    with (
        pytest.raises(SettingsError, match="RAPPORT_OBSERVE can't be used") as raised,
        serving(at, Metrics().registry, lambda: None),
    ):
        pass
    assert "\n" not in str(raised.value)


def test_the_port_is_free_again_when_the_work_ends() -> None:
    with serving(ANSWERS, Metrics().registry, lambda: None) as first:
        get(first, "/healthz")
    with serving(f"127.0.0.1:{first.port}", Metrics().registry, lambda: None) as second:
        assert get(second, "/healthz")[0] == 200


def test_who_connects_and_says_nothing_keeps_nobody_waiting() -> None:
    with (
        serving(ANSWERS, Metrics().registry, lambda: None) as at,
        socket.create_connection(("127.0.0.1", at.port)),
        socket.create_connection(("127.0.0.1", at.port)),
    ):
        assert get(at, "/healthz")[0] == 200


@pytest.fixture
def own_logging() -> Iterator[None]:
    """Puts the handlers back that pytest listens with."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    root.handlers[:], root.level = before, level
    logging.getLogger("kafka").propagate = True


@pytest.mark.usefixtures("own_logging")
def test_a_line_says_what_it_is_about_in_either_form(capsys: pytest.CaptureFixture[str]) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    about = fields("message.dead", topic="rapport.deals", partition=3, offset=41, field=None, trace=trace)
    said = []
    for form in ("json", "text"):
        configure("json" if form == "json" else "text")
        logging.getLogger("rapport.ingest").warning("%s can't be used\nat all", "it", extra=about)
        said.append(capsys.readouterr().err)

    line = json.loads(said[0])
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "WARNING",
        "logger": "rapport.ingest",
        "event": "message.dead",
        "message": "it can't be used\nat all",
        "topic": "rapport.deals",
        "partition": 3,
        "offset": 41,
        "trace": trace,
    }
    assert said[1].endswith(f"WARNING rapport.ingest: it can't be used\nat all [trace {trace}]\n")


@pytest.mark.usefixtures("own_logging")
def test_a_mistake_of_ours_says_where_it_happened_and_quotes_nothing(
    rapport: Rapport, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended, outside(rapport, lambda: False, PROJECT):
        raise KeyError("Zappelduster")

    said = capsys.readouterr().err
    assert ended.value.exit_code == 1
    assert "builtins.KeyError at " in said
    assert "test_answers.py" in said
    assert "Zappelduster" not in said
    assert said.count("\n") == 1
