"""Ctrl-C and a polite kill: long work ends at the edge of its batch, and nothing is left half done."""

import signal
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

import typer


class Stopping:
    """While it is entered, the first SIGINT or SIGTERM only asks for a stop; the second ends the program at once.

    Call it to learn whether a stop was asked for. `say` tells whoever asked that it was heard.
    """

    def __init__(self, say: Callable[[str], None] = lambda said: typer.echo(said, err=True)) -> None:
        self._say = say
        self._asked = False
        self._before: dict[int, Any] = {}

    def __call__(self) -> bool:
        """Whether the work should end at the next edge."""
        return self._asked

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, number: int, _: FrameType | None) -> None:
        self._asked = True
        signal.signal(number, signal.SIG_DFL)
        self._say("stopping after this batch; once more stops at once")
