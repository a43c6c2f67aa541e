"""A box opens with its key and in its place, and nowhere else; its form is for good."""

from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infra.sealing.boxes import BoxError, as_text, event_bound, from_text, letter_bound, seal, unseal

CIPHER = AESGCM(bytes(range(32)))
NONCE = bytes(range(12))
EVENT, SUBJECT = UUID(int=1), UUID(int=2)
BOUND = event_bound("main", EVENT, SUBJECT, 7)
CONTENT = '{"name":"Ann Ögren"}'.encode()
# Written by the first version. There is no switch to write them anew: logs in the world hold such boxes.
GOLDEN_EVENT = "AAECAwQFBgcICQoLPCC4eqiA4CGvAPnlkSruCvGz6RaNV4tC7SxArRxEZxKQnJXCZg=="
GOLDEN_LETTER = "000102030405060708090a0bb879b974b5967a5bbe89624259630cc6a2e77c0efe07"


def test_the_form_of_an_events_box_is_as_it_was() -> None:
    assert as_text(seal(CIPHER, NONCE, CONTENT, BOUND)).decode() == GOLDEN_EVENT
    assert unseal(CIPHER, from_text(GOLDEN_EVENT), BOUND) == CONTENT


def test_the_form_of_a_dead_letters_box_is_as_it_was() -> None:
    bound = letter_bound("main", EVENT, 7)

    assert seal(CIPHER, NONCE, b"\xff{oops", bound).hex() == GOLDEN_LETTER
    assert unseal(CIPHER, bytes.fromhex(GOLDEN_LETTER), bound) == b"\xff{oops"


def test_what_a_box_is_bound_to_is_written_as_it_was() -> None:
    assert BOUND == (
        b"event 7 00000000-0000-0000-0000-000000000001 00000000-0000-0000-0000-000000000002 main"
    )  # fmt: skip
    assert letter_bound("main", EVENT, 7) == b"letter 7 00000000-0000-0000-0000-000000000001 main"


def test_ids_bind_the_same_as_text() -> None:
    assert event_bound("main", str(EVENT), str(SUBJECT), 7) == BOUND
    assert letter_bound("main", str(EVENT), 7) == letter_bound("main", EVENT, 7)


@pytest.mark.parametrize(
    "elsewhere",
    [
        event_bound("other", EVENT, SUBJECT, 7),
        event_bound("main", SUBJECT, SUBJECT, 7),
        event_bound("main", EVENT, EVENT, 7),
        event_bound("main", EVENT, SUBJECT, 8),
        letter_bound("main", EVENT, 7),
        b"",
    ],
    ids=["tenant", "event", "subject", "key's number", "dead letter", "nothing"],
)
def test_a_box_does_not_open_in_another_place(elsewhere: bytes) -> None:
    box = seal(CIPHER, NONCE, CONTENT, BOUND)

    with pytest.raises(BoxError, match="do not belong together"):
        unseal(CIPHER, box, elsewhere)


def test_a_box_does_not_open_with_another_key() -> None:
    box = seal(CIPHER, NONCE, CONTENT, BOUND)

    with pytest.raises(BoxError):
        unseal(AESGCM(bytes(32)), box, BOUND)


def test_a_box_of_which_any_byte_was_changed_or_cut_off_does_not_open() -> None:
    box = seal(CIPHER, NONCE, CONTENT, BOUND)
    changed = [box[:n] + bytes([box[n] ^ 1]) + box[n + 1 :] for n in range(len(box))]

    for broken in [*changed, *(box[:n] for n in range(len(box))), box + b"\x00"]:
        with pytest.raises(BoxError):
            unseal(CIPHER, broken, BOUND)


@pytest.mark.parametrize("text", ["not base64!", "AAA", "AA=A", "ÄÄÄÄ"])
def test_what_is_no_box_at_all_is_refused(text: str) -> None:
    with pytest.raises(BoxError, match="no base64"):
        from_text(text)
