"""The whole path of a question on one page: question, outcome, request, result table, answer.

Comes in: a question with its reader, and the services. Goes out: an `Answer`, always; what cannot be answered is an
answer that says so. Knows no HTTP and no storage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chat_service.asking import Answer, Asked, Stage, Status, Stopwatch, Trouble
from chat_service.outcomes import (
    Answerable,
    CatalogueAsked,
    Clarification,
    DefinitionAsked,
    Outcome,
    Question,
    Reading,
    Refusal,
)
from chat_service.present.beside_lists import beside_list
from chat_service.present.catalogue import catalogue_text, greeting_text
from chat_service.present.chart.choose import choose_chart
from chat_service.present.choices import told_apart
from chat_service.present.definitions import definition_text, meanings, told_of
from chat_service.present.emptiness import Emptiness, first_day_behind, is_empty, is_idle, is_outside, relax
from chat_service.present.finding import Finding
from chat_service.present.names import Names
from chat_service.present.notes import notes
from chat_service.present.profiles import laid_out
from chat_service.present.restate import restate
from chat_service.present.suggestions import leading_metrics, suggest, suggest_for_metrics
from chat_service.present.text import describe, reading_remarks
from chat_service.services import Services
from chat_service.translate.grammar.parse import language_of
from semantic_layer import (
    EngineError,
    HuitouError,
    Layer,
    MetricQuery,
    OutOfMemory,
    Phrase,
    QueryCancelled,
    QueryError,
    QueryProblem,
    QueryTimeout,
    Reader,
    Request,
    ResultTable,
    ensure_wanted,
    of_entity,
)

_SUGGESTIBLE = 10_000  # suggestions remembered, at most
FOR_OPERATORS = Phrase(
    zh="现在无法回答，原因已记入日志，管理员可以按这次请求的编号查到。",
    en="This cannot be answered now. Whoever runs the service finds why in the log, under the id of this request.",
)


def answer(asked: Asked, services: Services, on_stage: Callable[[Stage], None] = lambda _: None) -> Answer:
    """The answer to a question. Raises nothing for any text; a broken database is an answer of status `error`."""
    watch = Stopwatch(services.clock)
    on_stage("translate")
    language = language_of(asked.question.text, asked.question.language)
    try:
        services = services.for_reader(asked.reader)
        outcome = _outcome(asked, services, on_stage)
        watch.lap("translate")
        ensure_wanted()
        found = _answer_outcome(outcome, asked, services, watch, on_stage)
    except (EngineError, QueryError) as error:
        # a QueryError here is of a reader of whom too little is known to tell what they may see
        trouble = _trouble(error, Names(services.model, language), services)
        status: Status = "refused" if isinstance(error, QueryError) else "error"
        found = Answer(status, language, trouble.message, Reading(language), trouble=trouble, failure=error)
    return replace(found, timings_ms=watch.total())


def answer_request(
    request: Request,
    reading: Reading,
    asked: Asked,
    services: Services,
    watch: Stopwatch,
    on_stage: Callable[[Stage], None],
) -> Answer:
    """The answer to a typed request: resolve, compile, run, present."""
    layer = services.layer_at(asked.question.today)
    request = of_entity(request, next(iter(services.model.entities), ""))
    names = Names(services.model, reading.language)
    base = Answer("answered", reading.language, "", reading, request)
    try:
        on_stage("compile")
        prepared = layer.prepare(request, asked.reader)
        watch.lap("compile")
        on_stage("execute")
        table = layer.execute(prepared)
        watch.lap("execute")
        ensure_wanted()
    except HuitouError as error:
        return _failed(base, error, names, layer, services)
    on_stage("present")
    finding = weighed(Finding(request, table, names, layer.as_of, prepared.filters), layer, asked.reader)
    restated = restate(request, names, layer.as_of, period=table.period, previous=table.previous_period)
    base = replace(
        base,
        restated=restated,
        prepared=prepared,
        finding=finding,
        definitions=meanings(told_of(request, services.model), names),
    )
    check = _checker(asked, services, layer, names)
    nothing = _emptiness(finding, asked.reader, layer)
    if nothing is not None:
        text = nothing.words(request, names)
        code = "outside_data" if nothing.is_outside_data else "no_rows"
        said = " ".join([text, *reading_remarks(reading)])
        wider = suggest(nothing.widened(request), names, layer.as_of, check)
        return replace(base, status="empty", text=said, trouble=Trouble(code, text), suggestions=wider)
    beside = beside_list(finding, lambda other: layer.run(other, asked.reader))
    return replace(
        base,
        finding=laid_out(finding),
        text=describe(finding, reading, services.worded(finding, restated, asked.question, on_stage), beside),
        chart=choose_chart(finding, restated, reading),
        notes=notes(finding, reading.chart),
        suggestions=suggest(request, names, layer.as_of, check),
    )


def weighed(finding: Finding, layer: Layer, reader: Reader) -> Finding:
    """The finding with how many are behind each of its rates by groups. Raises QueryError, EngineError."""
    if not finding.weighed or not isinstance(finding.request, MetricQuery):
        return finding
    query = finding.request.model_copy(update={"metrics": finding.weighed})
    return replace(finding, sizes=layer.group_sizes(query, finding.table, reader))


def _answer_outcome(
    outcome: Outcome, asked: Asked, services: Services, watch: Stopwatch, on_stage: Callable[[Stage], None]
) -> Answer:
    match outcome:
        case Answerable(request, reading):
            return answer_request(request, reading, asked, services, watch, on_stage)
        case DefinitionAsked(metrics, reading):
            return _defined(metrics, reading, asked, services)
        case CatalogueAsked():
            return _catalogue(outcome, asked, services)
        case Clarification():
            reading, today = outcome.reading, services.layer_at(asked.question.today).as_of
            told = told_apart(outcome, Names(services.model, reading.language), today)
            return Answer("clarification", reading.language, outcome.question, reading, clarification=told)
        case Refusal():
            return _refused(outcome)


def _outcome(asked: Asked, services: Services, on_stage: Callable[[Stage], None]) -> Outcome:
    if asked.choice is not None and asked.choice.request is not None:
        language = language_of(asked.question.text, asked.question.language)
        return Answerable(asked.choice.request, Reading(language, basis=("choice_taken",)))
    return services.read(asked.question, asked.translator, on_stage)


def _defined(metrics: tuple[str, ...], reading: Reading, asked: Asked, services: Services) -> Answer:
    names, layer = Names(services.model, reading.language), services.layer_at(asked.question.today)
    found = meanings(metrics, names)
    text = "\n".join([definition_text(found, names), *reading_remarks(reading)])
    offered = suggest_for_metrics(metrics, names, layer.as_of, _checker(asked, services, layer, names))
    return Answer("answered", reading.language, text, reading, definitions=found, suggestions=offered)


def _catalogue(outcome: CatalogueAsked, asked: Asked, services: Services) -> Answer:
    reading = outcome.reading
    names, layer = Names(services.model, reading.language), services.layer_at(asked.question.today)
    leading = leading_metrics(services.model)
    offered = suggest_for_metrics(leading, names, layer.as_of, _checker(asked, services, layer, names))
    text = greeting_text(names) if outcome.is_greeting else catalogue_text(names)
    return Answer("answered", reading.language, text, reading, suggestions=offered)


def _refused(outcome: Refusal) -> Answer:
    trouble = Trouble(outcome.code, outcome.message, outcome.details)
    reading = outcome.reading
    return Answer(
        "refused", reading.language, outcome.message, reading, suggestions=outcome.suggestions, trouble=trouble
    )


def _trouble(error: HuitouError, names: Names, services: Services) -> Trouble:
    said = error.sentences(names.language, names.known)
    if services.is_public and not _is_sayable(error):
        said = names.say(FOR_OPERATORS)
    return Trouble(error.problems[0].code, said)


def _is_sayable(error: HuitouError) -> bool:
    """Whether an asker who is not the operator may read it: it quotes no database and names no place."""
    sayable = QueryProblem | QueryTimeout | QueryCancelled | OutOfMemory
    return all(isinstance(each, sayable) for each in error.problems)


def _failed(base: Answer, error: HuitouError, names: Names, layer: Layer, services: Services) -> Answer:
    trouble = _trouble(error, names, services)
    restated = restate(base.request, names, layer.as_of) if base.request is not None else ""
    # what the asker can mend by asking otherwise, rather than the operator
    status: Status = "refused" if isinstance(error.problems[0], QueryProblem) else "error"
    return replace(base, status=status, text=trouble.message, trouble=trouble, restated=restated, failure=error)


def _emptiness(finding: Finding, reader: Reader, layer: Layer) -> Emptiness | None:
    request, table = finding.request, finding.table
    empty = is_empty(request, table)
    if not empty and not is_idle(request, table):
        return None

    def run(other: Request) -> ResultTable:
        return layer.run(other, reader)

    first_day = first_day_behind(request, layer)
    outside = is_outside(request, first_day, finding.today)
    if not empty and not outside:
        return None
    relaxed = () if outside else relax(request, finding.names, finding.today, run)
    return Emptiness(outside, first_day, finding.today, relaxed)


def _checker(asked: Asked, services: Services, layer: Layer, names: Names) -> Callable[[str, MetricQuery], bool]:
    """Whether a suggested question is read as it is meant, and can be compiled for this reader. Found out once for what
    is written alike but for its days, and for readers with the same rights, for as long as the data stay the same."""
    rights = (asked.reader.policies, asked.reader.may_see_personal)

    def is_answerable(question: str, meant: MetricQuery) -> bool:
        ensure_wanted()
        period = meant.period
        days = None if period is None else (period.grain, period.start is None, period.end is None)
        key = (names.language, meant.model_copy(update={"period": None}), days, rights)
        known = services.suggestible.get(key)
        if known is None:
            known = services.suggestible[key] = found_answerable(question, meant)
            if len(services.suggestible) > _SUGGESTIBLE:
                services.suggestible.clear()
        return known

    def found_answerable(question: str, meant: MetricQuery) -> bool:
        outcome = services.translator.translate(Question(question, asked.question.today))
        if not isinstance(outcome, Answerable) or not isinstance(outcome.request, MetricQuery):
            return False
        if outcome.reading.confidence < services.settings.rules_threshold:
            return False  # it would be asked whether it is meant
        read = outcome.request
        if read.metrics != meant.metrics or set(read.group_by) != set(meant.group_by) or outcome.reading.unused:
            return False
        try:
            layer.prepare(read, asked.reader)
        except QueryError:
            return False
        return True

    return is_answerable
