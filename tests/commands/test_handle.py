"""How commands are carried out: decided on what is known, appended once, tried again when somebody else was first."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest

from commands.accounts import AddAccount, RenameAccount, SetAccountParent
from commands.activities import LogCall, RecordEmail
from commands.case import Request
from commands.command import Command
from commands.contacts import AddContact, AddContactEmail, LinkContacts, TagContact, UnlinkContacts
from commands.deals import ChangeDealOwner, ChangeDealValue, LoseDeal, MoveDeal, OpenDeal, WinDeal
from commands.handle import ATTEMPTS, Done, handle
from commands.meetings import CancelMeeting, HoldMeeting, ScheduleMeeting
from commands.orders import CancelOrder, PlaceOrder, ShipOrder
from commands.pipelines import AddStage, DefinePipeline, RenameStage
from commands.subscriptions import ChangeSubscription, EndSubscription, StartSubscription
from commands.tasks import CancelTask, CompleteTask, PlanTask
from commands.tickets import OpenTicket, RecordCustomerReply, ResolveTicket
from consumers.ingest.messages import Incoming
from domain.activities.events import EmailReceived
from domain.deals.events import DealMovedToStage, DealWon
from domain.pipelines.events import Stage
from domain.shared.envelope import Envelope, TimePrecision
from domain.shared.errors import CommandRefused, Conflict, InvalidInput
from domain.shared.event import Event
from domain.tickets.events import TicketCustomerReplied, TicketReopened
from infra.log.log import EventLog
from infra.log.voiding import Selected
from tests.commands.given import MONDAY, at, happened, refused

SALES = "pipeline:crm:sales"
DEFINE = DefinePipeline(
    pipeline=SALES,
    name="Sales",
    stages=[
        Stage(stage="Lead", probability=Decimal("0.1")),
        Stage(stage="Offer", probability=Decimal("0.5")),
        Stage(stage="Won", kind="won", probability=Decimal(1)),
    ],
)
OPEN = OpenDeal(deal="deal:crm:1", pipeline=SALES)
LATER = MONDAY + timedelta(days=1)


def do(log: EventLog, command: Command, id_: str, time: datetime = LATER, *, dry_run: bool = False) -> Done:
    return handle(command, Request("main", "user:kim", id_, time), log, dry_run=dry_run)


def source_says(log: EventLog, subject: str, *facts: Event) -> None:
    """Another system's facts reach the log, a minute apart from MONDAY on."""
    log.take([Incoming(one, "ingest", "test", b"") for one in happened(subject, *facts)])


def facts(log: EventLog, reference: str) -> list[Event]:
    return [envelope.data for envelope in log.history("main", reference).events]


@pytest.fixture
def opened(log: EventLog) -> EventLog:
    """A log with a pipeline and an open deal."""
    do(log, DEFINE, "define", MONDAY)
    do(log, OPEN, "open", MONDAY)
    return log


def test_a_command_that_is_allowed_is_appended_with_who_when_and_why(opened: EventLog) -> None:
    done = do(opened, MoveDeal(deal="deal:crm:1", stage="Offer"), "move")

    stored = opened.history("main", "deal:crm:1").events[-1]
    assert stored.data == DealMovedToStage(stage="Offer", from_stage="Lead")
    assert (stored.source, stored.id, stored.actor, stored.time) == ("rapport", "move:1", "user:kim", LATER)
    assert (stored.correlationid, stored.sequence) == ("move", 1)
    assert (stored.causationid or "").startswith("move-deal:")
    assert (done.subject, len(done.positions), done.repeated) == ("deal:crm:1", 1, False)


def test_a_command_that_is_refused_leaves_the_log_as_it_was(opened: EventLog) -> None:
    with refused("use win-deal"):
        do(opened, MoveDeal(deal="deal:crm:1", stage="Won"), "move")

    assert opened.history("main", "deal:crm:1").version == 1
    assert opened.find("main", "rapport", "move:1") is None


def test_a_dry_run_decides_and_appends_nothing(opened: EventLog) -> None:
    done = do(opened, WinDeal(deal="deal:crm:1"), "win", dry_run=True)

    assert [event.data for event in done.events] == [DealWon()]
    assert done.positions == ()
    assert opened.history("main", "deal:crm:1").version == 1
    with refused("not known"):
        do(opened, WinDeal(deal="deal:crm:2"), "win", dry_run=True)


def test_a_repeat_decides_nothing_and_gives_the_old_positions(opened: EventLog) -> None:
    win = WinDeal(deal="deal:crm:1")
    first = do(opened, win, "win")
    again = do(opened, win, "win", LATER + timedelta(hours=1))

    assert (again.repeated, list(again.positions)) == (True, list(first.positions))
    assert opened.history("main", "deal:crm:1").version == 2


def test_a_repeat_of_several_events_gives_all_their_positions(log: EventLog) -> None:
    do(log, OpenTicket(ticket="ticket:crm:1"), "open", MONDAY)
    do(log, ResolveTicket(ticket="ticket:crm:1"), "resolve", at(1))
    reply = RecordCustomerReply(ticket="ticket:crm:1")

    first, again = do(log, reply, "reply"), do(log, reply, "reply")

    assert [event.data for event in first.events] == [TicketCustomerReplied(), TicketReopened()]
    assert list(again.positions) == list(first.positions)
    assert facts(log, "ticket:crm:1")[-2:] == [TicketCustomerReplied(), TicketReopened()]


@pytest.mark.parametrize(
    "other",
    [
        LoseDeal(deal="deal:crm:1", reason="price"),
        WinDeal(deal="deal:crm:2"),
        WinDeal(deal="deal:crm:1", custom={"a": 1}),
    ],
    ids=["another command", "another thing", "other fields"],
)
def test_one_id_serves_one_command_only(opened: EventLog, other: Command) -> None:
    do(opened, WinDeal(deal="deal:crm:1"), "same")

    with refused("was used for another command"):
        do(opened, other, "same")


def test_the_same_id_in_another_tenant_is_another_command(opened: EventLog) -> None:
    do(opened, WinDeal(deal="deal:crm:1"), "win")

    done = handle(DEFINE, Request("other", "user:kim", "win", LATER), opened)

    assert not done.repeated


@pytest.mark.parametrize("id_", ["", "two words", "x" * 201, "nul\x00", "zeilen\n"])
def test_an_id_that_cant_be_used_is_refused(opened: EventLog, id_: str) -> None:
    with pytest.raises(InvalidInput, match="without blanks"):
        do(opened, WinDeal(deal="deal:crm:1"), id_)


def test_a_new_thing_without_a_reference_is_named_by_the_commands_id(log: EventLog) -> None:
    done = do(log, OpenTicket(subject_line="Help"), "t1")

    assert done.subject == "ticket:rapport:t1"
    assert do(log, OpenTicket(subject_line="Help"), "t1").repeated
    do(log, ResolveTicket(ticket="ticket:rapport:t1"), "t2", LATER + timedelta(hours=1))


def test_what_happened_between_people_is_a_stream_of_its_own(log: EventLog) -> None:
    email = RecordEmail(direction="inbound", subject_line="Hello", contacts=["contact:crm:ada"])
    done = do(log, email, "e1")

    assert done.subject == "activity:rapport:e1"
    assert [type(event.data) for event in done.events] == [EmailReceived]
    assert do(log, email, "e1").repeated
    with refused("was used for another command"):
        do(log, LogCall(direction="inbound", contacts=["contact:crm:ada"]), "e1")


class Overtaken:
    """A log in which others do something just before each of the first appends."""

    def __init__(self, log: EventLog, *others: Callable[[], object]) -> None:
        self._log, self.others = log, list(others)
        self.history, self.find, self.digest, self.id_of = log.history, log.find, log.digest, log.id_of

    def append(self, envelopes: Sequence[Envelope], expected: int) -> Sequence[int]:
        if self.others:
            self.others.pop()()
        return self._log.append(envelopes, expected)


def changes_of_owner(log: EventLog, times: int) -> list[Callable[[], object]]:
    def change(nth: int) -> Done:
        return do(log, ChangeDealOwner(deal="deal:crm:1", owner=f"Kim {nth}"), f"owner-{nth}", at(nth))

    return [partial(change, nth) for nth in range(times)]


def test_a_command_is_decided_anew_when_somebody_else_was_first(opened: EventLog) -> None:
    overtaken = Overtaken(opened, *changes_of_owner(opened, ATTEMPTS - 1))

    handle(WinDeal(deal="deal:crm:1"), Request("main", "user:kim", "win", LATER), overtaken)

    assert overtaken.others == []
    assert facts(opened, "deal:crm:1")[-1] == DealWon()


def test_a_command_gives_up_after_some_attempts_and_says_so(opened: EventLog) -> None:
    overtaken = Overtaken(opened, *changes_of_owner(opened, ATTEMPTS))

    with pytest.raises(Conflict, match="5 times in between; nothing was done, try again"):
        handle(WinDeal(deal="deal:crm:1"), Request("main", "user:kim", "win", LATER), overtaken)

    assert DealWon() not in facts(opened, "deal:crm:1")


def test_of_two_who_decide_at_once_one_is_refused(opened: EventLog) -> None:
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def run(command: Command, id_: str) -> None:
        start.wait()
        try:
            do(opened, command, id_)
            outcomes.append("done")
        except CommandRefused:
            outcomes.append("refused")

    wanted = (WinDeal(deal="deal:crm:1"), "win"), (LoseDeal(deal="deal:crm:1", reason="price"), "lose")
    threads = [threading.Thread(target=run, args=each) for each in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["done", "refused"]
    assert opened.history("main", "deal:crm:1").version == 2


def test_the_same_request_sent_twice_at_once_is_done_once(opened: EventLog) -> None:
    done: list[Done] = []
    threads = [
        threading.Thread(target=lambda: done.append(do(opened, WinDeal(deal="deal:crm:1"), "win"))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(done) == 4
    assert len({tuple(one.positions) for one in done}) == 1
    assert opened.history("main", "deal:crm:1").version == 2


def test_the_same_request_decided_on_a_later_state_meanwhile_is_a_repeat(opened: EventLog) -> None:
    do(opened, AddStage(pipeline=SALES, stage="Check", probability=Decimal("0.7")), "add", MONDAY)
    move = MoveDeal(deal="deal:crm:1", stage="Offer")

    def others() -> None:
        do(opened, MoveDeal(deal="deal:crm:1", stage="Check"), "other", at(1))
        do(opened, move, "move")

    done = handle(move, Request("main", "user:kim", "move", LATER), Overtaken(opened, others))

    assert done.repeated
    assert facts(opened, "deal:crm:1")[-1] == DealMovedToStage(stage="Offer", from_stage="Check")


def test_a_command_about_the_past_is_decided_on_what_had_happened_by_then(opened: EventLog) -> None:
    do(opened, WinDeal(deal="deal:crm:1"), "win", LATER)

    do(opened, ChangeDealValue(deal="deal:crm:1", amount=Decimal(5), currency="EUR"), "value", at(1))

    with refused("the deal is won; reopen it first"):
        do(
            opened,
            ChangeDealValue(deal="deal:crm:1", amount=Decimal(6), currency="EUR"),
            "late",
            LATER + timedelta(hours=1),
        )


def test_a_command_about_the_past_may_not_contradict_what_happened_later(opened: EventLog) -> None:
    do(opened, MoveDeal(deal="deal:crm:1", stage="Offer"), "move", LATER)

    with refused("what happened later, up to 2025-03-04T09:00:00Z, contradicts it; give a later time$"):
        do(opened, WinDeal(deal="deal:crm:1"), "win", at(1))


ACME = "account:crm:acme"
STORIES: list[tuple[Command, Command, Command]] = [
    (
        ScheduleMeeting(meeting="meeting:crm:1", starts_at=LATER),
        HoldMeeting(meeting="meeting:crm:1"),
        CancelMeeting(meeting="meeting:crm:1"),
    ),
    (
        PlanTask(task="task:crm:1", subject_line="Call"),
        CompleteTask(task="task:crm:1"),
        CancelTask(task="task:crm:1"),
    ),
    (
        PlaceOrder(order="order:crm:1", account=ACME),
        ShipOrder(order="order:crm:1"),
        CancelOrder(order="order:crm:1"),
    ),
    (
        StartSubscription(subscription="subscription:crm:1", account=ACME),
        ChangeSubscription(subscription="subscription:crm:1", plan="Plus"),
        EndSubscription(subscription="subscription:crm:1"),
    ),
]


@pytest.mark.parametrize(("begin", "later", "between"), STORIES, ids=[begin.about for begin, _, _ in STORIES])
def test_whatever_has_a_life_is_not_ended_before_what_happened_with_it_later(
    log: EventLog, begin: Command, later: Command, between: Command
) -> None:
    do(log, begin, "begin", MONDAY)
    do(log, later, "later", LATER)

    with refused("what happened later, up to 2025-03-04T09:00:00Z, contradicts it; give a later time$"):
        do(log, between, "between", at(5))
    assert len(facts(log, begin.subject("begin"))) == 2


def test_a_refusal_about_the_past_says_when_it_stood_so(opened: EventLog) -> None:
    with refused("not known; open it first with open-deal; that is how it stood at 2025-03-01T09:00:00Z"):
        do(opened, WinDeal(deal="deal:crm:1"), "win", MONDAY - timedelta(days=2))


def test_commands_of_the_same_time_stand_in_the_order_they_were_given(log: EventLog) -> None:
    day = Request("main", "user:kim", "1", MONDAY, TimePrecision.DAY)
    handle(DEFINE, day, log)
    for nth, name in enumerate(["First", "Second", "Third"], 2):
        rename = RenameStage(pipeline=SALES, stage="Lead", name=name)
        handle(rename, Request("main", "user:kim", str(nth), MONDAY, TimePrecision.DAY), log)

    assert [e.sequence for e in log.history("main", SALES).events] == [1, 2, 3, 4]


def test_facts_of_a_source_and_commands_meet_in_one_history(log: EventLog) -> None:
    do(log, DEFINE, "define", MONDAY)
    do(log, OpenDeal(deal="deal:crm:1", pipeline=SALES), "open", MONDAY - timedelta(hours=1))
    source_says(log, "deal:crm:1", DealWon())

    with refused("the deal is won"):
        do(log, MoveDeal(deal="deal:crm:1", stage="Offer"), "move")


def test_a_stage_added_after_the_deal_was_opened_is_a_stage_to_move_to(opened: EventLog) -> None:
    do(opened, AddStage(pipeline=SALES, stage="Check", probability=Decimal("0.7")), "add", LATER)

    do(opened, MoveDeal(deal="deal:crm:1", stage="Check"), "move", LATER)

    assert facts(opened, "deal:crm:1")[-1] == DealMovedToStage(stage="Check", from_stage="Lead")


ADA, AL = "contact:crm:ada", "contact:mail:al@example.org"


@pytest.fixture
def two_contacts(log: EventLog) -> EventLog:
    do(log, AddContact(contact=ADA, name="Ada"), "ada", MONDAY)
    do(log, AddContact(contact=AL, name="Al"), "al", MONDAY)
    return log


def test_contacts_linked_from_one_side_are_linked_from_the_other(two_contacts: EventLog) -> None:
    do(two_contacts, LinkContacts(contact=ADA, other=AL), "link", at(1))

    with refused("linked already"):
        do(two_contacts, LinkContacts(contact=AL, other=ADA), "again", at(2))
    do(two_contacts, UnlinkContacts(contact=AL, other=ADA), "unlink", at(3))
    with refused("not linked with each other"):
        do(two_contacts, UnlinkContacts(contact=ADA, other=AL), "unlink-again", at(4))
    do(two_contacts, LinkContacts(contact=AL, other=ADA), "anew", at(5))


def test_a_contact_is_not_linked_with_itself_under_another_reference(two_contacts: EventLog) -> None:
    by_id = f"contact:id:{two_contacts.id_of('main', ADA)}"

    with refused("with itself"):
        do(two_contacts, LinkContacts(contact=ADA, other=by_id), "link")


def test_accounts_do_not_stand_in_a_circle(log: EventLog) -> None:
    for name in ("a", "b", "c"):
        do(log, AddAccount(account=f"account:crm:{name}", name=name), name, MONDAY)
    do(log, SetAccountParent(account="account:crm:a", parent="account:crm:b"), "ab", at(1))
    do(log, SetAccountParent(account="account:crm:b", parent="account:crm:c"), "bc", at(1))

    for child, parent in (("c", "a"), ("c", "c")):
        with refused("name another parent"):
            do(log, SetAccountParent(account=f"account:crm:{child}", parent=f"account:crm:{parent}"), "x", at(2))


def test_a_circle_that_sources_made_stops_no_command(log: EventLog) -> None:
    for child, parent in (("a", "b"), ("b", "a"), ("c", None)):
        ref = f"account:crm:{parent}" if parent else None
        do(log, AddAccount(account=f"account:crm:{child}", name=child, parent=ref), child, MONDAY)

    do(log, SetAccountParent(account="account:crm:c", parent="account:crm:a"), "ca", at(1))


@pytest.mark.parametrize(
    ("add", "change"),
    [
        (AddContact(contact=ADA, email="ada@example.org"), AddContactEmail(contact=ADA, email="ada@work.example")),
        (AddContact(contact=ADA), TagContact(contact=ADA, tag="vip")),
        (AddAccount(account="account:crm:n", name="N"), RenameAccount(account="account:crm:n", name="M")),
    ],
)
def test_a_thing_is_known_to_the_next_command(log: EventLog, add: Command, change: Command) -> None:
    do(log, add, "add", MONDAY)
    do(log, change, "change", at(1))

    with refused("already"):
        do(log, change, "again", at(2))


def test_a_command_is_decided_as_if_what_was_voided_had_not_happened(log: EventLog) -> None:
    do(log, DEFINE, "define")
    do(log, OPEN, "open")
    do(log, WinDeal(deal="deal:crm:1"), "win")

    log.void("main", Selected("correlation", "win"), "a mistake", "user:kim", LATER)
    do(log, LoseDeal(deal="deal:crm:1", reason="price"), "lose")

    assert [type(fact).__name__ for fact in facts(log, "deal:crm:1")] == ["DealOpened", "DealLost"]


def test_a_command_that_is_under_way_while_its_ground_is_voided_is_decided_anew(log: EventLog) -> None:
    do(log, DEFINE, "define")
    do(log, OPEN, "open")

    class VoidedMeanwhile(type(log)):  # type: ignore[misc]
        """The log in which somebody takes the opening back, once, just before the command is appended."""

        def append(self, envelopes: Sequence[Envelope], expected: int) -> Sequence[int]:
            if envelopes[0].id == "win:1" and not voided:
                voided.append(log.void("main", Selected("correlation", "open"), "a mistake", "user:kim", LATER))
            found: Sequence[int] = super().append(envelopes, expected)
            return found

    voided: list[object] = []
    log.__class__ = VoidedMeanwhile
    with pytest.raises(CommandRefused, match="not known"):
        do(log, WinDeal(deal="deal:crm:1"), "win")
    assert len(voided) == 1
    assert facts(log, "deal:crm:1") == []
