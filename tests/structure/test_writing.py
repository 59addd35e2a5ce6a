"""How code is written: docstrings, imports at the top, excepts that name what they catch, nothing unfinished."""

from __future__ import annotations

import ast
import re

import pytest

from tests.structure.sources import CODE, REPOSITORY, SHIPPED, Source, sources, text_files

_BLIND = frozenset({"Exception", "BaseException"})
# written apart, so that this file does not find itself
_UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
_MACHINE_PATH = re.compile(r"(?<![\w.])/(work|home|root|Users|opt)/\w|\b[A-Z]:\\\\?Users")
# where things of libraries are told apart, and definitions are walked by the keys of a file
_PROBING = (
    "chat_service/channels/http_middleware.py",
    "chat_service/channels/logs.py",
    "chat_service/conversation/database.py",
    "chat_service/translate/agent/failures.py",
    "chat_service/translate/agent/kinds.py",
    "semantic_layer/__init__.py",
    "semantic_layer/engines/postgres.py",
    "semantic_layer/interop/ossie/dialects.py",
    "semantic_layer/interop/ossie/kinds.py",
    "semantic_layer/interop/ossie/load.py",
    "semantic_layer/loading/unchecked.py",
    "semantic_layer/sql/parsing.py",
)
_WITHOUT_WORDS = ("chat_service/translate/requests/", "chat_service/translate/checks/")
_PATTERNS = ("chat_service/translate/requests/journeys.py",)  # numbers of months, which are patterns
_CHINESE = re.compile("[\u4e00-\u9fff]")
_SILENCED = re.compile(r"# noqa(?!: [A-Z])|# noqa:.*\b(BLE001|E722|PLC0415)\b|# type: ignore(?!\[)")


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.where)
def test_docstrings(source: Source) -> None:
    """Every room, module, public class and public function of a module says what is true of it.

    Methods are left to their class's docstring, and need one of their own where a reader would otherwise guess.
    """
    assert ast.get_docstring(source.tree), f"{source.where}: the module says nothing of what comes in and goes out"
    for node in source.tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{source.where}:{node.lineno}: '{node.name}' is public without docstring"


@pytest.mark.parametrize("source", sources(*CODE), ids=lambda source: source.where)
def test_imports_stand_at_the_top(source: Source) -> None:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            inside = [child for child in ast.walk(node) if isinstance(child, ast.Import | ast.ImportFrom)]
            assert not inside, f"{source.where}:{inside[0].lineno}: an import inside a function"


@pytest.mark.parametrize("source", sources(*CODE), ids=lambda source: source.where)
def test_excepts_name_what_they_catch(source: Source) -> None:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler):
            caught = {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)} if node.type else _BLIND
            assert not caught & _BLIND, f"{source.where}:{node.lineno}: a blind except"


@pytest.mark.parametrize("source", sources(*SHIPPED), ids=lambda source: source.where)
def test_nothing_is_probed(source: Source) -> None:
    """What of our own has a part is told by its type: by `isinstance` or `match`, never by asking for an attribute."""
    for call in (node for node in ast.walk(source.tree) if isinstance(node, ast.Call)):
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        probes = name == "hasattr" or (name == "getattr" and len(call.args) == 3)
        assert not probes or source.where in _PROBING, f"{source.where}:{call.lineno}: probes for an attribute"


@pytest.mark.parametrize("source", sources("chat_service"), ids=lambda source: source.where)
def test_words_of_a_language_stand_with_it(source: Source) -> None:
    """What requests and checks ask of words, they ask by a name of `language/words`: no sentence of Chinese in code."""
    if not source.where.startswith(_WITHOUT_WORDS) or source.where in _PATTERNS:
        return
    said = {id(told) for node in ast.walk(source.tree) if (told := _docstring(node)) is not None}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            assert not _CHINESE.search(node.value), f"{source.where}:{node.lineno}: words in code"


def _docstring(node: ast.AST) -> ast.expr | None:
    first = node.body[0] if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body else None
    return first.value if isinstance(first, ast.Expr) else None


def test_nothing_stands_unwritten() -> None:
    for source in sources(*CODE):
        names = {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name)}
        assert "NotImplementedError" not in names, f"{source.where}: something is left to be written"


@pytest.mark.parametrize("source", sources(*SHIPPED), ids=lambda source: source.where)
def test_silenced_rules_are_named_and_few(source: Source) -> None:
    for number, line in enumerate(source.text.splitlines(), start=1):
        assert not _SILENCED.search(line), f"{source.where}:{number}: silences a rule of the house, or all of them"


def test_nothing_is_left_unfinished() -> None:
    for path in text_files():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            mark = _UNFINISHED.search(line)
            assert mark is None, f"{path.relative_to(REPOSITORY)}:{number}: marked unfinished"


def test_no_path_of_one_machine() -> None:
    for path in text_files():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            found = _MACHINE_PATH.search(line)
            assert found is None, f"{path.relative_to(REPOSITORY)}:{number}: a path of one machine"
