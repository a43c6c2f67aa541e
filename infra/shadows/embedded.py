"""Shadows in files: copies of the published ones, whose facts stay and whose changed models are computed anew.

As with what is published, a file is never opened for writing once readers may have it: a shadow that is brought up is
copied, and the note of which copy counts is written last.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from consumers.project.run import Projecting
from infra.publishing.duckdb_reader import DuckdbReader, quoted
from infra.publishing.lock import OwnerLock
from infra.publishing.places import Places, explaining_files, read_json, write_json
from infra.publishing.private_file import OpenTables
from infra.publishing.reader import Found
from infra.shadows.shadow import (
    Ahead,
    Busy,
    Changes,
    Compared,
    Shadow,
    as_plain,
    changes_of,
    find,
    from_plain,
    hearing,
)
from infra.shadows.version import NOTE, POSITION, Version, leave_only
from infra.tables.duckdb_errors import explaining
from infra.tables.errors import TablesError
from infra.tables.own_models import Heard
from projections.changed import Text
from projections.definition import Definition
from projections.model import Model

_LOCK, _SPILLED = "lock", "spilled"
_MAIN, _PERSONAL = "main", "personal"

Makes = Callable[[Definition, Heard], OpenTables]


@dataclass(frozen=True, slots=True)
class _ReadPlaces(Places):
    """The files of a shadow as readers see them. What it has no file for is read of what is published."""

    live: Places

    def public(self, name: str) -> Path:
        """See Places."""
        path = Places.public(self, name)
        return path if path.exists() or name == _MAIN else self.live.public(name)


class EmbeddedShadows:
    """The shadows of one RAPPORT_HOME. `models` gives the live models, `make` opens the tables of a definition."""

    def __init__(self, places: Places, models: Callable[[], Sequence[Model]], timezone: str, make: Makes) -> None:
        self._places = places
        self._models = models
        self._timezone = timezone
        self._make = make

    def build(self, name: str, texts: Sequence[Text], projecting: Projecting) -> Shadow:
        """See Shadows."""
        changes = changes_of(self._models(), texts)
        with self._alone(name):
            version = Version(self._places.shadow(name), projecting)
            with version:
                for one, definition in _sets(changes).items():
                    version.take(one, definition, self._places.public(one), self._opens(changes, definition, version))
                return self._keep(name, version, texts, changes)

    def drop(self, name: str) -> bool:
        """See Shadows."""
        folder = self._places.shadow(name)
        if not folder.is_dir():
            return False
        with self._alone(name), explaining_files(folder):
            there_was = (folder / NOTE).exists()
            (folder / NOTE).unlink(missing_ok=True)
            shutil.rmtree(folder)
        return there_was

    def listed(self) -> Sequence[Shadow]:
        """See Shadows."""
        notes = {path.parent.name: read_json(path) for path in self._places.shadows.glob(f"*/{NOTE}")}
        return [
            Shadow(name, note["sets"][_MAIN]["position"], from_plain(note["texts"]))
            for name, note in sorted(notes.items())
            if note
        ]

    @contextmanager
    def compare(self, name: str, projecting: Projecting) -> Iterator[Compared]:
        """See Shadows. What is published is opened first: that file stays as it is, whatever is published later."""
        changes = changes_of(self._models(), find(self.listed(), name).texts)
        with ExitStack() as stack:
            connection = stack.enter_context(closing(duckdb.connect()))
            # What does not fit into memory goes where the tables are: of personal ones nothing may lie about elsewhere.
            spilled = quoted(self._places.shadow(name) / _SPILLED)
            connection.execute(f"SET TimeZone = 'UTC'; SET temp_directory = '{spilled}'")
            positions = {}
            for one in _sets(changes):
                with explaining(path := self._places.public(one)):
                    connection.execute(f"ATTACH '{quoted(path)}' AS live_{one} (READ_ONLY)")
                    row = connection.execute(POSITION.format(f"live_{one}.")).fetchone()
                    positions[one] = int(row[0]) if row else 0
            self._bring_up(name, changes, positions, projecting)
            folder = self._folder(name)
            for one in positions:
                with explaining(folder):
                    path = Places(folder).public(one)
                    connection.execute(f"ATTACH '{quoted(path)}' AS shadow_{one} (READ_ONLY)")
            yield _Files(connection, positions[_MAIN])

    def open_reader(self, name: str, *, personal: bool) -> DuckdbReader:
        """See Shadows."""
        find(self.listed(), name)
        try:
            return DuckdbReader(_ReadPlaces(self._folder(name), self._places), personal=personal)
        except TablesError:  # it was brought up just now, and the files are others
            return DuckdbReader(_ReadPlaces(self._folder(name), self._places), personal=personal)

    def _folder(self, name: str) -> Path:
        folder = self._places.shadow(name)
        return folder / str(read_json(folder / NOTE).get("version", ""))

    def _bring_up(self, name: str, changes: Changes, positions: Mapping[str, int], projecting: Projecting) -> None:
        """Bring a shadow to the positions of the live tables, by this program's models. Raises Ahead."""
        wanted = {one: self._state(definition, positions[one]) for one, definition in _sets(changes).items()}
        if self._states(name) == wanted:
            return
        with self._alone(name):
            texts = find(self.listed(), name).texts
            states, before = self._states(name), Places(self._folder(name))
            if states == wanted:
                return
            with Version(self._places.shadow(name), projecting) as version:
                for one, definition in _sets(changes).items():
                    position = int(states.get(one, {}).get("position", 0))
                    if position > positions[one]:
                        raise Ahead(name, position, positions[one])
                    source = before.public(one) if one in states else self._places.public(one)
                    version.take(one, definition, source, self._opens(changes, definition, version))
                version.bring_up(positions)
                self._keep(name, version, texts, changes)

    def _keep(self, name: str, version: "Version", texts: Sequence[Text], changes: Changes) -> Shadow:
        """Let the new files be the shadow, and remove those before. Who reads them keeps them."""
        positions = version.close()
        states = {one: self._state(definition, positions[one]) for one, definition in _sets(changes).items()}
        folder = self._places.shadow(name)
        write_json(folder / NOTE, {"version": version.folder.name, "sets": states, "texts": as_plain(texts)})
        leave_only(folder, version.folder)
        return Shadow(name, positions[_MAIN], tuple(texts))

    def _states(self, name: str) -> dict[str, Any]:
        return dict(read_json(self._places.shadow(name) / NOTE).get("sets", {}))

    def _state(self, definition: Definition, position: int) -> dict[str, Any]:
        return {"digest": f"{definition.digest} {self._timezone}", "position": position}

    def _opens(self, changes: Changes, definition: Definition, version: "Version") -> OpenTables:
        differing = {model.name for model in changes.differing}
        of = sum(not model.is_view for model in definition.models if model.name in differing)
        return self._make(definition, hearing(version.projecting, of))

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        """Nobody else is at work on this shadow meanwhile. Raises Busy."""
        lock = OwnerLock(self._places.shadow(name) / _LOCK)
        if not lock.take():
            raise Busy(name)
        try:
            yield
        finally:
            lock.release()


@dataclass(frozen=True, slots=True)
class _Files:
    """Both attached by names of ours. See Compared."""

    connection: duckdb.DuckDBPyConnection
    position: int

    def places(self, model: Model) -> tuple[str, str]:
        """See Compared."""
        one = _PERSONAL if model.schema == "personal" else _MAIN
        return f"live_{one}.{model.qualified}", f"shadow_{one}.{model.qualified}"

    def query(self, statement: str, parameters: Sequence[Any] = ()) -> Found:
        """See Compared."""
        done = self.connection.execute(statement, list(parameters))
        return Found(tuple(column[0] for column in done.description or ()), done.fetchall())


def _sets(changes: Changes) -> dict[str, Definition]:
    """The sets of tables that a shadow has: the personal one only where the changes reach it."""
    main, personal = changes.definition("crm"), changes.definition("personal")
    return {_MAIN: main} | ({_PERSONAL: personal} if changes.reach(personal) else {})
