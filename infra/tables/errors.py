"""What goes wrong with the tables, as one sentence for whoever runs the program."""

from domain.shared.errors import RapportError


class TablesError(RapportError):
    """The tables can't be read or written. They hold what they held before; the log is untouched."""


class TablesBroken(TablesError):
    """The file of the tables can't be used as it is, and can be made anew from the log."""


class TablesLocked(TablesError):
    """Another program has the file of the tables open in a way that keeps everybody else out."""


def refuse_other_zone(known: str, ours: str) -> None:
    """Raise TablesError if the days in the tables are those of another time zone than ours."""
    if known != ours:
        raise TablesError(
            f"the days in the tables are those of {known}, and RAPPORT_TIMEZONE is {ours}: "
            "set it as it was, or run `rapport rebuild` to have all days counted anew"
        )
