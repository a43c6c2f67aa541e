"""Errors of the program itself, beside those of the domain."""

from domain.shared.errors import RapportError


class Misused(RapportError):
    """What was given on the command line can't be used; nothing was done. The program's exit code is 2."""
