"""What commands know of things without a status is what the tables show, for all histories.

The rows are the referees', which the tables are held to elsewhere; deals, tickets and the like are compared there too.
"""

from collections.abc import Sequence
from uuid import UUID

from hypothesis import given

from domain.accounts import state as accounts
from domain.agents import state as agents
from domain.contacts import state as contacts
from domain.pipelines import state as pipelines
from domain.products import state as products
from domain.shared.envelope import Envelope
from tests.properties.folds import account, agent, contact_consent, pipeline_label, pipeline_stage, product
from tests.properties.folds.people import person_of
from tests.properties.histories import BEGIN, IDENTITY, History, histories
from tests.properties.history import Recorded, by_thing


def recorded(history: History) -> list[Recorded]:
    """What a log holds after the history: repeats and alerts leave nothing in it."""
    envelopes = [delivery.envelope for delivery in history.deliveries if delivery.again == "no"]
    return [
        Recorded(
            position,
            BEGIN,
            IDENTITY.event(envelope.source, envelope.id),
            IDENTITY.thing(envelope.subject),
            envelope,
            IDENTITY,
        )
        for position, envelope in enumerate(envelopes, 1)
    ]


def things(events: Sequence[Recorded], area: str) -> dict[tuple[str, UUID], list[Envelope]]:
    return {thing: [event.envelope for event in history] for thing, history in by_thing(events, area).items()}


def id_of(reference: str | None) -> UUID | None:
    return IDENTITY.thing(reference) if reference else None


@given(histories())
def test_what_deciders_know_of_things_without_a_status_is_their_rows(history: History) -> None:
    events = recorded(history)
    check_pipelines(events)
    check_accounts_agents_and_products(events)
    check_consents(events)


def check_pipelines(events: Sequence[Recorded]) -> None:
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


def check_accounts_agents_and_products(events: Sequence[Recorded]) -> None:
    details = ("name", "industry", "employees", "revenue", "country", "founded", "website", "owner")
    for row in account.rows(events):
        organisation = accounts.fold(things(events, "account")[row["tenant"], row["account_id"]])
        assert {name: getattr(organisation, name) for name in details} == {name: row[name] for name in details}
        assert id_of(organisation.parent) == row["parent_id"]
    for row in agent.rows(events):
        person = agents.fold(things(events, "agent")[row["tenant"], row["agent_id"]])
        expected = (row["name"], row["team"], row["office"], row["manager"], not row["is_active"])
        assert (person.name, person.team, person.office, person.manager, person.left) == expected
    for row in product.rows(events):
        sold = products.fold(things(events, "product")[row["tenant"], row["product_id"]])
        expected = (row["name"], row["family"], row["price"], row["currency"], row["status"] == "withdrawn")
        assert (sold.name, sold.family, sold.price, sold.currency, sold.withdrawn) == expected


def check_consents(events: Sequence[Recorded]) -> None:
    """Of people who are one contact: a command looks at a contact, the table at a person."""
    persons = person_of(events)
    alone = {who for who in persons if [persons[other] for other in persons if other[0] == who[0]].count(who[1]) == 1}
    shown: dict[tuple[str, UUID], dict[tuple[str, str], bool]] = {}
    for row in contact_consent.rows(events):
        person = shown.setdefault((row["tenant"], row["contact_id"]), {})
        person[row["purpose"], row["channel"]] = row["given"]
    for thing, told in things(events, "contact").items():
        if thing in alone and persons[thing] == thing[1]:
            known = contacts.fold(told).consents
            assert {(purpose, on or "all"): given for (purpose, on), given in known.items()} == shown.get(thing, {})
