"""A custom field's value comes back as the kind of value it was."""

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.contacts.events import ContactTagged
from domain.shared.identity import Identity
from infra.log.sealing import Sealing
from infra.log.state import decode, encode
from tests.conftest import SECRET
from tests.log.given import note

IDENTITY = Identity(SECRET)
TAGGED = replace(note("n1", ""), type="crm.contact.tagged.v1", subject="contact:crm:1")
VALUES = [Decimal("1.5"), "1.5", True, 7, "2024-01-01", Decimal("0.10"), -3, "", Decimal("1" * 20 + "." + "1" * 18)]


def tagged(value: object) -> ContactTagged:
    return ContactTagged.model_validate({"tag": "vip", "custom": {"size": value}})


@pytest.mark.parametrize("value", VALUES)
def test_a_custom_value_keeps_its_kind(value: object, sealing: Sealing) -> None:
    (state,) = sealing.seal("main", [encode(replace(TAGGED, data=tagged(value)), IDENTITY)])
    (unsealed,) = sealing.unseal(["main"], [state])
    read = decode("crm.contact.tagged.v1", state, "main", unsealed).data.custom["size"]
    assert (type(read), read) == (type(value), value)


def test_a_custom_number_and_its_text_are_two_facts_and_two_ways_to_write_it_are_one() -> None:
    said = (Decimal("1.5"), "1.5", Decimal("1.50"))
    number, text, same = (encode(replace(TAGGED, data=tagged(value)), IDENTITY).digest for value in said)
    assert number != text
    assert number == same
