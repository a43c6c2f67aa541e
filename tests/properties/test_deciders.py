"""What commands are decided on is what the tables show: a decider's state equals its thing's row, for all histories.

The rows are the referees', which the tables are held to elsewhere.
"""

from collections.abc import Sequence
from uuid import UUID

from hypothesis import given

from domain.accounts import state as accounts
from domain.agents import state as agents
from domain.deals import state as deals
from domain.pipelines import state as pipelines
from domain.products import state as products
from domain.shared.envelope import Envelope
from domain.tickets import state as tickets
from tests.properties.engines import record
from tests.properties.folds import account, agent, contradiction, deal, pipeline_label, pipeline_stage, product, ticket
from tests.properties.histories import IDENTITY, History, histories
from tests.properties.history import Recorded, by_thing


def recorded(history: History) -> list[Recorded]:
    return record([delivery.envelope for delivery in history.deliveries if delivery.again == "no"])


def things(events: Sequence[Recorded], area: str) -> dict[tuple[str, UUID], list[Envelope]]:
    return {thing: [event.envelope for event in history] for thing, history in by_thing(events, area).items()}


def id_of(reference: str | None) -> UUID | None:
    return IDENTITY.thing(reference) if reference else None


def pipeline_of(events: Sequence[Recorded], tenant: str, history: Sequence[Envelope]) -> pipelines.Pipeline:
    """The pipeline that counts for a deal, as it stands after all events."""
    wanted = id_of(deals.pipeline_of(history))
    return pipelines.fold(things(events, "pipeline").get((tenant, wanted), [])) if wanted else pipelines.UNDEFINED


@given(histories())
def test_a_deals_state_is_its_row(history: History) -> None:
    events = recorded(history)
    names = ("title", "stage", "status", "amount", "currency", "owner", "expected_close", "opened_at", "closed_at")
    for row in deal.rows(events):
        told = things(events, "deal")[row["tenant"], row["deal_id"]]
        found = deals.fold(told, pipeline_of(events, row["tenant"], told))

        assert {name: getattr(found, name) for name in names} == {name: row[name] for name in names}
        assert (found.lost_reason, id_of(found.pipeline)) == (row["lost_reason"], row["pipeline_id"])
        assert (id_of(found.account), id_of(found.product)) == (row["account_id"], row["product_id"])


@given(histories())
def test_a_tickets_state_is_its_row(history: History) -> None:
    events = recorded(history)
    names = ("channel", "priority", "status", "owner", "opened_at", "first_response_at", "resolved_at", "closed_at")
    for row in ticket.rows(events):
        found = tickets.fold(things(events, "ticket")[row["tenant"], row["ticket_id"]])

        assert {name: getattr(found, name) for name in names} == {name: row[name] for name in names}
        assert (found.events, id_of(found.account)) == (row["events"], row["account_id"])


@given(histories())
def test_what_contradicts_for_a_decider_is_what_the_table_says(history: History) -> None:
    events = recorded(history)
    found = {
        (tenant, envelope.id, reason)
        for (tenant, _), told in things(events, "deal").items()
        for envelope, reason in deals.contradictions(told, pipeline_of(events, tenant, told))
    } | {
        (tenant, envelope.id, reason)
        for (tenant, _), told in things(events, "ticket").items()
        for envelope, reason in tickets.contradictions(told)
    }
    ids = {(event.tenant, event.event_id): event.envelope.id for event in events}

    rows = contradiction.rows(events)
    assert found == {(row["tenant"], ids[row["tenant"], row["event_id"]], row["reason"]) for row in rows}


@given(histories())
def test_a_pipelines_stages_are_its_rows(history: History) -> None:
    events = recorded(history)
    known = {thing: pipelines.fold(told) for thing, told in things(events, "pipeline").items()}

    assert {
        (*thing, nth, stage.key, stage.name, stage.kind, stage.probability, stage.retired)
        for thing, found in known.items()
        for nth, stage in enumerate(found.stages, 1)
    } == {
        (row["tenant"], row["pipeline_id"], row["ordinal"], row["stage_key"], row["stage"], row["kind"],
         row["probability"], row["is_retired"])
        for row in pipeline_stage.rows(events)
    }  # fmt: skip
    for row in pipeline_label.rows(events):
        stage = known[row["tenant"], row["pipeline_id"]].stage(row["label"])
        assert stage is not None
        assert stage.key == row["stage_key"]


@given(histories())
def test_the_states_of_accounts_agents_and_products_are_their_rows(history: History) -> None:
    events = recorded(history)
    details = ("name", "industry", "employees", "revenue", "country", "founded", "website", "owner")
    for row in account.rows(events):
        organisation = accounts.fold(things(events, "account")[row["tenant"], row["account_id"]])
        assert {name: getattr(organisation, name) for name in details} == {name: row[name] for name in details}
        assert id_of(organisation.parent) == row["parent_id"]
    for row in agent.rows(events):
        person = agents.fold(things(events, "agent")[row["tenant"], row["agent_id"]])
        expected = (row["name"], row["team"], row["office"], row["manager"], row["status"] == "left")
        assert (person.name, person.team, person.office, person.manager, person.left) == expected
    for row in product.rows(events):
        sold = products.fold(things(events, "product")[row["tenant"], row["product_id"]])
        expected = (row["name"], row["family"], row["price"], row["currency"], row["status"] == "withdrawn")
        assert (sold.name, sold.family, sold.price, sold.currency, sold.withdrawn) == expected
