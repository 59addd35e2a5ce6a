"""What is said and shown of one entity: its facts by section, and what happened to it."""

from __future__ import annotations

from dataclasses import replace

from chat_service.present.figures import exact_figure, figure
from chat_service.present.finding import Finding
from semantic_layer import Column, Label, Phrase, ProfileDefinition, ProfileQuery, Value

_FACTS = Phrase("{entity} {key}{name}：{facts}。", "{entity} {key}{name}: {facts}.")
_NAME = Phrase("（{name}）", " ({name})")
_FACT = Phrase("{label}为{value}", "{label} {value}")
_WHY = Phrase("{label}：{reasons}。", "{label}: {reasons}.")
_TIMELINE = Phrase(
    "{entity} {key} 共有 {total:,} 件记录的事{shown}，最近的一件是 {day} 的{event}。",
    "{total:,} events of {entity} {key}{shown}; the latest on {day}: {event}.",
)
_SHOWN = Phrase("，这里是第 {first:,} 到第 {last:,} 件", ", here {first:,} to {last:,}")
_QUIET = Phrase("{entity} {key} 在这段时间没有任何记录。", "Nothing is recorded of {entity} {key} in that time.")
_BETWEEN, _REASONS, _SPACE, _EMPTY = Phrase("，", ", "), Phrase("；", "; "), Phrase("", " "), Phrase("", "")
_HEADS = {"section": Phrase("类别", "section"), "item": Phrase("项目", "item"), "value": Phrase("内容", "value")}


def profile_sentence(finding: Finding) -> str:
    """Who it is, what the model classifies them as, and why they may leave; of a timeline, its latest event."""
    request = finding.request
    assert isinstance(request, ProfileQuery), "called for profiles"
    entity = finding.names.model.entities[request.entity]
    words = {"entity": getattr(entity.label, finding.language), "key": request.key}
    if request.part == "timeline":
        return _timeline(finding, request, words)
    columns = {column.name: column for column in finding.table.columns}
    row = dict(zip(columns, finding.table.rows[0], strict=True))
    facts = [
        finding.say(_FACT, label=finding.names.column(column), value=finding.names.value(column, row[name]))
        for name, column in columns.items()
        if row[name] is not None and _is_class(column, finding)
    ]
    named = next((name for name in entity.list_columns if name != entity.key and row.get(name) is not None), None)
    name = finding.say(_NAME, name=row[named]) if named is not None else ""
    said = [finding.say(_FACTS, **words, name=name, facts=finding.say(_BETWEEN).join(facts))]
    for each, column in columns.items():
        reasons = finding.names.reasons(row[each])
        if reasons:
            joined = finding.say(_REASONS).join(reasons)
            said.append(finding.say(_WHY, label=finding.names.column(column), reasons=joined))
    return finding.say(_SPACE).join(said)


def _is_class(column: Column, finding: Finding) -> bool:
    """Whether a column tells one of a closed set of codes, which is soon said."""
    field = None if column.field is None else finding.names.model.fields.get(column.field)
    return field is not None and bool(field.definition.values) and not column.is_sensitive


def _timeline(finding: Finding, request: ProfileQuery, words: dict[str, object]) -> str:
    if not finding.table.rows:
        return finding.say(_QUIET, **words)
    at, event = finding.table.columns[0], finding.table.columns[1]
    total, count = finding.table.total_rows, len(finding.table.rows)
    part = finding.say(_EMPTY)
    if count < total:
        part = finding.say(_SHOWN, first=request.offset + 1, last=request.offset + count)
    day = finding.names.value(at, finding.cell(0, at))
    told = finding.names.value(event, finding.cell(0, event))
    return finding.say(_TIMELINE, **words, total=total, shown=part, day=day, event=told)


def laid_out(finding: Finding) -> Finding:
    """The facts of a profile below one another, by section; any other result as it is."""
    request = finding.request
    if not isinstance(request, ProfileQuery) or request.part != "facts" or not finding.table.rows:
        return finding
    profile = next(each for each in finding.names.model.profiles.values() if each.entity == request.entity)
    columns = {column.name: column for column in finding.table.columns}
    row = dict(zip(columns, finding.table.rows[0], strict=True))
    rows = tuple(
        (section, finding.names.column(columns[name]), _cell(columns[name], row[name], finding))
        for section, name in _items(profile, finding)
        if name in columns
    )
    heads = tuple(Column(name, "dimension", "text", Label(head.zh, head.en)) for name, head in _HEADS.items())
    return replace(finding, table=replace(finding.table, columns=heads, rows=rows, total_rows=len(rows)))


def _items(profile: ProfileDefinition, finding: Finding) -> list[tuple[str, str]]:
    return [
        (getattr(section.label, finding.language), name.rpartition(".")[2])
        for section in profile.sections
        for name in (*section.columns, *section.measured)
    ]


def _cell(column: Column, value: Value, finding: Finding) -> str:
    if value is None:
        return exact_figure(None, None, finding.language)
    reasons = finding.names.reasons(value)
    if reasons:
        return finding.say(_REASONS).join(reasons)
    if isinstance(value, int | float) and not isinstance(value, bool) and column.unit not in (None, "count"):
        return figure(value, column.unit, finding.language)  # each row has a unit of its own
    return finding.names.value(column, value) if column.role == "dimension" else finding.names.cell(column, value)
