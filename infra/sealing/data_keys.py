"""Data keys as they are made, and as they come out of the store."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

from infra.sealing.ring import Ring
from infra.sealing.session import KeySession
from infra.sealing.wrapping import DESTROYED, SECRET_BYTES


@dataclass(frozen=True, slots=True)
class Key:
    """A data key, unwrapped. `number` names it in what it sealed."""

    number: int
    secret: bytes


def new_keys(session: KeySession, ring: Ring, tenant: str, count: int) -> tuple[list[Key], list[bytes]]:
    """New keys with ascending numbers, and the wrapped form of each."""
    if not count:
        return [], []
    chance, numbers, purpose = os.urandom(SECRET_BYTES * count), session.draw(count), _purpose(tenant)
    secrets = [chance[at : at + SECRET_BYTES] for at in range(0, len(chance), SECRET_BYTES)]
    purposes = [purpose + number.to_bytes(8, "big") for number in numbers]
    return list(map(Key, numbers, secrets)), ring.newest.wrap(secrets, purposes)


def unwrapped(ring: Ring, tenant: str, rows: Iterable[tuple[int, bytes]]) -> list[Key | None]:
    """The keys by number and wrapped form, in the same order; None for one that was destroyed."""
    unwrap, purpose = ring.unwrap, _purpose(tenant)
    return [
        Key(number, unwrap(wrapped, purpose + number.to_bytes(8, "big"))) if wrapped != DESTROYED else None
        for number, wrapped in rows
    ]


def purpose_of(tenant: str, number: int) -> bytes:
    """What the key with this number is authenticated with when it is wrapped."""
    return _purpose(tenant) + number.to_bytes(8, "big")


def _purpose(tenant: str) -> bytes:
    return b"key\0" + tenant.encode() + b"\0"
