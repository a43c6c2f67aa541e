"""What projecting needs of a set of tables: facts and models that share one position in the log."""

from collections.abc import Collection, Generator
from typing import Protocol


class Tables(Protocol):
    """Facts and models in one database, changed by one process at a time.

    All methods commit whole or not at all; in tables that nobody reads yet, what is given up may be there in part.
    """

    @property
    def position(self) -> int:
        """The position of the log up to which the models are computed."""

    @property
    def staged(self) -> int:
        """The position of the log up to which the facts are staged; ahead of `position` until `compute` is done."""

    @property
    def models(self) -> int:
        """How many models `compute` computes."""

    def advance(self, upto: int, limit: int) -> int:
        """Take the next events, `limit` at most and none behind `upto`, into facts and models; returns how many.

        Fewer than `limit` means that the position is now `upto`. Facts must not be ahead of the models.
        """

    def stage(self, upto: int, limit: int) -> int:
        """The same for the facts only; the models wait for `compute`."""

    def compute(self) -> Generator[str, None, None]:
        """Compute all models from all facts; yields each one's name when it is done. Given up, the next does all."""

    def recompute(self, names: Collection[str]) -> None:
        """Compute these models anew from the facts as they stand, and those that read them; others stay as they are."""
