"""One question on its way through the agent: what tools and checks need to know of it, and what has come of it so far.

The typed context of the run. Belongs to one question and one run; nothing of it outlives them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from chat_service.outcomes import Language, Outcome, Question
from chat_service.translate.agent.budget import Purse
from chat_service.translate.agent.ground import Ground
from semantic_layer import Request

Step = Literal["asking_model", "looking_up", "checking", "waiting", "wording"]


class Asking:
    """A question, what it may still cost, and its outcome once there is one.

    `hint` is what the rules made of it, `meant` the model's last request against which only words spoke that it leaves
    out. `replies` counts what the model replied, `told` holds the doubts that it has already been told, `lookups` what
    it looked up. A plain class: LangChain takes dataclasses apart, down to their locks.
    """

    def __init__(
        self,
        question: Question,
        language: Language,
        ground: Ground,
        purse: Purse,
        say: Callable[[Step], None],
        hint: Outcome | None = None,
    ) -> None:
        self.question, self.language, self.ground = question, language, ground
        self.purse, self.say, self.hint = purse, say, hint
        self.outcome: Outcome | None = None
        self.meant: Request | None = None
        self.unsaid: tuple[str, ...] = ()
        self.replies = 0
        self.told: set[str] = set()
        self.lookups: list[str] = []


@dataclass(frozen=True)
class Run:
    """The typed context of a run: the question that it is about."""

    asking: Asking
