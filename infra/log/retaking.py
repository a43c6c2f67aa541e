"""Dead letters tried again, within one transaction: what can be used now is taken, and every attempt is noted."""

from collections.abc import Sequence
from uuid import UUID

from consumers.ingest.messages import DeadLetter
from consumers.ingest.retry import REFUSED, REPEAT, SETTLED, TAKEN, Attempt, Try
from infra.log.burying import Burial
from infra.log.dead_letters import is_open, note_attempt
from infra.log.sealing import Sealing
from infra.log.session import Session
from infra.log.taking import Prepared, Sorted, append_fresh, sort_batch

_MENDED = "mended"


def take_again(
    session: Session,
    tenant: str,
    tries: Sequence[tuple[Try, Sequence[Prepared]]],
    actor: str,
    burial: Burial,
    sealing: Sealing,
    *,
    dry_run: bool,
) -> list[Attempt]:
    """Take and note. What was settled before, perhaps by somebody else just now, is left alone."""
    open_ = [(one, prepared) for one, prepared in tries if is_open(session, tenant, one.letter.id)]
    found = sort_batch(session, [one for _, prepared in open_ for one in prepared])
    attempts = _judged([one for one, _ in open_], found)
    if not dry_run:
        append_fresh(session, found, sealing)
        for one, _ in open_:
            noted = _note(session, tenant, one, attempts[one.letter.id], actor, burial)
            if not noted and attempts[one.letter.id].outcome == REPEAT:
                del attempts[one.letter.id]  # somebody else took it between our look at the letter and at the log
    return [attempts.get(one.letter.id) or Attempt(one.letter.id, SETTLED) for one, _ in tries]


def _judged(tries: Sequence[Try], found: Sorted) -> dict[UUID, Attempt]:
    """What becomes of each. What it has for the log is known by its place, which is the letter's id."""
    alerts = {alert.place: alert for alert in found.alerts}
    fresh = {prepared.incoming.place for _, prepared in found.fresh}
    attempts = {}
    for one in tries:
        place = str(one.letter.id)
        if not one.incoming:
            attempt = Attempt(one.letter.id, REFUSED, one.reason, one.field)
        elif place in alerts:
            attempt = Attempt(one.letter.id, REFUSED, alerts[place].reason, alerts[place].field)
        else:
            attempt = Attempt(one.letter.id, TAKEN if place in fresh else REPEAT)
        attempts[one.letter.id] = attempt
    return attempts


def _note(session: Session, tenant: str, one: Try, attempt: Attempt, actor: str, burial: Burial) -> bool:
    reason = attempt.reason
    if one.letter.mended and attempt.outcome != REFUSED:
        mended = _bury_mended(session, tenant, one, burial)
        note_attempt(session, tenant, mended, attempt.outcome, None, actor)
        reason = f"mended: the message that took its place is dead letter {mended}"
    return note_attempt(session, tenant, one.letter.id, attempt.outcome, reason, actor)


def _bury_mended(session: Session, tenant: str, one: Try, burial: Burial) -> UUID:
    """Keep the mended message as what it is, so that both can be seen: a dead letter, settled at once."""
    source = one.incoming[0].envelope.source if one.incoming else None
    place = f"dead letter {one.letter.id}"
    reason = "sent by hand in place of a dead letter"
    mended = DeadLetter(tenant, _MENDED, place, source, reason, None, one.letter.raw or b"")
    burial.bury(session, [mended])
    return burial.id_of(mended)
