"""One SELECT as PostgreSQL's own grammar takes it apart, and the line of each part."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pgparse

from projections.header import ModelRefused

Node = Mapping[str, Any]


class Source(NamedTuple):
    """A table that a statement reads, its schema where one is written, and the line in its file."""

    schema: str
    table: str
    line: int


class Statement:
    """A SELECT of a file, in which it begins at a line. Raises ModelRefused for anything else."""

    def __init__(self, file: str, sql: str, first_line: int) -> None:
        self.file = file
        self.sql = sql
        self.first_line = first_line
        self._bytes = sql.encode()
        try:
            found = pgparse.parse(sql)
        except pgparse.PGQueryError as error:
            line = sql.count("\n", 0, max(0, error.position - 1)) + first_line
            raise ModelRefused(f"{file}, line {line}: PostgreSQL can't read this: {error.message}") from None
        if len(found) != 1:
            place = found[1].get("stmt_location", 0) if found else 0
            place += len(self._bytes[place:]) - len(self._bytes[place:].lstrip())
            raise self.refused({"location": place}, "write one SELECT, and nothing behind it")
        self.tree: Node = found[0]["stmt"]
        select = self.tree.get("SelectStmt")
        if select is None or any("intoClause" in node for _, node in self.nodes()):
            raise self.refused({}, "write a SELECT, which changes nothing")

    def refused(self, node: Node, reason: str) -> ModelRefused:
        """The error for a part of the statement."""
        return ModelRefused(f"{self.file}, line {self.line(node)}: {reason}")

    def line(self, node: Node) -> int:
        """The line on which a part stands; the first where it does not say."""
        return self.first_line + self._bytes.count(b"\n", 0, max(0, node.get("location", 0)))

    def nodes(self) -> Iterator[tuple[str, Node]]:
        """Every part, at any depth, with its kind."""
        return nodes_of(self.tree)

    def parts(self) -> dict[str, Node]:
        """What stands in WITH, by name."""
        return {node["ctename"]: node for kind, node in self.nodes() if kind == "CommonTableExpr"}

    def sources(self) -> list[Source]:
        """The tables it reads; its own parts are none."""
        parts = self.parts()
        return [
            Source(node.get("schemaname", ""), node["relname"], self.line(node))
            for kind, node in self.nodes()
            if kind == "RangeVar" and ("schemaname" in node or node["relname"] not in parts)
        ]


def nodes_of(tree: object) -> Iterator[tuple[str, Node]]:
    """Every part of a tree, at any depth, with its kind."""
    if isinstance(tree, Mapping):
        for kind, node in tree.items():
            if isinstance(node, Mapping) and kind[:1].isupper():
                yield kind, node
            elif kind in {"larg", "rarg"} and "limitOption" in node:
                yield "SelectStmt", node  # one side of a UNION, which the grammar does not name
            yield from nodes_of(node)
    elif isinstance(tree, Sequence) and not isinstance(tree, str):
        for node in tree:
            yield from nodes_of(node)


def name_of(parts: Sequence[Node]) -> str:
    """A name of a function, type or column, without the schema that the grammar put before it."""
    last = parts[-1] if parts else {}
    return str(last.get("String", {}).get("sval", ""))
