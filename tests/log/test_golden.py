"""The stored form and the ids are for good: these bytes were written by the first version, and every later one agrees.

There is no switch to write them anew. If a test here fails, logs in the world would no longer be understood.
"""

import hmac
import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from uuid import RFC_4122

import pytest

from domain.accounts.events import AccountAdded
from domain.activities.events import EmailReceived, EmailSent
from domain.agents.events import AgentJoined
from domain.catalog import AREAS, BY_MODEL
from domain.contacts.events import ContactAdded
from domain.deals.events import DealOpened
from domain.meetings.events import MeetingScheduled
from domain.orders.events import OrderLine, OrderPlaced
from domain.pipelines.events import PipelineDefined, Stage
from domain.products.events import ProductListed
from domain.shared.envelope import Envelope, TimePrecision
from domain.shared.event import Event
from domain.shared.identity import Identity
from domain.shared.quality import Doubt, Quality
from domain.subscriptions.events import SubscriptionStarted
from domain.tasks.events import TaskPlanned
from domain.tickets.events import TicketStepRecorded
from infra.log.state import decode, encode
from tests.conftest import SECRET
from tests.golden.keys import open_golden

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
OPEN_CUSTOM = frozenset({"Region"})


def given(id_: str, subject: str, data: Event, **trail: object) -> Envelope:
    event_type = BY_MODEL[type(data)].name
    when = datetime(2025, 3, 3, 9, 30, 0, 120_000, tzinfo=UTC)
    return Envelope("main", id_, "crm", event_type, subject, when, data, **trail)  # type: ignore[arg-type]


EVENTS = {
    "contact": given(
        "1",
        "contact:mail:ann@example.org",
        ContactAdded(
            name="Ann Ögren",
            email="ann@example.org",
            phone="+49 30 1234",
            account="account:domain:example.org",
            owner="Kim",
            custom={"Region": "North", "Shoe size": 38, "Member": True},
        ),
        actor="user:kim",
        sequence=7,
        correlationid="corr",
        causationid="cause",
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ),
    "account": given("2", "account:crm:42", AccountAdded(name="Example & Söhne")),
    "agent": given("3", "agent:crm:kim", AgentJoined(name="Kim", team="North")),
    "product": given("4", "product:crm:gtx", ProductListed(name="GTX Basic"), time_precision=TimePrecision.UNKNOWN),
    "pipeline": given(
        "5",
        "pipeline:crm:main",
        PipelineDefined(
            name="Main",
            stages=[
                Stage(stage="New", probability=Decimal("0.1")),
                Stage(stage="Won", kind="won", probability=Decimal(1)),
            ],
        ),
    ),
    "deal": given(
        "6",
        "deal:crm:4711",
        DealOpened(
            title="Bridge",
            pipeline="pipeline:crm:main",
            contacts=["contact:mail:ann@example.org", "contact:crm:9"],
            amount=Decimal("1234.5"),
            currency="EUR",
            expected_close=date(2025, 6, 30),
            custom={"Nickname": "the big one"},
        ),
        time_precision=TimePrecision.DAY,
    ),
    "activity": given(
        "7",
        "activity:crm:7",
        EmailReceived(contacts=["contact:phone:+49301234"], subject_line="Hello", body="\N{GRINNING FACE} “quoted”\n"),
    ),
    "ticket": given("8", "ticket:helpdesk:1", TicketStepRecorded(label="Wait", owner="Value 2")),
    "meeting": given(
        "9",
        "meeting:crm:9",
        MeetingScheduled(
            starts_at=datetime(2025, 3, 10, 14, 0, tzinfo=timezone(timedelta(hours=1))),
            location="Ann's office",
            contacts=["contact:mail:ann@example.org"],
            agents=["Kim"],
            thread="thread:mail:<First@mail.example.org>",
        ),
    ),
    "task": given("10", "task:crm:10", TaskPlanned(subject_line="Call Ann", due_on=date(2025, 3, 5), owner="Kim")),
    "order": given(
        "11",
        "order:shop:11",
        OrderPlaced(
            account="account:crm:42",
            currency="EUR",
            lines=[
                OrderLine(product="product:crm:gtx", quantity=Decimal(2), amount=Decimal("19.9")),
                OrderLine(label="Delivery", quantity=Decimal(1), discount=Decimal("0.5"), amount=Decimal(0)),
            ],
        ),
    ),
    "subscription": given(
        "12",
        "subscription:shop:12",
        SubscriptionStarted(plan="Basic", amount=Decimal(5), currency="EUR", every="month", custom={"Seats": 3}),
    ),
}
# What a type has got since its area's event above was written.
EVENTS_SINCE = {
    "conversation": given(
        "13",
        "activity:crm:13",
        EmailSent(
            contacts=["contact:mail:ann@example.org", "contact:crm:9"],
            body="Dear Ann",
            message="message:mail:<Second@mail.example.org>",
            in_reply_to="message:mail:First@mail.example.org",
            references=["message:mail:first@mail.example.org", "message:slack:7"],
            thread="thread:crm:8",
        ),
    ),
}


# What was found of an event's values is stored with it.
JUDGED = {
    "contact_judged": given(
        "9",
        "contact:crm:9",
        ContactAdded(email="Ann@Example.ORG", phone="030 1234"),
        quality=Quality((Doubt("phone", "no_country_code"),), (("email", "Ann@example.org"), ("phone", ""))),
    ),
    "deal_judged": given(
        "10",
        "deal:crm:4712",
        DealOpened(amount=Decimal(5), currency="ABC"),
        quality=Quality((Doubt("currency", "not_a_currency"),)),
    ),
}
ALL = EVENTS | EVENTS_SINCE | JUDGED


def test_every_area_has_a_golden_event() -> None:
    assert set(EVENTS) == set(AREAS)


@pytest.mark.parametrize("name", ALL)
def test_the_stored_form_is_as_it_was(name: str) -> None:
    stored = (GOLDEN / "state" / f"{name}.json").read_bytes()

    encoded, golden = encode(ALL[name], Identity(SECRET), OPEN_CUSTOM), open_golden("main", stored)
    assert stored.startswith(encoded.open[:-1])
    assert json.loads(encoded.open) == golden.open
    assert [part.content for part in encoded.parts] == golden.contents


@pytest.mark.parametrize("name", ALL)
def test_what_was_stored_is_understood(name: str) -> None:
    stored = (GOLDEN / "state" / f"{name}.json").read_bytes()

    assert decode(ALL[name].type, stored, "main", open_golden("main", stored).together) == ALL[name]


@pytest.mark.parametrize("name", ["contact", "activity", "deal", "meeting", "conversation"])
def test_each_part_is_sealed_for_whom_it_concerns(name: str) -> None:
    encoded = encode(ALL[name], Identity(SECRET), OPEN_CUSTOM)
    ann, phone = (Identity(SECRET).thing(f"contact:{key}") for key in ("mail:ann@example.org", "phone:+49301234"))
    other = Identity(SECRET).thing("contact:crm:9")
    words = [(part.owner, part.contacts, sorted(json.loads(part.content))) for part in encoded.parts]

    assert (
        words
        == {
            "contact": [(ann, (), ["custom", "email", "keys", "name", "phone"])],
            "activity": [(None, (phone,), ["body", "subject_line"]), (phone, (), ["keys"])],
            "deal": [(None, (ann, other), ["custom"]), (ann, (), ["keys"])],
            # What names a message or a conversation goes with the words.
            "meeting": [(None, (ann,), ["keys", "location"]), (ann, (), ["keys"])],
            "conversation": [(None, (ann, other), ["body", "keys"]), (ann, (), ["keys"])],
        }[name]
    )


def test_a_message_without_words_has_its_keys_in_a_box_of_its_own() -> None:
    data = EmailSent(
        contacts=["contact:crm:9"], message="message:mail:a@example.org", thread="thread:mail:a@example.org"
    )
    (part,) = encode(given("1", "activity:crm:1", data), Identity(SECRET)).parts
    ids = (Identity(SECRET).thing(reference) for reference in (data.message, data.thread) if reference)

    assert (part.owner, part.contacts) == (None, (Identity(SECRET).thing("contact:crm:9"),))
    assert json.loads(part.content) == {"keys": dict(zip(map(str, ids), (data.message, data.thread), strict=True))}


def test_once_its_words_are_gone_a_message_is_known_by_ids_alone() -> None:
    identity, sent = Identity(SECRET), ALL["conversation"]
    read = decode(sent.type, encode(sent, identity).open, "main").data

    assert isinstance(read, EmailSent)
    assert read.body is None
    assert read.message == f"message:id:{identity.thing('message:mail:second@mail.example.org')}"
    assert read.in_reply_to == read.references[0]
    assert read.references[1] == "message:slack:7"


def test_no_personal_value_stands_open() -> None:
    for name in ("contact", "activity", "deal", "meeting", "conversation"):
        rest = json.dumps(json.loads((GOLDEN / "state" / f"{name}.json").read_bytes()), ensure_ascii=False)
        for value in (
            "ann@",
            "Ögren",
            "+49",
            "Hello",
            "quoted",
            "Shoe",
            "big one",
            "office",
            "@mail",
            "first",
            "econd",
        ):
            assert value not in rest


def test_ids_are_as_they_were() -> None:
    identity = Identity(SECRET)
    golden = json.loads((GOLDEN / "ids.json").read_text())

    assert {
        "fingerprint": identity.fingerprint(),
        "digest": identity.digest(b"canonical"),
        "event": str(identity.event("crm", "4711")),
        "event, another split of the same letters": str(identity.event("crm4", "711")),
        "dead_letter": str(identity.dead_letter("ingest", b"{oops", 0)),
        "dead_letter, the second equal one": str(identity.dead_letter("ingest", b"{oops", 1)),
        **{reference: str(identity.thing(reference)) for reference in golden if ":" in reference},
    } == golden


def test_another_secret_gives_other_ids() -> None:
    other = Identity(bytes(32))

    assert other.event("crm", "4711") != Identity(SECRET).event("crm", "4711")
    assert other.fingerprint() != Identity(SECRET).fingerprint()


@pytest.mark.parametrize("secret", [SECRET, bytes(16), bytes(range(100))])
def test_ids_are_made_with_the_standard_hmac(secret: bytes) -> None:
    message = b"".join(len(part).to_bytes(4, "big") + part for part in (b"digest", b"canonical"))

    assert Identity(secret).digest(b"canonical") == hmac.digest(secret, message, "sha256")[:16].hex()


def test_an_id_says_that_it_is_of_version_8() -> None:
    ids = [Identity(SECRET).event("crm", str(n)) for n in range(50)]

    assert {(id_.version, id_.variant) for id_ in ids} == {(8, RFC_4122)}
