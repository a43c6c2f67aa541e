"""Every command asks for a fact, has a name in the imperative, and is found even when misspelt."""

import re

import pytest

from commands.pipelines import ChangeStage
from commands.registry import COMMANDS, NAMES, find
from domain.activities.events import EmailReceived
from domain.catalog import BY_MODEL, EVENT_TYPES
from domain.shared.errors import InvalidInput
from domain.shared.event import Event


def facts_of(command: type) -> list[type[Event]]:
    return [model for model in BY_MODEL if issubclass(command, model)]


def test_every_type_of_event_can_be_asked_for() -> None:
    asked = {fact for command in NAMES for fact in facts_of(command)} | {EmailReceived}

    assert asked == {event_type.model for event_type in EVENT_TYPES}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_named_like_its_class_and_asks_for_a_fact_of_its_area(name: str) -> None:
    command = COMMANDS[name].command
    facts = [BY_MODEL[model] for model in facts_of(command)]

    assert name == re.sub(r"(?<!^)(?=[A-Z])", "-", command.__name__).lower()
    assert [fact.area for fact in facts] == [command.about] or command is ChangeStage
    assert command.about == "activity" or command.about in command.model_fields
    assert all(field.description for field in command.model_fields.values())


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_itself_what_it_does(name: str) -> None:
    command = COMMANDS[name].command

    assert "__doc__" in vars(command)
    assert (command.__doc__ or "").endswith(".")


def test_no_field_of_a_fact_is_hidden_by_the_thing_a_command_is_about() -> None:
    for command in NAMES:
        for model in facts_of(command):
            assert command.about not in model.model_fields


def test_a_misspelt_command_gets_the_nearest_name() -> None:
    with pytest.raises(InvalidInput, match=r"'win_deal' is not a command; did you mean win-deal\?"):
        find("win_deal")
    with pytest.raises(InvalidInput, match="`rapport do` lists them"):
        find("xyzzy")
