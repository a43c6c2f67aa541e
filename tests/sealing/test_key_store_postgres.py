"""The key store in PostgreSQL: apart from the log, for several machines, and clear about what is wrong."""

from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
import pytest

from domain.shared.errors import RapportError
from infra.bootstrap import open_rapport
from infra.keys import TenantKeys
from infra.log.init import init_postgres
from infra.sealing.errors import KeyStoreError
from infra.sealing.identities import SharedTenantKeys
from infra.sealing.postgres_store import PostgresKeyStore
from tests.conftest import make_url
from tests.sealing.key_fixtures import keys_database, keys_url
from tests.sealing.key_stores import contact, never, on_postgres, source

__all__ = ["keys_database", "keys_url"]


def test_it_is_made_by_init_only(keys_url: str, keys: Path) -> None:
    store = PostgresKeyStore(keys_url, source(keys), never)

    assert not store.is_made()
    with pytest.raises(KeyStoreError, match="no key store yet: run `rapport keys init`"):
        store.text_keys("main", [[]])
    assert not (keys / "master.key").exists()

    store.make()
    store.make()
    assert store.is_made()
    assert store.text_keys("main", [[]]) != [None]
    store.close()


def test_the_logs_own_database_is_refused(postgres_database: str, keys: Path) -> None:
    init_postgres(postgres_database)

    with pytest.raises(KeyStoreError, match=r"names a database that holds a log.*make another"):
        PostgresKeyStore(postgres_database, source(keys), never).make()


def test_the_logs_own_database_is_refused_before_there_is_a_log(
    keys_url: str, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAPPORT_STORE", keys_url)
    monkeypatch.setenv("RAPPORT_KEYS", keys_url)

    with open_rapport() as rapport, pytest.raises(KeyStoreError, match="names a database that holds a log"):
        _ = rapport.keystore
    assert keys.exists()


def test_where_the_log_was_sealed_a_lost_store_is_never_made_anew(keys_url: str, keys: Path) -> None:
    with pytest.raises(KeyStoreError, match=r"its keys are gone: the PostgreSQL database test_.* is missing or empty"):
        PostgresKeyStore(keys_url, source(keys), lambda: True).make()


def test_a_wrong_password_is_one_sentence_without_it(keys_url: str, keys: Path) -> None:
    password = urlsplit(keys_url).password
    assert password
    store = PostgresKeyStore(keys_url.replace(f":{password}@", ":guessed@"), source(keys), never)

    with pytest.raises(KeyStoreError, match="refused the password: check RAPPORT_KEYS") as caught:
        store.text_keys("main", [[]])
    assert "guessed" not in str(caught.value)


def test_a_missing_database_is_one_sentence(keys_url: str, keys: Path) -> None:
    with pytest.raises(KeyStoreError, match="has no such database: make it"):
        PostgresKeyStore(make_url(keys_url, "test_nowhere"), source(keys), never).make()


def test_a_server_that_is_away_is_one_sentence(keys: Path) -> None:
    with pytest.raises(KeyStoreError, match="key store's PostgreSQL server can't be reached"):
        PostgresKeyStore("postgresql://nobody@127.0.0.1:1/keys", source(keys), never).make()


def test_a_server_that_was_away_for_a_while_goes_unnoticed(keys_url: str, keys: Path) -> None:
    store, ada = on_postgres(keys_url, keys), contact()
    before = store.contact_keys("main", [ada])

    for _ in range(2):
        with psycopg.connect(keys_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert store.contact_keys("main", [ada]) == before
    store.close()


def test_no_key_stands_in_the_open(keys_url: str, keys: Path) -> None:
    store = on_postgres(keys_url, keys)
    made = [*store.contact_keys("main", [contact()]).values(), *store.text_keys("main", [[], []])]
    store.close()

    with psycopg.connect(keys_url) as connection:
        stored = [row for (row,) in connection.execute("SELECT wrapped FROM rapport_keys.data_key")]
    assert len(stored) == 3
    assert not [key for key in made for row in stored if key is None or key.secret in row]


def test_machines_share_the_tenants_secrets(keys_url: str, keys: Path, tmp_path: Path) -> None:
    store = on_postgres(keys_url, keys)
    one = SharedTenantKeys(tmp_path / "one", store)
    two = SharedTenantKeys(tmp_path / "two", on_postgres(keys_url, keys))

    assert one.identity_of("a").fingerprint() == two.identity_of("a").fingerprint()
    assert one.identity_of("a").fingerprint() != one.identity_of("b").fingerprint()
    assert not (tmp_path / "one").exists()
    with pytest.raises(RapportError, match="a tenant's name has"):
        one.identity_of("../a")


def test_a_secret_from_when_keys_were_files_is_taken_over(keys_url: str, keys: Path, tmp_path: Path) -> None:
    store = on_postgres(keys_url, keys)

    expected = TenantKeys(keys).identity_of("main").fingerprint()
    assert SharedTenantKeys(keys, store).identity_of("main").fingerprint() == expected
    assert SharedTenantKeys(tmp_path / "elsewhere", store).identity_of("main").fingerprint() == expected


def test_no_erasure_takes_a_tenants_secret(keys_url: str, keys: Path) -> None:
    store = on_postgres(keys_url, keys)
    before = SharedTenantKeys(keys, store).identity_of("main").fingerprint()

    store.erase_contact("main", UUID(int=0))  # whose place it has in the store
    assert SharedTenantKeys(keys, store).identity_of("main").fingerprint() == before
