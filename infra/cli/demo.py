"""`rapport demo`: a made-up company's two years, from events to tables, shown."""

import os
import shutil
import time
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from consumers.ingest.edge import Edge
from consumers.ingest.run import Ingest, Message, Summary
from infra.bootstrap import Rapport, open_rapport
from infra.cli.app import FAILED, app
from infra.cli.intake import intake_bar
from infra.cli.kpi_sales import sales
from infra.cli.kpi_service import service
from infra.cli.periods import By
from infra.cli.pipeline import pipeline
from infra.cli.projecting import projecting_bar
from infra.cli.stopping import Stopping
from infra.cli.timeline import timeline
from infra.demo.company import Company
from infra.errors import Misused
from infra.settings import read_settings

_MARK = ".rapport-demo"
_PERSON = "contact:demo:2"


@app.command("demo")
def demo(
    folder: Annotated[
        Path | None,
        typer.Option("--folder", help="where the demo's own log and tables go", show_default="demo in RAPPORT_HOME"),
    ] = None,
) -> None:
    """Show the main job: a made-up company's two years of events become a timeline, a board and KPIs.

    Everything happens in a folder of its own, without a server; your log is not touched. It is the same every time.
    """
    home = _fresh_folder(folder or read_settings().home / "demo")
    _use(home)
    _take_events()
    _say(f"One person: `rapport timeline {_PERSON} --limit 12`")
    timeline(_PERSON, limit=12)
    _say("The board: `rapport pipeline --pipeline 'New business'`")
    pipeline(name="New business")
    _say("Sales: `rapport kpi sales --by month --from 2025-01-01`")
    sales(since=date(2025, 1, 1))
    _say("Service: `rapport kpi service --by quarter`")
    service(by=By.QUARTER)
    _suggest(home)


def _fresh_folder(home: Path) -> Path:
    """An empty folder; what an earlier demo left there is removed, anything else is left alone."""
    if home.exists() and any(home.iterdir()):
        if not (home / _MARK).exists():
            raise Misused(f"{home} holds something that is no demo; give another --folder")
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / _MARK).touch()
    return home


def _use(home: Path) -> None:
    """Let this process, and nothing outside it, work in the demo's folder with the default settings."""
    for name in [name for name in os.environ if name.startswith("RAPPORT_")]:
        del os.environ[name]
    os.environ["RAPPORT_HOME"] = str(home)
    os.environ["RAPPORT_ACTOR"] = "system:demo"


def _take_events() -> None:
    begun = time.monotonic()
    with open_rapport() as rapport, Stopping() as stopping:
        summary = _ingest(rapport, stopping)
        taken = time.monotonic()
        with projecting_bar() as report:
            caught = rapport.projecting(stopping, report).bring_up()
    if summary.stopped or caught.stopped:
        typer.echo("stopped; run it again, it begins anew", err=True)
        raise typer.Exit(FAILED)
    _say(
        f"{summary.taken:,} events of two years: into the log in {taken - begun:.1f} s,"
        f" from the log to the tables in {time.monotonic() - taken:.1f} s"
    )


def _ingest(rapport: Rapport, stopping: Stopping) -> Summary:
    """The company's events, as any integration would send them, by the one way in."""
    events = list(Company().events())
    with intake_bar(len(events)) as bar:
        edge = Edge(rapport.settings.tenant, rapport.settings.timezone, rapport.now)
        ingest = Ingest(edge, rapport.log, "demo", stop=stopping, progress=lambda summary: bar(summary, summary.read))
        return ingest.run(
            Message(f"demo event {number}", msgspec.json.encode(event)) for number, event in enumerate(events, 1)
        )


def _say(sentence: str) -> None:
    Console(soft_wrap=True).print(f"\n[bold cyan]── {sentence}[/bold cyan]", highlight=False)


def _suggest(home: Path) -> None:
    _say("Try next")
    typer.echo(
        f"""\
export RAPPORT_HOME={home}
rapport tickets --status on_hold
rapport sql "SELECT team, sum(won_amount) FROM kpi_sales_daily GROUP BY team ORDER BY 2 DESC"
rapport do win-deal --help
"""
    )
