"""The sentence of an answer: what was found, over which days, against what, and what was left out.

Comes in: a finding and how the question was read. Goes out: plain text in the question's language. Each shape of
result (one number, trend, groups, share, list, cohorts, funnel) has its own first sentence; cautions, assumptions and
unused words follow the same way for all.
"""

from __future__ import annotations

from collections.abc import Callable

from chat_service.language.phrases import ended, listed, said
from chat_service.outcomes import Reading
from chat_service.present.causes import causes_sentence
from chat_service.present.explanations import explain_sentence, false_premise
from chat_service.present.finding import Finding
from chat_service.present.followed import follows_sentence
from chat_service.present.funnel_sentences import funnel_sentence
from chat_service.present.journey_sentences import cohort_sentence
from chat_service.present.lifts import lift_sentence
from chat_service.present.lists import list_sentence
from chat_service.present.notes import notes
from chat_service.present.paths import paths_sentence
from chat_service.present.playbooks import playbook_sentence
from chat_service.present.profiles import profile_sentence
from chat_service.present.sentences import groups_sentence, value_sentence, whole_sentence
from chat_service.present.trends import trend_sentence
from semantic_layer import (
    CausesQuery,
    CohortQuery,
    ExplainQuery,
    FollowsQuery,
    FunnelQuery,
    LiftQuery,
    PathQuery,
    Phrase,
    PlaybookQuery,
    ProfileQuery,
)

_QUOTED, _UNUSED = Phrase("“{word}”", "“{word}”"), Phrase("没有用到的词：{words}。", "Words not used: {words}.")

# kinds of request whose results have a sentence of their own
_OWN: dict[type, Callable[[Finding], str]] = {
    CohortQuery: cohort_sentence,
    FunnelQuery: funnel_sentence,
    ExplainQuery: explain_sentence,
    FollowsQuery: follows_sentence,
    LiftQuery: lift_sentence,
    PathQuery: paths_sentence,
    CausesQuery: causes_sentence,
    ProfileQuery: profile_sentence,
    PlaybookQuery: playbook_sentence,
}
# what their sentences tell anyway of how the question was read
_TOLD: dict[type, str] = {ExplainQuery: "compared_with_previous"}


def describe(finding: Finding, reading: Reading, first: str | None = None, beside: str = "") -> str:
    """All that is said of the result; `first` is another way to say its first sentence, `beside` what is told
    beside it. Raises AssertionError for a result without rows: that is `emptiness`'s."""
    is_quiet = isinstance(finding.request, ProfileQuery)
    assert finding.table.rows or is_quiet, "an empty result is described by its cause"
    denied = false_premise(finding, reading.moved) if isinstance(finding.request, ExplainQuery) else ""
    told = [
        *([denied] if denied else []),
        first or _first(finding),
        whole_sentence(finding),
        *([beside] if beside else []),
        *(note.message for note in notes(finding, reading.chart)),
        *reading_remarks(reading, _TOLD.get(type(finding.request), "")),
    ]
    return finding.names.sentences(*told)


def reading_remarks(reading: Reading, told_already: str = "") -> list[str]:
    """What the reader of the question assumed, but for what the sentence tells, and the words it could not use."""
    left = (assumption for assumption in reading.assumptions if assumption.code != told_already)
    told = [ended(assumption.text, reading.language) for assumption in left]
    if reading.unused:
        words = listed((said(_QUOTED, reading.language, word=word) for word in reading.unused), reading.language)
        told.append(said(_UNUSED, reading.language, words=words))
    return told


def _first(finding: Finding) -> str:
    own = next((say for kind, say in _OWN.items() if isinstance(finding.request, kind)), None)
    if own is not None:
        text = own(finding)
        return text[:1].upper() + text[1:]
    if finding.is_list:
        return list_sentence(finding)
    if not finding.groups:
        return value_sentence(finding)
    if finding.is_course:
        return trend_sentence(finding)
    return groups_sentence(finding)
