"""Dead letters tried again."""

from consumers.ingest.retry import Letter, retry
from consumers.ingest.run import Ingest, Message
from infra.log.log import EventLog
from tests.ingest.given import edge, message, with_data


def letters(log: EventLog) -> list[Letter]:
    found = []
    for letter in log.dead_letters("main"):
        whole = log.dead_letter("main", letter.dead_letter_id)
        assert whole is not None
        found.append(Letter(letter.dead_letter_id, letter.origin, letter.place, whole.raw))
    return found


def test_given_a_fix_then_a_letter_is_taken_once_and_settled(log: EventLog) -> None:
    raw = message(tenant="acme")
    Ingest(edge(), log, "ingest").run([Message("x:1", raw), Message("x:2", raw)])
    fixed = edge(tenants=frozenset({"acme"}))
    # What was fixed here is the setting that says whose messages are welcome.
    outcomes = [attempt.outcome for attempt in retry(letters(log), fixed, log)]
    assert outcomes == ["taken", "repeat"]
    assert log.dead_letters("main") == []
    assert log.head() == 1


def test_given_no_fix_then_the_letter_stays_with_its_reason_and_the_attempt_is_noted(log: EventLog) -> None:
    Ingest(edge(), log, "ingest").run([Message("x:1", with_data(titel="x"))])
    [attempt] = retry(letters(log), edge(), log)
    assert (attempt.outcome, log.head()) == ("refused", 0)
    [letter] = log.dead_letters("main")
    whole = log.dead_letter("main", letter.dead_letter_id)
    assert whole is not None
    assert [(a.outcome, a.reason) for a in whole.attempts] == [("refused", letter.reason)]


def test_given_an_alert_then_it_is_refused_again_and_no_second_letter_comes_of_it(log: EventLog) -> None:
    Ingest(edge(), log, "ingest").run([Message("x:1", with_data(amount=1)), Message("x:2", with_data(amount=2))])
    [attempt] = retry(letters(log), edge(), log)
    assert attempt.outcome == "refused"
    assert len(log.dead_letters("main")) == 1


def test_given_a_stop_then_no_further_letter_is_tried(log: EventLog) -> None:
    Ingest(edge(), log, "ingest").run([Message("x:1", b"a"), Message("x:2", b"b")])
    answers = iter([False, True])
    attempts = list(retry(letters(log), edge(), log, lambda: next(answers)))
    assert len(attempts) == 1
