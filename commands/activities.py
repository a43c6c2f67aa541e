"""Commands that record what happened between people."""

from collections.abc import Callable, Sequence
from typing import Literal

from pydantic import Field

from commands.case import Case, Handler
from commands.command import ActivityCommand, C
from domain.activities import decider, events
from domain.activities.decider import ActivityEvent


class LogCall(ActivityCommand, events.CallLogged):
    """Log a telephone call."""


class RecordEmail(ActivityCommand, events.EmailSent):
    """Record an e-mail that we received or sent."""

    direction: Literal["inbound", "outbound"] = Field(description="inbound: it reached us; outbound: we sent it")


class LogChatMessage(ActivityCommand, events.ChatMessageLogged):
    """Log a message in a chat."""


class LogSocialMessage(ActivityCommand, events.SocialMessageLogged):
    """Log a message on a social network."""


class LogSms(ActivityCommand, events.SmsLogged):
    """Log a text message."""


class LogLetter(ActivityCommand, events.LetterLogged):
    """Log a letter that came or went by post."""


class TakeNote(ActivityCommand, events.NoteTaken):
    """Write a note down."""


class LogPresentation(ActivityCommand, events.PresentationGiven):
    """Log that we showed what we sell."""


class LogVisit(ActivityCommand, events.PageVisited):
    """Log that somebody looked at a page of ours."""


class LogForm(ActivityCommand, events.FormSubmitted):
    """Log that somebody filled in a form of ours."""


class ShareDocument(ActivityCommand, events.DocumentShared):
    """Record that a document was handed over."""


class LogAbandonedCart(ActivityCommand, events.CartAbandoned):
    """Log that somebody left a cart without buying."""


def on_activity(command: type[C], decide: Callable[[C], Sequence[ActivityEvent]]) -> Handler:
    """A command about an activity, which has no history."""
    return Handler(command, lambda wanted, _: decide(wanted.asked()))


def record_email(command: RecordEmail, _: Case) -> Sequence[ActivityEvent]:
    """Record an e-mail as received or sent, whichever it was."""
    if command.direction == "inbound":
        return decider.log_message(command.fact(events.EmailReceived))
    return decider.log_message(command.fact(events.EmailSent))
