"""Messages into the log in batches: the line goes on, repeats change nothing, a stop comes between batches."""

import random
from collections.abc import Iterable, Sequence

import msgspec

from consumers.ingest.messages import DeadLetter, Incoming, Taken
from consumers.ingest.rehearsal import Rehearsal
from consumers.ingest.run import BATCH, Ingest, Message, Summary
from infra.log.log import EventLog
from tests.ingest.given import edge, message, with_data
from tests.ingest.test_bad_input import BAD


def run(log: EventLog, raws: Iterable[bytes]) -> Summary:
    return Ingest(edge(), log, "ingest").run(Message(f"events.jsonl:{n}", raw) for n, raw in enumerate(raws, 1))


def good(number: int) -> bytes:
    return message(id=f"evt-{number}", subject=f"deal:hubspot:{number % 7}", sequence=number)


def events(log: EventLog) -> set[tuple[str, str]]:
    """The events of the log by what they are, without where they stand."""
    states = [msgspec.json.decode(row.state) for row in log.read(0, log.head(), 100_000)]
    assert len(states) == len({state["event_id"] for state in states})
    return {(state["event_id"], state["digest"]) for state in states}


def test_given_bad_messages_among_good_ones_then_each_is_a_dead_letter_and_the_line_goes_on(log: EventLog) -> None:
    raws: list[bytes] = []
    for number, (raw, _, _) in enumerate(BAD.values()):
        raws += [raw, good(number)]
    summary = run(log, raws)
    assert (summary.read, summary.taken, summary.refused, summary.dead) == (2 * len(BAD), len(BAD), len(BAD), len(BAD))
    letters = {letter.place: letter for letter in log.dead_letters("main")}
    for number, (raw, field, reason) in enumerate(BAD.values()):
        letter = letters[f"events.jsonl:{2 * number + 1}"]
        assert reason in letter.reason
        assert letter.field == field
        whole = log.dead_letter("main", letter.dead_letter_id)
        assert whole is not None
        assert whole.raw == raw


def test_given_the_same_messages_again_then_nothing_changes(log: EventLog) -> None:
    raws = [good(1), b"nonsense", good(2), b"nonsense", b"other nonsense"]
    first = run(log, raws)
    before, letters = events(log), log.dead_letters("main")
    again = run(log, raws)
    assert (first.taken, first.refused, first.dead) == (2, 3, 3)
    assert (again.taken, again.repeats, again.refused, again.dead) == (0, 2, 3, 0)
    assert events(log) == before
    assert log.dead_letters("main") == letters


def test_given_any_order_and_any_split_then_the_events_are_the_same(log: EventLog) -> None:
    raws = [good(number) for number in range(300)]
    shuffled = [*raws, *raws[::3]]
    random.Random(7).shuffle(shuffled)
    run(log, shuffled[:170])
    run(log, shuffled[100:])
    ids = [msgspec.json.decode(row.state)["id"] for row in log.read(0, log.head(), 100_000)]
    assert sorted(ids) == sorted(f"evt-{number}" for number in range(300))


def test_given_the_same_id_with_another_body_then_the_first_stands_and_the_other_is_an_alert(log: EventLog) -> None:
    summary = run(log, [with_data(amount=1), with_data(amount=2), with_data(amount=1)])
    assert (summary.taken, summary.repeats, summary.alerts) == (1, 1, 1)
    assert not summary.all_taken
    [letter] = log.dead_letters("main")
    assert letter.field == "id"
    assert "the first one stands" in letter.reason
    assert summary.reasons == {letter.reason: 1}


def test_given_a_stop_then_the_batch_is_finished_and_no_other_begun(log: EventLog) -> None:
    asked: list[Summary] = []
    work = Ingest(edge(), log, "ingest", stop=lambda: bool(asked), progress=asked.append)
    summary = work.run(Message(f"x:{n}", good(n)) for n in range(3 * BATCH))
    assert summary.stopped
    assert (summary.read, summary.taken, log.head()) == (BATCH, BATCH, BATCH)


class NotedLog:
    """Passes on to a rehearsal, and notes how large the batches were."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self._inner = Rehearsal()

    def take(self, incoming: Sequence[Incoming], dead: Sequence[DeadLetter] = ()) -> Taken:
        self.batches.append(len(incoming) + len(dead))
        return self._inner.take(incoming, dead)


def test_batches_are_bounded_in_messages_and_in_bytes() -> None:
    log = NotedLog()
    Ingest(edge(), log, "ingest").run(Message("x", good(n)) for n in range(BATCH + 1))
    assert log.batches == [BATCH, 1]
    large = NotedLog()
    Ingest(edge(), large, "ingest").run(Message("x", b"x" * 3_000_000) for _ in range(7))
    assert large.batches == [3, 3, 1]


def test_given_a_pause_then_nothing_waits_for_the_batch_to_fill() -> None:
    log = NotedLog()
    Ingest(edge(), log, "ingest").run([Message("x", good(1)), None, None, Message("x", good(2))])
    assert log.batches == [1, 1]


def test_a_rehearsal_tells_types_first_events_repeats_and_ids_used_twice() -> None:
    rehearsal = Rehearsal()
    raws = [good(1), good(2), good(1), with_data(), message(id="evt-2"), b"x"]
    summary = Ingest(edge(), rehearsal, "ingest").run(Message("x", raw) for raw in raws)
    assert (summary.taken, summary.repeats, summary.alerts, summary.refused) == (2, 1, 2, 1)
    assert rehearsal.types == {"crm.deal.opened.v1": 2}
    assert [envelope.id for envelope in rehearsal.first] == ["evt-1", "evt-2"]
