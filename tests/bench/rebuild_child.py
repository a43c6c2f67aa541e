"""A rebuild in a process of its own, so that its memory is its own: `rebuild_child.py HOME [--profile] [--open]`.

It does what `rapport rebuild` does with a long log: takes all facts from sealed history, where there is any, else from
the log, computes every model once, for both sets of tables, and publishes. It prints what that took as JSON; with
--profile also where the time went. With --open it makes the tables without personal data alone, and publishes nothing.
"""

import json
import resource
import sys
from pathlib import Path

from consumers.project.catch_up import catch_up
from consumers.project.projector import Ask
from infra.cli.app import collect_seldom
from infra.publishing.places import Places
from tests.bench.measuring import BenchFailed, stopwatch
from tests.bench.spending import Spending
from tests.bench.workshop import rapport_at


def main(home: Path, *, profile: bool, only_open: bool) -> None:
    """Rebuild the tables of a home from its log."""
    collect_seldom()  # as the program does when it begins
    spending = Spending()
    with rapport_at(home) as rapport:
        head = rapport.log.head()
        rapport.projector.discard_draft()
        draft = rapport.projector.draft()
        if draft is None:
            raise BenchFailed(f"another process rebuilds the tables in {home}")
        with stopwatch() as whole:
            with draft, stopwatch() as computing:
                list(draft.begin())
                sets = draft.sets[:1] if only_open else draft.sets
                if profile:
                    for tables in sets:
                        spending.watch(tables)
                catch_up(rapport.log, sets)
                draft.finish()
            with stopwatch() as publishing:
                if not only_open:
                    rapport.projecting().bring_up(Ask.SWAP)
        if not only_open and rapport.projector.published() != head:
            raise BenchFailed(f"the log ends at {head:,} and the tables at {rapport.projector.published():,}")
        events = rapport.log.count("main").events
    if profile:
        spending.show(f"where the time of {events:,} events goes", computing.seconds)
    places = Places(home)
    print(
        json.dumps(
            {
                "events": events,
                "seconds": computing.seconds,
                "whole_seconds": whole.seconds,
                "publish_seconds": publishing.seconds,
                "published_bytes": sum(
                    places.public(name).stat().st_size for name in ("main", "personal") if not only_open
                ),
                "memory_bytes": peak_memory(),
            }
        )
    )


def peak_memory() -> int:
    """The most memory this process ever had, in bytes."""
    # Linux lets ru_maxrss begin with that of the process which started this one; VmHWM begins with the program.
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]), profile="--profile" in sys.argv[2:], only_open="--open" in sys.argv[2:])
