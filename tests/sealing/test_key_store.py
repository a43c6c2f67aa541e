"""The key store on both databases: keys stay, keys differ, and what was erased never comes back."""

import sys
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import pairwise
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from infra.sealing.errors import KeyStoreError
from infra.sealing.session import KeySession, count_erasure
from infra.sealing.store import Key, KeyStore
from tests.sealing.key_fixtures import keys_database, keys_url, open_store, store
from tests.sealing.key_stores import OpenStore, contact

__all__ = ["keys_database", "keys_url", "open_store", "store"]


def numbered(key: Key | None) -> int:
    assert key is not None
    return key.number


def test_a_contact_has_one_key_in_a_class_and_keeps_it(store: KeyStore, open_store: OpenStore) -> None:
    ada, bob = contact(), contact()
    first = store.contact_keys("main", [ada, bob])

    assert store.contact_keys("main", [bob, ada]) == first
    assert open_store().contact_keys("main", [ada, bob]) == first
    assert store.contact_keys("main", [ada], "consent")[ada] not in first.values()
    assert store.contact_keys("other", [ada])[ada] not in first.values()


def test_every_text_has_a_key_of_its_own(store: KeyStore, open_store: OpenStore) -> None:
    ada = contact()
    made = store.text_keys("main", [[ada], [ada], [], [ada, contact()]]) + store.text_keys("main", [[ada]])

    assert all(numbered(one) < numbered(next_one) for one, next_one in pairwise(made))
    assert len({key.secret for key in made if key and len(key.secret) == 32}) == 5
    assert open_store().keys("main", [numbered(key) for key in made]) == {numbered(key): key for key in made}


def test_nothing_is_made_for_nobody(store: KeyStore) -> None:
    assert store.contact_keys("main", []) == {}
    assert store.text_keys("main", []) == []
    assert store.keys("main", []) == {}


@pytest.mark.parametrize("step", [1, 3, 40])
def test_keys_are_found_by_number_however_they_lie(store: KeyStore, step: int) -> None:
    made = {numbered(key): key for key in store.text_keys("main", [[] for _ in range(400)])}
    store.text_keys("other", [[] for _ in range(9)])

    wanted = list(made)[::step]
    assert store.keys("main", [*wanted, max(made) + 3, 10**12]) == {number: made[number] for number in wanted}
    assert store.keys("other", wanted) == {}


def test_erasing_a_contact_takes_its_keys_and_those_of_its_texts(store: KeyStore, open_store: OpenStore) -> None:
    ada, bob = contact(), contact()
    profiles = store.contact_keys("main", [ada, bob])
    store.contact_keys("main", [ada], "consent")
    of_ada, of_both, of_bob, of_nobody = store.text_keys("main", [[ada], [bob, ada], [bob], []])
    other = store.contact_keys("other", [ada])

    assert store.erase_contact("main", ada) == 4

    everybody = [*profiles.values(), of_ada, of_both, of_bob, of_nobody]
    stay = {numbered(key): key for key in (profiles[bob], of_bob, of_nobody)}
    for one in (store, open_store()):
        assert one.keys("main", [numbered(key) for key in everybody]) == stay
        assert one.contact_keys("main", [ada, bob]) == {ada: None, bob: profiles[bob]}
        assert one.contact_keys("main", [ada], "new class") == {ada: None}
        assert [key is None for key in one.text_keys("main", [[ada], [bob], [bob, ada], []])] == [1, 0, 1, 0]
        assert one.contact_keys("other", [ada]) == other
    assert store.erase_contact("main", ada) == 0


def test_who_is_erased_before_there_was_a_key_never_gets_one(store: KeyStore) -> None:
    ada = contact()

    assert store.erase_contact("main", ada) == 0
    assert store.contact_keys("main", [ada]) == {ada: None}
    assert store.text_keys("main", [[ada]]) == [None]


def test_erasing_is_known_to_processes_that_hold_the_key_already(store: KeyStore, open_store: OpenStore) -> None:
    ada, other = contact(), open_store()
    other.contact_keys("main", [ada])

    store.erase_contact("main", ada)

    assert other.contact_keys("main", [ada]) == {ada: None}


def test_an_erasure_waits_for_texts_that_are_being_linked(store: KeyStore, open_store: OpenStore) -> None:
    ada, eraser = contact(), open_store()
    with ThreadPoolExecutor(1) as pool:
        erasing = list[Future[int]]()

        def link(session: KeySession) -> list[Key | None]:
            made = store._make_texts(session, "main", [[ada]], "text")
            erasing.append(pool.submit(eraser.erase_contact, "main", ada))
            assert not wait(erasing, timeout=0.3).done, "what is not committed can't be seen, so it has to wait"
            return made

        made = store.run(link, write=True)
        assert erasing[0].result() == 1
    assert store.keys("main", [numbered(made[0])]) == {}


def test_keys_that_are_asked_for_during_an_erasure_wait_for_its_end(store: KeyStore, open_store: OpenStore) -> None:
    ada, maker = contact(), open_store()
    maker.contact_keys("main", [contact()])
    with ThreadPoolExecutor(1) as pool:
        making = list[Future[list[Key | None]]]()

        def erase(session: KeySession) -> None:
            count_erasure(session)
            session.destroy_of("main", ada)
            making.append(pool.submit(maker.text_keys, "main", [[ada]]))
            assert not wait(making, timeout=0.3).done

        store.run(erase, write=True, alone=True)
        assert making[0].result() == [None]


def test_a_single_key_is_destroyed_and_no_other(store: KeyStore) -> None:
    first, second = store.text_keys("main", [[], []], "letter")
    store.erase_key("other", numbered(first))
    store.erase_key("main", numbered(second))

    assert store.keys("main", [numbered(first), numbered(second)]) == {numbered(first): first}


def test_a_contact_whose_key_was_destroyed_gets_no_other(store: KeyStore, open_store: OpenStore) -> None:
    ada = contact()
    store.erase_key("main", numbered(store.contact_keys("main", [ada])[ada]))

    assert store.contact_keys("main", [ada]) == open_store().contact_keys("main", [ada]) == {ada: None}


def test_threads_share_a_store(store: KeyStore) -> None:
    people = [contact() for _ in range(20)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: store.contact_keys("main", people), range(24)))
        texts = list(pool.map(lambda _: store.text_keys("main", [[people[0]]] * 5), range(24)))

    assert all(one == found[0] for one in found)
    assert len({numbered(key) for made in texts for key in made}) == 120


_PUT = "UPDATE data_key SET wrapped = :wrapped WHERE number = :number"
_MAKER = """
import sys
from pathlib import Path
from uuid import UUID
from tests.sealing.key_stores import on_postgres, on_sqlite

folder, url, people = Path(sys.argv[1]), sys.argv[2], [UUID(int=n) for n in range(1, 301)]
store = on_postgres(url, folder) if url else on_sqlite(folder)
for at in range(0, 300, 10):
    made = store.contact_keys("main", people[at : at + 10])
    store.text_keys("main", [[people[at]]])
    print(*(f"{person.int}:{key.number}:{key.secret.hex()}" for person, key in made.items()))
"""


@pytest.mark.parametrize("where", ["sqlite", "postgres"])
def test_processes_that_make_a_key_at_once_get_the_same(where: str, keys: Path, request: pytest.FixtureRequest) -> None:
    # Given no store at all, even: its making is part of the race.
    url = request.getfixturevalue("keys_url") if where == "postgres" else ""
    command = [sys.executable, "-c", _MAKER, str(keys), url]
    racers = [Popen(command, stdout=PIPE, stderr=PIPE, text=True) for _ in range(4)]
    ends = [racer.communicate() for racer in racers]

    assert [racer.returncode for racer in racers] == [0, 0, 0, 0], ends
    found = {tuple(sorted(printed.split())) for printed, _ in ends}
    assert len(found) == 1
    assert len(found.pop()) == 300


def test_a_wrapped_key_that_was_changed_or_put_elsewhere_is_refused(store: KeyStore) -> None:
    first, second = (numbered(key) for key in store.text_keys("main", [[], []]))
    wrapped = dict(store.run(lambda session: session.among("main", [first, second]), write=False))
    changed = wrapped[first][:-1] + bytes([wrapped[first][-1] ^ 1])

    for put in (changed, wrapped[second]):
        store.run(lambda session: session.rows(_PUT, {"wrapped": put, "number": first}), write=True)  # noqa: B023
        with pytest.raises(KeyStoreError, match="damaged, or was put there by somebody else"):
            store.keys("main", [first])


def test_a_newer_store_is_refused(store: KeyStore, open_store: OpenStore) -> None:
    store.text_keys("main", [[]])
    store.run(lambda session: session.rows("UPDATE store SET format = 9", {}), write=True)
    store.close()

    with pytest.raises(KeyStoreError, match="newer than this program"):
        open_store().text_keys("main", [[]])
