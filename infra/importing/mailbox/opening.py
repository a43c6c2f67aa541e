"""A file as a stream, whatever it is packed with, and what kind of mailbox it is by how it begins."""

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zlib
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Self, cast

_PACKED: tuple[tuple[bytes, Callable[[Path], object]], ...] = (
    (b"\x1f\x8b", gzip.open),
    (b"BZh", bz2.open),
    (b"\xfd7zXZ\x00", lzma.open),
)
_FIELD = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,100}:(?!//)")  # how a message's first header field begins
BEFORE = b"\xef\xbb\xbf\r\n"  # a mark of the encoding, and line breaks
# What the readers of packed files and archives raise for one that is damaged, beside an OSError without a number.
DAMAGED = (
    tarfile.TarError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    ValueError,
    ArithmeticError,
    LookupError,
    RecursionError,
)


class Kind(Enum):
    """What a file is by its first bytes."""

    TAR = "an archive of messages"
    MBOX = "messages one after the other, each behind a line `From …`"
    MESSAGE = "one message"
    OTHER = "no mailbox, as far as its beginning tells"


class Opened:
    """An open file: its bytes unpacked, whether they were packed, and its kind."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            begins = file.read(6)
        packers = [opener for mark, opener in _PACKED if begins.startswith(mark)]
        self.packed = bool(packers)
        unpacked = io.BufferedReader(cast("io.RawIOBase", packers[0](path))) if packers else path.open("rb")
        self.stream = cast("io.BufferedReader", unpacked)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()


def kind_of(stream: io.BufferedReader) -> Kind:
    """What a stream is; it stands at its beginning afterwards as it did before."""
    begins = stream.read(tarfile.BLOCKSIZE)
    stream.seek(0)
    if _is_tar(begins):
        return Kind.TAR
    if begins.lstrip(BEFORE).startswith(b"From "):
        return Kind.MBOX
    return Kind.MESSAGE if _FIELD.match(begins) else Kind.OTHER


def _is_tar(begins: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(begins, "utf-8", "surrogateescape")
    except tarfile.TarError:
        return False
    return True
