"""Maps: the SELECT that says what a file's rows mean, read from a file or from those that come with the program."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from infra.importing.errors import ImportMisused

_COLUMNS = re.compile(r"^--\s*columns:\s*(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Map:
    """A map. `required` and `optional` are the columns of `input` that its line `-- columns:` names, if it has one."""

    name: str
    text: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    @property
    def about(self) -> str:
        """What it is for: the comment at its top, up to the first empty comment line."""
        lines = []
        for line in self.text.splitlines():
            said = line.removeprefix("--").strip()
            if not line.startswith("--") or not said:
                break
            lines.append(said)
        return " ".join(lines)


def ready_maps() -> list[Map]:
    """The maps that come with the program, by name."""
    folder = files("infra") / "maps"
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return sorted(
        (parse_map(entry.name.removesuffix(".sql"), entry.read_text("utf-8")) for entry in found), key=_by_name
    )


def find_map(wanted: str) -> Map:
    """The map at a path, or the ready map of that name. Raises ImportMisused if there is neither."""
    path = Path(wanted)
    if path.is_file():
        try:
            return parse_map(path.name, path.read_text("utf-8-sig"))
        except (OSError, UnicodeDecodeError) as error:
            why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
            raise ImportMisused(f"the map {wanted} can't be read: {why}") from None
    ready = {each.name: each for each in ready_maps()}
    if wanted in ready:
        return ready[wanted]
    near = get_close_matches(wanted, ready, n=1)
    hint = f"did you mean {near[0]}?" if near else f"ready maps are {', '.join(ready)}"
    raise ImportMisused(f"there is no map {wanted}; give the path of a file, or the name of a ready map: {hint}")


def parse_map(name: str, text: str) -> Map:
    """The map that a text is, with the columns it declares."""
    declared = _COLUMNS.findall(text)
    names = [part.strip() for line in declared for part in line.split(",") if part.strip()]
    required = tuple(column for column in names if not column.endswith("?"))
    optional = tuple(column.removesuffix("?") for column in names if column.endswith("?"))
    return Map(name, text, required, optional)


def _by_name(entry: Map) -> str:
    return entry.name
