"""The repository's own files as the structural tests see them: paths, lines, syntax trees, imports."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TypeGuard

REPOSITORY = Path(__file__).resolve().parents[2]
SHIPPED = ("semantic_layer", "chat_service", "prompts")
CODE = (*SHIPPED, "tests", "benchmarks", "docs", "examples")
TEXT_SUFFIXES = frozenset({".py", ".md", ".yaml", ".yml", ".toml", ".json", ".txt", ".html", ".js", ".css", ".cfg"})
LENGTH_ALLOWED = 400


@dataclass(frozen=True)
class Import:
    """One name taken from one module; `name` is empty for a whole module.

    `deferred` where importing the file does not run it: for the type checker alone, or `import_module` on first use.
    """

    module: str
    name: str
    line: int
    deferred: bool


@dataclass(frozen=True)
class Source:
    """A Python file of ours. `where` is its path from the root, `module` its dotted name."""

    path: Path

    @cached_property
    def where(self) -> str:
        return self.path.relative_to(REPOSITORY).as_posix()

    @cached_property
    def module(self) -> str:
        return self.where.removesuffix(".py").replace("/", ".").removesuffix(".__init__")

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def length(self) -> int:
        return self.text.count("\n")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=self.where)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        return tuple(_imports(self.tree, deferred=False))


@cache
def sources(*packages: str) -> tuple[Source, ...]:
    """The Python files of the named top-level folders, of the shipped packages when none is named."""
    found = (path for package in packages or SHIPPED for path in (REPOSITORY / package).rglob("*.py"))
    return tuple(_source(path) for path in sorted(found))


@cache
def _source(path: Path) -> Source:
    """A file is read once, whatever is asked of it."""
    return Source(path)


def none(breaches: Iterable[str]) -> None:
    """Fails with all that breaks a rule, a line each."""
    found = list(breaches)
    assert not found, "\n".join(found)


@cache
def text_files() -> tuple[Path, ...]:
    """Every text file that people write: code, definitions, pages, set-up. Lock files and the licence are not."""
    tops = [
        REPOSITORY / name
        for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile", "pyproject.toml", ".ci/run")
    ]
    inside = (path for folder in CODE for path in (REPOSITORY / folder).rglob("*"))
    files = [path for path in (*tops, *inside) if path.is_file() and (path.suffix in TEXT_SUFFIXES or path in tops)]
    return tuple(sorted(path for path in files if "__pycache__" not in path.parts))


@cache
def own_imports(source: Source) -> tuple[tuple[Import, str], ...]:
    """The imports of our own modules, each with the module that it lands in (`from package import module` too)."""
    ours = (each for each in source.imports if each.module.split(".")[0] in SHIPPED)
    inner = ((each, f"{each.module}.{each.name}") for each in ours)
    return tuple((each, name if name in _modules() else each.module) for each, name in inner)


@cache
def _modules() -> frozenset[str]:
    return frozenset(each.module for each in sources(*CODE))


def _imports(node: ast.AST, *, deferred: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, "", child.lineno, deferred)
        elif isinstance(child, ast.ImportFrom):
            for alias in child.names:
                yield Import("." * child.level + (child.module or ""), alias.name, child.lineno, deferred)
        else:
            if isinstance(child, ast.Call) and _called(child) == "import_module":
                yield from (Import(str(each.value), "", child.lineno, True) for each in child.args if _is_text(each))
            guarded = (
                isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING"
            )
            yield from _imports(child, deferred=deferred or guarded)


def _is_text(node: ast.expr) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _called(call: ast.Call) -> str:
    """The last name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
