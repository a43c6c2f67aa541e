"""Making a key store, whatever database it is in."""

import time
from collections.abc import Callable

from infra.sealing.errors import KeyStoreError
from infra.sealing.session import KeySession
from infra.sealing.wrapping import fingerprint_of

KEY_FORMAT = 1


def remember_first_master(session: KeySession, secret: bytes) -> None:
    """Let the store know its first master key."""
    session.rows(
        "INSERT INTO master_key (generation, fingerprint, made_at) VALUES (1, :fingerprint, :now)",
        {"fingerprint": fingerprint_of(secret), "now": time.time_ns() // 1000},
    )


def refuse_newer(session: KeySession) -> None:
    """Raise KeyStoreError if a later program made the store."""
    version = session.rows("SELECT format FROM store", {})[0][0]
    if version > KEY_FORMAT:
        raise KeyStoreError(
            f"the key store has format {version}, which is newer than this program (format {KEY_FORMAT}): "
            "upgrade Rapport"
        )


def refuse_another(sealed: Callable[[], bool], place: str) -> None:
    """Raise KeyStoreError before a new store is made, if the log was `sealed` with keys of an earlier one."""
    if sealed():
        raise KeyStoreError(
            f"the log holds sealed personal data, and its keys are gone: {place} is missing or empty; restore it from "
            "a backup; if there is none, `rapport keys init --lost` goes on without what was sealed"
        )
