"""A card becomes a contact and the ways to reach them, whatever program wrote it."""

import pytest

from tests.importing.read import card, read_cards

ADA = (
    "UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1",
    "FN:Ada Berg\\, PhD",
    "N:Berg;Ada;;;PhD",
    "ORG:Nordwind GmbH;Purchasing",
    "TITLE:Head of purchasing",
    "EMAIL;TYPE=WORK,PREF:ada@example.org",
    "EMAIL;TYPE=HOME:ada@home.example",
    "TEL;TYPE=CELL:(0170) 123 4567",
    "ADR;TYPE=HOME:;;Beispielweg 1;Hamburg;;20095;Germany",
    "item1.URL:https://nordwind.example",
    "X-SOCIALPROFILE;TYPE=linkedin:https://linkedin.example/ada",
    "BDAY:19800322",
    "NOTE:Likes\\nturbines",
    "REV:20260105T100000Z",
)
SUBJECT = "contact:book:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1"


def test_a_card_is_a_contact() -> None:
    read = read_cards(card(*ADA))

    added = read.one("contact.added")
    assert (added["subject"], added["time"]) == (SUBJECT, "2026-01-05T10:00:00+00:00")
    assert added["data"] == {
        "name": "Ada Berg, PhD",
        "job_title": "Head of purchasing",
        "custom": {"organisation": "Nordwind GmbH; Purchasing", "birthday": "1980-03-22", "note": "Likes\nturbines"},
    }
    assert [event["data"] for event in read.all("contact.email_added")] == [
        {"email": "ada@home.example", "label": "home"},
        {"email": "ada@example.org", "label": "work"},  # what is stated last is the one that is shown
    ]
    assert read.one("contact.phone_added")["data"] == {"phone": "0170 123 4567", "label": "cell"}
    assert read.one("contact.postal_address_added")["data"] == {
        "label": "home",
        "street": "Beispielweg 1",
        "city": "Hamburg",
        "postal_code": "20095",
        "country": "Germany",
    }
    assert [event["data"] for event in read.all("contact.social_profile_added")] == [
        {"network": "web", "profile": "https://nordwind.example"},
        {"network": "linkedin", "profile": "https://linkedin.example/ada"},
    ]
    assert [event["sequence"] for event in read.events] == list(range(7))
    assert read.faults == []


def test_a_new_address_is_one_more_event_and_the_others_are_repeats() -> None:
    before = read_cards(card(*ADA))
    after = read_cards(card(*ADA, "EMAIL:ada@new.example"))

    (new,) = [event for event in after.events if event["id"] not in {one["id"] for one in before.events}]
    assert new["data"] == {"email": "ada@new.example"}
    shared = {event["id"]: event["data"] for event in after.events}
    assert all(shared[event["id"]] == event["data"] for event in before.events)


def test_a_card_of_2_1() -> None:
    read = read_cards(
        card(
            "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:B=C3=A4r;Ad=",
            "a;;;",
            "TEL;CELL;PREF:+49 170 1234567",
            "EMAIL;PREF;INTERNET:ada@example.org",
            "NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0Atwo",
            version="2.1",
        )
    )

    assert read.one("contact.added")["data"] == {"name": "Ada Bär", "custom": {"note": "one\ntwo"}}
    assert read.one("contact.phone_added")["data"] == {"phone": "+49 170 1234567", "label": "cell"}


def test_a_card_of_4_0() -> None:
    read = read_cards(
        card(
            "FN:Ada",
            'TEL;VALUE=uri;TYPE="work,voice";PREF=1:tel:+49-40-123456;ext=7',
            "IMPP:xmpp:ada@chat.example",
            version="4.0",
        )
    )

    assert read.one("contact.phone_added")["data"] == {"phone": "+49-40-123456 x7", "label": "work"}
    assert read.one("contact.social_profile_added")["data"] == {"network": "xmpp", "profile": "ada@chat.example"}


def test_letters_of_windows_stand_in_old_cards_only() -> None:
    raw = card("FN:B\u00e4r", version="2.1").encode("cp1252")

    assert read_cards(raw).one("contact.added")["data"]["name"] == "B\u00e4r"
    assert read_cards(raw.replace(b"2.1", b"3.0")).reasons == ["the text is not UTF-8"]
    cyrillic = card("FN;CHARSET=koi8-r:\u0410\u0434\u0430", version="2.1").encode("koi8-r")
    assert read_cards(cyrillic).one("contact.added")["data"]["name"] == "\u0410\u0434\u0430"


@pytest.mark.parametrize(
    ("lines", "subject"),
    [
        (("FN:Ada", "EMAIL:Ada@Example.org"), "contact:mail:ada@example.org"),
        (("UID:ada@example.org", "EMAIL:ada@example.org"), "contact:book:uid-"),
        (("FN:Ada", "TEL:040 123456"), "contact:book:card-"),
    ],
)
def test_who_a_card_is_of_is_known_by_its_identifier_an_address_or_what_it_says(
    lines: tuple[str, ...], subject: str
) -> None:
    read = read_cards(card(*lines))

    assert read.one("contact.added")["subject"].startswith(subject)
    assert read == read_cards(card(*lines))


def test_labels_of_a_group_are_the_labels() -> None:
    read = read_cards(
        card(
            "FN:Ada",
            "item1.TEL:040 123456",
            "item1.X-ABLabel:_$!<Assistant>!$_",
            "ADR:;;One 1",
            "ADR:;;Two 2",
            "ADR:;;;;;;",
        )
    )

    assert read.one("contact.phone_added")["data"]["label"] == "Assistant"
    assert [event["data"]["label"] for event in read.all("contact.postal_address_added")] == ["main", "main 2"]


def test_a_card_within_a_card_is_left_out() -> None:
    inner = card("FN:Secretary").replace("\r\n", "\n")
    read = read_cards(card("FN:Ada", f"AGENT:\n{inner}", "EMAIL:ada@example.org"))

    assert read.one("contact.added")["data"]["name"] == "Ada"
    assert read.one("contact.email_added")["data"]["email"] == "ada@example.org"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is no card: there is no BEGIN:VCARD in it"),
        ("Dear Ada", "it is no card: there is no BEGIN:VCARD in it"),
        (card(), "it tells of nobody: it has no identifier, no name, no address and no number"),
        (card("FN:Sales", "KIND:group"), "it is a group and no person"),
        (card("FN:Nordwind", "KIND:org"), "it is an organisation and no person"),
        (card("FN:Ada")[:-12], "it is cut off: its END is missing"),
        (card("FN;ENCODING=QUOTED-PRINTABLE;CHARSET=nonsense:=41", version="2.1"), "its FN can't be read"),
    ],
)
def test_what_can_not_be_read_says_why(text: str, reason: str) -> None:
    read = read_cards(text)

    assert (read.events, read.reasons) == ([], [reason])


def test_a_broken_card_takes_none_beside_it_along() -> None:
    read = read_cards(card() + card("FN:Ada"))

    assert read.one("contact.added")["data"]["name"] == "Ada"
    assert [place for place, _ in read.faults] == ["file 1 line 1"]
