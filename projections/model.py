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
    -- sorted: tenant, contact_id                    the order in which all rows are put down, where what is asked for
                                                     together would else lie all over a large table
    -- column owner: the agent responsible           what each column means
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from graphlib import CycleError, TopologicalSorter
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from projections.checks import Check
from projections.header import Header, ModelRefused, read_header
from projections.measures import Measures, check_measures, read_measures
from projections.shipped import SHIPPED

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

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
class Own:
    """What else is known of a model of the user's own: its header, its checks, and all the text it was read from."""

    header: Header
    checks: tuple[Check, ...]
    text: str


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
    sorted_by: tuple[str, ...]
    columns: Mapping[str, str] = field(hash=False)
    sql: str
    own: Own | None = field(default=None, compare=False, repr=False)
    measures: Measures | None = field(default=None, compare=False, repr=False)

    @property
    def qualified(self) -> str:
        """The table's full name."""
        return f"{self.schema}.{self.table}"

    @property
    def sources(self) -> tuple[str, ...]:
        """All tables it is computed from."""
        return tuple(dict.fromkeys([*(r.table for r in self.reads), *(u.table for u in self.lookups)]))

    @property
    def places(self) -> dict[str, str]:
        """Where its grain stands in the table that its numbers are summed up from, by column."""
        read = next((r for r in self.reads if self.measures and r.table == self.measures.source), None)
        said = zip(self.grain if self.is_view else self.key, read.columns, strict=False) if read else ()
        return {**{column: column for column in self.grain}, **dict(said)}

    def with_names(self, names: Mapping[str, str]) -> str:
        """Its SELECT with the full names of its sources, so that a view needs no search path."""
        sql = self.sql
        for source in self.sources:
            sql = re.sub(rf"\b(FROM|JOIN)(\s+){source}\b", rf"\g<1>\g<2>{names[source]}", sql)
        return sql

    @property
    def digest(self) -> str:
        """Changes when the model's table has to be made anew."""
        parts = (self.qualified, str(self.grain), str(self.indexes), str(self.sorted_by), self.sql)
        # Whatever changes in a user's model, it is looked at and checked again.
        return sha256("\n".join((*parts, self.own.text) if self.own else parts).encode()).hexdigest()


def parse_model(name: str, header: Header, parts: str = "") -> Model:
    """The model that a `model.sql` states, with the `parts.sql` beside it, if there is one.

    Raises ModelRefused, naming file and line, for what it can't read.
    """
    table = header.first("table") or header.first("view")
    if not re.fullmatch(r"\w+\.\w+", table):
        raise header.refused(header.line("table", "view"), "the header needs `table:` or `view:`, with a schema")
    for word in ("about", "grain"):
        if word not in header.words:
            raise header.refused(header.line("table", "view"), f"the header needs `{word}:`")
    schema, _, table_name = table.partition(".")
    grain = _names(header.first("grain"))
    return Model(
        name=name,
        schema=schema,
        table=table_name,
        is_view="view" in header.words,
        about=header.first("about"),
        key=_names(header.first("key")),
        grain=grain,
        reads=tuple(_read(header, *said) for said in header.words.get("reads", [])),
        lookups=tuple(_lookup(header, *said) for said in header.words.get("looks up", [])),
        spreads=_names(header.first("spreads")),
        sorted_by=_names(header.first("sorted")),
        indexes=tuple(_names(said.value) for said in header.words.get("index", [])),
        columns={column: said.value for column, said in header.columns.items()},
        sql=header.sql,
        measures=read_measures(header, grain, parts),
    )


def check_made_of(model: Model, header: Header, known: Mapping[str, Model], facts: Mapping[str, Sequence[str]]) -> None:
    """Raise ModelRefused if a model's numbers can't be made of what it says; `facts` are the columns of each fact."""
    if model.measures is None:
        return
    source = known.get(model.measures.source)
    if not model.measures.parts and model.measures.source not in model.sources:
        raise header.refused(header.line("sums"), f"{model.measures.source} is summed up, and not read")
    columns = list(source.columns) if source else facts.get(model.measures.source, ())
    numbers = source.measures.names if source and source.measures else ()
    check_measures(header, model.measures, model.places, columns, numbers)


def load_models(own: Path | None = None, *, dropped: bool = True) -> tuple[Model, ...]:
    """All models of this program, and those in the folders of `own`, each behind those it is computed from.

    A folder beside ours that did not come with the program is the user's own as well, unless not even `dropped` ones
    count. Raises ModelRefused for a folder that holds no model which could be used.
    """
    folders = own_folders(own) if dropped else [own] if own else []
    if not folders:
        return _ours()
    from projections.own import read_own  # noqa: PLC0415 - which knows all facts, and so reads all event models

    return in_order([*_ours(), *read_own(folders, _ours())])


def own_folders(own: Path | None) -> list[Path]:
    """Where models of the user's own are: the folders that were dropped beside ours, and `own` unless it is one."""
    beside = sorted(Path(str(folder)) for folder in model_folders() if folder.name not in SHIPPED)
    return beside if own is None or own.resolve() in {one.resolve() for one in beside} else [*beside, own]


def model_folders() -> "Iterator[Traversable]":
    """The folders of this package that hold a model."""
    for folder in files("projections").iterdir():
        if folder.name in SHIPPED or folder.joinpath("model.sql").is_file():
            yield folder


@cache
def _ours() -> tuple[Model, ...]:
    headers, models = dict[str, Header](), dict[str, Model]()
    for folder in model_folders():
        if folder.name in SHIPPED:
            name, parts = folder.name, folder.joinpath("parts.sql")
            headers[name] = read_header(f"projections/{name}/model.sql", folder.joinpath("model.sql").read_text())
            models[name] = parse_model(name, headers[name], parts.read_text() if parts.is_file() else "")
    for name, model in models.items():
        check_made_of(model, headers[name], models, {})
    return in_order(models.values())


def models_for(schemas: Sequence[str], own: Path | None = None, *, dropped: bool = True) -> tuple[Model, ...]:
    """The models whose tables stand in `schemas`, with all models these are computed from, in order."""
    return needed_for(schemas, load_models(own, dropped=dropped))


def needed_for(schemas: Sequence[str], models: Sequence[Model]) -> tuple[Model, ...]:
    """The same of these models, which are in order."""
    wanted = {m.name for m in models if m.schema in schemas}
    for model in reversed(models):
        if model.name in wanted:
            wanted |= {source for source in model.sources if any(source == m.name for m in models)}
    return tuple(m for m in models if m.name in wanted)


def in_order(models: Iterable[Model]) -> tuple[Model, ...]:
    """The models, each behind those it is computed from. Raises ModelRefused for some that read each other."""
    named = {model.name: model for model in models}
    order = TopologicalSorter({m.name: sorted(s for s in m.sources if s in named) for m in named.values()})
    try:
        return tuple(named[name] for name in _stable(order))
    except CycleError as error:
        circle = [named[name] for name in reversed(error.args[1][1:])]
        begins = next((n for n, model in enumerate(circle) if model.own), 0)
        circle = [*circle[begins:], *circle[: begins + 1]]
        said = f"{circle[0].name} reads {', which reads '.join(model.name for model in circle[1:])}"
        if own := circle[0].own:
            raise own.header.refused(own.header.line("reads"), said) from None
        raise ModelRefused(f"projections/{circle[0].name}/model.sql: {said}") from None


def _stable(order: "TopologicalSorter[str]") -> list[str]:
    """A topological order that does not depend on how the folders are listed."""
    order.prepare()
    names: list[str] = []
    while order.is_active():
        ready = sorted(order.get_ready())
        names += ready
        order.done(*ready)
    return names


def _read(header: Header, value: str, line: int) -> Read:
    match = _READS.match(value)
    if match is None:
        raise header.refused(line, f"`reads: {value}` is not `table(column, …)`")
    return Read(match.group(1), _names(match.group(2)))


def _lookup(header: Header, value: str, line: int) -> Lookup:
    match = _LOOKS_UP.match(value)
    if match is None:
        form = "table(column, …) through table(column, … -> key, …)"
        raise header.refused(line, f"`looks up: {value}` is not `{form}`")
    table, columns, through, matches, keys = match.groups()
    return Lookup(table, _names(columns), through, _names(matches), _names(keys))


def _names(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())
