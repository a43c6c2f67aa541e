"""Every command on one screen: its name, its class, and what decides it, area by area."""

from collections.abc import Mapping
from difflib import get_close_matches

from commands import (
    accounts,
    activities,
    agents,
    contacts,
    deals,
    meetings,
    orders,
    pipelines,
    products,
    subscriptions,
    tasks,
    tickets,
)
from commands.accounts import on_account
from commands.activities import on_activity
from commands.agents import on_agent
from commands.case import Handler
from commands.command import Command
from commands.contacts import on_contact
from commands.deals import on_deal, on_deal_in_pipeline
from commands.meetings import on_meeting
from commands.orders import on_order
from commands.pipelines import on_pipeline
from commands.products import on_product
from commands.subscriptions import on_subscription
from commands.tasks import on_task
from commands.tickets import on_ticket
from domain.accounts import decider as account
from domain.activities import decider as activity
from domain.agents import decider as agent
from domain.contacts import decider as contact
from domain.deals import decider as deal
from domain.meetings import decider as meeting
from domain.orders import decider as order
from domain.pipelines import decider as pipeline
from domain.products import decider as product
from domain.shared.errors import InvalidInput
from domain.subscriptions import decider as subscription
from domain.tasks import decider as task
from domain.tickets import decider as ticket

COMMANDS: Mapping[str, Handler] = {
    "add-contact": on_contact(contacts.AddContact, contact.add),
    "correct-contact-name": on_contact(contacts.CorrectContactName, contact.correct_name),
    "add-contact-email": on_contact(contacts.AddContactEmail, contact.add_email),
    "remove-contact-email": on_contact(contacts.RemoveContactEmail, contact.remove_email),
    "add-contact-phone": on_contact(contacts.AddContactPhone, contact.add_phone),
    "remove-contact-phone": on_contact(contacts.RemoveContactPhone, contact.remove_phone),
    "add-contact-address": on_contact(contacts.AddContactAddress, contact.add_postal_address),
    "remove-contact-address": on_contact(contacts.RemoveContactAddress, contact.remove_postal_address),
    "add-contact-profile": on_contact(contacts.AddContactProfile, contact.add_social_profile),
    "remove-contact-profile": on_contact(contacts.RemoveContactProfile, contact.remove_social_profile),
    "add-contact-to-account": on_contact(contacts.AddContactToAccount, contact.join_account),
    "remove-contact-from-account": on_contact(contacts.RemoveContactFromAccount, contact.leave_account),
    "change-contact-owner": on_contact(contacts.ChangeContactOwner, contact.change_owner),
    "tag-contact": on_contact(contacts.TagContact, contact.tag),
    "untag-contact": on_contact(contacts.UntagContact, contact.untag),
    "set-contact-preferences": on_contact(contacts.SetContactPreferences, contact.set_preferences),
    "give-consent": on_contact(contacts.GiveConsent, contact.give_consent),
    "withdraw-consent": on_contact(contacts.WithdrawConsent, contact.withdraw_consent),
    "link-contacts": Handler(contacts.LinkContacts, contacts.link),
    "unlink-contacts": Handler(contacts.UnlinkContacts, contacts.unlink),
    "add-account": on_account(accounts.AddAccount, account.add),
    "rename-account": on_account(accounts.RenameAccount, account.rename),
    "change-account-details": on_account(accounts.ChangeAccountDetails, account.change_details),
    "set-account-parent": Handler(accounts.SetAccountParent, accounts.set_parent),
    "add-agent": on_agent(agents.AddAgent, agent.join),
    "move-agent": on_agent(agents.MoveAgent, agent.move),
    "remove-agent": on_agent(agents.RemoveAgent, agent.leave),
    "list-product": on_product(products.ListProduct, product.list_product),
    "rename-product": on_product(products.RenameProduct, product.rename),
    "price-product": on_product(products.PriceProduct, product.price),
    "withdraw-product": on_product(products.WithdrawProduct, product.withdraw),
    "define-pipeline": on_pipeline(pipelines.DefinePipeline, pipeline.define),
    "add-stage": on_pipeline(pipelines.AddStage, pipeline.add_stage),
    "change-stage": Handler(pipelines.ChangeStage, pipelines.change_stage),
    "rename-stage": on_pipeline(pipelines.RenameStage, pipeline.rename_stage),
    "reorder-stages": on_pipeline(pipelines.ReorderStages, pipeline.reorder_stages),
    "retire-stage": on_pipeline(pipelines.RetireStage, pipeline.retire_stage),
    "open-deal": Handler(deals.OpenDeal, deals.open_deal),
    "change-deal-value": on_deal(deals.ChangeDealValue, deal.change_value),
    "move-deal": on_deal_in_pipeline(deals.MoveDeal, deal.move),
    "change-deal-owner": on_deal(deals.ChangeDealOwner, deal.change_owner),
    "change-deal-expected-close": on_deal(deals.ChangeDealExpectedClose, deal.change_expected_close),
    "win-deal": on_deal(deals.WinDeal, deal.win),
    "lose-deal": on_deal(deals.LoseDeal, deal.lose),
    "reopen-deal": on_deal_in_pipeline(deals.ReopenDeal, deal.reopen),
    "log-call": on_activity(activities.LogCall, activity.log_call),
    "record-email": Handler(activities.RecordEmail, activities.record_email),
    "log-chat-message": on_activity(activities.LogChatMessage, activity.log_message),
    "log-social-message": on_activity(activities.LogSocialMessage, activity.log_message),
    "log-sms": on_activity(activities.LogSms, activity.log_message),
    "log-letter": on_activity(activities.LogLetter, activity.log_message),
    "take-note": on_activity(activities.TakeNote, activity.take_note),
    "log-presentation": on_activity(activities.LogPresentation, activity.log_presentation),
    "log-visit": on_activity(activities.LogVisit, activity.log_visit),
    "log-form": on_activity(activities.LogForm, activity.log_form),
    "share-document": on_activity(activities.ShareDocument, activity.share_document),
    "log-abandoned-cart": on_activity(activities.LogAbandonedCart, activity.log_abandoned_cart),
    "open-ticket": on_ticket(tickets.OpenTicket, ticket.open_ticket),
    "assign-ticket": on_ticket(tickets.AssignTicket, ticket.assign),
    "record-customer-reply": on_ticket(tickets.RecordCustomerReply, ticket.record_customer_reply),
    "reply-to-ticket": on_ticket(tickets.ReplyToTicket, ticket.reply),
    "change-ticket-priority": on_ticket(tickets.ChangeTicketPriority, ticket.change_priority),
    "escalate-ticket": on_ticket(tickets.EscalateTicket, ticket.escalate),
    "put-ticket-on-hold": on_ticket(tickets.PutTicketOnHold, ticket.put_on_hold),
    "resolve-ticket": on_ticket(tickets.ResolveTicket, ticket.resolve),
    "reopen-ticket": on_ticket(tickets.ReopenTicket, ticket.reopen),
    "close-ticket": on_ticket(tickets.CloseTicket, ticket.close),
    "rate-ticket": on_ticket(tickets.RateTicket, ticket.rate),
    "record-ticket-step": on_ticket(tickets.RecordTicketStep, ticket.record_step),
    "schedule-meeting": on_meeting(meetings.ScheduleMeeting, meeting.schedule),
    "move-meeting": on_meeting(meetings.MoveMeeting, meeting.move),
    "hold-meeting": on_meeting(meetings.HoldMeeting, meeting.hold),
    "cancel-meeting": on_meeting(meetings.CancelMeeting, meeting.cancel),
    "plan-task": on_task(tasks.PlanTask, task.plan),
    "reschedule-task": on_task(tasks.RescheduleTask, task.reschedule),
    "assign-task": on_task(tasks.AssignTask, task.assign),
    "complete-task": on_task(tasks.CompleteTask, task.complete),
    "cancel-task": on_task(tasks.CancelTask, task.cancel),
    "reopen-task": on_task(tasks.ReopenTask, task.reopen),
    "place-order": on_order(orders.PlaceOrder, order.place),
    "pay-order": on_order(orders.PayOrder, order.pay),
    "ship-order": on_order(orders.ShipOrder, order.ship),
    "cancel-order": on_order(orders.CancelOrder, order.cancel),
    "refund-order": on_order(orders.RefundOrder, order.refund),
    "start-subscription": on_subscription(subscriptions.StartSubscription, subscription.start),
    "change-subscription": on_subscription(subscriptions.ChangeSubscription, subscription.change),
    "end-subscription": on_subscription(subscriptions.EndSubscription, subscription.end),
}

NAMES: Mapping[type[Command], str] = {handler.command: name for name, handler in COMMANDS.items()}


def find(name: str) -> Handler:
    """The command of that name. Raises InvalidInput, naming the nearest, for a name that is none."""
    if name not in COMMANDS:
        near = get_close_matches(name[:100].lower().replace("_", "-"), COMMANDS, n=1)
        hint = f"did you mean {near[0]}?" if near else "`rapport do` lists them"
        raise InvalidInput(f"'{name[:100]}' is not a command; {hint}", "command")
    return COMMANDS[name]
