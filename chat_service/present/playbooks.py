"""What is said of playbooks: whom they are for, what the group is worth, what to do, and what that did before."""

from __future__ import annotations

from chat_service.present.figures import change_figure, figure
from chat_service.present.finding import Finding
from semantic_layer import Phrase, PlaybookQuery, Value

_BOOK = Phrase("{label}：{members}{value}。{plays}。", "{label}: {members}{value}. {plays}.")
_MEMBERS = Phrase("共 {count:,} {counter}", "{count:,} of them")
_WORTH = Phrase("，{label}{value}", ", {label} {value}")
_PLAY = Phrase("{action}（{channel}，{timing}{tried}）", "{action} ({channel}, {timing}{tried})")
_TRIED = Phrase("；{label} {effect}", "; {label} {effect}")
_BETWEEN, _SPACE = Phrase("；", ". "), Phrase("", " ")


def playbook_sentence(finding: Finding) -> str:
    """Each playbook with its group and its plays; the effects to expect and their sources are in the table."""
    columns = {column.name: column for column in finding.table.columns}
    books: dict[str, list[dict[str, Value]]] = {}
    for row in finding.table.rows:
        cells = dict(zip(columns, row, strict=True))
        books.setdefault(finding.names.value(columns["playbook"], cells["playbook"]), []).append(cells)
    request, lists = finding.request, finding.names.model.lists
    assert isinstance(request, PlaybookQuery), "called for playbooks"
    counter = finding.names.counter(lists[request.list].entity if request.list in lists else "")
    said = []
    for label, plays in books.items():
        count, worth = plays[0]["members"], plays[0]["value"]
        members = finding.say(_MEMBERS, count=count if isinstance(count, int | float) else 0, counter=counter)
        column = columns["value"]
        told = figure(worth, column.unit, finding.language, column.format)
        value = finding.say(_WORTH, label=finding.names.column(column), value=told) if worth is not None else ""
        named = finding.say(_BETWEEN).join(_play(cells, finding) for cells in plays)
        said.append(finding.say(_BOOK, label=label, members=members, value=value, plays=named))
    return finding.say(_SPACE).join(said)


def _play(cells: dict[str, Value], finding: Finding) -> str:
    columns = {column.name: column for column in finding.table.columns}
    words = {name: finding.names.value(columns[name], cells[name]) for name in ("action", "channel", "timing")}
    tried, column = cells["tried"], columns["tried"]
    if not isinstance(tried, int | float):
        return finding.say(_PLAY, **words, tried="")
    effect = ("+" if tried >= 0 else "-") + change_figure(tried, column.unit, finding.language)
    return finding.say(
        _PLAY,
        **words,
        tried=finding.say(_TRIED, label=finding.names.column(column), effect=effect),
    )
