"""Whether a log was sealed: then a key store that is not there is lost, and no new one may take its place."""

from infra.log.log import EventLog

_MARK = b'"sealed":[{'  # within a text its quotes would have backslashes
_BATCH = 10_000


def holds_sealed(log: EventLog) -> bool:
    """Whether any event has a sealed part, or there is a dead letter, which is sealed whole.

    It reads the whole log if there is none: from its end, because where there are some, they are seen there at once.
    """
    if log.has_dead_letters():
        return True
    upto = log.head()
    while upto > 0:
        if any(_MARK in row.state for row in log.read(upto - _BATCH, upto, _BATCH)):
            return True
        upto -= _BATCH
    return False
