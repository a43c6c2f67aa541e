"""Catching up once, following for good, and reading when it is fresh enough: with whoever owns the tables."""

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace

from consumers.project.catch_up import CaughtUp, Progress, Report, Stop, catch_up, never, unheard
from consumers.project.log import ReadsLog
from consumers.project.projector import (
    Ask,
    Asking,
    ChecksBroken,
    Draft,
    NothingToSwap,
    OtherModels,
    Owner,
    Projector,
    Superseded,
)
from consumers.project.tables import Tables
from domain.shared.errors import RapportError

SHORTEST_PAUSE = 0.002  # seconds between two looks at the log while events come
LONGEST_PAUSE = 0.1
_WAITING = 0.02

Follows = Callable[[CaughtUp], None]


class NotYet(RapportError):
    """The tables did not reach a position in time, or the owner could not do what it was asked."""


class BeingMade(NotYet):
    """Another process makes the tables anew that other models computed."""


@dataclass(frozen=True, slots=True)
class Projecting:
    """A log, the tables computed from it, and how long work hears of a stop and tells of its progress.

    `are_models_now` says whether the models are by now those that made other tables, by their digests.
    """

    projector: Projector
    log: ReadsLog
    stop: Stop = never
    report: Report = unheard
    are_models_now: Callable[[object], bool] = lambda _: False
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def bring_up(self, what: Ask = Ask.CATCH_UP) -> CaughtUp:
        """Bring the published tables up to the log's present head, by ourselves or through whoever owns them.

        Raises NotYet, with the owner's sentence when it failed, and what log and tables raise.
        """
        asked = False
        while not self.stop():
            owner = self.projector.own()
            if owner is not None:
                with owner:
                    if what is not Ask.CATCH_UP:
                        # Whoever was asked may have done it, and died before it could say so.
                        with suppress(NothingToSwap) if asked else nullcontext():
                            owner.exchange(what, self._bring_sets_up)
                    return self.work(owner)
            before, wanted = self.projector.published(), self.log.head()
            asked = True
            if self._ask(what):
                return CaughtUp(max(0, wanted - before), self.projector.published())
        return CaughtUp(0, self.projector.published(), stopped=True)

    def work(self, owner: Owner) -> CaughtUp:
        """As the owner: catch up, publish, and do what others ask for meanwhile. Raises Superseded."""
        # What waits to be put in the place of these tables spares making them anew.
        if any(request.what is not Ask.CATCH_UP for request in owner.requests()):
            self._serve(owner, CaughtUp(0, self.projector.published()))
        if owner.is_outdated() and not self._renew(owner):
            return CaughtUp(0, self.projector.published(), stopped=True)
        caught = self._advance(owner)
        owner.publish(at_once=True)
        while not caught.stopped and owner.requests():
            caught = self._serve(owner, caught)
        return caught

    def follow(self, owner: Owner, heard: Follows = lambda _: None) -> None:
        """As the owner: follow the log until a stop, and tell `heard` of every step that took in events.

        Raises Superseded when it was asked to go on with tables of models that it does not know yet.
        """
        caught = self.work(owner)
        pause = SHORTEST_PAUSE
        while not self.stop():
            if caught.events:
                heard(caught)
            pause = SHORTEST_PAUSE if caught.events else min(LONGEST_PAUSE, pause * 1.5)
            self.sleep(pause)
            caught = self._advance(owner)
            owner.publish(at_once=False)
            if owner.requests():
                caught = self._serve(owner, caught)
        owner.publish(at_once=True)

    def freshen(self) -> None:
        """Before a read: catch up when nobody follows the log. With an owner, what it published is what there is.

        An owner that has not published any tables as this program would compute them is asked to, and waited for; while
        another process makes them, those from before serve.
        """
        if not (self.projector.is_current() and (self.projector.owner() is not None or self._is_fresh())):
            try:
                self.bring_up()
            except BeingMade:
                if not self.projector.published():
                    raise

    def begin(self, draft: Draft) -> bool:
        """Have the sets of a draft; False if a stop cut it short."""
        steps = draft.begin()
        for step in steps:
            self.report(Progress(step, 0, 0))
            if self.stop():
                steps.close()
                return False
        return True

    def wait_for(self, position: int, seconds: float) -> None:
        """Wait until readers see the log up to `position`. Raises NotYet when it takes longer than `seconds`."""
        until = self.clock() + seconds
        while self.projector.published() < position:
            self.freshen()
            if self.stop() or self.clock() > until:
                published = self.projector.published()
                if published >= position:
                    return
                raise NotYet(
                    f"the tables are at position {published:,} and not yet at {position:,}: "
                    "see `rapport status`, or run `rapport project`"
                )
            self.sleep(_WAITING)

    def _is_fresh(self) -> bool:
        # Another process may have seen a later head. Beyond the log's end the tables are those of another log.
        return self.log.head() <= self.projector.published() <= self.log.end()

    def _advance(self, owner: Owner) -> CaughtUp:
        def report(progress: Progress) -> None:
            self.report(progress)
            owner.report(progress)

        begun = self.clock()
        caught = catch_up(self.log, owner.sets, self.stop, report)
        return replace(caught, seconds=self.clock() - begun)

    def _bring_sets_up(self, sets: Sequence[Tables]) -> CaughtUp:
        return catch_up(self.log, sets, self.stop, self.report)

    def _renew(self, owner: Owner) -> bool:
        """Make the tables beside those that other models computed, which serve meanwhile, and swap them in.

        False if a stop cut it short. Raises ChecksBroken.
        """
        draft = self.projector.draft(models=())
        if draft is None:
            raise BeingMade("another process is making these tables anew: wait for it, then start this one again")
        with draft:
            if not self.begin(draft) or self._bring_sets_up(draft.sets).stopped:
                return False
            hold_to_checks(draft)
            draft.finish()
        owner.exchange(Ask.SWAP, self._bring_sets_up)
        return True

    def _serve(self, owner: Owner, before: CaughtUp) -> CaughtUp:
        """Do what others asked for. Whoever asks meanwhile waits for the next round."""
        requests = owner.requests()
        try:
            for what in dict.fromkeys(request.what for request in requests if request.what is not Ask.CATCH_UP):
                owner.exchange(what, self._bring_sets_up)
            caught = self._advance(owner)
            owner.publish(at_once=True)
        except NothingToSwap as error:  # no harm is done: the owner goes on
            if isinstance(error, OtherModels) and self.are_models_now(error.made_by):
                raise Superseded("the models are others by now than those this began with: run it again") from error
            owner.answer(requests, str(error))
            return before
        except RapportError as error:
            with suppress(OSError):  # the first error is the one that counts
                owner.answer(requests, str(error))
            raise
        if not caught.stopped:  # otherwise those who asked see that the owner is gone, and do it themselves
            owner.answer(requests)
        seconds = before.seconds + caught.seconds
        return CaughtUp(before.events + caught.events, caught.position, caught.stopped, seconds)

    def _ask(self, what: Ask) -> bool:
        """Ask the owner and wait. False if the owner went before it was done."""
        asking = self.projector.ask(what)
        try:
            while not self.stop():
                if self._is_answered(asking):
                    return True
                if self.projector.owner() is None:
                    return self._is_answered(asking)
                self.sleep(_WAITING)
            return False
        finally:
            asking.withdraw()

    def _is_answered(self, asking: Asking) -> bool:
        answer = asking.answer()
        if answer is None:
            progress = asking.progress()
            if progress is not None:
                self.report(progress)
            return False
        if answer.error is not None:
            raise NotYet(f"the running projector could not do it: {answer.error}")
        return True


def hold_to_checks(draft: Draft) -> None:
    """Raise ChecksBroken if the new tables break the checks of their models."""
    if broken := draft.broken_checks():
        raise ChecksBroken(f"the new tables were not swapped in, since checks are broken: {'; '.join(broken)}")
