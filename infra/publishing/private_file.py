"""A set of tables in a private DuckDB file, and the copy of it that readers open."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import duckdb

from infra.publishing.places import explaining_files
from infra.tables.duckdb import DuckdbTables
from infra.tables.duckdb_errors import explained
from infra.tables.errors import TablesBroken

_CHUNK = 8 * 1024 * 1024

OpenTables = Callable[[Path], DuckdbTables]


class PrivateFile:
    """The file at `path`, which `open_tables` opens; `public` is where its copies go, with the rights `mode`."""

    def __init__(
        self,
        path: Path,
        public: Path,
        mode: int,
        open_tables: OpenTables,
        note: Callable[[str], None],
    ) -> None:
        self._path = path
        self._public = public
        self._mode = mode
        self._open_tables = open_tables
        self._note = note
        self.tables = self._open()
        # Closing any handle on a file drops the locks that this process, and so DuckDB, has on it. This one stays open.
        self._handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def publish(self) -> None:
        """Put a copy in the place of the public file; who reads that one keeps it as it is."""
        self.tables.checkpoint()
        draft = self._public.with_name(f".{self._public.name}.new")
        with explaining_files(self._public):
            copy_handle(self._handle, draft, self._mode)
            with _freed_later(self._public):
                draft.replace(self._public)

    def close(self) -> None:
        """Let go of the file."""
        self.tables.close()
        os.close(self._handle)

    def _open(self) -> DuckdbTables:
        try:
            tables = self._try_open()
        except TablesBroken as error:
            self._note(f"{error}; the tables are made anew from the log")
            self._remove()
            tables = self._try_open()
        with explaining_files(self._path):
            self._path.chmod(0o600)
        return tables

    def _try_open(self) -> DuckdbTables:
        try:
            return self._open_tables(self._path)
        except duckdb.Error as error:
            # Whatever a file of ours does to DuckDB when it is opened, the log can make it anew.
            raise explained(error, self._path) from error

    def _remove(self) -> None:
        with explaining_files(self._path):
            self._path.unlink(missing_ok=True)
            self._path.with_name(f"{self._path.name}.wal").unlink(missing_ok=True)


@contextmanager
def _freed_later(path: Path) -> Iterator[None]:
    """Let the file at `path` be replaced meanwhile, and its room be freed behind our back: of 3 GB that takes a second.

    The system frees it when the last one lets go of it, so that a thread of ours does.
    """
    try:
        replaced = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # it is not there, or can't be read: then it is freed at once
        yield
        return
    try:
        yield
    finally:
        Thread(target=os.close, args=[replaced], name="freeing").start()


def copy_file(source: Path, target: Path) -> bool:
    """Copy a file that nobody changes, for this account alone; False if it is not there."""
    with explaining_files(target):
        try:
            handle = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            copy_handle(handle, target, 0o600)
        finally:
            os.close(handle)
    return True


def copy_handle(source: int, target: Path, mode: int) -> None:
    """Copy an open file whole, or not at all. It is not flushed: what a power cut takes can be copied again."""
    to = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    try:
        _copy(source, to)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    finally:
        os.close(to)


def _copy(source: int, target: int) -> None:
    """Copy a file inside the system where it can; on some file systems that copies nothing at all but a note of it."""
    size, offset = os.fstat(source).st_size, 0
    while offset < size:
        step = _in_system(source, target, offset, size - offset)
        if not step:
            step = os.pwrite(target, os.pread(source, _CHUNK, offset), offset)
        offset += step


def _in_system(source: int, target: int, offset: int, count: int) -> int:
    if not hasattr(os, "copy_file_range"):
        return 0
    try:
        return os.copy_file_range(source, target, count, offset, offset)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EIO}:
            raise
        return 0
