"""What can't be imported because of what was given: a file, a map, a name."""

from infra.errors import Misused


class ImportMisused(Misused):
    """A file or a map that can't be used; the sentence says which, and what to do. Nothing was imported."""


def first_sentence(error: Exception) -> str:
    """What DuckDB says, without the lines that repeat the statement or the file's contents."""
    lines = [line.strip() for line in str(error).splitlines()]
    kept = [line for line in lines if line and not line.startswith(("LINE ", "^", "Original Line"))]
    return kept[0] if kept else type(error).__name__
