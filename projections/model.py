"""A read model: one SELECT over facts or other models, and what its header says of it.

The header of a `model.sql` is made of comment lines, each `-- name: value`:

    -- table: crm.deal_history                       where the rows stand (`view:` for one computed when it is read)
    -- about: one row per event of a deal …          what the table is for, in a sentence
    -- key: tenant, deal_id                          the keys that are recomputed together when one of them is touched
    -- grain: tenant, event_id                       what makes a row unique
    -- reads: fact_deal(tenant, thing_id)            a source, and its columns that stand for the key's
    -- looks up: agent_team(tenant, name) through deal_history(tenant, owner -> tenant, deal_id)
                                                     a source that is joined by something else than the key: when its
                                                     rows change, the keys are found through the table named behind
    -- spreads: tenant, person_id                    a touched key touches all keys whose rows share these columns
    -- index: tenant, owner                          what PostgreSQL finds rows by, besides the key
    -- column owner: the agent responsible           what each column means
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from graphlib import TopologicalSorter
from hashlib import sha256
from importlib.resources import files

_HEADER = re.compile(r"^-- ([a-z][a-z ]*?)(?: ([a-z_0-9]+))?: (.*)$")
_CONTINUED = re.compile(r"^--\s{5,}(\S.*)$")
_READS = re.compile(r"^(\w+)\(([^)]*)\)$")
_LOOKS_UP = re.compile(r"^(\w+)\(([^)]*)\) through (\w+)\(([^)]*) -> ([^)]*)\)$")


@dataclass(frozen=True, slots=True)
class Read:
    """A source of a model, and which of its columns stand for the model's key, in the key's order."""

    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """A source joined by `columns`; the touched keys are found in `through`, where `matches` → `keys`."""

    table: str
    columns: tuple[str, ...]
    through: str
    matches: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A read model as its `model.sql` states it."""

    name: str
    schema: str
    table: str
    is_view: bool
    about: str
    key: tuple[str, ...]
    grain: tuple[str, ...]
    reads: tuple[Read, ...]
    lookups: tuple[Lookup, ...]
    spreads: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...]
    columns: Mapping[str, str] = field(hash=False)
    sql: str

    @property
    def qualified(self) -> str:
        """The table's full name."""
        return f"{self.schema}.{self.table}"

    @property
    def sources(self) -> tuple[str, ...]:
        """All tables it is computed from."""
        return tuple(dict.fromkeys([*(r.table for r in self.reads), *(u.table for u in self.lookups)]))

    def with_names(self, names: Mapping[str, str]) -> str:
        """Its SELECT with the full names of its sources, so that a view needs no search path."""
        sql = self.sql
        for source in self.sources:
            sql = re.sub(rf"\b(FROM|JOIN)(\s+){source}\b", rf"\g<1>\g<2>{names[source]}", sql)
        return sql

    @property
    def digest(self) -> str:
        """Changes when the model's table has to be made anew."""
        return sha256("\n".join((self.qualified, str(self.grain), str(self.indexes), self.sql)).encode()).hexdigest()


def parse_model(name: str, text: str) -> Model:
    """The model that a `model.sql` states. Raises ValueError, naming the line, for a header it can't read."""
    header, columns, body = _split(name, text)
    table = header.get("table", header.get("view", [""]))[0]
    if not re.fullmatch(r"\w+\.\w+", table) or "about" not in header:
        msg = f"{name}: the header needs `table:` or `view:` with a schema, and `about:`"
        raise ValueError(msg)
    schema, _, table_name = table.partition(".")
    return Model(
        name=name,
        schema=schema,
        table=table_name,
        is_view="view" in header,
        about=header["about"][0],
        key=_names(header.get("key", [""])[0]),
        grain=_names(header["grain"][0]),
        reads=tuple(_read(name, value) for value in header.get("reads", [])),
        lookups=tuple(_lookup(name, value) for value in header.get("looks up", [])),
        spreads=_names(header.get("spreads", [""])[0]),
        indexes=tuple(_names(value) for value in header.get("index", [])),
        columns=columns,
        sql=body,
    )


@cache
def load_models() -> tuple[Model, ...]:
    """All models of this program, each behind those it is computed from."""
    folders = [f for f in files("projections").iterdir() if f.is_dir() and f.joinpath("model.sql").is_file()]
    models = {f.name: parse_model(f.name, f.joinpath("model.sql").read_text()) for f in folders}
    order = TopologicalSorter({m.name: sorted(s for s in m.sources if s in models) for m in models.values()})
    return tuple(models[name] for name in _stable(order))


def models_for(schemas: Sequence[str]) -> tuple[Model, ...]:
    """The models whose tables stand in `schemas`, with all models these are computed from, in order."""
    models = load_models()
    wanted = {m.name for m in models if m.schema in schemas}
    for model in reversed(models):
        if model.name in wanted:
            wanted |= {source for source in model.sources if any(source == m.name for m in models)}
    return tuple(m for m in models if m.name in wanted)


def _stable(order: "TopologicalSorter[str]") -> list[str]:
    """A topological order that does not depend on how the folders are listed."""
    order.prepare()
    names: list[str] = []
    while order.is_active():
        ready = sorted(order.get_ready())
        names += ready
        order.done(*ready)
    return names


def _split(name: str, text: str) -> tuple[dict[str, list[str]], dict[str, str], str]:
    header: dict[str, list[str]] = {}
    columns: dict[str, str] = {}
    last: tuple[str, str] | None = None
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if not line.startswith("--"):
            return header, columns, "\n".join(lines[number:]).strip().rstrip(";")
        if match := _HEADER.match(line):
            word, column, value = match.groups()
            last = (word, column or "")
            if word == "column":
                columns[column] = value
            else:
                header.setdefault(f"{word} {column}" if column else word, []).append(value)
        elif (match := _CONTINUED.match(line)) and last and last[0] == "column":
            columns[last[1]] += " " + match.group(1)
        elif (match := _CONTINUED.match(line)) and last:
            header[" ".join(filter(None, last))][-1] += " " + match.group(1)
        else:
            msg = f"{name}, line {number + 1}: not a header line: {line}"
            raise ValueError(msg)
    msg = f"{name}: there is no SELECT behind the header"
    raise ValueError(msg)


def _read(name: str, value: str) -> Read:
    match = _READS.match(value)
    if match is None:
        msg = f"{name}: `reads: {value}` is not `table(column, …)`"
        raise ValueError(msg)
    return Read(match.group(1), _names(match.group(2)))


def _lookup(name: str, value: str) -> Lookup:
    match = _LOOKS_UP.match(value)
    if match is None:
        msg = f"{name}: `looks up: {value}` is not `table(column, …) through table(column, … -> key, …)`"
        raise ValueError(msg)
    table, columns, through, matches, keys = match.groups()
    return Lookup(table, _names(columns), through, _names(matches), _names(keys))


def _names(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())
