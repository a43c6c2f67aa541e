"""Where the embedded tables stand in RAPPORT_HOME, and how small files are written there."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.tables.errors import TablesError


@dataclass(frozen=True, slots=True)
class Places:
    """The files of the tables. Those in `projector` belong to the owner alone; the others are for readers."""

    home: Path

    @property
    def projector(self) -> Path:
        """The owner's folder."""
        return self.home / "projector"

    @property
    def lock(self) -> Path:
        """Held by the owner; its process id is written in it."""
        return self.projector / "lock"

    @property
    def requests(self) -> Path:
        """One file for each thing that is asked of the owner."""
        return self.projector / "requests"

    @property
    def answers(self) -> Path:
        """One file for each request that was answered, until it is read."""
        return self.projector / "answers"

    @property
    def progress(self) -> Path:
        """How far the owner's work is, for those who wait."""
        return self.projector / "progress.json"

    @property
    def published(self) -> Path:
        """What was published last."""
        return self.projector / "published.json"

    @property
    def beside(self) -> Path:
        """The folder of the tables that a rebuild makes beside those in use."""
        return self.projector / "beside"

    @property
    def kept(self) -> Path:
        """The folder of the tables that were in use before the last rebuild."""
        return self.projector / "kept"

    def shadow(self, name: str) -> Path:
        """The folder of a shadow: tables of changed models."""
        return self.shadows / name

    @property
    def shadows(self) -> Path:
        """The folder of all shadows."""
        return self.projector / "shadows"

    def private(self, name: str) -> Path:
        """The owner's file of a set of tables."""
        return self.projector / f"{name}.duckdb"

    def public(self, name: str) -> Path:
        """The file of a set of tables that readers open."""
        return self.home / f"{'read_models' if name == 'main' else name}.duckdb"


@contextmanager
def explaining_files(path: Path) -> Iterator[None]:
    """Raise what the system says about a file as a TablesError."""
    try:
        yield
    except OSError as error:
        raise TablesError(
            f"{error.filename or path} can't be written: {(error.strerror or str(error)).lower()}"
        ) from error


def make_folder(path: Path) -> None:
    """Make a folder that only its user may look into."""
    with explaining_files(path):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Let a file hold a value: whoever reads it sees the old one or the new one, never a part."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    with explaining_files(path):
        draft.write_text(json.dumps(value))
        draft.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """The value that a file holds; empty if it is not there or is no JSON object."""
    try:
        value = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
