"""What is in a key store, for people: counts, never keys."""

from datetime import UTC, datetime
from typing import NamedTuple

from infra.sealing.errors import KeyStoreError
from infra.sealing.session import KeySession
from infra.sealing.store import KeyStore
from infra.sealing.wrapping import DESTROYED, fingerprint_of

_COUNT = """
    SELECT tenant, retention,
        count(*) FILTER (WHERE wrapped <> :destroyed), count(*) FILTER (WHERE wrapped = :destroyed)
    FROM data_key GROUP BY tenant, retention ORDER BY tenant, retention
"""
_MASTERS = """
    SELECT generation, fingerprint, made_at, onward IS NOT NULL, back IS NOT NULL FROM master_key ORDER BY generation
"""


class ClassCount(NamedTuple):
    """How many keys of a tenant's retention class can be used, and how many were destroyed."""

    tenant: str
    retention: str
    keys: int
    destroyed: int


class Master(NamedTuple):
    """A master key of the store; `held` says whether it is the one at hand."""

    generation: int
    fingerprint: str
    made_at: datetime
    state: str
    held: bool


def count_classes(session: KeySession) -> list[ClassCount]:
    """The keys by tenant and retention class. It reads all of them."""
    return list(map(ClassCount._make, session.rows(_COUNT, {"destroyed": DESTROYED})))


def count_erased(session: KeySession) -> int:
    """How many contacts were erased."""
    return int(session.rows("SELECT count(*) FROM erased", {})[0][0])


def masters(session: KeySession, store: KeyStore) -> list[Master]:
    """The master keys there were, the one in use last."""
    try:
        secret = store.source.read()
    except KeyStoreError:
        secret = None  # whoever asks for keys is told what is wrong with it
    held = fingerprint_of(secret) if secret else None
    rows = session.rows(_MASTERS, {})
    newest, taking_over, rewrapping = rows[-1][0], rows[-1][3], rows[-1][4]
    return [
        Master(
            generation,
            fingerprint,
            datetime.fromtimestamp(made_at / 1e6, UTC),
            _state(newest - generation, taking_over=taking_over, rewrapping=rewrapping),
            fingerprint == held,
        )
        for generation, fingerprint, made_at, _, _ in rows
    ]


def _state(age: int, *, taking_over: bool, rewrapping: bool) -> str:
    if age == 0:
        return "taking over" if rewrapping else "in use"
    if age == 1 and rewrapping:
        return "leaving"
    return "to be put away" if age == 1 and taking_over else "put away"
