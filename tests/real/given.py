"""Importing real files into an installation, and asking its tables."""

import csv
import gzip
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.bootstrap import Rapport
from projections.model import load_models
from tests.importing.given import MAPS, imported

# The tables whose rows tell by their reference which source they are from.
_REFERRING = (
    "account", "product", "agent", "contact", "deal", "ticket", "ticket_history", "activity", "customer_order"
)  # fmt: skip
NOT_COMPARED = {"position", "recorded_at", "applied_at"}


def take(rapport: Rapport, files: Sequence[Path], name: str, source: str) -> None:
    """Import files by a map of tests/maps, and bring the tables up."""
    done = imported(files, str(MAPS / f"{name}.sql"), source=source, log=rapport.log)
    assert not done.summary.reasons
    rapport.projecting().bring_up()


@dataclass(frozen=True, slots=True)
class Among:
    """What one source told, in an installation that others told of other things."""

    rapport: Rapport
    source: str


def ask(asked: Rapport | Among, statement: str) -> list[tuple[Any, ...]]:
    """The rows of a SELECT over the read models, or over what one source told of them."""
    rapport = asked
    if isinstance(asked, Among):
        rapport = asked.rapport
        only = (
            f"{table} AS (SELECT * FROM crm.{table} WHERE split_part(reference, ':', 2) = '{asked.source}')"
            for table in _REFERRING
        )
        statement = f"WITH {', '.join(only)} {statement}"
    assert isinstance(rapport, Rapport)
    reader = rapport.open_reader(personal=True)
    try:
        return reader.query(statement).rows
    finally:
        reader.close()


def everything(rapport: Rapport) -> dict[str, list[str]]:
    """The rows of every table, without the columns that tell when and where an event was recorded."""
    found = {}
    reader = rapport.open_reader(personal=True)
    for model in load_models():
        columns = ", ".join(column for column in model.columns if column not in NOT_COMPARED)
        found[model.qualified] = sorted(map(repr, reader.query(f"SELECT {columns} FROM {model.qualified}").rows))
    reader.close()
    return found


def rewritten(files: Sequence[Path], folder: Path, *, part: slice = slice(None), seed: int | None = None) -> list[Path]:
    """Copies of CSV files with their rows shuffled, or with a part of the rows of the largest."""
    folder.mkdir()
    largest = max(files, key=lambda path: path.stat().st_size)
    for path in files:
        text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        header, *rows = list(csv.reader(text.decode().splitlines()))
        rows = rows[part] if path == largest else rows
        if seed is not None:
            random.Random(seed).shuffle(rows)
        with (folder / path.name.removesuffix(".gz")).open("w", newline="") as out:
            csv.writer(out).writerows([header, *rows])
    return sorted(folder.iterdir())
