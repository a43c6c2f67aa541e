"""Bytes to text, whatever they claim to be written in; and the words that RFC 2047 encodes in headers."""

import codecs
import re
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header
from functools import lru_cache

_LONGEST = 16_000  # characters of a header value: the library's pattern takes a square of the time for broken ones
_NO_CHARSETS = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"}  # codecs for other things
_FOLD = re.compile(r"[\r\n]+[ \t]*")


def as_text(data: bytes, charset: str | None) -> str:
    """The text that bytes are: in the charset they claim, else UTF-8, else Western European, as senders mean mostly.

    What no charset can read becomes U+FFFD; NUL characters and halves of characters are left out.
    """
    codec = _codec(charset.lower()) if charset and len(charset) <= 60 else None
    for name, errors in ((codec, "strict"), ("utf-8", "strict"), (codec, "replace"), ("cp1252", "replace")):
        if name is None or (name == "ascii" and errors == "replace"):
            continue
        try:
            return clean(data.decode(name, errors))
        except (UnicodeError, LookupError):
            continue
    return clean(data.decode("latin-1"))


def clean(text: str) -> str:
    """Text as it can be stored: without NUL characters and halves of characters."""
    text = text.replace("\x00", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def unfolded(value: str) -> str:
    """A header's value as the parser gives it, as text in one line; encoded words stay as they are."""
    if not value.isascii():
        value = as_text(value.encode("utf-8", "surrogateescape"), None)
    return _FOLD.sub(" ", value).replace("\x00", "").strip()


def decoded(value: str) -> str:
    """An unfolded value with its encoded words decoded; broken ones stay as they stand there."""
    value = value[:_LONGEST]
    if "=?" in value:
        with suppress(HeaderParseError, ValueError):
            value = "".join(_word(part, charset) for part, charset in decode_header(value))
    return " ".join(clean(value).split())


def _word(part: bytes | str, charset: str | None) -> str:
    if isinstance(part, str):
        return part
    # What stands between encoded words comes as the library writes it, in this escape.
    return part.decode("raw-unicode-escape", "replace") if charset is None else as_text(part, charset)


@lru_cache(256)
def _codec(charset: str) -> str | None:
    """The codec of that name, if it is one for text."""
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError, TypeError):
        return None
    return None if name in _NO_CHARSETS else name
