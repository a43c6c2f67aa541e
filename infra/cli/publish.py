"""`rapport publish`: CloudEvents, one JSON a line, to the topics of Kafka."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from consumers.ingest.edge import Edge
from consumers.ingest.run import Message, Summary
from domain.shared.errors import InvalidInput
from infra.bootstrap import open_rapport
from infra.cli.app import FAILED, SOME_DEAD, app
from infra.cli.ingest import FILES
from infra.cli.intake import intake_bar
from infra.cli.output import Format, FormatOption, as_json, show
from infra.cli.stopping import Stopping
from infra.importing.lines import LineFile

if TYPE_CHECKING:
    from infra.kafka.sending import Sender

_MOST_LISTED = 1_000
_SHOWN_EVERY = 500  # lines between two looks at the bar


class Mode(StrEnum):
    """The two forms that CloudEvents gives a Kafka message."""

    STRUCTURED = "structured"
    BINARY = "binary"


TopicOption = Annotated[
    str | None, typer.Option("--topic", help="one topic for all; by default that of each event's area")
]
ModeOption = Annotated[Mode, typer.Option("--mode", help="the whole event as the value, or its attributes as headers")]
NoCheck = Annotated[bool, typer.Option("--no-check", help="send what is there, usable or not")]


@app.command("publish")
def publish(
    files: FILES,
    topic: TopicOption = None,
    mode: ModeOption = Mode.STRUCTURED,
    no_check: NoCheck = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Send CloudEvents, one JSON a line, to the topics of RAPPORT_KAFKA, and wait until the brokers have them.

    An event that Rapport could not use is not sent, and named with its line and the reason; the exit code is 3 then.
    """
    with ExitStack() as stack:
        sources = [stack.enter_context(LineFile(path)) for path in files]
        rapport = stack.enter_context(open_rapport())
        stopping = stack.enter_context(Stopping())
        edge = Edge(rapport.settings.tenant, rapport.settings.timezone, rapport.now)
        sender = stack.enter_context(rapport.open_sender(topic, binary=mode is Mode.BINARY))
        sizes = [source.size for source in sources]
        bar = stack.enter_context(intake_bar(None if None in sizes else sum(size or 0 for size in sizes), "sent"))
        publishing = _Publishing(sender, None if no_check else edge)
        for message in _messages(sources, stopping):
            publishing.take(message)
            if message is None or publishing.read % _SHOWN_EVERY == 0:
                bar(publishing.summary(), sum(source.done for source in sources))
            if stopping():
                break
        publishing.finish()
        publishing.stopped = stopping()
    publishing.tell(form)


def _messages(sources: list[LineFile], stopping: Stopping) -> Iterator[Message | None]:
    for source in sources:
        yield from source.messages(stopping)


@dataclass
class _Publishing:
    """One run, and what became of its lines."""

    sender: "Sender"
    edge: Edge | None
    read: int = 0
    stopped: bool = False
    refused: list[tuple[str, InvalidInput]] = field(default_factory=list)

    def take(self, message: Message | None) -> None:
        """Send a message, or remember why not; None says that nothing comes at the moment."""
        if message is None:
            self.sender.flush()
            return
        self.read += 1
        try:
            if self.edge is not None:
                self.edge.read(message.raw)
            self.sender.send(message.raw)
        except InvalidInput as error:
            self.refused.append((message.place, error))

    def finish(self) -> None:
        """Wait for the last ones."""
        self.sender.flush()

    def summary(self) -> Summary:
        """How far it is, for the bar."""
        return Summary(read=self.read, taken=self.sender.sent.total(), refused=len(self.refused))

    def tell(self, form: Format) -> None:
        """Print what went where and what did not, and end the program with the exit code that says it too."""
        topics = [{"topic": name, "events": count} for name, count in sorted(self.sender.sent.items())]
        refused = [{"place": place, "reason": error.reason} for place, error in self.refused[:_MOST_LISTED]]
        sent = self.sender.sent.total()
        if form is Format.JSON:
            counts = {"read": self.read, "sent": sent, "refused": len(self.refused), "stopped": self.stopped}
            typer.echo(as_json({**counts, "topics": topics, "refusals": refused}))
        else:
            show(topics, form, ("topic", "events"), f"{self.read:,} read; {sent:,} sent; {len(self.refused):,} refused")
        if refused and form is not Format.JSON:
            for line in refused:
                typer.echo(f"{line['place']}: {line['reason']}", err=True)
        if self.stopped:
            typer.echo("stopped; run it again to send the rest: what is sent twice is taken once", err=True)
            raise typer.Exit(FAILED)
        if self.refused:
            raise typer.Exit(SOME_DEAD)
