"""Files into tables of an in-memory DuckDB, each named after its file; then the door to the outside is closed.

An SQLite file holds tables itself, which keep their names.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa

from infra.importing.errors import ImportMisused, first_sentence
from infra.importing.sqlite_tables import load_sqlite

_ENDINGS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".db": "sqlite",
}
# Nothing is guessed away: every value of a CSV stays the text it is, leading zeros included; an empty one is NULL.
# Lines with too few or too many values are set apart instead of ending the import.
_CSV = "read_csv($file, all_varchar = true, header = true, quote = '\"', escape = '\"', store_rejects = true)"
# A format that fits no date keeps dates the text they are, zones and all. All rows decide on a type, not the first few.
_JSON = "read_json($file, dateformat = '~', timestampformat = '~', sample_size = -1)"
_READERS = {"csv": _CSV, "json": _JSON, "parquet": "read_parquet($file)"}
_REJECTED = "SELECT line, coalesce(csv_line, ''), error_message FROM reject_errors ORDER BY line"


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line of a CSV that could not be read as a row."""

    file: str
    line: int
    text: str
    reason: str


class Tables:
    """The tables of one import. A single file is also there as `input`; every table has DuckDB's `rowid`, from 0.

    `timezone` is the session's, so that a cast means the same on every machine. Use it as a context manager: what
    does not fit into memory goes to a folder that is removed at the end.
    """

    def __init__(self, timezone: str) -> None:
        self._spill = TemporaryDirectory(prefix="rapport-import-")
        self.connection = duckdb.connect(":memory:")
        self.connection.execute("SET enable_progress_bar = false")  # it would print amid our output
        self.connection.execute("SET temp_directory = $folder", {"folder": self._spill.name})
        self.connection.execute("SET TimeZone = $zone", {"zone": timezone})
        self.files: dict[str, str] = {}
        self.broken: list[BrokenLine] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()
        self._spill.cleanup()

    def load(self, files: Sequence[Path], variables: Mapping[str, str]) -> None:
        """Load all files, then switch off what could read or write anything else.

        Maps read the variables with getvariable('name'), and can use the macros of macros.sql.

        Raises ImportMisused for a file that is missing, unreadable, of an unknown kind, or named like another.
        """
        for path in files:
            self._load_one(path)
        if len(self.files) == 1 and "input" not in self.files:
            only = quoted(next(iter(self.files)))
            self.connection.execute(f"CREATE VIEW input AS SELECT rowid AS rowid, * FROM {only}")
        for name, value in variables.items():
            self.connection.execute(f"SET VARIABLE {quoted(name)} = $value", {"value": value})
        self.connection.execute((resources.files("infra") / "importing" / "macros.sql").read_text("utf-8"))
        self.connection.execute("SET enable_external_access = false")
        self.connection.execute("SET lock_configuration = true")

    def columns(self, table: str) -> list[str]:
        """The names of a table's columns, as they are written in the file."""
        return self.connection.table(quoted(table)).columns

    def _load_one(self, path: Path) -> None:
        stem, kind = _named(path)
        if not path.is_file():
            raise ImportMisused(f"{path}: {'that is no file' if path.exists() else 'there is no such file'}")
        if kind == "sqlite":
            self._load_sqlite(path)
            return
        self._name(stem, path)
        try:
            self.connection.execute(
                f"CREATE TABLE {quoted(stem)} AS FROM {_READERS[kind]}",
                {"file": _literal_path(path)},
            )
        except (duckdb.Error, UnicodeError, OSError) as error:
            raise ImportMisused(f"{path.name} can't be read as {kind.upper()}: {first_sentence(error)}") from None
        if kind == "csv":
            self.broken += self._set_apart(path.name)

    def _load_sqlite(self, path: Path) -> None:
        try:
            for table in load_sqlite(self.connection, path):
                self._name(table, path)
        except (sqlite3.Error, duckdb.Error, pa.ArrowException) as error:
            raise ImportMisused(f"{path.name} can't be read as SQLITE: {first_sentence(error)}") from None

    def _name(self, table: str, path: Path) -> None:
        if table.lower() in self.files:
            raise ImportMisused(f"two files would both be the table {table}; rename one of them")
        self.files[table.lower()] = path.name

    def _set_apart(self, name: str) -> Iterator[BrokenLine]:
        rows = self.connection.execute(_REJECTED).fetchall()
        self.connection.execute("DROP TABLE reject_errors")
        self.connection.execute("DROP TABLE reject_scans")
        seen: set[int] = set()
        for line, text, message in rows:
            if line not in seen:  # one line can be wrong in several ways
                seen.add(line)
                yield BrokenLine(name, line, text, f"the line can't be read as a row: {message}")


def quoted(name: str) -> str:
    """A name as SQL quotes it."""
    return '"' + name.replace('"', '""') + '"'


def _named(path: Path) -> tuple[str, str]:
    """The table's name, which is the file's up to its ending, and the kind of file."""
    bare = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    stem, dot, ending = bare.rpartition(".")
    kind = _ENDINGS.get(f".{ending.lower()}") if dot else None
    if kind == "sqlite" and bare != path.name:
        raise ImportMisused(f"{path.name}: a zipped SQLite file can't be read; unpack it first, as `gunzip` does")
    if kind is None or not stem:
        known = ", ".join(_ENDINGS)
        raise ImportMisused(f"{path.name}: the ending does not say what it is; known are {known}, each also with .gz")
    return stem, kind


def _literal_path(path: Path) -> str:
    """The path as DuckDB takes it without reading *, ? and [ as wildcards."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(path))
