"""The stored form and the ids are for good: these bytes were written by the first version, and every later one agrees.

There is no switch to write them anew. If a test here fails, logs in the world would no longer be understood.
"""

import hmac
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import RFC_4122

import pytest

from domain.accounts.events import AccountAdded
from domain.activities.events import EmailReceived
from domain.agents.events import AgentJoined
from domain.catalog import AREAS, BY_MODEL
from domain.contacts.events import ContactAdded
from domain.deals.events import DealOpened
from domain.pipelines.events import PipelineDefined, Stage
from domain.products.events import ProductListed
from domain.shared.envelope import Envelope, TimePrecision
from domain.shared.event import Event
from domain.shared.identity import Identity
from domain.shared.quality import Doubt, Quality
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
ALL = EVENTS | JUDGED


def test_every_area_has_a_golden_event() -> None:
    assert set(EVENTS) == set(AREAS)


@pytest.mark.parametrize("area", ALL)
def test_the_stored_form_is_as_it_was(area: str) -> None:
    stored = (GOLDEN / "state" / f"{area}.json").read_bytes()

    encoded, golden = encode(ALL[area], Identity(SECRET), OPEN_CUSTOM), open_golden("main", stored)
    assert stored.startswith(encoded.open[:-1])
    assert json.loads(encoded.open) == golden.open
    assert [part.content for part in encoded.parts] == golden.contents


@pytest.mark.parametrize("area", ALL)
def test_what_was_stored_is_understood(area: str) -> None:
    stored = (GOLDEN / "state" / f"{area}.json").read_bytes()

    assert decode(ALL[area].type, stored, "main", open_golden("main", stored).together) == ALL[area]


@pytest.mark.parametrize("area", ["contact", "activity", "deal"])
def test_each_part_is_sealed_for_whom_it_concerns(area: str) -> None:
    encoded = encode(EVENTS[area], Identity(SECRET), OPEN_CUSTOM)
    ann, phone = (Identity(SECRET).thing(f"contact:{key}") for key in ("mail:ann@example.org", "phone:+49301234"))
    other = Identity(SECRET).thing("contact:crm:9")
    words = [(part.owner, part.contacts, sorted(json.loads(part.content))) for part in encoded.parts]

    assert (
        words
        == {
            "contact": [(ann, (), ["custom", "email", "keys", "name", "phone"])],
            "activity": [(None, (phone,), ["body", "subject_line"]), (phone, (), ["keys"])],
            "deal": [(None, (ann, other), ["custom"]), (ann, (), ["keys"])],
        }[area]
    )


def test_no_personal_value_stands_open() -> None:
    for area in ("contact", "activity", "deal"):
        rest = json.dumps(json.loads((GOLDEN / "state" / f"{area}.json").read_bytes()), ensure_ascii=False)
        for value in ("ann@example.org", "Ögren", "+49", "Hello", "quoted", "Shoe", "big one"):
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
