"""What tells tables from the folds, said readably: the model, the row's key, the column and both values."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

from domain.catalog import VOID_MARKED
from projections.model import Model, load_models
from tests.properties.history import Recorded
from tests.properties.stores import BY_THE_CLOCK, Row

NO_COLUMN = "no such column"
Snapshot = Mapping[str, Sequence[Row]]


def folded(events: Sequence[Recorded]) -> dict[str, list[Row]]:
    """All rows of all models, as the folds have them."""
    told = [event for event in events if event.envelope.type != VOID_MARKED]  # markers say nothing of their things
    return {model.name: _fold_of(model)(events if model.name == "freshness" else told) for model in load_models()}


def _fold_of(model: Model) -> Callable[[Sequence[Recorded]], list[Row]]:
    fold: Callable[[Sequence[Recorded]], list[Row]] = import_module(f"tests.properties.folds.{model.name}").rows
    return fold


def differences(expected: Snapshot, found: Snapshot, whose: str) -> list[str]:
    """What tells two snapshots apart: model, key, column, and both values. Models that only one has are left out."""
    said = []
    for model in load_models():
        if model.name in expected and model.name in found:
            said += [f"{whose}: {line}" for line in _differences(model, expected[model.name], found[model.name])]
    return said


def _differences(model: Model, expected: Sequence[Row], found: Sequence[Row]) -> list[str]:
    if Counter(map(_frozen, expected)) == Counter(map(_frozen, found)):
        return []
    grain = [name for name in model.grain if name not in BY_THE_CLOCK.get(model.name, ())]
    wanted, got = _by_grain(expected, grain), _by_grain(found, grain)
    said = []
    for key in sorted(wanted.keys() | got.keys(), key=repr):
        place = f"{model.name}[{', '.join(f'{n}={v}' for n, v in zip(grain, key, strict=True))}]"
        ours, theirs = wanted.get(key, []), got.get(key, [])
        if len(ours) != 1 or len(theirs) != 1:
            if Counter(map(_frozen, ours)) != Counter(map(_frozen, theirs)):
                said.append(f"{place}: {len(ours)} rows expected, {len(theirs)} found: {(ours or theirs)[0]}")
            continue
        for name in sorted(ours[0].keys() | theirs[0].keys()):
            value, other = ours[0].get(name, NO_COLUMN), theirs[0].get(name, NO_COLUMN)
            if value != other:
                said.append(f"{place}.{name}: {value!r} expected, {other!r} found")
    return said


def _by_grain(rows: Sequence[Row], grain: Sequence[str]) -> dict[tuple[Any, ...], list[Row]]:
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row.get(name) for name in grain), []).append(row)
    return found


def _frozen(row: Row) -> frozenset[tuple[str, Any]]:
    return frozenset(row.items())
