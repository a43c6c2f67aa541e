"""`python -m infra.docs`: write the generated pages of docs/."""

from pathlib import Path

from infra.docs.pages import pages

if __name__ == "__main__":
    for name, text in pages().items():
        Path("docs", name).write_text(text)
        print(f"docs/{name}")  # noqa: T201 -- a script for maintainers
