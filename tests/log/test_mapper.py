"""The library's event store with our mapper: topics are permanent names, and what is read was checked."""

from pathlib import Path
from uuid import UUID

import pytest
from eventsourcing.persistence import EventStore, InfrastructureFactory, JSONTranscoder, ProgrammingError, StoredEvent
from pydantic import ValidationError

from domain.shared.errors import InvalidInput
from infra.keys import TenantKeys
from infra.log.mapper import EnvelopeMapper, StreamEvent, TenantTranscoder
from infra.log.sealing import Sealing
from infra.log.sqlite import open_sqlite_log
from tests.log.given import event, moved, note


@pytest.fixture
def transcoder(tenant_keys: TenantKeys, sealing: Sealing) -> TenantTranscoder:
    return TenantTranscoder("main", tenant_keys.identity_of("main"), sealing)


def test_what_the_librarys_store_puts_the_log_reads(
    rapport_home: Path, tenant_keys: TenantKeys, sealing: Sealing, transcoder: TenantTranscoder
) -> None:
    # Given the library's own factory and event store, with our recorder and mapper by their topics,
    factory = InfrastructureFactory.construct(
        {
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "SQLITE_DBNAME": str(rapport_home / "log.sqlite"),
            "APPLICATION_RECORDER_TOPIC": "infra.log.sqlite_recorder:SqliteLogRecorder",
            "MAPPER_TOPIC": "infra.log.mapper:EnvelopeMapper",
        }
    )
    store: EventStore[UUID] = factory.event_store(mapper=factory.mapper(transcoder=transcoder))
    log = open_sqlite_log(rapport_home / "log.sqlite", tenant_keys.identity_of, sealing)
    deal = log.id_of("main", "deal:crm:1")
    put = StreamEvent(deal, 1, moved("m1", "Proposal"))

    # when it puts an event,
    store.put([put], tenant="main")

    # then both give it back.
    assert list(store.get(deal)) == [put]
    assert list(log.history("main", "deal:crm:1").events) == [put.envelope]
    log.close()
    factory.close()


def test_a_topic_is_the_types_name_and_no_python_path(transcoder: TenantTranscoder) -> None:
    mapper = EnvelopeMapper(transcoder)
    given = StreamEvent(transcoder._identity.thing("activity:crm:n1"), 1, note("n1", "Hello"))

    stored = mapper.to_stored_event(given)

    assert stored.topic == "crm.activity.note_taken.v1"
    assert b"domain" not in stored.state
    assert mapper.to_domain_event(stored) == given


def test_reading_checks_what_was_stored(transcoder: TenantTranscoder) -> None:
    mapper = EnvelopeMapper(transcoder)
    good = mapper.to_stored_event(StreamEvent(transcoder._identity.thing("deal:crm:1"), 1, moved("m1", "Proposal")))

    bad = StoredEvent(good.originator_id, 1, good.topic, good.state.replace(b'"stage"', b'"stagy"'))
    with pytest.raises(ValidationError):
        mapper.to_domain_event(bad)
    with pytest.raises(InvalidInput, match="not an event type"):
        mapper.to_domain_event(StoredEvent(good.originator_id, 1, "domain.deals.events:DealWon", good.state))


def test_a_transcoder_that_knows_no_tenant_is_refused() -> None:
    with pytest.raises(ProgrammingError, match="TenantTranscoder"):
        EnvelopeMapper(JSONTranscoder())


def test_the_stored_form_is_neither_packed_nor_sealed_by_the_library(transcoder: TenantTranscoder) -> None:
    import zlib  # noqa: PLC0415 only here

    with pytest.raises(ProgrammingError, match="COMPRESSOR_TOPIC"):
        EnvelopeMapper(transcoder, compressor=zlib)  # type: ignore[arg-type]


def test_only_events_in_streams_are_stored(transcoder: TenantTranscoder) -> None:
    with pytest.raises(ProgrammingError, match="StreamEvent"):
        EnvelopeMapper(transcoder).to_stored_event(event("m1", "deal:crm:1", moved("m1", "A").data))  # type: ignore[arg-type]
