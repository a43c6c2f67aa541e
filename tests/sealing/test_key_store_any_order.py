"""Whatever is made, erased, rotated and opened anew in whatever order: erased stays erased, numbers name one key."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.sealing import rotation
from infra.sealing.store import Key, KeyStore
from tests.sealing.key_stores import empty, on_postgres, on_sqlite

PEOPLE = [UUID(int=n) for n in range(1, 6)]
person = st.sampled_from(PEOPLE)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("contacts"), st.lists(person, max_size=4)),
        st.tuples(st.just("texts"), st.lists(st.lists(person, max_size=3), max_size=4)),
        st.tuples(st.just("erase"), person),
        st.tuples(st.just("erase one"), st.integers(0, 40)),
        st.tuples(st.just("rotate"), st.none()),
        st.tuples(st.just("other process"), st.none()),
    ),
    max_size=30,
)


class Model:
    """What must hold, and the same done to a store that is open twice."""

    def __init__(self, open_one: Callable[[], KeyStore]) -> None:
        self.open_one = open_one
        self.stores = [open_one(), open_one()]
        self.living: dict[int, Key] = {}
        self.dead: set[int] = set()
        self.linked: dict[int, set[UUID]] = {}
        self.profile: dict[UUID, int] = {}
        self.erased: set[UUID] = set()

    def do(self, step: str, what: object) -> None:
        store = self.stores[0]
        match step, what:
            case "contacts", list(people):
                self._contacts(store, people)
            case "texts", list(links):
                for key, people in zip(store.text_keys("main", links), links, strict=True):
                    assert (key is None) == bool(self.erased & set(people))
                    if key is not None:
                        self._new(key, set(people))
            case "erase", UUID() as one:
                gone = {number for number, people in self.linked.items() if one in people} - self.dead
                assert store.erase_contact("main", one) == len(gone)
                self.erased.add(one)
                self._destroyed(gone)
            case "erase one", int(n) if n < len(self.linked):
                number = sorted(self.linked)[n]
                store.erase_key("main", number)
                self._destroyed({number})
            case "rotate", _:
                rotation.begin(store, None)
                assert rotation.rewrap_all(store, lambda _: None, lambda: False)
                rotation.hand_over(store)
                rotation.finish(store)
            case "other process", _:
                self.stores.reverse()
        assert self.stores[-1].keys("main", self.linked) == self.living

    def end(self) -> None:
        late = self.open_one()
        assert late.keys("main", self.linked) == self.living
        self._contacts(late, PEOPLE)
        for store in (*self.stores, late):
            store.close()

    def _contacts(self, store: KeyStore, people: list[UUID]) -> None:
        for one, key in store.contact_keys("main", people).items():
            if one in self.erased or self.profile.get(one) in self.dead:
                assert key is None
            elif key is not None and one in self.profile:
                assert key == self.living[self.profile[one]]
            else:
                assert key is not None
                self._new(key, {one})
                self.profile[one] = key.number

    def _new(self, key: Key, people: set[UUID]) -> None:
        assert key.number not in self.linked, "a number is never used again"
        self.linked[key.number] = people
        self.living[key.number] = key

    def _destroyed(self, numbers: set[int]) -> None:
        self.dead |= numbers
        for number in numbers:
            self.living.pop(number, None)


def check(open_one: Callable[[], KeyStore], happening: list[tuple[str, object]]) -> None:
    model = Model(open_one)
    for step, what in happening:
        model.do(step, what)
    model.end()


@given(happening=steps)
def test_in_any_order_on_sqlite(happening: list[tuple[str, object]]) -> None:
    with TemporaryDirectory() as folder:
        check(lambda: on_sqlite(Path(folder)), happening)


@pytest.fixture(scope="module")
def database(fresh_postgres: Callable[[], AbstractContextManager[str]]) -> object:
    with fresh_postgres() as url:
        yield url


@settings(max_examples=settings().max_examples // 2)
@given(happening=steps)
def test_in_any_order_on_postgres(database: str, happening: list[tuple[str, object]]) -> None:
    empty(database)
    with TemporaryDirectory() as folder:
        check(lambda: on_postgres(database, Path(folder)), happening)
