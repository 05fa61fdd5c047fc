"""Small wrong versions of a file, one change each: what a slip of the pen would make of it.

Left alone are words: docstrings, sentences, annotations, decorators. Tests of decisions are not tests of their wording.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_CALCULATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
}
_SWAPPED = {"min": "max", "max": "min", "any": "all", "all": "any"}
_NUMBER_GROWS = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """``source`` of the whole file with one change; ``line`` where; ``change`` which."""

    line: int
    change: str
    source: str


def mutants(source: str) -> list[Mutant]:
    """All single changes of ``source``, in the order of its lines."""
    tree = ast.parse(source)
    found = []
    for index, node in enumerate(ast.walk(tree)):
        node_marked: ast.AST = node
        node_marked._place = index  # type: ignore[attr-defined]
    for node in _code(tree):
        for change in _changes(node):
            wrong = copy.deepcopy(tree)
            place = next(one for one in ast.walk(wrong) if one._place == node._place)  # type: ignore[attr-defined]
            was = ast.unparse(place)
            new = _Put(place, change).visit(wrong)
            found.append(
                Mutant(line=node.lineno, change=f"{was} → {ast.unparse(change)}", source=ast.unparse(new))  # type: ignore[attr-defined]
            )
    return sorted(found, key=lambda one: one.line)


class _Put(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, place: ast.AST, new: ast.AST) -> None:
        self._place, self._new = place, new

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self._place:
            return ast.copy_location(self._new, node)
        found = self.generic_visit(node)
        assert isinstance(found, ast.AST)
        return found


def _code(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that say what is done."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params") or isinstance(node, ast.JoinedStr):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, ast.Import | ast.ImportFrom):
                yield child
                yield from _code(child)


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(left=left, ops=[op, *others], comparators=right):
            for new in _COMPARED[type(op)]:
                yield ast.Compare(left=left, ops=[new(), *others], comparators=right)
        case ast.BinOp(left=one, op=operator, right=other) if type(operator) in _CALCULATED:
            yield ast.BinOp(left=one, op=_CALCULATED[type(operator)](), right=other)
        case ast.BoolOp(op=ast.And(), values=values):
            yield ast.BoolOp(op=ast.Or(), values=values)
        case ast.BoolOp(op=ast.Or(), values=values):
            yield ast.BoolOp(op=ast.And(), values=values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.Constant(value=bool(value)):
            yield ast.Constant(value=not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value=value + 1)
        case ast.Constant(value=float(value)):
            yield ast.Constant(value=value * _NUMBER_GROWS if value else 1.0)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name in _SWAPPED:
            if not (name in ("min", "max") and len(args) == 1 and not keywords and isinstance(args[0], ast.Set)):
                yield ast.Call(
                    func=ast.Name(id=_SWAPPED[name], ctx=ast.Load()), args=args, keywords=_usable(name, keywords)
                )
        case ast.Return(value=value) if value is not None and ast.unparse(value) != "None":
            yield ast.Return(value=ast.Constant(value=None))


def _usable(name: str, keywords: list[ast.keyword]) -> list[ast.keyword]:
    return keywords if name in ("min", "max") else []
