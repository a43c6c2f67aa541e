"""The messages in what was given: an mbox, a maildir, a folder of messages, an archive of them, or a single one."""

import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from domain.shared.errors import InvalidInput
from infra.importing.mailbox.archive import LINK, members_of
from infra.importing.mailbox.found import MAX_BYTES, Found
from infra.importing.mailbox.mbox import messages_in
from infra.importing.mailbox.opening import DAMAGED, Kind, Opened, kind_of

_CUT_OFF = InvalidInput("it is damaged or cut off here: get it whole and import it again; nothing is taken twice")


def find_messages(paths: Sequence[Path]) -> Iterator[Found]:
    """Every message under the paths, each path in turn. What can't be read is told of at its place, once."""
    for path in paths:
        name = path.absolute().name
        if not path.is_dir():
            yield from _in_file(path, name)
            continue
        for number, file in enumerate(_files_under(path), 1):
            place = f"{name} file {number}"
            if isinstance(file, InvalidInput):
                yield Found(place, b"", file)
            else:
                yield from _in_file(file, place)


def _files_under(folder: Path) -> Iterator[Path | InvalidInput]:
    """All files of a folder and of the folders in it, in the order of their names; links are not followed.

    A folder with `cur` and `new` is a maildir: what else lies in it is its server's own, and what is in `tmp` is not
    whole yet. Maildirs within it are found like any folder.
    """
    left = [folder]
    while left:
        try:
            entries = sorted(os.scandir(left.pop()), key=lambda entry: entry.name)
        except OSError as error:
            yield _unreadable(error)
            continue
        folders = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
        names = {entry.name for entry in folders}
        maildir = {"cur", "new"} <= names
        left += [Path(entry.path) for entry in reversed(folders) if not (maildir and entry.name == "tmp")]
        if not maildir:
            files = [entry for entry in entries if entry.name not in names]
            yield from (Path(one.path) if one.is_file(follow_symlinks=False) else LINK for one in files)


def _in_file(path: Path, place: str) -> Iterator[Found]:
    try:
        with Opened(path) as opened:
            if kind_of(opened.stream) is Kind.TAR:
                yield from _in_archive(opened, place)
            else:
                yield from _in_stream(opened.stream, place)
    except DAMAGED:
        yield Found(place, b"", _CUT_OFF)
    except OSError as error:
        yield Found(place, b"", _unreadable(error) if error.errno else _CUT_OFF)


def _in_archive(opened: Opened, place: str) -> Iterator[Found]:
    for number, content in enumerate(members_of(opened), 1):
        inside = f"{place} file {number}"
        if isinstance(content, InvalidInput):
            yield Found(inside, b"", content)
        else:
            yield from _in_stream(content, inside)


def _in_stream(stream: io.BufferedReader, place: str) -> Iterator[Found]:
    """The messages of a file that is no archive: those of an mbox, or the one that the file is."""
    if kind_of(stream) is not Kind.MBOX:
        yield Found(place, stream.read(MAX_BYTES))
        return
    for number, raw in enumerate(messages_in(stream), 1):
        yield Found(f"{place} message {number}", raw)


def _unreadable(error: OSError) -> InvalidInput:
    return InvalidInput(f"it can't be read: {error.strerror}")
