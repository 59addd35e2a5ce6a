"""Why there is no reply of a model, as problems with codes: what was met, whether to try again, whether it is the
server's.

Comes in: whatever openai, langchain or the socket raised. Goes out: a `ModelFailure`. All of them end the same way for
the asker: what the rules made of the question, or a refusal that says that the model is unavailable.
"""

from __future__ import annotations

import asyncio
import math
import re
from typing import Literal

import openai
from langchain_core.exceptions import LangChainException

from semantic_layer import HuitouError, Problem, Request, problem

Cause = Literal[
    "wrong_key",
    "forbidden",
    "not_found",
    "too_many_requests",
    "server_error",
    "unreachable",
    "timeout",
    "broken_stream",
    "empty_reply",
    "refused_by_provider",
    "malformed",
    "too_long",
    "bad_request",
    "no_usable_reply",
    "over_budget",
    "circuit_open",
    "cancelled",
]
_RETRIED: frozenset[Cause] = frozenset(
    {"too_many_requests", "server_error", "unreachable", "timeout", "broken_stream", "empty_reply", "malformed"}
)
# the server itself is at fault or out of reach: these open the circuit
_OF_SERVER = _RETRIED.union({"wrong_key", "forbidden", "not_found"})
_TOO_LONG = re.compile(
    r"context[ _](?:length|window)|too many tokens|prompt is too long|maximum context", re.IGNORECASE
)
_SECRET = re.compile(r"\b(sk|key|Bearer)[-\s][\w*.-]{6,}")


@problem(
    "model_failure",
    zh="语言模型没有给出可用的回答（`{cause}`）[：{said}]。",
    en="The language model gave no usable reply ({cause})[: {said}].",
)
class ModelFailure(Problem):
    """The language model gave no reply that can be used; `cause` says which failure it was (docs/agent.md)."""

    cause: Cause
    said: str = ""

    @property
    def is_retried(self) -> bool:
        """Whether the same call may succeed a moment later."""
        return self.cause in _RETRIED

    @property
    def is_servers(self) -> bool:
        """Whether it tells of the server, not of one question."""
        return self.cause in _OF_SERVER


class ModelError(HuitouError):
    """Carries a failure out of the agent. `retry_after_seconds` is what the server asked for, if it did; `unsaid` are
    words of the question that no reply placed, `meant` the last request against which only these spoke."""

    def __init__(self, failure: ModelFailure, retry_after_seconds: float | None = None) -> None:
        super().__init__(failure)
        self.failure = failure
        self.retry_after_seconds = retry_after_seconds
        self.unsaid: tuple[str, ...] = ()
        self.meant: Request | None = None


# what openai, langchain and the socket raise; json's and pydantic's errors are ValueErrors
CAUGHT: tuple[type[Exception], ...] = (
    ModelError,
    openai.OpenAIError,
    LangChainException,
    asyncio.TimeoutError,
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
)


def failure_of(error: BaseException) -> ModelError:
    """What an error means.

    >>> failure_of(TimeoutError()).failure.cause
    'timeout'
    """
    inner: BaseException | None = error
    while inner is not None:  # what a recording says comes wrapped
        if isinstance(inner, ModelError):
            return inner
        inner = inner.__cause__
    said = _SECRET.sub("…", str(getattr(error, "message", error)))[:200]
    return ModelError(ModelFailure(_cause(error, said), said), _retry_after(error))


_OF_STATUS: dict[int, Cause] = {
    401: "wrong_key",
    403: "forbidden",
    404: "not_found",
    408: "timeout",
    413: "too_long",
    429: "too_many_requests",
}


def _cause(error: BaseException, said: str) -> Cause:
    match error:
        case openai.APITimeoutError() | asyncio.TimeoutError():
            return "timeout"
        case openai.APIConnectionError():
            return "broken_stream" if "peer closed" in _whole(error) else "unreachable"
        case openai.APIStatusError(status_code=status):
            if _TOO_LONG.search(said):
                return "too_long"
            return _OF_STATUS.get(status, "server_error" if status >= 500 else "bad_request")
        case openai.APIError():
            return "too_long" if _TOO_LONG.search(said) else "server_error"
        case OSError():
            return "unreachable"
    return "malformed"


def _whole(error: BaseException | None) -> str:
    """What an error and those behind it say."""
    return "" if error is None else f"{error} {_whole(error.__cause__)}"


def _retry_after(error: BaseException) -> float | None:
    response = getattr(error, "response", None)
    value = getattr(response, "headers", {}).get("retry-after") if response is not None else None
    try:
        seconds = float(value) if value is not None else None
    except ValueError:
        return None
    return seconds if seconds is not None and math.isfinite(seconds) and seconds >= 0 else None
