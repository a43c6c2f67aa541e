"""Whole installations, embedded and on PostgreSQL, into which real files are imported."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from pydantic import SecretStr

from infra.bootstrap import Rapport
from infra.log.init import init_postgres
from infra.settings import Settings
from tests.conftest import SECRET

ENGINES = ("embedded", "postgres")
Install = Callable[..., Rapport]
# For a set that test_all_together.py asks on both engines too, beside all the others.
ON_FILES = pytest.mark.parametrize("install", ["embedded"], indirect=True)


@pytest.fixture(params=ENGINES)
def install(
    request: pytest.FixtureRequest, tmp_path: Path, fresh_postgres: Callable[[], AbstractContextManager[str]]
) -> Iterator[Install]:
    """Makes installations: each an empty log of its own, all under the same fixed secrets."""
    made: list[Rapport] = []
    databases: list[AbstractContextManager[str]] = []

    def new() -> Rapport:
        home = tmp_path / f"home{len(made)}"
        (home / "keys").mkdir(parents=True, mode=0o700)
        for tenant, secret in (("main", SECRET), ("other", SECRET[::-1])):
            (home / "keys" / f"{tenant}.identity").write_bytes(secret)
            (home / "keys" / f"{tenant}.identity").chmod(0o600)
        store = "sqlite"
        if request.param == "postgres":
            databases.append(fresh_postgres())
            store = databases[-1].__enter__()
            init_postgres(store)
        made.append(Rapport(Settings(home=home, store=SecretStr(store), timezone="UTC", tenant="main")))
        return made[-1]

    yield new
    for rapport in made:
        rapport.close()
    for database in databases:
        database.__exit__(None, None, None)
