"""The people in a message's address headers."""

import re
from collections.abc import Iterable
from email.utils import getaddresses
from functools import lru_cache
from inspect import signature
from typing import NamedTuple

from domain.shared.fields import MAX_NAME
from infra.importing.mailbox.text import decoded, unfolded

_LONGEST = 128 * 1024  # characters of one header that are looked at: some thousand people
_CACHED = 512
_ADDRESS = re.compile(r"[^@\s\x00<>]+@[^@\s\x00<>]+")
_BARE = re.compile(r"[^@\s<>()\[\],;:\"]{1,200}@[^@\s<>()\[\],;:\"]{1,200}")
_LONGEST_ADDRESS = 320  # 64 before the @, 255 behind it
# Newer versions give nothing for a header in which one address is odd, unless they are told not to.
_AS_FAR_AS_IT_GOES = {"strict": False} if "strict" in signature(getaddresses).parameters else {}


class Person(NamedTuple):
    """An address in small letters, and the name that stood beside it."""

    address: str
    name: str | None


def people_in(values: Iterable[str]) -> list[Person]:
    """Everybody whom the headers' raw values name, in their order. What is no address (no @) is left out."""
    return [person for value in values for person in (_cached(value) if len(value) <= _CACHED else _people(value))]


def _people(value: str) -> tuple[Person, ...]:
    text = unfolded(value[:_LONGEST])
    try:
        pairs = getaddresses([text], **_AS_FAR_AS_IT_GOES)
    except (RecursionError, IndexError):  # comments within comments within comments
        pairs = [("", address) for address in _BARE.findall(text)]
    return tuple(Person(known, _name(name, known)) for name, address in pairs if (known := _address(address)))


_cached = lru_cache(4_096)(_people)  # the same few people write most of the messages


def _address(text: str) -> str | None:
    """An address, also where it stands in quotes, or twice in one word as some programs write it."""
    address = text.strip(" '").lower()
    if not _ADDRESS.fullmatch(address):
        bare = _BARE.search(address)
        address = bare[0] if bare else ""
    return address if 0 < len(address) <= _LONGEST_ADDRESS else None


def _name(text: str, address: str) -> str | None:
    name = decoded(text[: 4 * MAX_NAME]).strip("'\" ")[:MAX_NAME].strip()
    return name if name and name.lower() != address else None
