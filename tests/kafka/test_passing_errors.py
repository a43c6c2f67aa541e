"""Which errors of a database pass by themselves: those a consumer waits for, instead of ending."""

import psycopg
import pytest

from domain.shared.errors import Unavailable
from infra.log import postgres_errors as log
from infra.sealing import postgres_errors as keys

_FAILED = 'connection failed: connection to server at "db", port 5432 failed: '


@pytest.mark.parametrize("module", [log, keys])
@pytest.mark.parametrize(
    ("said", "passes"),
    [
        ("Connection refused\n\tIs the server running on that host?", True),
        ("FATAL:  the database system is starting up", True),
        ("FATAL:  the database system is shutting down", True),
        ("FATAL:  sorry, too many clients already", True),
        ('FATAL:  too many connections for role "rapport_app"', True),
        ('FATAL:  database "crm" does not exist', False),
        ('FATAL:  role "somebody" does not exist', False),
        ('FATAL:  password authentication failed for user "rapport_app"', False),
    ],
)
def test_on_connecting(module: object, said: str, passes: bool) -> None:
    explained = log.explained_on_connecting if module is log else keys.explained_on_connecting

    assert isinstance(explained(psycopg.OperationalError(_FAILED + said)), Unavailable) is passes


@pytest.mark.parametrize("module", [log, keys])
def test_a_connection_that_broke_may_be_made_again(module: object) -> None:
    explained = log.explained if module is log else keys.explained

    assert isinstance(explained(psycopg.OperationalError("server closed the connection unexpectedly")), Unavailable)
    assert isinstance(explained(psycopg.errors.AdminShutdown("terminating connection")), Unavailable)
    assert not isinstance(explained(psycopg.errors.UndefinedTable("no")), Unavailable)
