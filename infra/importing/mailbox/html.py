"""HTML reduced to its text, as a person would read it in a line after the other."""

import re
from html.parser import HTMLParser

_LONGEST = 1_000_000
_UNSEEN = frozenset({"script", "style", "title", "template", "noscript"})
_BREAKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "br", "center", "dd", "div", "dl", "dt", "fieldset", "footer"),
        *("form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre"),
        *("section", "table", "tr", "ul"),
    }
)
_BLANKS = re.compile(r"[ \t\r\f\v\xa0]+")
_LINES = re.compile(r"\s*\n\s*")


def reduced(html: str) -> str:
    """The text of an HTML document; of a broken one, what can be made out."""
    text = _Text()
    # A tag at the end lets the parser give out what it holds back. `close` would do so too, and takes a square of the
    # time for a document full of tags that never end.
    text.feed(html[:_LONGEST].replace("<![", "<!") + "<p>")
    joined = "".join(text.parts)
    return _LINES.sub("\n", _BLANKS.sub(" ", joined)).strip()


class _Text(HTMLParser):
    """Collects what is seen."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag that hides what is in it, or that begins a line."""
        del attrs
        if tag in _UNSEEN:
            self._unseen.append(tag)
        elif tag in _BREAKS:
            self.parts.append("\n")
        elif tag in {"td", "th"}:
            self.parts.append(" ")
        if tag == "body":  # whatever was not ended before it
            self._unseen.clear()

    def handle_endtag(self, tag: str) -> None:
        """The end of what was hidden, or of a paragraph."""
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
        elif tag in _BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Text, which in HTML may be broken into lines anywhere."""
        if not self._unseen:
            self.parts.append(data.replace("\n", " "))
