"""A tar of messages, read from its beginning to its end. Nothing of it is written to disk, and no link followed."""

import io
import tarfile
from collections.abc import Iterator

from domain.shared.errors import InvalidInput
from infra.importing.mailbox.opening import Opened

_MOST_AT_ONCE = 32 * 1024 * 1024  # a header that claims to be longer would be read into memory whole
_MOST_SKIPPED = 4 * 1024 * 1024 * 1024  # of a packed archive, where what is passed over has to be unpacked all the same
_END = bytes(tarfile.BLOCKSIZE)
LINK = InvalidInput("it is a link or a device, which is not read")


class _Tape:
    """What the library reads an archive from: it can't be made to read or unpack without bound."""

    def __init__(self, opened: Opened) -> None:
        self._stream = opened.stream
        self._packed = opened.packed
        self.last = b""

    def read(self, size: int) -> bytes:
        """The next bytes."""
        if not 0 <= size <= _MOST_AT_ONCE:
            raise tarfile.ReadError("a header that is longer than any name")
        self.last = self._stream.read(size)
        return self.last

    def seek(self, position: int) -> int:
        """Go to a position."""
        if self._packed and position - self._stream.tell() > _MOST_SKIPPED:
            raise tarfile.ReadError("a member that is larger than any mailbox")
        try:
            return self._stream.seek(position)
        except OSError:
            raise tarfile.ReadError("a member that is larger than any file") from None

    def tell(self) -> int:
        """The position."""
        return self._stream.tell()

    def seekable(self) -> bool:
        """It is, at a cost."""
        return True


def members_of(opened: Opened) -> Iterator[io.BufferedReader | InvalidInput]:
    """The files in an archive, each to be read before the next is asked for; or why one is not read.

    Raises one of opening.DAMAGED, or OSError, where the archive can't be read any further.
    """
    tape, reached = _Tape(opened), 0
    with tarfile.open(fileobj=tape, mode="r:") as archive:  # type: ignore[call-overload] # it needs no more of a file
        while (member := archive.next()) is not None:
            archive.members.clear()  # else all of a large archive's would be kept
            if archive.offset <= reached:
                raise tarfile.ReadError("a member that leads back to one before it")
            reached = archive.offset
            content = archive.extractfile(member) if member.isreg() else None
            if content is not None:
                yield content
            elif not member.isdir():
                yield LINK
    if tape.last != _END:  # the library takes a damaged header for the end
        raise tarfile.ReadError("no end where an archive has one")
    if opened.packed:  # behind the end stands the sum that tells whether all of it was unpacked as it was packed
        tape.read(_MOST_AT_ONCE)
