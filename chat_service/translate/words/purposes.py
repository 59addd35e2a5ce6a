"""Clauses beside a question that ask for nothing: each is read as saying nothing, and is told.

What an answer is for (I'd like to invite them to a dinner; 准备发挽留券; 下月召回活动要圈人：…): a plan has an opener
and a verb that asks for nothing. What stays as it is (其余条件不变). What 'only' has said already (别的渠道买过的不算).
A clause that says anything else that a question could is no such thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from chat_service.language.grammar.rule import EMPTY, Edge
from chat_service.language.tokens import Token, cut
from chat_service.language.words.kinds import kinds_of
from chat_service.language.words.tables import word_set
from chat_service.translate.senses import Names, Values

_COST, _LONGEST_VERB = 0.5, 3
_ACT, _ASKS = "intent.send", "function.light.ask"
# what may stand in a plan: all else could limit or turn the question
_SAYS_NOTHING = {
    "unknown",
    "comparative",
    "unit",
    "weak_value",
    "short_value",
    "follow.those",
    "range.to",
    "window.after",
    "grouping",
}
# what a clause that repeats an 'only' does not say
_SAYS_MORE = frozenset(
    {"value", "weak_value", "number", "date", "hours", "unit", "rank", "share", "average", "grouping", "list"}
)
# what may stand in a clause that tells of each what it is ranked by
_OF_EACH = frozenset(
    {"behaviour", "grouping", "average", "ask", "follow", "connective", "money_verb", "entity", "possession"}
)
# what a clause of purpose may name: it is about the same as the question, and limits nothing
_TOPICS = frozenset(
    {
        "date.all_history",
        "date.vague",
        "date.grain",
        "grain_noun",
        "metric",
        "dimension",
        "entity",
        "behaviour",
        "connective",
        "comparison",
        "change",
        "level",
    }
)
_ASKED = frozenset({"metric", "entity", "list", "behaviour", "ask"})
_WHO = frozenset({"function.occasion.who", "occasion.who"})


def purposes(tokens: Sequence[Token], leaves: Sequence[Edge]) -> Iterator[Edge]:
    """The clauses of a text that say what its answer is for, each as a word without meaning."""
    marks = (at for at, token in enumerate(tokens) if token.kind == "punctuation" and token.text in ",.?!;:。…")
    cuts = [-1, *marks, len(tokens)]
    clauses = [(a + 1, b) for a, b in pairwise(cuts) if b > a + 1]
    for first, last in clauses if len(clauses) > 1 else ():
        inside = tuple(leaf for leaf in leaves if first <= leaf.start and leaf.end <= last)
        clause = _Clause(tokens, first, last, inside)
        heads = last < len(tokens) and tokens[last].text == ":" and clause.is_heading()
        outside = [leaf for leaf in leaves if leaf.end <= first or leaf.start >= last]
        plans = (heads or clause.plans()) and any(leaf.category in _ASKED for leaf in outside)
        dated = any(leaf.category == "date.period" for leaf in outside)
        asked = any(leaf.category in _ASKED - {"ask"} for leaf in outside)
        plans = plans or (asked and (clause.serves(dated=dated) or (dated and clause.looks_back())))
        repeats = clause.repeats_only(outside) or clause.repeats_rank(outside)
        rest = any(clause.is_made_of("the_rest", said) for said in ("unchanged", "dismissed"))
        if plans or repeats or rest:
            yield Edge(first, last, f"{EMPTY}.occasion.purpose", clause.text(first, last), _COST)


@dataclass(frozen=True)
class _Clause:
    """Tokens from `first` to `last`, with the leaves inside."""

    tokens: Sequence[Token]
    first: int
    last: int
    inside: tuple[Edge, ...]

    def plans(self) -> bool:
        """Somebody would like to do something with whom the answer names; what is handed out may be named last."""
        asks = {leaf.end for leaf in self.inside if leaf.start == self.first and leaf.category == _ASKS}
        opened = {end for start in {self.first, *asks} for end in self._behind(start, "purpose_opener")}
        opened |= {end for who in self._others() for end in self._behind(who, "purpose_wish")}
        for at in opened | {end for start in opened for end in self._behind(start, "purpose_manner")}:
            pushes = self._behind(at, "purpose_push")
            acts = {leaf.end for leaf in self.inside if leaf.start == at and leaf.category == _ACT}
            ends = {*acts, *pushes, *self._behind(at, "purpose_act"), *self._verbs(at)}
            if any(self._is_rest(end, given=end in pushes or (end in acts and self._hands_out(end))) for end in ends):
                return True
        named = self._behind(self.first, "purpose_for")
        return any(self._is_rest(end, given=False) and self._is_new(end, self.last) for end in named)

    def _others(self) -> set[int]:
        """Where whoever it is that plans ends: I, my colleague, our store managers."""
        led = {self.first + 1} if self.text(self.first, self.first + 1) in word_set("who_does") else set()
        named = {at + 1 for at in led}  # our store managers
        who = {leaf.end for leaf in self.inside if leaf.category in _WHO and leaf.start in {self.first, *led, *named}}
        return {*who, *(led if self.text(self.first, self.first + 1) in word_set("plans_alone") else ())}

    def looks_back(self) -> bool:
        """做五年回顾: how long a time is looked over, where the question says its own."""
        ends = {end for at in self._behind(self.first, "purpose_for") for end in self._behind(at, "serves_noun") | {at}}
        lengths = {leaf.end for leaf in self.inside if leaf.start in ends and leaf.category == "date.duration"}
        rest = {self.text(at, self.last) for at in lengths}
        return bool(rest & word_set("review"))

    def _frames(self) -> bool:
        """供区域投放参考, 做客群画像用: a word of purpose before something new, and one behind it."""
        opened = self._behind(self.first, "purpose_for") | self._behind(self.first, "serves_noun")
        uses = word_set("for_use") | word_set("need")
        last = [at for at in range(self.first + 1, self.last) if self.text(at, self.last) in uses]
        turns = any({"comparison", "change"} & set(leaf.keys) for leaf in self.inside)
        return not turns and any(self._is_new(end, at) for end in opened for at in last)

    def serves(self, *, dated: bool) -> bool:
        """为撰写分析章节, 以便安排续费提醒, 根据董事会要求: opened by a word of purpose or of a reason.

        `dated`: the question says its own time, and one that is said here is that of the purpose.
        """
        acts = {leaf.start for leaf in self.inside if leaf.category in (_ASKS, _ACT) or "change" in leaf.keys}
        does = any(end in acts or self._verbs(end) for end in self._behind(self.first, "serves"))
        needs = any(self.text(at, self.last) in word_set("need") for at in range(self.first, self.last))
        needs = needs and bool(self._behind(self.first, "needs"))
        if not (does or needs or self._frames() or self._behind(self.first, "serves_noun")):
            return False
        said = self._longest
        topics = _TOPICS | ({"date.period", "date.future"} if dated else set())
        told = {(leaf.start, leaf.end) for leaf in said if _is_nothing(leaf) or set(leaf.keys) & topics}
        units = {(leaf.start, leaf.end) for leaf in said if {"date.grain", "grain_noun"} & set(leaf.keys)}  # 年度审计
        named = {(leaf.start, leaf.end) for leaf in said if leaf.category == "value"} - units
        return not named and all((leaf.start, leaf.end) in told for leaf in said)

    def is_heading(self) -> bool:
        """下月召回活动要圈人: what is to come is prepared; it may be named, with its time."""
        for at in range(self.first, self.last):
            if any(self.last in self._behind(act, "purpose_act") for act in self._behind(at, "purpose_opener")):
                to_come = [leaf for leaf in self.inside if leaf.end <= at and leaf.category == "date.future"]
                values = [leaf for leaf in self.inside if leaf.end == at and leaf.category == "value"]
                covered = {i for leaf in (*to_come, *values) for i in range(leaf.start, leaf.end)}
                return bool(to_come) and covered == set(range(self.first, at))
        return False

    def is_made_of(self, *names: str) -> bool:
        """Whether the clause has a phrase of each set, and nothing but these and words that may go with them."""
        ways: dict[int, list[frozenset[str]]] = {self.first: [frozenset()]}
        for at in range(self.first, self.last):
            for name in (*names, "goes_with_rest") if at in ways else ():
                for end in self._behind(at, name):
                    ways.setdefault(end, []).extend(seen | {name} for seen in ways[at])
        return any(seen.issuperset(names) for seen in ways.get(self.last, ()))

    def repeats_only(self, outside: Sequence[Edge]) -> bool:
        """别的渠道买过的不算, beside 'only in …': those who did so elsewhere, who are none of the question already."""
        said = self._longest
        closes = [leaf for leaf in said if "exclusion" in leaf.keys]
        others = any(leaf.category.startswith(("elsewhere", f"{EMPTY}.pronoun.other")) for leaf in said)
        if not (others and closes and any("only" in leaf.keys for leaf in outside)):
            return False
        covered = {at for leaf in said for at in range(leaf.start, leaf.end)}
        turned = any("negation" in leaf.keys and not any(_meet(leaf, each) for each in closes) for leaf in said)
        more = any(set(leaf.keys) & _SAYS_MORE for leaf in said) or turned
        named = {name for leaf in said if leaf.category == "dimension" for name in _dimensions(leaf)}
        same = not named or bool(named & {name for leaf in outside for name in _dimensions(leaf)})
        return same and not more and covered == set(range(self.first, self.last))

    def repeats_rank(self, outside: Sequence[Edge]) -> bool:
        """With what each of them spent, beside the top spenders: what they are ranked by is shown of each."""
        said = [leaf for leaf in self._longest if not leaf.is_empty]
        done = [set(leaf.meaning.names) for leaf in said if isinstance(leaf.meaning, Names)]
        ranked = [set(leaf.meaning.names) for leaf in outside if isinstance(leaf.meaning, Names)]
        each = any(leaf.category in ("grouping.each", "average.per_head") for leaf in said)
        if not each or len(done) != 1 or not any("rank" in leaf.keys for leaf in outside):
            return False
        return all(set(leaf.keys) & _OF_EACH for leaf in said) and any(done[0] & other for other in ranked)

    @cached_property
    def _longest(self) -> list[Edge]:
        """What is known of the clause, without what stands within something longer."""
        known = [leaf for leaf in self.inside if leaf.category != "unknown" and not self._is_somebody(leaf)]
        return [leaf for leaf in known if not any(_is_within(leaf, other) for other in known)]

    def _is_somebody(self, leaf: Edge) -> bool:
        """约区域客服: part of what somebody is called at work."""
        return any(first <= leaf.start and leaf.end <= last for first, last in self._at_work)

    @cached_property
    def _at_work(self) -> tuple[tuple[int, int], ...]:
        return tuple((at, end) for at in range(self.first, self.last) for end in self._behind(at, "at_work"))

    def _verbs(self, at: int) -> list[int]:
        """Where a verb of the dictionary ends that asks for nothing and is no word of a request."""
        if any(leaf.start == at and (leaf.category == _ASKS or not _is_nothing(leaf)) for leaf in self.inside):
            return []
        words = {end: self.text(at, end) for end in range(at + 1, min(at + _LONGEST_VERB, self.last) + 1)}
        return [end for end, word in words.items() if "v" in kinds_of(word) and word not in word_set("operating_verb")]

    def _is_rest(self, at: int, *, given: bool) -> bool:
        """Whether the rest says nothing of the question: at most what is handed out, told apart by a new word."""
        said = [leaf for leaf in self._longest if leaf.start >= at and not _is_nothing(leaf)]
        told = {(leaf.start, leaf.end) for leaf in self.inside if leaf.category.startswith("function.occasion")}
        told |= {(a.start, a.end) for a in said if "connective.and" in a.keys and self._does(a.end)}
        said = [leaf for leaf in said if (leaf.start, leaf.end) not in told]
        values = {i for leaf in said if leaf.category == "value" for i in range(leaf.start, leaf.end)}
        if given:
            return all(values.issuperset(range(leaf.start, leaf.end)) for leaf in said)
        last = [leaf.start for leaf in said if leaf.category == "value" and leaf.end == self.last]
        if not last or any(leaf.start < min(last) for leaf in said):
            return not said
        led = min(last) > at and self.tokens[min(last) - 1].text in word_set("topic_opener")
        return not led and self._is_new(at, min(last))

    def _hands_out(self, at: int) -> bool:
        """Send them a coupon; in 'remind the gold members' people are named, of whom the question may be."""
        values = [leaf for leaf in self._longest if leaf.start >= at and leaf.category == "value"]
        people = [leaf for leaf in self.inside if leaf.category.startswith("entity")]
        return not any(_meet(value, each) for value in values for each in people)

    def _does(self, at: int) -> bool:
        """Whether something is done there that asks for nothing: call them and say sorry."""
        return bool(self._behind(at, "purpose_act") or self._verbs(at))

    def _is_new(self, first: int, last: int) -> bool:
        """Whether a word stands there that is no word of a question."""
        known = {at for leaf in self.inside if leaf.category != "unknown" for at in range(leaf.start, leaf.end)}
        return any(self.tokens[at].kind != "punctuation" for at in set(range(first, last)) - known)

    def _behind(self, first: int, name: str) -> set[int]:
        """Where phrases of a set that begin at a token end."""
        longest = _openers(name).get(self.tokens[first].text, 0) if first < self.last else 0
        ends = range(first + 1, min(self.last, first + longest) + 1)
        return {end for end in ends if self.text(first, end) in word_set(name)}

    def text(self, first: int, last: int) -> str:
        words = [token.text for token in self.tokens[first:last]]
        joined = ("" if all(not word.isascii() for word in words) else " ").join(words)
        return joined.replace(" 'd", "'d").replace(" '", "'")


@lru_cache(maxsize=64)
def _openers(name: str) -> Mapping[str, int]:
    """The tokens that open a phrase of a set, each with how many tokens the longest of these has."""
    found: dict[str, int] = {}
    for phrase in word_set(name):
        tokens = [text for text, _, _ in cut(phrase)]
        found[tokens[0]] = max(found.get(tokens[0], 0), len(tokens))
    return found


def _is_nothing(leaf: Edge) -> bool:
    return leaf.is_empty or bool(set(leaf.keys) & {*_SAYS_NOTHING, _ACT})


def _is_within(leaf: Edge, other: Edge) -> bool:
    return other.start <= leaf.start and leaf.end <= other.end and leaf.end - leaf.start < other.end - other.start


def _meet(leaf: Edge, other: Edge) -> bool:
    return leaf.start < other.end and other.start < leaf.end


def _dimensions(leaf: Edge) -> set[str]:
    """What a leaf names: dimensions, or values of which."""
    if isinstance(leaf.meaning, Names):
        return set(leaf.meaning.names)
    words = leaf.meaning.words if isinstance(leaf.meaning, Values) else ()
    return {sense.dimension for word in words for sense in word}
