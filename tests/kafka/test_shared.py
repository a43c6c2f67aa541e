"""Several consumers: they share partitions, hand them over, and one that slept too long writes nothing."""

import signal
import subprocess
from pathlib import Path

from tests.kafka.given import assert_each_once, send_both, signalled, taken
from tests.kafka.ingesting import Topics, ingesting


def test_one_that_slept_past_its_session_writes_nothing_when_it_wakes(
    topics: Topics, store: str, environment: dict[str, str], tmp_path: Path
) -> None:
    # Given a consumer that falls asleep with a batch in its hands,
    send_both(topics, range(200))
    step = ("infra.log.log", "EventLog.take", 2, signal.SIGSTOP, "before")
    with signalled(environment, tmp_path / "asleep", *step) as asleep:
        asleep.until(lambda: taken(store) > 0 and _is_stopped(asleep.process.pid))

        # while another one takes its partitions, and all that lies there,
        with ingesting(environment, tmp_path / "awake") as awake:
            awake.until(lambda: taken(store) == 400, 60)

            # when it wakes,
            asleep.process.send_signal(signal.SIGCONT)
            asleep.until(lambda: "given to another consumer" in asleep.said, 30)

            # then its batch is not written, and the two share what comes from now on.
            send_both(topics, range(200, 400))
            awake.until(lambda: taken(store) >= 800, 60)
            assert asleep.stop() == 0, asleep.said
            assert awake.stop() == 0, awake.said
    assert_each_once(store, range(400))


def test_consumers_that_come_and_go_share_what_flows(
    topics: Topics, store: str, environment: dict[str, str], tmp_path: Path
) -> None:
    # Given a consumer, and every message sent twice all the while,
    sent = 0

    def more(count: int) -> None:
        nonlocal sent
        send_both(topics, range(sent, sent + count), times=2)
        sent += count

    with ingesting(environment, tmp_path / "first") as first:
        more(100)
        first.until(lambda: taken(store) > 0)
        # when two join in the middle, the first leaves, and one is killed,
        with (
            ingesting(environment, tmp_path / "second") as second,
            ingesting(environment, tmp_path / "third") as third,
        ):
            while not ("claimed" in second.said and "claimed" in third.said):
                more(40)
            assert first.stop() == 0, first.said
            more(100)
            third.process.kill()
            more(100)
            second.until(lambda: taken(store) >= 2 * sent, 60)
            assert second.stop() == 0, second.said

    # then each event is in the log once, and its second message was a repeat.
    assert_each_once(store, range(sent))


def test_a_patient_session_does_not_make_who_comes_wait(
    topics: Topics, store: str, environment: dict[str, str], tmp_path: Path
) -> None:
    # Given a consumer whose session lasts minutes, at work,
    patient = environment | {"RAPPORT_KAFKA_SESSION": "300"}
    with ingesting(patient, tmp_path / "first") as first:
        send_both(topics, range(50))
        first.until(lambda: taken(store) == 100, 60)

        # when another one comes, then it has its share within seconds.
        with ingesting(patient, tmp_path / "second") as second:
            second.until(lambda: "claimed" in second.said, 30)
            assert second.stop() == 0, second.said
        assert first.stop() == 0, first.said


def _is_stopped(pid: int) -> bool:
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return told.stdout.startswith("T")
