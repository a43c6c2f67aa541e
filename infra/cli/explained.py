"""The events behind a table's numbers, and the numbers made of them again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from infra.publishing.reader import Reader
from projections.behind import count_of, events_behind
from projections.explaining import addends, again, contributions, measures_of, percentile, rows_of
from projections.model import Model
from projections.sources import Asked, Sources, Where

Row = dict[str, Any]
Choose = Callable[[Sequence[Row]], Sequence[str]]
_TRIES = 5  # a projector may bring the tables further between two questions


@dataclass(frozen=True, slots=True)
class Explained:
    """A number of a table, the events that add to each of the values it is made of, and what these give."""

    measure: str
    number: Any
    events: Mapping[str, Sequence[Row]]
    made: Any

    @property
    def agrees(self) -> bool:
        """Whether the events give the number."""
        return bool(self.number == self.made)

    def sums(self) -> dict[str, Any]:
        """What the events add up to, value by value."""
        return {of: _sum(events) for of, events in self.events.items()}


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains rows of a tenant's table, of those that have some values."""

    reader: Reader
    tenant: str
    model: Model
    sources: Sources

    def count(self, where: Where) -> int:
        """How many rows there are."""
        return int(self._rows(count_of(self.model, self.tenant, where))[0]["rows"])

    def rows(self, where: Where) -> list[Row]:
        """The rows."""
        return self._rows(rows_of(self.model, self.tenant, where))

    def events(self, where: Where) -> list[Row]:
        """The events behind rows that are no sums."""
        asked = events_behind(self.model, self.sources, self.tenant, where)
        return self._rows(asked) if asked else []

    def numbers(self, where: Where, choose: Choose, tries: int = _TRIES) -> tuple[list[Row], list[Explained]]:
        """The rows, and those of their numbers that `choose` names; of several rows, of all together."""
        since = self._position()
        rows = self.rows(where)
        numbers = self.numbers_of(rows, where, choose(rows)) if rows else []
        if tries and not all(one.agrees for one in numbers) and self._position() != since:
            return self.numbers(where, choose, tries - 1)
        return rows, numbers

    def numbers_of(self, rows: Sequence[Row], where: Where, measures: Sequence[str]) -> list[Explained]:
        """These numbers of rows, which are those with the values."""
        made = measures_of(self.model)
        events = self._adding(rows, where, measures)
        results = self._made_again(rows[0], events, measures)
        for measure in measures:
            (of, *_) = addends(self.model, measure)
            if measure in made.percentiles:
                values = [event["contribution"] for event in events[of]]
                results[measure] = percentile(made.percentiles[measure].share, values)
            elif measure in made.sums:
                results[measure] = _sum(events[of])
        return [
            Explained(
                measure,
                _together([row[measure] for row in rows]),
                {of: events[of] for of in addends(self.model, measure)},
                results[measure],
            )
            for measure in measures
        ]

    def _adding(self, rows: Sequence[Row], where: Where, measures: Sequence[str]) -> dict[str, list[Row]]:
        """The events that add something to each value, or that have a value of 0 where that counts."""
        made = measures_of(self.model)
        wanted = list(dict.fromkeys(of for measure in measures for of in addends(self.model, measure)))
        zeros = {made.percentiles[measure].of for measure in measures if measure in made.percentiles}
        parts = self._rows(contributions(self.model, self.sources, self.tenant, where, rows, wanted))
        added = {of: _by_event(parts, f"v{number}") for number, of in enumerate(wanted)}
        return {
            of: [event for event in events if of in zeros or event["contribution"] != 0] for of, events in added.items()
        }

    def _made_again(self, row: Row, events: Mapping[str, Sequence[Row]], measures: Sequence[str]) -> Row:
        """The numbers that the table's own SELECT makes of the sums."""
        made = measures_of(self.model)
        sums = {of: _sum(events[of]) for measure in measures if measure in made.again for of in made.again[measure]}
        return self._rows(again(self.model, self.sources, self.tenant, row, sums))[0] if sums else {}

    def _position(self) -> int | None:
        rows = self.reader.query("SELECT position FROM freshness WHERE tenant = $1", [self.tenant]).rows
        return rows[0][0] if rows else None

    def _rows(self, asked: Asked) -> list[Row]:
        return self.reader.query(asked.sql, asked.parameters).as_dicts()


def _by_event(parts: Sequence[Row], column: str) -> Iterable[Row]:
    """What each event adds altogether: one that changes a value takes the old one away and brings the new one."""
    events = dict[UUID, Row]()
    for part in parts:
        if part[column] is not None:
            told = {name: part[name] for name in ("position", "event_id", "event_type", "subject", "occurred_at")}
            event = events.setdefault(part["event_id"], {**told, "contribution": 0})
            event["contribution"] += part[column]
    return events.values()


def _sum(events: Sequence[Row]) -> Any:
    return sum(event["contribution"] for event in events)


def _together(numbers: Sequence[Any]) -> Any:
    return numbers[0] if len(numbers) == 1 else sum(numbers)
