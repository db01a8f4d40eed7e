"""The house checks its circles: files that import each other in a ring."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

from tests.sources import FILES, SOURCE, tree

MODULES = {
    ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in FILES
}
LONGEST_FOR_TYPES = 3


def is_for_types(node: ast.AST) -> bool:
    """Whether this is `if TYPE_CHECKING:`."""
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    )


def statements(node: ast.AST, *, with_types: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """Every import of a file, wherever it stands; those for type checkers only if asked for."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif with_types or not is_for_types(child):
            yield from statements(child, with_types=with_types)
        elif isinstance(child, ast.If):
            for each in child.orelse:
                yield from statements(each, with_types=with_types)


@cache
def arrows(*, with_types: bool) -> dict[str, frozenset[str]]:
    """Module → the modules of ours that it imports."""
    found = {}
    for name, path in MODULES.items():
        targets: set[str] = set()
        for each in statements(tree(path), with_types=with_types):
            if isinstance(each, ast.Import):
                targets |= {alias.name for alias in each.names}
            elif each.module and not each.level:
                # `from package import module` imports the module; a name in it, the package.
                for alias in each.names:
                    inner = f"{each.module}.{alias.name}"
                    targets.add(inner if inner in MODULES else each.module)
        found[name] = frozenset(target for target in targets if target in MODULES) - {name}
    return found


def circles(*, with_types: bool) -> list[frozenset[str]]:
    """The largest sets of modules in which each one reaches each other one."""
    graph = arrows(with_types=with_types)

    def reached(start: str) -> frozenset[str]:
        seen, todo = set(), [start]
        while todo:
            for target in graph[todo.pop()]:
                if target not in seen:
                    seen.add(target)
                    todo.append(target)
        return frozenset(seen)

    beyond = {name: reached(name) for name in graph}
    rings = {
        frozenset({name, *(other for other in beyond[name] if name in beyond[other])})
        for name in graph
        if name in beyond[name]
    }
    return sorted(rings, key=lambda ring: sorted(ring))


def test_no_files_import_each_other_in_a_ring_at_run_time() -> None:
    assert [sorted(ring) for ring in circles(with_types=False)] == []


def test_no_circle_for_type_checkers_is_longer_than_three_files() -> None:
    rings = [ring for ring in circles(with_types=True) if len(ring) > LONGEST_FOR_TYPES]
    assert [sorted(ring) for ring in rings] == []
