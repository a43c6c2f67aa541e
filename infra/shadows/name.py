"""What a shadow may be called: apart from all else, so that who reads live tables need not load the rest."""

import re

from infra.errors import Misused

_NAME = re.compile(r"[a-z0-9_]{1,40}")


def checked_name(name: str) -> str:
    """The name of a shadow. Raises Misused for what can't be one."""
    if not _NAME.fullmatch(name):
        raise Misused(f"'{name[:60]}' can't be the name of a shadow: write small letters, digits and _, 40 at most")
    return name
