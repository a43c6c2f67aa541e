"""`rapport run`: the long-running work."""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from consumers.ingest.topics import Leave
from infra.bootstrap import Rapport, open_rapport
from infra.cli.app import app
from infra.cli.stopping import Stopping

if TYPE_CHECKING:  # metrics and their like are loaded by what runs for long, so that the others start without them
    from infra.cli.outside import Outside

run_app = typer.Typer(name="run", help="Run what works for as long as it is let.", invoke_without_command=True)
app.add_typer(run_app)

SkipLost = Annotated[
    bool, typer.Option("--skip-lost", help="go on behind messages that a topic deleted before they were read")
]
AcceptNew = Annotated[
    list[str] | None,
    typer.Option("--accept-new-topic", metavar="TOPIC", help="go on with a topic that was deleted and made anew"),
]


@run_app.callback()
def run(context: typer.Context) -> None:
    """Run what works for as long as it is let; without a command, all of it."""
    if context.invoked_subcommand is None:
        run_all()


@run_app.command("project")
def project() -> None:
    """Follow the log and keep the tables up to date, until Ctrl-C or SIGTERM. There can be one such process."""
    from infra.cli.outside import PROJECT, outside, say
    from infra.cli.running import follow_log

    with open_rapport() as rapport, Stopping(say) as stopping, outside(rapport, stopping, PROJECT) as seen:
        follow_log(rapport, stopping, seen)


@run_app.command("ingest")
def ingest(skip_lost: SkipLost = False, accept_new_topic: AcceptNew = None) -> None:
    """Take what comes on the topics of RAPPORT_KAFKA into the log, until Ctrl-C or SIGTERM.

    With PostgreSQL any number of these share the topics' partitions; with SQLite there can be one. What can't be used
    goes to the dead letters. Brokers or a database that are away are waited for.
    """
    from infra.cli.outside import INGEST, outside, say

    leave = Leave(skip_lost, frozenset(accept_new_topic or ()))
    with open_rapport() as rapport, Stopping(say) as stopping, outside(rapport, stopping, INGEST) as seen:
        _take_topics(rapport, stopping, leave, seen)


@run_app.command("all")
def run_all() -> None:
    """Take topics into the log and keep the tables up to date, in one process."""
    from infra.cli.outside import INGEST, PROJECT, outside, say
    from infra.cli.running import follow_log

    with open_rapport() as rapport, Stopping(say) as stopping, outside(rapport, stopping, INGEST, PROJECT) as seen:
        _together(
            stopping,
            lambda stop: _take_topics(rapport, stop, Leave(), seen),
            lambda stop: follow_log(rapport, stop, seen),
        )


def _take_topics(rapport: Rapport, stop: Callable[[], bool], leave: Leave, seen: "Outside") -> None:
    from infra.cli.running import HearsTopics
    from infra.observing.observed import Observer

    hears = HearsTopics(seen)
    observer = Observer(seen.metrics, hears.joined)
    with ExitStack() as stack:
        following = stack.enter_context(rapport.from_topics(stop, hears, leave, observer))
        hears.begins(rapport.settings)
        following.follow()
        hears.ends()


def _together(stopping: Callable[[], bool], *works: Callable[[Callable[[], bool]], None]) -> None:
    """Do all works until a stop; when one of them ends, the others are asked to. Raises what the first one raised."""
    ended = False
    with ThreadPoolExecutor(len(works), thread_name_prefix="run") as pool:
        doing = [pool.submit(work, lambda: ended or stopping()) for work in works]
        finished, _ = wait(doing, return_when=FIRST_COMPLETED)
        ended = True
    for part in (*finished, *doing):
        part.result()
