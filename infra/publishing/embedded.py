"""The tables in files: one process owns the private ones, and publishes copies that anybody may read at any time."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from consumers.project.catch_up import Progress
from consumers.project.projector import Ask, BringUp, NothingToSwap, Request
from consumers.project.tables import Tables
from domain.shared.errors import RapportError
from infra.publishing.draft import EmbeddedDraft, beside_lock, empty, exchange
from infra.publishing.glance import program_stamp
from infra.publishing.lock import OwnerLock
from infra.publishing.places import Places, explaining_files, read_json, write_json
from infra.publishing.private_file import OpenTables, PrivateFile
from infra.publishing.requests import FileRequest, RequestBox
from infra.tables.errors import TablesError
from projections.definition import Definition

_SHARE = 0.1  # of the time may go into publishing
_MODES = {"main": 0o644, "personal": 0o600}

Makes = Callable[[Definition], OpenTables]
Note = Callable[[str], None]


class EmbeddedProjector:
    """The embedded tables of one RAPPORT_HOME. `definitions` are the sets by name; `note` hears what is unusual.

    `own` is the folder with models of the user's own, if there is one.
    """

    def __init__(
        self,
        places: Places,
        definitions: dict[str, Definition],
        timezone: str,
        make: Makes,
        note: Note,
        own: Path | None = None,
    ) -> None:
        self._places = places
        self._definitions = definitions
        self.digests = {name: f"{one.digest} {timezone}" for name, one in definitions.items()}
        self._program = program_stamp(timezone, own)  # taken before anything is computed: files may change meanwhile
        self._make = make
        self._note = note
        self._lock = OwnerLock(places.lock)

    def own(self) -> "EmbeddedOwner | None":
        """See Projector."""
        if not self._lock.take():
            return None
        try:
            program = (self.digests, self._program)
            return EmbeddedOwner(self._places, self._lock, program, self._opens(), self._note)
        except BaseException:
            self._lock.release()
            raise

    def owner(self) -> int | None:
        """See Projector."""
        return self._lock.holder()

    def draft(self, models: Collection[str] | None = None) -> EmbeddedDraft | None:
        """See Projector."""
        lock = beside_lock(self._places)
        if not lock.take():
            return None
        return EmbeddedDraft(self._places, lock, self._definitions, self.digests, self._opens(), models)

    def discard_draft(self) -> bool:
        """See Projector."""
        lock = beside_lock(self._places)
        if not lock.take():
            raise TablesError("a rebuild is under way: stop it first")
        try:
            return empty(self._places.beside)
        finally:
            lock.release()

    def ask(self, what: Ask) -> FileRequest:
        """See Projector."""
        return FileRequest(self._places, what)

    def published(self) -> int:
        """See Projector."""
        sets = self._published_sets()
        return min((int(sets.get(name, {}).get("position", 0)) for name in self._definitions), default=0)

    def published_at(self) -> datetime | None:
        """When that was."""
        found = read_json(self._places.published).get("at")
        return datetime.fromisoformat(found) if found else None

    def is_current(self) -> bool:
        """See Projector."""
        sets = self._published_sets()
        return all(
            sets.get(name, {}).get("digest") == digest and self._places.public(name).exists()
            for name, digest in self.digests.items()
        )

    def sign(self) -> None:
        """Note that this program computes what is published, if it does, so that the next reader need only glance."""
        if self.owner() is None and self.is_current():
            sign(self._places, self._program)

    def unpublish(self) -> None:
        """Take away published files that can't be read, so that whoever owns the tables publishes them anew."""
        for name in self._definitions:
            with explaining_files(self._places.public(name)):
                self._places.public(name).unlink(missing_ok=True)

    def close(self) -> None:
        """There is nothing to close: what is owned is closed by its `with`."""

    def _opens(self) -> dict[str, OpenTables]:
        return {name: self._make(definition) for name, definition in self._definitions.items()}

    def _published_sets(self) -> dict[str, Any]:
        return dict(read_json(self._places.published).get("sets", {}))


class EmbeddedOwner:
    """The private files in the hands of this process."""

    def __init__(
        self,
        places: Places,
        lock: OwnerLock,
        program: tuple[Mapping[str, str], str],
        opens: Mapping[str, OpenTables],
        note: Note,
    ) -> None:
        self._places = places
        self._lock = lock
        self._box = RequestBox(places)
        self._digests, self._program = program
        self._opens = opens
        self._note = note
        self._open_files: dict[str, PrivateFile] = {}
        self._published: dict[str, Any] = dict(read_json(places.published).get("sets", {}))
        self._next = 0.0
        self._signed = read_json(places.published).get("program") == self._program

    @property
    def sets(self) -> Sequence[Tables]:
        """See Owner."""
        return [file.tables for file in self._files.values()]

    def is_outdated(self) -> bool:
        """See Owner. Here readers see copies, so that what other models computed is made anew in its place."""
        return False

    def exchange(self, what: Ask, bring_up: BringUp) -> None:
        """See Owner. Readers keep the copies they have until the next ones are published."""
        self._close_files()
        exchange(self._places, list(self._opens), self._digests, what)
        try:
            bring_up(self.sets)
        except RapportError as error:  # of another time zone, say: those that were in use go back, and serve on
            self._close_files()
            with suppress(NothingToSwap):  # before the first ones there were none
                exchange(self._places, list(self._opens), self._digests, Ask.UNDO)
            raise NothingToSwap(str(error)) from error
        self._published = {}  # the same position does not mean the same tables

    @property
    def _files(self) -> Mapping[str, PrivateFile]:
        """The private files, opened when they are needed first: what is about to be put away is not."""
        try:
            for name, open_tables in self._opens.items():
                if name not in self._open_files:
                    path, public = self._places.private(name), self._places.public(name)
                    self._open_files[name] = PrivateFile(path, public, _MODES[name], open_tables, self._note)
        except BaseException:
            self._close_files()
            raise
        return self._open_files

    def publish(self, *, at_once: bool) -> None:
        """See Owner. Copying takes a tenth of the time at most, so that large tables are published less often."""
        stale = {name: state for name, state in self._states().items() if not self._is_published(name, state)}
        if not stale:
            self._sign()
            return
        if not at_once and time.monotonic() < self._next:
            return
        begun = time.monotonic()
        for name in stale:
            self._files[name].publish()
        # Written last: who finds a position here finds it in the files too.
        self._published = {**self._published, **stale}
        at = datetime.now(UTC).isoformat()
        write_json(self._places.published, {"sets": self._published, "program": self._program, "at": at})
        self._signed = True
        ended = time.monotonic()
        self._next = ended + (ended - begun) * (1 - _SHARE) / _SHARE

    def _sign(self) -> None:
        """Say that this program would compute what is published, if another one published it: see glance.py."""
        if not self._signed:
            sign(self._places, self._program)
            self._signed = True

    def requests(self) -> Sequence[Request]:
        """See Owner."""
        return self._box.waiting()

    def answer(self, requests: Sequence[Request], error: str | None = None) -> None:
        """See Owner."""
        self._box.answer(requests, error)

    def report(self, progress: Progress) -> None:
        """See Owner."""
        self._box.report(progress)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._places.progress.unlink(missing_ok=True)
        self._close_files()
        self._lock.release()

    def _states(self) -> dict[str, Any]:
        return {
            name: {"position": file.tables.position, "digest": self._digests[name]}
            for name, file in self._files.items()
        }

    def _is_published(self, name: str, state: dict[str, Any]) -> bool:
        return bool(self._published.get(name) == state and self._places.public(name).exists())

    def _close_files(self) -> None:
        for file in self._open_files.values():
            file.close()
        self._open_files.clear()


def sign(places: Places, program: str) -> None:
    """Say by which program's sources what is published was computed, or would be: see glance.py."""
    published = read_json(places.published)
    if published and published.get("program") != program:
        write_json(places.published, {**published, "program": program})
