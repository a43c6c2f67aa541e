"""The maps that come with the program."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from infra.errors import Misused
from infra.importing.maps import find_map, ready_maps
from tests.importing.given import Imported, imported, written

CONTACTS = """\
ID,Full name,Email, first name ,Last-Name,Phone,account,owner,created,tags
7,,Ann@Example.org,Ann,Archer,+49 30 123456,Acme,Bo Berg,2024-05-31,new; vip
,,carl@example.org,,,,Acme,,,
9,,nonsense,,,,,,,
"""
DEALS = """\
id,title,stage,amount,currency,owner,account,product,opened,closed,lost_reason,stage_order
1,Fifty seats,Proposal,1200.50,EUR,Ann,Acme,Seat,2024-01-05,,,2
2,Ten seats,Closed Won,300,EUR,Ann,Acme,Seat,2024-01-06,2024-02-01,,8
3,No seats,Closed Lost,,,Bo,,,2024-01-07,2024-02-02,they went to a friend of ours,9
4,One seat,Closed Lost,5,,Bo,,,,,Price,9
5,A new one,New,,,Bo,,,,,,1
"""
TICKETS = """\
id,at,event,owner,channel,priority,subject,text,contact_email,score,label,state,sequence
1,2024-05-31T09:00:00Z,created,,email,High,It broke,Help,ann@example.org,,,,1
1,2024-05-31T09:00:00Z,Assigned,Bo,email,High,It broke,,,,taken over,,2
1,2024-05-31T10:00:00Z,agent replied,Bo,,,,Try again,,,,,3
1,2024-05-31T11:00:00+02:00,Escalated upstairs,,,,,,,,,with the boss,4
1,2024-05-31T12:00:00Z,closed,,,,,,,,,,5
1,2024-06-01,rated,,,,,,,4,,,6
1,2024-06-01 09:00,reopened,,,,,,,,,,7
"""


def of_type(done: Imported, name: str) -> list[dict[str, Any]]:
    return [event for event in done.events if event["type"] == f"crm.{name}.v1"]


def test_contacts(tmp_path: Path) -> None:
    done = imported([written(tmp_path / "people.csv", CONTACTS)], "contacts")
    assert done.summary.reasons == {"data.email must be an e-mail address": 1}
    ann, carl, _ = of_type(done, "contact.added")
    assert ann == {
        "specversion": "1.0",
        "id": "contact:7:added",
        "source": "shop",
        "type": "crm.contact.added.v1",
        "subject": "contact:shop:7",
        "time": "2024-05-31",
        "data": {
            "name": "Ann Archer",
            "email": "Ann@Example.org",
            "phone": "+49 30 123456",
            "account": "account:shop:Acme",
            "owner": "Bo Berg",
        },
    }
    assert (carl["subject"], carl["timeprecision"]) == ("contact:mail:carl@example.org", "unknown")
    assert "carl" not in carl["id"]
    assert [event["data"] for event in of_type(done, "contact.tagged")] == [{"tag": "new"}, {"tag": "vip"}]
    assert [event["subject"] for event in of_type(done, "account.added")] == ["account:shop:Acme"]


def test_deals(tmp_path: Path) -> None:
    done = imported([written(tmp_path / "deals.csv", DEALS)], "deals", variables={"currency": "USD"})
    assert not done.summary.reasons
    assert Counter(event["type"] for event in done.events) == {
        "crm.account.added.v1": 1,
        "crm.product.listed.v1": 1,
        "crm.agent.joined.v1": 2,
        "crm.pipeline.stage_added.v1": 4,
        "crm.deal.opened.v1": 5,
        "crm.deal.won.v1": 1,
        "crm.deal.lost.v1": 2,
    }
    stages = sorted(of_type(done, "pipeline.stage_added"), key=lambda event: int(event["sequence"]))
    assert [(event["data"]["stage"], event["data"]["kind"]) for event in stages] == [
        ("New", "open"),
        ("Proposal", "open"),
        ("Closed Won", "won"),
        ("Closed Lost", "lost"),
    ]
    opened = {event["subject"]: event for event in of_type(done, "deal.opened")}
    assert opened["deal:shop:1"]["data"] == {
        "title": "Fifty seats",
        "pipeline": "pipeline:shop:sales",
        "stage": "Proposal",
        "account": "account:shop:Acme",
        "contacts": [],
        "amount": "1200.50",
        "currency": "EUR",
        "owner": "Ann",
        "product": "product:shop:Seat",
    }
    assert "stage" not in opened["deal:shop:2"]["data"]
    assert opened["deal:shop:4"]["data"]["currency"] == "USD"
    assert opened["deal:shop:5"]["timeprecision"] == "unknown"
    [won] = of_type(done, "deal.won")
    assert (won["subject"], won["time"], won["data"]) == ("deal:shop:2", "2024-02-01", {})
    assert [event["data"] for event in of_type(done, "deal.lost")] == [
        {"explanation": "they went to a friend of ours"},
        {"reason": "price"},
    ]


def test_tickets(tmp_path: Path) -> None:
    done = imported([written(tmp_path / "tickets.csv", TICKETS)], "tickets")
    assert list(done.summary.reasons) == ["time has no zone; add Z for UTC or an offset such as +02:00"]
    assert [event["type"].split(".")[2] for event in sorted(done.events, key=lambda e: int(e["sequence"]))] == [
        "opened",
        "assigned",
        "agent_replied",
        "step_recorded",
        "closed",
        "rated",
        "reopened",
    ]
    [opened] = of_type(done, "ticket.opened")
    assert opened["data"] == {
        "label": "created",
        "channel": "email",
        "priority": "high",
        "subject_line": "It broke",
        "text": "Help",
        "contacts": ["contact:mail:ann@example.org"],
    }
    [step] = of_type(done, "ticket.step_recorded")
    assert step["data"] == {"label": "Escalated upstairs", "state": "with the boss"}
    assert of_type(done, "ticket.rated")[0]["data"]["score"] == "4"
    assert of_type(done, "ticket.assigned")[0]["data"] == {"label": "taken over", "owner": "Bo"}


def test_times_without_a_zone_are_taken_once_the_zone_is_said(tmp_path: Path) -> None:
    file = written(tmp_path / "tickets.csv", TICKETS)
    done = imported([file], "tickets", variables={"zone": "Europe/Berlin"})
    assert not done.summary.reasons
    assert of_type(done, "ticket.reopened")[0]["time"] == "2024-06-01T07:00:00.000000Z"


@pytest.mark.parametrize(("name", "text"), [("contacts", CONTACTS), ("deals", DEALS), ("tickets", TICKETS)])
def test_a_ready_map_gives_the_same_events_for_a_shuffled_file(tmp_path: Path, name: str, text: str) -> None:
    header, *rows = text.splitlines()
    backwards = "\n".join([header, *reversed(rows)])
    one = imported([written(tmp_path / "x.csv", text)], name)
    other = imported([written(tmp_path / "x.csv", backwards)], name)
    assert other.said == one.said


@pytest.mark.parametrize(("name", "text"), [("contacts", CONTACTS), ("deals", DEALS), ("tickets", TICKETS)])
@pytest.mark.parametrize("ordered", [True, False])
def test_a_ready_map_gives_the_same_events_for_two_halves(tmp_path: Path, name: str, text: str, ordered: bool) -> None:
    text = text if ordered else text.replace("stage_order", "unused")
    header, *rows = text.splitlines()
    whole = imported([written(tmp_path / "x.csv", text)], name)
    one = imported([written(tmp_path / "x.csv", "\n".join([header, *rows[:2]]))], name)
    other = imported([written(tmp_path / "x.csv", "\n".join([header, *rows[2:]]))], name)
    assert one.said | other.said == whole.said


def test_stages_without_an_order_stand_by_kind_and_name(tmp_path: Path) -> None:
    done = imported([written(tmp_path / "x.csv", DEALS.replace("stage_order", "unused"))], "deals")
    stages = sorted(of_type(done, "pipeline.stage_added"), key=lambda event: int(event["sequence"]))
    assert [event["data"]["stage"] for event in stages] == ["New", "Proposal", "Closed Won", "Closed Lost"]


@pytest.mark.parametrize("ready", ready_maps(), ids=lambda ready: ready.name)
def test_a_ready_map_says_what_it_is_for_and_works_with_its_needed_columns_alone(tmp_path: Path, ready: Any) -> None:
    assert ready.about.endswith(".")
    # Without any column a file would be empty, so the first optional one stands in.
    columns = ready.required or ready.optional[:1]
    file = written(tmp_path / "x.csv", f"{','.join(columns)}\n{','.join('2024-01-01' for _ in columns)}\n")
    assert imported([file], ready).summary.all_taken


def test_an_unknown_map_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(Misused, match="did you mean contacts"):
        find_map("contact")
    with pytest.raises(Misused, match="ready maps are contacts, deals, tickets"):
        find_map("nowhere/x.sql")


def test_a_map_that_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misused, match="it is not UTF-8"):
        find_map(str(written(tmp_path / "x.sql", b"SELECT '\xff'")))
