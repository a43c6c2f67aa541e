"""The servers that tests run against can be reached by TLS and SASL, and refuse who can't show what they ask for."""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from infra.services import kafka, postgres
from infra.services.authority import authority, issue, write_secret
from infra.services.kafka import Secured

MECHANISMS = ["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"]


@pytest.fixture(scope="module")
def secured() -> Secured:
    return kafka.secured()


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority that nobody here trusts, and a certificate of it."""
    folder = tmp_path_factory.mktemp("stranger")
    certificate, key = issue(folder, "a stranger")
    (folder / "stranger.pem").write_bytes(certificate)
    write_secret(folder / "stranger.key", key)
    return folder


def asked(servers: str, patience: int = 20_000, **options: Any) -> bool:
    """Whether a broker there answers a question; KafkaError where it is not to be reached this way."""
    admin = KafkaAdminClient(bootstrap_servers=servers, bootstrap_timeout_ms=patience, **options)
    try:
        return admin.list_topics() is not None
    finally:
        admin.close()


def by_tls(secured: Secured, **options: Any) -> bool:
    return asked(secured.tls, security_protocol="SSL", **_with(options, ssl_cafile=str(secured.ca)))


def by_sasl(secured: Secured, mechanism: str, **options: Any) -> bool:
    shown = _with(options, sasl_plain_username=secured.user, sasl_plain_password=secured.password)
    return asked(secured.sasl_plain, security_protocol="SASL_PLAINTEXT", sasl_mechanism=mechanism, **shown)


def by_both(secured: Secured, mechanism: str, **options: Any) -> bool:
    shown = _with(options, sasl_plain_username=secured.user, sasl_plain_password=secured.password)
    shown = _with(shown, ssl_cafile=str(secured.ca))
    return asked(secured.sasl_tls, security_protocol="SASL_SSL", sasl_mechanism=mechanism, **shown)


def _with(options: dict[str, Any], **others: str) -> dict[str, Any]:
    """The options, and of the others those that they don't hold."""
    return {**others, **options}


def test_kafka_by_tls(secured: Secured) -> None:
    assert by_tls(secured)


def test_kafka_by_tls_with_a_certificate_of_our_own(secured: Secured) -> None:
    assert by_tls(secured, ssl_certfile=str(secured.cert), ssl_keyfile=str(secured.key))


def test_kafka_takes_no_certificate_of_a_strangers(secured: Secured, stranger: Path) -> None:
    with pytest.raises(KafkaError):
        by_tls(
            secured,
            ssl_certfile=str(stranger / "stranger.pem"),
            ssl_keyfile=str(stranger / "stranger.key"),
            patience=1500,
        )


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("way", [by_sasl, by_both], ids=["SASL_PLAINTEXT", "SASL_SSL"])
def test_kafka_by_sasl(secured: Secured, way: Callable[..., bool], mechanism: str) -> None:
    assert way(secured, mechanism)


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("way", [by_sasl, by_both], ids=["SASL_PLAINTEXT", "SASL_SSL"])
def test_kafka_refuses_a_wrong_password(secured: Secured, way: Callable[..., bool], mechanism: str) -> None:
    with pytest.raises(KafkaError):
        way(secured, mechanism, sasl_plain_password="guessed", patience=1500)


def test_a_client_refuses_a_kafka_of_another_authority(secured: Secured, stranger: Path) -> None:
    other = str(authority(stranger))
    with pytest.raises(KafkaError):
        by_tls(secured, ssl_cafile=other, patience=1500)
    with pytest.raises(KafkaError):
        by_both(secured, "SCRAM-SHA-512", ssl_cafile=other, patience=1500)


def test_the_listeners_are_what_they_are_called(secured: Secured) -> None:
    for servers in (secured.tls, secured.sasl_tls):
        host, port = servers.split(":")
        shown = ssl.get_server_certificate((host, int(port)), ca_certs=str(secured.ca))
        assert shown.startswith("-----BEGIN CERTIFICATE")
    for servers in (secured.tls, secured.sasl_tls, secured.sasl_plain):
        with pytest.raises(KafkaError):
            asked(servers, patience=1500)  # as if it asked for nothing


def test_postgres_by_tls() -> None:
    with psycopg.connect(postgres.start(), sslmode="verify-full", sslrootcert=str(postgres.ca())) as connection:
        assert connection.pgconn.ssl_in_use
        assert connection.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone() == (True,)


def test_a_client_refuses_a_postgres_of_another_authority(stranger: Path) -> None:
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        psycopg.connect(postgres.start(), sslmode="verify-full", sslrootcert=str(authority(stranger)))


def test_postgres_refuses_a_wrong_password_by_tls_too() -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(
            postgres.start(),
            password="guessed",
            sslmode="verify-full",
            sslrootcert=str(postgres.ca()),
        )


def test_one_authority_signs_for_both(secured: Secured) -> None:
    assert postgres.ca() == secured.ca


def test_only_its_user_may_read_the_keys(secured: Secured) -> None:
    folder = secured.ca.parent
    assert {oct((folder / name).stat().st_mode & 0o777) for name in ("ca.key", "client.key")} == {"0o600"}
