"""Whether what stands around a question may be set aside as background.

It may where it states something (somebody, or a verb, of its own) and nothing in it turns the question: what excludes,
limits, groups, ranks, compares with a number, asks, or denies what is named. What is in doubt may not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from chat_service.language.dates.mention import DateMention
from chat_service.language.words.kinds import is_about, kinds_of, words_of
from chat_service.language.words.lemma import lemma
from chat_service.language.words.tables import word_set
from chat_service.translate.senses import (
    BehaviourSense,
    DimensionSense,
    EntitySense,
    HoursSense,
    ListSense,
    Mention,
    MetricSense,
    NumberSense,
    ValueSense,
    WordSense,
)
from chat_service.translate.words.asides import torn_words
from chat_service.translate.words.lexicon import Lexicon

_LONGEST_WORD = 4
_PERSONS = frozenset({"function.person", "phrase.person", "pronoun.they", "occasion.who"})
_MINDS = frozenset({"function.want", "phrase.want", "function.stance", "phrase.stance"})
# what reckons or arranges: never said of the world alone
_TURNS = frozenset({"share", "rate", "average", "cumulative", "statistic", "cohort", "funnel", "inclusion"})
_LIMITS = frozenset(
    {"exclusion", "only", "chart", "grouping", "rank", "kind_of", "open_end", "elsewhere", "comparison"}
)
_ASKS = frozenset({"question", "intent"})
_ASKING, _WANTS = frozenset({"light.ask"}), frozenset({"function.want", "phrase.want"})
_ADDRESSES = frozenset({"function.polite", "phrase.polite", "light.ask"})
_EMPTY_ALONE = frozenset({"light.ask", "light.topic", "light.now", "light.firm"})
_COMPARES = frozenset({"prefix", "suffix"})
_GRADES = frozenset({"comparative", "change"})
_NAMED = (MetricSense, DimensionSense, BehaviourSense, ListSense, EntitySense)
_OTHERS = (MetricSense, DimensionSense, ValueSense, ListSense)
_COUNTED = (MetricSense, BehaviourSense, EntitySense)


@dataclass(frozen=True)
class Stretch:
    """What is to be judged: parts in a row of one sentence.

    `asked`: a question mark ends it. `alone`: it is a sentence of its own, not in that of the question. `behind`: it
    stands after the question.
    """

    parts: tuple[Mention, ...]
    asked: bool = False
    alone: bool = True
    behind: bool = False

    @property
    def is_felt(self) -> bool:
        """Whether it opens with what somebody feels: 感觉六月人少了."""
        return self.parts[0].text in word_set("felt")

    @property
    def names(self) -> bool:
        """Whether it holds anything that a question could be made of."""
        asks = _roles(self.parts) & _ASKS
        return bool(asks) or any(not isinstance(sense, WordSense) for part in self.parts for sense in part.senses)


def may_be_told(stretch: Stretch, question: Sequence[Mention], lexicon: Lexicon) -> bool:
    """Whether a stretch only tells of something, beside a question."""
    parts = whole_words(stretch.parts, lexicon)
    parts = parts[1:] if parts[0].text in word_set("leads_on") and len(parts) > 1 else parts
    plain = all(_says_nothing(part) for part in parts) and not any(torn_words([part.text for part in parts], lexicon))
    if plain or _delivers(parts, stretch) or _looks(parts, stretch):
        return not any(part.text in word_set("always_turns") | word_set("done_already") for part in parts)
    if len(parts) > 1 and _has(parts[0], EntitySense) and _is_person(parts[1]):
        return False  # customers our team called: of whom the question is
    about = " ".join(part.text for part in question if _is_named(part))
    names = [part for at, part in enumerate(parts) if _is_named(part) and not modifies(parts, at)]
    strange = [part for part in names if not is_about(part.text, about)]
    if stretch.asked and (names or _roles(parts) & _ASKS or not stretch.alone):
        return False
    if stretch.behind and (_is_of_the_question(parts) or any(_has(each, *_OTHERS) for each in strange)):
        return False
    dimensions = frozenset(name for each in question for name in _dimensions(each))
    return _states(parts, stretch) and not any(_turns(parts, at, dimensions) for at in range(len(parts)))


def states(stretch: Stretch, lexicon: Lexicon) -> bool:
    """Whether a stretch says that something is so, whatever else is in it."""
    return _states(whole_words(stretch.parts, lexicon), stretch)


def _says_nothing(part: Mention) -> bool:
    """Whether a word says nothing even where it stands alone; those of rules (发的, came) do beside something only."""
    groups = {each.partition(".")[0] for each in part.words("filler") if each not in _EMPTY_ALONE}
    return part.is_filler and not _roles([part]) & _ASKS and not groups - {"function", "phrase", "inflected"}


def _is_of_the_question(parts: Sequence[Mention]) -> bool:
    """'…, we called them already', '…，小李没回访过': what is done to those who are asked for may choose among them."""
    done = any(part.text in word_set("done_already") for part in parts)
    return done or "negation" in _roles(parts) or (any(_is_named(p) for p in parts) and "question" in _roles(parts))


def whole_words(parts: Sequence[Mention], lexicon: Lexicon) -> tuple[Mention, ...]:
    """The parts, with single characters that make a dictionary word together (预算, 打电话) as one not understood."""
    found: list[Mention] = []
    at = 0
    while at < len(parts):
        ends = range(min(len(parts), at + _LONGEST_WORD), at + 1, -1)
        end = next((end for end in ends if _is_word(parts[at:end], lexicon)), at + 1)
        text = "".join(each.text for each in parts[at:end])
        found.append(parts[at] if end == at + 1 else Mention(parts[at].start, parts[end - 1].end, text, ()))
        at = end
    return tuple(found)


def _is_word(parts: Sequence[Mention], lexicon: Lexicon) -> bool:
    text = "".join(each.text for each in parts)
    whole = all(one.end == other.start for one, other in pairwise(parts)) and not text.isascii()
    if whole and text in word_set("somebody"):
        return True
    torn = any(not each.senses or _has(each, ValueSense) for each in parts)
    torn = torn or bool(_roles(parts) & (_TURNS | _LIMITS | _COMPARES))
    return whole and torn and len(text) <= _LONGEST_WORD and bool(kinds_of(text)) and not lexicon.senses(tuple(text))


def modifies(parts: Sequence[Mention], at: int) -> bool:
    """The app team, a checkout bug: a name before a noun that is not understood is only what that is called after."""
    behind = parts[at + 1] if at + 1 < len(parts) else None
    if not parts[at].text.isascii():
        serves = parts[0].text in word_set("serves")
        return serves and any(_is_compound(*pair) for pair in pairwise(parts[max(0, at - 1) : at + 2]))
    if behind is None or _has(parts[at], DateMention):
        return False
    named = behind.text in word_set("somebody") or any(each.startswith("occasion") for each in behind.words("filler"))
    return named or (not behind.senses and kinds_of(behind.text)[:1] == "n")


def _is_compound(one: Mention, other: Mention) -> bool:
    """服务质量, 物流时效: two ordinary nouns with nothing between are one name, that nothing is narrowed by."""
    plain = all(not each.senses or _has(each, ValueSense) for each in (one, other))
    return plain and one.end == other.start and kinds_of(one.text)[:1] in ("n", "v") and kinds_of(other.text)[:1] == "n"


def _has(part: Mention, *kinds: type) -> bool:
    return any(isinstance(sense, kinds) for sense in part.senses)


def _is_named(part: Mention) -> bool:
    strong = any(isinstance(sense, ValueSense) and not sense.weak for sense in part.senses)
    return strong or any(isinstance(sense, _NAMED) for sense in part.senses)


def _roles(parts: Sequence[Mention]) -> frozenset[str]:
    return frozenset(s.role for part in parts for s in part.senses if isinstance(s, WordSense))


def _fills(part: Mention, kinds: frozenset[str]) -> bool:
    return bool(kinds & set(part.words("filler")))


def _is_person(part: Mention) -> bool:
    return _fills(part, _PERSONS) or part.text in word_set("somebody")


def _tells(parts: Sequence[Mention]) -> bool:
    """Whether somebody who does not ask is spoken of: I, the boss, they; not 'you', nor 'I want'."""
    somebody = any(_is_person(part) and part.text not in word_set("addressed") for part in parts)
    return somebody and not any(_fills(part, _WANTS) for part in parts)


# --- whether it states something ---


def _states(parts: Sequence[Mention], stretch: Stretch) -> bool:
    """Whether there is somebody, something in the mind, or a verb: 'no staff please' and 已经回访过的 state nothing."""
    describes = parts[-1].text.endswith(tuple(word_set("makes_adjective")))
    describes = describes and not any(_is_person(part) for part in parts)
    topic = parts[0].text in word_set("topic_opener") | word_set("leaving_undone") and not _does(parts[1:2])
    if describes or (not stretch.alone and topic):
        return False
    if any(_is_person(part) or _fills(part, _MINDS) for part in parts) or parts[0].text in word_set("serves"):
        return True
    if any(part.text in word_set("auxiliary") | word_set("attitude") for part in parts[1:]):
        return True
    if parts[-1].text in word_set("for_use") and len(parts) > 1:
        return True  # 调陈列要用
    if not stretch.names and any(each.startswith("occasion") for part in parts for each in part.words("filler")):
        return True  # what the answer is for
    if any(part.text in word_set("reports") and not before.is_filler for before, part in pairwise(parts)):
        return True  # 武汉那家店说 …
    verbs = any(_is_verb(word) for part in parts for word in _words(part))
    if stretch.alone or all(part.text.isascii() for part in parts):
        return verbs and stretch.alone
    if _judges(parts):
        return True
    deeds = any(_has(part, BehaviourSense, MetricSense) for part in parts)
    return verbs and not deeds and any(part.text.endswith(tuple(word_set("aspect"))) for part in parts)


def _judges(parts: Sequence[Mention]) -> bool:
    """这两天退货的多, 都不逛店了吧: what ends in how things are, or in a particle of opinion, is no condition."""
    last = next((part for part in reversed(parts) if part.text not in word_set("aspect")), parts[-1])
    graded = _roles([last]) & _GRADES or kinds_of(last.text)[:1] == "a"
    said = "".join(part.text for part in parts[-_LONGEST_WORD:])
    return bool(graded) or said.endswith(tuple(word_set("opinion_end")))


def _does(parts: Sequence[Mention]) -> bool:
    """Before we sign off: a word that may open a topic opens a clause where somebody does something."""
    return any(_is_person(part) and part.text not in word_set("indefinite") for part in parts)


def _delivers(parts: Sequence[Mention], stretch: Stretch) -> bool:
    """念给我听听, let me verify: the answer is asked for once more, by words of asking and verbs alone."""
    asks = any(_fills(part, _ASKING) for part in parts) and not stretch.asked
    if not asks or parts[-1].text.endswith(tuple(word_set("makes_adjective"))):
        return False
    before = (None, *(part.text for part in parts))
    return all(part.is_filler or _is_bare_verb(part, led) for part, led in zip(parts, before, strict=False))


def _looks(parts: Sequence[Mention], stretch: Stretch) -> bool:
    """…，看看哪些得补: what the answer is looked at for, behind the question and naming nothing of it."""
    looks = next((part for part in parts if not _is_person(part)), parts[0]).text in word_set("looks")
    return looks and stretch.behind and len(parts) > 1 and not any(_is_named(part) for part in parts)


def _is_bare_verb(part: Mention, led: str | None) -> bool:
    """Whether a word that is not understood is a verb or an adverb, and not what is to be shown: the address."""
    kinds = (kinds_of(word)[:1] for word in _words(part))
    return not part.senses and led not in word_set("determiner") and all(kind in ("v", "r") for kind in kinds)


def _words(part: Mention) -> tuple[str, ...]:
    return words_of(part.text) or (part.text,)


def _is_verb(word: str) -> bool:
    kind = kinds_of(word)[:1]
    if word.isascii():
        return kind == "v" and word != lemma(word) and not word.endswith("ing")
    return kind in ("v", "a", "i")


# --- whether something in it turns the question ---


def _turns(parts: Sequence[Mention], at: int, dimensions: frozenset[str]) -> bool:
    part, before, behind = parts[at], parts[:at], parts[at + 1 : at + 2]
    led = [each.text for each in before if each.text not in word_set("auxiliary")][-1:]
    if part.text in word_set("only") and led and led[0] in word_set("asker"):
        return False  # I only joined in May
    if part.text in word_set("always_turns"):
        return True
    roles = {sense.role for sense in part.senses if isinstance(sense, WordSense)}
    if "grouping" in roles and any(_dimensions(each) & dimensions for each in behind):
        return False  # the question is by the same
    serves = parts[0].text in word_set("serves")
    stated = _tells(before) or any(each.text in word_set("auxiliary") | word_set("reports") for each in before)
    stated = stated or (part.is_filler and any(_is_person(each) for each in before))
    names = any(_is_named(each) or _has(each, DateMention) for each in behind)
    if roles & _TURNS and not part.is_filler:
        return True
    if "exclusion" in roles and any(each.text in word_set("leaves_out") for each in before):
        return True  # told us to leave staff purchases out
    if roles & (_TURNS | _LIMITS) and "connective" not in roles and not (_is_particle(part) and not names):
        return not stated or names
    return _denies(parts, at) or _counts(parts, at) or (not serves and _asks(parts, at))


def _is_done_by(before: Sequence[Mention]) -> bool:
    """So that the retention desk can call them: somebody else will, who stands before the auxiliary."""
    said = [part.text for part in before]
    done = any(text in word_set("would") for text in said[1:])
    return done and said[0] in word_set("who_does") and not set(said) & word_set("addressed")


def _is_particle(part: Mention) -> bool:
    return part.is_filler and len(part.text) == 1 and not part.text.isascii()


def _dimensions(part: Mention) -> frozenset[str]:
    return frozenset(sense.name for sense in part.senses if isinstance(sense, DimensionSense))


def _denies(parts: Sequence[Mention], at: int) -> bool:
    """不要上海的, no refunds, I don't want Shanghai: somebody who only tells of it may deny what is named."""
    if not parts[at].words("negation"):
        return False
    behind = parts[at + 1 : at + 4]
    if behind and at and behind[0].text == parts[at - 1].text:
        return False  # 买不买母婴
    somebody = any(_is_person(p) or _fills(p, _MINDS) or p.text in word_set("auxiliary") for p in parts[:at])
    names = any(_is_named(each) for each in behind)
    return (names and not _tells(parts[:at])) or (not somebody and parts[at].text.isascii())


def _counts(parts: Sequence[Mention], at: int) -> bool:
    """A number that is compared, or that counts what the model knows: more than two days, 200人, 1000 yuan."""
    numbers = [sense for sense in parts[at].senses if isinstance(sense, NumberSense | HoursSense)]
    if not numbers:
        return False
    behind = parts[at + 1 : at + 3]
    beside = [each for each in (*parts[max(0, at - 2) : at], *behind) if not _is_particle(each)]
    compared = bool(_roles(beside) & _COMPARES)
    measured = any(isinstance(each, HoursSense) or each.unit not in (None, "times") for each in numbers)
    return compared or measured or any(_has(each, *_COUNTED) for each in behind)


def _asks(parts: Sequence[Mention], at: int) -> bool:
    """Something asked for: beside what is named, or by what opens the clause (列出坏账, show me the bad ones)."""
    part, before, behind = parts[at], parts[:at], parts[at + 1 :]
    intents = set(part.words("intent"))
    if part.text.startswith(tuple(word_set("asks_number"))) and any(_is_named(each) for each in parts):
        return True  # how many customers do we have
    if not (part.words("question") or intents or _fills(part, _ASKING)):
        return False
    if intents & {"change_data", "send", "forecast"}:
        return not _is_done_by(before)
    names = any(_is_named(each) and not _has(each, EntitySense) for each in behind)
    wonders = any(each.text in word_set("whether") for each in (part, *before, *behind))
    if _tells(before) or (wonders and not names):
        return False
    if before and part.text in word_set("reports") and not any(_fills(each, _WANTS | _ADDRESSES) for each in before):
        return False
    if _only_tells(part, before, behind):
        return False
    opens = not any(_is_person(each) or _fills(each, _MINDS) for each in before)
    said = (each for each in behind if not each.is_filler and not _has(each, NumberSense))
    return any(_is_named(each) for each in behind) or (opens and any(said))


def _only_tells(part: Mention, before: Sequence[Mention], behind: Sequence[Mention]) -> bool:
    """Whether a word that asks tells of something here.

    没几个人, 好几个城市; 有几个大姐天天来问; 列出来我要打电话; 昨天盘货; 调陈列要用; 我想给老客送个蛋糕.
    """
    named = any(_is_named(each) for each in behind)
    if part.words("question") and before and before[-1].text in word_set("indefinite"):
        return True
    if part.text in word_set("there_are") and not before and not named:
        return True
    if part.words("intent") == ("list",) and behind and _is_person(behind[0]):
        return True
    if _fills(part, _ASKING) and _is_particle(part) and not all(each.is_filler for each in before):
        return True
    if behind and behind[-1].text in word_set("for_use") and not named:
        return True
    return part.text in word_set("dative") and bool(before and behind) and not _is_person(behind[0])
