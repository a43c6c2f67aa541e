"""Keys of things that files name by an identifier of their own."""

import re
from collections.abc import Callable

Digest = Callable[[bytes], str]
# As programs draw them at random: long, with digits among the letters, and at most the domain of a program behind them.
_DRAWN = re.compile(r"(?=(?:\D*\d){4})[0-9A-Za-z_-]{16,150}(@google\.com)?", re.ASCII)


def key_of(uid: str, digest: Digest) -> str:
    """The key of what `uid` identifies: the same for the same, and nothing personal in it.

    An identifier can be made of the name of a person or of their machine; what is not plainly drawn at random stands as
    its keyed digest, since keys stand open in the log.
    """
    bare = uid.removeprefix("urn:uuid:")
    return bare if _DRAWN.fullmatch(bare) else f"uid-{digest(b'uid' + uid.encode())}"
