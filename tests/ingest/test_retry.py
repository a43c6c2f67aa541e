"""Dead letters go through the edge again in batches, until somebody asks for a stop."""

from collections.abc import Sequence
from uuid import UUID

from consumers.ingest.retry import BATCH, BATCH_BYTES, Attempt, Letter, Try, retry
from consumers.ingest.run import Ingest, Message
from infra.log.log import EventLog
from tests.ingest.given import edge


def letters(log: EventLog) -> list[Letter]:
    found = []
    for id_ in log.open_dead_letters("main"):
        whole = log.dead_letter("main", id_)
        assert whole is not None
        found.append(Letter(id_, whole.raw))
    return found


class Counted:
    """A real log, and how large the batches were that it was given."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.batches: list[int] = []

    def try_again(self, tenant: str, tries: Sequence[Try], actor: str, *, dry_run: bool = False) -> Sequence[Attempt]:
        self.batches.append(len(tries))
        return self._log.try_again(tenant, tries, actor, dry_run=dry_run)


def test_given_many_letters_then_they_are_tried_in_batches_and_a_stop_ends_it_between_two(log: EventLog) -> None:
    Ingest(edge(), log, "ingest").run(Message(f"x:{n}", b"%d" % n) for n in range(2 * BATCH + 1))
    counted, answers = Counted(log), iter([False, False, True])

    attempts = list(retry(letters(log), edge(), counted, "user:ann", stop=lambda: next(answers)))

    assert counted.batches == [BATCH, BATCH]
    assert len({attempt.letter for attempt in attempts}) == 2 * BATCH
    assert sum(letter.attempts for letter in log.dead_letters("main", limit=1000)) == 2 * BATCH


def test_given_large_letters_then_a_batch_is_no_larger_than_its_bytes(log: EventLog) -> None:
    large = Letter(UUID(int=1), b"x" * BATCH_BYTES)
    counted = Counted(log)

    assert [one.outcome for one in retry([large, large], edge(), counted, "user:ann")] == ["settled", "settled"]
    assert counted.batches == [1, 1]
