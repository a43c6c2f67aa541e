"""What can't be used is kept as it came, with its reason and place, and with all that was tried since."""

from datetime import UTC, datetime

import pytest

from consumers.ingest.messages import DeadLetter
from infra.log.letter_filter import By, LetterFilter
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


def test_letters_are_counted_by_what_they_have_in_common_the_most_frequent_first(log: EventLog) -> None:
    log.take([], [letter(nth=n, place=f"f:{n}") for n in range(3)] + [letter(b"x", reason="unknown type")])

    reasons = log.dead_letter_groups("main", [By.REASON])

    assert [(one.reason, one.letters, one.place) for one in reasons] == [
        ("no JSON", 3, "f:0"),
        ("unknown type", 1, "events.jsonl:1"),
    ]
    assert all(one.first <= one.last for one in reasons)
    (by_origin,) = log.dead_letter_groups("main", [By.ORIGIN, By.SOURCE])
    assert (by_origin.origin, by_origin.source, by_origin.letters) == ("ingest", None, 4)


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (LetterFilter(), ["a", "b", "c"]),
        (LetterFilter(reason="100% sure_"), ["a"]),
        (LetterFilter(reason="JSON"), ["c"]),
        (LetterFilter(reason="json"), []),
        (LetterFilter(field="data.amount"), ["b"]),
        (LetterFilter(source="crm", reason="number"), ["b"]),
        (LetterFilter(origin="import"), ["a", "b"]),
        (LetterFilter(since=datetime(2000, 1, 1, tzinfo=UTC)), ["a", "b", "c"]),
        (LetterFilter(since=datetime(2100, 1, 1, tzinfo=UTC)), []),
    ],
)
def test_a_filter_finds_those_that_match_all_of_it(log: EventLog, chosen: LetterFilter, found: list[str]) -> None:
    log.take(
        [],
        [
            DeadLetter("main", "import", "a", None, "not 100% sure_ of it", "data.title", b"a"),
            DeadLetter("main", "import", "b", "crm", "data.amount must be a number", "data.amount", b"b"),
            DeadLetter("main", "ingest", "c", "crm", "no JSON", None, b"c"),
        ],
    )

    assert sorted(one.place for one in log.dead_letters("main", chosen)) == found
    assert len(log.open_dead_letters("main", chosen)) == len(found)
    assert sum(group.letters for group in log.dead_letter_groups("main", [By.REASON], chosen)) == len(found)


def test_given_a_discarded_letter_then_it_is_settled_for_good_and_says_why_who_and_when(log: EventLog) -> None:
    log.take([], [letter(), letter(b"other", place="f:2")])
    first, second = log.open_dead_letters("main")

    assert log.discard("main", [first], "a test export", "user:ann") == [first]
    assert log.discard("main", [first, second], "once more", "user:bob") == [second]

    assert log.open_dead_letters("main") == []
    assert log.dead_letters("main") == []
    assert log.dead_letter_groups("main", [By.REASON]) == []
    assert [(one.attempts, one.outcome) for one in log.dead_letters("main", settled=True)] == [(1, "discarded")] * 2
    assert log.count("main") == (0, 2, 0)
    whole = log.dead_letter("main", first)
    assert whole is not None
    [(attempt, at, *rest)] = whole.attempts
    assert (attempt, rest) == (1, ["discarded", "a test export", "user:ann"])
    assert at >= whole.letter.received_at


def test_a_list_is_no_longer_than_asked(log: EventLog) -> None:
    log.take([], [letter(nth=n) for n in range(5)])

    assert len(log.dead_letters("main", limit=2)) == 2


def test_tenants_see_and_settle_their_own_dead_letters_only(log: EventLog) -> None:
    log.take([], [letter()])
    (listed,) = log.dead_letters("main")

    assert log.dead_letters("other") == []
    assert log.dead_letter("other", listed.dead_letter_id) is None
    assert log.discard("other", [listed.dead_letter_id], "mine", "user:eve") == []
    assert log.count("main").open_dead_letters == 1
