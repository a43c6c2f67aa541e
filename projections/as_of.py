"""Reading as of a date: which tables a statement needs, and what makes them as they stood then.

Models know nothing of it. A reader makes, in a session of its own, each fact that is needed with the rows up to that
date only, and computes the models over these, each from its own text. By when things occurred that is all that is known
today of what had happened by then; by when they were recorded, what was known then.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # whoever asks for today does without
    from projections.model import Model

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


class Past:
    """The tables as they stood. `facts` says where each fact stands now, `applied` with them."""

    def __init__(self, models: "Iterable[Model]", facts: Mapping[str, str], cut: str) -> None:
        known = set(facts)
        self._models: list[Model] = []
        for model in models:
            if known.issuperset(model.sources):  # else it is made of what this session may not read
                self._models.append(model)
                known.add(model.name)
        self._facts = facts
        self._cut = cut

    def places(self) -> dict[tuple[str, str], str]:
        """The name of every part by the schema and the name of the table it stands for."""
        facts = {(_schema(stands), name): name for name, stands in self._facts.items()}
        models = {(model.schema, model.table): model.name for model in self._models}
        return facts | models

    def parts(self, statement: str, names: Mapping[str, str]) -> Iterator[Part]:
        """What has to be there for a statement, each part behind those it is made of; `names` are their full names.

        A word counts that is a table's name, whatever it means there: too many cost time, and never a row.
        """
        needed = self._needed(statement)
        for name, stands in self._facts.items():
            if name in needed:
                where = "" if name == APPLIED else f" WHERE {self._cut}"
                yield Part(name, _schema(stands), name, f"SELECT * FROM {stands}{where}", is_view=True)
        for model in self._models:
            if model.name in needed:
                select = model.with_names(names) if model.is_view else f"SELECT * FROM (\n{model.sql}\n) AS whole"
                yield Part(model.name, model.schema, model.table, select, model.is_view)

    def _needed(self, statement: str) -> set[str]:
        words = set(re.findall(r"\w+", statement.lower()))
        needed = words.intersection(self._facts)
        needed |= {model.name for model in self._models if model.table in words}
        for model in reversed(self._models):
            if model.name in needed:
                needed |= set(model.sources)
        return needed


def cut_of(as_of: AsOf, last_position: int) -> str:
    """The condition that the facts of the past fulfil. `last_position` is what `last_recorded` found."""
    if as_of.clock is Clock.RECORDED:
        return f"position <= {last_position}"
    return f"occurred_at <= {_literal(as_of.at)}"


def last_recorded(as_of: AsOf, facts: Iterable[str]) -> str:
    """The SELECT of the last position recorded by then, over facts that say when each was recorded; 0 for none.

    Not each row's own time is compared: what was taken in together was known together.
    """
    recorded = " UNION ALL ".join(
        f"SELECT position FROM {fact} WHERE recorded_at <= {_literal(as_of.at)}" for fact in facts
    )
    return f"SELECT coalesce(max(position), 0) FROM ({recorded}) AS known"


def _literal(at: datetime) -> str:
    return f"TIMESTAMPTZ '{at.isoformat(sep=' ')}'"


def _schema(stands: str) -> str:
    return stands.split(".")[-2]
