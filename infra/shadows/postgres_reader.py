"""Reading a shadow in PostgreSQL, with the rights that readers have on the live tables."""

from collections.abc import Sequence
from typing import Any

from infra.publishing.past_names import with_other_schemas
from infra.publishing.postgres_reader import PostgresReader
from infra.publishing.reader import Found
from infra.tables.postgres_errors import explaining

_HAS_PERSONAL = "SELECT to_regclass(%s) IS NOT NULL"


class PostgresShadowReader(PostgresReader):
    """A transaction that can't write, in which `crm` is the shadow's, also where a statement names it in full.

    What is personal is as in the live tables, and read there, unless the shadow has it too.
    """

    def __init__(self, url: str, beside: str, *, personal: bool) -> None:
        self._beside = beside
        super().__init__(url, personal=personal)

    def _begin(self) -> None:
        super()._begin()
        with explaining():
            row = self._connection.execute(_HAS_PERSONAL, [f"personal{self._beside}.contact"]).fetchone()
            theirs = ("crm", "rapport", *(("personal",) if row and row[0] else ()))
            self._schemas = {schema: f"{schema}{self._beside}" for schema in theirs}
            path = f"crm{self._beside}"
            if self._personal:
                path += f", {self._schemas.get('personal', 'personal')}"
            self._connection.execute(f"SET LOCAL search_path = {path}".encode())

    def _run(self, statement: str, parameters: Sequence[Any]) -> Found:
        return super()._run(with_other_schemas(statement, self._schemas), parameters)
