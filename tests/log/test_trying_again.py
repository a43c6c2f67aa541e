"""Dead letters tried again after a fix, on both databases: taken once, settled for good, and every attempt kept."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from consumers.ingest.binding import kept
from consumers.ingest.messages import DeadLetter
from consumers.ingest.retry import Attempt, Letter, retry
from consumers.ingest.run import Ingest, Message
from infra.log.log import EventLog
from infra.log.rows import WholeDeadLetter
from tests.ingest.given import OPENED, edge, message, with_data

FIXED = edge(tenants=frozenset({"acme"}))  # what was fixed is the setting that says whose messages are welcome
ACTOR = "user:ann"


def of_another_tenant(id_: str, amount: int = 1200) -> bytes:
    return message(id=id_, tenant="acme", data={"title": "Seats", "amount": amount, "currency": "EUR"})


def refuse(log: EventLog, *raws: bytes) -> list[UUID]:
    """Given messages that can't be used: the ids of their dead letters, in the same order."""
    Ingest(edge(), log, "ingest").run(Message(f"x:{n}", raw) for n, raw in enumerate(raws))
    return [one.dead_letter_id for one in sorted(log.dead_letters("main"), key=lambda one: one.place)]


def whole(log: EventLog, id_: UUID) -> WholeDeadLetter:
    found = log.dead_letter("main", id_)
    assert found is not None
    return found


def try_again(log: EventLog, *ids: UUID, dry_run: bool = False) -> list[Attempt]:
    return list(retry((Letter(id_, whole(log, id_).raw) for id_ in ids), FIXED, log, ACTOR, dry_run=dry_run))


def mend(log: EventLog, id_: UUID, raw: bytes) -> Attempt:
    (attempt,) = retry([Letter(id_, raw, mended=True)], FIXED, log, ACTOR)
    return attempt


def noted(log: EventLog, id_: UUID) -> list[tuple[str, str | None, str]]:
    return [(one.outcome, one.reason, one.actor) for one in whole(log, id_).attempts]


def test_given_a_fix_then_all_are_taken_in_one_go_and_their_repeats_are_told_apart(log: EventLog) -> None:
    ids = refuse(log, of_another_tenant("1"), of_another_tenant("2"), of_another_tenant("1"), b"nonsense")

    attempts = try_again(log, *ids)

    assert [one.outcome for one in attempts] == ["taken", "taken", "repeat", "refused"]
    assert [noted(log, id_)[0][0] for id_ in ids] == ["taken", "taken", "repeat", "refused"]
    assert log.open_dead_letters("main") == [ids[3]]
    assert len(log.read(0, log.head(), 10)) == 2


def test_given_a_settled_letter_then_it_is_never_tried_again(log: EventLog) -> None:
    (id_,) = refuse(log, of_another_tenant("1"))
    try_again(log, id_)

    assert [one.outcome for one in try_again(log, id_)] == ["settled"]
    assert log.discard("main", [id_], "too late", ACTOR) == []
    assert noted(log, id_) == [("taken", None, ACTOR)]


def test_given_two_who_try_the_same_at_once_then_one_attempt_settles_it(log: EventLog) -> None:
    ids = refuse(log, *(of_another_tenant(str(n)) for n in range(20)))

    with ThreadPoolExecutor(4) as pool:
        outcomes = [one.outcome for found in pool.map(lambda _: try_again(log, *ids), range(4)) for one in found]

    assert sorted(outcomes) == ["settled"] * 60 + ["taken"] * 20
    assert all(len(whole(log, id_).attempts) == 1 for id_ in ids)


def test_given_no_fix_then_the_reason_of_today_is_kept_with_the_attempt(log: EventLog) -> None:
    (id_,) = refuse(log, with_data(titel="x"))

    (attempt,) = try_again(log, id_)

    assert (attempt.outcome, attempt.field) == ("refused", "data.titel")
    assert noted(log, id_) == [("refused", attempt.reason, ACTOR)]
    assert log.open_dead_letters("main") == [id_]


def test_given_an_id_that_another_event_has_then_it_is_refused_and_no_second_letter_comes_of_it(log: EventLog) -> None:
    Ingest(edge(), log, "ingest").run([Message("x:1", with_data(amount=1)), Message("x:2", with_data(amount=2))])

    (attempt,) = try_again(log, *log.open_dead_letters("main"))

    assert (attempt.outcome, attempt.field) == ("refused", "id")
    assert log.count("main").dead_letters == 1


def test_a_dry_run_says_what_would_happen_and_writes_nothing(log: EventLog) -> None:
    ids = refuse(log, of_another_tenant("1"), of_another_tenant("1"), b"nonsense", of_another_tenant("1", amount=7))

    assert [one.outcome for one in try_again(log, *ids, dry_run=True)] == ["taken", "repeat", "refused", "refused"]

    assert log.head() == 0
    assert log.count("main") == (0, 4, 4)
    assert all(whole(log, id_).attempts == [] for id_ in ids)


def test_given_a_mended_message_then_it_is_taken_and_both_messages_are_kept(log: EventLog) -> None:
    (id_,) = refuse(log, with_data(amount="a lot"))

    assert mend(log, id_, with_data(amount=7)).outcome == "taken"

    assert log.head() == 1
    assert log.open_dead_letters("main") == []
    assert whole(log, id_).raw == with_data(amount="a lot")
    (other,) = [one for one in log.dead_letters("main", settled=True) if one.dead_letter_id != id_]
    assert whole(log, other.dead_letter_id).raw == with_data(amount=7)
    assert (other.origin, other.place, other.outcome) == ("mended", f"dead letter {id_}", "taken")
    assert str(other.dead_letter_id) in str(noted(log, id_)[0][1])


def test_given_a_mended_message_that_is_still_wrong_then_the_letter_stays_open_as_it_was(log: EventLog) -> None:
    (id_,) = refuse(log, with_data(amount="a lot"))
    Ingest(edge(), log, "ingest").run([Message("x:9", message(id="taken"))])

    assert mend(log, id_, with_data(amount="more")).outcome == "refused"
    assert mend(log, id_, message(id="taken", data={"title": "another"})).field == "id"

    assert [outcome for outcome, _, _ in noted(log, id_)] == ["refused", "refused"]
    assert log.count("main") == (1, 1, 1)


def test_given_a_mended_message_that_the_log_holds_then_the_letter_is_settled_as_a_repeat(log: EventLog) -> None:
    (id_,) = refuse(log, b"nonsense")
    Ingest(edge(), log, "ingest").run([Message("x:9", message())])

    assert mend(log, id_, message()).outcome == "repeat"
    assert log.count("main").open_dead_letters == 0


def test_the_bytes_of_many_letters_are_read_a_few_megabytes_at_a_time(log: EventLog) -> None:
    raws = [b"%d" % number * 5_000_000 for number in range(1, 4)]
    ids = refuse(log, *raws)

    first = log.dead_letter_bytes("main", ids)
    rest = log.dead_letter_bytes("main", ids[2:])

    assert first == dict(zip(ids[:2], raws[:2], strict=True))
    assert rest == {ids[2]: raws[2]}
    assert log.dead_letter_bytes("main", []) == {}
    assert log.dead_letter_bytes("other", ids) == {}


def test_given_a_message_with_its_event_in_headers_then_it_is_tried_as_it_came(log: EventLog) -> None:
    headers = {**OPENED, "tenant": "acme"}
    del headers["data"]
    raw = kept([(f"ce_{name}", str(value).encode()) for name, value in headers.items()], b'{"title": "Seats"}')
    log.take([], [DeadLetter("main", "rapport.deals", "rapport.deals[0]@7", "hubspot", "tenant …", "tenant", raw, 7)])

    assert [one.outcome for one in try_again(log, *log.open_dead_letters("main"))] == ["taken"]
    assert log.history("acme", "deal:hubspot:4711").version == 1


def test_given_a_letter_that_comes_to_several_events_then_all_are_taken_or_none(log: EventLog) -> None:
    ids = refuse(log, b"several", b"several and a broken one")

    def unpack(place: str, raw: bytes) -> list[Message]:
        events = [message(id="1", source=raw.decode()), message(id="2", source=raw.decode())]
        return [Message(place, event) for event in [*events, *([b"broken"] if b"broken" in raw else [])]]

    letters = [Letter(id_, whole(log, id_).raw) for id_ in ids]
    attempts = list(retry(letters, FIXED, log, ACTOR, unpack=unpack))

    assert [one.outcome for one in attempts] == ["taken", "refused"]
    assert log.head() == len(log.read(0, log.head(), 10)) == 2
    assert log.open_dead_letters("main") == [ids[1]]
    again = list(retry([Letter(ids[1], b"several")], FIXED, log, ACTOR, unpack=unpack))
    assert [one.outcome for one in again] == ["repeat"]
