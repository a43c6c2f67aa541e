"""Positions as ranges: an import of 28,000 rows is one of them, or a few."""

from collections.abc import Iterable, Iterator


def as_ranges(positions: Iterable[int]) -> list[tuple[int, int]]:
    """The positions as ranges with both ends, in order; each position once."""
    found: list[tuple[int, int]] = []
    for position in sorted(set(positions)):
        if found and found[-1][1] == position - 1:
            found[-1] = (found[-1][0], position)
        else:
            found.append((position, position))
    return found


def positions_in(ranges: Iterable[tuple[int, int]]) -> Iterator[int]:
    """Every position in the ranges."""
    for first, last in ranges:
        yield from range(first, last + 1)
