"""What is allowed with an activity: it has to concern somebody or something.

An activity is one event that has happened, with no life after it; so there is no state, and little to refuse.
"""

from domain.activities.events import CallLogged, EmailReceived, EmailSent, NoteTaken
from domain.shared.errors import CommandRefused

ActivityEvent = CallLogged | EmailReceived | EmailSent | NoteTaken


def log_call(wanted: CallLogged) -> list[ActivityEvent]:
    """A call concerns somebody or something, and nobody speaks on a call that was not answered."""
    _refuse_idle(wanted)
    if wanted.duration_seconds and wanted.outcome in {"no_answer", "busy", "failed"}:
        raise CommandRefused(f"a call with the outcome {wanted.outcome} has no duration; correct one of the two")
    return [wanted]


def record_email(wanted: EmailReceived | EmailSent) -> list[ActivityEvent]:
    """An e-mail concerns somebody or something."""
    _refuse_idle(wanted)
    return [wanted]


def take_note(wanted: NoteTaken) -> list[ActivityEvent]:
    """A note concerns somebody or something, and says something."""
    _refuse_idle(wanted)
    if not wanted.text.strip():
        raise CommandRefused("the note is empty; give its --text")
    return [wanted]


def _refuse_idle(wanted: ActivityEvent) -> None:
    if not (wanted.contacts or wanted.account or wanted.deal or wanted.ticket):
        raise CommandRefused("say whom or what it concerns: --contacts, --account, --deal or --ticket")
