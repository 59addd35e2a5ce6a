"""What the model may do beside replying: look names up, look values up, have a time reckoned, have a request checked.

None of them runs a request, writes, or leaves this process; what they give back is of the model, or a value of a
dimension without personal data. Answers are short, since they are paid for.
"""

from __future__ import annotations

import json

from langchain.tools import BaseTool, ToolRuntime, tool
from pydantic import JsonValue

from chat_service.translate.agent.asking import Run
from chat_service.translate.agent.building import UnbuildableError, built
from chat_service.translate.agent.periods import UnreadableError, period_of_words
from chat_service.translate.agent.reply import Json, RequestAnswer

_LONGEST = 200


@tool
def find_names(phrase: str, runtime: ToolRuntime[Run]) -> str:
    """Metrics, dimensions, fields, behaviours and named populations nearest in meaning to a phrase (zh or en)."""
    asking = runtime.context.asking
    asking.say("looking_up")
    found = asking.ground.finder.find(phrase[:_LONGEST], limit=8)
    return "\n".join(f"{each.kind} {each.line}" for each in found) or "nothing near"


@tool
def find_values(text: str, runtime: ToolRuntime[Run], dimension: str = "") -> str:
    """Values of dimensions by exact text, label, synonym, pinyin or likeness; of one dimension if named."""
    asking = runtime.context.asking
    asking.say("looking_up")
    if dimension and dimension not in asking.ground.model.dimensions:
        return f"there is no dimension '{dimension}'"
    found = asking.ground.nearest_values(text[:_LONGEST], dimension or None)
    return json.dumps(found, ensure_ascii=False) if found else "nothing near"


@tool
def resolve_period(words: str, runtime: ToolRuntime[Run], by: str = "") -> str:
    """The dates that words about time mean here, half-open; `by` is a grain that the answer is grouped by."""
    asking = runtime.context.asking
    asking.say("looking_up")
    grains = tuple(grain for grain in ("day", "week", "month", "quarter", "year") if grain == by)
    try:
        period = period_of_words(words[:_LONGEST], asking.question.today, grains)
    except UnreadableError as error:
        return error.reason
    return "no period: all of history" if period is None else f"{period} grain {period.grain or 'none'}"


@tool
def check_request(
    answer: RequestAnswer,
    request: dict[str, JsonValue],
    runtime: ToolRuntime[Run],
) -> str:
    """Check a request without running it: its problems with the nearest names, or the reading in words."""
    asking = runtime.context.asking
    asking.say("checking")
    written: Json = request
    try:
        typed, _ = built(answer, written, asking.question.today)
    except UnbuildableError as error:
        return "\n".join(error.reasons)
    problems = asking.ground.problems(typed, asking.question.today)
    if problems:
        return "\n".join(problems)
    return f"good: {asking.ground.restated(typed, asking.language, asking.question.today)}"


LOOKUPS: tuple[BaseTool, ...] = (find_names, find_values, resolve_period, check_request)
