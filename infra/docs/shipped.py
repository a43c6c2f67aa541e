"""The list of models that come with the program, as the program reads it."""

from textwrap import fill

from projections.model import model_folders

_HEAD = '''"""The models that come with the program, as `make docs` lists them: other folders are a user's."""'''


def shipped_models() -> str:
    """The text of projections/shipped.py, from the folders that are there."""
    names = fill(", ".join(f'"{folder.name}"' for folder in sorted(model_folders(), key=lambda one: one.name)), 112)
    listed = "\n".join(f"    {line}" for line in f"{names},".splitlines())
    return f"{_HEAD}\n\nSHIPPED = frozenset([\n{listed}\n])  # fmt: skip\n"
