"""What can happen to an agent: a person who works here. Names of agents are business data."""

from pydantic import Field

from domain.shared.event import Event
from domain.shared.fields import Name


class AgentJoined(Event):
    """Somebody works here from now on."""

    name: Name = Field(description="the agent's name, as deals and tickets give it for their owner")
    team: Name | None = Field(None, description="the team")
    office: Name | None = Field(None, description="the office")
    manager: Name | None = Field(None, description="the name of the agent's manager")


class AgentMoved(Event):
    """The agent works in another team or office, or for another manager. Only what is given changes."""

    team: Name | None = Field(None, description="the team from now on")
    office: Name | None = Field(None, description="the office from now on")
    manager: Name | None = Field(None, description="the name of the manager from now on")


class AgentLeft(Event):
    """The agent no longer works here; what they did keeps their name."""
