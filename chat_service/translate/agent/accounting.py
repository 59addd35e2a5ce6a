"""The words of a question against the parts of a request: every part has words, every word that means something a part.

A model says which words made which part. That is checked here and not believed: words must stand in the question, and a
stretch that the service itself knows the meaning of may be neither left out nor set aside as saying nothing. What an
answer is for (`purpose`) is a clause of its own that opens as one: names in it are doubted, and told to the asker. A
clause of what is felt may say a change so; any may name what the request measures or groups by anyway.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chat_service.language.dates.mention import DateMention
from chat_service.language.folding import Folded, fold
from chat_service.language.words.tables import word_set
from chat_service.outcomes import Span, SpanRole
from chat_service.translate.agent.parts import Part
from chat_service.translate.agent.reply import NOTHING, PURPOSE, Said
from chat_service.translate.senses import (
    BehaviourSense,
    DimensionSense,
    EntitySense,
    FieldSense,
    ListSense,
    Mention,
    MetricSense,
    NumberSense,
    Sense,
    ValueSense,
    WordSense,
)

# words of the language that change what is counted: none of them may go unsaid
_CHANGING = frozenset(
    {
        "negation",
        "exclusion",
        "inclusion",
        "open_end",
        "only",
        "rank",
        "share",
        "cumulative",
        "comparison",
        "change",
        "comparative",
        "prefix",
        "suffix",
        "statistic",
        "average",
    }
)
_WORD = re.compile(r"[a-z0-9_.'-]+|[\u3400-\u9fff]{1,2}")
_MOST_IN_A_PIECE = 10
_TIMELESS = ("now", "all_history", "versus", "same_period")
_NAMES = (MetricSense, BehaviourSense, ListSense)
# words that change what is counted only with something of a kind beside them: under what condition; but hasn't bought
_OPERANDS = {
    "prefix": (NumberSense, DateMention),
    "suffix": (NumberSense, DateMention),
    "exclusion": (*_NAMES, ValueSense, DimensionSense, EntitySense),
}
_NO_OPERAND = ("question", "connective", "intent", "entity", "negation")
_MADE_NOTHING = (NOTHING, PURPOSE)
# what a clause of purpose may name and restrict nothing by
_SUSPECTED = (*_NAMES, ValueSense, DimensionSense, FieldSense)
_CLAUSE = re.compile(r"[^,.?!;:。…\n]+")
_OPENS_PURPOSE = ("opens_purpose", "purpose_opener", "purpose_push", "purpose_for", "serves", "serves_noun", "needs")
_OPENS_FEELING = ("felt",)
_FELT = ("change", "filler")


@dataclass(frozen=True)
class Account:
    """How the words of a question and the parts of a request fit.

    `unmade` are parts without words, `unsaid` words that mean something and made nothing, `aside` those that were set
    aside and of which nothing is known here, `strange` what was named as words of the question and is not in it,
    `too_long` pieces that hold so much that they account for nothing.
    `placed` are the pieces in the folded text, with their paths; `purposes` the clauses among them that open as
    what says what the answer is for does, `background` the words of all that are said to, `suspected` the names and
    changes in these.
    """

    spans: tuple[Span, ...]
    unmade: tuple[Part, ...]
    unsaid: tuple[str, ...]
    aside: tuple[str, ...]
    strange: tuple[str, ...]
    too_long: tuple[str, ...]
    placed: tuple[tuple[int, int, str], ...]
    purposes: tuple[tuple[int, int], ...] = ()
    background: tuple[str, ...] = ()
    suspected: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether everything fits."""
        return not (self.unmade or self.unsaid)


def account_for(
    text: str,
    words: Sequence[Said],
    parts: Sequence[Part],
    mentions: Sequence[Mention],
    kept: Sequence[Part] = (),
    had: frozenset[str] = frozenset(),
) -> Account:
    """The account of a question. `mentions` are its stretches as the service reads them; `kept` are the parts of the
    request before, which need no words now; `had` what the request measures and groups by, and what that is made of."""
    folded = fold(text)
    placed, strange = _placed(folded, words)
    before: dict[SpanRole, list[object]] = {}
    for each in kept:
        before.setdefault(each.role, []).append(each.content)
    unmade = tuple(
        part
        for part in parts
        if part.needs_words
        and not any(part.is_made_by(named) for _, _, named in placed)
        and part.content not in before.get(part.role, [])
    )
    made = _marked(len(folded.text), ((start, end) for start, end, named in placed if named not in _MADE_NOTHING))
    aside = _marked(len(folded.text), ((start, end) for start, end, named in placed if named in _MADE_NOTHING))
    purposes = tuple(_purposes(folded, placed, _OPENS_PURPOSE))
    felt = tuple(_purposes(folded, placed, _OPENS_FEELING))
    for_it = tuple(_purposes(folded, placed))
    unsaid: list[str] = []
    suspected: list[str] = []
    unknown = _marked(len(folded.text), iter(()))
    for mention in mentions:
        if not mention.senses:
            unsaid.extend(_runs(folded, mention, [made, aside]))
            unknown[mention.start : mention.end] = [True] * (mention.end - mention.start)
        elif means_something(mention, mentions) and not any(made[mention.start : mention.end]):
            if is_inside(mention, for_it) and _has(had, mention):
                continue
            is_for = is_inside(mention, purposes) and _only_names(mention)
            is_for = is_for or (is_inside(mention, felt) and _only_changes(mention))
            (suspected if is_for else unsaid).append(folded.typed(mention.start, mention.end))
    not_known = tuple(
        folded.typed(start, end)
        for start, end, named in placed
        if named == NOTHING and any(unknown[at] and folded.text[at].isalnum() for at in range(start, end))
    )
    background = tuple(folded.typed(start, end).strip() for start, end in for_it)
    spans = tuple(_spans(folded, placed, parts))
    return Account(
        spans,
        unmade,
        tuple(unsaid),
        not_known,
        strange,
        _too_long(words),
        tuple(placed),
        purposes,
        background,
        tuple(suspected),
    )


def means_something(mention: Mention, among: Sequence[Mention]) -> bool:
    """Whether a stretch names something of the model, a time or a number, or changes what is counted."""
    if any(isinstance(sense, EntitySense) for sense in mention.senses):
        return False  # whom it is about, whatever else the noun can mean
    if mention.words("question"):
        return False  # it asks, whatever else it can be a part of
    for sense in mention.senses:
        if isinstance(sense, _NAMES) or (isinstance(sense, ValueSense) and not sense.weak):
            return not mention.is_filler
        if isinstance(sense, DateMention):
            return sense.kind not in _TIMELESS
        if isinstance(sense, NumberSense):
            return sense.value != 1
        if isinstance(sense, WordSense) and sense.role in _CHANGING and not mention.is_filler:
            return _has_operand(sense.role, mention, among)
    return False


def is_inside(mention: Mention, stretches: Sequence[tuple[int, int]]) -> bool:
    """Whether a mention lies in one of the stretches."""
    return any(start <= mention.start and mention.end <= end for start, end in stretches)


def _only_names(mention: Mention) -> bool:
    """Whether a stretch names something of the model and says no time, number or change, in any of its senses."""
    named = [sense for sense in mention.senses if not isinstance(sense, WordSense)]
    changes = any(isinstance(sense, WordSense) and sense.role in _CHANGING for sense in mention.senses)
    return bool(named) and not changes and all(isinstance(sense, _SUSPECTED) for sense in named)


def _only_changes(mention: Mention) -> bool:
    """Whether a stretch says how something goes, and nothing else."""
    return all(isinstance(sense, WordSense) and sense.role in _FELT for sense in mention.senses)


def _has(had: frozenset[str], mention: Mention) -> bool:
    """Whether all that a stretch can name is in the request anyway."""
    return all(isinstance(sense, MetricSense | DimensionSense) and sense.name in had for sense in mention.senses)


def _has_operand(role: str, mention: Mention, among: Sequence[Mention]) -> bool:
    """Whether a word that wants something beside it has it: what it compares with, what is left out."""
    if role == "comparison" and mention.words("connective"):
        return False  # it joins two: what is compared with has words of its own
    if role not in _OPERANDS or (role == "exclusion" and not mention.words("connective")):
        return True
    behind = up_to_content([each for each in among if each.start >= mention.end])
    before = up_to_content([each for each in reversed(among) if each.end <= mention.start])
    beside = [*behind] if role == "exclusion" else [*behind, *before]
    return any(_is_operand(sense, role, each) for each in beside for sense in each.senses)


def up_to_content(mentions: Sequence[Mention]) -> Iterator[Mention]:
    """The mentions up to the first that cannot say nothing: more than once."""
    for each in mentions:
        yield each
        if not each.is_filler:
            return


def _is_operand(sense: Sense, role: str, mention: Mention) -> bool:
    if isinstance(sense, WordSense):  # above the average, over a quarter, less than half
        says = not mention.is_filler and sense.role not in _NO_OPERAND
        return role != "exclusion" and (says or sense.meaning.startswith("quantifier"))
    return isinstance(sense, _OPERANDS[role])


def _purposes(
    folded: Folded, placed: Sequence[tuple[int, int, str]], openers: Sequence[str] = ()
) -> Iterator[tuple[int, int]]:
    """The clauses that are set aside whole as saying what the answer is for; with `openers` those that open so."""
    marks = _marked(len(folded.text), ((start, end) for start, end, named in placed if named == PURPOSE))
    words = frozenset[str]().union(*(word_set(name) for name in openers))
    for clause in _CLAUSE.finditer(folded.text):
        text = clause[0].strip()
        whole = all(marks[at] for at in range(*clause.span()) if folded.text[at].isalnum())
        opens = any(text.startswith(word) and not _goes_on(text, len(word)) for word in words)
        if text and whole and (opens or not openers):
            yield clause.span()


def _goes_on(text: str, at: int) -> bool:
    """Whether a word of letters goes on at a place."""
    return at < len(text) and text[at - 1].isascii() and text[at].isascii() and text[at].isalnum()


def _too_long(words: Sequence[Said]) -> tuple[str, ...]:
    """Pieces of more words, or more Chinese characters, than one part can be made by."""
    return tuple(each.said for each in words if len(_WORD.findall(fold(each.said).text)) > _MOST_IN_A_PIECE)


def _placed(folded: Folded, words: Sequence[Said]) -> tuple[list[tuple[int, int, str]], tuple[str, ...]]:
    """Where the pieces stand, each looked for behind the one before, else anywhere."""
    found, strange, at = [], [], 0
    for each in words:
        wanted = fold(each.said).text.strip()
        if not wanted:
            continue
        start = folded.text.find(wanted, at)
        if start < 0:
            start = folded.text.find(wanted)
        if start < 0:
            strange.append(each.said)
            continue
        found.append((start, start + len(wanted), _path(each.part)))
        at = max(at, start + len(wanted))
    return found, tuple(strange)


def _path(named: str) -> str:
    """`request.filters.0` as `filters[0]`."""
    steps: list[str] = []
    for step in named.strip().removeprefix("request.").split("."):
        if step.isdigit() and steps:
            steps[-1] += f"[{step}]"
        else:
            steps.append(step)
    return ".".join(steps) or NOTHING


def _marked(length: int, stretches: Iterator[tuple[int, int]]) -> list[bool]:
    marks = [False] * length
    for start, end in stretches:
        marks[start:end] = [True] * (end - start)
    return marks


def _runs(folded: Folded, mention: Mention, covered: Sequence[list[bool]]) -> Iterator[str]:
    """The stretches of letters and figures of a mention that nothing covers."""
    run: int | None = None
    for at in range(mention.start, mention.end + 1):
        bare = at < mention.end and not any(marks[at] for marks in covered)
        if bare and folded.text[at].isalnum():
            run = at if run is None else run
        elif run is not None:
            yield folded.typed(run, at)
            run = None


def _spans(folded: Folded, placed: Sequence[tuple[int, int, str]], parts: Sequence[Part]) -> Iterator[Span]:
    seen: set[tuple[int, int]] = set()
    for start, end, named in sorted(placed):
        if (start, end) in seen:
            continue
        seen.add((start, end))
        made = next((part for part in parts if part.path == named), None)
        made = made or next((part for part in parts if part.is_made_by(named)), None)
        role: SpanRole = "filler" if named in _MADE_NOTHING else "intent" if made is None else made.role
        first, last = folded.span(start, end)
        yield Span(folded.original[first:last], first, last, role, "" if made is None else made.says)
