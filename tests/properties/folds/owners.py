"""Which team an owner's name stands for at a time."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from domain.agents.events import AgentJoined, AgentMoved
from tests.properties.history import Recorded, by_thing

TeamAt = Callable[[str, str | None, datetime], str | None]


def team_at(events: Sequence[Recorded]) -> TeamAt:
    """A function that gives the team by (tenant, owner's name, time), as all events together tell it."""
    careers = {who: _career(events_of_agent) for who, events_of_agent in by_thing(events, "agent").items()}

    def team(tenant: str, name: str | None, time: datetime) -> str | None:
        bearers: list[tuple[datetime, UUID, list[tuple[datetime, str | None]]]] = []
        for (whose, agent_id), career in careers.items():
            under_name = [(since, team) for since, called, team in career if called == name]
            if whose == tenant and name is not None and under_name:
                bearers.append((under_name[0][0], agent_id, under_name))
        if not bearers:
            return None
        _, _, under_name = min(bearers)  # who had the name first
        begun = [team for since, team in under_name if since <= time]
        return begun[-1] if begun else under_name[0][1]

    return team


def _career(events: Sequence[Recorded]) -> list[tuple[datetime, str | None, str | None]]:
    """An agent's name and team since each of their events."""
    name: str | None = None
    team: str | None = None
    career = []
    for event in events:
        data = event.envelope.data
        if isinstance(data, AgentJoined):
            name = data.name or name
        if isinstance(data, AgentJoined | AgentMoved):
            team = data.team or team
        career.append((event.envelope.time, name, team))
    return career
