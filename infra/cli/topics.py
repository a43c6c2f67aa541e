"""`rapport topics`: the topics that events come on, made and compared."""

from typing import TYPE_CHECKING, Annotated

import typer

from infra.bootstrap import Rapport, open_rapport
from infra.cli.app import FAILED, app
from infra.cli.output import Format, FormatOption, show

if TYPE_CHECKING:
    from infra.kafka.brokers import Brokers, Shape
    from infra.kafka.checking import Finding
    from infra.log.offsets import ReadUpTo

topics_app = typer.Typer(name="topics", help="The Kafka topics that events come on.", no_args_is_help=True)
app.add_typer(topics_app)

_DAY = 86_400_000
_MOST_COPIES = 3
Partitions = Annotated[int, typer.Option(min=1, max=10_000, help="how many consumers can share a topic, at most")]
Copies = Annotated[
    int | None,
    typer.Option(
        min=1, max=100, help="how many brokers hold each message; three by default, or all if there are fewer"
    ),
]
Days = Annotated[int, typer.Option(min=0, max=36_500, help="how long messages are kept; 0 for good")]
Largest = Annotated[
    int | None, typer.Option(min=1_000, max=2**31 - 1, help="how long a message can be; the brokers' limit by default")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="only say what would be made")]


@topics_app.command("create")
def create(
    partitions: Partitions = 6,
    copies: Copies = None,
    days: Days = 30,
    max_message_bytes: Largest = None,
    dry_run: DryRun = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Make the topics that are missing. A topic that is there is never changed."""
    from infra.kafka.brokers import Shape
    from infra.kafka.topics import topic_names

    with open_rapport() as rapport, rapport.open_brokers() as brokers:
        copies = copies or min(_MOST_COPIES, brokers.cluster()[1])
        shape = Shape(partitions, copies, _settings(copies, days, max_message_bytes))
        rows = _make(brokers, list(topic_names(rapport.settings).values()), shape, dry_run)
    show(rows, form, ("topic", "done", "form"))


def _settings(copies: int, days: int, max_message_bytes: int | None) -> dict[str, str]:
    settings = {"cleanup.policy": "delete", "retention.ms": str(days * _DAY if days else -1)}
    if copies >= _MOST_COPIES:
        settings["min.insync.replicas"] = "2"  # what was acknowledged outlives a broker
    if max_message_bytes:
        settings["max.message.bytes"] = str(max_message_bytes)
    return settings


def _make(brokers: "Brokers", names: list[str], shape: "Shape", dry_run: bool) -> list[dict[str, str]]:
    from infra.kafka.brokers import Topic
    from infra.kafka.checking import as_words

    there = brokers.topics(names)
    missing = [name for name in names if name not in there]
    if missing and not dry_run:
        brokers.make(missing, shape)
    planned = as_words(Topic("", "", shape.partitions, shape.copies or 0, shape.settings))
    made = "would be made" if dry_run else "made"
    return [
        {"topic": name, "done": "was there, and is left as it is", "form": as_words(there[name])}
        if name in there
        else {"topic": name, "done": made, "form": planned}
        for name in names
    ]


@topics_app.command("check")
def check(form: FormatOption = Format.TABLE) -> None:
    """Compare the topics with what is needed, and with how far the log has read them.

    A finding is ok, a note, or wrong, which needs a person; then the exit code is 1.
    """
    from infra.kafka.checking import Verdict

    with open_rapport() as rapport, rapport.open_brokers() as brokers:
        found = _compared(rapport, brokers)
    rows = [{"topic": one.topic, "verdict": one.verdict.value, "finding": one.finding} for one in found]
    show(rows, form, ("topic", "verdict", "finding"))
    if any(one.verdict is Verdict.WRONG for one in found):
        raise typer.Exit(FAILED)


def _compared(rapport: Rapport, brokers: "Brokers") -> "list[Finding]":
    from infra.kafka.checking import Seen, findings
    from infra.kafka.topics import topic_names

    names = list(topic_names(rapport.settings).values())
    there = brokers.topics(names)
    cluster_id, how_many = brokers.cluster()
    read = _read_up_to(rapport)
    found = []
    for name in names:
        topic = there.get(name)
        seen = None
        if topic is not None:
            ours = [one for one in read if one.topic == name]
            seen = Seen(topic, cluster_id, how_many, brokers.bounds(topic), ours)
        found += findings(name, seen)
    return found


def _read_up_to(rapport: Rapport) -> "list[ReadUpTo]":
    settings = rapport.settings
    return rapport.log.read_up_to(settings.tenant, settings.kafka_group)
