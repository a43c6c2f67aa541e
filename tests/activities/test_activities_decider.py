"""What is allowed with an activity."""

import pytest

from domain.activities import decider
from domain.activities.events import CallLogged, EmailReceived, EmailSent, NoteTaken
from tests.commands.given import refused

WITH_ADA = ["contact:crm:ada"]


def test_what_happened_is_recorded_with_whatever_it_concerns() -> None:
    call = CallLogged(direction="inbound", duration_seconds=30, deal="deal:crm:1", contacts=WITH_ADA)
    received, sent = EmailReceived(ticket="ticket:crm:1"), EmailSent(account="account:crm:nord")
    note = NoteTaken(text="Called back.", contacts=WITH_ADA)

    assert decider.log_call(call) == [call]
    assert decider.log_message(received) == [received]
    assert decider.log_message(sent) == [sent]
    assert decider.take_note(note) == [note]


def test_it_has_to_concern_somebody_or_something() -> None:
    because = "--contacts, --account, --deal or --ticket"
    with refused(because):
        decider.log_call(CallLogged(direction="inbound"))
    with refused(because):
        decider.log_message(EmailSent())
    with refused(because):
        decider.take_note(NoteTaken(text="x"))


@pytest.mark.parametrize("outcome", ["no_answer", "busy", "failed"])
def test_nobody_speaks_on_a_call_that_was_not_answered(outcome: str) -> None:
    said = {"direction": "outbound", "outcome": outcome, "contacts": WITH_ADA}
    assert decider.log_call(CallLogged.model_validate({**said, "duration_seconds": 0}))
    with refused("has no duration"):
        decider.log_call(CallLogged.model_validate({**said, "duration_seconds": 5}))


def test_an_empty_note_says_nothing() -> None:
    with refused("the note is empty"):
        decider.take_note(NoteTaken(text=" \n", contacts=WITH_ADA))
