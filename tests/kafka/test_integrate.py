"""docs/integrate.md takes a newcomer from an empty topic to a row: every block of it is run, in order, as it stands."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from domain.catalog import AREAS
from infra.kafka.topics import plural
from infra.services import kcat
from tests.conftest import PROJECT

PAGE = (PROJECT / "docs" / "integrate.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
RUNS_ON = "rapport run ingest"
PATIENCE = 60
STAND_IN = Path(__file__).with_name("kcat_stand_in.py")


@dataclass
class Newcomer:
    """Does what the page says, in a shell whose variables last from block to block."""

    folder: Path
    servers: str
    names: str
    env: dict[str, str]
    running: list[subprocess.Popen[str]] = field(default_factory=list)
    ran: Counter[str] = field(default_factory=Counter)

    def follow(self, language: str, block: str) -> None:
        text = block.replace("localhost:9092", self.servers).replace("rapport.", f"{self.names}.")
        if language == "python":
            self._run([sys.executable, "-c", text])
            self.ran["python"] += 1
            return
        for command, shown in steps(text):
            self.ran[Path(command.split("|")[-1].split()[0]).name] += 1
            if command == RUNS_ON:
                self._run_on(command)
            else:
                self._type(command, shown)

    def _type(self, command: str, shown: str) -> None:
        """Run a command; where the page shows what it prints, that must come within a while: topics are not instant."""
        end = time.monotonic() + PATIENCE
        while (printed := self._shell(command, must_work=not shown)) != shown and shown:
            assert time.monotonic() < end, f"{command}\nprinted\n{printed}\nand the page says\n{shown}"
            time.sleep(0.3)

    def _shell(self, command: str, *, must_work: bool) -> str:
        state = self.folder / "state"
        state.touch()
        script = f"set -o pipefail; . {state}; {command}\nfailed=$?; export -p > {state}; exit $failed"
        return self._run(["bash", "-c", script], must_work=must_work)

    def _run(self, command: list[str], *, must_work: bool = True) -> str:
        done = subprocess.run(
            command, cwd=PROJECT, env=self.env, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert done.returncode == 0 or not must_work, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def _run_on(self, command: str) -> None:
        script = f". {self.folder / 'state'}; exec {command}"
        process = subprocess.Popen(["bash", "-c", script], cwd=PROJECT, env=self.env, stderr=subprocess.PIPE, text=True)
        self.running.append(process)

    def stop(self) -> None:
        for process in self.running:
            process.send_signal(signal.SIGTERM)
            _, told = process.communicate(timeout=PATIENCE)
            assert process.returncode == 0, told


def steps(block: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block, and what the page says it prints."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


@pytest.fixture
def newcomer(tmp_path: Path, kafka_servers: str) -> Iterator[Newcomer]:
    """A newcomer with topics of their own, so that the page's do not meet those of other tests."""
    names = f"t{uuid4().hex[:12]}"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
    programs = tmp_path / "bin"
    programs.mkdir()
    if kcat.program() is None:
        (programs / "kcat").write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, str(STAND_IN)])} "$@"\n')
        (programs / "kcat").chmod(0o755)
    topics = ",".join(f"{plural(area)}={names}.{plural(area)}" for area in AREAS)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"], str(programs)])
    env = clean | {"PATH": path, "TMPDIR": str(tmp_path), "RAPPORT_TOPICS": topics, "RAPPORT_KAFKA_GROUP": names}
    someone = Newcomer(tmp_path, kafka_servers, names, env)
    yield someone
    for process in someone.running:
        process.kill()
        process.wait()
    admin = KafkaAdminClient(bootstrap_servers=kafka_servers)
    admin.delete_topics([name for name in admin.list_topics() if name.startswith(f"{names}.")])
    admin.close()


def keys_on(servers: str, topic: str) -> list[tuple[int, bytes | None]]:
    """Partition and key of every message of a topic."""
    consumer = KafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False)
    places = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
    consumer.assign(places)
    consumer.seek_to_beginning()
    wanted = sum(consumer.end_offsets(places).values())
    found: list[tuple[int, bytes | None]] = []
    end = time.monotonic() + PATIENCE
    while len(found) < wanted and time.monotonic() < end:
        for place, records in consumer.poll(timeout_ms=500).items():
            found += [(place.partition, record.key) for record in records]
    consumer.close()
    return found


def test_the_page_works_as_it_stands(newcomer: Newcomer) -> None:
    for language, block in BLOCKS:
        newcomer.follow(language, block)
    newcomer.stop()

    assert newcomer.ran["python"] == 2
    assert newcomer.ran["kcat"] == 1
    assert newcomer.ran["rapport"] > 8
    # Three programs sent under one key, and it went to one partition.
    on_deals = keys_on(newcomer.servers, f"{newcomer.names}.deals")
    assert Counter(key for _, key in on_deals) == {b"deal:myshop:1001": 3, b"deal:myshop:1002": 1}
    assert len({partition for partition, key in on_deals if key == b"deal:myshop:1001"}) == 1


def test_what_stands_in_for_kcat_does_what_the_page_asks_of_it(newcomer: Newcomer) -> None:
    """On machines without kcat the page is still run, so that this must send what kcat sends."""
    ours = f"{newcomer.names}.deals"
    admin = KafkaAdminClient(bootstrap_servers=newcomer.servers)
    admin.create_topics({ours: {"num_partitions": 8, "replication_factor": 1}}, wait_for_metadata=True)
    admin.close()
    [asked] = [command for language, block in BLOCKS if language == "console" for command, _ in steps(block)
               if "| kcat" in command]  # fmt: skip
    text = asked.replace("localhost:9092", newcomer.servers).replace("rapport.deals", ours)
    stand_in = shlex.join([sys.executable, str(STAND_IN)])

    for program in ("kcat", stand_in, stand_in):
        done = subprocess.run(
            ["bash", "-c", text.replace("| kcat", f"| {program}")], env=newcomer.env, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr

    sent = keys_on(newcomer.servers, ours)
    assert Counter(sent) == {(sent[0][0], b"deal:myshop:1001"): 3}


def test_only_languages_that_are_run_stand_on_the_page() -> None:
    assert {language for language, _ in BLOCKS} == {"console", "python"}
    assert PAGE.count("```") == 2 * len(BLOCKS)
