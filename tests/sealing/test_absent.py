"""When the keys are destroyed, names and texts are absent: every event is still read, and every command decided."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from commands.case import Case, Request
from commands.command import Command
from commands.registry import COMMANDS
from consumers.ingest.messages import Incoming
from domain.catalog import BY_MODEL, BY_NAME, EVENT_TYPES, EventType
from domain.contacts.events import ContactAdded
from domain.examples import example_data, example_event
from domain.pipelines.events import PipelineStageAdded
from domain.shared.envelope import Envelope
from domain.shared.errors import CommandRefused
from domain.shared.event import Event
from domain.shared.identity import Identity
from domain.shared.marks import marks_of
from infra.log.sealed import stored_of
from infra.log.sealing import Sealing
from infra.log.sqlite import SqliteLog, open_sqlite_log
from infra.log.state import decode
from infra.sealing.master import MasterSource
from infra.sealing.sqlite_store import SqliteKeyStore
from tests.conftest import SECRET
from tests.golden.test_events import GOLDEN, payloads
from tests.golden.write_events import TENANT, compact

NOW = datetime(2027, 1, 1, tzinfo=UTC)
IDENTITY = Identity(SECRET)
WITH_PERSONAL = [one for one in EVENT_TYPES if marks_of(one.model).personal - {"custom"}]


@pytest.fixture
def keystore(keys: Path) -> Iterator[SqliteKeyStore]:
    store = SqliteKeyStore(keys / "keys.sqlite", MasterSource(keys / "master.key", None), lambda: False)
    yield store
    store.close()


@pytest.fixture
def erased(rapport_home: Path, keystore: SqliteKeyStore) -> Iterator[SqliteLog]:
    """A log with an event of every type, whose keys are all destroyed."""
    log = open_sqlite_log(rapport_home / "log.sqlite", lambda _: IDENTITY, Sealing(keystore))
    log.take([Incoming(envelope_of(one), "test", one.name, b"") for one in EVENT_TYPES])
    for row in log.read(0, log.head(), 1_000):
        for box in stored_of(row.state).sealed:
            keystore.erase_key("main", box.key)
    yield log
    log.close()


def envelope_of(event_type: EventType) -> Envelope:
    example = example_event(event_type)
    data = event_type.model.model_validate({**example["data"], "custom": {"Shoe size": 38}})
    return Envelope("main", event_type.name, "crm", event_type.name, example["subject"], NOW, data)


@pytest.mark.parametrize("name", GOLDEN)
def test_every_version_of_every_type_is_read_without_its_keys(name: str) -> None:
    for payload in payloads(name):
        read = decode(name, compact(payload["stored"]), TENANT, None)

        assert type(read.data) is BY_NAME[name][0].model
        personal = marks_of(type(read.data)).personal - {"custom"}
        assert {getattr(read.data, field) for field in personal} <= {None}
        assert "vip" not in read.data.custom


@pytest.mark.parametrize("event_type", WITH_PERSONAL, ids=[one.name for one in WITH_PERSONAL])
def test_what_is_not_personal_is_read_as_it_was(event_type: EventType) -> None:
    for payload in payloads(event_type.name):
        stored, read = payload["stored"], decode(event_type.name, compact(payload["stored"]), TENANT, None)
        said = read.data.model_dump(mode="json", exclude_none=True, exclude={"custom"})

        assert {name: said[name] for name in stored["data"]} == stored["data"]


def test_a_field_that_is_not_personal_may_not_be_missing() -> None:
    stored = payloads("crm.contact.social_profile_added.v1")[0]["stored"]
    without = {**stored, "data": {name: value for name, value in stored["data"].items() if name != "network"}}

    with pytest.raises(ValueError, match="network"):
        decode("crm.contact.social_profile_added.v1", compact(without), TENANT, None)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_decided_on_what_is_left(name: str, erased: SqliteLog) -> None:
    handler = COMMANDS[name]
    command = command_of(handler.command)

    with suppress(CommandRefused):  # which is a decision too
        assert all(isinstance(fact, Event) for fact in handler.decide(command, case_of(command, erased)))


def test_of_an_erased_contact_no_address_is_known(erased: SqliteLog) -> None:
    subject = example_event(BY_NAME["crm.contact.added.v1"][0])["subject"]
    handler = COMMANDS["remove-contact-email"]
    command = handler.command.model_validate({"contact": subject, "email": "ada@example.org"})

    with pytest.raises(CommandRefused, match="does not have that e-mail address"):
        handler.decide(command, case_of(command, erased))


def case_of(command: Command, log: SqliteLog) -> Case:
    request = Request("main", "user:kim", "test-1", NOW)
    subject = command.subject(request.id)
    past = [] if command.about == "activity" else log.history("main", subject).events
    return Case(subject, request, "test", past, [], log)


def test_what_is_said_of_an_erased_contact_later_is_not_kept(rapport_home: Path, keystore: SqliteKeyStore) -> None:
    log = open_sqlite_log(rapport_home / "log.sqlite", lambda _: IDENTITY, Sealing(keystore))
    added = envelope_of(BY_NAME["crm.contact.added.v1"][0])
    note = envelope_of(BY_NAME["crm.activity.note_taken.v1"][0])
    contact: UUID = IDENTITY.thing(added.subject)
    keystore.contact_keys("main", [contact])
    keystore.erase_contact("main", contact)

    assert contact in [IDENTITY.thing(reference) for reference in note.data.contacts]  # type: ignore[attr-defined]
    assert log.take([Incoming(one, "test", one.id, b"") for one in (added, note)]).positions == [1, 2]

    assert [stored_of(row.state).sealed for row in log.read(0, 2, 10)] == [[], []]
    assert vars(log.history("main", added.subject).events[0].data) == {
        **dict.fromkeys(ContactAdded.model_fields),
        "custom": {},
        "account": "account:example:nordwind",
        "owner": "Kim Park",
    }
    log.close()


def command_of(command: type[Command]) -> Command:
    """A plausible command: the fields of the fact's example, and its subject."""
    model = next((model for model in BY_MODEL if model in command.__mro__), PipelineStageAdded)
    event_type = BY_MODEL[model]
    known: dict[str, Any] = {**example_data(event_type), command.about: example_event(event_type)["subject"]}
    known |= {"direction": "inbound"} if "direction" in command.model_fields else {}
    fields = command.model_fields
    return command.model_validate({name: value for name, value in known.items() if name in fields})
