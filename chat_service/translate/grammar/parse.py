"""Text -> frames, best first: lattice, chart, coverings."""

from __future__ import annotations

from functools import lru_cache

from chat_service.language.folding import Folded, fold
from chat_service.language.grammar.chart import Chart, Grammar
from chat_service.language.grammar.ranking import coverings
from chat_service.language.grammar.rule import EMPTY, Edge
from chat_service.outcomes import Language
from chat_service.translate.grammar.frame import Frame
from chat_service.translate.grammar.rules import (
    amounts,
    clauses,
    deeds,
    groups,
    levels,
    measures,
    members,
    one_entity,
    periods,
    ranks,
    spans,
    states,
    together,
    top_shares,
)
from chat_service.translate.senses import DimensionSense, MetricSense, ValueSense
from chat_service.translate.words.lattice import UNKNOWN, Lattice, lattice
from chat_service.translate.words.lexicon import Lexicon, order_units
from chat_service.translate.words.scope import Scope
from chat_service.translate.words.spelling import replaced
from chat_service.translate.words.vocabulary import joint_names, phrase_keys

_MOST_COVERINGS = 14
# leaves that a rule always makes something of
_RAW = frozenset(
    {"metric", "dimension", "behaviour", "list", "value", "number"}
    | {f"date.{kind}" for kind in ("period", "rolling", "open", "comparison", "relative_previous", "grain")}
)
# a word that stands where nothing takes it: its reading is judged by what the request shows
_STRAY = 0.7
# what may stand by itself in a question, and what that costs beside being part of something
_TOP: dict[str, float] = {
    **dict.fromkeys(("measure", "bound", "values", "when", "against", "group", "ranking", "clauses", "listed"), 0.0),
    **dict.fromkeys(("entity", "one", "field", "dated", "ask", "piece", "span", "trial", "next"), 0.0),
    **dict.fromkeys((EMPTY, UNKNOWN), 0.0),
    **dict.fromkeys(("share", "rate", "cumulative", "subtotals", "trend", "change", "comparative", "chart"), 0.0),
    **dict.fromkeys(("intent", "connective", "included"), 0.0),
    **dict.fromkeys(("follow", "only", "comparison", "average", "statistic", "kind_of", "entity"), 0.1),
    **{f"date.{kind}": 0.1 for kind in ("future", "ambiguous", "vague", "fiscal_unset", "now", "same_period")},
    **dict.fromkeys(("amount", "condition", "quantifier", "grouping"), 0.5),
}


def grammar_for(scope: Scope) -> Grammar:
    """The rules of a model: those of the language, and those that look at its dimensions, fields and behaviours."""
    lexicon = scope.lexicon
    sundays = [s.dimension for s in lexicon.senses(phrase_keys("sunday")) if isinstance(s, ValueSense) and not s.weak]
    hours = [s.name for s in lexicon.senses(phrase_keys("hour of day")) if isinstance(s, DimensionSense)]
    return Grammar(
        (
            *amounts.RULES,
            *members.RULES,
            *members.model_rules(scope.structure, tuple(sundays), tuple(hours)),
            *levels.model_rules(scope.structure),
            *periods.model_rules(scope.model),
            *groups.RULES,
            *spans.RULES,
            *ranks.RULES,
            *measures.RULES,
            *clauses.RULES,
            *together.RULES,
            *clauses.model_rules(scope.structure, lexicon),
            *deeds.model_rules(scope.structure, order_units()),
            *top_shares.model_rules(scope.structure),
            *states.model_rules(scope.structure),
            *one_entity.model_rules(scope.structure),
        )
    )


def frames(text: Lattice, grammar: Grammar) -> tuple[Frame, ...]:
    """The best readings of a lattice, each as a frame."""
    chart = Chart(text.leaves, len(text.tokens), grammar)
    top = []
    for edge in chart.edges():
        extra = _alone(edge.category)
        if extra < _STRAY or not (edge.parts or edge.category in _RAW):
            top.append(edge if not extra else _dearer(edge, extra))
    return tuple(Frame(text, each) for each in coverings(top, len(text.tokens), _MOST_COVERINGS))


@lru_cache(maxsize=4096)
def _alone(category: str) -> float:
    """What it costs a word of a category to stand by itself."""
    role = category.partition(".")[0]
    return _TOP.get(role, _TOP.get(category, _STRAY))


def _dearer(edge: Edge, extra: float) -> Edge:
    return Edge(edge.start, edge.end, edge.category, edge.meaning, edge.cost + extra, edge.parts, edge.rule)


def read(text: str, scope: Scope) -> Lattice:
    """The lattice of a question as typed."""
    return lattice(_apart(fold(text), scope.lexicon), scope.lexicon, scope.today)


def _apart(folded: Folded, lexicon: Lexicon) -> Folded:
    """北上广 as 北京、上海、广州, 新老客 as 新客、老客, where all of them are names of the model."""
    for name, members_ in joint_names().items():
        at = folded.text.find(name)
        if at < 0:
            continue
        known = [
            any(isinstance(s, (ValueSense, MetricSense)) for s in lexicon.senses(phrase_keys(each)))
            for each in members_
        ]
        # 广东三省 ends in a name of three, and is none of them
        of_other = any(isinstance(s, ValueSense) for s in lexicon.senses(tuple(folded.text[at - 1 : at + 1])))
        if all(known) and not of_other:
            return replaced(folded, at, at + len(name), (" and " if name.isascii() else "、").join(members_))
    return folded


def language_of(text: str, asked: Language | None) -> Language:
    """The language to answer in: as asked, else the one that most of the words are in."""
    if asked is not None:
        return asked
    han = sum("\u3400" <= character <= "\u9fff" for character in text)
    words = len([word for word in text.split() if word.isascii() and any(c.isalpha() for c in word)])
    return "zh" if han * 2 >= words * 3 and han else "en"
