"""Rewrites decorated functions of a copy so that mutmut, which leaves decorated functions alone, mutates them too.

`@guard("id")` above `def f` becomes `f = guard("id")(f)` below it. Caches are dropped: what one mutant has computed
must not be the answer of the next.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

CACHES: Final = ("cache", "lru_cache")
KNOWN_TO_MUTMUT: Final = ("classmethod", "staticmethod")


def main(folder: str) -> None:
    """Rewrite every module of a package in its place."""
    for path in sorted(Path(folder).rglob("*.py")):
        path.write_text(unrolled(path.read_text("utf-8")), "utf-8")


def unrolled(source: str) -> str:
    """Return the source with its decorators written as calls."""
    lines = source.splitlines()
    for function in sorted(_decorated(ast.parse(source)), key=lambda one: one.lineno, reverse=True):
        after = [_call(function, ast.unparse(one)) for one in reversed(function.decorator_list) if not _is_cache(one)]
        assert function.end_lineno is not None
        lines[function.end_lineno : function.end_lineno] = after
        del lines[function.decorator_list[0].lineno - 1 : function.lineno - 1]
    return "".join(f"{line}\n" for line in lines)


def _decorated(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            names = {ast.unparse(one) for one in node.decorator_list}
            if names.isdisjoint(KNOWN_TO_MUTMUT):
                yield node


def _is_cache(decorator: ast.expr) -> bool:
    return ast.unparse(decorator).partition("(")[0] in CACHES


def _call(function: ast.FunctionDef, decorator: str) -> str:
    return f"{' ' * function.col_offset}{function.name} = {decorator}({function.name})"


if __name__ == "__main__":
    main(*sys.argv[1:])
