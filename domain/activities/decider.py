"""What is allowed with an activity: it has to concern somebody or something.

An activity is one event that has happened, with no life after it; so there is no state, and little to refuse.
"""

from domain.activities.events import (
    CallLogged,
    CartAbandoned,
    ChatMessageLogged,
    DocumentShared,
    EmailReceived,
    EmailSent,
    FormSubmitted,
    LetterLogged,
    NoteTaken,
    PageVisited,
    PresentationGiven,
    SmsLogged,
    SocialMessageLogged,
)
from domain.shared.errors import CommandRefused

MessageEvent = EmailReceived | EmailSent | ChatMessageLogged | SocialMessageLogged | SmsLogged | LetterLogged
ActivityEvent = (
    MessageEvent
    | CallLogged
    | NoteTaken
    | PresentationGiven
    | PageVisited
    | FormSubmitted
    | DocumentShared
    | CartAbandoned
)


def log_call(wanted: CallLogged) -> list[ActivityEvent]:
    """A call concerns somebody or something, and nobody speaks on a call that was not answered."""
    _refuse_idle(wanted)
    if wanted.duration_seconds and wanted.outcome in {"no_answer", "busy", "failed"}:
        raise CommandRefused(f"a call with the outcome {wanted.outcome} has no duration; correct one of the two")
    return [wanted]


def log_message(wanted: MessageEvent) -> list[ActivityEvent]:
    """A message concerns somebody or something, and answers another one than itself."""
    _refuse_idle(wanted)
    if wanted.message is not None and wanted.message == wanted.in_reply_to:
        raise CommandRefused("a message does not answer itself; correct --message or --in-reply-to")
    return [wanted]


def take_note(wanted: NoteTaken) -> list[ActivityEvent]:
    """A note concerns somebody or something, and says something."""
    _refuse_idle(wanted)
    if not wanted.text.strip():
        raise CommandRefused("the note is empty; give its --text")
    return [wanted]


def log_presentation(wanted: PresentationGiven) -> list[ActivityEvent]:
    """A presentation was given to somebody, or about something."""
    _refuse_idle(wanted)
    return [wanted]


def log_visit(wanted: PageVisited) -> list[ActivityEvent]:
    """A visit is somebody's: what nobody we know looked at is no activity."""
    _refuse_idle(wanted)
    return [wanted]


def log_form(wanted: FormSubmitted) -> list[ActivityEvent]:
    """A form was filled in by somebody, or about something."""
    _refuse_idle(wanted)
    return [wanted]


def share_document(wanted: DocumentShared) -> list[ActivityEvent]:
    """A document was shared with somebody, or about something."""
    _refuse_idle(wanted)
    return [wanted]


def log_abandoned_cart(wanted: CartAbandoned) -> list[ActivityEvent]:
    """A cart was somebody's, and its amounts have a currency."""
    _refuse_idle(wanted)
    if wanted.currency is None and (wanted.amount is not None or wanted.lines):
        raise CommandRefused("amounts need their currency; give it with --currency")
    return [wanted]


def _refuse_idle(wanted: ActivityEvent) -> None:
    if not (wanted.contacts or wanted.account or wanted.deal or wanted.ticket):
        raise CommandRefused("say whom or what it concerns: --contacts, --account, --deal or --ticket")
