"""`python -m infra.docs`: write the generated pages of docs/; `… release`: note the schemas as this version's."""

import sys
from importlib.metadata import version
from pathlib import Path

from infra.docs.pages import pages
from infra.docs.shipped import shipped_models
from infra.schemas.released import SchemaBroken, current_schemas, release

DOCS = Path("docs")
SHIPPED = Path("projections/shipped.py")


def main(words: list[str]) -> None:
    """Write what is asked for. Raises SchemaBroken for a release that would break what senders rely on."""
    if words == ["release"]:
        written = release(DOCS / "schemas" / "released", version("rapport"), current_schemas())
    else:
        texts = {SHIPPED: shipped_models(), **{DOCS / name: text for name, text in pages().items()}}
        written = list(texts)
        for path, text in texts.items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for path in written:
        print(path)  # noqa: T201 -- a script for maintainers


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except SchemaBroken as broken:
        sys.exit(str(broken))
