"""Commands about agents."""

from collections.abc import Callable, Sequence

from commands.case import Handler
from commands.command import AgentCommand, C, NewAgent
from domain.agents import events
from domain.agents.state import Agent, AgentEvent, fold


class AddAgent(NewAgent, events.AgentJoined):
    """Add a person who works here."""


class MoveAgent(AgentCommand, events.AgentMoved):
    """Move an agent to another team, office or manager."""


class RemoveAgent(AgentCommand, events.AgentLeft):
    """Note that an agent no longer works here."""


def on_agent(command: type[C], decide: Callable[[Agent, C], Sequence[AgentEvent]]) -> Handler:
    """A command about one agent as they stand at the command's time."""
    return Handler(command, lambda wanted, case: decide(fold(case.past), wanted.asked()))
