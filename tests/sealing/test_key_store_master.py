"""The master key: made once, and nothing but the right one opens a store."""

from pathlib import Path

import pytest

from infra.sealing.errors import KeyStoreError
from tests.sealing.key_fixtures import keys_database, keys_url
from tests.sealing.key_stores import contact, on_postgres, on_sqlite, source

__all__ = ["keys_database", "keys_url"]

ONE, OTHER = "1a" * 32, "2B" * 32


def test_it_is_made_on_first_use_and_only_its_owner_may_read_it(keys: Path) -> None:
    assert not (keys / "master.key").exists()
    on_sqlite(keys).text_keys("main", [[]])

    assert (keys / "master.key").stat().st_mode & 0o777 == 0o600
    assert len(bytes.fromhex((keys / "master.key").read_text())) == 32


def test_one_that_is_given_leaves_no_file(keys: Path) -> None:
    ada = contact()
    made = on_sqlite(keys, ONE).contact_keys("main", [ada])

    assert not (keys / "master.key").exists()
    assert on_sqlite(keys, ONE.upper()).contact_keys("main", [ada]) == made


@pytest.mark.parametrize("where", ["sqlite", "postgres"])
def test_a_wrong_one_is_refused_with_both_fingerprints(keys: Path, where: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("keys_url") if where == "postgres" else ""
    right = on_postgres(url, keys, ONE) if url else on_sqlite(keys, ONE)
    right.text_keys("main", [[]])

    wrong = on_postgres(url, keys, OTHER) if url else on_sqlite(keys, OTHER)
    said = "RAPPORT_MASTER_KEY holds another master key: its fingerprint is [0-9a-f]{16}, and the key store wants "
    for use in (lambda: wrong.text_keys("main", [[]]), lambda: wrong.keys("main", [1])):
        with pytest.raises(KeyStoreError, match=said) as caught:
            use()
        assert ONE not in str(caught.value)
        assert OTHER not in str(caught.value)


@pytest.mark.parametrize("where", ["sqlite", "postgres"])
def test_one_that_is_missing_is_not_made_anew(keys: Path, where: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("keys_url") if where == "postgres" else ""
    (on_postgres(url, keys) if url else on_sqlite(keys)).text_keys("main", [[]])
    (keys / "master.key").unlink()

    with pytest.raises(KeyStoreError, match=r"the master key is missing: restore .*master\.key from its backup"):
        (on_postgres(url, keys) if url else on_sqlite(keys)).text_keys("main", [[]])
    assert not (keys / "master.key").exists()


@pytest.mark.parametrize("content", ["", "zz" * 32, "ab" * 31, "ab" * 33, "ab" * 32 + "\n\n", "é" * 64])
def test_a_damaged_file_is_refused_and_left_alone(keys: Path, content: str) -> None:
    (keys / "master.key").write_text(content)

    with pytest.raises(KeyStoreError, match=r"master\.key does not hold the 64 hexadecimal digits of a master key"):
        on_sqlite(keys).text_keys("main", [[]])
    assert (keys / "master.key").read_text() == content


def test_a_file_that_can_not_be_read_is_one_sentence(keys: Path) -> None:
    (keys / "master.key").mkdir()

    with pytest.raises(KeyStoreError, match=r"master\.key can't be read: Is a directory"):
        on_sqlite(keys).text_keys("main", [[]])


def test_a_link_to_nowhere_is_no_reason_for_a_new_one(keys: Path) -> None:
    (keys / "master.key").symlink_to(keys / "unmounted" / "master.key")

    with pytest.raises(KeyStoreError, match="leads to a file that is not there"):
        source(keys).read_or_make()
