"""What is said of causes: which evidence those who left had clearly more often, and how many left without a word."""

from __future__ import annotations

from dataclasses import dataclass

from chat_service.present.dates import period_words
from chat_service.present.figures import figure
from chat_service.present.finding import Finding
from semantic_layer import CausesQuery, Model, Phrase, Value

_NAMED = 4
_LEFT = Phrase(
    "{period} 离开的{entity}（按{metric}）共 {total:,} {counter}", "{total:,} {entity} left ({metric}, {period})"
)
_LISTED = Phrase("{label}共 {total:,} {counter}", "{total:,} {label}")
_NOBODY = Phrase("{period}没有{entity}离开，没有原因可找。", "Nobody left in {period}: there is nothing to look for.")
_CLEAR = Phrase("{head}。明显更容易离开的是：{named}。", "{head}. Clearly more likely to leave are those who: {named}.")
_NOT_CLEAR = Phrase(
    "{head}。没有哪项证据让人明显更容易离开。", "{head}. No evidence makes leaving clearly more likely."
)
_ONE = Phrase(
    "{cause}（{family}）的，有 {leavers:,} {counter}，占 {share}，可能性是其他人的 {risk} 倍"
    "（95% 区间 {low}–{high}）{small}",
    "{cause} ({family}): {leavers:,}, {share} of them, {risk} times as likely (95% interval {low}–{high}){small}",
)
_SMALL = Phrase("，样本少", ", few")
_SILENT = Phrase(
    "另有 {leavers:,} {counter}（{share}）没有任何证据，属于沉默流失，原因不明。",
    "{leavers:,} ({share}) left without any evidence: silent leavers, whose reason is unknown.",
)
_CAUTION = Phrase(
    "这是先后发生的关联，不是因果的证明。", "This is an association in order of time, not proof of a cause."
)
_NOTHING, _BETWEEN, _SPACE = Phrase("", ""), Phrase("；", "; "), Phrase("", " ")


@dataclass(frozen=True)
class Cause:
    """One row of the result: what those who left had met, how many they are, how much likelier it made leaving."""

    family: str
    cause: str
    leavers: int
    share: Value
    risk: Value
    low: Value
    high: Value
    is_clear: bool
    is_small: bool
    code: str
    part: str


def causes_sentence(finding: Finding) -> str:
    """Who left, the clearest causes with their relative risk, the silent ones, and what that proves."""
    request = finding.request
    assert isinstance(request, CausesQuery), "called for causes"
    rows = _rows(finding)
    everybody, silent = rows[0], rows[-1]
    model = finding.names.model
    entity = model.entities[entity_of_causes(request, model)]
    counter = finding.names.counter(entity.name)
    period = period_words(finding.table.period, finding.today, finding.language)
    if request.list:
        words = {"label": _label(model.lists[request.list].label, finding), "total": everybody.leavers}
        head = finding.say(_LISTED, **words, counter=counter)
    else:
        words = {"period": period, "metric": finding.names.metric(request.metric), "total": everybody.leavers}
        head = finding.say(_LEFT, **words, counter=counter, entity=_plural(_label(entity.label, finding)))
    if not everybody.leavers:
        return finding.say(_NOBODY, period=period, entity=_label(entity.label, finding))
    clear = [row for row in rows if row.is_clear and row.part != "any"]
    named = finding.say(_BETWEEN).join(_cause(row, counter, finding) for row in clear[:_NAMED])
    said = [finding.say(_CLEAR, head=head, named=named) if clear else finding.say(_NOT_CLEAR, head=head)]
    said.append(finding.say(_SILENT, leavers=silent.leavers, counter=counter, share=_percent(silent.share, finding)))
    said.append(finding.say(_CAUTION))
    return finding.say(_SPACE).join(said)


def causes(finding: Finding) -> tuple[Cause, ...]:
    """Each evidence by itself that has a relative risk, the greatest first."""
    found = [row for row in _rows(finding) if row.risk is not None and row.part != "any"]
    return tuple(sorted(found, key=lambda row: -_number(row.risk)))


def entity_of_causes(request: CausesQuery, model: Model) -> str:
    """The entity whose leaving is looked into: that of the list, or of the transition."""
    if request.list in model.lists:
        return model.lists[request.list].entity
    moved = model.metrics[request.metric].definition.transition if request.metric in model.metrics else None
    keyed = (name for name, each in model.entities.items() if moved is not None and each.key == moved.key)
    return next(keyed, next(iter(model.entities)))


def _rows(finding: Finding) -> list[Cause]:
    columns = {column.name: column for column in finding.table.columns}
    found = []
    for row in finding.table.rows:
        cells = dict(zip(columns, row, strict=True))
        family, cause = (finding.names.value(columns[name], cells[name]) for name in ("family", "cause"))
        found.append(
            Cause(
                family,
                cause,
                int(_number(cells["leavers"])),
                cells["share_of_leavers"],
                cells["relative_risk"],
                cells["risk_low"],
                cells["risk_high"],
                bool(cells["is_clear"]),
                bool(cells["is_small"]),
                str(cells["family"]),
                str(cells["cause"]),
            )
        )
    return found


def _cause(row: Cause, counter: str, finding: Finding) -> str:
    risk, low, high = (f"{_number(value):.2f}" for value in (row.risk, row.low, row.high))
    words = {"cause": row.cause, "family": row.family, "leavers": row.leavers, "risk": risk, "low": low, "high": high}
    small = finding.say(_SMALL if row.is_small else _NOTHING)
    return finding.say(_ONE, **words, counter=counter, share=_percent(row.share, finding), small=small)


def _percent(value: Value, finding: Finding) -> str:
    return figure(value, "percent", finding.language)


def _number(value: Value) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _plural(noun: str) -> str:
    return noun if not noun.isascii() or noun.endswith("s") else f"{noun}s"


def _label(label: object, finding: Finding) -> str:
    return str(getattr(label, finding.language))
