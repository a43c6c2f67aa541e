"""Who owns the tables: one process at a time. What it offers to the others, and what they can ask of it."""

from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from consumers.project.catch_up import Progress
from consumers.project.tables import Tables
from domain.shared.errors import RapportError

MADE_OTHERWISE = (
    "the rebuilt tables are of other models than this projector has, or of another time zone: restart it, with"
    " RAPPORT_MODELS and RAPPORT_TIMEZONE as they were for the rebuild, and rebuild again"
)


class Ask(StrEnum):
    """What one can ask of the owner, after which it catches up."""

    CATCH_UP = "catch_up"
    SWAP = "swap"  # put the tables that were made beside in the place of those in use, which are kept
    UNDO = "undo"  # put back those that were kept


@dataclass(frozen=True, slots=True)
class Request:
    """What another process asked of the owner."""

    id: str
    what: Ask


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request: it is done, or `error` says in a sentence why not."""

    error: str | None = None


class NothingToSwap(RapportError):
    """There are no tables that could be put in the place of those in use."""


class OtherModels(NothingToSwap):
    """There are such tables, but other models than the owner's computed them: `made_by` are the digests of those."""

    def __init__(self, sentence: str, made_by: object) -> None:
        super().__init__(sentence)
        self.made_by = made_by


class Superseded(RapportError):
    """The models are others now than those that the owner began with: it has to begin again."""


class ChecksBroken(RapportError):
    """The new tables break the checks of their models, and were not swapped in."""


BringUp = Callable[[Sequence[Tables]], object]


@dataclass(frozen=True, slots=True)
class Difference:
    """A table that is not what it was at the same position: its name, and its rows before and now."""

    table: str
    before: int
    now: int


class Draft(AbstractContextManager["Draft"], Protocol):
    """Tables that are made beside those in use, in the hands of this process. What is done stays when it is let go."""

    def begin(self) -> Generator[str, None, None]:
        """Have the sets of tables, with what they begin with; yields what is done, step by step.

        Given up, it leaves no sets. Raises ModelRefused.
        """

    @property
    def sets(self) -> Sequence[Tables]:
        """The sets of tables that were begun, each with a position of its own."""

    def comparable(self) -> int | None:
        """The position at which the tables in use can be compared with these; None if they can't be."""

    def differences(self) -> Sequence[Difference]:
        """The tables that differ from those in use, at that position."""

    def broken_checks(self) -> Sequence[str]:
        """What the checks of the models find wrong, a sentence each."""

    def finish(self) -> None:
        """Say that these tables may be swapped in."""


class Owner(AbstractContextManager["Owner"], Protocol):
    """The tables in the hands of this process, until the end of the `with`."""

    @property
    def sets(self) -> Sequence[Tables]:
        """The sets of tables, each with a position of its own."""

    def is_outdated(self) -> bool:
        """Whether other models than this program's computed the tables that readers see in place.

        They serve until new ones are made beside them and swapped in.
        """

    def exchange(self, what: Ask, bring_up: BringUp) -> None:
        """Put other tables in the place of those in use. `bring_up` brings tables to the log's head before.

        Raises NothingToSwap if there are none, OtherModels if this owner could not keep them up to date.
        """

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

    def own(self) -> Owner | None:
        """Become the owner; None while another process is."""

    def owner(self) -> int | None:
        """The process id of the owner that lives now, if any."""

    def draft(self, models: Collection[str] | None = None) -> Draft | None:
        """Make tables beside those in use, or go on with those begun; None while another process does.

        With `models` only these are computed, those that were computed otherwise, and what reads them: the rest begins
        as a copy of the tables in use.
        """

    def discard_draft(self) -> bool:
        """Forget tables that were begun beside those in use; False if there were none."""

    def ask(self, what: Ask) -> Asking:
        """Ask the owner to do something, and to catch up with the log as it stands now."""

    def published(self) -> int:
        """The position of the log up to which readers see the tables now; 0 if there are none."""

    def is_current(self) -> bool:
        """Whether what readers see was computed as this program would, so that only the position matters."""
