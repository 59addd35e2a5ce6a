"""How the agent's reading is told: spans, assumptions, confidence; and the sentences of its refusals.

No sentence of the model's own is ever shown: what it says are codes, names and words of the question.
"""

from __future__ import annotations

from dataclasses import replace

from chat_service.language.dates.shown import days_so_far
from chat_service.outcomes import Assumption, Language, Question, Reading, Refusal
from chat_service.translate.agent.accounting import Account
from chat_service.translate.agent.periods import last_calendar_months
from chat_service.translate.replies.sentences import assumption_text, refusal_text, suggestion_text
from semantic_layer import Model

_SURE, _COST_OF_ASIDE, _COST_OF_ASSUMPTION, _COST_OF_DOUBT, _COST_OF_OTHER = 0.92, 0.12, 0.04, 0.12, 0.08
_SUGGESTED = 3


def agent_reading(
    account: Account | None,
    question: Question,
    language: Language,
    *,
    filled: tuple[str, ...] = (),
    doubts: tuple[str, ...] = (),
    prompt: str,
) -> Reading:
    """The reading of a question by the agent; of one that it did not answer where there is no account."""
    if account is None:
        return Reading(language, confidence=0.5, basis=("read_by_model",), translator="llm", prompt=prompt)
    assumed = []
    if "last_12_months" in filled:
        shown = days_so_far(last_calendar_months(question.today), question.today, language)
        assumed.append(Assumption("last_12_months", assumption_text("last_12_months", (shown,), language)))
    told = [("set_aside", word) for word in account.aside] + [("background", said) for said in account.background]
    assumed += [Assumption(code, assumption_text(code, (said,), language)) for code, said in told]
    basis = ["read_by_model", "words_set_aside" if told else "all_words_used"]
    basis += ["assumed_reading"] if filled else []
    basis += ["dates_in_doubt"] if doubts else []
    score = _SURE - _COST_OF_ASIDE * bool(told) - _COST_OF_ASSUMPTION * len(filled)
    score -= _COST_OF_DOUBT * bool(doubts)
    return Reading(
        language,
        account.spans,
        (),
        tuple(assumed),
        round(score, 2),
        tuple(basis),
        translator="llm",
        prompt=prompt,
    )


def differing(reading: Reading, other: str) -> Reading:
    """The agent's reading of a question that the rules read otherwise."""
    told = Assumption("readers_differ", assumption_text("readers_differ", (other,), reading.language))
    return replace(
        reading,
        assumptions=(*reading.assumptions, told),
        confidence=round(reading.confidence - _COST_OF_OTHER, 2),
        basis=(*reading.basis, "readers_differ"),
    )


def refusal_of(code: str, subject: str, metrics: tuple[str, ...], model: Model, reading: Reading) -> Refusal:
    """A refusal in the service's own words, with questions about the metrics named instead."""
    language = reading.language
    near = [
        model.metrics[name] for name in metrics if name in model.metrics and not model.metrics[name].definition.hidden
    ]
    labels = [metric.label.in_language(language) for metric in near[:_SUGGESTED]]
    offered = tuple(
        label if metric.is_stock else suggestion_text(label, language)
        for metric, label in zip(near, labels, strict=False)
    )
    shown = tuple(labels) if code == "unknown_metric" else ()
    return Refusal(code, refusal_text(code, subject, shown, language), offered, reading)
