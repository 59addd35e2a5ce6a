"""The sentence of a result along time: first, last, highest, lowest and the overall change; of a comparison, how each
bucket stands to the other period's.

Incomplete buckets are left out of these: a month cut off in the middle is no low.
"""

from __future__ import annotations

from datetime import date

from chat_service.present.changes import change_words, is_relative
from chat_service.present.dates import bucket_words, grain_word
from chat_service.present.figures import Scale
from chat_service.present.finding import Finding
from chat_service.present.subject import head
from semantic_layer import STANDARD, Column, Phrase, Value

_SERIES = 3  # so many lines are spoken of; the table has them all
_SENTENCE = Phrase("{head}，按{unit}：{said}。", "{head}, by {unit}: {said}.")
_SERIES_NAME = Phrase("{group}的{name}", "{group}, {name}")
_MORE = Phrase("另有 {more} 组见表", "{more} more in the table")
_NO_DATA = Phrase("{name}均无数据", "no data on {name}")
_AT = Phrase("{when}的 {value}", "{value} in {when}")
_REACHES = Phrase("到{when}，{name}为 {value}", "{name} reaches {value} in {when}")
_ONE = Phrase("{name}为 {value}（{when}）", "{name} {value} in {when}")
_COURSE = Phrase("{name}从 {first} 到 {last}，{change}", "{name} from {first} to {last}, {change}")
_EXTREMES = Phrase("最高是 {high}，最低是 {low}", "highest {high}, lowest {low}")
_AGAINST = Phrase(
    "{when}{name}为 {value}，比{before}的 {was} {change}", "{name} {value} in {when}, {change} from {was} {before}"
)
_ABOVE = Phrase("{count} 期中 {up} 期高于{before}、{down} 期低于", "{up} of {count} are above {before}, {down} below")
_ALL_ABOVE, _ALL_BELOW = (
    Phrase("{count} 期都高于{before}", "all {count} are above {before}"),
    Phrase("{count} 期都低于{before}", "all {count} are below {before}"),
)
_HIGHEST_MOVE = Phrase("增幅最大的是{when}（{change}）", "the largest rise is in {when} ({change})")
_DEEPEST_MOVE = Phrase("降幅最大的是{when}（{change}）", "the largest fall is in {when} ({change})")
_LEAST_MOVE = Phrase("增幅最小的是{when}（{change}）", "the smallest rise is in {when} ({change})")
Point = tuple[date, float]


def trend_sentence(finding: Finding) -> str:
    """Each metric along time; with one more grouping, each of its largest groups."""
    grain = _grain(finding)
    parts: list[str] = []
    for metric in finding.metrics[:_SERIES]:
        name = metric.metric or metric.name
        column = finding.part(name, "cumulative") or finding.part(name, "share") or metric
        if finding.categories:
            parts += _by_series(finding, column)
        elif finding.part(name, "previous") is not None:
            parts += _compared(finding, column)
        else:
            parts.append(_course(finding, column, finding.names.column(column), _points(finding, column), brief=False))
    assert finding.time is not None, "a trend is along time"
    unit = grain_word(grain, finding.language) if grain in STANDARD else finding.names.column(finding.time)
    return finding.say(_SENTENCE, head=head(finding), unit=unit, said=finding.names.clauses(*parts))


def _by_series(finding: Finding, column: Column) -> list[str]:
    keys = [tuple(finding.cell(row, each) for each in finding.categories) for row in range(len(finding.table.rows))]
    totals: dict[tuple[Value, ...], float] = {}
    for key, number in zip(keys, finding.numbers(column), strict=True):
        totals[key] = totals.get(key, 0.0) + abs(number or 0.0)
    said = []
    largest = sorted(totals, key=lambda key: -totals[key])
    for key in largest[:_SERIES]:
        rows = [row for row, each in enumerate(keys) if each == key]
        group = finding.group_name(rows[0], finding.categories)
        name = finding.say(_SERIES_NAME, group=group, name=finding.names.column(column))
        said.append(_course(finding, column, name, _points(finding, column, rows), brief=True))
    if len(largest) > _SERIES:
        said.append(finding.say(_MORE, more=len(largest) - _SERIES))
    return said


def _course(finding: Finding, column: Column, name: str, known: list[Point], *, brief: bool) -> str:
    """`复购率从 2025年7月的 44.5% 到 2026年6月的 46.5%，上升 2.0 个百分点；最高是 …，最低是 …`."""
    scale = finding.scale(column)
    if not known:
        return finding.say(_NO_DATA, name=name)
    if column.part == "cumulative":
        when, total = max(known)
        return finding.say(_REACHES, when=_bucket(finding, when), name=name, value=scale.figure(total))
    whole = _whole(finding, known)
    first, last = min(whole), max(whole)
    if len(whole) == 1:
        return finding.say(_ONE, name=name, when=_bucket(finding, first[0]), value=scale.figure(first[1]))
    change = change_words(scale.unit, first[1], last[1], finding.language, column.format, scale)
    said = finding.say(
        _COURSE, name=name, first=_at(finding, first, scale), last=_at(finding, last, scale), change=change
    )
    if brief:
        return said
    high, low = max(whole, key=lambda point: point[1]), min(whole, key=lambda point: point[1])
    extremes = finding.say(_EXTREMES, high=_at(finding, high, scale), low=_at(finding, low, scale))
    return finding.names.clauses(said, extremes)


def _compared(finding: Finding, column: Column) -> list[str]:
    """The last bucket beside the other period's, how many are above, and which moved most."""
    metric = column.metric or column.name
    previous = finding.part(metric, "previous")
    moves = finding.part(metric, "change_pct" if is_relative(column.unit) else "change")
    name, before = finding.names.column(column), finding.other_period
    assert previous is not None, "called where there is another period"
    others = dict(_points(finding, previous))
    known = [point for point in _whole(finding, _points(finding, column)) if point[0] in others]
    if not known or moves is None:
        return [_course(finding, column, name, _points(finding, column), brief=False)]
    last, scale = max(known), finding.scale(column, previous)
    was, count = others[last[0]], len(known)
    change = change_words(column.unit, was, last[1], finding.language, column.format, scale)
    said = [
        finding.say(
            _AGAINST,
            name=name,
            when=_bucket(finding, last[0]),
            value=scale.figure(last[1]),
            before=before,
            was=scale.figure(was),
            change=change,
        )
    ]
    up, down = (sum(sign * (value - others[when]) > 0 for when, value in known) for sign in (1, -1))
    if count > 1:
        form = _ALL_ABOVE if up == count else _ALL_BELOW if down == count else _ABOVE
        said.append(finding.say(form, count=count, up=up, down=down, before=before))
        said += _moved(finding, moves, {when for when, _ in known})
    return said


def _moved(finding: Finding, moves: Column, among: set[date]) -> list[str]:
    known = [point for point in _points(finding, moves) if point[0] in among]
    if not known:
        return []
    scale = finding.scale(moves)
    most, least = max(known, key=lambda point: point[1]), min(known, key=lambda point: point[1])

    def told(point: Point, form: Phrase) -> str:
        change = scale.bare(point[1], signed=True) if moves.part == "change_pct" else scale.figure(point[1])
        return finding.say(form, when=_bucket(finding, point[0]), change=change)

    said = [told(most, _HIGHEST_MOVE)] if most[1] > 0 else []
    said.append(told(least, _DEEPEST_MOVE if least[1] < 0 else _LEAST_MOVE))
    return [finding.names.comma(*said)]


def _at(finding: Finding, point: Point, scale: Scale) -> str:
    return finding.say(_AT, when=_bucket(finding, point[0]), value=scale.figure(point[1]))


def _bucket(finding: Finding, first: date) -> str:
    return bucket_words(_grain(finding), first, finding.language)


def _whole(finding: Finding, known: list[Point]) -> list[Point]:
    """The points of whole buckets, or all where none is."""
    cut = set(finding.table.incomplete)
    return [point for point in known if point[0] not in cut] or known


def _points(finding: Finding, column: Column, rows: list[int] | None = None) -> list[Point]:
    assert finding.time is not None
    numbers, found = finding.numbers(column), []
    for row in range(len(finding.table.rows)) if rows is None else rows:
        first, value = finding.cell(row, finding.time), numbers[row]
        if value is not None and isinstance(first, date):
            found.append((first, value))
    return found


def _grain(finding: Finding) -> str:
    assert finding.time is not None
    assert finding.time.grain is not None
    return finding.time.grain
