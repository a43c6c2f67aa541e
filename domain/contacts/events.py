"""What can happen to a contact: a person we deal with."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from domain.shared.event import Event
from domain.shared.fields import AccountRef, Checked, ContactRef, Name, Personal, Text


def _with_a_digit(text: str) -> str:
    # People write numbers in every form; what is doubtful is taken, and what can't be a number at all is not.
    if not any(character.isdigit() for character in text):
        msg = "must be a telephone number, such as +49 30 123456"
        raise ValueError(msg)
    return text


PersonalName = Annotated[Name, Personal()]
MailAddress = Annotated[Name, Personal(), StringConstraints(pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")]
PhoneNumber = Annotated[Name, Personal(), AfterValidator(_with_a_digit)]
# How a person is reached from now on is looked at more closely; what is taken away again need only be known.
ReachableByMail = Annotated[MailAddress, Checked("email")]
ReachableByPhone = Annotated[PhoneNumber, Checked("phone")]
Channel = Literal["email", "phone", "sms", "post", "chat"]


class ContactAdded(Event):
    """We know a person from now on. How to reach them comes in events of its own, or here for short."""

    name: PersonalName | None = Field(None, description="the person's full name")
    email: ReachableByMail | None = Field(None, description="an e-mail address of the person")
    phone: ReachableByPhone | None = Field(None, description="a telephone number of the person")
    job_title: Annotated[Name, Personal()] | None = Field(None, description="what the person does at their account")
    account: AccountRef | None = Field(None, description="the account the person belongs to")
    owner: Name | None = Field(None, description="the agent responsible, by name as the source gives it")


class ContactNameCorrected(Event):
    """The name we had was wrong, or has changed."""

    name: PersonalName = Field(description="the person's full name from now on")


class ContactEmailAdded(Event):
    """The person can be reached at this e-mail address."""

    email: ReachableByMail = Field(description="the address")
    label: Name | None = Field(None, description="what the address is for, such as work or private")


class ContactEmailRemoved(Event):
    """The person can no longer be reached at this e-mail address."""

    email: MailAddress = Field(description="the address")


class ContactPhoneAdded(Event):
    """The person can be reached at this number."""

    phone: ReachableByPhone = Field(description="the number, international form preferred")
    label: Name | None = Field(None, description="what the number is for, such as work or mobile")


class ContactPhoneRemoved(Event):
    """The person can no longer be reached at this number."""

    phone: PhoneNumber = Field(description="the number")


class ContactPostalAddressAdded(Event):
    """The person receives post here. `label` tells several addresses of a person apart."""

    label: Name = Field("main", description="which of the person's addresses this is")
    street: PersonalName | None = Field(None, description="street and house number")
    city: PersonalName | None = Field(None, description="town or city")
    postal_code: PersonalName | None = Field(None, description="postal code")
    region: PersonalName | None = Field(None, description="state, province or region")
    country: Annotated[PersonalName, Checked("country")] | None = Field(None, description="country")


class ContactPostalAddressRemoved(Event):
    """The person no longer receives post at the address with this label."""

    label: Name = Field("main", description="which of the person's addresses this was")


class ContactSocialProfileAdded(Event):
    """The person has a profile on a network."""

    network: Name = Field(description="the network, such as linkedin")
    profile: PersonalName = Field(description="the profile's address or handle")


class ContactSocialProfileRemoved(Event):
    """The profile is gone or was not theirs."""

    network: Name = Field(description="the network, such as linkedin")
    profile: PersonalName = Field(description="the profile's address or handle")


class ContactJoinedAccount(Event):
    """The person works for, or belongs to, this account from now on."""

    account: AccountRef = Field(description="the account")
    role: Name | None = Field(None, description="the person's role there, such as buyer or champion")


class ContactLeftAccount(Event):
    """The person no longer belongs to this account."""

    account: AccountRef = Field(description="the account")


class ContactOwnerChanged(Event):
    """Another agent is responsible for the contact."""

    owner: Name = Field(description="the agent responsible from now on, by name as the source gives it")


class ContactTagged(Event):
    """The contact carries this tag from now on."""

    tag: Name = Field(description="the tag; business data, so no personal words")


class ContactUntagged(Event):
    """The contact no longer carries this tag."""

    tag: Name = Field(description="the tag")


class ContactCommunicationPreferencesSet(Event):
    """How the person wants to be reached, as they told us. A wish, not a consent in law."""

    preferred: Channel | None = Field(None, description="the channel the person prefers")
    avoid: list[Channel] = Field(default_factory=list, description="channels the person does not want")
    language: Name | None = Field(None, description="the language to write in, such as de or en-GB")


class ContactLinked(Event):
    """Two contacts are the same person; the tables show one. Undone by ContactUnlinked, and nothing is lost."""

    other: ContactRef = Field(description="the contact that is the same person")
    why: Name | None = Field(None, description="what showed it, such as same e-mail address")


class ContactUnlinked(Event):
    """Two contacts are not the same person after all."""

    other: ContactRef = Field(description="the contact that is somebody else")
    why: Name | None = Field(None, description="what showed it")


class ContactConsentGiven(Event):
    """The person agreed to something, as the law asks for it. The last word on a purpose and channel counts."""

    purpose: Name = Field(description="what they agreed to, such as newsletter")
    channel: Channel | None = Field(None, description="the channel it is for; without it, all")
    obtained: Name | None = Field(None, description="where or how they said so, such as web form or phone")
    wording: Text | None = Field(None, description="the sentence they agreed to; business data, so no personal words")


class ContactConsentWithdrawn(Event):
    """The person does not agree any more, or never wanted it."""

    purpose: Name = Field(description="what they no longer agree to")
    channel: Channel | None = Field(None, description="the channel it is for; without it, all")
    obtained: Name | None = Field(None, description="where or how they said so, such as an unsubscribe link")
