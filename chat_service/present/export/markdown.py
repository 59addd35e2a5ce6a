"""An export as Markdown: the question, the sentence, the table as people read it, the definitions and the SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chat_service.present.export.document import Document
from chat_service.present.table import shown_columns
from semantic_layer import Phrase

_DEFINITIONS, _MADE = Phrase("定义", "Definitions"), Phrase("怎么得出的", "How it was made")
# what Markdown, or HTML within it, would take for more than text
_SIGNS = re.compile(r"([\\`*_{}\[\]<>|#~])")
_BLOCK = 1000


def markdown_blocks(document: Document) -> Iterator[bytes]:
    """The text, block by block."""
    yield f"# {plain(document.question or document.title)}\n\n{plain(document.text)}\n\n".encode()
    columns = shown_columns(document.finding.with_subtotals)
    marks = ["---:" if column.is_number else "---" for column in columns]
    lines = [_row([plain(column.head) for column in columns]), _row(marks)]
    for number, row in enumerate(zip(*(column.cells for column in columns), strict=True), 1):
        lines.append(_row([plain(cell) for cell in row]))
        if number % _BLOCK == 0:
            yield "".join(lines).encode()
            lines = []
    yield "".join(lines).encode()
    yield _tail(document).encode()


def plain(text: str) -> str:
    """A text in which no sign means anything to Markdown.

    >>> plain("[a](b) | *c*")
    '\\\\[a\\\\](b) \\\\| \\\\*c\\\\*'
    """
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _tail(document: Document) -> str:
    said, lines = document.finding.say, [""]
    if document.definitions:
        lines += [f"## {said(_DEFINITIONS)}", ""]
        for each in document.definitions:
            fence = _fence(each.formula)
            lines.append(f"- **{plain(each.label)}**: {plain(each.description)} {fence}{each.formula}{fence}")
        lines.append("")
    lines += [f"## {said(_MADE)}", ""]
    lines += [f"- {plain(name)}: {plain(value)}" for name, value in document.made if value]
    if document.sql is not None:
        fence = _fence(document.sql, least=3)
        lines += ["", f"{fence}sql", document.sql, fence]
    return "\n".join(lines) + "\n"


def _fence(text: str, least: int = 1) -> str:
    """More backticks than stand together anywhere in the text."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)
