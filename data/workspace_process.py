"""The child process in which one question of the SQL workspace runs. Started by data/workspace.py.

It gets {file, sql, memory_mb, seconds, rows, bytes} on stdin and answers one JSON object on stdout. Before any word of
the question is parsed: limits of the system, the snapshot attached read-only, no file system, no extensions, settings
locked. Then the text must be one SELECT whose tree holds nothing but what this file names.
"""

from __future__ import annotations

import ctypes
import json
import math
import os
import re
import resource
import signal
import sys
import time
from typing import Any

if __name__ == "__main__":      # the engine looks for these when it binds a value: 0.3 s and memory for nothing
    sys.modules.update(dict.fromkeys(("numpy", "pandas", "pyarrow")))  # type: ignore[arg-type]

import duckdb

TABLES = frozenset({"city", "unit", "unit_attribute", "indicator", "value", "latest", "flow", "service_case"})
TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest"})
NODES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
REFERENCES = frozenset({"BASE_TABLE", "TABLE_FUNCTION", "JOIN", "SUBQUERY", "EMPTY", "EXPRESSION_LIST", "PIVOT"})
MODIFIERS = frozenset({"ORDER_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "DISTINCT_MODIFIER", "ASCENDING", "DESCENDING", "ORDER_DEFAULT"})
EXPRESSIONS = frozenset({"CONSTANT", "COLUMN_REF", "FUNCTION", "WINDOW", "CAST", "CASE", "COMPARISON", "CONJUNCTION", "OPERATOR", "SUBQUERY", "STAR",
                         "BETWEEN", "COLLATE", "LAMBDA", "LAMBDA_REF", "POSITIONAL_REFERENCE", "DEFAULT", "TYPE"})
# what tells of the server, runs text, or waits
FORBIDDEN = re.compile(r"(duckdb_|pg_|pragma_|read_|sniff_|parquet_|has_|json_(de)?serialize|json_execute|getenv|getvariable|current_setting|"
                       r"current_query|current_connection|current_transaction|current_user|session_user|current_role|user$|nextval|currval|"
                       r"write_log|parse_duckdb|query|which_secret|txid|version$|sleep|set_config|in_search_path|checkpoint|glob$|enable_|disable_)")
CELL = 4000             # characters of a text shown
_EXACT = 2**53
_PLAIN = re.compile(r"[^\W\d]\w*\Z")


class Wrong(Exception):
    """What is wrong with a question: kind, fact, remedy."""


def main() -> None:
    """Answer one question."""
    asked = json.load(sys.stdin)
    limit(asked["memory_mb"], asked["seconds"])
    try:
        answer = ask(asked)
    except Wrong as wrong:
        answer = {"error": wrong.args}
    except duckdb.Error as error:
        answer = {"error": told(error)}
    except (MemoryError, RecursionError):
        answer = {"error": TOO_LARGE}
    try:
        text = json.dumps(answer, ensure_ascii=True, separators=(",", ":"))
    except MemoryError:
        text = json.dumps({"error": TOO_LARGE})
    sys.stdout.write(text)
    sys.stdout.flush()
    os._exit(0)


TOO_LARGE = ("memory", "The question needs more memory than one may use", "Narrow it: fewer units, a shorter time, or counts instead of rows")


def limit(memory_mb: int, seconds: float) -> None:
    """Limits that the system keeps: memory, processor time, no file may be written, death with the server."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)                      # PR_SET_PDEATHSIG
    size = (memory_mb + 1536) * 1_048_576                           # address space: what the engine and Python map beside it
    for what, most in ((resource.RLIMIT_AS, size), (resource.RLIMIT_CPU, math.ceil(seconds) + 1), (resource.RLIMIT_FSIZE, 0),
                       (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 32)):
        resource.setrlimit(what, (most, most))


def locked(file: str, memory_mb: int) -> duckdb.DuckDBPyConnection:
    """An engine in memory that sees the snapshot and nothing else, and cannot be told otherwise."""
    connection = duckdb.connect(":memory:", config={
        "threads": 1, "memory_limit": f"{memory_mb}MiB", "temp_directory": "", "max_temp_directory_size": "0B", "max_expression_depth": 250,
        "python_enable_replacements": False, "autoinstall_known_extensions": False, "autoload_known_extensions": False,
        "allow_community_extensions": False, "allow_unsigned_extensions": False, "allow_persistent_secrets": False})
    quoted = file.replace("'", "''")
    for statement in (f"attach '{quoted}' as snapshot (read_only)", "use snapshot", "set timezone = 'UTC'", "set enable_progress_bar = false",
                      "set enable_external_access = false", "set disabled_filesystems = 'LocalFileSystem'", "set lock_configuration = true"):
        connection.execute(statement)
    return connection


def ask(asked: dict[str, Any]) -> dict[str, Any]:
    """Check and run the question; rows as plain values."""
    started = time.perf_counter()
    connection = locked(asked["file"], asked["memory_mb"])
    statement, tables = checked(connection, asked["sql"])
    result = connection.execute(statement)
    columns = [{"name": name, "type": str(kind)} for name, kind, *_ in result.description]
    rows: list[list[Any]] = []
    spent, cut = 0, ""
    while not cut:
        block = result.fetchmany(500)
        if not block:
            break
        for row in block:
            cells = [plain(cell) for cell in row]
            spent += sum(len(cell) if isinstance(cell, str) else 12 for cell in cells)
            if len(rows) >= asked["rows"] or spent > asked["bytes"]:
                cut = "rows" if len(rows) >= asked["rows"] else "bytes"
                break
            rows.append(cells)
    return {"columns": columns, "rows": rows, "cut": cut, "seconds": time.perf_counter() - started, "tables": sorted(tables)}


def checked(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, set[str]]:
    """(the one statement, the tables it reads). Raises Wrong, or what the parser says."""
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        raise Wrong("statements", "The text is not one question" if statements else "There is no question in the text",
                    "Write exactly one SELECT, without a second one behind a semicolon")
    if statements[0].type != duckdb.StatementType.SELECT:
        raise Wrong("select", f"The workspace does not run {statements[0].type.name}", "Only SELECT is answered: nothing can be changed or loaded")
    tree = json.loads(connection.execute("select json_serialize_sql(?)", [sql]).fetchone()[0])
    if tree.get("error") or len(tree["statements"]) != 1:
        raise Wrong("select", "The workspace answers plain SELECT only", "Write a SELECT instead of PRAGMA, CALL, SHOW, EXPLAIN or the like")
    own = {row[0].lower() for row in connection.execute(
        "select view_name from duckdb_views() union all select table_name from duckdb_tables() where database_name <> 'snapshot'").fetchall()}
    return statements[0], walk(tree["statements"], own)


def walk(tree: Any, own: set[str]) -> set[str]:
    """Every node of the tree is one we name; returns the tables. `own`: names of the engine that no WITH may take."""
    named, tables = set(), set()
    for node in nodes(tree):
        for entry in node.get("map", []) if isinstance(node.get("map"), list) else []:
            named.add(str(entry.get("key", "")).lower() if isinstance(entry, dict) else "")
        if node.get("type") == "RECURSIVE_CTE_NODE":
            named.add(str(node["cte_name"]).lower())
    for name in named:
        if name in own or not _PLAIN.match(name):
            raise Wrong("name", f"A WITH may not be called {name[:60]}", "Choose another name of letters, digits and _")
    for node in nodes(tree):
        kind = node.get("type")
        if "class" in node and isinstance(kind, str):
            check_expression(node)
        elif not isinstance(kind, str):
            continue
        elif kind == "BASE_TABLE":
            tables |= check_table(node, named)
        elif kind == "TABLE_FUNCTION":
            check_table_function(node)
        elif kind == "SHOW_REF":
            raise Wrong("select", "The workspace answers plain SELECT only", "The list beside the editor names tables and columns")
        elif kind not in NODES | REFERENCES | MODIFIERS and not kind.endswith("_TYPE_INFO"):
            raise Wrong("construct", f"The workspace does not know {kind.replace('_', ' ').lower()}", "Write a SELECT over the listed tables")
    return tables


def nodes(tree: Any) -> Any:
    """Every object of the tree, without recursion; values of constants are data, not tree."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(part for key, part in node.items() if not (key == "value" and node.get("class") == "CONSTANT"))
        elif isinstance(node, list):
            waiting.extend(node)


def check_expression(node: dict[str, Any]) -> None:
    """An expression of a kind we name, without a function that tells of the server or runs text."""
    if node["class"] == "PARAMETER":
        raise Wrong("parameter", "A question has no parameters", "Write the value itself where $1 or ? stands")
    if node["class"] not in EXPRESSIONS:
        raise Wrong("construct", f"The workspace does not know {str(node['class']).lower()} expressions", "Write it another way")
    if node["class"] in ("FUNCTION", "WINDOW"):
        name = str(node.get("function_name", "")).lower()
        if FORBIDDEN.match(name) or str(node.get("schema", "")).lower() not in ("", "main") or node.get("catalog", "") not in ("", "system"):
            raise Wrong("function", f"The function {name[:60]} is not for questions", "Use functions of numbers, texts, times and lists")


def check_table(node: dict[str, Any], named: set[str]) -> set[str]:
    """A table of the snapshot, or a name that a WITH gave."""
    name = str(node["table_name"]).lower()
    is_plain = not node["catalog_name"] and not node["schema_name"]
    if is_plain and name in named:
        return set()
    if name in TABLES and not node["catalog_name"] and node["schema_name"].lower() in ("", "main"):
        return {name}
    shown = ".".join(part for part in (node["catalog_name"], node["schema_name"], node["table_name"]) if part)
    raise Wrong("table", f"There is no table {shown[:80]}", f"The tables are {', '.join(sorted(TABLES))}")


def check_table_function(node: dict[str, Any]) -> None:
    """One of the few functions that make rows out of nothing but their arguments."""
    name = str(node["function"].get("function_name", "")).lower()
    if name not in TABLE_FUNCTIONS or node["function"].get("schema", "").lower() not in ("", "main") or node["function"].get("catalog", ""):
        raise Wrong("function", f"The table function {name[:60]} is not for questions",
                    f"Rows come from the tables that are listed, or from {', '.join(sorted(TABLE_FUNCTIONS))}")


def plain(cell: Any) -> Any:
    """A value as JSON has it; long texts are cut."""
    if cell is None or isinstance(cell, bool):
        return cell
    if isinstance(cell, int):
        return cell if -_EXACT <= cell <= _EXACT else str(cell)
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else str(cell)
    if isinstance(cell, bytes):
        cell = cell[: CELL // 2].hex()
    text = cell if isinstance(cell, str) else cell.isoformat(" ") if hasattr(cell, "hour") and hasattr(cell, "year") else str(cell)
    return text if len(text) <= CELL else text[:CELL] + "…"


def told(error: duckdb.Error) -> tuple[str, str, str]:
    """What the engine says, as ours."""
    text = str(error)
    if isinstance(error, duckdb.OutOfMemoryException) or "Out of Memory" in text or "could not allocate" in text.lower():
        return TOO_LARGE
    if isinstance(error, duckdb.PermissionException):
        return "permission", "A question reads the listed tables and nothing else", "Leave files, addresses, extensions and settings out"
    if isinstance(error, duckdb.ParserException | duckdb.SyntaxException):
        return "syntax", text[:600], "Correct the text at the place named"
    return "question", text[:600], "The list beside the editor names tables and columns"


if __name__ == "__main__":
    main()
