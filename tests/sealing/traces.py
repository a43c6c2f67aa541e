"""Values that nobody says by chance, and where they left a trace, in whatever form they may have been written."""

import sqlite3
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import psycopg


@dataclass(frozen=True, slots=True)
class Secret:
    """A person's data that came in one way. `word` is in every one of them, except in the telephone number."""

    way: str

    @property
    def word(self) -> str:
        """A word that no program writes by itself."""
        return f"Zqvörnak{self.way}Ömbrix"

    @property
    def ascii(self) -> str:
        """The same where only plain letters may stand, such as in an address."""
        return f"zqvornak{self.way}ombrix"

    @property
    def mail(self) -> str:
        """An e-mail address."""
        return f"{self.ascii}@leak.example"

    @property
    def phone(self) -> str:
        """A telephone number."""
        return f"+4915{sum(map(ord, self.way)):05}77713"

    @property
    def all(self) -> tuple[str, ...]:
        """What to look for."""
        return self.word, self.ascii, self.phone

    def forms(self) -> set[bytes]:
        """Everything as bytes: in several encodings, escaped for JSON and URLs, in hex and in base64."""
        found = set()
        for text in self.all:
            encoded = [text.encode(name) for name in ("utf-8", "latin-1", "utf-16-le", "utf-16-be")]
            escaped = text.encode("ascii", "backslashreplace").replace(b"\\x", b"\\u00")
            found |= {*encoded, escaped, quote(text).encode()}
            for one in (*encoded, escaped):
                found |= {one.hex().encode(), one.hex().upper().encode(), *_base64(one)}
        return {form.lower() for form in found}


def _base64(content: bytes) -> Iterator[bytes]:
    """The part of the content's base64 that is the same whatever stands before and behind it, for each place."""
    for before in range(3):
        whole = b64encode(b"\x00" * before + content + b"\x00" * 3)
        first = -(-before * 8 // 6)
        yield whole[first : (before + len(content)) * 8 // 6]


def traces(secrets: Iterable[Secret], places: Iterable[tuple[str, bytes]]) -> list[str]:
    """Where any of the secrets is found, by the name of the place and of the way it came in."""
    wanted = [(secret.way, secret.forms()) for secret in secrets]
    found = []
    for place, content in places:
        lower = content.lower()  # base64 keeps its letters' case, and is found all the same
        found += [f"{way} in {place}" for way, forms in wanted if any(form in lower for form in forms)]
    return found


def as_bytes(value: Any) -> bytes:
    """A value of a table, as it is or as it is written."""
    if isinstance(value, (bytes, memoryview, bytearray)):
        return bytes(value)
    return str(value).encode("utf-8", "surrogatepass")


def tables_of_postgres(url: str, *, personal: bool) -> Iterator[tuple[str, bytes]]:
    """All rows of all tables of a database, of the schema `personal` or of all the others."""
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'v', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
            " AND (n.nspname = 'personal') = %s",
            [personal],
        ).fetchall()
        for schema, name in names:
            rows = connection.execute(f'SELECT * FROM {schema}."{name}"'.encode()).fetchall()
            yield f"{schema}.{name}", b"\n".join(as_bytes(value) for row in rows for value in row)


def tables_of_duckdb(path: Path) -> Iterator[tuple[str, bytes]]:
    """All rows of all tables of a DuckDB file, which packs them."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{path}' AS looked_into (READ_ONLY)")
        names = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = 'looked_into'"
            " AND table_type = 'BASE TABLE'"
        ).fetchall()
        for schema, name in names:
            rows = connection.execute(f'SELECT * FROM looked_into.{schema}."{name}"').fetchall()
            yield f"{path.name} {schema}.{name}", b"\n".join(as_bytes(value) for row in rows for value in row)


def tables_of_sqlite(path: Path) -> Iterator[tuple[str, bytes]]:
    """All rows of all tables of an SQLite file, which parts long ones."""
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        for (name,) in names:
            rows = connection.execute(f'SELECT * FROM "{name}"').fetchall()
            yield f"{path.name} {name}", b"\n".join(as_bytes(value) for row in rows for value in row)
