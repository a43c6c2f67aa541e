"""Rebuilding: new tables are made beside those in use while events keep coming, checked, and swapped in whole."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from consumers.project.catch_up import CaughtUp, catch_up
from consumers.project.log import UpTo
from consumers.project.projector import Ask, Difference, Draft
from consumers.project.run import Projecting, hold_to_checks
from domain.shared.errors import RapportError


class AlreadyRebuilding(RapportError):
    """Another process makes new tables at this moment."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild came to. `compared` is the position at which the new tables were compared with the old, if any."""

    caught: CaughtUp
    compared: int | None = None
    differences: Sequence[Difference] = ()


def rebuild(projecting: Projecting, models: Collection[str] | None = None) -> Rebuilt:
    """Make all tables anew beside those in use, or go on where a stopped rebuild was, and swap them in.

    With `models` only these are computed, and what reads them; all others begin as they are now.

    Readers see the old ones until the new ones are whole, checked and caught up. Raises AlreadyRebuilding, ChecksBroken
    (the old ones stay, the new ones too, to be looked at or dropped), and what log and tables raise.
    """
    draft = projecting.projector.draft(models)
    if draft is None:
        raise AlreadyRebuilding("another process is rebuilding the tables: wait for it, or stop it")
    with draft:
        rebuilt = _make(projecting, draft)
        if rebuilt.caught.stopped:
            return rebuilt
        draft.finish()
    swapped = projecting.bring_up(Ask.SWAP)
    events = rebuilt.caught.events + swapped.events
    caught = CaughtUp(events, swapped.position, swapped.stopped)
    return Rebuilt(caught, rebuilt.compared, rebuilt.differences)


def _make(projecting: Projecting, draft: Draft) -> Rebuilt:
    caught, compared, differences = CaughtUp(0, 0), None, list[Difference]()
    if not projecting.begin(draft):
        return Rebuilt(CaughtUp(0, 0, stopped=True))
    at = draft.comparable()
    # Tables of another log, or ones that lie behind what was begun before, can't be compared.
    if at is not None and max(tables.position for tables in draft.sets) <= at <= projecting.log.head():
        caught = catch_up(UpTo(projecting.log, at), draft.sets, projecting.stop, projecting.report)
        if not caught.stopped:
            compared, differences = at, list(draft.differences())
    if not caught.stopped:
        rest = catch_up(projecting.log, draft.sets, projecting.stop, projecting.report)
        caught = CaughtUp(caught.events + rest.events, rest.position, rest.stopped)
    if not caught.stopped:
        hold_to_checks(draft)
    return Rebuilt(caught, compared, differences)
