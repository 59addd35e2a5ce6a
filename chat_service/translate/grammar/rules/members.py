"""Values of dimensions: beside their dimension's name, in lists, left out, alone, or all of them together."""

from __future__ import annotations

from dataclasses import replace

from chat_service.language.grammar.rule import Found, Rule
from chat_service.language.words.tables import word_set
from chat_service.translate.grammar.categories import Amount, Group
from chat_service.translate.meaning.relations import Structure
from chat_service.translate.senses import HoursSense, Names, Values, ValueSense, When, Word
from semantic_layer import Period

_KIND_OF_VALUES = "kind of values"  # the rule of values whose dimension, and how many they are, stands behind them
_BORN = "month of birth"
_SPREAD, _WORKING_DAYS = "function.light.layout|grouping.after", 5
_SHORT = 23.0  # what a short form costs alone more than a value


def _alone(found: Found) -> Values:
    return found.one("v", Values)


def _named(found: Found) -> Values | None:
    values, names = found.one("v", Values), found.one("d", Names).names
    words = tuple(
        tuple(ValueSense(s.dimension, s.value) for s in word if s.dimension in names) for word in values.words
    )
    return replace(values, words=words, dimensions=names) if all(words) else None


def _rest_of(found: Found) -> Values | None:
    values = found.one("v", Values)
    if not values.negated and len(values.words) < 2:
        return None
    amount = found.get("n", Amount)
    if amount is not None and amount.value != len(values.words):
        return None
    return _named(found)


def _joined(found: Found) -> Values | None:
    one, other = found.one("a", Values), found.one("b", Values)
    if any(part.category.endswith(".now") for part in found.parts) or found.passes(*word_set("puts_right")):
        return None  # gold then, platinum now, Shanghai, sorry, Beijing: no list of both
    if len(one.words) > 1 or one.negated or other.negated or one.only or one.words[0] in other.words:
        return None
    words = one.words + other.words
    link = found.said("j")
    word = found.get("j", Word)
    if link == "versus" and word is not None and word.text in ("和", "与", "跟", "同"):
        return None  # it is a word of joining too
    if other.link not in ("", link):
        return None
    joined = Values(words, f"{one.text} {other.text}", dimensions=one.dimensions or other.dimensions, link=link)
    return joined if joined.candidates else None


def _joined_short(found: Found) -> Values | None:
    """银、金、白金: short forms of values are those of one dimension in a list."""
    joined = _joined(found)
    if joined is None:
        return None
    named = joined.candidates
    words = tuple(
        tuple(ValueSense(s.dimension, s.value) for s in word if s.dimension in named) for word in joined.words
    )
    return replace(joined, words=words)


def _side_by_side(found: Found) -> Values | None:
    """金卡银卡: two values of one dimension with nothing between are a list."""
    one, other = found.one("a", Values), found.one("b", Values)
    shared = set(one.candidates) & set(other.candidates) if len(one.text) > 1 else ()  # 男女: the two there are
    return _joined(found) if shared and not (one.text + other.text).isascii() else None


def _left_out(found: Found) -> Values | None:
    values, word = found.one("v", Values), found.edges.get("x")
    # what drops in the south falls there; what drops the south leaves it out
    said = word.meaning.text if word is not None and isinstance(word.meaning, Word) else ""
    falls = said in word_set("falls") and found.passes(*word_set("where"))
    return None if values.negated or values.only or falls else replace(values, negated=True)


def _all_but(found: Found) -> Values | None:
    """Across all channels except marketplace: what is left out of all of its kind, which need not be told apart."""
    word = found.edges["g"].meaning
    said = word.text if isinstance(word, Word) else word
    left_out = _left_out(found) if said in word_set("across_all") else None
    names = set(found.one("d", Names).names)
    return left_out if left_out is not None and names & set(left_out.candidates) else None


def _several(found: Found) -> Values | None:
    values = found.one("v", Values)
    return values if len(values.words) > 1 and not values.negated else None


def _only(found: Found) -> Values | None:
    values = found.one("v", Values)
    return None if values.negated or values.only else replace(values, only=True)


def _narrowing(found: Found) -> Word | None:
    """Restrict the view to, narrow the results down to: by one of these verbs, whatever is narrowed."""
    return Word("only", "only", "") if found.one("p", Word).text in word_set("to_later") else None


def _both(found: Found) -> Values | None:
    values, word = found.one("v", Values), found.edges["q"].meaning
    if len(values.words) < 2 or values.negated or values.both or word not in word_set("both"):
        return None
    return replace(values, both=True)


def _taken_out(found: Found) -> Values | None:
    """Leave Shanghai out: the verb of leaving out is no deed of customers."""
    return _left_out(found) if found.one("d", Names).text in word_set("leaves_out") else None


NARROWING, _NARROWED = "narrowing", "function.light|function.occasion|follow.those|intent.list|chart.table|metric"
RULES = (
    Rule("values", ("d=behaviour ~ v=values ~ c=exclusion.close",), _taken_out, -0.6, "a verb, and values, out"),
    Rule("values", ("v=value",), _alone, 0.0, "value", ("上海 -> city 上海",)),
    Rule(
        "values",
        ("d=dimension ~ v=value|weak_value", "v=value|weak_value d=dimension"),
        _named,
        -1.0,
        "value of a named dimension",
        ("churn risk is high -> churn_risk high", "app渠道 -> app", "等级为金卡 -> gold"),
        ("金卡会员的等级分布",),
    ),
    Rule(
        "values",
        (
            "a=values j=connective.and|connective.or|comparison.versus ~ b=values",
            "a=values j=connective.and l=connective.and ~ b=values",
        ),
        _joined,
        -0.9,
        "values in a list",
        ("上海和北京 -> 上海, 北京", "web or app -> web, app"),
    ),
    Rule(
        "values",
        (
            "a=short_value j=connective.and|connective.or ~ b=values",
            "a=values j=connective.and|connective.or ~ b=short_value",
        ),
        _joined_short,
        -0.9 - _SHORT,
        "short form of a value in a list",
        ("银、金卡 -> silver, gold",),
    ),
    Rule("values", ("a=values b=values",), _side_by_side, -0.5, "values side by side", ("金卡银卡 -> gold, silver",)),
    Rule(
        "values",
        (
            "x=exclusion.open ~ v=values ~ m=metric ~ c=exclusion.close",
            "x=exclusion.open ~ v=values ~ e=entity ~ c=exclusion.close",
            "v=values ~ m=metric ~ c=exclusion.close",
        ),
        _left_out,
        -0.8,
        "rows of values left out",
        ("leaving marketplace orders aside -> not marketplace",),
    ),
    Rule(
        "values",
        ("b=grouping.by|prefix.between ~ v=values",),
        _several,
        -0.2,
        "by several values",
        ("by app, web and store -> three",),
    ),
    Rule("values", ("v=values ~ d=dimension", "v=values ~ n=amount d=dimension"), _rest_of, -0.9, _KIND_OF_VALUES),
    Rule(
        "values",
        (
            "x=exclusion.open ~ v=values ~ c=exclusion.close?",
            "x=exclusion.open ~ those=follow.those ~ v=values",
            "v=values ~ c=exclusion.close",
        ),
        _left_out,
        -0.4,
        "values left out",
        (
            "除了上海 -> not 上海",
            "excluding marketplace -> not marketplace",
            "but not the ones from email -> not email",
        ),
        ("revenue dropped in the south",),
    ),
    Rule(
        "values",
        (
            "g=grouping ~ d=dimension ~ x=exclusion.open ~ v=values",
            "g=function.quantifier.all ~ d=dimension ~ x=exclusion.open ~ v=values",
        ),
        _all_but,
        -1.0,
        "all of a kind but some",
        ("across all channels except marketplace -> not marketplace",),
    ),
    Rule(
        "included",
        ("i=inclusion ~ e=entity? ~ v=values ~ z=inclusion?", "v=values ~ e=entity? ~ i=inclusion"),
        _alone,
        -0.5,
        "counted in",
        ("by tier, including gold -> gold", "按渠道看，含门店 -> store", "tiers, basic included -> basic"),
    ),
    Rule("only.only", (f"v=only.verb ~ o={_NARROWED}? ~ d=change.down? ~ p=range.to",), _narrowing, -1.0, NARROWING),
    Rule("values", ("o=only.only ~ v=values",), _only, -0.2, "only these values", ("只在APP -> only app",)),
    Rule(
        "values",
        ("q=function.quantifier.both ~ v=values", "v=values ~ q=function.quantifier.both"),
        _both,
        -0.4,
        "each of several values",
        ("both web and app -> each", "门店和小程序都 -> each"),
    ),
)


def model_rules(structure: Structure, weekday: tuple[str, ...], hour: tuple[str, ...]) -> tuple[Rule, ...]:
    """Rules that look at the model's dimensions: days of the week, hours of the day, months of birth, levels."""
    dimensions = structure.model.dimensions

    def days(found: Found) -> Values | None:
        when = found.one("w", When).date
        words = tuple(tuple(ValueSense(name, day) for name in weekday) for day in when.weekdays)
        plain = weekday and words and not _spreads(found)
        return Values(words, when.text, dimensions=weekday) if plain else None

    def over_days(found: Found) -> Group | None:
        """Orders split over weekdays, by weekdays: by the day of the week."""
        return Group(weekday) if weekday and _spreads(found) else None

    def hours(found: Found) -> Values | None:
        words = tuple(tuple(ValueSense(name, each) for name in hour) for each in found.one("h", HoursSense).hours)
        return Values(words, "", dimensions=hour) if hour and words else None

    def born(found: Found) -> Values | None:
        date, names = found.one("p", When).date, found.one("d", Names).names
        fields = structure.model.fields
        datasets = {fields[n].dataset for n in names if n in fields and fields[n].type == "date"}
        near = (d.name for d in dimensions.values() if d.name in names or d.home.dataset in datasets)
        months = [name for name in near if _is_month(structure, name)]
        named = date.month or _month_of(date.period)
        if named is None or not months:
            return None
        return Values(((ValueSense(months[0], named),),), date.text, dimensions=(months[0],))

    def level(found: Found) -> Values | None:
        code, names = found.said("l"), found.one("d", Names)
        lists = structure.model.lists  # 流失风险评为中: those at risk are called by what they are high in
        of = [d for name in names.names for d in (lists[name].filter if name in lists else (name,))]
        fields = {name: dimensions[name].fields for name in of if name in dimensions}
        senses = tuple(
            ValueSense(name, code) for name, each in fields.items() if any(code in f.definition.values for f in each)
        )
        word = found.one("l", Word).text
        return Values((senses,), f"{names.text} {word}", dimensions=tuple(of)) if senses else None

    def undone(found: Found) -> Values | None:
        """Tickets that weren't opened by phone: what is left out is not the time at which rows come to be."""
        times = {f"{each.name}.{each.definition.time}" for each in structure.model.datasets.values()}
        return _left_out(found) if set(found.one("d", Names).names) <= times else None

    return (
        Rule("values", ("x=exclusion.open ~ d=field ~ v=values",), undone, -0.6, "not done in values"),
        Rule(
            "group",
            (f"l={_SPREAD} ~ w=date.weekday_filter", "w=date.weekday_filter"),
            over_days,
            -1.5,
            "over the days of the week",
            ("orders by weekdays -> weekday",),
        ),
        Rule("values", ("w=date.weekday_filter",), days, 0.0, "days of the week", ("周末 -> 6, 7",)),
        Rule("values", ("h=hours",), hours, 0.0, "hours of the day", ("after 8pm -> 20..23",)),
        Rule(
            "values",
            (
                "d=dimension|field ~ p=date.period|date.open|date.future",
                "p=date.period|date.open|date.rolling|date.future ~ d=dimension|field",
            ),
            born,
            -0.8,
            _BORN,
            ("6月生日 -> birth month 6",),
        ),
        Rule(
            "values",
            ("d=dimension|list ~ j=connective.as_well? ~ l=level",),
            level,
            -1.0,
            "level of a dimension",
            ("流失风险高 -> high",),
        ),
    )


def _spreads(found: Found) -> bool:
    """Whether something is told apart by the days of the week, not kept to them."""
    when = found.one("w", When).date
    told = "l" in found.edges or when.text.split(" ")[0] in word_set("spread_over")
    return told and len(when.weekdays) >= _WORKING_DAYS


def _month_of(period: Period | None) -> int | None:
    """The month of the year that a period is, if it is one."""
    one = period is not None and period.grain == "month" and period.start is not None
    return period.start.month if one and period is not None and period.start is not None else None


def _is_month(structure: Structure, dimension: str) -> bool:
    codes = structure.model.dimensions[dimension].home.definition.values
    return {str(code) for code in codes} == {str(number) for number in range(1, 13)}
