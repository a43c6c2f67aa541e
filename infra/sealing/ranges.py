"""How many keys are asked for at once: neighbours as a range, which a database reads like a table."""

from collections.abc import Collection

_NEAR = 16  # numbers this near are read with what lies between
_FEW = 8  # a range of fewer is not worth a statement of its own


def in_ranges(numbers: Collection[int]) -> tuple[set[int], list[tuple[int, int]], list[int]]:
    """The numbers as a set, the ranges that hold most of them, and those that stand alone."""
    wanted = set(numbers)
    ranges: list[tuple[int, int]] = []
    single: list[int] = []
    run: list[int] = []
    for number in sorted(wanted):
        if run and number - run[-1] > _NEAR:
            _put(run, ranges, single)
            run = []
        run.append(number)
    _put(run, ranges, single)
    return wanted, ranges, single


def _put(run: list[int], ranges: list[tuple[int, int]], single: list[int]) -> None:
    if len(run) >= _FEW:
        ranges.append((run[0], run[-1]))
    else:
        single += run
