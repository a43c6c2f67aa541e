"""The master keys at hand: one, or two while a new one takes over."""

from collections.abc import Sequence

from infra.sealing.errors import KeyStoreError
from infra.sealing.master import MasterSource
from infra.sealing.session import MasterRow
from infra.sealing.wrapping import MasterKey, fingerprint_of, generation_of


class Ring:
    """Master keys by generation. New keys are wrapped by the newest."""

    def __init__(self, masters: Sequence[MasterKey]) -> None:
        self._by_generation = {master.generation: master for master in masters}
        self.newest = self._by_generation[max(self._by_generation)]

    def unwrap(self, wrapped: bytes, purpose: bytes) -> bytes:
        """The secret in a wrapped key, by the master key that wrapped it."""
        master = self._by_generation.get(generation_of(wrapped))
        if master is None:
            raise KeyStoreError(
                f"a key in the key store was wrapped by master key number {generation_of(wrapped)}, which is put away: "
                "restore the store from a backup that was made after the last rotation"
            )
        return master.unwrap(wrapped, purpose)


def load_ring(rows: Sequence[MasterRow], source: MasterSource) -> Ring:
    """The master keys that can be had with the one in `source`. Raises KeyStoreError if it is not the right one."""
    secret = source.read()
    newest = rows[-1]
    if secret is None:
        raise KeyStoreError(
            f"the master key is missing: restore {source.path} from its backup, or set RAPPORT_MASTER_KEY; the store "
            f"wants the one with the fingerprint {newest.fingerprint}"
        )
    held = fingerprint_of(secret)
    ours = next((row for row in rows if row.fingerprint == held), None)
    if ours is None:
        raise KeyStoreError(
            f"{source.name} holds another master key: its fingerprint is {held}, and the key store wants "
            f"{newest.fingerprint}"
        )
    return Ring(_reachable(rows, MasterKey(secret, ours.generation), source))


def _reachable(rows: Sequence[MasterRow], held: MasterKey, source: MasterSource) -> list[MasterKey]:
    by_generation = {row.generation: row for row in rows}
    masters = [held]
    while (row := by_generation.get(masters[-1].generation + 1)) is not None:
        if row.onward is None:
            raise KeyStoreError(
                f"{source.name} holds a master key that was put away (fingerprint {held.fingerprint}): use the one "
                f"with the fingerprint {rows[-1].fingerprint}"
            )
        masters.append(MasterKey(masters[-1].unwrap(row.onward, purpose_of_master(row.generation)), row.generation))
    back = by_generation[held.generation].back
    if back is not None:
        before = held.generation - 1
        masters.append(MasterKey(held.unwrap(back, purpose_of_master(before)), before))
    return masters


def purpose_of_master(generation: int) -> bytes:
    """What a master key wrapped by another is authenticated with."""
    return b"master\0" + generation.to_bytes(8, "big")
