"""CloudEvents as Kafka messages: structured and binary mode, and what is neither."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.ingest.binding import Headers, attributes_of, kept, read_kept, read_message, source_in
from consumers.ingest.edge import Edge
from domain.shared.errors import InvalidInput
from tests.ingest.given import NOW

STRUCTURED: Headers = [("content-type", b"application/cloudevents+json")]
TRACE = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "1",
    "source": "crm",
    "type": "crm.deal.moved_to_stage.v1",
    "subject": "deal:crm:1",
    "time": "2025-03-03T09:00:00Z",
    "data": {"stage": "Offer"},
}
VALUE = json.dumps(EVENT).encode()
DATA = json.dumps(EVENT["data"]).encode()
BINARY: Headers = [
    *((f"ce_{name}", str(value).encode()) for name, value in EVENT.items() if name != "data"),
    ("content-type", b"application/json"),
]


@pytest.fixture
def edge() -> Edge:
    return Edge("main", "UTC", lambda: NOW)


def test_both_modes_give_the_same_event(edge: Edge) -> None:
    assert read_message(edge, STRUCTURED, VALUE) == read_message(edge, BINARY, DATA) == edge.read(VALUE)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("x-request", b"\xff"), ("x-request", None)],
        [("Content-Type", b"application/cloudevents+json")],
        [("content-type", b"application/cloudevents+json; charset=utf-8")],
        [("content-type", b'application/CloudEvents+JSON;charset="UTF-8"')],
    ],
)
def test_structured_is_what_says_so_or_says_nothing(edge: Edge, headers: Headers) -> None:
    assert read_message(edge, headers, VALUE) == edge.read(VALUE)


def test_binary_needs_no_content_type_and_numbers_are_text(edge: Edge) -> None:
    headers = [*BINARY[:-1], ("ce_sequence", b"17"), ("ce_somebodys", b"extension")]

    assert read_message(edge, headers, DATA).sequence == 17


def test_an_event_without_data_may_have_an_empty_value() -> None:
    assert "data" not in attributes_of(BINARY, b"")


def test_the_trace_of_the_message_is_the_events_unless_it_names_its_own(edge: Edge) -> None:
    trace = [("traceparent", TRACE)]

    assert read_message(edge, [*STRUCTURED, *trace], VALUE).traceparent == TRACE.decode()
    assert read_message(edge, [*BINARY, *trace], DATA).traceparent == TRACE.decode()
    own = TRACE.replace(b"-01", b"-00")
    assert read_message(edge, [*BINARY, *trace, ("ce_traceparent", own)], DATA).traceparent == own.decode()
    assert read_message(edge, [*STRUCTURED, ("traceparent", b"\xff")], VALUE).traceparent is None


@pytest.mark.parametrize(
    ("headers", "value", "reason"),
    [
        (STRUCTURED, None, r"a message without a value \(a tombstone\)"),
        (BINARY, None, r"a message without a value \(a tombstone\)"),
        ([("content-type", b"application/json")], DATA, "says that the value is data alone"),
        ([("content-type", b"application/xml")], DATA, "says that the value is data alone"),
        ([("content-type", b"application/cloudevents-batch+json")], b"[]", r"must be application/cloudevents\+json"),
        ([("content-type", b"application/cloudevents+avro")], b"x", r"must be application/cloudevents\+json"),
        ([("content-type", b"application/cloudevents+json;charset=latin1")], VALUE, "must be utf-8"),
        ([("content-type", b"\xff")], VALUE, "header 'content-type' is not UTF-8"),
        ([("content-type", None)], VALUE, "header 'content-type' has no value"),
        ([*STRUCTURED, *STRUCTURED], VALUE, "header 'content-type' stands twice"),
        ([*BINARY, ("ce_id", b"2")], DATA, "header 'ce_id' stands twice"),
        ([*BINARY, ("CE_ID", b"2")], DATA, "header 'ce_id' stands twice"),
        ([*BINARY, ("ce_data", b"{}")], DATA, "header 'ce_data' is none of an event in binary mode"),
        ([*BINARY[:-1], ("content-type", b"text/plain")], DATA, "datacontenttype must be application/json"),
        (BINARY, b"[]", "data must be a JSON object"),
        (BINARY, b"{", "not JSON: it ends too early"),
        (BINARY[1:], DATA, "not a CloudEvent: specversion is missing"),
        (STRUCTURED, b"\x00\x01", "not JSON"),
    ],
)
def test_what_is_neither_is_refused_with_its_own_reason(
    edge: Edge, headers: Headers, value: bytes | None, reason: str
) -> None:
    with pytest.raises(InvalidInput, match=reason):
        read_message(edge, headers, value)

    # and the same once more when its dead letter is tried again.
    with pytest.raises(InvalidInput, match=reason):
        read_kept(edge, kept(headers, value))


def test_a_structured_message_is_kept_as_it_came() -> None:
    assert kept(STRUCTURED, VALUE) == VALUE
    assert kept([], b"\xff") == b"\xff"


def test_what_headers_say_is_kept_too(edge: Edge) -> None:
    assert read_kept(edge, kept(BINARY, DATA)) == read_message(edge, BINARY, DATA)
    assert read_kept(edge, kept([*STRUCTURED, ("traceparent", TRACE)], VALUE)).traceparent == TRACE.decode()


def test_a_value_that_looks_like_a_kept_message_is_no_way_in(edge: Edge) -> None:
    disguised = kept(BINARY, DATA)

    with pytest.raises(InvalidInput, match="specversion is missing"):
        read_kept(edge, kept(STRUCTURED, disguised))


def test_the_source_is_found_in_both_modes() -> None:
    assert source_in(BINARY, b"broken") == source_in(STRUCTURED, VALUE) == "crm"
    assert source_in(STRUCTURED, None) is None


@given(
    st.lists(
        st.tuples(st.sampled_from(["content-type", "ce_id", "ce_type", "x"]) | st.text(), st.none() | st.binary())
    ),
    st.none() | st.binary() | st.sampled_from([VALUE, DATA]),
)
def test_whatever_comes_is_read_alike_before_and_after_it_was_kept(headers: Headers, value: bytes | None) -> None:
    edge = Edge("main", "UTC", lambda: NOW)

    def outcome(read: Any) -> object:
        try:
            return read()
        except InvalidInput as error:
            return error.reason

    assert outcome(lambda: read_message(edge, headers, value)) == outcome(lambda: read_kept(edge, kept(headers, value)))
