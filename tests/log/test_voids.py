"""Taking events back, bringing them back, and taking them in again: what the log says then. On both databases."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier
from uuid import UUID

import msgspec
import pytest

from domain.catalog import VOID_MADE, VOID_MARKED, VOID_UNDONE
from domain.deals.events import DealOpened
from domain.shared.envelope import Envelope
from domain.shared.errors import CommandRefused, Conflict
from infra.keys import TenantKeys
from infra.log.log import EventLog
from infra.log.rows import LogRow
from infra.log.state import trail_of
from infra.log.voiding import Selected
from infra.log.voids import Voided
from tests.log.conftest import OpenLog
from tests.log.given import call, event, incoming, moved, note

DEAL = "deal:crm:1"
NOW = datetime(2025, 3, 4, tzinfo=UTC)


def take(log: EventLog, *envelopes: Envelope, again: bool = False) -> Sequence[int | None]:
    return log.take(incoming(*envelopes), again=again).positions


def void(log: EventLog, of: str, what: str, reason: str = "a mistake") -> Voided:
    return log.void("main", Selected(of, what), reason, "kim", NOW)  # type: ignore[arg-type]


def void_event(log: EventLog, id_: str) -> Voided:
    return void(log, "event", str(log.event_id("main", "crm", id_)))


def undo(log: EventLog, done: Voided) -> Voided:
    return log.undo_void("main", done.void, "no mistake", "kim", NOW)


def positions(done: Voided) -> list[int]:
    return [one.position for one in done.events]


def stages(log: EventLog) -> list[str]:
    return [e.data.stage for e in log.history("main", DEAL).events]  # type: ignore[attr-defined]


def topics(log: EventLog) -> list[str]:
    return [row.topic for row in log.read(0, log.head(), 1000)]


def test_an_event_of_a_thing_is_taken_back_and_the_log_keeps_both(log: EventLog) -> None:
    take(log, moved("1", "Offer"), moved("2", "Won", minute=1))

    done = void_event(log, "1")

    assert positions(done) == [1]
    assert stages(log) == ["Won"]
    assert topics(log) == ["crm.deal.moved_to_stage.v1"] * 2 + [VOID_MADE, VOID_MARKED]


def test_an_import_is_taken_back_without_what_others_said(log: EventLog) -> None:
    of_import = [replace(e, importid="a1") for e in (call("1"), moved("2", "Offer"), note("3", "text"))]
    take(log, call("0"), *of_import, moved("4", "Won", importid="a2"), call("5", correlationid="a1"))

    done = void(log, "import", "a1")

    assert positions(done) == [2, 3, 4]
    assert stages(log) == ["Won"]


def test_what_has_a_correlation_id_is_taken_back(log: EventLog) -> None:
    take(log, call("1", correlationid='a "b"'), moved("2", "Offer", correlationid='a "b"'), call("3", importid='a "b"'))

    assert positions(void(log, "correlation", 'a "b"')) == [1, 2]


def test_a_field_that_is_called_like_the_attribute_is_not_taken_for_it(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "_open_custom", frozenset({"importid"}))
    take(log, event("1", DEAL, DealOpened(custom={"importid": "a1"})), call("2", importid="a1"))

    assert positions(void(log, "import", "a1")) == [2]


def test_a_void_takes_only_what_stands(log: EventLog) -> None:
    take(log, call("1", importid="a1"), call("2", importid="a1"))
    first = void_event(log, "1")

    second = void(log, "import", "a1")
    assert positions(second) == [2]
    undo(log, first)

    assert positions(void(log, "import", "a1")) == [1]
    with pytest.raises(CommandRefused, match="all 2 that were are taken back already"):
        void(log, "import", "a1")


@pytest.mark.parametrize(("of", "what"), [("import", "a9"), ("correlation", "a9"), ("event", str(UUID(int=7)))])
def test_what_is_not_there_can_not_be_taken_back(log: EventLog, of: str, what: str) -> None:
    take(log, call("1", importid="a1"))

    with pytest.raises(CommandRefused, match=r"no event|no such event"):
        void(log, of, what)
    assert log.head() == 1


def test_an_event_is_taken_back_once(log: EventLog) -> None:
    take(log, moved("1", "Offer"))
    void_event(log, "1")

    with pytest.raises(CommandRefused, match="taken back already"):
        void_event(log, "1")


def test_undoing_a_void_brings_back_what_it_took_and_can_be_done_once(log: EventLog) -> None:
    take(log, moved("1", "Offer", importid="a1"), call("2", importid="a1"))
    done = void(log, "import", "a1")

    brought_back = undo(log, done)

    assert positions(brought_back) == [1, 2]
    assert stages(log) == ["Offer"]
    assert topics(log)[2:] == [VOID_MADE, VOID_MARKED, VOID_UNDONE, VOID_MARKED]
    with pytest.raises(CommandRefused, match="undone already"):
        undo(log, done)


def test_a_void_that_never_was_can_not_be_undone(log: EventLog) -> None:
    take(log, moved("1", "Offer"))
    with pytest.raises(CommandRefused, match="no such void"):
        undo(log, Voided(UUID(int=1), 0, ()))
    # nor can a thing that is no void
    with pytest.raises(CommandRefused, match="no such void"):
        undo(log, Voided(log.id_of("main", DEAL), 0, ()))


def test_what_was_undone_can_be_taken_back_anew(log: EventLog) -> None:
    take(log, moved("1", "Offer"))
    undo(log, void_event(log, "1"))

    assert positions(void_event(log, "1")) == [1]
    assert stages(log) == []


@pytest.mark.parametrize("make", [call, lambda id_: moved(id_, "Offer")], ids=["own", "thing"])
def test_voiding_frees_no_id_unless_it_is_taken_again(log: EventLog, make: Callable[[str], Envelope]) -> None:
    take(log, make("1"))
    void_event(log, "1")

    # a redelivery stays a repeat
    assert log.take(incoming(make("1"))).repeats == 1
    # with --again it is appended anew, once
    head = log.head()
    assert take(log, make("1"), make("1"), again=True) == [head + 1, None]
    assert take(log, make("1"), again=True) == [None]
    # and can be taken back anew
    assert positions(void_event(log, "1")) == [head + 1]
    assert take(log, make("1"), again=True) != [None]


def test_what_is_taken_again_may_say_something_else_and_is_then_what_repeats_are_held_to(log: EventLog) -> None:
    take(log, moved("1", "Offer"))
    void_event(log, "1")

    take(log, moved("1", "Won"), again=True)

    assert stages(log) == ["Won"]
    assert log.take(incoming(moved("1", "Won"))).repeats == 1
    assert len(log.take(incoming(moved("1", "Offer"))).alerts) == 1


@pytest.mark.parametrize(("first", "then"), [(call("1"), moved("1", "Won")), (moved("1", "Won"), call("1"))])
def test_what_is_taken_again_may_be_of_the_other_kind(log: EventLog, first: Envelope, then: Envelope) -> None:
    take(log, first)
    void_event(log, "1")

    assert take(log, then, again=True) == [log.head()]

    assert log.take(incoming(then)).repeats == 1
    assert len(log.take(incoming(first)).alerts) == 1
    assert positions(void_event(log, "1")) == [log.head() - 1 - topics(log)[-2:].count(VOID_MARKED)]


def test_a_void_is_not_undone_while_a_replacement_stands(log: EventLog) -> None:
    take(log, moved("1", "Offer", importid="a1"), moved("2", "Demo", minute=1, importid="a1"))
    first = void(log, "import", "a1")
    take(log, moved("1", "Won"), again=True)

    with pytest.raises(CommandRefused, match="1 of the 2 events were taken in again"):
        undo(log, first)

    # once the replacement is taken back, the first ones can stand again
    second = void_event(log, "1")
    undo(log, first)
    assert stages(log) == ["Offer", "Demo"]
    # and then the replacement can not
    with pytest.raises(CommandRefused, match="taken in again"):
        undo(log, second)


def test_what_is_new_is_taken_with_again_as_without(log: EventLog) -> None:
    assert take(log, call("1"), moved("2", "Offer"), call("1"), again=True) == [1, 2, None]
    assert take(log, call("1"), moved("2", "Offer"), again=True) == [None, None]


def test_a_command_under_way_conflicts_with_a_void_and_with_an_undo(log: EventLog) -> None:
    take(log, moved("1", "Offer"))
    before = log.history("main", DEAL).version
    done = void_event(log, "1")
    with pytest.raises(Conflict):
        log.append([moved("2", "Won")], before)

    before = log.history("main", DEAL).version
    undo(log, done)
    with pytest.raises(Conflict):
        log.append([moved("2", "Won")], before)
    assert log.append([moved("2", "Won")], log.history("main", DEAL).version)


def test_an_event_says_whether_it_stands(log: EventLog) -> None:
    take(log, call("1", causationid="first"))
    done = void_event(log, "1")

    found = log.find("main", "crm", "1")
    assert found is not None
    assert (found.position, found.causationid, found.stands) == (1, "first", False)

    (position,) = take(log, call("1", causationid="second"), again=True)
    found = log.find("main", "crm", "1")
    assert found is not None
    assert (found.position, found.causationid, found.stands) == (position, "second", True)
    with pytest.raises(CommandRefused):
        undo(log, done)


def test_a_rehearsal_says_what_would_go_and_writes_nothing(log: EventLog) -> None:
    take(log, call("1", importid="a1"), call("2", importid="a1"))

    assert [one.position for one in log.to_void("main", Selected("import", "a1"))] == [1, 2]
    done = void(log, "import", "a1")
    assert [one.position for one in log.to_undo("main", done.void)] == [1, 2]
    assert log.head() == done.position


def test_tenants_do_not_take_back_each_others_events(log: EventLog) -> None:
    take(log, call("1", importid="a1"), call("1", importid="a1", tenant="other"))

    assert positions(void(log, "import", "a1")) == [1]


def test_an_event_is_taken_again_once_and_a_void_is_not_undone_over_it_whoever_is_first(
    open_log: OpenLog, tenant_keys: TenantKeys
) -> None:
    """On PostgreSQL writers share the log: here three of them want the same event at once."""
    log = open_log(tenant_keys)
    ids = [str(n) for n in range(12)]
    take(log, *map(call, ids), *(moved(f"m{n}", "Offer") for n in ids))
    voids = [void_event(log, id_) for one in ids for id_ in (one, f"m{one}")]
    barrier = Barrier(3)

    def work(what: Callable[[EventLog], None]) -> None:
        own = open_log(tenant_keys)
        barrier.wait()
        what(own)
        own.close()

    def undo_all(own: EventLog) -> None:
        for one in voids:
            with suppress(CommandRefused):
                undo(own, one)

    def take_all(own: EventLog) -> None:
        for one in ids:
            take(own, call(one), moved(f"m{one}", "Offer"), again=True)

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(work, what) for what in (undo_all, take_all, take_all)]:
            done.result()

    # Each stands once: brought back, or taken in again.
    rows = log.read(0, log.head(), 1000)
    gone = {p for r in rows if r.topic == VOID_MADE for f, t in takes_of(r) for p in range(f, t + 1)}
    undone = [r.originator_id for r in rows if r.topic == VOID_UNDONE]
    back = {p for r in rows if r.topic == VOID_MADE and r.originator_id in undone for f, _ in takes_of(r) for p in [f]}
    standing = [trail_of(r.state).event_id for r in rows if "void" not in r.topic and r.position not in gone - back]
    assert sorted(standing) == sorted(log.event_id("main", "crm", id_) for one in ids for id_ in (one, f"m{one}"))
    log.close()


def takes_of(row: LogRow) -> list[list[int]]:
    found: list[list[int]] = msgspec.json.decode(row.state)["data"]["takes"]
    return found
