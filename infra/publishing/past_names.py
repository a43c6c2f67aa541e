"""Tables that a statement names in full, called by the names that they have in a session of the past, or in a shadow.

On PostgreSQL all of that session's tables stand in one schema of its own, pg_temp, so `crm.deal` has to become
`pg_temp.deal`. Only words that PostgreSQL would read as the name of a schema are touched: not what stands in texts, in
comments or in quotes of other kinds.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from infra.publishing.reader import NotAQuery

_SCHEMAS = frozenset({"crm", "personal", "rapport"})
# What a statement is made of, as PostgreSQL parts it; what is not named is left out: blanks, comments, texts, numbers.
_PARTS = re.compile(
    r"""
    \s+ | --[^\n]* | (?P<comment>/\*)
    | [eE]'(?:[^'\\]|\\.|'')*' | (?:[uU]&|[bBnNxX])?'(?:[^']|'')*'
    | \$(?P<tag>[^\W\d]\w*)?\$.*?\$(?(tag)(?P=tag))\$
    | \$?\d[\w.]*
    | (?P<escaped>[uU]&"(?:[^"]|"")*") | "(?P<quoted>(?:[^"]|"")+)" | (?P<word>[^\W\d][\w$]*) | (?P<sign>.)
    """,
    re.DOTALL | re.VERBOSE,
)
_COMMENT_ENDS = re.compile(r"/\*|\*/")
# The words that can stand behind a table; PostgreSQL takes any other one for the name that the statement gives it.
_NO_ALIAS = frozenset({
    "cross", "except", "fetch", "for", "full", "group", "having", "inner", "intersect", "join", "left", "limit",
    "natural", "offset", "on", "order", "right", "tablesample", "union", "using", "where", "window",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Token:
    """A name or a sign, and where it stands. In a name letters are small, unless it stands in quotes."""

    text: str
    kind: Literal["word", "quoted", "sign"]
    begin: int
    end: int

    @property
    def is_name(self) -> bool:
        return self.kind != "sign"


def with_past_names(statement: str, places: Mapping[tuple[str, str], str]) -> str:
    """The statement with the tables of `places`, (schema, table) → name, called by their names in pg_temp.

    Raises NotAQuery where it can't be told what a word means.
    """
    tokens = [*_tokens(statement), _Token("", "sign", len(statement), len(statement))]
    pieces, done = [], 0
    _refuse_other_meanings(tokens, "as of a date")
    for number, token in enumerate(tokens):
        if token.is_name and token.text in _SCHEMAS and tokens[number + 1].text == ".":
            table, behind = tokens[number + 2], tokens[number + 3 :]
            name = places.get((token.text, table.text))
            if name is not None:
                pieces += [statement[done : token.begin], _called(table, name, behind)]
                done = table.end
    return "".join((*pieces, statement[done:]))


def with_other_schemas(statement: str, schemas: Mapping[str, str]) -> str:
    """The statement with these schemas, name → other name, called otherwise. Raises NotAQuery, as above."""
    tokens = [*_tokens(statement), _Token("", "sign", len(statement), len(statement))]
    pieces, done = [], 0
    _refuse_other_meanings(tokens, "in a shadow")
    for token, behind in pairwise(tokens):
        if token.is_name and token.text in schemas and behind.text == ".":
            pieces += [statement[done : token.begin], schemas[token.text]]
            done = token.end
    return "".join((*pieces, statement[done:]))


def _called(table: _Token, name: str, behind: list[_Token]) -> str:
    if name == table.text:
        return f"pg_temp.{name}"
    # Two schemas have a table of this name. Here it has another, and the statement keeps calling it by its own.
    if behind[0].text == ".":
        return table.text
    return f"pg_temp.{name}" if _is_alias(behind[0]) else f"pg_temp.{name} AS {table.text}"


def _is_alias(token: _Token) -> bool:
    return token.kind == "quoted" or (token.kind == "word" and token.text not in _NO_ALIAS)


def _refuse_other_meanings(tokens: list[_Token], where: str) -> None:
    """Raise NotAQuery if the name of a schema of ours is given to something else, or stands behind a database's."""
    spelt = {token.text for token in tokens if token.is_name}
    for before, token, behind in zip([tokens[-1], *tokens], tokens, tokens[1:], strict=False):
        if not (token.is_name and token.text in _SCHEMAS):
            continue
        if behind.text == "." and before.text == ".":
            raise NotAQuery(f"{where}, write {token.text}.… without the database's name before it")
        if behind.text != "." and before.text != ".":
            raise NotAQuery(f"{where}, `{token.text}` can only be the schema: call something else otherwise")
    if "" in spelt:
        raise NotAQuery(f"{where}, write names without U&")


def _tokens(statement: str) -> Iterator[_Token]:
    at = 0
    while match := _PARTS.match(statement, at):
        at = match.end()
        if match["comment"]:
            at = _behind_comment(statement, at)
        elif match["escaped"]:
            yield _Token("", "quoted", match.start(), at)
        elif match["quoted"] is not None:
            yield _Token(match["quoted"].replace('""', '"'), "quoted", match.start(), at)
        elif match["word"]:
            yield _Token(match["word"].lower(), "word", match.start(), at)
        elif match["sign"]:
            yield _Token(match["sign"], "sign", match.start(), at)


def _behind_comment(statement: str, at: int) -> int:
    """Where a comment ends that began before `at`; they can stand in one another."""
    depth = 1
    while depth and (match := _COMMENT_ENDS.search(statement, at)):
        depth += 1 if match[0] == "/*" else -1
        at = match.end()
    return at if not depth else len(statement)
