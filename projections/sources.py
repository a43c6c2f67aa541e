"""What explaining reads: where tables and facts stand, the rows that were asked for, and what is known of events."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from projections.definition import Definition
from projections.facts.tables import AREA_FACTS, VOID, FactTable
from projections.model import Model

Known = Mapping[str, Model]
Where = Sequence[tuple[str, Any]]  # columns, and the value that each has
Row = Mapping[str, Any]
HELD = "m"  # what statements call the table that is explained
_TELLING = {fact.name for fact in AREA_FACTS.values()}  # which say of an event what it was
_TOLD_OF_VOIDS = {"event_type": "'crm.void.' || action || '.v1'", "subject": "CAST(NULL AS text)"}


@dataclass
class Asked:
    """A statement, and its parameters. The first is the tenant."""

    parameters: list[Any]
    sql: str = ""

    def given(self, value: Any) -> str:
        """The place of a further parameter."""
        self.parameters.append(value)
        return f"${len(self.parameters)}"

    def equal(self, column: str, value: Any, sign: str = "=") -> str:
        """The condition that a column has a value."""
        return f"{column} IS NULL" if value is None else f"{column} {sign} {self.given(value)}"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where everything stands: models by name, and facts by what they are read from.

    `events` are the facts that say of an event what it was; of `untold` ones the columns in which they do not.
    """

    models: Known
    facts: Mapping[str, str]
    events: Sequence[str]
    untold: Mapping[str, Mapping[str, str]]


def sources_for(model: Model, definition: Definition, stands: Callable[[FactTable], str]) -> Sources:
    """Where a table's numbers and rows come from; `stands` says what a fact is read from."""
    models = {one.name: one for one in definition.models if one.schema == "crm"}
    facts = {fact.name: fact for fact in definition.facts if fact.schema == "rapport"}
    under = set(_facts_under(model, models, facts))
    telling = [name for name in facts if name in _TELLING]
    return Sources(
        models,
        {name: stands(fact) for name, fact in facts.items()},
        # Facts such as who is concerned name events of any area.
        [name for name in telling if name in under] if under <= {*telling, VOID.name} else telling,
        {VOID.name: _TOLD_OF_VOIDS} if VOID.name in under else {},
    )


def _facts_under(model: Model, models: Known, facts: Collection[str]) -> Iterator[str]:
    for table in (*(read.table for read in model.reads), *(lookup.table for lookup in model.lookups)):
        if table in facts:
            yield table
    for read in model.reads:
        if read.table in models:
            yield from _facts_under(models[read.table], models, facts)


def asked_for(asked: Asked, model: Model, where: Where) -> str:
    """The rows of a table that have these values, called `m`."""
    conditions = [f"{HELD}.tenant = $1", *(asked.equal(f"{HELD}.{column}", value) for column, value in where)]
    return f"{model.qualified} AS {HELD} WHERE {' AND '.join(conditions)}"


def told(part: str, shown: str, sources: Sources, facts: Sequence[str]) -> str:
    """What is known of events besides, in the order in which they happened."""
    columns = ("tenant", "event_id", "position", "event_type", "subject", "occurred_at")
    events = " UNION ALL ".join(
        f"SELECT {', '.join(f'{sources.untold.get(fact, {}).get(c, c)} AS {c}' for c in columns)}"
        f" FROM {sources.facts[fact]}"
        for fact in facts
    )
    return (
        f"WITH part AS ({part})"
        f" SELECT e.position, p.event_id, e.event_type, e.subject, e.occurred_at{shown} FROM part AS p"
        f" INNER JOIN ({events}) AS e ON e.tenant = $1 AND p.event_id = e.event_id"
        " ORDER BY e.occurred_at, e.position"
    )
