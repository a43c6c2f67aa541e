"""Files that the authors of other programs collected: each is events, or says in the dead letters why it is not."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from consumers.ingest.edge import Edge
from consumers.ingest.run import Message
from domain.shared.errors import InvalidInput
from infra.importing.calendars.messages import CalendarMessages
from infra.importing.calendars.writing import Writer
from infra.importing.cards import writing as cards
from infra.importing.cards.messages import CardMessages
from infra.importing.mailbox.own import Own
from infra.importing.pieces import pieces
from tests.importing.read import NOW, digest


def outcomes(messages: Iterable[Message]) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """What became of the files (events, both, or only dead letters), of the events by type, and the reasons."""
    edge, files, types, reasons = (
        Edge("main", "UTC", lambda: NOW),
        defaultdict[str, set[str]](set),
        Counter[str](),
        Counter[str](),
    )
    for message in messages:
        found = files[message.place.partition(" line ")[0]]
        try:
            if message.fault is not None:
                raise message.fault
            envelope = edge.read(message.raw)
        except InvalidInput as fault:
            found.add("dead letters")
            reasons[fault.reason] += 1
        else:
            found.add("events")
            types[envelope.type.removeprefix("crm.").removesuffix(".v1")] += 1
    return Counter(" and ".join(sorted(found)) for found in files.values()), types, reasons


def test_every_calendar_is_events_or_has_its_reason(shared_data: Path) -> None:
    archive = shared_data / "vectors" / "icalendar_testfiles.tar.gz"
    writer = Writer("cal", ZoneInfo("Europe/Berlin"), Own([]), digest, lambda _: None)

    files, types, reasons = outcomes(CalendarMessages(writer).messages(pieces([archive], (".ics",))))

    assert files == {"events": 57, "dead letters and events": 6, "dead letters": 105}
    assert types == {
        "meeting.scheduled": 476,
        "meeting.moved": 5,
        "task.planned": 5,
        "contact.email_added": 5,
        "contact.name_corrected": 5,
    }
    assert reasons == {
        "it is no calendar: it does not begin with BEGIN:VCALENDAR": 53,  # a part of one, for tests of parts
        "it does not say when it begins": 49,
        "there is no event and no task in it, or none in the time that is taken": 18,
        "the zone of its DTSTART is not known, and the calendar does not bring it along": 8,
        "it repeats, and does not say when it begins": 7,
        "its rule of repetition can't be followed": 6,
        "its ending does not say that it is one of .ics": 5,
        "its DTSTART can't be read": 3,
        "its RRULE can't be read": 2,
        "its DURATION can't be read": 1,
        "its EXDATE can't be read": 1,
    }


def test_every_card_is_events_or_has_its_reason(shared_data: Path) -> None:
    folder = shared_data / "vectors" / "vcard_ezvcard"

    files, types, reasons = outcomes(CardMessages(cards.Writer("book", digest)).messages(pieces([folder], (".vcf",))))

    assert files == {"events": 15, "dead letters and events": 2, "dead letters": 7}
    assert types == {
        "contact.added": 24,
        "contact.email_added": 35,
        "contact.phone_added": 66,
        "contact.postal_address_added": 27,
        "contact.social_profile_added": 32,
    }
    assert reasons == {
        "its ending does not say that it is one of .vcf": 7,
        "data.phone must be a telephone number, such as +49 30 123456": 4,  # "BusinessPhone" and the like
        "data.email must be an e-mail address": 1,
        "its ORG can't be read": 1,  # cut off within a letter
    }
