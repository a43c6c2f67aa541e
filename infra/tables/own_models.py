"""What goes wrong while a user's model is computed, said of that model."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from projections.runner import Runner

Errors = tuple[type[Exception], ...]
Heard = Callable[[str], None]


def unheard(_: str) -> None:
    """Nobody listens."""


@contextmanager
def naming_the_model(runner: Runner, errors: type[Exception], outside: Errors) -> Iterator[None]:
    """Raise what the SQL of a user's model does wrong as a ModelRefused, which names its file.

    `outside` are those of `errors` that no model is to blame for. A mistake in a model of ours keeps its traceback.
    """
    try:
        yield
    except errors as error:
        model = runner.at
        if model is None or model.own is None or isinstance(error, outside):
            raise
        said, header = first_sentence(error), model.own.header
        # PostgreSQL finds it by an index, before any check can: when a row comes in, or when the index is made.
        if "duplicate key" in said or "could not create unique index" in said:
            detail = str(error).partition("DETAIL:")[2].strip().rstrip(".")
            reason = f"it must hold that the grain makes a row unique, and there is a second: {detail}"
            raise header.refused(header.line("grain"), reason) from error
        raise header.refused(header.sql_line, f"it can't be computed: {said}") from error


def first_sentence(error: Exception) -> str:
    """What a database says first, without the kind of error that DuckDB begins with."""
    line = (str(error).strip() or type(error).__name__).splitlines()[0]
    kind, colon, rest = line.partition(" Error: ")
    return rest if colon and " " not in kind else line
