"""What decisions need to know about a contact, and about a pair of contacts that may be the same person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from domain.contacts.events import (
    ContactAdded,
    ContactCommunicationPreferencesSet,
    ContactConsentGiven,
    ContactConsentWithdrawn,
    ContactEmailAdded,
    ContactEmailRemoved,
    ContactJoinedAccount,
    ContactLeftAccount,
    ContactLinked,
    ContactNameCorrected,
    ContactOwnerChanged,
    ContactPhoneAdded,
    ContactPhoneRemoved,
    ContactPostalAddressAdded,
    ContactPostalAddressRemoved,
    ContactSocialProfileAdded,
    ContactSocialProfileRemoved,
    ContactTagged,
    ContactUnlinked,
    ContactUntagged,
)
from domain.shared.envelope import Envelope

ContactEvent = (
    ContactAdded
    | ContactNameCorrected
    | ContactEmailAdded
    | ContactEmailRemoved
    | ContactPhoneAdded
    | ContactPhoneRemoved
    | ContactPostalAddressAdded
    | ContactPostalAddressRemoved
    | ContactSocialProfileAdded
    | ContactSocialProfileRemoved
    | ContactJoinedAccount
    | ContactLeftAccount
    | ContactOwnerChanged
    | ContactTagged
    | ContactUntagged
    | ContactCommunicationPreferencesSet
    | ContactConsentGiven
    | ContactConsentWithdrawn
    | ContactLinked
    | ContactUnlinked
)


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact as it stands. `known` from the first event of any type, `added` once somebody added it.

    `addresses` are labels, `profiles` pairs of network and profile, `accounts` references, `consents` the last word on
    each purpose and channel (None: all channels), true if it was given.
    """

    known: bool = False
    added: bool = False
    name: str | None = None
    job_title: str | None = None
    owner: str | None = None
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    profiles: frozenset[tuple[str, str]] = frozenset()
    accounts: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    preferences: ContactCommunicationPreferencesSet | None = None
    consents: Mapping[tuple[str, str | None], bool] = field(default_factory=dict)


UNKNOWN = Contact()


def evolve(contact: Contact, event: ContactEvent) -> Contact:
    """The contact after an event: the last fact wins, and removing what is not there changes nothing."""
    contact = replace(contact, known=True)
    match event:
        case ContactAdded():
            return _add(contact, event)
        case ContactNameCorrected():
            return replace(contact, name=event.name)
        case ContactOwnerChanged():
            return replace(contact, owner=event.owner)
        case ContactCommunicationPreferencesSet():
            return replace(contact, preferences=event)
        case ContactConsentGiven() | ContactConsentWithdrawn():
            given = isinstance(event, ContactConsentGiven)
            return replace(contact, consents={**contact.consents, (event.purpose, event.channel): given})
        case ContactJoinedAccount() | ContactLeftAccount() | ContactTagged() | ContactUntagged():
            return _evolve_belonging(contact, event)
        case ContactLinked() | ContactUnlinked():
            return contact  # a link is about two contacts: see fold_link
        case _:
            return _evolve_ways_to_reach(contact, event)


def fold(envelopes: Iterable[Envelope]) -> Contact:
    """The contact after all its events, given in the models' order. Events of other things change nothing."""
    contact = UNKNOWN
    for envelope in envelopes:
        if isinstance(envelope.data, ContactEvent):
            contact = evolve(contact, envelope.data)
    return contact


def fold_link(envelopes: Iterable[Envelope]) -> bool:
    """Whether two contacts are linked, after the links and unlinks of this one pair in the models' order."""
    linked = False
    for envelope in envelopes:
        linked = isinstance(envelope.data, ContactLinked)
    return linked


def _add(contact: Contact, event: ContactAdded) -> Contact:
    """Added again, a contact is stated anew in what the event gives; the rest stays."""
    return replace(
        contact,
        added=True,
        name=event.name or contact.name,
        job_title=event.job_title or contact.job_title,
        owner=event.owner or contact.owner,
        emails=contact.emails | _given(event.email),
        phones=contact.phones | _given(event.phone),
        accounts=contact.accounts | ({event.account} if event.account else set()),
    )


def _evolve_belonging(
    contact: Contact, event: ContactJoinedAccount | ContactLeftAccount | ContactTagged | ContactUntagged
) -> Contact:
    match event:
        case ContactJoinedAccount():
            return replace(contact, accounts=contact.accounts | {event.account})
        case ContactLeftAccount():
            return replace(contact, accounts=contact.accounts - {event.account})
        case ContactTagged():
            return replace(contact, tags=contact.tags | {event.tag})
        case ContactUntagged():
            return replace(contact, tags=contact.tags - {event.tag})
        case _:
            assert_never(event)


def _evolve_ways_to_reach(
    contact: Contact,
    event: ContactEmailAdded
    | ContactEmailRemoved
    | ContactPhoneAdded
    | ContactPhoneRemoved
    | ContactPostalAddressAdded
    | ContactPostalAddressRemoved
    | ContactSocialProfileAdded
    | ContactSocialProfileRemoved,
) -> Contact:
    match event:
        case ContactEmailAdded():
            return replace(contact, emails=contact.emails | _given(event.email))
        case ContactEmailRemoved():
            return replace(contact, emails=contact.emails - _given(event.email))
        case ContactPhoneAdded():
            return replace(contact, phones=contact.phones | _given(event.phone))
        case ContactPhoneRemoved():
            return replace(contact, phones=contact.phones - _given(event.phone))
        case ContactPostalAddressAdded():
            return replace(contact, addresses=contact.addresses | {event.label})
        case ContactPostalAddressRemoved():
            return replace(contact, addresses=contact.addresses - {event.label})
        case ContactSocialProfileAdded():
            return replace(contact, profiles=contact.profiles | _profile(event.network, event.profile))
        case ContactSocialProfileRemoved():
            return replace(contact, profiles=contact.profiles - _profile(event.network, event.profile))
        case _:
            assert_never(event)


def _given(said: str | None) -> frozenset[str]:
    """What an event said, also one whose personal fields are gone: of an erased person no address is known."""
    return frozenset() if said is None else frozenset({said})


def _profile(network: str, profile: str | None) -> frozenset[tuple[str, str]]:
    return frozenset((network, said) for said in _given(profile))
