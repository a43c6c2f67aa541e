"""The mails of ../shared/data/emails_spamassassin give the figures its README states, by SQL on the read models."""

import tarfile
from pathlib import Path
from typing import NamedTuple

import pytest

from infra.bootstrap import Rapport
from tests.importing.mailbox.given import imported
from tests.real.conftest import Install
from tests.real.given import ask


class Figures(NamedTuple):
    messages: int
    senders: int
    replies: int  # what has a header In-Reply-To or References
    answers: int  # what answers a message that is here
    threads: int
    largest: int  # messages that are here; those that are only referred to are not counted


EASY = Figures(2_500, 445, 1_266, 714, 1_514, 39)
HARD = Figures(249, 187, 4, 0, 249, 1)
BOTH = Figures(2_749, 624, 1_270, 717, 1_761, 39)


@pytest.fixture
def folders(shared_data: Path, tmp_path: Path) -> Path:
    """Where easy_ham and hard_ham lie as folders of messages."""
    [archive] = (shared_data / "emails_spamassassin").glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(tmp_path / "mails", filter="data")
    return tmp_path / "mails"


def test_each_folder_and_both_together_give_every_figure(folders: Path, install: Install) -> None:
    one, other = install(), install()

    take(one, folders / "easy_ham")
    assert figures(one) == EASY
    take(one, folders / "hard_ham")
    assert figures(one) == BOTH

    take(other, folders / "hard_ham")
    assert figures(other) == HARD
    take(other, folders / "easy_ham")
    assert figures(other) == BOTH

    assert conversations(one) == conversations(other)
    _hold_together(one)


def take(rapport: Rapport, folder: Path) -> None:
    """Import a folder; the file `cmds` in it is no message."""
    done = imported(folder, source="ham", log=rapport.log)
    assert (len(done.faults), done.summary.alerts) == (1, 0)
    rapport.projecting().bring_up()


def figures(rapport: Rapport) -> Figures:
    told = """
        SELECT count(*), count(DISTINCT contact_id), count(*) FILTER (WHERE is_reply), count(answers) FROM message
    """
    [messages] = ask(rapport, told)
    [threads] = ask(rapport, "SELECT count(*), max(messages) FROM thread")
    return Figures(*messages, *threads)


def conversations(rapport: Rapport) -> list[tuple[object, ...]]:
    columns = "thread_id, messages, absent, channels, people, first_at, last_at, waiting_for_us, contact_id"
    return ask(rapport, f"SELECT {columns} FROM thread ORDER BY thread_id")


def _hold_together(rapport: Rapport) -> None:
    # Every message is in a conversation, and what it answers is in the same one.
    assert ask(rapport, "SELECT sum(messages) FROM thread") == [(BOTH.messages,)]
    apart = """
        SELECT count(*) FROM message AS m INNER JOIN message AS a ON m.answers = a.event_id
        WHERE m.thread_id <> a.thread_id
    """
    assert ask(rapport, apart) == [(0,)]
    # All were received, and somebody wrote each of them.
    assert ask(rapport, "SELECT DISTINCT channel, direction, contact_id IS NULL FROM message") == [
        ("email", "inbound", False)
    ]
    assert ask(rapport, "SELECT count(*) FROM thread WHERE waiting_for_us") == [(BOTH.threads,)]
