"""What docs/imports.md says of mailboxes is what an import does."""

import re
from pathlib import Path

from domain.shared.fields import MAX_TEXT
from infra.importing.mailbox import addresses, events, found, mime, text
from infra.importing.mailbox.kept import MARK
from tests.conftest import PROJECT
from tests.importing.mailbox.given import mail, of_one

PAGE = (PROJECT / "docs" / "imports.md").read_text(encoding="utf-8").partition("\n## Mailboxes\n")[2]


def test_every_field_is_told(tmp_path: Path) -> None:
    event = of_one(tmp_path, mail(In_Reply_To="<0@x>")).only
    table = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert set(table) == {"time", *event["data"]}


def test_every_limit_is_told() -> None:
    mib, kib = 2**20, 2**10
    for limit in (f"{text._LONGEST:,} characters", f"{MAX_TEXT:,} characters", f"{mime._MOST_PARTS} parts"):
        assert limit in PAGE, limit
    assert f"first {found.MAX_BYTES // mib} MiB" in PAGE
    assert f"headers {mime._LONGEST_HEAD // mib} MiB" in PAGE
    assert f"header {addresses._LONGEST // kib} KiB" in PAGE
    assert f"on {mime._MOST_LEVELS} levels" in PAGE
    assert f"at most {events._MOST_CONTACTS:,}" in PAGE
    assert f"nearest {events._MOST_REFERENCES:,}" in PAGE
    assert f"stand-in {events.STAND_IN}" in PAGE
    assert MARK.decode().strip() in PAGE
