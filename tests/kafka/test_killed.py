"""A consumer that is killed between any two steps: the next one goes on, nothing is lost and nothing doubled."""

import signal
from pathlib import Path

import pytest

from tests.kafka.given import assert_each_once, send_both, signalled, taken
from tests.kafka.ingesting import Topics, ingesting

SENT = range(300)
AFTER = range(300, 360)


@pytest.mark.parametrize(
    ("where", "step", "nth", "when"),
    [
        ("infra.log.log", "claim_partition", 3, "after"),
        ("infra.log.log", "advance", 2, "after"),
        ("infra.log.log", "take_batch", 2, "after"),  # all is written, and not committed
        ("infra.log.log", "EventLog.take", 3, "after"),  # committed, and nobody was told
    ],
)
def test_the_next_one_goes_on_where_the_log_is(
    topics: Topics, store: str, environment: dict[str, str], tmp_path: Path, where: str, step: str, nth: int, when: str
) -> None:
    # Given a consumer that is killed in the middle of what lies in the topics,
    send_both(topics, SENT)
    with signalled(environment, tmp_path / "killed", where, step, nth, signal.SIGKILL, when) as killed:
        assert killed.process.wait(60) == -signal.SIGKILL, killed.said
    assert taken(store) < 2 * len(SENT)

    # when another one begins,
    with ingesting(environment, tmp_path / "next") as program:
        send_both(topics, AFTER)
        program.until(lambda: taken(store) >= 2 * len([*SENT, *AFTER]), 60)
        assert program.stop() == 0

    # then all of it is in the log once.
    assert_each_once(store, [*SENT, *AFTER])
