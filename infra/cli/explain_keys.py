"""Which table, rows and numbers are to be explained, as people write it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any
from uuid import UUID

from domain.shared.errors import InvalidInput
from domain.shared.references import parse_reference
from infra.cli.reading import Readers
from infra.errors import Misused
from projections.model import Model
from projections.sources import Known

_MOST_NAMED = 12  # of what there is in place of what was written


def model_called(name: str, models: Sequence[Model]) -> Model:
    """The table that a name means. Raises Misused, with the nearest name, for one that there is not."""
    for model in models:
        if name == model.qualified or (name == model.table and model.schema == "crm"):
            if model.schema == "personal":
                raise Misused(
                    f"{name} holds personal data, which are not explained; `rapport timeline` shows a person's"
                )
            return model
    tables = [model.table for model in models if model.schema == "crm"]
    raise Misused(f"there is no table {name[:100]}{_near(name, tables)}; `rapport sql --tables` lists them")


def measures_called(name: str | None, model: Model) -> list[str]:
    """The numbers to explain: that of a name, or all of the table's; none if it has no such numbers."""
    known = model.measures.names if model.measures else ()
    if name is None:
        return list(known)
    if not known:
        raise Misused(f"{model.table} has no numbers that are explained, only events: leave --measure out")
    if name not in known:
        raise Misused(f"{model.table} has no number {name[:100]}{_near(name, known)}; it has {', '.join(known)}")
    return [name]


def where_of(found: Readers, model: Model, models: Known, words: Sequence[str]) -> list[tuple[str, Any]]:
    """The columns and values of KEY…: `column=value`, or a value for the next column of the grain."""
    named = dict[str, str]()
    bare = []
    for word in words:
        column, equals, value = word.partition("=")
        if equals and column.isidentifier():
            _known_column(column, model)
            if column in named:
                raise Misused(f"{column} is given twice")
            named[column] = value
        else:
            bare.append(word)
    open_columns = [column for column in model.grain if column != "tenant" and column not in named]
    if len(bare) > len(open_columns):
        raise Misused(
            f"there is no column left for {bare[len(open_columns)][:40]}; rows are told apart by {_grain(model)}"
        )
    named |= dict(zip(open_columns, bare, strict=False))
    return [(column, _value(found, *_holding(model, models, column), text)) for column, text in named.items()]


def _holding(model: Model, models: Known, column: str) -> tuple[Model, str]:
    """Where a column's values stand: of a view, in the table that it sums up, which need not be computed first."""
    source = models.get(model.measures.source) if model.measures else None
    if model.is_view and source and column in model.places:
        return _holding(source, models, model.places[column])
    return model, column


def _known_column(column: str, model: Model) -> None:
    if column not in model.columns or column == "tenant":
        near = _near(column, model.columns)
        raise Misused(f"{model.table} has no column {column[:100]}{near}; rows are told apart by {_grain(model)}")


def _value(found: Readers, model: Model, column: str, text: str) -> Any:
    """The value that a text means in a column, by what stands in it."""
    if text == "":
        return None
    held = f"FROM {model.qualified} AS m WHERE m.tenant = $1 AND m.{column} IS NOT NULL"
    some = found.reader.query(f"SELECT m.{column} {held} LIMIT 1", [found.tenant]).rows
    if not some:
        return text
    sample = some[0][0]
    if not isinstance(sample, str):
        return _read(found, sample, column, text)
    if not found.reader.query(f"SELECT 1 {held} AND m.{column} = $2 LIMIT 1", [found.tenant, text]).rows:
        rows = found.reader.query(f"SELECT DISTINCT m.{column} {held} ORDER BY m.{column}", [found.tenant]).rows
        values = [value for (value,) in rows]
        some_named = ", ".join(values[:_MOST_NAMED]) + (
            f" and {len(values) - _MOST_NAMED:,} more" * (len(values) > _MOST_NAMED)
        )
        raise Misused(f"no {column} in {model.table} is {text[:100]}{_near(text, values)}; there are {some_named}")
    return text


def _read(found: Readers, sample: Any, column: str, text: str) -> Any:
    """A text as a value of the kind that a column holds."""
    try:
        match sample:
            case bool():
                return {"true": True, "false": False}[text.lower()]
            case int():
                return int(text)
            case float():
                return float(text)
            case Decimal():
                return Decimal(text)
            case datetime():
                return _with_zone(datetime.fromisoformat(text))
            case date():
                return date.fromisoformat(text)
            case UUID():
                return _id(found, text)
    except (KeyError, ValueError, InvalidOperation):
        pass
    raise Misused(f"'{text[:40]}' is nothing that {column} can be; there it is like {sample}")


def _with_zone(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError
    return at


def _id(found: Readers, text: str) -> UUID:
    if ":" not in text:
        return UUID(text)
    try:
        reference = str(parse_reference(text))
    except InvalidInput as error:
        raise Misused(error.reason) from None
    return found.rapport.keys.identity_of(found.tenant).thing(reference)


def _grain(model: Model) -> str:
    return ", ".join(column for column in model.grain if column != "tenant")


def _near(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name[:100], list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
