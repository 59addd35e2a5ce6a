"""A wish in words to an offer: what would be kept or set, as a question back whose choices do it.

Nothing is written here, and nothing that was not asked for: a choice that is taken is a `Deed`, done in `deeds.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from chat_service.asking import Answer, Asked, Trouble
from chat_service.language.phrases import said, sentences
from chat_service.outcomes import (
    Answerable,
    Choice,
    Clarification,
    Language,
    Reading,
    Refusal,
)
from chat_service.present import offers
from chat_service.present.export.document import ExportError
from chat_service.present.figures import threshold_figure
from chat_service.present.names import Names
from chat_service.present.restate import restate
from chat_service.saved.conditions import (
    Change,
    Condition,
    Digest,
    Every,
    Threshold,
    Unusual,
    Watching,
    check_fits,
    watched,
)
from chat_service.saved.dashboards import UnknownDashboard
from chat_service.saved.deeds import Deed, Desk, done
from chat_service.saved.looking import TARGETS, check_target
from chat_service.saved.moving import unit_of
from chat_service.saved.ours import ends, meant, told_of
from chat_service.saved.records import GroupRobot, Mail, Target
from chat_service.saved.schedule import SavedError
from chat_service.saved.telling import NothingToDigest, has_numbers, last_whole
from chat_service.saved.wishes import Keep, Ours, Report, Summary, Watch, Wished, read_wish
from chat_service.services import Services
from chat_service.settings import Settings
from chat_service.translate.grammar.parse import language_of
from semantic_layer import ListQuery, MetricQuery, QueryError, Reader, Request, of_entity

_MOST_BOARDS, _MOST_TARGETS, _LONGEST_NAME = 4, 5, 100
_EACH_DAY = "daily at 09:00"


def answer_wish(asked: Asked, services: Services, desk: Desk) -> Answer | None:
    """The answer to a message that wants something kept or told, or that takes such an offer; None to any other.
    Raises EngineError, StoreError."""
    question, language = asked.question, language_of(asked.question.text, asked.question.language)
    wished = read_wish(question.text) if asked.choice is None else None
    if wished is None and (asked.choice is None or not asked.choice.deed):
        return None
    try:
        if asked.choice is not None:
            deed = Deed.model_validate_json(asked.choice.deed)
            text = done(deed, asked.reader, language, services, desk)
            return Answer("answered", language, text, Reading(language, basis=("offer_taken",)))
        assert wished is not None, "as just seen"
        return _offered(wished, asked, language, services, desk)
    except (SavedError, QueryError, ExportError) as error:
        names = Names(services.model, language)
        return _refused(error.problems[0].code, error.sentences(language, names.known), language)


def _offered(wished: Wished, asked: Asked, language: Language, services: Services, desk: Desk) -> Answer:
    if isinstance(wished, Summary):
        return _digest_offered(wished, asked.reader, language, services, desk)
    if isinstance(wished, Ours):
        return _ours(wished, asked.reader, language, services, desk)
    names, today = Names(services.model, language), services.layer.as_of
    request = _request_of(wished, asked, services)
    if isinstance(request, str):
        return _refused("wish_not_understood", request or said(offers.NOTHING_BEFORE, language), language)
    condition: Condition | None = Every() if isinstance(wished, Report) else None
    if isinstance(wished, Watch):
        condition, request = wished.condition, _watchable(request, wished.condition, today)
        prepared = services.layer.prepare(watched(request, wished.condition), asked.reader)
        check_fits(wished.condition, prepared.columns)
        if _is_no_rate(wished.condition, request, services):
            return _refused("wish_not_understood", said(offers.NO_RATE, language), language)
    about = restate(request, names, today)
    named = wished.name if isinstance(wished, Keep) else ""
    previous = asked.question.previous
    said_before = previous.said if previous is not None else ""  # dates in what it is restated as would grow old
    deed = Deed(
        name=(named or wished.about or said_before or about)[:_LONGEST_NAME],
        request=request,
        moves=unit_of(request),
        condition=condition,
    )
    if isinstance(wished, Keep):
        choices = tuple(_keeping(wished, deed, asked.reader, language, desk))
        text = said(offers.KEEP, language, about=about, name=deed.name)
    else:
        deed = deed.model_copy(update={"schedule": wished.schedule if isinstance(wished, Report) else _EACH_DAY})
        targets = _targets(asked.reader, services.settings, desk)
        choices = tuple(_telling(deed, targets, language))
        text = _told_when(wished, deed, about, request, names)
    if deed.moves is not None:
        text = sentences((text, said(offers.MOVES, language, unit=offers.unit_words(deed.moves, language))), language)
    return _asked_back(about, text, choices, language)


def _asked_back(about: str, text: str, choices: Sequence[Choice], language: Language) -> Answer:
    """The offer, with a way to leave it."""
    if not choices:
        return _refused("nowhere_to_tell", said(offers.NO_TARGET, language), language)
    no = Choice("no", said(offers.NO_CHOICE, language), said(offers.NO_CHOICE, language), deed=Deed().model_dump_json())
    reading = Reading(language, basis=("offer",))
    back = Clarification("offer", about, text, (*choices, no), reading)
    return Answer("clarification", language, text, reading, clarification=back)


def _ours(wished: Ours, reader: Reader, language: Language, services: Services, desk: Desk) -> Answer:
    """The reader's alerts, or which of them is to be deleted."""
    found = meant(wished, reader, desk.boards.saved)
    if wished.is_end and found:
        choices = tuple(ends(found, language))
        return _asked_back(said(offers.WHICH_END, language), said(offers.WHICH_END, language), choices, language)
    return Answer("answered", language, told_of(found, services, language), Reading(language, basis=("alerts",)))


def _digest_offered(wished: Summary, reader: Reader, language: Language, services: Services, desk: Desk) -> Answer:
    """A digest of each dashboard that one can be written of, or of those that are named."""
    names, today, boards = Names(services.model, language), services.layer.as_of, desk.boards
    heads = [each for each in boards.heads(reader, language) if wished.board_name.casefold() in each.name.casefold()]
    shown = (boards.shown(each.dashboard_id, reader, today, language) for each in heads)
    found = [each for each in shown if has_numbers(each, names)]
    if not found:
        raise SavedError(NothingToDigest(heads[0].name) if heads else UnknownDashboard())
    targets = _targets(reader, services.settings, desk)[:_MOST_TARGETS]
    several = [(board, target) for board in found[:_MOST_BOARDS] for target in targets]
    deed = Deed(condition=Digest(unit=wished.unit), schedule=wished.schedule)
    choices = [
        _choice(
            f"digest{number}",
            said(offers.OF_BOARD_CHOICE, language, board=board.name, target=_called(target)),
            deed,
            name=offers.digest_words(wished.unit, language, board.name)[:_LONGEST_NAME],
            board_id=board.dashboard_id,
            target=target,
        )
        for number, (board, target) in enumerate(several, 1)
    ]
    name, unit = offers.digest_words(wished.unit, language), offers.unit_words(wished.unit, language)
    schedule = offers.schedule_words(wished.schedule, language)
    return _asked_back(name, said(offers.DIGEST, language, name=name, unit=unit, schedule=schedule), choices, language)


def _request_of(wished: Keep | Watch | Report, asked: Asked, services: Services) -> Request | str:
    """What is to be kept or told: the answer before, or the question inside of the message; else why there is none."""
    previous = asked.question.previous
    if not wished.about:
        return "" if previous is None else previous.request
    inside = replace(asked.question, text=wished.about)
    alone = replace(inside, previous=None, unread=(), pending=None)
    reading = services.for_reader(asked.reader)
    # a question that stands by itself is meant so; one that does not goes on from the one before
    outcome = reading.read(alone, asked.translator)
    if not isinstance(outcome, Answerable) and asked.question.previous is not None:
        outcome = reading.read(inside, asked.translator)
    if isinstance(outcome, Answerable):
        return of_entity(outcome.request, next(iter(services.model.entities), ""))
    why = outcome.question if isinstance(outcome, Clarification) else ""
    why = outcome.message if isinstance(outcome, Refusal) else why
    return said(offers.NOT_READ, outcome.reading.language, why=why or wished.about)


def _watchable(request: Request, condition: Watching, today: date) -> Request:
    """All rows of a list: those that are not shown cannot be watched. Of a number without a time, where a change is
    looked for, the last month; where the unusual is, its course by the unit that it was asked of, else by weeks."""
    if isinstance(request, ListQuery):
        return request.model_copy(update={"limit": None})
    if not isinstance(request, MetricQuery):
        return request
    if isinstance(condition, Change) and request.period is None:
        return request.model_copy(update={"period": last_whole("month", today)})
    if isinstance(condition, Unusual) and not request.group_by:
        unit = request.period.grain if request.period is not None and request.period.grain is not None else "week"
        return request.model_copy(update={"group_by": (unit,), "period": None})
    return request


def _is_no_rate(condition: Condition, request: Request, services: Services) -> bool:
    """Whether a rate is held to a number that no rate reaches: 20 in place of 20%."""
    if not isinstance(condition, Threshold | Change) or not isinstance(request, MetricQuery):
        return False
    is_rate = isinstance(condition, Change) or services.model.metrics[request.metrics[0]].unit == "percent"
    return is_rate and abs(condition.value) > 1


def _keeping(wished: Keep, deed: Deed, reader: Reader, language: Language, desk: Desk) -> Iterator[Choice]:
    if wished.board:
        own = [each for each in desk.boards.kept.dashboards() if each.owner == reader.name]
        meant = [each for each in own if each.name.casefold() == wished.board_name.casefold()]
        for number, each in enumerate((meant or own)[:_MOST_BOARDS], 1):
            label = said(offers.BOARD_CHOICE, language, board=each.name)
            yield _choice(f"board{number}", label, deed, board_id=each.dashboard_id)
        name = wished.board_name or said(offers.BOARD_NAME, language)
        if name not in {each.name for each in own}:
            yield _choice("new_board", said(offers.NEW_BOARD_CHOICE, language, board=name), deed, board_name=name)
    elif deed.moves is None:
        yield _choice("keep", said(offers.KEEP_CHOICE, language), deed)
    else:
        unit = offers.unit_words(deed.moves, language)
        yield _choice("keep", said(offers.MOVING_CHOICE, language, unit=unit), deed)
        yield _choice("keep_dates", said(offers.STANDING_CHOICE, language), deed, moves="stands")


def _telling(deed: Deed, targets: Sequence[Target], language: Language) -> Iterator[Choice]:
    for number, each in enumerate(targets[:_MOST_TARGETS], 1):
        label = said(offers.TO_CHOICE, language, target=_called(each))
        yield _choice(f"to{number}", label, deed, target=each)


def _choice(choice_id: str, label: str, deed: Deed, **more: object) -> Choice:
    return Choice(choice_id, label, label, deed=deed.model_copy(update=more).model_dump_json(by_alias=True))


def _targets(reader: Reader, settings: Settings, desk: Desk) -> list[Target]:
    """Where the reader may have something sent: where they have already, robots of groups, a mail address that they
    are known by."""
    known = [each for alert in desk.boards.saved.alerts(reader.name) for each in TARGETS.validate_json(alert.targets)]
    robots = [GroupRobot(name=each) for each in settings.robots]
    own = [Mail(to=reader.name)] if "@" in reader.name.strip("@") else []
    return [each for each in dict.fromkeys((*known, *own, *robots)) if _may_be_sent_to(each, settings)]


def _may_be_sent_to(target: Target, settings: Settings) -> bool:
    try:
        check_target(target, settings)
    except SavedError:
        return False
    return True


def _called(target: Target) -> str:
    match target:
        case Mail():
            return target.to
        case GroupRobot():
            return target.name
    return target.url


def _told_when(wished: Watch | Report, deed: Deed, about: str, request: Request, names: Names) -> str:
    language = names.language
    schedule = offers.schedule_words(deed.schedule, language)
    if isinstance(wished, Report):
        return said(offers.REPORT, language, schedule=schedule, about=about)
    unit = names.model.metrics[request.metrics[0]].unit if isinstance(request, MetricQuery) else None
    match wished.condition:
        case Threshold(op=op, value=value):
            condition = offers.side_words(op, threshold_figure(value, unit, language), language)
        case Change(value=value):
            figure, is_rate = threshold_figure(abs(value), "percent", language), unit == "percent"
            condition = offers.change_condition(figure, language, rises=value > 0, is_rate=is_rate)
        case Unusual():
            condition = offers.odd_condition(language)
        case _:
            condition = offers.fresh_condition(language)
    return said(offers.WATCH, language, about=about, condition=condition, schedule=schedule)


def _refused(code: str, text: str, language: Language) -> Answer:
    return Answer("refused", language, text, Reading(language), trouble=Trouble(code, text))
