"""`import_to_tables`: from typing `rapport project` to tables that show a file imported before, in seconds."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from consumers.project.catch_up import catch_up
from infra.demo.names import FIRM, FIRST, LAST
from infra.log.init import init_postgres
from tests.bench.measuring import BenchFailed, Line, Series, in_turns, line, stopwatch
from tests.bench.spending import Spending
from tests.bench.workshop import Workshop, disk_of_postgres, rapport_at

NAME = "import_to_tables"
_RAPPORT = Path(sys.executable).with_name("rapport")
_LONGEST = 1.0
_WANTED = (f"under {_LONGEST:g}", lambda value, _: value < _LONGEST)


def measure(shop: Workshop) -> list[Line]:
    """Import into an empty log and project, each by the program itself; on both databases."""
    with shop.scratch() as folder:
        people = folder / "people.csv"
        _write_people(people, shop.sizes.import_rows)
        inside: dict[str, list[float]] = {"sqlite": [], "postgres": []}

        def embedded() -> float:
            with shop.scratch() as home:
                return _project(home, "sqlite", people, shop.sizes.import_rows, inside["sqlite"])

        def on_server() -> float:
            with shop.scratch() as home, shop.postgres() as url:
                init_postgres(url)
                return _project(home, url, people, shop.sizes.import_rows, inside["postgres"])

        files = in_turns({"sqlite": embedded}, shop.runs, shop.folder, shop.tell)
        with shop.postgres() as url:
            disk = disk_of_postgres(url, shop.folder)
        server = in_turns({"postgres": on_server}, shop.runs, disk, shop.tell)
        lines = [
            _line(NAME, files["sqlite"], inside["sqlite"], shop.sizes.import_rows),
            _line(f"{NAME}:postgres", server["postgres"], inside["postgres"], shop.sizes.import_rows),
        ]
        if shop.profile or not lines[0].met:
            with shop.scratch() as home:
                _show_profile(home, "sqlite", people)
        if shop.profile or not lines[1].met:
            with shop.scratch() as home, shop.postgres() as url:
                init_postgres(url)
                _show_profile(home, url, people)
    return lines


def _line(name: str, series: Series, inside: list[float], rows: int) -> Line:
    start = series.median - median(inside)
    return line(name, "s", series, wanted=_WANTED, note=f"{rows:,} rows; {start:.2f} s of it start and end the program")


def _project(home: Path, store: str, people: Path, rows: int, inside: list[float]) -> float:
    _run(home, store, "import", str(people), "--map", "contacts", "--source", "bench")
    with stopwatch() as watch:
        done = _run(home, store, "project", "--format", "json")
    inside.append(float(done["seconds"]))
    with rapport_at(home, store) as rapport:
        reader = rapport.open_reader(personal=False)
        found = reader.query("SELECT count(*) AS people FROM contact").rows[0][0]
        reader.close()
    if found != rows:
        raise BenchFailed(f"of {rows:,} people {found:,} are in the tables")
    return watch.seconds


def _show_profile(home: Path, store: str, people: Path) -> None:
    """The same in this process, watched."""
    _run(home, store, "import", str(people), "--map", "contacts", "--source", "bench")
    spending = Spending()
    with rapport_at(home, store) as rapport:
        owner = rapport.projector.own()
        if owner is None:
            raise BenchFailed("nobody may own the tables of a scratch folder but we")
        with owner:
            for tables in owner.sets:
                spending.watch(tables)
            with stopwatch() as watch:
                catch_up(rapport.log, owner.sets)
    where = "files" if store == "sqlite" else "PostgreSQL"
    spending.show(f"{NAME} in {where}: where the time goes once the program has begun", watch.seconds)


def _run(home: Path, store: str, *arguments: str) -> dict[str, Any]:
    shell = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
    environment = {**shell, "RAPPORT_HOME": str(home), "RAPPORT_STORE": store}
    done = subprocess.run([str(_RAPPORT), *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchFailed(f"`rapport {arguments[0]}` ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return dict(json.loads(done.stdout)) if "json" in arguments else {}


def _write_people(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "name", "email", "account", "owner", "created"])
        for number in range(count):
            first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST) % len(LAST)]
            mail = f"{first}.{last}.{number}@example.com".lower()
            account = f"{FIRM[number % len(FIRM)]} {number // 500}"
            writer.writerow(
                [number, f"{first} {last}", mail, account, FIRST[number % 7], f"2025-03-{number % 28 + 1:02}"]
            )
