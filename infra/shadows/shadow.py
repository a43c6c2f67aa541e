"""What a shadow is, on either store: tables that changed models compute, beside the live ones, at a position."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from consumers.project.catch_up import Progress, catch_up
from consumers.project.log import UpTo
from consumers.project.run import Projecting
from consumers.project.tables import Tables
from domain.shared.errors import RapportError
from infra.publishing.reader import Found, Reader
from projections.changed import Text, differing, with_changes
from projections.definition import Definition, definition_of
from projections.model import Model, needed_for


class NoShadow(RapportError):
    """There is no shadow of a name."""


class Busy(RapportError):
    """Another process is at work on a shadow."""

    def __init__(self, name: str) -> None:
        super().__init__(f"another process is at work on the shadow {name}: wait for it, or stop it")


class Stopped(RapportError):
    """The work on a shadow was stopped, which stays as it was."""

    def __init__(self) -> None:
        super().__init__("stopped; nothing of it is left: run it again")


class Ahead(RapportError):
    """A shadow holds more events than the live tables, and so can't be compared with them."""

    def __init__(self, name: str, position: int, live: int) -> None:
        super().__init__(
            f"the shadow {name} is at position {position:,} and the live tables are at {live:,}:"
            " bring those up with `rapport project`, or build it again"
        )


@dataclass(frozen=True, slots=True)
class Shadow:
    """A shadow as it stands: the position of the log that its tables are at, and the texts of the changed models."""

    name: str
    position: int
    texts: tuple[Text, ...]

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the changed models."""
        return tuple(text.name for text in self.texts)


@dataclass(frozen=True, slots=True)
class Changes:
    """The live models, the shadow's, and which of those are computed otherwise."""

    live: Sequence[Model]
    shadow: Sequence[Model]

    @property
    def differing(self) -> tuple[Model, ...]:
        """The models that are changed or new, and all that are computed from them."""
        return differing(self.live, self.shadow)

    def definition(self, *schemas: str) -> Definition:
        """What it takes to have the shadow's models of these schemas."""
        return definition_of(needed_for(schemas, self.shadow))

    def reach(self, definition: Definition) -> bool:
        """Whether any of a definition's models is computed otherwise."""
        return not {model.name for model in self.differing}.isdisjoint(model.name for model in definition.models)


class Compared(Protocol):
    """The live tables and a shadow's at one position, to be asked together."""

    @property
    def position(self) -> int:
        """The position of both."""

    def places(self, model: Model) -> tuple[str, str]:
        """The full names of a model's live table and of the shadow's."""

    def query(self, statement: str, parameters: Sequence[Any] = ()) -> Found:
        """The rows of a statement over them."""


class Shadows(Protocol):
    """The shadows of a store."""

    def build(self, name: str, texts: Sequence[Text], projecting: Projecting) -> Shadow:
        """Build a shadow, in the place of one of the same name, which stays until this one is whole.

        Raises Busy, Stopped, ModelRefused for checks that are broken, and what log and tables raise.
        """

    def drop(self, name: str) -> bool:
        """Remove a shadow; False if there is none. Raises Busy."""

    def listed(self) -> Sequence[Shadow]:
        """All shadows, by name."""

    def compare(self, name: str, projecting: Projecting) -> AbstractContextManager[Compared]:
        """Bring a shadow to the position of the live tables, and look at both. Raises NoShadow, Busy and Ahead."""

    def open_reader(self, name: str, *, personal: bool) -> Reader:
        """The shadow as it stands, for reading. What is personal and as in the live tables is read there."""


def changes_of(models: Sequence[Model], texts: Iterable[Text]) -> Changes:
    """What these texts change in the live models."""
    return Changes(models, with_changes(models, texts))


def find(shadows: Sequence[Shadow], name: str) -> Shadow:
    """The shadow of that name. Raises NoShadow."""
    for shadow in shadows:
        if shadow.name == name:
            return shadow
    known = ", ".join(shadow.name for shadow in shadows)
    raise NoShadow(f"there is no shadow {name}{f'; there are {known}' if known else ': rapport rebuild --shadow'}")


def bring_up(projecting: Projecting, tables: Tables, position: int) -> None:
    """Take what the log has up to a position into the tables of a shadow. Raises Stopped."""
    if catch_up(UpTo(projecting.log, position), [tables], projecting.stop, projecting.report).stopped:
        raise Stopped


def hearing(projecting: Projecting, of: int) -> Callable[[str], None]:
    """What tables tell which model is computed, so that it is reported and a stop heard. It raises Stopped."""
    done = 0

    def heard(model: str) -> None:
        nonlocal done
        done += 1
        projecting.report(Progress(f"computed {model}", done, of, "models"))
        if projecting.stop():
            raise Stopped

    return heard


def as_plain(texts: Iterable[Text]) -> list[dict[str, str | None]]:
    """Texts as JSON holds them."""
    return [{"folder": text.folder, "model": text.model, "checks": text.checks} for text in texts]


def from_plain(plain: Iterable[Mapping[str, Any]]) -> tuple[Text, ...]:
    """What `as_plain` made of texts."""
    return tuple(Text(one["folder"], one["model"], one["checks"]) for one in plain)
