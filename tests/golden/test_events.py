"""What logs hold of old: every version of every event type is read today as it was read when it was written."""

import json
from typing import Any

import pytest

from domain import catalog
from domain.catalog import BY_NAME, STORED_TYPES, EventType, Stream, current_data
from domain.shared.errors import InvalidInput
from domain.shared.event import Event
from domain.shared.fields import Amount, Currency, Name
from infra.log.state import decode, encode
from tests.golden.keys import open_golden
from tests.golden.write_events import FOLDER, IDENTITY, TENANT, compact, read, without_golden

GOLDEN = {path.stem: path for path in sorted(FOLDER.glob("*.json"))}


def payloads(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(GOLDEN[name].read_text(encoding="utf-8"))
    return found


def test_every_version_of_every_type_has_golden_payloads_and_no_other() -> None:
    assert set(GOLDEN) == set(BY_NAME), "new versions: run `python -m tests.golden.write_events`; old ones stay"


def test_an_envelope_with_the_import_it_came_by_has_a_golden_payload() -> None:
    *_, newest = payloads("crm.ticket.opened.v1")
    assert newest["read"]["importid"] == newest["stored"]["importid"] == "5f2a90c41b7de803"
    # It is no part of the digest: the same row by another import is a repeat.
    assert newest["stored"]["digest"] == payloads("crm.ticket.opened.v1")[0]["stored"]["digest"]


@pytest.mark.parametrize("event_type", STORED_TYPES, ids=lambda event_type: event_type.name)
def test_every_field_of_a_type_stands_in_a_golden_payload(event_type: EventType) -> None:
    missing = without_golden(event_type, payloads(event_type.name))
    assert not missing, "new fields: run `python -m tests.golden.write_events`; old payloads stay"


@pytest.mark.parametrize("name", GOLDEN)
def test_an_old_payload_is_read_as_it_was_when_it_was_written(name: str) -> None:
    for payload in payloads(name):
        then, now = payload["read"], read(name, payload["stored"])
        then_data, now_data = then.pop("data"), now.pop("data")
        # The envelope may have got an attribute since: it is absent in what was written before.
        assert {name: now.pop(name) for name in then} == then
        assert not any(now.values())
        # A type may have got a field since, but none may be gone or mean something else.
        assert {field: now_data.get(field) for field in then_data} == then_data


@pytest.mark.parametrize("name", [name for name in GOLDEN if BY_NAME[name][0].name == name])
def test_an_event_of_today_is_stored_as_it_was(name: str) -> None:
    for payload in payloads(name):
        then = open_golden(TENANT, compact(payload["stored"]))
        now = encode(decode(name, compact(payload["stored"]), TENANT, then.together), IDENTITY)
        assert json.loads(now.open) == then.open
        assert [part.content for part in now.parts] == then.contents


class Refunded(Event):
    """A type with a history: version 1 had whole cents, version 2 no currency, version 3 has both as they should be."""

    amount: Amount
    currency: Currency
    why: Name | None = None


def from_cents(data: dict[str, Any]) -> dict[str, Any]:
    return {"amount": f"{data['cents'] / 100:.2f}", **{n: v for n, v in data.items() if n != "cents"}}


def in_euros(data: dict[str, Any]) -> dict[str, Any]:
    return {"currency": "EUR", **data}


@pytest.fixture
def refunded(monkeypatch: pytest.MonkeyPatch) -> EventType:
    """A catalogue in which a type has got two more versions since it was made."""
    grown = EventType("deal", "refunded", Refunded, Stream.THING, "deal", upcasts=(from_cents, in_euros))
    monkeypatch.setattr(catalog, "BY_NAME", {**BY_NAME, **{name: (grown, v) for name, v in grown.names()}})
    return grown


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("crm.deal.refunded.v1", {"cents": 1250, "why": "late"}),
        ("crm.deal.refunded.v2", {"amount": "12.50", "why": "late"}),
        ("crm.deal.refunded.v3", {"amount": "12.50", "currency": "EUR", "why": "late"}),
    ],
)
def test_a_payload_of_any_version_is_read_as_one_of_the_current_version(
    refunded: EventType, name: str, data: dict[str, Any]
) -> None:
    stored = {**payloads("crm.deal.opened.v1")[1]["stored"], "data": data}
    envelope = decode(name, json.dumps(stored).encode(), TENANT)
    assert envelope.type == refunded.name == "crm.deal.refunded.v3"
    assert envelope.data == Refunded.model_validate({"amount": "12.5", "currency": "EUR", "why": "late"})


def test_upcasting_goes_step_by_step_and_leaves_what_was_stored_as_it_is(refunded: EventType) -> None:
    data = {"cents": 5}
    assert current_data("crm.deal.refunded.v1", data) == (refunded, {"amount": "0.05", "currency": "EUR"})
    assert data == {"cents": 5}


def test_a_version_that_never_was_is_refused(refunded: EventType) -> None:
    with pytest.raises(InvalidInput):
        current_data(refunded.name.replace("v3", "v4"), {})
