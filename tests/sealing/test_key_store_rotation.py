"""A new master key takes over: all keys stay, everybody goes on working, and an interruption is taken up anywhere."""

import threading
from pathlib import Path
from uuid import UUID

import pytest

from infra.sealing import rotation
from infra.sealing.counting import masters
from infra.sealing.errors import KeyStoreError
from infra.sealing.store import Key, KeyStore
from infra.sealing.wrapping import generation_of
from tests.sealing.key_fixtures import keys_database, keys_url, open_store, store
from tests.sealing.key_stores import OpenStore, contact, on_postgres, on_sqlite

__all__ = ["keys_database", "keys_url", "open_store", "store"]

ONE, OTHER, THIRD = "1a" * 32, "2b" * 32, "3c" * 32


class Interrupted(Exception):
    """What the tests break a rotation off with."""


def rotate(store: KeyStore, given: str | None = None) -> None:
    rotation.begin(store, bytes.fromhex(given) if given else None)
    assert rotation.rewrap_all(store, lambda _: None, lambda: False)
    rotation.hand_over(store)
    rotation.finish(store)


def filled(store: KeyStore, texts: int = 5_000) -> dict[int, Key]:
    """The store's keys, more than one batch of them, of two tenants."""
    store.text_keys("another", [[]] * 10)
    made = [*store.text_keys("main", [[] for _ in range(texts)]), *store.contact_keys("main", [contact()]).values()]
    return {key.number: key for key in made if key}


def generations(store: KeyStore) -> set[int]:
    return {generation_of(row.wrapped) for row in store.run(lambda s: s.behind("", 0, 10_000), write=False)}


def test_all_keys_stay_and_the_old_master_key_is_gone(store: KeyStore, open_store: OpenStore, keys: Path) -> None:
    made, old = filled(store), (keys / "master.key").read_text()

    rotate(store)

    assert (keys / "master.key").read_text() != old
    assert (keys / "master.key").stat().st_mode & 0o777 == 0o600
    assert store.keys("main", made) == open_store().keys("main", made) == made
    assert generations(store) == {2}
    (keys / "master.key").write_text(old)
    with pytest.raises(KeyStoreError, match="holds a master key that was put away"):
        open_store().keys("main", made)


def test_what_was_destroyed_stays_destroyed(store: KeyStore) -> None:
    made, ada = filled(store, 10), contact()
    store.contact_keys("main", [ada])
    store.erase_contact("main", ada)
    store.erase_key("main", min(made))

    rotate(store)

    assert store.contact_keys("main", [ada]) == {ada: None}
    assert min(made) not in store.keys("main", made)


def test_an_interruption_at_any_point_is_taken_up(open_store: OpenStore, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a rotation that is broken off before its first transaction, its second, and so on, each in another process.
    made, witness = filled(open_store()), open_store()
    witness.keys("main", [1])
    steps = 0
    for limit in range(1, 40):
        broken, steps = open_store(), 0
        run = broken.run

        def counted(*words: object, limit: int = limit, run: object = run, **options: object) -> object:
            nonlocal steps
            steps += 1
            if steps > limit:
                raise Interrupted
            return run(*words, **options)  # type: ignore[operator]

        monkeypatch.setattr(broken, "run", counted)
        try:
            rotate(broken)
        except Interrupted:
            # Then whoever had the store open, and whoever opens it now, reads and makes keys.
            for reader in (witness, open_store()):
                assert reader.keys("main", made) == made
                assert None not in reader.text_keys("main", [[]])
            continue
        break

    # And the one that goes through has made no second new master key.
    assert steps > 6
    assert generations(witness) == {2}
    assert witness.keys("main", made) == made


@pytest.mark.parametrize("point", ["before the file", "after the file"])
def test_an_interruption_about_the_file_is_taken_up(open_store: OpenStore, keys: Path, point: str) -> None:
    first = open_store()
    made = filled(first, 10)
    rotation.begin(first, None)
    rotation.rewrap_all(first, lambda _: None, lambda: False)
    before = (keys / "master.key").read_text()
    if point == "after the file":
        rotation.hand_over(first)
        assert (keys / "master.key").read_text() != before

    assert open_store().keys("main", made) == made
    again = open_store()
    rotate(again)
    assert again.keys("main", made) == open_store().keys("main", made) == made
    assert len(again.run(lambda session: masters(session, again), write=False)) == 2


def test_a_stop_leaves_the_rest_for_another_time(store: KeyStore, open_store: OpenStore) -> None:
    made, looked_at = filled(store), list[int]()
    rotation.begin(store, None)
    assert not rotation.rewrap_all(store, looked_at.append, lambda: len(looked_at) == 1)
    assert generations(store) == {1, 2}
    with pytest.raises(KeyStoreError, match="some keys are still wrapped by the old master key"):
        rotation.finish(store)

    assert open_store().keys("main", made) == made
    rotate(open_store())
    assert generations(store) == {2}


def test_others_read_make_and_erase_meanwhile(store: KeyStore, open_store: OpenStore) -> None:
    made, done, failures = filled(store), threading.Event(), list[BaseException]()
    made_meanwhile: dict[int, Key] = {}
    erased: list[UUID] = []

    def work() -> None:
        other = open_store()
        try:
            while not done.is_set():
                assert other.keys("main", list(made)[::7]) == {number: made[number] for number in list(made)[::7]}
                one = contact()
                made_meanwhile.update({key.number: key for key in other.text_keys("main", [[], [one]])[:1] if key})
                assert other.erase_contact("main", one) == 1
                erased.append(one)
        except BaseException as error:  # noqa: BLE001 - told below, in the test's own thread
            failures.append(error)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    rotations = 0
    while not failures and (rotations < 3 or len(erased) < 4):  # however the machine shares itself out
        rotate(store)
        rotations += 1
    done.set()
    for worker in workers:
        worker.join()

    assert not failures
    assert open_store().keys("main", [*made, *made_meanwhile]) == made | made_meanwhile
    assert generations(store) <= {rotations + 1, 0}  # what was destroyed has none


@pytest.mark.parametrize("where", ["sqlite", "postgres"])
def test_one_that_is_given_hands_over_to_another_that_is_given(
    keys: Path, where: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("keys_url") if where == "postgres" else ""

    def opened(master: str) -> KeyStore:
        return on_postgres(url, keys, master) if url else on_sqlite(keys, master)

    old, idle = opened(ONE), opened(ONE)
    made = filled(old, 10)
    idle.keys("main", made)
    with pytest.raises(KeyStoreError, match="the new master key is the old one"):
        rotation.begin(old, bytes.fromhex(ONE))

    # While it takes over, both open the store, and no third one may.
    assert rotation.begin(old, bytes.fromhex(OTHER))
    assert opened(ONE).keys("main", made) == opened(OTHER).keys("main", made) == made
    with pytest.raises(KeyStoreError, match="another master key is taking over already"):
        rotation.begin(old, bytes.fromhex(THIRD))
    assert rotation.rewrap_all(old, lambda _: None, lambda: False)
    assert opened(ONE).keys("main", made) == opened(OTHER).keys("main", made) == made

    # Once it has, the old one is put away by who has the new one.
    with pytest.raises(KeyStoreError, match="RAPPORT_MASTER_KEY still holds the old master key"):
        rotation.finish(old)
    rotation.finish(opened(OTHER))
    assert opened(OTHER).keys("main", made) == old.keys("main", made) == made
    for late in (opened(ONE), idle):
        with pytest.raises(KeyStoreError, match="holds a master key that was put away"):
            late.keys("main", made)


def test_no_byte_under_the_old_master_key_stays_in_the_file(keys: Path) -> None:
    store = on_sqlite(keys)
    filled(store, 3_000)
    before = [row.wrapped for row in store.run(lambda session: session.behind("", 0, 10_000), write=False)]

    rotate(store)

    on_disk = b"".join(path.read_bytes() for path in keys.glob("keys.sqlite*"))
    assert not [wrapped for wrapped in before if wrapped[2:22] in on_disk]
