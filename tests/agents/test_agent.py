"""Agents as known now, and which team a name stood for at which time."""

from domain.agents.events import AgentJoined, AgentLeft, AgentMoved
from tests.properties.given import UNKNOWN, Given, at, event, id_of

MODELS = ("agent", "agent_team")
KIM, NAMESAKE = "agent:crm:kim", "agent:crm:another-kim"


def test_of_each_detail_the_last_fact_that_gives_it_wins(given: Given) -> None:
    shown = given(
        event(KIM, AgentJoined(name="Kim", team="North", office="Hamburg", manager="Robin"), 1),
        event(KIM, AgentMoved(team="South"), 3),
        event(KIM, AgentMoved(office="Bremen"), 2),
    )
    assert shown.rows("agent", "name", "team", "office", "manager", "reference", "is_active") == [
        ("Kim", "South", "Bremen", "Robin", KIM, True)
    ]


def test_who_left_keeps_their_name_and_is_back_with_any_later_fact(given: Given) -> None:
    gone = [event(KIM, AgentJoined(name="Kim", team="North"), 1), event(KIM, AgentLeft(), 2)]
    assert given(*gone).rows("agent", "name", "team", "is_active") == [("Kim", "North", False)]
    assert given(*gone, event(KIM, AgentMoved(team="South"), 3)).rows("agent", "is_active") == [(True,)]


def test_an_agent_is_known_from_the_first_event_of_any_type(given: Given) -> None:
    shown = given(event(KIM, AgentMoved(team="North"), 1))
    assert shown.rows("agent", "agent_id", "name", "team", "is_active") == [(id_of(KIM), None, "North", True)]
    assert shown.rows("agent_team", "name") == []


def test_each_change_begins_a_period_and_the_first_holds_for_all_time_before(given: Given) -> None:
    shown = given(
        event(KIM, AgentMoved(team="South"), 5),
        event(KIM, AgentJoined(name="Kim", team="North"), 1),
    )
    assert shown.rows("agent_team", "name", "team", "valid_from", "valid_to") == [
        ("Kim", "North", None, at(5)),
        ("Kim", "South", at(5), None),
    ]


def test_a_name_belongs_to_the_agent_who_was_known_by_it_first(given: Given) -> None:
    first = event(KIM, AgentJoined(name="Kim", team="North"), 2)
    second = event(NAMESAKE, AgentJoined(name="Kim", team="South"), 3)
    for events in ((first, second), (second, first)):
        assert given(*events).rows("agent_team", "team", "valid_from") == [("North", None)]
    # and a late event can show that it was the other one
    assert given(first, second, event(NAMESAKE, AgentJoined(name="Kim", team="West"), 1)).rows(
        "agent_team", "team", "valid_from", "valid_to"
    ) == [("South", at(3), None), ("West", None, at(3))]


def test_facts_at_one_time_hold_in_the_senders_order_and_those_without_one_come_last(given: Given) -> None:
    events = [
        event(KIM, AgentMoved(team="last"), 1),
        event(KIM, AgentMoved(team="second"), 1, sequence=10),
        event(KIM, AgentJoined(name="Kim", team="first"), 1, sequence=9),
    ]
    for shown in (given(*events), given(*reversed(events))):
        assert shown.rows("agent", "team") == [("last",)]


def test_a_fact_of_unknown_time_holds_from_its_stand_in(given: Given) -> None:
    shown = given(
        event(KIM, AgentJoined(name="Kim", team="North"), 1),
        event(KIM, AgentMoved(team="South"), 2, **UNKNOWN),
    )
    assert shown.rows("agent_team", "team", "valid_to") == [("North", at(2)), ("South", None)]


def test_tenants_with_the_same_keys_never_meet(given: Given) -> None:
    shown = given(
        event(KIM, AgentJoined(name="Kim", team="North"), 1),
        event(KIM, AgentJoined(name="Kim", team="Elsewhere"), 0, tenant="other"),
    )
    assert shown.rows("agent_team", "tenant", "team", "valid_from") == [
        ("main", "North", None),
        ("other", "Elsewhere", None),
    ]
