"""A message in, the body of its answer out: idempotent by message id, with what the conversation remembers.

Shared by every channel that talks: HTTP, the evaluation, later chat platforms. Knows no transport.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from chat_service.answer import answer
from chat_service.asking import Answer, Asked, Stage, Stopwatch
from chat_service.channels.bodies import chat_body, parts
from chat_service.channels.given import Given, GivenAnswers
from chat_service.channels.wire import ChatBody, ChatRequest
from chat_service.channels.wire_conversations import (
    ConversationBody,
    ConversationsBody,
    ConversationSummaryBody,
    GivenBody,
    TurnBody,
)
from chat_service.conversation.memory import (
    MEMORY,
    ConversationSummary,
    Feedback,
    Memory,
    Store,
    Turn,
    TurnTakenError,
)
from chat_service.conversation.shown import things_shown
from chat_service.outcomes import Choice, Question
from chat_service.saved.deeds import Desk
from chat_service.saved.offering import answer_wish
from chat_service.services import Services
from semantic_layer import HuitouError, MetricQuery, Problem, Reader, as_asked, ensure_wanted, problem

# what is refused for good: nothing goes on from it
_FOR_GOOD = frozenset({"off_topic", "read_only", "future_period", "forecast", "statistic"})
_TRIES = 20  # other workers may answer messages of the same conversation, each of them in turn
_LOG = logging.getLogger("huitou.service")


@problem(
    "unknown_choice",
    zh="这次对话里“{clarification_id}”没有可选的“{choice_id}”。",
    en="There is no open choice '{choice_id}' of '{clarification_id}' in this conversation.",
)
class UnknownChoice(Problem):
    """A selection of a clarification that is not open in this conversation."""

    clarification_id: str
    choice_id: str


@problem(
    "message_id_reused",
    zh="消息编号“{message_id}”之前已用于另一条消息。",
    en="The message id '{message_id}' was sent before with another message.",
)
class MessageIdReused(Problem):
    """A message id that was used for another message."""

    message_id: str


@problem(
    "unknown_conversation",
    zh="没有对话“{conversation_id}”。",
    en="There is no conversation '{conversation_id}'.",
)
class UnknownConversation(Problem):
    """A conversation that this reader does not have."""

    conversation_id: str


@problem(
    "unknown_answer",
    zh="没有编号为“{request_id}”的回答。",
    en="There is no answer '{request_id}'.",
)
class UnknownAnswer(Problem):
    """A request id under which this reader was not answered."""

    request_id: str


@problem(
    "unknown_dimension",
    zh="没有维度“{name}”。GET /v1/dimensions 列出全部维度。",
    en="There is no dimension '{name}'. GET /v1/dimensions lists them.",
)
class UnknownDimension(Problem):
    """A dimension that the model does not have."""

    name: str


@problem(
    "translator_unavailable",
    zh="这里没有配置翻译器“{translator}”，它需要密钥；可用的是“offline”和“auto”。",
    en="The translator '{translator}' is not set up here: it needs a key. 'offline' and 'auto' are.",
)
class TranslatorUnavailable(Problem):
    """A translator that this deployment does not have."""

    translator: str


class DialogueError(HuitouError):
    """A message that cannot be taken as it is: for the client."""


@problem(
    "conversation_moves",
    zh="对话“{conversation_id}”里的其他消息先得到了回答，请把这一条再发一次。",
    en="Other messages of '{conversation_id}' were answered in the meantime. Send this one again.",
)
class ConversationMoves(Problem):
    """Another message of the same conversation was always answered first."""

    conversation_id: str


@dataclass(frozen=True, eq=False)
class Dialogue:
    """Conversations over a store. `now` and `new_id` are the edge's clock and source of ids; with a `desk`, what people
    want kept or told is offered, and done."""

    services: Services
    store: Store
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    desk: Desk | None = None
    given: GivenAnswers = field(default_factory=GivenAnswers)

    def respond(
        self,
        message: ChatRequest,
        reader: Reader,
        request_id: str,
        on_stage: Callable[[Stage], None] = lambda _: None,
        *,
        client: str = "",
        on_answer: Callable[[Answer], None] = lambda _: None,
    ) -> str:
        """The answer's body as JSON. The same message under the same id gives the same bytes again, answered once.

        An id counts within the conversation that the message names; where it names none, for the `client` that sent
        it. Raises DialogueError for a message that does not fit the conversation, and HuitouError where there is no
        database to answer from, CallerLeft.
        """
        if message.translator == "llm" and not self.services.has_model:
            raise DialogueError(TranslatorUnavailable("llm"))
        scope = message.conversation_id or f"from {client}"
        whole = message.model_dump_json(exclude={"message_id"})
        message_id = message.message_id or self.new_id()
        conversation_id = message.conversation_id or self.new_id()
        for _ in range(_TRIES):
            before = self.store.answered(reader.name, scope, message_id) if message.message_id else None
            if before is not None:
                if before.request != whole:
                    raise DialogueError(MessageIdReused(message_id))
                return before.body
            asked = message.model_copy(update={"message_id": message_id, "conversation_id": conversation_id})
            # nothing came before in a conversation that begins
            last = self.store.latest(conversation_id) if message.conversation_id else None
            found = self._answered(asked, last, reader, request_id, on_stage, on_answer)
            turn = replace(found, scope=scope, request=whole)
            ensure_wanted()  # an answer that nobody waited for is no turn
            try:
                self.store.add(turn)
            except TurnTakenError:
                continue
            return turn.body
        raise DialogueError(ConversationMoves(conversation_id))

    def _answered(
        self,
        message: ChatRequest,
        last: Turn | None,
        reader: Reader,
        request_id: str,
        on_stage: Callable[[Stage], None],
        on_answer: Callable[[Answer], None],
    ) -> Turn:
        """The turn that comes after `last`, not kept yet."""
        conversation_id = message.conversation_id or ""
        if last is not None and last.reader != reader.name:
            raise DialogueError(UnknownConversation(conversation_id))
        memory = MEMORY.validate_json(last.memory) if last is not None else Memory()
        number = 1 if last is None else last.number + 1
        choice = _choice(message, memory)
        layer = self.services.layer_at(message.as_of)
        asked = Asked(_question(message, memory, layer.as_of, choice), reader, choice, message.translator)
        begins = last is None and choice is None and not self.services.has_model
        watch = Stopwatch(self.services.clock)
        known = self.given.get(asked) if begins else None
        given = known or self._newly_given(asked, memory, f"c{number}", request_id, on_stage, keeps=begins)
        found = given.answer if known is None else replace(known.answer, timings_ms=watch.total())
        on_answer(found)
        body = chat_body(
            found,
            layer,
            request_id=request_id,
            conversation_id=conversation_id,
            message_id=message.message_id,
            content=given.content,
        ).model_dump_json()
        return Turn(
            request_id=request_id,
            conversation_id=conversation_id,
            number=number,
            scope="",
            message_id=message.message_id or "",
            reader=reader.name,
            message=message.message,
            request="",
            asked_at=self.now().isoformat(timespec="seconds"),
            status=found.status,
            body=body,
            memory=given.memory,
        )

    def _newly_given(
        self,
        asked: Asked,
        memory: Memory,
        clarification_id: str,
        request_id: str,
        on_stage: Callable[[Stage], None],
        *,
        keeps: bool,
    ) -> Given:
        wished = None if self.desk is None else answer_wish(asked, self.services, self.desk)
        found = answer(asked, self.services, on_stage) if wished is None else wished
        if found.status == "error" and found.failure is not None:
            _LOG.error("%s: %s", request_id, found.failure, extra={"request_id": request_id})
        told = next((each.name for each in found.definitions if each.name in self.services.model.metrics), None)
        after = _after(memory, found, clarification_id, asked.question.text, told if found.request is None else None)
        content = parts(
            found, request_id=request_id, clarification_id=clarification_id, shows_sql=asked.reader.may_see_sql
        )
        given = Given(found, content, MEMORY.dump_json(after, by_alias=True).decode())
        if keeps and wished is None:
            self.given.keep(asked, given)
        return given


def conversation_body(
    conversation_id: str,
    turns: tuple[Turn, ...],
    limit: int,
    reader: Reader,
    *,
    title: str = "",
    given: Mapping[str, Feedback] | None = None,
) -> ConversationBody:
    """A page of turns, of which there is one more than the limit where another page follows. What the reader may no
    longer see is left out of what they once saw. `given` is what they thought of the answers, by request id."""
    page = turns[:limit]
    return ConversationBody(
        conversation_id=conversation_id,
        title=title,
        turns=tuple(_turn_body(turn, reader, (given or {}).get(turn.request_id)) for turn in page),
        next=page[-1].number if len(turns) > limit else None,
    )


def _turn_body(turn: Turn, reader: Reader, given: Feedback | None) -> TurnBody:
    thought = None if given is None else GivenBody(positive=given.positive, comment=given.comment)
    return TurnBody(message=turn.message, asked_at=turn.asked_at, answer=_kept(turn, reader), feedback=thought)


def _kept(turn: Turn, reader: Reader) -> ChatBody:
    body = ChatBody.model_validate_json(turn.body)
    if reader.may_see_sql:
        return body
    return body.model_copy(update={"content": tuple(part for part in body.content if part.type != "sql")})


def conversations_body(found: tuple[ConversationSummary, ...], limit: int) -> ConversationsBody:
    """A page of conversations, of which there is one more than the limit where another page follows."""
    page = found[:limit]
    return ConversationsBody(
        conversations=tuple(ConversationSummaryBody(**vars(each)) for each in page),
        next=page[-1].last_at if len(found) > limit else None,
    )


def _choice(message: ChatRequest, memory: Memory) -> Choice | None:
    if message.query is not None:
        # a reading as well, of the reader's own making
        return Choice("query", message.message, message.message, as_asked(message.query))
    if message.selection is None:
        return memory.choice_named(message.message)
    chosen = memory.choice(message.selection.clarification_id, message.selection.choice_id)
    if chosen is None:
        raise DialogueError(UnknownChoice(message.selection.clarification_id, message.selection.choice_id))
    return chosen


def _question(message: ChatRequest, memory: Memory, today: date, choice: Choice | None) -> Question:
    """The question to read; a choice without a request of its own is asked as the plain question that it says."""
    previous = memory.previous
    if previous is not None and memory.pending is not None:
        previous = replace(previous, pending=memory.pending)
    language = message.language
    if choice is not None and language is None and memory.pending is not None:
        language = memory.pending.reading.language
    text = message.message if choice is None else choice.message
    if choice is not None:
        return Question(text, today, language, previous)
    pending = memory.pending if previous is None else None
    return Question(text, today, language, previous, unread=memory.unread, pending=pending)


def _after(memory: Memory, found: Answer, clarification_id: str, text: str, told: str | None) -> Memory:
    """The state after an answer. How much a metric was last month may be asked right after what it is: `told`."""
    request = found.request if found.status in ("answered", "empty") else None
    if told is not None and memory.previous is None and len(found.definitions) == 1:
        request = MetricQuery(metrics=(told,))
    for_good = found.status != "clarification" and (found.trouble is None or found.trouble.code in _FOR_GOOD)
    is_open = found.status in ("clarification", "refused") and not for_good
    said = "" if "follow_up" in found.reading.basis else text
    finding = found.finding
    counted = found.reading.counted
    shown = None if finding is None else things_shown(finding.request, finding.table, finding.names.model, counted)
    unread = text if is_open else ""
    return memory.after(request, found.clarification, clarification_id, unread, said=said, shown=shown)
