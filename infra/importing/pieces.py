"""The files of one kind in what was given: a file, a folder of them, or an archive of a folder."""

import gzip
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from domain.shared.errors import InvalidInput
from infra.importing.content_lines import MAX_FILE
from infra.importing.errors import ImportMisused

_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
_DAMAGED = (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, ValueError, LookupError)
_CUT_OFF = InvalidInput("it is damaged or cut off: get it whole and import it again; nothing is taken twice")
_TOO_LARGE = InvalidInput(f"it is longer than {MAX_FILE:,} bytes; part it into several")


@dataclass(frozen=True, slots=True)
class Piece:
    """A file: where it stood, its bytes, and why it can't be read, if it can't."""

    place: str
    raw: bytes
    fault: InvalidInput | None = None


def is_archive(path: Path) -> bool:
    """Whether a file is an archive of a folder, by its name."""
    return path.name.lower().endswith(_ARCHIVES)


def names_in(path: Path) -> Iterator[str]:
    """The names of the files that `pieces` would give: of a folder, of an archive, or the file's own."""
    try:
        if path.is_dir():
            yield from (one.name for one in path.rglob("*") if not _hidden(one.relative_to(path)))
        elif path.is_file() and is_archive(path):
            with tarfile.open(path) as archive:
                yield from (Path(member.name).name for member in archive if not _hidden(Path(member.name)))
        else:
            yield path.name
    except (*_DAMAGED, OSError):
        return  # whoever reads it will tell


def pieces(paths: Sequence[Path], endings: tuple[str, ...]) -> Iterator[Piece]:
    """Every file under the paths, each path in turn and the files of one in the order of their names.

    In a folder and in an archive, a file without one of the endings can't be used; hidden files are left out. Names of
    files in them are not told: they may be names of people. Raises ImportMisused for a path where nothing is.
    """
    for path in paths:
        if path.is_dir():
            files = sorted(one for one in path.rglob("*") if one.is_file() and not _hidden(one.relative_to(path)))
            for number, file in enumerate(files, 1):
                place = f"{path.resolve().name} file {number}"
                yield _checked(file.name, place, endings) or _read(file, place)
        elif not path.is_file():
            raise ImportMisused(f"{path}: {'that is no file' if path.exists() else 'there is no such file'}")
        elif is_archive(path):
            yield from _in_archive(path, endings)
        else:
            yield _read(path, path.name)


def _read(path: Path, place: str) -> Piece:
    try:
        zipped = path.name.lower().endswith(".gz")
        with cast("BinaryIO", gzip.open(path)) if zipped else path.open("rb") as file:
            return _sized(place, file.read(MAX_FILE + 1))
    except _DAMAGED:
        return _nothing(place, _CUT_OFF)
    except OSError as error:
        return _nothing(place, InvalidInput(f"it can't be read: {error.strerror or 'it is damaged'}"))


def _in_archive(path: Path, endings: tuple[str, ...]) -> Iterator[Piece]:
    number = 0
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                name = Path(member.name)
                if member.isdir() or _hidden(name):
                    continue
                number += 1
                place = f"{path.name} file {number}"
                content = archive.extractfile(member) if member.isreg() else None
                unfit = _checked(name.name, place, endings)
                if unfit is not None:
                    yield unfit
                elif content is None:
                    yield _nothing(place, InvalidInput("it is no file but a link or a device"))
                else:
                    yield _sized(place, content.read(MAX_FILE + 1))
    except (*_DAMAGED, OSError):
        yield _nothing(f"{path.name} file {number + 1}", _CUT_OFF)


def _checked(name: str, place: str, endings: tuple[str, ...]) -> Piece | None:
    bare = name.lower().removesuffix(".gz")
    if bare.endswith(endings):
        return None
    return _nothing(place, InvalidInput(f"its ending does not say that it is one of {', '.join(endings)}"))


def _sized(place: str, raw: bytes) -> Piece:
    return Piece(place, raw, _TOO_LARGE) if len(raw) > MAX_FILE else Piece(place, raw)


def _nothing(place: str, fault: InvalidInput) -> Piece:
    # Where there are no bytes, the place tells two of them apart.
    return Piece(place, f"Nothing was read at: {place}\n".encode(), fault)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") and part not in {".", ".."} for part in path.parts)
