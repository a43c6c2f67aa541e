"""What can't be used is kept as it came, with its reason and place, and with all that was tried since."""

from uuid import UUID

import pytest

from consumers.ingest.messages import DeadLetter
from domain.shared.errors import InvalidInput
from infra.log.log import EventLog


def letter(
    raw: bytes = b"{oops", *, nth: int = 0, place: str = "events.jsonl:1", reason: str = "no JSON"
) -> DeadLetter:
    return DeadLetter("main", "ingest", place, None, reason, None, raw, nth)


def test_a_dead_letter_is_kept_as_it_came(log: EventLog) -> None:
    raw = bytes(range(256))
    log.take([], [DeadLetter("main", "import", "deals.csv row 5", "crm", "amount is no number", "data.amount", raw)])

    (listed,) = log.dead_letters("main")
    whole = log.dead_letter("main", listed.dead_letter_id)

    assert (listed.origin, listed.place, listed.source) == ("import", "deals.csv row 5", "crm")
    assert (listed.reason, listed.field, listed.size) == ("amount is no number", "data.amount", 256)
    assert (listed.attempts, listed.outcome) == (0, None)
    assert whole is not None
    assert (whole.raw, whole.attempts) == (raw, [])


def test_reading_a_file_again_adds_no_dead_letter(log: EventLog) -> None:
    file = [letter(nth=0), letter(nth=1, place="events.jsonl:2"), letter(b"other", place="events.jsonl:3")]

    assert log.take([], file).dead == 3  # equal lines are counted, and each is kept
    assert log.take([], file).dead == 0
    assert log.take([], [*file, letter(nth=2)]).dead == 1


def test_texts_that_no_database_takes_are_kept_readable(log: EventLog) -> None:
    broken = DeadLetter("main", "ingest", "f:1", "so\x00urce", "half a character: \ud800", "data.\x00", b"\x00\xff")

    log.take([], [broken])

    (kept,) = log.dead_letters("main")
    assert kept.source == "so\N{REPLACEMENT CHARACTER}urce"
    assert kept.reason.startswith("half a character: ")


def test_ten_megabytes_are_kept_whole(log: EventLog) -> None:
    raw = b"x" * 10_000_000
    log.take([], [letter(raw)])

    (listed,) = log.dead_letters("main")
    whole = log.dead_letter("main", listed.dead_letter_id)
    assert whole is not None
    assert whole.raw == raw


def test_reasons_are_counted_the_most_frequent_first(log: EventLog) -> None:
    log.take([], [letter(nth=n, place=f"f:{n}") for n in range(3)] + [letter(b"x", reason="unknown type")])

    reasons = log.dead_letter_reasons("main")

    assert [(one.reason, one.letters, one.place) for one in reasons] == [
        ("no JSON", 3, "f:0"),
        ("unknown type", 1, "events.jsonl:1"),
    ]


@pytest.mark.parametrize("outcome", ["taken", "repeat", "discarded"])
def test_a_settled_dead_letter_is_no_longer_open(log: EventLog, outcome: str) -> None:
    log.take([], [letter()])
    (listed,) = log.dead_letters("main")

    log.note_attempt("main", listed.dead_letter_id, "refused", "still no JSON")
    assert log.count("main").open_dead_letters == 1
    log.note_attempt("main", listed.dead_letter_id, outcome)

    assert log.dead_letters("main") == []
    assert log.dead_letter_reasons("main") == []
    (settled,) = log.dead_letters("main", settled=True)
    assert (settled.attempts, settled.outcome) == (2, outcome)
    assert log.count("main") == (0, 1, 0)
    whole = log.dead_letter("main", listed.dead_letter_id)
    assert whole is not None
    assert [(a.attempt, a.outcome, a.reason) for a in whole.attempts] == [
        (1, "refused", "still no JSON"),
        (2, outcome, None),
    ]
    assert whole.attempts[0].at <= whole.attempts[1].at


def test_a_list_is_no_longer_than_asked(log: EventLog) -> None:
    log.take([], [letter(nth=n) for n in range(5)])

    assert len(log.dead_letters("main", limit=2)) == 2


def test_tenants_see_their_own_dead_letters_only(log: EventLog) -> None:
    log.take([], [letter()])
    (listed,) = log.dead_letters("main")

    assert log.dead_letters("other") == []
    assert log.dead_letter("other", listed.dead_letter_id) is None
    with pytest.raises(InvalidInput, match="no dead letter"):
        log.note_attempt("other", listed.dead_letter_id, "discarded")


def test_an_attempt_at_nothing_is_refused(log: EventLog) -> None:
    with pytest.raises(InvalidInput, match="no dead letter"):
        log.note_attempt("main", UUID(int=7), "taken")
