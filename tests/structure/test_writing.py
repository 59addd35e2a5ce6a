"""How code is written: docstrings, imports at the top, excepts that name what they catch, nothing unfinished."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from chat_service.language.words.tables import languages, tables
from tests.structure.sources import CODE, REPOSITORY, Source, none, sources, text_files

_IMPORTS = (ast.Import, ast.ImportFrom)
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
_WITHOUT_WORDS = ("chat_service/translate/requests/", "chat_service/translate/checks/", "chat_service/language/dates/")
_PATTERNS = (
    "chat_service/translate/requests/journeys.py",  # numbers of months, which are patterns
    "chat_service/language/dates/shown.py",  # sentences of both languages
)
_CHINESE = re.compile("[\u4e00-\u9fff]")
_OF_WORDS = ("chat_service/language/dates/", "chat_service/translate/words/thesaurus.py")
_OF_A_LIBRARY = "chat_service/language/dates/holiday_calendar.py"  # names holidays as a library does
# words of English in a pattern, beside its groups, classes and escapes
_IS_PATTERN = re.compile(r"[|\\]|\(\?|\[[^]]*\]")
_SYNTAX = re.compile(r"\(\?P[<=]\w+[>)]|\[[^]]*\]|\\.")
_WORD = re.compile(r"(?<![A-Za-z])[a-z]{2,}")
_ASKING = frozenset({"startswith", "endswith", "removeprefix", "removesuffix"})
_SILENCED = re.compile(r"# noqa(?!: [A-Z])|# noqa:.*\b(BLE001|E722|PLC0415)\b|# type: ignore(?!\[)")


def test_docstrings() -> None:
    """Every room, module, public class and public function of a module says what is true of it.

    Methods are left to their class's docstring, and need one of their own where a reader would otherwise guess.
    """
    none(
        f"{source.where}:{node.lineno}: '{node.name}' is public without docstring"
        for source in sources()
        for node in source.tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if not node.name.startswith("_") and not ast.get_docstring(node)
    )
    none(
        f"{source.where}: the module says nothing of what comes in and goes out"
        for source in sources()
        if not ast.get_docstring(source.tree)
    )


def test_imports_stand_at_the_top() -> None:
    none(
        f"{source.where}:{child.lineno}: an import inside a function"
        for source in sources(*CODE)
        if any(isinstance(node, _IMPORTS) and node not in source.tree.body for node in source.nodes)
        for node in source.nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.walk(node)
        if isinstance(child, _IMPORTS)
    )


def test_excepts_name_what_they_catch() -> None:
    none(
        f"{source.where}:{node.lineno}: a blind except"
        for source in sources(*CODE)
        for node in source.nodes
        if isinstance(node, ast.ExceptHandler) and _caught(node) & _BLIND
    )


def _caught(handler: ast.ExceptHandler) -> frozenset[str]:
    if handler.type is None:
        return _BLIND
    return frozenset(name.id for name in ast.walk(handler.type) if isinstance(name, ast.Name))


def test_nothing_is_probed() -> None:
    """What of our own has a part is told by its type: by `isinstance` or `match`, never by asking for an attribute."""
    none(
        f"{source.where}:{call.lineno}: probes for an attribute"
        for source in sources()
        if source.where not in _PROBING
        for call in source.nodes
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        if call.func.id == "hasattr" or (call.func.id == "getattr" and len(call.args) == 3)
    )


def test_words_of_a_language_stand_with_it() -> None:
    """What requests, checks and dates ask of words, they ask by a name of `language/words`: no Chinese in code."""
    none(
        f"{source.where}:{line}: words in code: {text}"
        for source in sources("chat_service")
        if source.where.startswith(_WITHOUT_WORDS) and source.where not in _PATTERNS
        for line, text in _said(source)
        if _CHINESE.search(text)
    )


def test_no_word_of_english_stands_in_a_pattern_or_is_compared_with() -> None:
    """What Chinese shows by its characters alone, English shows by where it stands."""
    none(
        f"{source.where}:{line}: words in code: {text}"
        for source in sources("chat_service")
        if source.where.startswith(_OF_WORDS) and source.where != _OF_A_LIBRARY
        for line, text in (*_patterns(source), *_asked_of_texts(source))
    )


def test_no_code_asks_which_language_it_is() -> None:
    """What differs between the languages is a `Phrase`, a template or a table: a third language is no new branch."""
    none(
        f"{source.where}:{node.lineno}: compares with a language"
        for source in sources()
        for node in source.nodes
        if isinstance(node, ast.Compare | ast.MatchValue)
        if any(isinstance(part, ast.Constant) and part.value in ("zh", "en") for part in ast.walk(node))
    )


def _said(source: Source) -> Iterator[tuple[int, str]]:
    """The texts in code with their lines, docstrings apart."""
    told = {id(text) for node in source.nodes if (text := _docstring(node)) is not None}
    for node in source.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


def _patterns(source: Source) -> Iterator[tuple[int, str]]:
    for line, text in _said(source):
        if _IS_PATTERN.search(text) and _WORD.search(_SYNTAX.sub(" ", text)):
            yield line, text


def _asked_of_texts(source: Source) -> Iterator[tuple[int, str]]:
    for node in source.nodes:
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute) and node.left.attr == "text":
            asked = [inner for side in node.comparators for inner in ast.walk(side)]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ASKING:
            asked = [inner for argument in node.args for inner in ast.walk(argument)]
        else:
            continue
        named = [id(word) for call in asked if isinstance(call, ast.Call) for word in call.args]  # word_set("...")
        for each in asked:
            text = each.value if isinstance(each, ast.Constant) and id(each) not in named else None
            if isinstance(text, str) and re.search("[a-z]", text):
                yield node.lineno, text


def test_every_set_of_words_is_asked_for() -> None:
    """A set that no code names is not read by anything."""
    nodes = (node for source in sources("chat_service") for node in source.nodes)
    said = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    begun = tuple(text for text in said if text.endswith("_") and len(text) > 1)  # points_at_{what}
    named = {name for language in languages() for name in tables(language)["set"]}
    none(name for name in sorted(named - said) if not name.startswith(begun))


def _docstring(node: ast.AST) -> ast.expr | None:
    first = node.body[0] if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body else None
    return first.value if isinstance(first, ast.Expr) else None


def test_nothing_stands_unwritten() -> None:
    none(
        f"{source.where}:{node.lineno}: something is left to be written"
        for source in sources(*CODE)
        for node in source.nodes
        if isinstance(node, ast.Name) and node.id == "NotImplementedError"
    )


def test_silenced_rules_are_named_and_few() -> None:
    none(
        f"{source.where}:{number}: silences a rule of the house, or all of them"
        for source in sources()
        for number, line in enumerate(source.text.splitlines(), start=1)
        if _SILENCED.search(line)
    )


def test_nothing_is_left_unfinished_and_no_path_is_of_one_machine() -> None:
    rules = ((_UNFINISHED, "marked unfinished"), (_MACHINE_PATH, "a path of one machine"))
    none(
        f"{path.relative_to(REPOSITORY)}:{number}: {what}"
        for path in text_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        for rule, what in rules
        if rule.search(line)
    )
