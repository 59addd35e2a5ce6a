"""Orders and ranks: 前五, TOP3, 最高的两个, bottom two, worst, 从高到低, best first, 涨幅最大的, top 10 %."""

from __future__ import annotations

from dataclasses import replace

from chat_service.language.grammar.rule import Found, Rule
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Amount, Direction, Rank
from chat_service.translate.senses import Word

_DIRECTIONS: dict[str, Direction] = {
    "top": "high",
    "highest": "high",
    "descending": "high",
    "ranked": "high",
    "bottom": "low",
    "lowest": "low",
    "ascending": "low",
    "best": "best",
    "best_first": "best",
    "worst": "worst",
    "worst_first": "worst",
}
_PLACES = frozenset({"place", "each", "people", "units"})
_ENDS = "rank.top|rank.bottom"
_MOST = "rank.highest|rank.lowest|rank.best|rank.worst"
_ORDERS = "rank.descending|rank.ascending|rank.best_first|rank.worst_first|rank.ranked"
# at an end without a number they mean a part of the row, which is asked for in other words
_NUMBERED = word_set("end_of_row")
GROWTH_RATES = word_set("growth_rate")


def _counted(found: Found) -> Rank | None:
    amount, word = found.one("n", Amount), found.one("r", Word)
    if word.text in word_set("end_before_number") and found.edges["n"].start < found.edges["r"].start:
        return None  # 80后 are people of a decade, not the last 80
    direction = _DIRECTIONS[found.said("r")]
    if "percent" in amount.units and 0 < amount.value < 1:
        return Rank(direction, None, True, percent=amount.value)
    counts = not amount.units or bool(set(amount.units) & _PLACES)
    if not counts or amount.is_ordinal or amount.upto is not None or not 1 <= amount.value <= 10_000:
        return None
    return Rank(direction, int(amount.value), True)


def _single(found: Found) -> Rank:
    return Rank(_DIRECTIONS[found.said("r")], 1)


def _end(found: Found) -> Rank | None:
    return None if found.one("r", Word).text in _NUMBERED else Rank(_DIRECTIONS[found.said("r")], 1)


def _order(found: Found) -> Rank:
    return Rank(_DIRECTIONS[found.said("r")], None)


def _changed(found: Found) -> Rank | None:
    rank, change, word = found.one("r", Rank), found.said("c"), found.one("c", Word)
    if rank.by_change:
        return None
    direction = rank.direction
    by = "pct" if direction in ("best", "worst") or word.text in GROWTH_RATES else "amount"
    if change == "down":
        direction = "low" if direction in ("high", "best") else "high"
    elif direction in ("best", "worst"):
        direction = "high" if direction == "best" else "low"
    return replace(rank, direction=direction, by_change=by)


RULES = (
    Rule(
        "ranking",
        (f"r={_ENDS}|{_MOST} ~ n=amount", f"n=amount r={_MOST}|{_ENDS}"),
        _counted,
        -0.4,
        "rank with a number",
        ("前五 -> 5 high", "最高的两个 -> 2 high", "bottom two -> 2 low", "top 10% -> 0.1 high"),
        ("80后",),
    ),
    Rule("ranking", (f"r={_MOST}",), _single, 0.0, "rank", ("最高 -> 1 high", "worst -> 1 worst")),
    Rule("ranking", (f"r={_ENDS}",), _end, 0.1, "end of a rank", ("垫底 -> 1 low",), ("前", "top")),
    Rule("ranking", (f"r={_ORDERS}",), _order, 0.0, "order", ("从高到低 -> high", "best first -> best")),
    Rule("ranking", (f"r={_MOST} ~ f=rank.in_front",), _order, -1.0, "end in front", ("worst one in front -> worst",)),
    Rule(
        "ranking",
        ("c=change ~ r=ranking", "r=ranking ~ c=change"),
        _changed,
        -0.4,
        "rank by growth",
        ("增长最快 -> 1 high by change", "grew most -> 1 high by change"),
    ),
)
