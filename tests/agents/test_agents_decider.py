"""What is allowed with an agent, and how their events change them."""

from itertools import permutations

import pytest

from domain.agents import decider
from domain.agents.events import AgentJoined, AgentLeft, AgentMoved
from domain.agents.state import UNKNOWN, Agent, AgentEvent, fold
from tests.commands.given import happened, refused


def agent(*facts: AgentEvent) -> Agent:
    return fold(happened("agent:crm:kim", *facts))


JOINED = AgentJoined(name="Kim", team="North")
KIM = agent(JOINED)
GONE = agent(JOINED, AgentLeft())


@pytest.mark.parametrize("given", [UNKNOWN, GONE, agent(AgentMoved(team="North"))])
def test_an_agent_joins_and_can_join_again(given: Agent) -> None:
    assert decider.join(given, JOINED) == [JOINED]


def test_an_agent_who_works_here_does_not_join() -> None:
    with refused("use move-agent"):
        decider.join(KIM, JOINED)


@pytest.mark.parametrize("wanted", [AgentMoved(team="South"), AgentMoved(office="Bonn"), AgentMoved(custom={"x": 1})])
def test_an_agent_moves(wanted: AgentMoved) -> None:
    assert decider.move(KIM, wanted) == [wanted]


@pytest.mark.parametrize(
    ("given", "wanted", "because"),
    [
        (UNKNOWN, AgentMoved(team="South"), "not known; add them first"),
        (GONE, AgentMoved(team="South"), "no longer works here"),
        (KIM, AgentMoved(), "--team, --office or --manager"),
        (KIM, AgentMoved(team="North"), "works there already"),
    ],
)
def test_moving_is_refused(given: Agent, wanted: AgentMoved, because: str) -> None:
    with refused(because):
        decider.move(given, wanted)


def test_an_agent_leaves_once() -> None:
    assert decider.leave(KIM, AgentLeft()) == [AgentLeft()]
    with refused("no longer works here"):
        decider.leave(GONE, AgentLeft())


def test_any_events_in_any_order_evolve() -> None:
    each: list[AgentEvent] = [JOINED, AgentMoved(team="South"), AgentLeft()]
    for facts in permutations(each):
        found = agent(*facts)
        assert found.left == isinstance(facts[-1], AgentLeft)
        assert found.team == next(f.team for f in reversed(facts) if not isinstance(f, AgentLeft))
