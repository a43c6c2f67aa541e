"""The reason that somebody gives for something, which stands in the log for good."""

from infra.errors import Misused

_MOST_WORDS = 500


def checked_reason(reason: str, what: str) -> str:
    """The reason. It stands in the open and for good, so that what looks like an address is refused."""
    if not reason.strip():
        raise Misused(f"--reason is empty: say in a few words why {what}")
    if len(reason) > _MOST_WORDS:
        raise Misused(f"--reason is longer than {_MOST_WORDS} characters; a sentence is enough")
    if "@" in reason:
        raise Misused("--reason stands in the open, and for good: leave e-mail addresses and names of people out of it")
    return reason.strip()
