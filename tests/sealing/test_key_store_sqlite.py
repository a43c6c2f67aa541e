"""The key store's file: private, durable, and without a trace of a key that was destroyed."""

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.sealing.errors import KeyStoreError
from infra.sealing.session import StoredRow
from infra.sealing.sqlite_store import SqliteKeyStore
from infra.sealing.store import KeyStore
from tests.ingest.test_cli import read_only
from tests.sealing.key_stores import contact, on_sqlite, source


@pytest.fixture
def store(keys: Path) -> KeyStore:
    return on_sqlite(keys)


def rows(store: KeyStore) -> dict[int, StoredRow]:
    found = store.run(lambda session: session.behind("", 0, 1_000_000), write=False)
    return {row.number: row for row in found}


def files(keys: Path) -> bytes:
    """All bytes of the store: the file, and what is written ahead of it."""
    found = sorted(keys.glob("keys.sqlite*"))
    assert found
    return b"".join(path.read_bytes() for path in found)


def test_only_its_owner_may_read_it(keys: Path, store: KeyStore) -> None:
    store.text_keys("main", [[]])

    for path in (keys / "keys.sqlite", keys / "keys.sqlite-wal", keys / "master.key"):
        assert path.stat().st_mode & 0o777 == 0o600, path


def test_what_it_gave_is_flushed_and_overwritten_for_good(store: KeyStore) -> None:
    store.text_keys("main", [[]])
    assert isinstance(store, SqliteKeyStore)
    assert store._connection is not None
    names = ("journal_mode", "synchronous", "secure_delete")
    found = [store._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    assert found == ["wal", 2, 1]  # 2 is FULL


def test_no_key_stands_in_the_open(keys: Path, store: KeyStore) -> None:
    made = [*store.contact_keys("main", [contact()]).values(), *store.text_keys("main", [[], []])]
    master = bytes.fromhex((keys / "master.key").read_text())

    on_disk = files(keys)
    assert all(key is not None and key.secret not in on_disk for key in made)
    assert master not in on_disk


@pytest.mark.parametrize("seed", range(3))
def test_no_byte_of_a_destroyed_key_stays(keys: Path, store: KeyStore, seed: int) -> None:
    # Given keys made in batches of every size, so that pages fill and split, and a second program that has it open.
    chance, people = random.Random(seed), [contact() for _ in range(60)]
    other = on_sqlite(keys)
    for _ in range(40):
        store.contact_keys("main", chance.sample(people, 5), chance.choice(["profile", "consent"]))
        store.text_keys("main", [chance.sample(people, chance.randrange(3)) for _ in range(chance.randrange(200))])
    before = rows(other)

    # When some are erased, with more made in between.
    for one in chance.sample(people, 30):
        store.erase_contact("main", one)
        other.text_keys("main", [chance.sample(people, 2) for _ in range(chance.randrange(20))])
    for number in chance.sample(sorted(before), 50):
        store.erase_key("main", number)

    # Then not even the wrapped form is left, nor a part of it; what stays, stays whole.
    after, on_disk = rows(store), files(keys)
    destroyed = [row.wrapped for row in before.values() if after[row.number].wrapped != row.wrapped]
    assert len(destroyed) > 500
    assert not [wrapped for wrapped in destroyed if wrapped[2:22] in on_disk or wrapped[-20:] in on_disk]
    assert all(row.wrapped in on_disk for row in after.values() if any(row.wrapped))


def test_an_erasure_that_a_reader_holds_up_says_so_and_is_repeated(keys: Path, store: KeyStore) -> None:
    ada = contact()
    store.contact_keys("main", [ada])
    assert isinstance(store, SqliteKeyStore)
    assert store._connection is not None
    store._connection.execute("PRAGMA busy_timeout = 10")
    store._patience = 0.1
    wrapped = next(iter(rows(store).values())).wrapped
    reader = sqlite3.connect(keys / "keys.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM data_key").fetchall()

    with pytest.raises(KeyStoreError, match=r"still stands in .*keys\.sqlite-wal.*run this again"):
        store.erase_contact("main", ada)

    reader.close()
    assert store.contact_keys("main", [ada]) == {ada: None}
    store.erase_contact("main", ada)
    assert wrapped not in files(keys)


def test_a_key_that_could_not_be_kept_is_never_given(keys: Path, store: KeyStore) -> None:
    # Given a disk that becomes full.
    ada = contact()
    store.text_keys("main", [[]])
    assert isinstance(store, SqliteKeyStore)
    assert store._connection is not None
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(KeyStoreError, match="full: free some space"):
        store.contact_keys("main", [ada, *(contact() for _ in range(500))])
    with pytest.raises(KeyStoreError, match="full: free some space"):
        store.text_keys("main", [[]] * 500)

    # Then, with space again, the key that is given is the one that is kept.
    store._connection.execute("PRAGMA max_page_count = 1000000")
    assert store.contact_keys("main", [ada]) == on_sqlite(keys).contact_keys("main", [ada])


def test_a_read_only_store_is_one_sentence(keys: Path, store: KeyStore) -> None:
    store.text_keys("main", [[]])
    store.close()
    (keys / "log.sqlite").touch()

    with read_only(keys), pytest.raises(KeyStoreError, match=r"keys\.sqlite can't be (written|opened)"):
        store.text_keys("main", [[]])


def test_a_folder_that_can_not_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "keys").touch()

    with pytest.raises(KeyStoreError, match=r"keys\.sqlite can't be opened"):
        on_sqlite(tmp_path / "keys" / "deeper").text_keys("main", [[]])


def overwrite(path: Path, middle: bool) -> None:
    content = path.read_bytes()
    at = len(content) // 2 if middle else 0
    path.write_bytes(content[:at] + b"\xa5" * 8192 + content[at + 8192 :])


@pytest.mark.parametrize(("middle", "said"), [(False, "is no SQLite file"), (True, "is damaged: restore it")])
def test_a_damaged_store_is_one_sentence(keys: Path, store: KeyStore, middle: bool, said: str) -> None:
    store.text_keys("main", [[contact()] for _ in range(2000)])
    store.close()
    overwrite(keys / "keys.sqlite", middle)

    with pytest.raises(KeyStoreError, match=said):
        on_sqlite(keys).keys("main", range(1, 2001))


def test_where_the_log_was_sealed_a_lost_store_is_never_made_anew(keys: Path, store: KeyStore) -> None:
    store.text_keys("main", [[]])
    store.close()

    def lost(lose: Callable[[Path], object]) -> None:
        for path in keys.glob("keys.sqlite*"):
            lose(path)
        again = SqliteKeyStore(keys / "keys.sqlite", source(keys), lambda: True)
        with pytest.raises(KeyStoreError, match=r"its keys are gone: .*keys\.sqlite is missing or empty; restore it"):
            again.text_keys("main", [[]])

    lost(lambda path: path.write_bytes(b""))
    lost(Path.unlink)
    assert not (keys / "keys.sqlite").exists()


def test_going_on_without_lost_keys_gives_none_of_their_numbers_again(keys: Path, store: KeyStore) -> None:
    before = [key.number for key in store.text_keys("main", [[]] * 50) if key]
    store.close()
    (keys / "keys.sqlite").unlink()

    again = SqliteKeyStore(keys / "keys.sqlite", source(keys), lambda: True)
    again.make(lost=True)
    made = [key.number for key in again.text_keys("main", [[]] * 50) if key]
    assert min(made) > max(before)
    assert again.keys("main", before) == {}


def test_where_nothing_was_sealed_a_new_store_takes_the_master_key_there_is(keys: Path, store: KeyStore) -> None:
    store.text_keys("main", [[]])
    store.close()
    (keys / "keys.sqlite").unlink()
    master = (keys / "master.key").read_text()

    assert on_sqlite(keys).text_keys("main", [[]])
    assert (keys / "master.key").read_text() == master
