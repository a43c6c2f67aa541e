"""What the edge takes, and what it makes of it."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.ingest.edge import source_of
from domain.activities.events import EmailSent
from domain.catalog import EVENT_TYPES, EventType
from domain.deals.events import DealOpened
from domain.examples import example_event
from domain.meetings.events import MeetingScheduled
from domain.shared.envelope import Envelope, TimePrecision
from domain.shared.errors import InvalidInput
from tests.ingest.given import OPENED, edge, message, with_data


@pytest.mark.parametrize("event_type", EVENT_TYPES, ids=lambda t: t.name)
def test_every_example_of_the_catalogue_is_taken(event_type: EventType) -> None:
    read = edge().read(json.dumps(example_event(event_type)).encode())
    assert read.type == event_type.name
    assert isinstance(read.data, event_type.model)


def test_all_attributes_reach_the_envelope() -> None:
    given_: dict[str, Any] = {
        "tenant": "main",
        "actor": "user:ann",
        "sequence": 7,
        "correlationid": "order-1",
        "causationid": "evt-0",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }
    expected = Envelope(
        id="evt-1",
        source="hubspot",
        type="crm.deal.opened.v1",
        subject="deal:hubspot:4711",
        time=datetime(2024, 5, 31, 9, 30, tzinfo=UTC),
        data=DealOpened(title="Fifty seats", amount=Decimal(1200), currency="EUR"),
        **given_,
    )
    assert edge().read(message(**given_)) == expected


def test_an_amount_is_exactly_what_was_written() -> None:
    raw = message().replace(b"1200", b"123456789012345.6789")
    read = edge().read(raw).data
    assert isinstance(read, DealOpened)
    assert read.amount == Decimal("123456789012345.6789")


def test_a_bare_date_is_midnight_where_the_tenant_is() -> None:
    read = edge("Europe/Berlin").read(message(time="2024-05-31"))
    assert read.time == datetime(2024, 5, 30, 22, tzinfo=UTC)
    assert read.time_precision is TimePrecision.DAY


def test_an_offset_is_turned_into_utc() -> None:
    assert edge().read(message(time="2024-05-31T09:30:00.25+02:00")).time == datetime(
        2024, 5, 31, 7, 30, 0, 250_000, tzinfo=UTC
    )


@pytest.mark.parametrize("time", ["2024-05-31", "2024-05-31T09:30:00Z"])
def test_a_stand_in_for_an_unknown_time_says_so(time: str) -> None:
    assert edge().read(message(time=time, timeprecision="unknown")).time_precision is TimePrecision.UNKNOWN


def test_midnight_of_a_day_is_taken_as_the_day_it_is() -> None:
    read = edge("Europe/Berlin").read(message(time="2024-05-30T22:00:00Z", timeprecision="day"))
    assert read == edge("Europe/Berlin").read(message(time="2024-05-31"))


@pytest.mark.parametrize(
    ("written", "sequence"), [("42", 42), ("-1", -1), (0, 0), (2**63 - 1, 2**63 - 1), (None, None)]
)
def test_a_sequence_may_be_a_number_or_text(written: object, sequence: int | None) -> None:
    assert edge().read(message(sequence=written)).sequence == sequence


def test_extensions_made_for_others_are_passed_over() -> None:
    assert edge().read(message(partitionkey="x", knativehistory="y")) == edge().read(message())


def test_attributes_of_the_standard_that_the_type_implies_are_passed_over() -> None:
    told = message(datacontenttype="application/json; charset=utf-8", dataschema="urn:x")
    assert edge().read(told) == edge().read(message())


def test_a_reference_is_brought_into_its_normal_form() -> None:
    read = edge().read(with_data(contacts=["contact:mail:Ann@Example.org"])).data
    assert isinstance(read, DealOpened)
    assert read.contacts == ["contact:mail:ann@example.org"]


@pytest.mark.parametrize("written", ["Ab.1@Mail.example.org", "<Ab.1@mail.example.org>", " < ab.1@mail.example.org> "])
def test_a_message_id_is_the_same_however_it_is_handed_on(written: str) -> None:
    data = {"message": f"message:mail:{written}", "thread": f"thread:mail:{written}"}
    read = edge().read(message(type="crm.activity.email_sent.v1", subject="activity:x:1", data=data)).data
    assert isinstance(read, EmailSent)
    assert (read.message, read.thread) == ("message:mail:ab.1@mail.example.org", "thread:mail:ab.1@mail.example.org")


@pytest.mark.parametrize("written", ["2024-05-31T09:30:00Z", "2024-05-31 11:30+02", "2024-05-31t05:00:00.0000009-0430"])
def test_a_moment_is_the_same_in_whatever_zone_it_is_written(written: str) -> None:
    read = (
        edge().read(message(type="crm.meeting.scheduled.v1", subject="meeting:x:1", data={"starts_at": written})).data
    )
    assert isinstance(read, MeetingScheduled)
    assert read.starts_at == datetime(2024, 5, 31, 9, 30, tzinfo=UTC)
    assert read.model_dump(mode="json")["starts_at"] == "2024-05-31T09:30:00.000000Z"


def test_quotes_and_blanks_in_texts_are_no_names() -> None:
    title = 'say "title" : or "title": twice'
    read = edge().read(with_data(title=title)).data
    assert isinstance(read, DealOpened)
    assert read.title == title


def test_a_mark_of_byte_order_is_passed_over() -> None:
    assert edge().read(b"\xef\xbb\xbf" + message()) == edge().read(message())


def test_a_tenant_that_is_allowed_is_taken() -> None:
    assert edge(tenants=frozenset({"other"})).read(message(tenant="other")).tenant == "other"


@pytest.mark.parametrize("raw", [b"x", b"{}", b'{"source": 5}', b'{"source": ""}', b"[]"])
def test_a_message_without_a_source_has_none(raw: bytes) -> None:
    assert source_of(raw) is None


def test_the_source_of_a_bad_message_is_told_if_it_can_be_read() -> None:
    assert source_of(message(type="nonsense")) == "hubspot"


# --- whatever comes, it is an event or a refusal -----------------------------------------------------------------

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
TYPES = st.sampled_from(EVENT_TYPES)


def read_or_refuse(raw: bytes) -> None:
    try:
        outcome = edge().read(raw).id
    except InvalidInput as refused:
        outcome = refused.reason
    assert outcome.encode()  # which half a character would not survive


@given(st.binary(max_size=300))
def test_any_bytes_are_an_event_or_a_refusal(raw: bytes) -> None:
    read_or_refuse(raw)


@given(ANYTHING)
def test_any_json_is_an_event_or_a_refusal(value: Any) -> None:
    read_or_refuse(json.dumps(value).encode())


@given(st.dictionaries(st.sampled_from([*OPENED, "sequence", "actor", "tenant", "timeprecision"]), ANYTHING))
def test_any_attributes_are_an_event_or_a_refusal(changes: dict[str, Any]) -> None:
    read_or_refuse(message(**changes))


@given(TYPES, st.data())
def test_any_data_of_any_type_is_an_event_or_a_refusal(event_type: EventType, data: st.DataObject) -> None:
    event = example_event(event_type)
    names = st.sampled_from([*event_type.model.model_fields, "nonsense"])
    event["data"] = {**event["data"], **data.draw(st.dictionaries(names, ANYTHING, max_size=3))}
    read_or_refuse(json.dumps(event).encode())


@given(TYPES, st.data())
def test_an_event_with_a_few_bytes_changed_is_an_event_or_a_refusal(event_type: EventType, data: st.DataObject) -> None:
    raw = bytearray(json.dumps(example_event(event_type)).encode())
    for place in data.draw(st.lists(st.integers(0, len(raw) - 1), min_size=1, max_size=4)):
        raw[place] = data.draw(st.integers(0, 255))
    read_or_refuse(bytes(raw))


@given(st.text(["a", "b", '"', "\\", " ", ":", "\n"], max_size=6), st.sampled_from(["", " ", "\n"]))
def test_a_name_that_stands_twice_is_always_found(text: str, gap: str) -> None:
    data = {"title": text, "custom": {text or "x": text}}
    once = message(data=data)
    twice = once.replace(b'"custom"', f'"title"{gap}: "again", "custom"'.encode())
    with pytest.raises(InvalidInput, match="twice"):
        edge().read(twice)
    if text:
        assert edge().read(once).data == DealOpened(title=text, custom={text: text})
