"""The made-up company: seeded, so that every run tells the same two years, as CloudEvents in the order of time."""

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.demo.names import CALL_LINES, COUNTRIES, FIRM, FIRST, INDUSTRIES, LAST, MAIL_LINES, TICKET_LINES, TRADE

START = datetime(2024, 1, 1, 8, tzinfo=UTC)
END = datetime(2025, 12, 31, 18, tzinfo=UTC)
SOURCE = "demo"
TEAMS = {"North": "Oslo", "South": "Madrid", "West": "Dublin", "Support": "Warsaw"}
PIPELINES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "new-business": ("New business", [("Qualify", "0.1"), ("Demo", "0.3"), ("Offer", "0.5"), ("Contract", "0.8")]),
    "renewals": ("Renewals", [("Review", "0.6"), ("Offer", "0.8"), ("Contract", "0.9")]),
    "partners": ("Partners", [("Intro", "0.2"), ("Pilot", "0.4"), ("Terms", "0.7")]),
}
PRODUCTS = {"basic": ("Rapport Basic", "490"), "plus": ("Rapport Plus", "1900"), "suite": ("Rapport Suite", "7400")}
LOST_REASONS = ("price", "competitor", "no_budget", "no_decision", "timing")
PRIORITIES = ("low", "normal", "normal", "normal", "high", "urgent")


@dataclass(frozen=True, slots=True)
class Scale:
    """How much happens. The default gives about 100,000 events."""

    accounts: int = 320
    contacts: int = 2_400
    deals: int = 3_000
    tickets: int = 6_000
    activities: int = 44_000


@dataclass(frozen=True, slots=True)
class _Person:
    reference: str
    account: str


class Company:
    """Tells its history by `events()`. The same seed and scale give the same events."""

    def __init__(self, seed: int = 7, scale: Scale | None = None) -> None:
        self._random = random.Random(seed)  # noqa: S311 -- a story, not a secret
        self._scale = scale or Scale()
        self._events: list[tuple[datetime, int, dict[str, Any]]] = []
        self._people: list[_Person] = []
        self._sellers: list[str] = []
        self._helpers: list[str] = []
        self._open_deals: list[tuple[datetime, datetime, str, _Person, str]] = []

    def events(self) -> Iterator[dict[str, Any]]:
        """All events as CloudEvents, ordered by time; each carries its `sequence`, so that no order is left open."""
        self._found()
        self._meet_people()
        for number in range(self._scale.deals):
            self._sell(number)
        for number in range(self._scale.tickets):
            self._serve(number)
        self._keep_in_touch()
        self._link_twins()
        heap = self._events
        heapq.heapify(heap)
        while heap:
            yield heapq.heappop(heap)[2]

    def _say(self, what: str, subject: str, at: datetime, actor: str = "system:demo", **data: Any) -> None:
        number = len(self._events) + 1
        event = {
            "specversion": "1.0",
            "id": f"{number:06}",
            "source": SOURCE,
            "type": f"crm.{what}.v1",
            "subject": subject,
            "time": at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "actor": actor,
            "sequence": number,
            "data": {name: value for name, value in data.items() if value is not None},
        }
        self._events.append((at, number, event))

    def _found(self) -> None:
        """Pipelines, products, agents, accounts."""
        for key, (name, stages) in PIPELINES.items():
            listed = [{"stage": s, "kind": "open", "probability": p} for s, p in stages]
            listed += [{"stage": "Won", "kind": "won", "probability": "1"}]
            listed += [{"stage": "Lost", "kind": "lost", "probability": "0"}]
            self._say("pipeline.defined", f"pipeline:demo:{key}", START, name=name, stages=listed)
        for key, (name, price) in PRODUCTS.items():
            self._say("product.listed", f"product:demo:{key}", START, name=name, price=price, currency="EUR")
        names = [f"{first} {last}" for first, last in zip(FIRST[:24], LAST[20:44], strict=True)]
        for number, name in enumerate(names):
            team = list(TEAMS)[number % 4]
            (self._helpers if team == "Support" else self._sellers).append(name)
            manager = names[number % 4]
            self._say(
                "agent.joined", f"agent:demo:{number}", START, name=name, team=team, office=TEAMS[team], manager=manager
            )
        for number in range(0, 24, 7):
            self._say(
                "agent.moved", f"agent:demo:{number}", self._moment(START, END), team="West", office=TEAMS["West"]
            )
        for number in range(self._scale.accounts):
            self._add_account(number)

    def _add_account(self, number: int) -> None:
        pick = self._random.choice
        name = f"{FIRM[number % len(FIRM)]} {TRADE[number // len(FIRM) % len(TRADE)]}"
        at = START + timedelta(days=self._random.expovariate(1 / 150) % 700)
        suffix = f" {number // 260 + 1}" if number >= 260 else ""
        self._say(
            "account.added", f"account:demo:{number}", at, name=name + suffix, industry=pick(INDUSTRIES),
            country=pick(COUNTRIES), employees=int(self._random.lognormvariate(5, 1.2)), owner=pick(self._sellers),
        )  # fmt: skip

    def _meet_people(self) -> None:
        for number in range(self._scale.contacts):
            first, last = self._random.choice(FIRST), self._random.choice(LAST)
            account = f"account:demo:{self._random.randrange(self._scale.accounts)}"
            person = _Person(f"contact:demo:{number}", account)
            at = START + timedelta(days=self._random.expovariate(1 / 200) % 700)
            mail = f"{first}.{last}.{number}@example.com".lower()
            self._say(
                "contact.added", person.reference, at, name=f"{first} {last}", email=mail, account=account,
                owner=self._random.choice(self._sellers),
            )  # fmt: skip
            if number % 3 == 0:
                phone = f"+49 30 555 {number:04}"
                self._say("contact.phone_added", person.reference, at + timedelta(minutes=3), phone=phone, label="work")
            if number % 5 == 0:
                tag = self._random.choice(("newsletter", "vip", "trade fair", "referral"))
                self._say("contact.tagged", person.reference, at + timedelta(days=2), tag=tag)
            self._people.append(person)

    def _sell(self, number: int) -> None:
        """A deal from its opening to its end, or to the end of the story."""
        rand, deal = self._random, f"deal:demo:{number}"
        key = rand.choices(list(PIPELINES), (6, 3, 1))[0]
        stages = [stage for stage, _ in PIPELINES[key][1]]
        person, owner, product = rand.choice(self._people), rand.choice(self._sellers), rand.choice(list(PRODUCTS))
        at = opened = self._moment(START, END - timedelta(days=3))
        amount = f"{int(PRODUCTS[product][1]) * rand.randint(1, 40):.2f}"
        self._say(
            "deal.opened", deal, at, f"user:{owner}", title=f"{PRODUCTS[product][0]} {number}", amount=amount,
            pipeline=f"pipeline:demo:{key}", stage=stages[0], account=person.account, contacts=[person.reference],
            currency="EUR", owner=owner, product=f"product:demo:{product}",
            expected_close=(at + timedelta(days=60)).date().isoformat(),
        )  # fmt: skip
        for stage in stages[1:]:
            at = self._later(at, days=11)
            if at > END or rand.random() < 0.17:
                break
            self._say("deal.moved_to_stage", deal, at, f"user:{owner}", stage=stage)
            if rand.random() < 0.2:
                amount = f"{float(amount) * rand.uniform(0.8, 1.3):.2f}"
                self._say("deal.value_changed", deal, at + timedelta(hours=1), amount=amount, currency="EUR")
            if rand.random() < 0.05:
                owner = rand.choice(self._sellers)
                self._say("deal.owner_changed", deal, at + timedelta(hours=2), owner=owner)
        else:
            self._close(deal, owner, at)
            self._open_deals.append((opened, at, deal, person, owner))
            return
        if at <= END:
            reason = rand.choice(LOST_REASONS)
            self._say("deal.lost", deal, at, f"user:{owner}", reason=reason)
        self._open_deals.append((opened, min(at, END), deal, person, owner))

    def _close(self, deal: str, owner: str, at: datetime) -> None:
        at = self._later(at, days=9)
        if at > END:
            return
        self._say("deal.won", deal, at, f"user:{owner}")
        if self._random.random() < 0.01:
            again = self._later(at, days=4)
            if again < END:
                self._say("deal.reopened", deal, again, f"user:{owner}")

    def _serve(self, number: int) -> None:
        """A ticket from its opening to its end, or to the end of the story."""
        rand, ticket = self._random, f"ticket:demo:{number}"
        person, owner = rand.choice(self._people), rand.choice(self._helpers)
        steps: list[tuple[str, float, dict[str, Any]]] = [
            ("assigned", 0.4, {"owner": owner}),
            ("agent_replied", 2.5, {"agent": owner, "text": "Thank you, we are looking into it."}),
        ]
        if rand.random() < 0.45:
            steps.append(
                ("customer_replied", 9, {"text": "Here is what you asked for.", "contacts": [person.reference]})
            )
            steps.append(("agent_replied", 5, {"agent": owner, "text": "We found the cause."}))
        if rand.random() < 0.12:
            steps.append(("escalated", 6, {"to": "second level"}))
        if rand.random() < 0.1:
            steps.append(("put_on_hold", 3, {"waiting_for": "customer"}))
            steps.append(("customer_replied", 30, {"text": "Any news?"}))
        steps.append(("resolved", 20, {}))
        if rand.random() < 0.06:
            steps += [("reopened", 30, {}), ("resolved", 16, {})]
        steps.append(("closed", 60, {}))
        if rand.random() < 0.4:
            steps.append(("rated", 8, {"score": rand.choices((1, 2, 3, 4, 5), (4, 5, 11, 35, 45))[0]}))
        at = self._moment(START, END)
        self._say(
            "ticket.opened", ticket, at, channel=rand.choice(("email", "phone", "chat", "web")),
            priority=rand.choice(PRIORITIES), subject_line=rand.choice(TICKET_LINES), contacts=[person.reference],
            account=person.account,
        )  # fmt: skip
        for what, hours, data in steps:
            at = self._later(at, days=hours / 24)
            if at > END:
                return
            actor = f"contact of {ticket}" if what in {"customer_replied", "rated"} else f"user:{owner}"
            self._say(f"ticket.{what}", ticket, at, actor, **data)

    def _keep_in_touch(self) -> None:
        """Calls, mails and notes, half of them around a deal."""
        rand = self._random
        for number in range(self._scale.activities):
            deal: str | None = None
            if rand.random() < 0.5:
                since, until, deal, person, agent = rand.choice(self._open_deals)
                at = self._moment(since, max(until, since + timedelta(hours=1)))
            else:
                person, agent, at = rand.choice(self._people), rand.choice(self._sellers), self._moment(START, END)
            self._act(
                f"activity:demo:{number}", at, agent, contacts=[person.reference], account=person.account, deal=deal
            )

    def _act(self, activity: str, at: datetime, agent: str, **about: Any) -> None:
        rand, actor = self._random, f"user:{agent}"
        kind = rand.choices(("call_logged", "email_sent", "email_received", "note_taken"), (30, 32, 28, 10))[0]
        data: dict[str, Any] = {**about, "agent": agent}
        if kind == "call_logged":
            connected = rand.random() < 0.6
            data["direction"] = rand.choice(("inbound", "outbound", "outbound"))
            data["outcome"] = "connected" if connected else rand.choice(("no_answer", "busy", "voicemail"))
            data["duration_seconds"] = int(rand.lognormvariate(5, 0.8)) if connected else 0
            data["summary"] = rand.choice(CALL_LINES) if connected else None
        elif kind == "note_taken":
            data["text"] = rand.choice(CALL_LINES)
        else:
            data["subject_line"] = rand.choice(MAIL_LINES)
        self._say(f"activity.{kind}", activity, at, actor, **data)

    def _link_twins(self) -> None:
        """Some people were entered twice; some of those links were mistakes."""
        for number in range(0, 60, 2):
            first, second = self._people[number].reference, self._people[number + 1].reference
            self._say("contact.linked", first, END - timedelta(days=20), other=second, why="same e-mail address")
            if number % 20 == 0:
                self._say("contact.unlinked", first, END - timedelta(days=10), other=second, why="two people after all")

    def _moment(self, since: datetime, until: datetime) -> datetime:
        """A moment of working time, more often later: the company grows."""
        share = max(self._random.random(), self._random.random() * 0.9)
        at = since + (until - since) * share
        if at.weekday() >= 5:
            at -= timedelta(days=2)
        return max(since, at.replace(hour=8 + at.hour % 10, microsecond=0))

    def _later(self, at: datetime, days: float) -> datetime:
        return (at + timedelta(days=self._random.expovariate(1 / days), minutes=1)).replace(microsecond=0)
