"""Who owns the tables: one process at a time. What it offers to the others, and what they can ask of it."""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from consumers.project.catch_up import Progress
from consumers.project.tables import Tables


@dataclass(frozen=True, slots=True)
class Request:
    """What another process asked of the owner: to catch up, or first to forget everything (`rebuild`)."""

    id: str
    rebuild: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request: it is done, or `error` says in a sentence why not."""

    error: str | None = None


class Owner(AbstractContextManager["Owner"], Protocol):
    """The tables in the hands of this process, until the end of the `with`."""

    @property
    def sets(self) -> Sequence[Tables]:
        """The sets of tables, each with a position of its own."""

    def reset(self) -> None:
        """Forget everything, so that all is computed anew from the log."""

    def recompute(self, names: Collection[str]) -> None:
        """Compute these models anew from the facts as they stand, and those that read them."""

    def publish(self, *, at_once: bool) -> None:
        """Show readers what the tables hold; unless `at_once`, not more often than is sensible."""

    def requests(self) -> Sequence[Request]:
        """What others ask for and wait for."""

    def answer(self, requests: Sequence[Request], error: str | None = None) -> None:
        """Tell those who asked that it is done, or what went wrong."""

    def report(self, progress: Progress) -> None:
        """Tell those who wait how far the work is."""


class Asking(Protocol):
    """A request under way, as the one who asked sees it."""

    def answer(self) -> Answer | None:
        """The answer, once it is there."""

    def progress(self) -> Progress | None:
        """How far the owner is, if it says."""

    def withdraw(self) -> None:
        """Ask no more."""


class Projector(Protocol):
    """The tables of a log, and the way to own them, or to ask who does."""

    def own(self, *, afresh: bool = False) -> Owner | None:
        """Become the owner; None while another process is. `afresh` forgets what the tables held before."""

    def owner(self) -> int | None:
        """The process id of the owner that lives now, if any."""

    def ask(self, *, rebuild: bool) -> Asking:
        """Ask the owner to catch up with the log as it stands now, or to rebuild."""

    def published(self) -> int:
        """The position of the log up to which readers see the tables now; 0 if there are none."""

    def is_current(self) -> bool:
        """Whether what readers see was computed as this program would, so that only the position matters."""
