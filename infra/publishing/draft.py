"""Embedded tables that are made beside those in use: files that the owner of those then puts in their place."""

import shutil
from collections.abc import Collection, Generator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from consumers.project.projector import MADE_OTHERWISE, Ask, Difference, NothingToSwap, OtherModels
from infra.publishing.lock import OwnerLock
from infra.publishing.places import Places, explaining_files, make_folder, read_json, write_json
from infra.publishing.private_file import OpenTables, copy_file
from infra.tables.checking import CHECKSUM_DUCKDB, broken_checks, differences
from infra.tables.duckdb import DuckdbTables
from infra.tables.duckdb_errors import explaining
from projections.definition import Definition

_LOCK, _BEGUN, _FINISHED = "lock", "begun.json", "finished.json"


class EmbeddedDraft:
    """The files beside, in the hands of this process. They begin where a rebuild that was stopped left them."""

    def __init__(
        self,
        places: Places,
        lock: OwnerLock,
        definitions: Mapping[str, Definition],
        digests: Mapping[str, str],
        opens: Mapping[str, OpenTables],
        models: Collection[str] | None,
    ) -> None:
        self._places = places
        self._lock = lock
        self._definitions = definitions
        self._digests = dict(digests)
        self._opens = opens
        self._models = models
        self._tables: dict[str, DuckdbTables] = {}
        self._in_use: dict[str, duckdb.DuckDBPyConnection] = {}

    def begin(self) -> Generator[str, None, None]:
        """See Draft."""
        (self._places.beside / _FINISHED).unlink(missing_ok=True)
        is_copy = self._begun()
        if is_copy is None:
            is_copy = self._models is not None
            empty(self._places.beside)
            for name in self._digests if is_copy else ():
                yield f"copying {name}"
                copy_file(self._places.public(name), file_in(self._places.beside, name))
            write_json(self._places.beside / _BEGUN, {"digests": self._digests, "copied": is_copy})
        for name, open_tables in self._opens.items():
            if is_copy:
                yield "computing models"
            # What was computed otherwise, and what reads it, is computed as the file is opened.
            self._tables[name] = open_tables(file_in(self._places.beside, name))
            if self._models and is_copy:
                self._tables[name].recompute(self._models)

    @property
    def sets(self) -> Sequence[DuckdbTables]:
        """See Draft."""
        return list(self._tables.values())

    def _begun(self) -> bool | None:
        """Whether what was begun began as a copy, which is no rebuild of all; None if nothing of it is of use."""
        begun = read_json(self._places.beside / _BEGUN)
        is_copy = bool(begun.get("copied"))
        is_there = all(file_in(self._places.beside, name).exists() for name in self._digests)
        is_of_use = is_there and begun.get("digests") == self._digests and not (is_copy and self._models is None)
        return is_copy if is_of_use else None

    def comparable(self) -> int | None:
        """See Draft. What is published is opened, and stays as it is however often it is published meanwhile."""
        published = read_json(self._places.published).get("sets", {})
        for name, digest in self._digests.items():
            if published.get(name, {}).get("digest") != digest:
                return None  # other models computed it, so that a difference says nothing
            # By a name of ours: the file `personal.duckdb` and its schema `personal` could not be told apart.
            where = str(self._places.public(name)).replace("'", "''")
            self._in_use[name] = duckdb.connect()
            try:
                self._in_use[name].execute(f"ATTACH '{where}' AS published (READ_ONLY); USE published")
            except duckdb.Error:
                return None
        found = {
            self._in_use[name].execute("SELECT models_position FROM rapport.progress").fetchall()[0][0]
            for name in self._digests
        }
        return found.pop() if len(found) == 1 else None

    def differences(self) -> Sequence[Difference]:
        """See Draft."""
        found = []
        for name, tables in self._tables.items():
            before, now = self._in_use[name], tables.connection
            with explaining(file_in(self._places.beside, name)):
                found += differences(
                    self._definitions[name],
                    CHECKSUM_DUCKDB,
                    partial(_rows, now),
                    partial(_rows, before),
                )
        return list(dict.fromkeys(found))  # both sets hold some models

    def broken_checks(self) -> Sequence[str]:
        """See Draft."""
        broken = []
        for name, tables in self._tables.items():
            with explaining(file_in(self._places.beside, name)):
                broken += broken_checks(partial(_rows, tables.connection), self._definitions[name])
        return list(dict.fromkeys(broken))

    def finish(self) -> None:
        """See Draft."""
        for tables in self._tables.values():
            tables.checkpoint()
        write_json(self._places.beside / _FINISHED, self._digests)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        for connection in self._in_use.values():
            connection.close()
        for tables in self._tables.values():
            tables.close()
        self._lock.release()


def beside_lock(places: Places) -> OwnerLock:
    """Held by whoever makes tables beside those in use, or puts them in their place."""
    return OwnerLock(places.beside / _LOCK)


def exchange(places: Places, names: Sequence[str], digests: Mapping[str, str], what: Ask) -> None:
    """Put the files beside, or those kept, in the place of the private ones, which are kept. Nobody may have any open.

    Raises NothingToSwap, OtherModels.
    """
    lock = beside_lock(places)
    if not lock.take():
        raise NothingToSwap("a rebuild is still under way: wait for it, or stop it")
    try:
        folder = _finished(places, digests) if what is Ask.SWAP else _kept(places, names)
        with explaining_files(places.projector):
            passing = places.projector / "passing"
            make_folder(passing)
            _move({name: places.private(name) for name in names}, passing)
            for name in names:
                file_in(folder, name).replace(places.private(name))
            empty(places.kept)
            _move({name: file_in(passing, name) for name in names}, places.kept)
            if what is Ask.SWAP:
                (places.beside / _BEGUN).unlink(missing_ok=True)  # it is not there any more
            (places.beside / _FINISHED).unlink(missing_ok=True)
    finally:
        lock.release()


def empty(folder: Path) -> bool:
    """Remove what stands in a folder, its lock excepted; False if nothing did."""
    make_folder(folder)
    found = [path for path in folder.iterdir() if path.name != _LOCK]
    with explaining_files(folder):
        for path in found:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return bool(found)


def file_in(folder: Path, name: str) -> Path:
    """The file of a set of tables in one of these folders."""
    return folder / f"{name}.duckdb"


def _finished(places: Places, digests: Mapping[str, Any]) -> Path:
    finished = read_json(places.beside / _FINISHED)
    if not finished:
        raise NothingToSwap("there are no rebuilt tables: run `rapport rebuild`")
    if finished != digests:
        raise OtherModels(MADE_OTHERWISE, finished)
    return places.beside


def _kept(places: Places, names: Sequence[str]) -> Path:
    if not all(file_in(places.kept, name).exists() for name in names):
        raise NothingToSwap("no tables from before a rebuild are kept")
    return places.kept


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[Any]:
    return connection.execute(query).fetchall()


def _move(paths: Mapping[str, Path], folder: Path) -> None:
    make_folder(folder)
    for name, path in paths.items():
        if path.exists():
            path.replace(file_in(folder, name))
