"""`make bench`: measures, and writes build/bench.json.

That file is a list of figures, each with its name, value and unit; the peer it was measured against, in turns within
the same run, and the ratio of our value to the peer's; the number of runs, whose median the value is; their spread (the
distance of the best from the worst, as a share of the median); and the disk's flush time beside them in microseconds.
Names with a colon are further views of what stands before the colon. Where a figure falls short of what is wanted, a
profile shows what bounds it. With --only or --scale small the file is build/bench-partial.json instead.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import (
    append_8_writers,
    append_command,
    as_of,
    contact_page,
    freshness,
    import_to_tables,
    ingest_sqlite,
    kafka_to_pg,
    live_pg,
    mailboxes,
    project_live_pg,
    publish,
    rebuild_1m_embedded,
    rebuild_1m_postgres,
    rebuild_10m_embedded,
    rebuild_peers,
    sealing,
    swap_pg,
)
from tests.bench.measuring import WIDTH, BenchFailed, Line, number
from tests.bench.workshop import PROJECT, SIZES, Workshop

BENCHMARKS: dict[str, Callable[[Workshop], list[Line]]] = {
    part.NAME: part.measure
    for part in (
        project_live_pg,
        rebuild_1m_embedded,
        rebuild_1m_postgres,
        rebuild_10m_embedded,
        rebuild_peers,
        ingest_sqlite,
        append_command,
        publish,
        import_to_tables,
        kafka_to_pg,
        append_8_writers,
        freshness,
        live_pg,
        sealing,
        mailboxes,
        contact_page,
        as_of,
        swap_pg,
    )
}
BUILD = PROJECT / "build"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for; 1 if a measurement failed, 0 also when a figure falls short of what is wanted."""
    asked = _options().parse_args(arguments)
    console = Console(width=WIDTH)
    tell = partial(console.print, style="dim", highlight=False)
    shop = Workshop(SIZES[asked.scale], asked.runs, BUILD / "bench", tell, asked.profile)
    shop.folder.mkdir(parents=True, exist_ok=True)
    lines: list[Line] = []
    failures = 0
    for name in [asked.only] if asked.only else BENCHMARKS:
        console.print(f"[bold]{name}[/bold]")
        begun = time.monotonic()
        try:
            lines += BENCHMARKS[name](shop)
        except BenchFailed as error:
            failures += 1
            console.print(f"{name} failed: {error}", style="bold red", markup=False)
        except Exception:  # noqa: BLE001 whatever it is, minutes of other measurements must not be lost
            failures += 1
            console.print_exception()
        console.print(f"  {time.monotonic() - begun:.0f} s", style="dim")
    show(console, lines)
    path = BUILD / ("bench.json" if asked.scale == "full" and not asked.only else "bench-partial.json")
    write(path, lines)
    console.print(f"bench: {len(lines)} figures are in {path.relative_to(PROJECT)}")
    return 1 if failures else 0


def write(path: Path, lines: Sequence[Line]) -> None:
    """Write the figures, whole or not at all."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps([line.as_json() for line in lines], indent=1) + "\n")
    draft.replace(path)


def show(console: Console, lines: Sequence[Line]) -> None:
    """Print the figures for people."""
    table = Table(title="What was measured", title_justify="left")
    table.add_column("figure", no_wrap=True)
    for column in ("value", "wanted", "", "peer", "ratio", "spread", "flush, µs"):
        table.add_column(column, justify="right" if column in {"value", "ratio", "spread"} else "left", overflow="fold")
    for one in lines:
        figure = one.figure
        mark = {None: "", True: "[green]met[/green]", False: "[red]short[/red]"}[one.met]
        ratio = "" if figure.ratio is None else f"{figure.ratio:,.2f}"
        flush = f"{figure.fsync_us:,.0f} ({one.flushes[0]:,.0f} to {one.flushes[1]:,.0f})"
        value = f"{number(figure.value)} {figure.unit}"
        table.add_row(figure.name, value, one.wanted, mark, figure.peer, ratio, f"{figure.spread:.0%}", flush)
    console.print(table)
    for one in lines:
        if one.note:
            console.print(f"  {one.figure.name}: {one.note}", highlight=False)


def _count(text: str) -> int:
    if int(text) < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return int(text)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description="measure, against the peers, into build/bench.json")
    parser.add_argument("--only", choices=BENCHMARKS, metavar="NAME", help=f"one of {', '.join(BENCHMARKS)}")
    parser.add_argument("--scale", choices=SIZES, default="full", help="small: a few thousand events, to try it out")
    parser.add_argument("--runs", type=_count, default=3, help="how many turns each contestant has (3)")
    parser.add_argument("--profile", action="store_true", help="show where the time goes also of what is fast enough")
    return parser


if __name__ == "__main__":
    sys.exit(main())
