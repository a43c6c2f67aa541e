"""What comes in is stored once, in its stream; repeats change nothing, alerts become dead letters."""

from consumers.ingest.messages import DeadLetter
from domain.catalog import BY_NAME
from infra.keys import TenantKeys
from infra.log.log import EventLog
from infra.log.rows import LogRow, as_time
from infra.log.sealing import Sealing
from infra.log.state import decode
from tests.log.given import call, incoming, moved, note


def rows_of(log: EventLog) -> list[LogRow]:
    return log.read(0, log.head(), 1000)


def test_an_empty_log_has_nothing_to_read(log: EventLog) -> None:
    assert log.head() == 0
    assert rows_of(log) == []


def test_events_are_stored_in_the_order_they_came_in(log: EventLog) -> None:
    given = [moved("m1", "Proposal"), call("c1"), moved("m2", "Negotiation", minute=1)]

    taken = log.take(incoming(*given))

    rows = rows_of(log)
    assert list(taken.positions) == [row.position for row in rows]
    assert [decode(row.topic, row.state, row.tenant) for row in rows] == given
    assert [row.topic for row in rows] == [envelope.type for envelope in given]
    assert all(row.topic in BY_NAME for row in rows)
    assert {as_time(row.recorded_at) for row in rows}.isdisjoint({envelope.time for envelope in given})


def test_an_activity_is_a_stream_by_itself_and_a_fact_goes_to_its_thing(log: EventLog, tenant_keys: TenantKeys) -> None:
    log.take(incoming(moved("m1", "Proposal"), call("c1"), moved("m2", "Negotiation")))

    identity = tenant_keys.identity_of("main")
    deal = identity.thing("deal:crm:1").hex
    assert [row.originator_id for row in rows_of(log)] == [deal, identity.event("crm", "c1").hex, deal]
    assert log.history("main", "deal:crm:1").version == 2


def test_reading_goes_on_where_it_stopped(log: EventLog) -> None:
    log.take(incoming(*(call(f"c{n}") for n in range(5))))
    head = log.head()

    first = log.read(0, head, 2)
    second = log.read(first[-1].position, head, 2)
    third = log.read(second[-1].position, head, 2)

    assert [len(first), len(second), len(third)] == [2, 2, 1]
    assert first + second + third == rows_of(log)


def test_an_event_sent_again_changes_nothing(log: EventLog) -> None:
    given = incoming(call("c1"), moved("m1", "Proposal"))
    log.take(given)
    before = rows_of(log)

    again = log.take(given)

    assert list(again.positions) == [None, None]
    assert (again.repeats, again.dead) == (2, 0)
    assert rows_of(log) == before


def test_a_sender_may_stamp_a_repeat_anew(log: EventLog) -> None:
    # Time, actor and trace are not part of what makes an event the same; the first time stands.
    log.take(incoming(call("c1"), moved("m1", "Proposal")))

    again = log.take(incoming(call("c1", minute=7, actor="somebody"), moved("m1", "Proposal", minute=7, sequence=9)))

    assert again.repeats == 2
    assert [event.time.minute for event in log.history("main", "deal:crm:1").events] == [0]


def test_a_repeat_within_a_batch_is_a_repeat(log: EventLog) -> None:
    taken = log.take(incoming(call("c1"), moved("m1", "Proposal"), call("c1"), moved("m1", "Proposal")))

    assert [position is None for position in taken.positions] == [False, False, True, True]
    assert taken.repeats == 2
    assert len(rows_of(log)) == 2


def test_an_id_with_another_body_is_an_alert_and_the_first_stands(log: EventLog) -> None:
    log.take(incoming(call("c1", seconds=60), moved("m1", "Proposal")))
    before = rows_of(log)
    bad = incoming(call("c1", seconds=61), moved("m1", "Won"))

    taken = log.take(bad)

    assert list(taken.positions) == [None, None]
    assert (taken.repeats, taken.dead) == (0, 2)
    assert rows_of(log) == before
    letters = log.dead_letters("main")
    assert {letter.place for letter in letters} == {"events.jsonl:1", "events.jsonl:2"}
    for letter in letters:
        assert "another event with this id" in letter.reason
        assert letter.field == "id"
        assert letter.source == "crm"


def test_an_alert_within_a_batch_is_judged_by_the_first(log: EventLog) -> None:
    taken = log.take(incoming(moved("m1", "Proposal"), moved("m1", "Won"), moved("m1", "Proposal")))

    assert [position is None for position in taken.positions] == [False, True, True]
    assert (taken.repeats, len(taken.alerts)) == (1, 1)


def test_an_id_in_the_other_kind_of_stream_is_an_alert(log: EventLog) -> None:
    log.take(incoming(call("x1"), moved("x2", "Proposal")))

    taken = log.take(incoming(moved("x1", "Proposal"), call("x2")))

    assert list(taken.positions) == [None, None]
    assert [alert.reason for alert in taken.alerts] == [
        "an activity from the same source has this id already, and stands; this is no activity",
        "an event of a thing from the same source has this id already, and stands; this is an activity",
    ]


def test_an_alert_sent_again_is_no_further_dead_letter(log: EventLog) -> None:
    log.take(incoming(call("c1", seconds=60)))
    bad = incoming(call("c1", seconds=61), call("c1", seconds=61))

    assert log.take(bad).dead == 1
    assert log.take(bad).dead == 0
    assert len(log.dead_letters("main")) == 1


def test_the_same_id_from_two_sources_names_two_events(log: EventLog) -> None:
    taken = log.take(incoming(call("c1"), call("c1", source="pbx"), moved("c1", "Proposal", source="erp")))

    assert None not in taken.positions


def test_two_tenants_with_the_same_keys_never_meet(log: EventLog) -> None:
    ours = [moved("m1", "Proposal"), call("c1", seconds=60)]
    theirs = [moved("m1", "Won", tenant="other"), call("c1", seconds=99, tenant="other")]

    taken = log.take(incoming(*ours, *theirs))

    assert None not in taken.positions
    assert log.history("main", "deal:crm:1").events == [ours[0]]
    assert log.history("other", "deal:crm:1").events == [theirs[0]]
    assert log.take(incoming(*ours, *theirs)).repeats == 4
    assert log.count("main").events == log.count("other").events == 2


def test_a_tenant_that_names_anothers_id_does_not_reach_its_stream(log: EventLog) -> None:
    log.take(incoming(moved("m1", "Proposal")))
    by_id = f"deal:id:{log.id_of('main', 'deal:crm:1')}"

    log.take(incoming(moved("x1", "Won", deal=by_id, tenant="other")))

    assert [event.id for event in log.history("main", by_id).events] == ["m1"]
    assert [event.id for event in log.history("other", by_id).events] == ["x1"]


def test_dead_letters_and_events_are_taken_together(log: EventLog) -> None:
    letter = DeadLetter("main", "ingest", "events.jsonl:2", None, "this is not JSON", None, b"{oops")

    taken = log.take(incoming(call("c1")), [letter])

    assert taken.dead == 1
    assert log.count("main") == (1, 1, 1)


def test_a_batch_with_nothing_in_it_is_taken(log: EventLog) -> None:
    taken = log.take([])

    assert (list(taken.positions), taken.repeats, taken.dead) == ([], 0, 0)


def test_personal_texts_are_sealed_and_open_with_their_keys(log: EventLog, sealing: Sealing) -> None:
    given = note("n1", "She is getting married")
    log.take(incoming(given))

    (row,) = rows_of(log)
    assert b"married" not in row.state
    assert b"ann@example.org" not in row.state
    assert decode(row.topic, row.state, "main", sealing.unseal(["main"], [row.state])[0]) == given
