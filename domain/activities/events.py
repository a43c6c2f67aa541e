"""What happens between people: calls, messages of every sort, visits, forms, documents.

Each can concern contacts, an account, a deal and a ticket.
"""

from typing import Annotated, Literal

from pydantic import Field

from domain.orders.events import OrderLine
from domain.shared.event import Event
from domain.shared.fields import (
    AccountRef,
    Amount,
    ContactRef,
    Count,
    Currency,
    DealRef,
    MessageRef,
    Name,
    Personal,
    Text,
    ThreadRef,
    TicketRef,
    TruthValue,
)

PersonalText = Annotated[Text, Personal(of="contacts")]
Direction = Literal["inbound", "outbound"]
DocumentKind = Literal["quote", "contract", "invoice", "brochure", "other"]


class _Activity(Event):
    """What an activity concerns; all at once if need be."""

    contacts: list[ContactRef] = Field(default_factory=list, max_length=100, description="the people it concerns")
    account: AccountRef | None = Field(None, description="the account it concerns")
    deal: DealRef | None = Field(None, description="the deal it concerns")
    ticket: TicketRef | None = Field(None, description="the ticket it concerns")
    agent: Name | None = Field(None, description="the agent who took part, by name as the source gives it")


class _InThread(Event):
    """What can belong to a conversation."""

    thread: ThreadRef | None = Field(None, description="the conversation it belongs to, as the source tells")


class _Conversed(_InThread):
    """How a message stands in a conversation. An e-mail's key is its Message-ID: `message:mail:…`."""

    message: MessageRef | None = Field(None, description="the message's own key, the same in every mailbox")
    in_reply_to: MessageRef | None = Field(None, description="the message it answers")
    references: list[MessageRef] = Field(
        default_factory=list,
        max_length=1_000,
        description="the messages before it in the conversation, as its References header lists them",
        # E-mails were stored before there was this field, and are the same facts still.
        exclude_if=lambda found: not found,
    )


class CallLogged(_InThread, _Activity):
    """Somebody telephoned with somebody."""

    direction: Direction = Field(description="who called: inbound is to us, outbound from us")
    duration_seconds: Count | None = Field(None, description="how long they spoke, in seconds")
    outcome: Literal["connected", "no_answer", "busy", "voicemail", "wrong_number", "failed"] | None = Field(
        None, description="what came of it"
    )
    summary: PersonalText | None = Field(None, description="what was said")


class _Email(_Conversed, _Activity):
    """A message by e-mail. It goes to more people than anything else."""

    contacts: list[ContactRef] = Field(default_factory=list, max_length=1_000, description="the people it concerns")
    subject_line: PersonalText | None = Field(None, description="the message's subject")
    body: PersonalText | None = Field(None, description="the message's text")


class EmailReceived(_Email):
    """A message reached us."""


class EmailSent(_Email):
    """We sent a message."""


class _Message(_Conversed, _Activity):
    """A message by another channel."""

    direction: Direction = Field(description="who wrote: inbound is to us, outbound from us")


class ChatMessageLogged(_Message):
    """Somebody wrote in a chat: on our website, in a messenger."""

    text: PersonalText | None = Field(None, description="what was written")


class SocialMessageLogged(_Message):
    """Somebody wrote on a social network, to all or in private."""

    network: Name = Field(description="the network, such as linkedin")
    public: TruthValue | None = Field(None, description="whether everybody can read it")
    text: PersonalText | None = Field(None, description="what was written")


class SmsLogged(_Message):
    """Somebody wrote a text message."""

    text: PersonalText | None = Field(None, description="what was written")


class LetterLogged(_Message):
    """A letter came or went by post."""

    subject_line: PersonalText | None = Field(None, description="what it is about, in a line")
    text: PersonalText | None = Field(None, description="what it says, or what it was about")


class NoteTaken(_Activity):
    """Somebody here wrote something down."""

    text: PersonalText = Field(description="the note")


class PresentationGiven(_Activity):
    """We showed what we sell, to people who may buy it."""

    topic: Name | None = Field(None, description="what was shown; business data, so no personal words")
    duration_seconds: Count | None = Field(None, description="how long it took, in seconds")
    outcome: Name | None = Field(None, description="what came of it, as a category of the source's")
    summary: PersonalText | None = Field(None, description="what was said")


class PageVisited(_Activity):
    """Somebody we know looked at a page of ours."""

    page: Name = Field(description="the page's path or title; no personal words")
    site: Name | None = Field(None, description="which of our sites")
    duration_seconds: Count | None = Field(None, description="how long they stayed, in seconds")
    referrer: Name | None = Field(None, description="where they came from, such as a search engine")
    campaign: Name | None = Field(None, description="the campaign that brought them")


class FormSubmitted(_Activity):
    """Somebody filled in a form of ours."""

    form: Name = Field(description="which form, such as contact or newsletter")
    page: Name | None = Field(None, description="the page it stood on, by path or title")
    text: PersonalText | None = Field(None, description="what was written into it")
    campaign: Name | None = Field(None, description="the campaign that brought them")


class DocumentShared(_Activity):
    """A document was handed over, whichever way."""

    document: Name = Field(description="the document's title; business data, so no personal words")
    direction: Direction = Field(description="who shared it: inbound is to us, outbound from us")
    url: Name | None = Field(None, description="where it lies")
    document_kind: DocumentKind | None = Field(None, description="what it is")


class CartAbandoned(_Activity):
    """Somebody put things into a cart of ours and did not buy them."""

    cart: Name | None = Field(None, description="the shop's own key of the cart")
    amount: Amount | None = Field(None, description="what it would have cost, in `currency`")
    currency: Currency | None = Field(None, description="ISO 4217 code of the amounts")
    lines: list[OrderLine] = Field(default_factory=list, max_length=1_000, description="what was in it")
