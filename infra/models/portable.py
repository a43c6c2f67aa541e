"""What may stand in a user's SELECT so that it means the same on PostgreSQL and DuckDB, as far as words tell.

Lists of what is allowed rather than of what is not: what is not known to be the same is refused, and the sentence says
what to write instead.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from infra.models.statement import Node, Statement, name_of, nodes_of

FUNCTIONS = frozenset([
    "abs", "acos", "ascii", "asin", "atan", "atan2", "avg", "bit_and", "bit_or", "bool_and", "bool_or", "btrim",
    "cbrt", "ceil", "ceiling", "char_length", "chr", "concat_ws", "corr", "cos", "count", "covar_pop", "covar_samp",
    "cume_dist", "date_part", "date_trunc", "degrees", "dense_rank", "exp", "extract", "first_value", "floor",
    "gcd", "lag", "last_value", "lcm", "lead", "left", "length", "ln", "lower", "lpad", "ltrim", "make_date", "max",
    "md5", "min", "mod", "nth_value", "ntile", "percent_rank", "percentile_cont", "percentile_disc", "pi",
    "position", "pow", "power", "radians", "rank", "repeat", "replace", "reverse", "right", "row_number", "rpad",
    "rtrim", "sign", "sin", "split_part", "sqrt", "starts_with", "stddev", "stddev_pop", "stddev_samp",
    "string_agg", "strpos", "substr", "substring", "sum", "tan", "timezone", "translate", "trunc", "upper",
    "var_pop", "var_samp", "variance",
])  # fmt: skip
_TYPES = frozenset([
    "bool", "int2", "int4", "int8", "float4", "float8", "numeric", "text", "varchar", "date", "time", "timestamp",
    "timestamptz", "interval", "uuid", "json",
])  # fmt: skip
_OPERATORS = frozenset(
    ["+", "-", "*", "/", "%", "=", "<>", "<", ">", "<=", ">=", "||", "->>", "~~", "!~~", "~~*", "!~~*"]
)
_AS_DOUBLE = "write CAST(… AS double precision) around what goes in"
_NO_CLOCK = "tables that are computed again have to be the same again: take times from the data"
_INSTEAD: Mapping[str, str] = {
    "any_value": "choose one: min(…), or DISTINCT ON with ORDER BY",
    "first": "write DISTINCT ON with ORDER BY, or first_value(…) OVER (…)",
    "last": "write DISTINCT ON with ORDER BY … DESC, or last_value(…) OVER (…)",
    "max_by": "write DISTINCT ON with ORDER BY … DESC",
    "min_by": "write DISTINCT ON with ORDER BY",
    "round": "the engines round halves differently: round where the table is read",
    **dict.fromkeys(("now", "random", "gen_random_uuid", "clock_timestamp", "transaction_timestamp"), _NO_CLOCK),
}
_MEANS = {"avg", "percentile_cont", "stddev", "stddev_pop", "stddev_samp", "variance", "var_pop", "var_samp"}


def check_portable(statement: Statement, columns: AbstractSet[str]) -> None:
    """Refuse what only one engine takes, or both take and understand differently.

    `columns` are those of all tables that the statement reads.
    """
    for kind, node in statement.nodes():
        match kind:
            case "FuncCall":
                _check_function(statement, node)
            case "TypeCast":
                _check_type(statement, node)
            case "A_Expr":
                _check_operator(statement, node)
            case "SQLValueFunction":
                raise statement.refused(node, _NO_CLOCK)
            case "SelectStmt":
                _check_names(statement, node, columns)
    _check_parts(statement)


def _check_function(statement: Statement, node: Node) -> None:
    name = name_of(node["funcname"])
    if name not in FUNCTIONS:
        instead = _INSTEAD.get(name, "docs/own-model.md names those that are the same on both engines")
        raise statement.refused(node, f"{name}() can't be used: {instead}")
    if name == "string_agg" and "agg_order" not in node:
        raise statement.refused(node, "string_agg() needs an ORDER BY inside, or its text is another one each time")
    given = [order["SortBy"]["node"] for order in node.get("agg_order", ())] if node.get("agg_within_group") else []
    if name in _MEANS and not any(_is_double(part) for part in (*node.get("args", ()), *given)):
        raise statement.refused(node, f"{name}() differs between the engines unless over doubles: {_AS_DOUBLE}")


def _check_type(statement: Statement, node: Node) -> None:
    name = name_of(node["typeName"]["names"])
    if name not in _TYPES:
        instead = {"double": "double precision", "string": "text", "jsonb": "json"}.get(name, ", ".join(sorted(_TYPES)))
        raise statement.refused(node["typeName"], f"{name} is no type on both engines: write {instead}")


def _check_operator(statement: Statement, node: Node) -> None:
    name = name_of(node["name"])
    if name not in _OPERATORS and node["kind"] in {"AEXPR_OP", "AEXPR_OP_ANY", "AEXPR_OP_ALL"}:
        raise statement.refused(node, f"the operator {name} is not the same on both engines")
    if name == "/" and not (_is_double(node.get("lexpr")) or _is_double(node.get("rexpr"))):
        raise statement.refused(node, f"/ cuts whole numbers on PostgreSQL and not on DuckDB: {_AS_DOUBLE}")


def _is_double(node: object) -> bool:
    """Whether a cast to double stands in it, so that it is computed with doubles; counts and sums of such as well."""
    return any(kind == "TypeCast" and name_of(part["typeName"]["names"]) == "float8" for kind, part in nodes_of(node))


def _check_names(statement: Statement, select: Node, columns: AbstractSet[str]) -> None:
    """Refuse a name that the same SELECT gives: DuckDB knows it already there, PostgreSQL does not."""
    given = {
        target["ResTarget"]["name"]
        for target in select.get("targetList", ())
        if target["ResTarget"].get("name", "") not in {"", _own_name(target["ResTarget"].get("val", {}))}
    }
    others = columns | {
        target["ResTarget"].get("name") or _own_name(target["ResTarget"].get("val", {}))
        for kind, other in statement.nodes()
        if kind == "SelectStmt" and other is not select
        for target in other.get("targetList", ())
    }
    others |= {name_of([name]) for part in statement.parts().values() for name in part.get("aliascolnames", ())}
    for clause in ("targetList", "whereClause", "havingClause"):
        for node in _columns_in(select.get(clause)):
            name = name_of(node["fields"])
            if len(node["fields"]) == 1 and name in given - others:
                raise statement.refused(node, f"PostgreSQL does not know {name} here: this SELECT only gives that name")


def _own_name(node: Node) -> str:
    return name_of(node["ColumnRef"]["fields"]) if "ColumnRef" in node else ""


def _columns_in(tree: object) -> Iterator[Node]:
    """The columns that an expression names, without those in a SELECT inside it."""
    if isinstance(tree, Mapping):
        for kind, node in tree.items():
            if kind == "ColumnRef":
                yield node
            elif kind != "SelectStmt":
                yield from _columns_in(node)
    elif isinstance(tree, list):
        for node in tree:
            yield from _columns_in(node)


def _check_parts(statement: Statement) -> None:
    """Refuse a part in WITH that is called as a table that is read is."""
    for name, part in statement.parts().items():
        for kind, inner in nodes_of(part["ctequery"]):
            if kind == "RangeVar" and inner["relname"] == name and not _is_recursive(statement):
                raise statement.refused(part, f"call {name} otherwise: inside it, the name means the table")


def _is_recursive(statement: Statement) -> bool:
    return any(node.get("withClause", {}).get("recursive") for kind, node in statement.nodes() if kind == "SelectStmt")
