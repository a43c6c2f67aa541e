"""Which addresses are ours: what they send is sent, and what others send is received."""

import re
from collections.abc import Iterable
from typing import Self

from infra.importing.errors import ImportMisused

_OWN = re.compile(r"([^@\s]+@)?[^@\s.]+(\.[^@\s.]+)*")


class Own:
    """Addresses, and domains of which every address is ours."""

    def __init__(self, given: Iterable[str]) -> None:
        self.given = sorted({one.strip().removeprefix("@").lower() for one in given})
        self._known = frozenset(self.given)

    @classmethod
    def checked(cls, given: Iterable[str]) -> Self:
        """From what a person typed. Raises ImportMisused for what is neither an address nor a domain."""
        own = cls(given)
        if not all(_OWN.fullmatch(one) for one in own.given):
            raise ImportMisused("--own is an address or a domain of ours, such as sales@firm.example or firm.example")
        return own

    def __contains__(self, address: str) -> bool:
        return address in self._known or address.rpartition("@")[2] in self._known
