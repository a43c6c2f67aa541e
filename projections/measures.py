"""What the numbers of a table are made of, as its header says, so that each can be explained by events.

    -- sums: deal_flow                      each number is the sum of the column of its name there, where the grain is
                                            the same. That is a table with a row for each event, or one whose numbers
                                            are explained in turn
    -- sum open_tickets: backlog_change     this one is the sum of another column; 1 counts rows
    -- up to: day                           each sum takes in all that was until then: a balance
    -- again win_rate: deals_won, deals_lost
                                            not a sum: the table's own SELECT makes it of these sums of the other table
    -- percentile p90: 0.9 of seconds       not a sum: this percentile of the values, 0.5 being the median
    -- labels: stage                        no number: it goes with the grain
    -- in currency: won_amount              of several currencies, rows do not add up to this one
    -- additive: no                         several rows together mean nothing at all

Where no table has a row for each event, `parts.sql` beside `model.sql` stands in for `sums:`. It is one SELECT of the
grain's columns, an `event_id`, and what that event adds to each number.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction

from projections.header import Header

SINGLE = ("sums", "up to", "labels", "in currency", "additive")
EACH = ("sum", "again", "percentile")
_PERCENTILE = re.compile(r"^(0\.\d+) of (\w+)$")


@dataclass(frozen=True, slots=True)
class Percentile:
    """A number that is a percentile of values: the share of them below it, and where they stand."""

    share: Fraction
    of: str


@dataclass(frozen=True, slots=True)
class Measures:
    """The numbers of a table: which they are, and how each is made of what stands in `source`, or in `parts`."""

    source: str
    parts: str
    sums: Mapping[str, str]
    again: Mapping[str, tuple[str, ...]]
    percentiles: Mapping[str, Percentile]
    up_to: str
    money: tuple[str, ...]
    additive: bool

    @property
    def names(self) -> tuple[str, ...]:
        """All of its numbers."""
        return (*self.sums, *self.again, *self.percentiles)


def read_measures(header: Header, grain: Sequence[str], parts: str = "") -> Measures | None:
    """What a header says of its table's numbers. Raises ModelRefused for what makes no sense by itself."""
    source, up_to, labels = header.first("sums"), header.first("up to"), _names(header.first("labels"))
    if source and parts:
        raise header.refused(header.line("sums"), "it is `sums:` or a parts.sql, not both")
    numbers = [column for column in header.columns if column not in {*grain, *labels}]
    _check_words(header, numbers, grain if source or parts else None)
    if not (source or parts):
        return None
    again = {c: _names(header.first(f"again {c}")) for c in numbers if f"again {c}" in header.words}
    percentiles = {c: _percentile(header, f"percentile {c}") for c in numbers if f"percentile {c}" in header.words}
    summed = [column for column in numbers if column not in {**again, **percentiles}]
    sums = {column: header.first(f"sum {column}") or column for column in summed}
    money, additive = _names(header.first("in currency")), header.first("additive") != "no"
    return Measures(source, parts, sums, again, percentiles, up_to, money, additive)


def _check_words(header: Header, numbers: Sequence[str], grain: Sequence[str] | None) -> None:
    """Refuse words about what is not there. Without a grain nothing is summed up, and none of them may stand."""
    for word in header.words:
        kind, _, column = word.partition(" ")
        if kind not in EACH and word not in {"up to", "labels", "in currency"}:
            continue
        if grain is None:
            raise header.refused(header.line(word), f"`{word}:` goes with `sums:`, which says where the events are")
        if kind in EACH:
            _known(header, header.line(word), column, numbers)
        there = {"up to": grain, "in currency": numbers, "labels": list(header.columns)}
        for name in _names(header.first(word)) if word in there else ():
            _known(header, header.line(word), name, there[word])


def check_measures(
    header: Header, measures: Measures, places: Mapping[str, str], columns: Collection[str], numbers: Collection[str]
) -> None:
    """Raise ModelRefused if the rows that are summed have not what is said of them.

    `columns` are those of the table of `sums:`, `places` where the grain stands there; `numbers` are its own measures.
    """
    line = header.line("sums")
    if measures.parts:
        words = set(re.findall(r"\w+", measures.parts))
        wanted = [*places, "event_id", *measures.sums.values(), *(one.of for one in measures.percentiles.values())]
        for name in wanted:
            if name not in words:
                raise header.refused(line, f"parts.sql has no {name}")
        return
    direct = "event_id" in columns
    if not (direct or numbers):
        raise header.refused(line, f"{measures.source} has neither a row for each event nor numbers made of such rows")
    for place in (*places.values(), *(one.of for one in measures.percentiles.values())):
        _known(header, line, place, columns)
    for name, of in measures.sums.items():
        if not (direct and of.isdigit()):
            _known(header, header.line(f"sum {name}", "sums"), of, columns if direct else numbers)
    for name, several in measures.again.items():
        for one in several:
            _known(header, header.line(f"again {name}"), one, numbers)


def _known(header: Header, line: int, name: str, there: Collection[str]) -> None:
    if name not in there:
        near = get_close_matches(name, list(there), n=1)
        raise header.refused(line, f"there is no {name} to explain by{f'; did you mean {near[0]}?' if near else ''}")


def _percentile(header: Header, word: str) -> Percentile:
    said = header.words[word][0]
    match = _PERCENTILE.match(said.value)
    if match is None:
        raise header.refused(said.line, f"`{word}: {said.value}` is not `0.9 of column`")
    return Percentile(Fraction(match.group(1)), match.group(2))


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
