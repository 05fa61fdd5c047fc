"""A log call whose `extra` names one of the record's own attributes raises: only where the line is really logged."""

from __future__ import annotations

import ast
import logging
from collections.abc import Iterator
from pathlib import Path

import sluicegate

OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def extras(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, name) of every field that a call gives as ``extra={…}``."""
    for call in ast.walk(tree):
        given = call.keywords if isinstance(call, ast.Call) else []
        for keyword in given:
            if keyword.arg == "extra" and isinstance(keyword.value, ast.Dict):
                for key in keyword.value.keys:
                    if isinstance(key, ast.Constant):
                        yield keyword.value.lineno, str(key.value)


def test_no_log_call_names_a_field_that_the_record_keeps_for_itself() -> None:
    root = Path(sluicegate.__file__).parent
    found = [
        (f"{path.relative_to(root)}:{line}", name)
        for path in root.rglob("*.py")
        for line, name in extras(ast.parse(path.read_text()))
    ]
    assert len(found) > 10, "the search found next to nothing: is it still looking in the right place?"
    assert [(where, name) for where, name in found if name in OWN] == []
