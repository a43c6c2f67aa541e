"""How far a topic was read stands in the log, moves with the events, and only whoever claimed it last may move it."""

from dataclasses import replace

import psycopg
import pytest
from psycopg import errors

from consumers.ingest.offsets import Claim, Claimed, ClaimLost, OffsetAhead, Partition, TopicMadeAnew
from infra.log.log import EventLog
from tests.log.given import call, incoming

DEALS = Partition("main", "cluster", "first id", 0, "group", "rapport.deals")


def test_a_partition_that_was_never_read_begins_where_the_topic_does(log: EventLog) -> None:
    assert log.claim(DEALS, 17) == Claimed(epoch=1, next=17)


def test_every_claim_has_a_new_epoch_and_goes_on_where_the_log_is(log: EventLog) -> None:
    first = log.claim(DEALS, 0)
    log.take(incoming(call("a"), call("b")), claims=[Claim(DEALS, first.epoch, 0, 2)])

    assert log.claim(DEALS, 0) == Claimed(epoch=2, next=2)


def test_partitions_topics_groups_clusters_and_tenants_are_apart(log: EventLog) -> None:
    claimed = log.claim(DEALS, 0)
    log.take(incoming(call("a")), claims=[Claim(DEALS, claimed.epoch, 0, 1)])

    tickets = replace(DEALS, topic="rapport.tickets", topic_id="another")
    here = replace(DEALS, number=1), replace(DEALS, group="other")
    elsewhere = replace(DEALS, cluster_id="x"), replace(DEALS, tenant="x")
    for other in (tickets, *here, *elsewhere):
        assert log.claim(other, 5) == Claimed(1, 5)


def test_who_lost_a_claim_writes_nothing(log: EventLog) -> None:
    lost = log.claim(DEALS, 0)
    log.claim(DEALS, 0)

    with pytest.raises(ClaimLost, match=r"rapport\.deals\[0\] was given to another"):
        log.take(incoming(call("a")), claims=[Claim(DEALS, lost.epoch, 0, 1)])

    assert log.count("main").events == 0
    assert log.claim(DEALS, 0).next == 0


def test_one_lost_claim_among_several_stops_the_whole_batch(log: EventLog) -> None:
    tickets = replace(DEALS, topic="rapport.tickets", topic_id="tickets")
    lost, kept = log.claim(DEALS, 0), log.claim(tickets, 0)
    log.claim(DEALS, 0)

    with pytest.raises(ClaimLost):
        log.take(incoming(call("a")), claims=[Claim(tickets, kept.epoch, 0, 1), Claim(DEALS, lost.epoch, 0, 1)])

    assert log.count("main").events == 0
    assert log.claim(tickets, 0).next == 0


def test_a_batch_from_before_the_offset_is_refused(log: EventLog) -> None:
    claimed = log.claim(DEALS, 0)
    log.take(incoming(call("a")), claims=[Claim(DEALS, claimed.epoch, 0, 8)])

    with pytest.raises(OffsetAhead, match="up to offset 8 and was given 3: the topic was made anew or an offset"):
        log.take(incoming(call("b")), claims=[Claim(DEALS, claimed.epoch, 3, 4)])

    assert log.count("main").events == 1


def test_offsets_that_are_missing_in_a_topic_are_no_matter(log: EventLog) -> None:
    claimed = log.claim(DEALS, 0)  # compaction and transactions leave gaps

    log.take(incoming(call("a")), claims=[Claim(DEALS, claimed.epoch, 5, 9)])

    assert log.claim(DEALS, 0).next == 9


def test_a_topic_made_anew_is_claimed_only_when_a_person_said_so(log: EventLog) -> None:
    log.claim(DEALS, 0)
    anew = replace(DEALS, topic_id="second id")

    with pytest.raises(TopicMadeAnew, match=r"--accept-new-topic rapport\.deals"):
        log.claim(anew, 0)

    assert log.claim(anew, 0, accept_new=True) == Claimed(1, 0)
    assert log.claim(anew, 0) == Claimed(2, 0)  # said once, it holds
    assert log.claim(replace(anew, number=1), 0) == Claimed(1, 0)


def test_postgres_the_program_may_move_offsets_and_change_nothing_else_of_them(app_url: str) -> None:
    with psycopg.connect(app_url, autocommit=True) as app:
        app.execute("UPDATE rapport.consumer_offset SET next_offset = next_offset + 1, epoch = epoch + 1")
        for statement in (
            "UPDATE rapport.consumer_offset SET tenant = 'other'",
            "UPDATE rapport.consumer_offset SET topic_id = 'other'",
            "DELETE FROM rapport.consumer_offset",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                app.execute(statement.encode())
