"""Every kind of bad input gets a reason that a person understands."""

import re

import pytest

from consumers.ingest.wire import MAX_BYTES
from domain.shared.errors import InvalidInput
from tests.ingest.given import LEFT_OUT, edge, message, with_data

NESTED = b"[" * 80 + b"]" * 80
GOOD = message()


def _meeting(starts_at: object) -> bytes:
    return message(type="crm.meeting.scheduled.v1", subject="meeting:x:1", data={"starts_at": starts_at})


# what comes in, the field that hurts, what the reason says
BAD: dict[str, tuple[bytes, str | None, str]] = {
    "nothing": (b"", None, "the message is empty"),
    "blanks": (b"  \t ", None, "the message is empty"),
    "no JSON": (b"deal 4711 was won", None, "not JSON"),
    "half an event": (GOOD[:-20], None, "not JSON: it ends too early"),
    "two events on one line": (GOOD + GOOD, None, "not JSON: trailing characters"),
    "a list of events": (b"[" + GOOD + b"]", None, "send one event a message"),
    "a number": (b"5", None, "not a CloudEvent"),
    "another JSON object": (b'{"hello": "world"}', "specversion", "not a CloudEvent: specversion is missing"),
    "an old CloudEvent": (message(specversion="0.3"), "specversion", 'specversion must be "1.0"'),
    "data of another kind": (message(datacontenttype="text/xml"), "datacontenttype", "must be application/json"),
    "binary data": (message(data_base64="AAAA"), "data_base64", "as JSON under data"),
    "an unknown type": (message(type="crm.deal.opend.v1"), "type", "did you mean crm.deal.opened.v1?"),
    "a type like no other": (message(type="order created"), "type", "`rapport events` lists them"),
    "a wrong version": (message(type="crm.deal.opened.v9"), "type", "no version 9; known: crm.deal.opened.v1"),
    "a type that is a number": (message(type=5), "type", "type must be text"),
    "no id": (message(id=LEFT_OUT), "id", "id is missing"),
    "an empty id": (message(id=" "), "id", "id is empty"),
    "an id that is a number": (message(id=17), "id", "id must be text"),
    "a long id": (message(id="x" * 513), "id", "513 characters; 512 are the most"),
    "no source": (message(source=None), "source", "source is missing"),
    "a NUL in the source": (message(source="hub\x00spot"), "source", "holds a NUL character"),
    "no subject": (message(subject=LEFT_OUT), "subject", "subject is missing"),
    "a subject that is no reference": (message(subject="4711"), "subject", "write deal:<source>:<key>"),
    "a subject of another kind": (message(subject="account:hubspot:1"), "subject", "where a deal is expected"),
    "an activity about a contact": (
        message(type="crm.activity.note_taken.v1", subject="contact:hubspot:1", data={"text": "called"}),
        "subject",
        "where an activity is expected",
    ),
    "no time": (message(time=LEFT_OUT), "time", "give a stand-in and timeprecision unknown"),
    "a time without a zone": (message(time="2024-05-31T09:30:00"), "time", "time has no zone; add Z"),
    "a time that is a number": (message(time=1717147800), "time", "time must be text such as"),
    "a time in words": (message(time="yesterday"), "time", "not written like 2024-05-31T09:30:00Z"),
    "an American date": (message(time="05/31/2024"), "time", "not written like"),
    "no such day": (message(time="2023-02-29"), "time", "the calendar does not have"),
    "no such hour": (message(time="2024-05-31T25:30:00Z"), "time", "calendar or clock does not have"),
    "the year 9999": (message(time="9999-12-31T23:59:59-12:00"), "time", "which can't be meant"),
    "the year 1": (message(time="0001-01-01T00:00:00+12:00"), "time", "which can't be meant"),
    "before 1900": (message(time="1899-12-31"), "time", "which can't be meant"),
    "years ahead": (message(time="2027-06-03T00:00:00Z"), "time", "more than a year ahead"),
    "an unknown precision": (message(timeprecision="month"), "timeprecision", "instant, day or unknown"),
    "a precise day": (message(time="2024-05-31", timeprecision="instant"), "time", "a bare date"),
    "a day at noon": (message(timeprecision="day"), "time", "not midnight in UTC"),
    "another tenant": (message(tenant="other"), "tenant", "RAPPORT_TENANT"),
    "a misspelt attribute": (message(correlation_id="c"), "correlationid", "did you mean correlationid?"),
    "a sequence in words": (message(sequence="first"), "sequence", "must be a whole number"),
    "a sequence of two minuses": (message(sequence="--5"), "sequence", "must be a whole number"),
    "a true sequence": (message(sequence=True), "sequence", "must be a whole number"),
    "a huge sequence": (message(sequence=2**63), "sequence", "64 bits"),
    "data that is a list": (message(data=[1]), "data", "data must be a JSON object"),
    "a missing field": (
        message(type="crm.deal.moved_to_stage.v1", data={}),
        "data.stage",
        "data.stage is missing",
    ),
    "an unknown field": (with_data(titel="x"), "data.titel", "not a known field; did you mean title?"),
    "a field like no other": (with_data(zzz=1), "data.zzz", "known are custom, title"),
    "an unknown field in a list": (
        message(
            type="crm.pipeline.defined.v1",
            subject="pipeline:hubspot:sales",
            data={"name": "Sales", "stages": [{"stage": "New", "probability": 0.1, "knid": "open"}]},
        ),
        "data.stages[0].knid",
        "did you mean kind?",
    ),
    "text for a number": (with_data(amount="a lot"), "data.amount", "must be a number"),
    "a number for text": (with_data(title=5), "data.title", "must be text"),
    "a comma for a point": (with_data(amount="12,50"), "data.amount", "with a point and without thousands"),
    "a truth value for a number": (
        message(type="crm.ticket.rated.v1", subject="ticket:hubspot:1", data={"score": True}),
        "data.score",
        "must be a whole number",
    ),
    "a rating of 6": (
        message(type="crm.ticket.rated.v1", subject="ticket:hubspot:1", data={"score": 6}),
        "data.score",
        "must be 5 or less",
    ),
    "a chance above 1": (
        message(
            type="crm.pipeline.stage_added.v1", subject="pipeline:x:1", data={"stage": "New", "probability": "1.5"}
        ),
        "data.probability",
        "must be 1 or less",
    ),
    "a meeting at no zone's hour": (_meeting("2024-05-31T09:30:00"), "data.starts_at", "must have a zone: add Z"),
    "a meeting on a day": (
        _meeting("2024-05-31"),
        "data.starts_at",
        "must be a time with its zone, like 2024-05-31T09:",
    ),
    "a meeting at a number": (_meeting(1717147800), "data.starts_at", "must be a time with its zone"),
    "a meeting on no day": (_meeting("2024-02-30T09:30:00Z"), "data.starts_at", "calendar or clock does not have"),
    "a meeting in 1899": (_meeting("1900-01-01T00:30:00+01:00"), "data.starts_at", "is a time that can't be meant"),
    "a visibility in words": (
        message(
            type="crm.activity.social_message_logged.v1",
            subject="activity:x:1",
            data={"direction": "inbound", "network": "x", "public": "yes"},
        ),
        "data.public",
        "must be true or false",
    ),
    "a message of no name": (
        message(type="crm.activity.email_sent.v1", subject="activity:x:1", data={"message": "message:mail:<>"}),
        "data.message",
        "must be a Message-ID",
    ),
    "an order line without an amount": (
        message(type="crm.order.placed.v1", subject="order:x:1", data={"lines": [{"quantity": 1}]}),
        "data.lines[0].amount",
        "is missing",
    ),
    "an unknown choice": (
        message(type="crm.activity.call_logged.v1", subject="activity:hubspot:1", data={"direction": "up"}),
        "data.direction",
        "must be inbound or outbound",
    ),
    "a small currency": (with_data(currency="eur"), "data.currency", "three capital letters"),
    "a day that is a number": (with_data(expected_close=20240531), "data.expected_close", "must be a date like"),
    "a day in digits": (with_data(expected_close="20240531"), "data.expected_close", "must be a date like"),
    "no such expected day": (with_data(expected_close="2024-02-31"), "data.expected_close", "calendar does not have"),
    "an absurd expected day": (with_data(expected_close="9999-12-31"), "data.expected_close", "can't be meant"),
    "a reference of another kind": (with_data(account="deal:x:1"), "data.account", "where an account is expected"),
    "a person who is no reference": (with_data(contacts=["ann@example.org"]), "data.contacts[0]", "not a reference"),
    "a telephone that is no number": (
        with_data(contacts=["contact:phone:none"]),
        "data.contacts[0]",
        "telephone number",
    ),
    "a reference that grows in small letters": (
        message(subject="deal:mail:" + "\u0130" * 260),
        "subject",
        "at most 512 characters, this one 530",
    ),
    "one contact for a list": (with_data(contacts="contact:x:1"), "data.contacts", "must be a list"),
    "not a number": (with_data(amount=float("nan")), None, "not finite"),
    "infinity": (with_data(amount=float("-inf")), None, "not finite"),
    "infinity in words": (with_data(amount="Infinity"), "data.amount", "must be a finite number"),
    "a huge number": (with_data(amount=10**17), "data.amount", "more than 15 digits before the point"),
    "a huge exponent": (GOOD.replace(b"1200", b"1e400"), "data.amount", "more than 19 digits"),
    "an endless exponent": (GOOD.replace(b"1200", b"1e99999999999999999999"), None, "too large to be meant"),
    "an endless number": (GOOD.replace(b"1200", b"9" * 5000), None, "too large to be meant"),
    "too precise a number": (with_data(amount=1.23456), "data.amount", "more than 4 decimal places"),
    "a huge custom number": (with_data(custom={"score": 10**40}), "data.custom.score", "must be text, a number"),
    "a custom list": (with_data(custom={"colours": ["red"]}), "data.custom.colours", "must be text, a number"),
    "a NUL byte": (GOOD.replace(b"Fifty", b"Fif\x00ty"), None, "a NUL byte stands at byte"),
    "an escaped NUL": (with_data(title="Fifty\x00seats"), "data.title", "a NUL character can't be stored"),
    "broken UTF-8": (GOOD.replace(b"Fifty", b"F\xfcnfzig"), None, "not UTF-8: byte"),
    "half a character": (GOOD.replace(b"Fifty", b"\\ud83d"), None, "half a character"),
    "10 MB of text": (with_data(title="x" * 10_000_000), "data.title", "longer than 500 characters"),
    "10 MB of note": (
        message(type="crm.activity.note_taken.v1", subject="activity:x:1", data={"text": "x" * 10_000_000}),
        "data.text",
        "longer than 1,000,000 characters",
    ),
    "more than any message": (b"x" * (MAX_BYTES + 1), None, "longer than 16,777,216 bytes"),
    "deep nesting": (GOOD.replace(b"1200", NESTED), None, "nested deeper than 32 levels"),
    "endless nesting": (GOOD.replace(b"1200", b"[" * 1_000_000), None, "nested deeper than 32 levels"),
    "an attribute twice": (GOOD[:-1] + b', "id": "evt-2"}', None, "the name 'id' stands twice"),
    "a field twice": (GOOD.replace(b'"title"', b'"title" : "x", "title"'), None, "the name 'title' stands twice"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_with_its_field_and_a_reason(case: str) -> None:
    raw, field, reason = BAD[case]
    with pytest.raises(InvalidInput, match=re.escape(reason)) as refused:
        edge().read(raw)
    assert refused.value.field == field
    assert len(refused.value.reason) < 400
    assert "\n" not in refused.value.reason


PRIVATE = "Erika.Mustermann"


@pytest.mark.parametrize(
    "raw",
    [
        message(
            type="crm.contact.added.v1", subject="contact:x:1", data={"email": PRIVATE, "phone": PRIVATE, "name": 5}
        ),
        message(type="crm.contact.added.v1", subject=f"{PRIVATE}@example.org", data={}),
        message(type="crm.contact.added.v1", subject=f"{PRIVATE}@example.org:a:b", data={}),
        message(type="crm.deal.opened.v1", subject=f"contact:mail:{PRIVATE}@example.org", data={}),
        with_data(contacts=[f"{PRIVATE}@example.org"]),
        with_data(custom={f"{PRIVATE}@example.org": [1]}),
        message(data={f"{PRIVATE}@example.org": 1}),
        message(type=f"{PRIVATE}@example.org"),
        message(**{f"{PRIVATE}@example.org": 1}, id=""),
        message(type="crm.activity.note_taken.v1", subject="activity:x:1", data={"text": [PRIVATE]}),
        with_data(title=f"{PRIVATE}\x00"),
        message(type="crm.deal.lost.v1", data={"reason": PRIVATE, "explanation": {"x": PRIVATE}}),
    ],
)
def test_no_refusal_repeats_what_may_be_personal(raw: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        edge().read(raw)
    assert PRIVATE not in refused.value.reason
    assert PRIVATE not in (refused.value.field or "")


def test_several_mistakes_are_told_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        edge().read(with_data(title=5, amount="x", currency="eur", owner=1, product=2))
    assert refused.value.reason.count(";") == 3
    assert refused.value.reason.endswith("and 2 more")
