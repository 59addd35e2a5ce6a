"""Asks this process's own answering path, through the same dialogue that every channel uses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from uuid import uuid4

from chat_service.channels.dialogue import Dialogue
from chat_service.channels.wire import ChatRequest
from chat_service.evaluate.reply import Reply
from chat_service.translate.agent.usage import Usage
from semantic_layer import Reader


@dataclass(frozen=True, eq=False)
class DialogueAsker:
    """An `Asker` over a dialogue; `used` is what each question took of the language model.

    What is no question's fault (no database, no such translator) raises HuitouError.
    """

    dialogue: Dialogue
    reader: Reader
    translator: Literal["auto", "offline", "llm"] = "auto"
    used: list[Usage] = field(default_factory=list)

    def ask(self, text: str, conversation_id: str | None) -> Reply:
        """The answer's body, read back from the JSON that a client would get."""
        message = ChatRequest(message=text, conversation_id=conversation_id, translator=self.translator)
        before = self.dialogue.services.model_usage()
        reply = Reply.model_validate_json(self.dialogue.respond(message, self.reader, str(uuid4())))
        self.used.append(self.dialogue.services.model_usage() - before)
        return reply
