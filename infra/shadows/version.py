"""A version of a shadow's files: a copy of others that is brought up, and counts once it is whole."""

import shutil
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Self
from uuid import uuid4

import duckdb

from consumers.project.run import Projecting
from infra.publishing.places import Places, make_folder, read_json
from infra.publishing.private_file import OpenTables, copy_file
from infra.shadows.shadow import bring_up
from infra.tables.duckdb import DuckdbTables
from infra.tables.duckdb_errors import explaining
from infra.tables.errors import TablesError
from projections.definition import Definition

NOTE = "shadow.json"  # says which version counts, and of what it is
POSITION = "SELECT models_position FROM {}rapport.progress"


class Version:
    """New files of a shadow, which are gone at the end of the `with` unless they were closed whole."""

    def __init__(self, room: Path, projecting: Projecting) -> None:
        self.folder = room / uuid4().hex
        self.projecting = projecting
        self._tables: dict[str, DuckdbTables] = {}
        self._is_whole = False
        # What a process that was killed left behind.
        note = read_json(room / NOTE)
        leave_only(room, room / str(note.get("version", "")))
        make_folder(self.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for tables in self._tables.values():
            tables.close()
        if not self._is_whole:
            shutil.rmtree(self.folder, ignore_errors=True)

    def take(self, name: str, definition: Definition, source: Path, open_tables: OpenTables) -> None:
        """Begin a set of tables as a copy, in which what is computed otherwise is computed anew."""
        path = Places(self.folder).public(name)
        if not copy_file(source, path):
            raise TablesError(f"{source} is not there: run `rapport project`")
        with explaining(path):
            position = _position(path)
            self._tables[name] = open_tables(path)
        path.chmod(0o600 if definition.is_personal else 0o644)
        self.bring_up({name: position})

    def bring_up(self, positions: Mapping[str, int]) -> None:
        """Take in what the log has up to these positions. Raises Stopped."""
        for name, position in positions.items():
            bring_up(self.projecting, self._tables[name], position)

    def close(self) -> dict[str, int]:
        """Leave the files as they are to be; returns the position of each."""
        positions = {}
        for name, tables in self._tables.items():
            tables.checkpoint()
            positions[name] = tables.position
            tables.close()
        self._tables.clear()
        self._is_whole = True
        return positions


def _position(path: Path) -> int:
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        row = connection.execute(POSITION.format("")).fetchone()
    return int(row[0]) if row else 0


def leave_only(room: Path, version: Path) -> None:
    """Remove the files of other versions. Who reads them keeps them."""
    for folder in room.iterdir() if room.exists() else ():
        if folder.is_dir() and folder != version:
            shutil.rmtree(folder, ignore_errors=True)
