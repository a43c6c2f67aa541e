"""What every Kafka client of ours is made with, as the settings say."""

import re
import ssl
from collections.abc import Callable, Mapping
from typing import Any

from infra.kafka.errors import KafkaRefused, KafkaUnavailable, explaining_kafka
from infra.kafka.patient import patient_client
from infra.settings import Settings, SettingsError

__all__ = ["KafkaRefused", "KafkaUnavailable", "client_options", "explaining_kafka", "open_client"]

_BROKER = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:\[\]]+):\d{1,5}")
_PATIENCE = 5_000  # ms until it is said that no broker answers; who runs on tries again


def client_options(settings: Settings) -> dict[str, Any]:
    """The options of a KafkaConsumer, KafkaProducer or KafkaAdminClient that reach the brokers of RAPPORT_KAFKA.

    Raises SettingsError, naming the variable that is missing or can't be used.
    """
    return {
        "bootstrap_servers": _brokers(settings.kafka),
        "client_id": "rapport",
        "security_protocol": settings.kafka_security,
        "bootstrap_timeout_ms": _PATIENCE,
        "reconnect_backoff_max_ms": 1_000,
        **(_tls(settings) if settings.kafka_security.endswith("SSL") else {}),
        **(_login(settings) if settings.kafka_security.startswith("SASL") else {}),
    }


def open_client(factory: Callable[..., Any], options: Mapping[str, Any]) -> Any:
    """A client of the library, such as `open_client(KafkaConsumer, options)`; the caller closes it.

    A client whose first connection fails leaves its thread running, and who tries again for a night would have
    thousands: here it is ended. Raises KafkaUnavailable or KafkaRefused.
    """
    made: list[Any] = []

    def net_client(**given: Any) -> Any:
        made.append(patient_client(**given))
        return made[-1]

    try:
        with explaining_kafka():
            return factory(**options, kafka_client=net_client)
    except BaseException:
        for client in made:
            client.close()
        raise


def _brokers(text: str | None) -> list[str]:
    brokers = [part.strip() for part in (text or "").split(",") if part.strip()]
    if not brokers:
        raise SettingsError("RAPPORT_KAFKA is not set: put the Kafka brokers there, as host:port separated by commas")
    for broker in brokers:
        if not _BROKER.fullmatch(broker):
            raise SettingsError(f"RAPPORT_KAFKA can't be used: write host:port instead of '{broker}'")
    return brokers


def _tls(settings: Settings) -> dict[str, Any]:
    """A context of our own: the library's own would trust nobody without a file, and fail only when it connects."""
    try:
        context = ssl.create_default_context(cafile=str(settings.kafka_ca) if settings.kafka_ca else None)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"RAPPORT_KAFKA_CA can't be used: {settings.kafka_ca}: {_why(error)}") from error
    if settings.kafka_cert:
        try:
            context.load_cert_chain(settings.kafka_cert, settings.kafka_key, password="")  # never ask at the terminal
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(
                f"RAPPORT_KAFKA_CERT and RAPPORT_KAFKA_KEY can't be used: {settings.kafka_cert}: {_why(error)}"
            ) from error
    return {"ssl_context": context, "ssl_check_hostname": True}


def _login(settings: Settings) -> dict[str, Any]:
    if not settings.kafka_user or settings.kafka_password is None:
        missing = "RAPPORT_KAFKA_PASSWORD" if settings.kafka_user else "RAPPORT_KAFKA_USER"
        raise SettingsError(f"{missing} is not set, and RAPPORT_KAFKA_SECURITY={settings.kafka_security} needs it")
    return {
        "sasl_mechanism": settings.kafka_mechanism,
        "sasl_plain_username": settings.kafka_user,
        "sasl_plain_password": settings.kafka_password.get_secret_value(),
    }


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return "it is no PEM file of that kind, or the two don't belong together"
    return (getattr(error, "strerror", None) or str(error)).lower()
