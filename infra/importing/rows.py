"""The rows of a map's SELECT as CloudEvents."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

import duckdb
import msgspec

from consumers.ingest.run import Message
from domain.shared.errors import InvalidInput
from infra.importing.errors import ImportMisused, first_sentence
from infra.importing.maps import Map
from infra.importing.tables import Tables, quoted

_REQUIRED = ("type", "time", "subject", "data")
_OPTIONAL = ("id", "actor", "sequence", "time_precision", "correlationid", "place")
_FETCH = 2_000
_ATTRIBUTES = (("actor", "actor"), ("time_precision", "timeprecision"), ("correlationid", "correlationid"))

_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_encode = msgspec.json.Encoder(decimal_format="number").encode
_canonical = msgspec.json.Encoder(decimal_format="number", order="deterministic").encode


class MapRows:
    """Runs one map over loaded tables.

    `digest` hashes a row without an id; it is keyed, so that nobody can guess from an id what the row said. `equal`
    counts the rows so far that equal one before them.
    """

    def __init__(self, tables: Tables, chosen: Map, source: str, digest: Callable[[bytes], str]) -> None:
        self._tables = tables
        self._map = chosen
        self._source = source
        self._digest = digest
        self._count: Counter[bytes] = Counter()
        self.equal = 0
        self.total = 0
        self._query = self._prepared()

    def messages(self) -> Iterator[Message]:
        """Each row as a message, after the lines that could not be read as rows.

        Raises ImportMisused when the SELECT fails on the way.
        """
        for broken in self._tables.broken:
            place = f"{broken.file} line {broken.line}"
            yield Message(place, broken.text.encode(), InvalidInput(broken.reason))
        try:
            self._tables.connection.execute(self._query)
            while rows := self._tables.connection.fetchmany(_FETCH):
                for row in rows:
                    yield self._message(dict(zip(("row", *_REQUIRED, *_OPTIONAL), row, strict=True)))
        except duckdb.Error as error:
            raise ImportMisused(f"the map {self._map.name} failed: {first_sentence(error)}") from None

    def _message(self, row: Mapping[str, Any]) -> Message:
        self.total += 1
        place = row["place"] or f"{self._map.name} row {row['row']}"
        event: dict[str, Any] = {"specversion": "1.0", "id": row["id"], "source": self._source}
        event.update({name: row[name] for name in ("type", "subject", "time") if row[name] is not None})
        event.update({attribute: row[name] for name, attribute in _ATTRIBUTES if row[name] is not None})
        if row["sequence"] is not None:
            event["sequence"] = row["sequence"]
        fault = None
        try:
            event["data"] = without_nulls(_decode(row["data"] or "{}"))
        except (msgspec.DecodeError, UnicodeError, ArithmeticError, RecursionError):
            event["data"] = row["data"]
            fault = InvalidInput("data is not JSON, or holds a number that is not finite", "data")
        if event["id"] is None:
            event["id"] = self._id_of(event)
        return Message(place, _encode(event), fault)

    def _id_of(self, event: Mapping[str, Any]) -> str:
        """The id of a row that has none: a hash of what it says, and how many equal rows came before it."""
        said = [event.get(name) for name in ("source", "type", "subject", "time")]
        hashed = self._digest(_canonical([*said, _plain_numbers(event["data"])]))
        key = bytes.fromhex(hashed)
        before = self._count[key]
        self._count[key] += 1
        self.equal += before > 0
        return f"row:{hashed}:{before}"

    def _prepared(self) -> str:
        """The statement that gives the map's rows as text, once everything about its form has been checked."""
        inner = f"({self._checked_text()}\n) AS event_row"
        try:
            relation = self._tables.connection.sql(f"FROM {inner}")
        except duckdb.Error as error:
            raise ImportMisused(f"the map {self._map.name} can't be used: {first_sentence(error)}") from None
        types = {name.lower(): str(kind) for name, kind in zip(relation.columns, relation.types, strict=True)}
        self._check_columns(types)
        parts = [_as_text(name, types.get(name)) for name in (*_REQUIRED, *_OPTIONAL)]
        # Equal rows are told apart by a count: in the sender's own order, it is the same for a shuffled file.
        order = " ORDER BY type, subject, time, sequence" if "sequence" in types and "id" not in types else ""
        return f"SELECT row, {', '.join(parts)} FROM (SELECT row_number() OVER () AS row, * FROM {inner}){order}"

    def _checked_text(self) -> str:
        self._declare_columns()
        try:
            statements = self._tables.connection.extract_statements(self._map.text)
        except duckdb.Error as error:
            raise ImportMisused(f"the map {self._map.name} has broken SQL: {first_sentence(error)}") from None
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise ImportMisused(f"the map {self._map.name} must be exactly one SELECT statement")
        return statements[0].query.strip().rstrip(";")

    def _declare_columns(self) -> None:
        """Give `input` the columns the map names: found under another spelling, or, if optional, empty."""
        if not (self._map.required or self._map.optional):
            return
        if len(self._tables.files) != 1:
            raise ImportMisused(f"the map {self._map.name} reads one file, not {len(self._tables.files)}")
        there = {_spelling(column): column for column in self._tables.columns("input")}
        missing = [column for column in self._map.required if column not in there]
        if missing:
            name = next(iter(self._tables.files.values()))
            known = ", ".join(column for column in there.values() if column != "rowid")
            raise ImportMisused(
                f"{name} has no column {missing[0]}, which the map {self._map.name} needs; it has {known}"
            )
        wanted = (*self._map.required, *self._map.optional)
        parts = [f"{quoted(there[c]) if c in there else 'NULL::VARCHAR'} AS {quoted(c)}" for c in wanted]
        only = quoted(next(iter(self._tables.files)))
        self._tables.connection.execute(
            f"CREATE OR REPLACE VIEW input AS SELECT rowid AS rowid, {', '.join(parts)} FROM {only}"
        )

    def _check_columns(self, types: Mapping[str, str]) -> None:
        name = self._map.name
        missing = [column for column in _REQUIRED if column not in types]
        if missing:
            raise ImportMisused(f"the map {name} selects no column {missing[0]}; needed are {', '.join(_REQUIRED)}")
        known = (*_REQUIRED, *_OPTIONAL)
        unknown = [column for column in types if column not in known]
        if unknown:
            near = get_close_matches(unknown[0], known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"possible are {', '.join(known)}"
            raise ImportMisused(f"the map {name} selects the column {unknown[0]}, which no event has; {hint}")
        if types["time"].startswith("TIMESTAMP") and "TIME ZONE" not in types["time"]:
            hint = "write time AT TIME ZONE 'Europe/Berlin' (the zone it was written in)"
            raise ImportMisused(f"the map {name} selects a time without a zone; {hint}")
        if types["time"] not in {"DATE", "VARCHAR", "TIMESTAMP WITH TIME ZONE"}:
            raise ImportMisused(f"the map {name} selects a time that is {types['time']}; select a date or a timestamp")


def without_nulls(value: Any) -> Any:
    """The value with every NULL in it left out: a NULL field is an absent one."""
    if isinstance(value, dict):
        return {name: without_nulls(part) for name, part in value.items() if part is not None}
    if isinstance(value, list):
        return [without_nulls(part) for part in value if part is not None]
    return value


def _plain_numbers(value: Any) -> Any:
    """The value with numbers written in one way: how a file spells 12.50 depends on the rows around it."""
    if isinstance(value, dict):
        return {name: _plain_numbers(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain_numbers(part) for part in value]
    if isinstance(value, Decimal) and value.is_finite():
        return int(value) if value == value.to_integral_value() and value.adjusted() < 40 else value.normalize()
    return value


def _as_text(name: str, kind: str | None) -> str:
    """The expression that gives a column in the form a CloudEvent has it."""
    if kind is None:
        return f"NULL AS {name}"
    if name == "time" and kind == "TIMESTAMP WITH TIME ZONE":
        return "strftime(time AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ') AS time"
    if name == "data" and kind not in {"VARCHAR", "JSON"}:
        return "to_json(data)::VARCHAR AS data"
    return f"{quoted(name)}::VARCHAR AS {quoted(name)}"


def _spelling(column: str) -> str:
    return column.strip().lower().replace(" ", "_").replace("-", "_")
