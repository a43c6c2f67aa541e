"""Reading as of a date: which tables a statement needs, and what makes them as they stood then.

Models know nothing of it. A reader makes, in a session of its own, each fact that is needed with the rows up to that
date only, and computes the models over these, each from its own text. By when things occurred that is all that is known
today of what had happened by then; by when they were recorded, what was known then.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # whoever asks for today does without
    from projections.model import Model

_SCHEMAS = frozenset({"crm", "personal", "rapport"})
_WORDS = re.compile(r'(?:\b(\w+)"?\s*\.\s*"?)?(\w+)')  # and what stands before it and a dot
_VOID, _VOIDED, _TAKEN_BACK = "fact_void", "fact_voided", "taken_back"
APPLIED = "applied"  # how far the tables are: the same as of any date
# Every fact that a session may read, and whether its rows say when they were recorded.
FIND_FACTS = """
    SELECT table_catalog, table_schema, table_name, count(*) FILTER (WHERE column_name = 'recorded_at') > 0
    FROM information_schema.columns
    WHERE table_schema IN ('rapport', 'personal') AND table_name LIKE 'fact/_%' ESCAPE '/'
    GROUP BY table_catalog, table_schema, table_name
    ORDER BY table_catalog, table_schema, table_name
"""


class Clock(StrEnum):
    """By which of an event's two times it counts."""

    OCCURRED = "occurred"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class AsOf:
    """The last moment that counts, and by which clock."""

    at: datetime
    clock: Clock = Clock.OCCURRED


@dataclass(frozen=True, slots=True)
class Part:
    """A table of the past. `name` is its alone; the table it stands for is `schema`.`table`."""

    name: str
    schema: str
    table: str
    select: str
    is_view: bool


@dataclass(frozen=True, slots=True)
class Cut:
    """The condition that the rows of facts fulfil, and the one that voids fulfil which take any of them back."""

    rows: str
    voids: str


class Past:
    """The tables as they stood. `facts` says where each fact stands now, `applied` with them.

    `taken_back` is the full name of the part that has the positions which voids took back.
    """

    def __init__(self, models: "Iterable[Model]", facts: Mapping[str, str], cut: Cut, taken_back: str) -> None:
        known = set(facts)
        self._models: list[Model] = []
        for model in models:
            if known.issuperset(model.sources):  # else it is made of what this session may not read
                self._models.append(model)
                known.add(model.name)
        self._facts = facts
        self._cut = cut
        self._taken_back = taken_back if facts.keys() >= {_VOID, _VOIDED} else None

    def places(self) -> dict[tuple[str, str], str]:
        """The name of every part by the schema and the name of the table it stands for."""
        facts = {(_schema(stands), name): name for name, stands in self._facts.items()}
        models = {(model.schema, model.table): model.name for model in self._models}
        return facts | models | ({("rapport", _TAKEN_BACK): _TAKEN_BACK} if self._taken_back else {})

    def parts(self, statement: str, names: Mapping[str, str]) -> Iterator[Part]:
        """What has to be there for a statement, each part behind those it is made of; `names` are their full names."""
        needed = self._named(statement)
        for model in reversed(self._models):
            if model.name in needed:
                needed |= set(model.sources)
        yield from self._cut_facts(needed)
        for model in self._models:
            if model.name in needed:
                select = model.with_names(names) if model.is_view else _whole(model)
                yield Part(model.name, model.schema, model.table, select, model.is_view)

    def parts_named(self, statement: str, made: Collection[str]) -> Iterator[Part]:
        """The same with the models that a statement names alone: what they are computed from stands in front of each.

        So whatever nobody asks for is not computed, be it a column. Parts that are `made` are read as they are.
        """
        named, under = self._named(statement), dict[str, "list[Model]"]()
        done = {*made, *named}
        for model in self._models:
            if model.name in named and model.name not in made:
                under[model.name] = self._models_under(model, done)
        yield from self._cut_facts(named.union(*(one.sources for models in under.values() for one in models)))
        for name, (*before, model) in under.items():
            chain = ",\n".join(f"{one.name} AS ({_whole(one)})" for one in before)
            select = f"WITH {chain}\n{_whole(model)}" if chain else _whole(model)
            yield Part(name, model.schema, model.table, select, is_view=False)

    def _named(self, statement: str) -> set[str]:
        """The facts and models that a statement names.

        A word counts that is a table's name, whatever it means there: too many cost time, and never a row.
        """
        words = {(schema if schema in _SCHEMAS else "", word) for schema, word in _WORDS.findall(statement.lower())}
        return {name for (schema, table), name in self.places().items() if words & {(schema, table), ("", table)}}

    def _models_under(self, model: "Model", done: Collection[str]) -> "list[Model]":
        """The model, behind all that it is computed from and that is not done."""
        needed = {model.name, *model.sources} - {*done} | {model.name}
        for one in reversed(self._models):
            if one.name in needed:
                needed |= set(one.sources) - {*done}
        return [one for one in self._models if one.name in needed]

    def _cut_facts(self, needed: Collection[str]) -> Iterator[Part]:
        if self._taken_back and needed:
            yield Part(_TAKEN_BACK, "rapport", _TAKEN_BACK, self._positions_taken_back(), is_view=False)
        for name, stands in self._facts.items():
            if name in needed:
                select = f"SELECT f.* FROM {stands} AS f{self._condition(name)}"
                yield Part(name, _schema(stands), name, select, is_view=True)

    def _condition(self, name: str) -> str:
        if name == APPLIED:
            return ""
        if name in {_VOID, _VOIDED}:  # which position was taken back happened when the void did
            return f" WHERE {self._cut.rows if name == _VOID else self._cut.voids}"
        if self._taken_back is None:
            return f" WHERE {self._cut.rows}"
        stand = f"SELECT 1 FROM {self._taken_back} AS v WHERE v.tenant = f.tenant AND v.position = f.position"
        return f" WHERE {self._cut.rows} AND NOT EXISTS ({stand})"

    def _positions_taken_back(self) -> str:
        """By occurred what is taken back today never happened; by recorded it had not been taken back until it was."""
        undone = f"SELECT tenant, thing_id FROM {self._facts[_VOID]} WHERE action = 'undone' AND {self._cut.voids}"
        return (
            f"SELECT DISTINCT tenant, voided AS position FROM {self._facts[_VOIDED]}"
            f" WHERE {self._cut.voids} AND (tenant, thing_id) NOT IN ({undone})"
        )


def cut_of(as_of: AsOf, last_position: int) -> Cut:
    """Where the facts of the past end. `last_position` is what `last_recorded` found."""
    if as_of.clock is Clock.RECORDED:
        return Cut(f"position <= {last_position}", f"position <= {last_position}")
    return Cut(f"occurred_at <= {_literal(as_of.at)}", "true")


def last_recorded(as_of: AsOf, facts: Iterable[str]) -> str:
    """The SELECT of the last position recorded by then, over facts that say when each was recorded; 0 for none.

    Not each row's own time is compared: what was taken in together was known together.
    """
    recorded = " UNION ALL ".join(
        f"SELECT position FROM {fact} WHERE recorded_at <= {_literal(as_of.at)}" for fact in facts
    )
    return f"SELECT coalesce(max(position), 0) FROM ({recorded}) AS known"


def _whole(model: "Model") -> str:
    return f"SELECT * FROM (\n{model.sql}\n) AS whole"


def _literal(at: datetime) -> str:
    return f"TIMESTAMPTZ '{at.isoformat(sep=' ')}'"


def _schema(stands: str) -> str:
    return stands.split(".")[-2]
