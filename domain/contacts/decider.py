"""What is allowed with a contact: one function per decision.

Each takes what we know and the fact that is asked for, and returns the facts that follow, or refuses with what to do
instead. Refusals never repeat an address, a number or a name: they are personal data.
"""

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
from domain.contacts.state import Contact, ContactEvent
from domain.shared.errors import CommandRefused


def add(contact: Contact, wanted: ContactAdded) -> list[ContactEvent]:
    """A contact is added once."""
    if contact.added:
        raise CommandRefused(
            "the contact is already known; change it with correct-contact-name, add-contact-email and the like"
        )
    return [wanted]


def correct_name(contact: Contact, wanted: ContactNameCorrected) -> list[ContactEvent]:
    """A contact we know can get another name."""
    _refuse_unless_known(contact)
    if contact.name == wanted.name:
        raise CommandRefused("the contact has that name already; nothing to correct")
    return [wanted]


def add_email(contact: Contact, wanted: ContactEmailAdded) -> list[ContactEvent]:
    """An address is added once, however its letters are written."""
    _refuse_unless_known(contact)
    if _same_email(contact, wanted.email):
        raise CommandRefused("the contact has that e-mail address already; nothing to add")
    return [wanted]


def remove_email(contact: Contact, wanted: ContactEmailRemoved) -> list[ContactEvent]:
    """An address that is there can be removed, in every way it was written."""
    _refuse_unless_known(contact)
    there = _same_email(contact, wanted.email)
    if not there:
        raise CommandRefused("the contact does not have that e-mail address; see its addresses in personal.contact")
    return [wanted.model_copy(update={"email": email}) for email in there]


def add_phone(contact: Contact, wanted: ContactPhoneAdded) -> list[ContactEvent]:
    """A number is added once, however its digits are grouped."""
    _refuse_unless_known(contact)
    if _same_phone(contact, wanted.phone):
        raise CommandRefused("the contact has that number already; nothing to add")
    return [wanted]


def remove_phone(contact: Contact, wanted: ContactPhoneRemoved) -> list[ContactEvent]:
    """A number that is there can be removed, in every way it was written."""
    _refuse_unless_known(contact)
    there = _same_phone(contact, wanted.phone)
    if not there:
        raise CommandRefused("the contact does not have that number; see its numbers in personal.contact")
    return [wanted.model_copy(update={"phone": phone}) for phone in there]


def add_postal_address(contact: Contact, wanted: ContactPostalAddressAdded) -> list[ContactEvent]:
    """Each label holds one address; another under the same label takes its place only once the old is removed."""
    _refuse_unless_known(contact)
    if wanted.label in contact.addresses:
        raise CommandRefused(
            f"the contact has an address labelled '{wanted.label}'; remove it first with remove-contact-address, "
            "or give another --label"
        )
    if not any((wanted.street, wanted.city, wanted.postal_code, wanted.region, wanted.country)):
        raise CommandRefused("an address has at least a street, city, postal code, region or country; give one")
    return [wanted]


def remove_postal_address(contact: Contact, wanted: ContactPostalAddressRemoved) -> list[ContactEvent]:
    """An address that is there can be removed."""
    _refuse_unless_known(contact)
    if wanted.label not in contact.addresses:
        raise CommandRefused(f"the contact has no address labelled '{wanted.label}'; {_there(contact.addresses)}")
    return [wanted]


def add_social_profile(contact: Contact, wanted: ContactSocialProfileAdded) -> list[ContactEvent]:
    """A profile is added once."""
    _refuse_unless_known(contact)
    if (wanted.network, wanted.profile) in contact.profiles:
        raise CommandRefused(f"the contact has that profile on {wanted.network} already; nothing to add")
    return [wanted]


def remove_social_profile(contact: Contact, wanted: ContactSocialProfileRemoved) -> list[ContactEvent]:
    """A profile that is there can be removed."""
    _refuse_unless_known(contact)
    if (wanted.network, wanted.profile) not in contact.profiles:
        networks = frozenset(network for network, _ in contact.profiles)
        raise CommandRefused(f"the contact does not have that profile on {wanted.network}; {_there(networks)}")
    return [wanted]


def join_account(contact: Contact, wanted: ContactJoinedAccount) -> list[ContactEvent]:
    """A contact can belong to several accounts, to each once."""
    _refuse_unless_known(contact)
    if wanted.account in contact.accounts:
        raise CommandRefused(f"the contact belongs to {wanted.account} already; nothing to do")
    return [wanted]


def leave_account(contact: Contact, wanted: ContactLeftAccount) -> list[ContactEvent]:
    """A contact can leave an account it belongs to."""
    _refuse_unless_known(contact)
    if wanted.account not in contact.accounts:
        raise CommandRefused(f"the contact does not belong to {wanted.account}; {_there(contact.accounts)}")
    return [wanted]


def change_owner(contact: Contact, wanted: ContactOwnerChanged) -> list[ContactEvent]:
    """A contact we know can get another owner."""
    _refuse_unless_known(contact)
    if contact.owner == wanted.owner:
        raise CommandRefused(f"{wanted.owner} is responsible for the contact already; nothing to change")
    return [wanted]


def tag(contact: Contact, wanted: ContactTagged) -> list[ContactEvent]:
    """A contact carries a tag once."""
    _refuse_unless_known(contact)
    if wanted.tag in contact.tags:
        raise CommandRefused(f"the contact carries the tag '{wanted.tag}' already; nothing to do")
    return [wanted]


def untag(contact: Contact, wanted: ContactUntagged) -> list[ContactEvent]:
    """A tag that is there can be taken off."""
    _refuse_unless_known(contact)
    if wanted.tag not in contact.tags:
        raise CommandRefused(f"the contact does not carry the tag '{wanted.tag}'; {_there(contact.tags)}")
    return [wanted]


def set_preferences(contact: Contact, wanted: ContactCommunicationPreferencesSet) -> list[ContactEvent]:
    """Preferences replace those before; a channel can't be both preferred and avoided."""
    _refuse_unless_known(contact)
    if wanted.preferred in wanted.avoid:
        raise CommandRefused(f"{wanted.preferred} can't be both preferred and avoided; take it from one of the two")
    if contact.preferences == wanted:
        raise CommandRefused("the contact's preferences are these already; nothing to change")
    return [wanted]


def give_consent(contact: Contact, wanted: ContactConsentGiven) -> list[ContactEvent]:
    """A contact we know can consent, and again: a later word, or another wording, is proof of its own."""
    _refuse_unless_known(contact)
    return [wanted]


def withdraw_consent(contact: Contact, wanted: ContactConsentWithdrawn) -> list[ContactEvent]:
    """A contact we know can always say no, also to what it never agreed to."""
    _refuse_unless_known(contact)
    return [wanted]


def link(contact: Contact, wanted: ContactLinked, *, same: bool, linked: bool) -> list[ContactEvent]:
    """Two contacts can be linked once. `same`: both references name one contact; `linked`: they are linked now."""
    _refuse_unless_known(contact)
    if same:
        raise CommandRefused("a contact can't be linked with itself; name two contacts")
    if linked:
        raise CommandRefused("the two contacts are linked already; nothing to link")
    return [wanted]


def unlink(contact: Contact, wanted: ContactUnlinked, *, linked: bool) -> list[ContactEvent]:
    """Two contacts that are linked can be unlinked, from either side."""
    _refuse_unless_known(contact)
    if not linked:
        raise CommandRefused("the two contacts are not linked with each other; see contact_identity for what is")
    return [wanted]


def _refuse_unless_known(contact: Contact) -> None:
    if not contact.known:
        raise CommandRefused("the contact is not known; add it first with add-contact")


def _same_email(contact: Contact, email: str) -> list[str]:
    return sorted(e for e in contact.emails if e.lower() == email.lower())


def _same_phone(contact: Contact, phone: str) -> list[str]:
    return sorted(p for p in contact.phones if _digits(p) == _digits(phone))


def _digits(phone: str) -> str:
    return "".join(c for c in phone if c.isdigit() or c in "+x")


def _there(found: frozenset[str]) -> str:
    return f"there is {', '.join(sorted(found))}" if found else "there is none"
