"""Lines of a file, plain or gzipped, or of a pipe, as messages."""

import gzip
import io
import os
import select
import stat
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from consumers.ingest.run import Message
from consumers.ingest.wire import MAX_BYTES
from domain.shared.errors import RapportError
from infra.errors import Misused

_MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 20
_PATIENCE = 0.2  # seconds without a line from a pipe, after which what there is will be taken
_LONGEST = 1.0  # seconds that a line of a pipe waits for others, in which it may never be still


class BrokenFile(RapportError):
    """A file that ends in the middle or is damaged. Whole batches before that are in the log."""


class LineFile:
    """One file of lines; `-` is standard input. `size` is its length in bytes if that is known, `done` what was read.

    Raises Misused for a file that is missing or can't be read.
    """

    def __init__(self, path: Path) -> None:
        self.name = "stdin" if str(path) == "-" else path.name
        self._file = _opened(path)
        self._regular = stat.S_ISREG(os.fstat(self._file.fileno()).st_mode)
        self.size = os.fstat(self._file.fileno()).st_size if self._regular else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.name != "stdin":
            self._file.close()

    @property
    def done(self) -> int:
        """How many bytes of the file itself were read."""
        return self._file.tell() if self._regular else 0

    def messages(self, stop: Callable[[], bool]) -> Iterator[Message | None]:
        """Every line that is not blank; None when those so far are to be taken. A pipe ends once `stop` says so."""
        lines = self._file_lines() if self._regular else self._pipe_lines(stop)
        number = 0
        for line in lines:
            if line is None:
                yield None
                continue
            number += 1
            if number == 1 and line.strip() == b"[":  # every line of it would become a dead letter
                raise Misused(f"{self.name} is one JSON list; write one event a line, as `jq -c '.[]'` does")
            if line.strip():
                yield Message(f"{self.name}:{number}", line.rstrip(b"\r\n"))

    def _file_lines(self) -> Iterator[bytes]:
        zipped = cast("io.BufferedReader", self._file).peek(2)[:2] == _MAGIC
        reader = gzip.GzipFile(fileobj=self._file) if zipped else self._file
        try:
            while line := reader.readline(MAX_BYTES + 1):
                yield line
                while len(line) > MAX_BYTES and not line.endswith(b"\n"):
                    line = reader.readline(MAX_BYTES + 1)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise BrokenFile(
                f"{self.name} is damaged or cut off: get it whole and run this again; nothing is taken twice"
            ) from None
        except OSError as error:
            raise BrokenFile(f"{self.name} can't be read any further: {error.strerror}") from None

    def _pipe_lines(self, stop: Callable[[], bool]) -> Iterator[bytes | None]:
        descriptor = self._file.fileno()
        rest = b""
        skipping = False
        taken = time.monotonic()
        while not stop():
            has_more = select.select([descriptor], [], [], _PATIENCE)[0]
            if not has_more or time.monotonic() - taken > _LONGEST:
                yield None
                taken = time.monotonic()
            if not has_more:
                continue
            chunk = os.read(descriptor, _CHUNK)
            if not chunk:
                break
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                if not skipping:
                    yield line
                skipping = False
            if len(rest) > MAX_BYTES and not skipping:
                yield rest[: MAX_BYTES + 1]
                skipping = True
            rest = b"" if skipping else rest
        if rest:
            yield rest


def _opened(path: Path) -> BinaryIO:
    if str(path) == "-":
        return sys.stdin.buffer
    try:
        return path.open("rb")
    except OSError as error:
        raise Misused(f"{path} can't be read: {error.strerror}") from None
