"""A new master key in the place of the old one, while all processes go on working.

In three steps, each of which can be repeated after an interruption: the new master key is put into the store, wrapped
by the old one, so that everybody who has the old one finds it there; all keys are rewrapped, batch by batch; and when
all that use the store have the new master key, the old one leads nowhere any more.
"""

import secrets
import time
from collections.abc import Callable

from infra.sealing.data_keys import purpose_of
from infra.sealing.errors import KeyStoreError
from infra.sealing.ring import Ring, purpose_of_master
from infra.sealing.session import KeySession, MasterRow, StoredRow, masters_of
from infra.sealing.store import KeyStore
from infra.sealing.wrapping import DESTROYED, SECRET_BYTES, MasterKey, fingerprint_of, generation_of

_BATCH = 2_000


def begin(store: KeyStore, given: bytes | None) -> bool:
    """Put a new master key beside the old one: `given`, or a random one. False if a rotation is under way already.

    Raises KeyStoreError if `given` is not the one that is taking over.
    """
    secret = given or secrets.token_bytes(SECRET_BYTES)

    def work(session: KeySession) -> bool:
        ring, newest = store.refresh(session), masters_of(session)[-1]
        if _is_settled(newest):
            _add_master(session, ring.newest, secret)
            return True
        if given and newest.fingerprint != fingerprint_of(given):
            raise KeyStoreError(
                f"another master key is taking over already, with the fingerprint {newest.fingerprint}: give that one, "
                "or none"
            )
        return False

    begun = store.run(work, write=True, alone=True)
    store.run(store.refresh, write=False)
    return begun


def rewrap_all(store: KeyStore, report: Callable[[int], None], stop: Callable[[], bool]) -> bool:
    """Wrap by the new master key whatever the old one wrapped; False if a `stop` left some for another time.

    `report` hears how many keys were looked at, batch by batch.
    """
    tenant, number = "", 0
    while not stop():
        after = tenant, number

        def work(session: KeySession, after: tuple[str, int] = after) -> list[StoredRow]:
            ring, rows = store.refresh(session), session.behind(*after, _BATCH)
            _rewrap(session, ring, rows)
            return rows

        rows = store.run(work, write=True)
        if not rows:
            store.run(lambda session: session.rows("UPDATE master_key SET back = NULL", {}), write=True, alone=True)
            return True
        tenant, number = rows[-1].tenant, rows[-1].number
        report(len(rows))
    return False


def hand_over(store: KeyStore) -> None:
    """Put the new master key into this machine's file, if it comes from there."""
    newest = store.run(store.refresh, write=False).newest
    if not store.source.is_given and store.source.read() != newest.secret:
        store.source.replace(newest.secret)


def finish(store: KeyStore) -> None:
    """Let the old master key lead nowhere any more. Raises KeyStoreError while this machine has no other."""

    def work(session: KeySession) -> None:
        newest = masters_of(session)[-1]
        if newest.back is not None:
            raise KeyStoreError("some keys are still wrapped by the old master key: run `rapport keys rotate` first")
        held = store.source.read()
        if held is None or fingerprint_of(held) != newest.fingerprint:
            raise KeyStoreError(
                f"{store.source.name} still holds the old master key: put the new one there first, whose fingerprint "
                f"is {newest.fingerprint}"
            )
        session.rows("UPDATE master_key SET onward = NULL", {})

    store.run(work, write=True, alone=True)
    store.settle()


def _is_settled(newest: MasterRow) -> bool:
    return newest.onward is None and newest.back is None


def _add_master(session: KeySession, old: MasterKey, secret: bytes) -> None:
    new = MasterKey(secret, old.generation + 1)
    if new.fingerprint == old.fingerprint:
        raise KeyStoreError("the new master key is the old one: draw another")
    session.rows(
        "INSERT INTO master_key (generation, fingerprint, onward, back, made_at)"
        " VALUES (:generation, :fingerprint, :onward, :back, :now)",
        {
            "generation": new.generation,
            "fingerprint": new.fingerprint,
            "onward": old.wrap([secret], [purpose_of_master(new.generation)])[0],
            "back": new.wrap([old.secret], [purpose_of_master(old.generation)])[0],
            "now": time.time_ns() // 1000,
        },
    )


def _rewrap(session: KeySession, ring: Ring, rows: list[StoredRow]) -> None:
    newest = ring.newest
    old = [row for row in rows if row.wrapped != DESTROYED and generation_of(row.wrapped) != newest.generation]
    if old:
        purposes = [purpose_of(row.tenant, row.number) for row in old]
        opened = [ring.unwrap(row.wrapped, purpose) for row, purpose in zip(old, purposes, strict=True)]
        session.rewrap(old, newest.wrap(opened, purposes))
