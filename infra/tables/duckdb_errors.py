"""What DuckDB's errors mean to whoever runs the program."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from infra.tables.errors import TablesBroken, TablesError, TablesLocked

# DuckDB tells these apart by their words only.
_EXPLANATIONS = (
    ("No space left", "the disk that holds {path} is full: free some space and run this again"),
    ("File too large", "the disk that holds {path} is full: free some space and run this again"),
    ("max_temp_directory_size", "the disk that holds {path} is full: free some space and run this again"),
    ("Read-only file system", "{path} can't be written: its file system is read-only"),
    ("Permission denied", "{path} can't be written: you may not"),
    ("Out of Memory", "there is too little memory to compute the tables: give this program more, or close others"),
    ("failed to allocate", "there is too little memory to compute the tables: give this program more, or close others"),
)
# What stands for trouble outside of the program. Anything else is a mistake of ours, and keeps its traceback.
OUTSIDE = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException, duckdb.PermissionException)


def explained(error: duckdb.Error, path: Path | None) -> TablesError:
    """An error of DuckDB as a TablesError; TablesBroken if the file itself is what is wrong."""
    text = str(error)
    if "Could not set lock" in text:
        return TablesLocked(f"another program has {path} open: close it and run this again")
    for part, explanation in _EXPLANATIONS:
        if part.lower() in text.lower():
            return TablesError(explanation.format(path=path or "the tables"))
    return TablesBroken(f"{path or 'the tables'} can't be used: {text.splitlines()[0]}")


@contextmanager
def explaining(path: Path | None) -> Iterator[None]:
    """Raise what goes wrong outside of the program as a TablesError."""
    try:
        yield
    except OUTSIDE as error:
        raise explained(error, path) from error
