"""What goes wrong with a log, as one sentence for whoever runs the program."""

from domain.shared.errors import RapportError, Unavailable

LOG_FORMAT = 2


class LogError(RapportError):
    """The log can't be read or written. Nothing of the batch under way was kept; what was taken before is safe."""


class LogUnavailable(LogError, Unavailable):
    """The server of the log can't be reached, or broke off; it may be back in a moment."""


def refuse_other_format(version: int | None) -> None:
    """Raise LogError if another version of the program made the log, in a format that this one would misread."""
    if version is None:
        return  # nothing was ever written in it
    if version < LOG_FORMAT:
        raise LogError(
            f"this log has format {version}, in which personal data were not sealed; this program has format "
            f"{LOG_FORMAT}: begin a new log, and read the files and topics into it again"
        )
    if version > LOG_FORMAT:
        raise LogError(
            f"this log has format {version}, which is newer than this program (format {LOG_FORMAT}): upgrade Rapport"
        )


def refuse_other_secret(tenant: str, known: str, ours: str) -> None:
    """Raise LogError if the log's events were given ids under another secret than ours."""
    if known != ours:
        raise LogError(
            f"the events of tenant '{tenant}' in this log were given their ids by another secret: "
            f"put the right keys/{tenant}.identity into RAPPORT_HOME, from a backup if need be, or let RAPPORT_KEYS "
            "name the key store that this log was written with"
        )
