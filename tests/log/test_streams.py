"""What commands need: a thing's history in the models' order, and appending behind the version it was decided on."""

from collections.abc import Callable

import pytest

from domain.shared.errors import Conflict, InvalidInput
from domain.tickets.events import TicketOpened
from infra.log.log import EventLog
from tests.log.given import call, event, incoming, moved


def stages(log: EventLog) -> list[str]:
    return [found.id for found in log.history("main", "deal:crm:1").events]


def test_a_thing_nobody_spoke_of_has_an_empty_history(log: EventLog) -> None:
    history = log.history("main", "deal:crm:1")

    assert (list(history.events), history.version) == ([], 0)


def test_a_history_is_in_the_order_of_time_then_sequence_then_id(log: EventLog) -> None:
    # Given events that came in any order, some at the same time.
    log.take(
        incoming(
            moved("late", "D", minute=5),
            moved("without", "C", minute=1),
            moved("second", "B", minute=1, sequence=20),
            moved("first", "A", minute=1, sequence=3),
            moved("early", "0", minute=0, sequence=99),
        )
    )

    assert stages(log) == ["early", "first", "second", "without", "late"]


def test_equal_times_without_sequence_go_by_the_events_id(log: EventLog) -> None:
    given = [moved(f"m{n}", "A") for n in range(6)]
    log.take(incoming(*given))

    ids = {envelope.id: log._identity_of("main").event("crm", envelope.id) for envelope in given}
    assert stages(log) == sorted(ids, key=lambda id_: ids[id_])


def test_what_was_decided_is_appended_behind_its_version(log: EventLog) -> None:
    log.take(incoming(moved("m1", "Proposal")))
    version = log.history("main", "deal:crm:1").version

    positions = log.append([moved("m2", "Negotiation", minute=1), moved("m3", "Won", minute=2)], version)

    assert stages(log) == ["m1", "m2", "m3"]
    assert [row.position for row in log.read(0, log.head(), 9)][1:] == list(positions)
    assert log.history("main", "deal:crm:1").version == 3


def test_appending_conflicts_when_the_stream_went_on(log: EventLog) -> None:
    version = log.history("main", "deal:crm:1").version
    log.append([moved("m1", "Proposal")], version)

    with pytest.raises(Conflict, match="meanwhile"):
        log.append([moved("m2", "Won")], version)
    assert stages(log) == ["m1"]


def test_appending_again_gives_the_old_positions(log: EventLog) -> None:
    first = log.append([moved("m1", "Proposal"), moved("m2", "Won", minute=1)], 0)

    # The stream went on since, and the caller still holds version 0: a repeat is a repeat.
    assert log.append([moved("m1", "Proposal"), moved("m2", "Won", minute=1)], 0) == first
    assert stages(log) == ["m1", "m2"]


@pytest.mark.parametrize("other", [lambda: moved("m1", "Lost"), lambda: call("m1")])
def test_an_id_used_for_another_event_is_refused(log: EventLog, other: Callable[[], object]) -> None:
    log.append([moved("m1", "Proposal")], 0)

    with pytest.raises(InvalidInput) as refused:
        log.append([other()], 1)  # type: ignore[list-item]
    assert refused.value.field == "id"
    assert stages(log) == ["m1"]


def test_an_activity_is_appended_without_a_version(log: EventLog) -> None:
    (position,) = log.append([call("c1")], 0)

    assert log.append([call("c1")], 7) == [position]
    found = log.find("main", "crm", "c1")
    assert found is not None
    assert found.position == position


def test_what_was_appended_is_a_repeat_when_it_comes_in_again(log: EventLog) -> None:
    log.append([moved("m1", "Proposal")], 0)

    assert log.take(incoming(moved("m1", "Proposal"))).repeats == 1


def test_an_event_is_found_by_source_and_id_with_what_caused_it(log: EventLog) -> None:
    taken = log.take(
        incoming(moved("m1", "Proposal", causationid="why-m"), call("c1", causationid="why-c"), call("c2"))
    )

    found = [log.find("main", "crm", id_) for id_ in ("m1", "c1", "c2")]

    assert [(one.position, one.causationid) for one in found if one] == [
        (taken.positions[0], "why-m"),
        (taken.positions[1], "why-c"),
        (taken.positions[2], None),
    ]
    assert log.find("main", "crm", "nobody") is None
    assert log.find("other", "crm", "m1") is None


def test_references_to_one_id_under_two_kinds_each_see_their_own_events(log: EventLog) -> None:
    by_id = f"id:{log.id_of('main', 'deal:crm:1')}"
    log.take(incoming(moved("m1", "Proposal"), event("t1", f"ticket:{by_id}", TicketOpened(channel="email"))))

    assert [one.id for one in log.history("main", f"deal:{by_id}").events] == ["m1"]
    ticket = log.history("main", f"ticket:{by_id}")
    assert [one.id for one in ticket.events] == ["t1"]
    assert ticket.version == 2  # appending to it must go behind both


def test_a_reference_is_understood_in_any_form(log: EventLog) -> None:
    assert log.id_of("main", "contact:mail:Ann@Example.org") == log.id_of("main", "contact:mail:ann@example.org")
