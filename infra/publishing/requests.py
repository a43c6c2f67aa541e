"""What other processes ask of the owner of the embedded tables: a file for each request, and one for its answer."""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from uuid import uuid4

from consumers.project.catch_up import Progress
from consumers.project.projector import Answer, Ask, Request
from infra.publishing.places import Places, make_folder, read_json, write_json

_REPORTS = 0.1  # seconds between two reports of progress
_FORGOTTEN = 3600  # seconds after which an answer is read by nobody any more


class RequestBox:
    """The owner's side."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._reported = 0.0
        for folder in (places.requests, places.answers):
            make_folder(folder)
        for answer in places.answers.iterdir():
            if time.time() - answer.stat().st_mtime > _FORGOTTEN:
                answer.unlink(missing_ok=True)
        places.progress.unlink(missing_ok=True)

    def waiting(self) -> list[Request]:
        """What is asked now."""
        names = [path.name for path in self._places.requests.glob("*.json") if not path.name.startswith(".")]
        return [
            Request(name[:-5], Ask(read_json(self._places.requests / name).get("what", Ask.CATCH_UP)))
            for name in sorted(names)
        ]

    def answer(self, requests: Sequence[Request], error: str | None) -> None:
        """Answer them; a request that was withdrawn meanwhile is passed over."""
        for request in requests:
            path = self._places.requests / f"{request.id}.json"
            if path.exists():
                write_json(self._places.answers / path.name, {"error": error})
                path.unlink(missing_ok=True)
        self._places.progress.unlink(missing_ok=True)

    def report(self, progress: Progress) -> None:
        """Write down how far the work is, now and then."""
        if time.monotonic() - self._reported >= _REPORTS:
            self._reported = time.monotonic()
            write_json(self._places.progress, asdict(progress))


class FileRequest:
    """The side of who asks."""

    def __init__(self, places: Places, what: Ask) -> None:
        self._places = places
        self._name = f"{uuid4()}.json"
        for folder in (places.requests, places.answers):
            make_folder(folder)
        write_json(self._path, {"what": what, "pid": os.getpid()})

    @property
    def _path(self) -> Path:
        return self._places.requests / self._name

    def answer(self) -> Answer | None:
        """The owner's answer, once it is there."""
        try:
            found = json.loads((self._places.answers / self._name).read_text())
        except (OSError, ValueError):
            return None
        return Answer(found.get("error"))

    def progress(self) -> Progress | None:
        """How far the owner's work is."""
        found = read_json(self._places.progress)
        return Progress(**found) if found else None

    def withdraw(self) -> None:
        """Take back the request, and its answer."""
        self._path.unlink(missing_ok=True)
        (self._places.answers / self._name).unlink(missing_ok=True)
