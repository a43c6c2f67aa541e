"""Every event type on one screen: type string → class, stream, and the word timelines use for it. **Format**.

Type strings are permanent. A type's stream says where its events are kept: OWN, each a stream by itself (what happened
between people and has no rules), or THING, in the stream of the thing it is about (something with a life).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from domain.accounts import events as accounts
from domain.activities import events as activities
from domain.agents import events as agents
from domain.contacts import events as contacts
from domain.deals import events as deals
from domain.meetings import events as meetings
from domain.orders import events as orders
from domain.pipelines import events as pipelines
from domain.products import events as products
from domain.shared.errors import InvalidInput
from domain.shared.event import Event
from domain.subscriptions import events as subscriptions
from domain.tasks import events as tasks
from domain.tickets import events as tickets
from domain.voids import events as voids

Upcast = Callable[[dict[str, Any]], dict[str, Any]]


class Stream(StrEnum):
    """Where the events of a type are kept."""

    OWN = "own"
    THING = "thing"


@dataclass(frozen=True, slots=True)
class EventType:
    """One entry of the catalogue. `upcasts[i]` turns data of version i+1 into data of version i+2.

    An upcast finds a personal field absent whose key was destroyed, also one that the model requires.
    """

    area: str
    action: str
    model: type[Event]
    stream: Stream
    kind: str
    upcasts: tuple[Upcast, ...] = ()

    @property
    def version(self) -> int:
        """The current version: one more than there are upcasts."""
        return len(self.upcasts) + 1

    @property
    def name(self) -> str:
        """The type string of the current version, such as `crm.deal.opened.v1`."""
        return f"crm.{self.area}.{self.action}.v{self.version}"

    def names(self) -> Iterable[tuple[str, int]]:
        """Every type string this type has had, with its version."""
        return ((f"crm.{self.area}.{self.action}.v{v}", v) for v in range(1, self.version + 1))


def _thing(area: str, **models: type[Event]) -> list[EventType]:
    return [EventType(area, action, model, Stream.THING, area) for action, model in models.items()]


def _own(area: str, **models: tuple[str, type[Event]]) -> list[EventType]:
    return [EventType(area, action, model, Stream.OWN, kind) for action, (kind, model) in models.items()]


EVENT_TYPES: tuple[EventType, ...] = (
    *_thing(
        "contact",
        added=contacts.ContactAdded,
        name_corrected=contacts.ContactNameCorrected,
        email_added=contacts.ContactEmailAdded,
        email_removed=contacts.ContactEmailRemoved,
        phone_added=contacts.ContactPhoneAdded,
        phone_removed=contacts.ContactPhoneRemoved,
        postal_address_added=contacts.ContactPostalAddressAdded,
        postal_address_removed=contacts.ContactPostalAddressRemoved,
        social_profile_added=contacts.ContactSocialProfileAdded,
        social_profile_removed=contacts.ContactSocialProfileRemoved,
        joined_account=contacts.ContactJoinedAccount,
        left_account=contacts.ContactLeftAccount,
        owner_changed=contacts.ContactOwnerChanged,
        tagged=contacts.ContactTagged,
        untagged=contacts.ContactUntagged,
        communication_preferences_set=contacts.ContactCommunicationPreferencesSet,
        consent_given=contacts.ContactConsentGiven,
        consent_withdrawn=contacts.ContactConsentWithdrawn,
        linked=contacts.ContactLinked,
        unlinked=contacts.ContactUnlinked,
    ),
    *_thing(
        "account",
        added=accounts.AccountAdded,
        renamed=accounts.AccountRenamed,
        details_changed=accounts.AccountDetailsChanged,
        parent_set=accounts.AccountParentSet,
    ),
    *_thing("agent", joined=agents.AgentJoined, moved=agents.AgentMoved, left=agents.AgentLeft),
    *_thing(
        "product",
        listed=products.ProductListed,
        renamed=products.ProductRenamed,
        priced=products.ProductPriced,
        withdrawn=products.ProductWithdrawn,
    ),
    *_thing(
        "pipeline",
        defined=pipelines.PipelineDefined,
        stage_added=pipelines.PipelineStageAdded,
        stage_renamed=pipelines.PipelineStageRenamed,
        stages_reordered=pipelines.PipelineStagesReordered,
        stage_retired=pipelines.PipelineStageRetired,
    ),
    *_thing(
        "deal",
        opened=deals.DealOpened,
        value_changed=deals.DealValueChanged,
        moved_to_stage=deals.DealMovedToStage,
        owner_changed=deals.DealOwnerChanged,
        expected_close_changed=deals.DealExpectedCloseChanged,
        won=deals.DealWon,
        lost=deals.DealLost,
        reopened=deals.DealReopened,
    ),
    *_own(
        "activity",
        call_logged=("call", activities.CallLogged),
        email_received=("email", activities.EmailReceived),
        email_sent=("email", activities.EmailSent),
        chat_message_logged=("chat", activities.ChatMessageLogged),
        social_message_logged=("social", activities.SocialMessageLogged),
        sms_logged=("sms", activities.SmsLogged),
        letter_logged=("letter", activities.LetterLogged),
        note_taken=("note", activities.NoteTaken),
        presentation_given=("presentation", activities.PresentationGiven),
        page_visited=("visit", activities.PageVisited),
        form_submitted=("form", activities.FormSubmitted),
        document_shared=("document", activities.DocumentShared),
        cart_abandoned=("cart", activities.CartAbandoned),
    ),
    *_thing(
        "ticket",
        opened=tickets.TicketOpened,
        assigned=tickets.TicketAssigned,
        customer_replied=tickets.TicketCustomerReplied,
        agent_replied=tickets.TicketAgentReplied,
        priority_changed=tickets.TicketPriorityChanged,
        escalated=tickets.TicketEscalated,
        put_on_hold=tickets.TicketPutOnHold,
        resolved=tickets.TicketResolved,
        reopened=tickets.TicketReopened,
        closed=tickets.TicketClosed,
        rated=tickets.TicketRated,
        step_recorded=tickets.TicketStepRecorded,
    ),
    *_thing(
        "meeting",
        scheduled=meetings.MeetingScheduled,
        moved=meetings.MeetingMoved,
        held=meetings.MeetingHeld,
        cancelled=meetings.MeetingCancelled,
    ),
    *_thing(
        "task",
        planned=tasks.TaskPlanned,
        rescheduled=tasks.TaskRescheduled,
        assigned=tasks.TaskAssigned,
        completed=tasks.TaskCompleted,
        cancelled=tasks.TaskCancelled,
        reopened=tasks.TaskReopened,
    ),
    *_thing(
        "order",
        placed=orders.OrderPlaced,
        paid=orders.OrderPaid,
        shipped=orders.OrderShipped,
        cancelled=orders.OrderCancelled,
        refunded=orders.OrderRefunded,
    ),
    *_thing(
        "subscription",
        started=subscriptions.SubscriptionStarted,
        changed=subscriptions.SubscriptionChanged,
        ended=subscriptions.SubscriptionEnded,
    ),
)

# What the log itself says of its events: only `rapport void` writes them, and nothing takes them from outside.
VOID = "void"
VOID_TYPES: tuple[EventType, ...] = (
    *_thing(VOID, made=voids.VoidMade, undone=voids.VoidUndone, marked=voids.VoidMarked),
)
VOID_MADE, VOID_UNDONE, VOID_MARKED = (t.name for t in VOID_TYPES)

AREAS: tuple[str, ...] = tuple(dict.fromkeys(t.area for t in EVENT_TYPES))
STORED_TYPES: tuple[EventType, ...] = (*EVENT_TYPES, *VOID_TYPES)
BY_NAME: Mapping[str, tuple[EventType, int]] = {name: (t, v) for t in STORED_TYPES for name, v in t.names()}
BY_MODEL: Mapping[type[Event], EventType] = {t.model: t for t in STORED_TYPES}


def current_data(name: str, data: dict[str, Any]) -> tuple[EventType, dict[str, Any]]:
    """The type that `name` writes and its data brought up to the current version, step by step.

    Raises InvalidInput for a name that was never a type.
    """
    try:
        event_type, version = BY_NAME[name]
    except KeyError:
        raise InvalidInput(_unknown(name), "type") from None
    for upcast in event_type.upcasts[version - 1 :]:
        data = upcast(data)
    return event_type, data


def _unknown(name: str) -> str:
    near = get_close_matches(name[:100], BY_NAME, n=1)
    hint = f"; did you mean {near[0]}?" if near else "; `rapport events` lists them"
    # What does not look like one of ours may be anything, a person's address too, and is not repeated.
    shown = f"'{name}'" if re.fullmatch(r"crm\.[a-z0-9_.]{1,90}", name) else "what stands there"
    return f"{shown} is not an event type{hint}"
