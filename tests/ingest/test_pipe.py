"""A pipe whose lines never stop coming: none of them waits for a whole batch."""

import os
import threading
import time
from pathlib import Path

import pytest

from infra.importing import lines
from infra.importing.lines import LineFile


def test_given_lines_that_never_pause_then_what_came_is_taken_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "_PATIENCE", 60)  # so that a pause can't be why
    monkeypatch.setattr(lines, "_LONGEST", 0.1)
    os.mkfifo(fifo := tmp_path / "fifo")
    writing = threading.Thread(target=_write, args=(fifo, 50))
    writing.start()
    with LineFile(fifo) as file:
        messages = list(file.messages(lambda: False))
    writing.join()

    assert [message.raw for message in messages if message] == [b"%d" % number for number in range(50)]
    assert None in messages[:-1]


def _write(fifo: Path, count: int) -> None:
    with fifo.open("wb", buffering=0) as pipe:
        for number in range(count):
            pipe.write(b"%d\n" % number)
            time.sleep(0.01)
