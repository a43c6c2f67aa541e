"""What SQLite's errors mean to whoever runs the program."""

import sqlite3
from pathlib import Path

from infra.log.errors import LogError

_EXPLANATIONS = {
    sqlite3.SQLITE_FULL: "the disk that holds {path} is full: free some space and run this again",
    sqlite3.SQLITE_READONLY: "{path} can't be written: the file or its file system is read-only",
    sqlite3.SQLITE_PERM: "{path} can't be written: you may not",
    sqlite3.SQLITE_CANTOPEN: "{path} can't be opened: check that its folder is there and that you may write to it",
    sqlite3.SQLITE_BUSY: "another program has been writing to {path} for too long: try again when it is done",
    sqlite3.SQLITE_LOCKED: "another program has been writing to {path} for too long: try again when it is done",
    sqlite3.SQLITE_NOTADB: "{path} is no SQLite file: choose another RAPPORT_HOME or restore a backup",
    sqlite3.SQLITE_CORRUPT: "{path} is damaged: restore it from a backup",
    sqlite3.SQLITE_IOERR: "the disk that holds {path} is full or failing: check it, then run this again",
}


def explained(error: Exception, path: Path) -> LogError:
    """The error of a library or the system as a LogError."""
    cause = error if isinstance(error, sqlite3.Error | OSError) else error.__cause__
    if isinstance(cause, OSError):
        return LogError(f"{path} can't be opened: {cause.strerror}")
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF  # the rest of the code says where it happened
    explanation = _EXPLANATIONS.get(code, f"{{path}} can't be used: {cause or error}")
    return LogError(explanation.format(path=path))
