"""Whether what was given on the command line is a mailbox, and what to say if it is not."""

from collections.abc import Sequence
from pathlib import Path

from infra.importing.errors import ImportMisused
from infra.importing.mailbox.opening import DAMAGED, Kind, Opened, kind_of

_MAILBOX = "a mailbox (an mbox, a maildir, a folder, a tar or a message)"


def require_mailboxes(paths: Sequence[Path], *, forced: bool) -> None:
    """Refuse what is no mailbox by what it is; forced, only what can't be read. Raises ImportMisused."""
    for path in paths:
        if not path.exists():
            raise ImportMisused(f"{path}: there is no such file")
        if not path.is_dir() and not path.is_file():
            raise ImportMisused(f"{path}: that is no file and no folder")
        if not forced and path.is_file():
            _require_mailbox(path)


def _require_mailbox(path: Path) -> None:
    try:
        with Opened(path) as opened:
            kind = kind_of(opened.stream)
    except DAMAGED:
        return  # the import will tell, at its place
    except OSError as error:
        if error.errno:
            raise ImportMisused(f"{path} can't be read: {error.strerror}") from None
        return
    if kind is Kind.OTHER:
        hint = "for a table give --map, to read it as a mailbox all the same --mailbox"
        raise ImportMisused(f"{path} is not {_MAILBOX} by how it begins: {hint}")
