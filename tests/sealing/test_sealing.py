"""Sealing in the log: what is sealed when, under whose key, and that nothing is sealed twice."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from consumers.ingest.messages import DeadLetter
from domain.activities.events import NoteTaken
from domain.contacts.events import ContactAdded
from domain.shared.identity import Identity
from infra.log.sealed import stored_of
from infra.log.sealing import Sealing
from infra.log.session import Session
from infra.log.sqlite import SqliteLog, open_sqlite_log
from infra.log.state import encode
from infra.sealing.boxes import BoxError
from infra.sealing.master import MasterSource
from infra.sealing.sqlite_store import SqliteKeyStore
from infra.tables.batches import Batches
from tests.conftest import SECRET
from tests.log.given import event, incoming, note

IDENTITY = Identity(SECRET)
ANN = "contact:mail:ann@example.org"


@pytest.fixture
def store(keys: Path) -> Iterator[SqliteKeyStore]:
    opened = SqliteKeyStore(keys / "keys.sqlite", MasterSource(keys / "master.key", None), lambda: False)
    yield opened
    opened.close()


@pytest.fixture
def log(rapport_home: Path, store: SqliteKeyStore) -> Iterator[SqliteLog]:
    opened = open_sqlite_log(rapport_home / "log.sqlite", lambda _: IDENTITY, Sealing(store))
    yield opened
    opened.close()


def added(id_: str, name: str) -> Any:
    return event(id_, ANN, ContactAdded(name=name))


def letter(raw: bytes) -> DeadLetter:
    return DeadLetter("main", "ingest", "in:1", None, "not JSON", None, raw)


def last_number(store: SqliteKeyStore) -> int:
    """The number that the next key gets, less one."""
    (key,) = store.text_keys("main", [()])
    assert key is not None
    return key.number - 1


def test_what_is_said_of_a_contact_is_sealed_under_one_key_and_a_text_under_its_own(log: SqliteLog) -> None:
    log.take(incoming(added("1", "Ann"), added("2", "Anna"), note("n1", "one"), note("n2", "two")))

    keys = [[box.key for box in stored_of(row.state).sealed] for row in log.read(0, 4, 10)]
    (profile,) = keys[0]
    assert keys[1] == [profile]
    assert [one[1] for one in keys[2:]] == [profile, profile]  # the reference, whose key is an address
    assert len({keys[2][0], keys[3][0], profile}) == 3


def test_erasing_a_contact_takes_its_names_and_the_texts_about_it(log: SqliteLog, store: SqliteKeyStore) -> None:
    log.take(incoming(added("1", "Ann"), note("n1", "one")))
    sealing, rows = Sealing(store), log.read(0, 2, 10)
    assert all(sealing.unseal(["main"] * 2, [row.state for row in rows]))

    store.erase_contact("main", IDENTITY.thing(ANN))

    assert sealing.unseal(["main"] * 2, [row.state for row in rows]) == [None, None]


def test_repeats_and_letters_that_lie_there_get_no_keys(log: SqliteLog, store: SqliteKeyStore) -> None:
    batch, dead = incoming(added("1", "Ann"), note("n1", "one")), [letter(b"{oops"), letter(b"{oops")]
    assert log.take(batch, dead).dead == 1
    before = last_number(store)

    assert (log.take(batch, dead).repeats, log.take([], dead).dead) == (2, 0)

    assert last_number(store) == before + 1


def test_a_transaction_that_is_tried_again_makes_no_new_keys(
    log: SqliteLog, store: SqliteKeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a log whose every writing transaction is rolled back once, as one that lost a race,
    write, looks = log._write, list[int]()

    def twice(work: Callable[[Session], Any]) -> Any:
        class Lost(Exception): ...

        def lose(session: Session) -> None:
            work(session)
            raise Lost

        with pytest.raises(Lost):
            write(lose)
        looks.append(last_number(store))
        return write(work)

    monkeypatch.setattr(log, "_write", twice)

    # when it takes events and a dead letter, and appends what a command decided,
    assert log.take(incoming(added("1", "Ann"), note("n1", "one")), [letter(b"{oops")]).positions == [1, 2]
    log.append([added("2", "Anna"), added("3", "Anne")], 1)
    log.append([note("n2", "two")], 0)

    # then each key was made by the first try: the profile, two texts and the letter, beside those of the looks.
    assert last_number(store) - len(looks) == 4
    assert [row.position for row in log.read(0, 9, 9)] == [1, 2, 3, 4, 5]


def test_a_box_in_another_event_does_not_open(log: SqliteLog, store: SqliteKeyStore) -> None:
    log.take(incoming(added("1", "Ann"), added("2", "Eve")))
    ann, eve = (row.state for row in log.read(0, 2, 10))
    swapped = ann.partition(b',"sealed"')[0] + b',"sealed"' + eve.partition(b',"sealed"')[2]

    with pytest.raises(BoxError):
        Sealing(store).unseal(["main"], [swapped])


def test_a_dead_letter_is_sealed_and_shown_as_it_came_until_its_key_is_gone(
    log: SqliteLog, store: SqliteKeyStore, rapport_home: Path
) -> None:
    raw = b"\xff{a name: Ann\x00"
    log.take([], [letter(raw)])
    (listed,) = log.dead_letters("main")
    assert b"a name: Ann" not in b"".join(path.read_bytes() for path in rapport_home.glob("log.sqlite*"))
    whole = log.dead_letter("main", listed.dead_letter_id)
    assert whole is not None
    assert (whole.raw, whole.letter.size) == (raw, len(raw))

    for number in range(1, 10):
        store.erase_key("main", number)

    gone = log.dead_letter("main", listed.dead_letter_id)
    assert gone is not None
    assert (gone.raw, gone.letter) == (None, whole.letter)


def test_the_open_tables_get_their_batches_without_a_key_being_asked_for(log: SqliteLog) -> None:
    log.take(incoming(added("1", "Ann"), note("n1", "one")))

    def unasked(*_: object) -> list[bytes | None]:
        raise AssertionError

    assert Batches(log.read, unasked)(0, 2, 10).num_rows == 2


def test_batches_with_personal_data_have_them_row_by_row(log: SqliteLog, store: SqliteKeyStore) -> None:
    log.take(incoming(note("n1", "öne"), event("d1", "contact:crm:1", ContactAdded()), note("n2", "two")))
    batches = Batches(log.read, Sealing(store).unseal)

    for after in range(3):
        personal = batches.with_personal(after, 3, 10)["personal"].to_pylist()
        assert [None if one is None else "öne" in one for one in personal] == [True, None, False][after:]
    assert batches.with_personal(3, 3, 10)["personal"].to_pylist() == []


def test_an_event_of_an_account_named_by_an_address_is_sealed_under_its_own_key(store: SqliteKeyStore) -> None:
    noted = event("n", "activity:crm:1", NoteTaken(text="x", account="account:mail:info@example.org"))
    parts = encode(noted, IDENTITY).parts
    account: UUID = IDENTITY.thing("account:mail:info@example.org")

    assert [part.owner for part in parts] == [None, account]
    (state,) = Sealing(store).seal("main", [encode(noted, IDENTITY)])
    assert b"info@" not in state
