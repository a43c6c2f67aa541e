"""Commands about contacts."""

from collections.abc import Callable, Sequence

from commands.case import Case, Handler
from commands.command import C, ContactCommand, NewContact
from domain.contacts import decider, events
from domain.contacts.state import Contact, ContactEvent, fold, fold_link
from domain.shared.envelope import Envelope


class AddContact(NewContact, events.ContactAdded):
    """Add a person we deal with."""


class CorrectContactName(ContactCommand, events.ContactNameCorrected):
    """Correct a contact's name."""


class AddContactEmail(ContactCommand, events.ContactEmailAdded):
    """Add an e-mail address to a contact."""


class RemoveContactEmail(ContactCommand, events.ContactEmailRemoved):
    """Remove an e-mail address from a contact."""


class AddContactPhone(ContactCommand, events.ContactPhoneAdded):
    """Add a telephone number to a contact."""


class RemoveContactPhone(ContactCommand, events.ContactPhoneRemoved):
    """Remove a telephone number from a contact."""


class AddContactAddress(ContactCommand, events.ContactPostalAddressAdded):
    """Add a postal address to a contact."""


class RemoveContactAddress(ContactCommand, events.ContactPostalAddressRemoved):
    """Remove a postal address from a contact."""


class AddContactProfile(ContactCommand, events.ContactSocialProfileAdded):
    """Add a profile on a network to a contact."""


class RemoveContactProfile(ContactCommand, events.ContactSocialProfileRemoved):
    """Remove a profile on a network from a contact."""


class AddContactToAccount(ContactCommand, events.ContactJoinedAccount):
    """Note that a contact belongs to an account."""


class RemoveContactFromAccount(ContactCommand, events.ContactLeftAccount):
    """Note that a contact no longer belongs to an account."""


class ChangeContactOwner(ContactCommand, events.ContactOwnerChanged):
    """Make another agent responsible for a contact."""


class TagContact(ContactCommand, events.ContactTagged):
    """Put a tag on a contact."""


class UntagContact(ContactCommand, events.ContactUntagged):
    """Take a tag off a contact."""


class SetContactPreferences(ContactCommand, events.ContactCommunicationPreferencesSet):
    """Set how a contact wants to be reached."""


class GiveConsent(ContactCommand, events.ContactConsentGiven):
    """Record that a contact agreed to something, as the law asks for it."""


class WithdrawConsent(ContactCommand, events.ContactConsentWithdrawn):
    """Record that a contact does not agree any more."""


class LinkContacts(ContactCommand, events.ContactLinked):
    """Say that two contacts are the same person; undone by unlink-contacts."""


class UnlinkContacts(ContactCommand, events.ContactUnlinked):
    """Say that two contacts are not the same person after all."""


def on_contact(command: type[C], decide: Callable[[Contact, C], Sequence[ContactEvent]]) -> Handler:
    """A command about one contact as it stands at the command's time."""
    return Handler(command, lambda wanted, case: decide(fold(case.past), wanted.asked()))


def link(command: LinkContacts, case: Case) -> Sequence[ContactEvent]:
    """Link two contacts, unless they are one or linked already, from whichever side."""
    return decider.link(
        fold(case.past),
        command.fact(events.ContactLinked),
        same=case.id_of(command.contact) == case.id_of(command.other),
        linked=_linked(case, command.other),
    )


def unlink(command: UnlinkContacts, case: Case) -> Sequence[ContactEvent]:
    """Unlink two contacts that are linked, from whichever side they were."""
    return decider.unlink(fold(case.past), command.fact(events.ContactUnlinked), linked=_linked(case, command.other))


def _linked(case: Case, other: str) -> bool:
    """Whether the case's contact and another are linked: either side's stream may say so."""
    pair = {case.id_of(case.subject), case.id_of(other)}
    both = [*case.history(case.subject), *(case.history(other) if len(pair) == 2 else ())]
    about_pair = [e for e in both if _pair(e, case) == pair]
    # Two streams are merged as the models order them; events of one stream are in that order already.
    return fold_link(sorted(about_pair, key=lambda e: (e.time, e.sequence is None, e.sequence or 0)))


def _pair(envelope: Envelope, case: Case) -> set[object] | None:
    if not isinstance(envelope.data, events.ContactLinked | events.ContactUnlinked):
        return None
    return {case.id_of(envelope.subject), case.id_of(envelope.data.other)}
