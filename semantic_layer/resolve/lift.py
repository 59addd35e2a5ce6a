"""What a trial did, resolved: its rows with their arm, whether they succeeded, and what they brought."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlglot import exp

from semantic_layer.errors import Problem
from semantic_layer.model.definitions import TrialDefinition
from semantic_layer.model.names import parse_name
from semantic_layer.query.cautions import BeforeAndAfter, CostNotShared, NotAnExperiment
from semantic_layer.query.lifted import EXTRA
from semantic_layer.query.problems import MissingTable, NothingBefore, NotSeen, UnknownName
from semantic_layer.query.requests import FieldFilter, LiftQuery
from semantic_layer.query.result import Column, ColumnRole, Label
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.filters import FilterBinder, told
from semantic_layer.resolve.names import named, tell_untimed, unknown_in
from semantic_layer.resolve.resolved import ResolvedLift
from semantic_layer.resolve.result_columns import key_column
from semantic_layer.resolve.rows import QueryRows
from semantic_layer.resolve.sense import period_problems
from semantic_layer.resolve.unreachable import NOT_BOUND, not_bound
from semantic_layer.time.periods import Period

# what the two arms of each contrast are called
_ARMS = {
    "control": (("处理组", "treated"), ("对照组", "control")),
    "seen": (("看到的", "noticed"), ("没看到的", "not noticed")),
    "before": (("之后", "after"), ("之前", "before")),
}


def resolve_lift(query: LiftQuery, context: Context) -> ResolvedLift:
    """What a trial did, resolved. Raises QueryError with every problem."""
    trials = context.model.trials
    trial = trials.get(query.trial) if query.trial else next(iter(trials.values()), None)
    if trial is None:
        context.problems.append(UnknownName("trial", "trial", query.trial or "?", tuple(trials)))
        context.finish()
        raise AssertionError("finish raises")
    context.problems.extend(_unknown(query, trial, context))
    context.finish()
    found = _bound(query, trial, context)
    context.finish()
    assert found is not None, "what could not be bound is a problem"
    return found


def _unknown(query: LiftQuery, trial: TrialDefinition, context: Context) -> Iterator[Problem]:
    yield from unknown_in(query.filters, context, "filters")
    yield from period_problems(query.period, "period", context)
    tell_untimed(query.filters, query.period, context)
    if query.by is not None:
        yield from named(query.by, "dimension", "by", {}, context)
    if query.contrast == "seen" and trial.seen is None:
        yield NotSeen("contrast", trial.name)
    if query.contrast == "before" and trial.before is None:
        yield NothingBefore("contrast", trial.name)
    missing = context.unavailable.get(trial.dataset, ())
    if missing:
        yield MissingTable("trial", trial.name, tuple(sorted(missing)))


def _bound(query: LiftQuery, trial: TrialDefinition, context: Context) -> ResolvedLift | None:
    model, binder = context.model, context.binder
    has_cost = trial.cost is not None and _has_own_cost(query, trial, context)
    if trial.cost is not None and not has_cost and query.contrast == "control":
        context.cautions.append(CostNotShared("filters", trial.name))
    names = (query.by,) if query.by is not None else ()
    texts = [trial.within, trial.treatment, trial.control, trial.success]
    texts += [each.expression for each in trial.amounts]
    texts += [trial.cost] if has_cost and trial.cost is not None else []
    contrasted = {"seen": trial.seen, "before": trial.before}.get(query.contrast)
    texts += [contrasted] if contrasted is not None else []
    time = model.datasets[trial.dataset].definition.time
    try:
        rows = QueryRows(context, query.filters, context.reader.policies).of(trial.dataset, names, None)
        bound = {text: binder.bind(model.parsed(text), trial.dataset) for text in texts}
        placed = binder.bind(model.parsed(time), trial.dataset) if time is not None else None
        needs = {trial.dataset, *(step.target for step in rows.steps)}
        needs |= {each for part in (*bound.values(), *([placed] if placed else [])) for each in part.datasets}
        steps = binder.steps(trial.dataset, needs)
    except NOT_BOUND as error:
        context.problems.append(not_bound(error, "by", trial.name, model))
        return None
    if query.contrast == "seen":
        context.cautions.append(NotAnExperiment("contrast", trial.name))
    elif query.contrast == "before":
        context.cautions.append(BeforeAndAfter("contrast", trial.name))
    treated, others = _arms(query, trial, {text: each.expression for text, each in bound.items()})
    # what those who took notice, or anybody later, spent more was brought by nobody
    amounts = () if query.contrast != "control" else tuple(bound[each.expression].expression for each in trial.amounts)
    return ResolvedLift(
        trial=trial.name,
        dataset=trial.dataset,
        steps=steps,
        key=rows.keys[0] if rows.keys else None,
        conditions=rows.filters,
        within=bound[trial.within].expression,
        treated=treated,
        others=others,
        success=bound[trial.success].expression,
        others_success=bound[trial.before].expression if query.contrast == "before" and trial.before else None,
        amounts=amounts,
        cost=bound[trial.cost].expression if has_cost and trial.cost is not None else None,
        returns=next((at for at, each in enumerate(trial.amounts) if each.name == trial.returns), None),
        worst_first=query.worst_first,
        shown=query.limit,
        time=placed.expression if placed is not None else None,
        period=(query.period or Period()).cut_after(context.as_of),
        end=context.as_of + timedelta(days=1),
        columns=_columns(query, trial, context, has_cost=has_cost),
        filters=told(query.filters, context.reader.policies),
    )


def _arms(query: LiftQuery, trial: TrialDefinition, bound: dict[str, exp.Expr]) -> tuple[exp.Expr, exp.Expr]:
    treatment = exp.Paren(this=bound[trial.treatment].copy())
    if query.contrast == "before":
        return treatment, treatment
    if query.contrast == "control" or trial.seen is None:
        return treatment, exp.Paren(this=bound[trial.control].copy())
    seen = exp.Coalesce(this=exp.Paren(this=bound[trial.seen].copy()), expressions=[exp.false()])
    unseen = exp.And(this=treatment.copy(), expression=exp.Not(this=seen.copy()))
    return exp.Paren(this=exp.And(this=treatment, expression=seen)), exp.Paren(this=unseen)


def _has_own_cost(query: LiftQuery, trial: TrialDefinition, context: Context) -> bool:
    """Whether what is asked for are whole trials: a part of the people in one has no cost of its own."""
    column = parse_name(trial.cost or "")
    home = column.table if column is not None and column.table else trial.dataset
    asked = [*query.filters, *([FieldFilter(field=query.by, op="is not null")] if query.by is not None else [])]
    if query.contrast != "control" or context.reader.policies:
        return False
    try:
        return all(isinstance(each, FieldFilter) and bool(FilterBinder(context, home).bind(each)) for each in asked)
    except NOT_BOUND:
        return False


def _columns(query: LiftQuery, trial: TrialDefinition, context: Context, *, has_cost: bool) -> tuple[Column, ...]:
    is_tried = query.contrast == "control"
    one, other = _ARMS[query.contrast]
    won = trial.succeeded

    def column(name: str, zh: str, en: str, unit: str | None, role: ColumnRole = "comparison") -> Column:
        part = "change" if name.startswith("difference") else "value"
        return Column(name, role, "number", Label(zh, en), unit=unit, part=part)  # type: ignore[arg-type]

    found = [
        Column("treated", "comparison", "integer", Label(f"{one[0]}人数", one[1]), unit="count"),
        Column("controls", "comparison", "integer", Label(f"{other[0]}人数", other[1]), unit="count"),
        column("treated_rate", f"{one[0]}{won.zh}率", f"{won.en} rate, {one[1]}", "percent"),
        column("control_rate", f"{other[0]}{won.zh}率", f"{won.en} rate, {other[1]}", "percent"),
        column("difference", "相差", "difference", "percent", "metric"),
        column("difference_low", "相差下限", "difference from", "percent"),
        column("difference_high", "相差上限", "difference to", "percent"),
        column("lift", "相对提升", "relative lift", "percent"),
        column("p_value", "p值", "p-value", "p-value"),
        column("detectable", "能测出的最小差异", "smallest detectable difference", "percent"),
    ]
    if is_tried:
        found.append(column(EXTRA, f"增量{won.zh}数", f"incremental {won.en}s", "count"))
    for each in trial.amounts if is_tried else ():
        for end, zh, en in (("", "", ""), ("_low", "下限", " from"), ("_high", "上限", " to")):
            label = (f"增量{each.label.zh}{zh}", f"incremental {each.label.en}{en}")
            found.append(column(f"extra_{each.name}{end}", *label, each.unit))
    if has_cost:
        unit = next((each.unit for each in trial.amounts if each.name == trial.returns), None)
        found += [
            column("cost", "成本", "cost", unit),
            column("roi", "增量ROI", "incremental ROI", "percent"),
            column("roi_low", "增量ROI下限", "incremental ROI from", "percent"),
            column("roi_high", "增量ROI上限", "incremental ROI to", "percent"),
        ]
    return (*((key_column(context.model, query.by),) if query.by is not None else ()), *found)
