"""What decisions need to know about an agent."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import assert_never

from domain.agents.events import AgentJoined, AgentLeft, AgentMoved
from domain.shared.envelope import Envelope

AgentEvent = AgentJoined | AgentMoved | AgentLeft


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent as it stands. `known` from the first event of any type, `joined` once somebody added them.

    `left` while they do not work here any more.
    """

    known: bool = False
    joined: bool = False
    left: bool = False
    name: str | None = None
    team: str | None = None
    office: str | None = None
    manager: str | None = None


UNKNOWN = Agent()


def evolve(agent: Agent, event: AgentEvent) -> Agent:
    """The agent after an event: of each detail the last fact that gives it wins."""
    agent = replace(agent, known=True, left=isinstance(event, AgentLeft))
    match event:
        case AgentJoined():
            return replace(_move(agent, event), joined=True, name=event.name)
        case AgentMoved():
            return _move(agent, event)
        case AgentLeft():
            return agent
        case _:
            assert_never(event)


def fold(envelopes: Iterable[Envelope]) -> Agent:
    """The agent after all its events, given in the models' order. Events of other things change nothing."""
    agent = UNKNOWN
    for envelope in envelopes:
        if isinstance(envelope.data, AgentEvent):
            agent = evolve(agent, envelope.data)
    return agent


def _move(agent: Agent, event: AgentJoined | AgentMoved) -> Agent:
    return replace(
        agent,
        team=event.team or agent.team,
        office=event.office or agent.office,
        manager=event.manager or agent.manager,
    )
