"""What is allowed with an agent: one function per decision.

Each takes what we know and the fact that is asked for, and returns the facts that follow, or refuses with what to do
instead.
"""

from domain.agents.events import AgentJoined, AgentLeft, AgentMoved
from domain.agents.state import Agent, AgentEvent
from domain.shared.errors import CommandRefused


def join(agent: Agent, wanted: AgentJoined) -> list[AgentEvent]:
    """An agent who does not work here can join, again too."""
    if agent.joined and not agent.left:
        raise CommandRefused("the agent already works here; use move-agent for another team, office or manager")
    return [wanted]


def move(agent: Agent, wanted: AgentMoved) -> list[AgentEvent]:
    """An agent who works here can move to another team, office or manager."""
    _refuse_unless_here(agent)
    where = {name: value for name in ("team", "office", "manager") if (value := getattr(wanted, name)) is not None}
    if not where and not wanted.custom:
        raise CommandRefused("say where the agent moves to: --team, --office or --manager")
    if not wanted.custom and all(getattr(agent, name) == value for name, value in where.items()):
        raise CommandRefused("the agent works there already; nothing to move")
    return [wanted]


def leave(agent: Agent, wanted: AgentLeft) -> list[AgentEvent]:
    """An agent who works here can leave."""
    _refuse_unless_here(agent)
    return [wanted]


def _refuse_unless_here(agent: Agent) -> None:
    if not agent.known:
        raise CommandRefused("the agent is not known; add them first with add-agent")
    if agent.left:
        raise CommandRefused("the agent no longer works here; add them again with add-agent")
