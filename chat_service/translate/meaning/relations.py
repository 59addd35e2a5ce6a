"""What the model's own expressions say of its metrics: which is a rate of which, which counts people or sums what.

Read from the definitions, never from names, so that another company's model works as the shipped one does.
"""

from __future__ import annotations

from functools import cached_property, lru_cache

from sqlglot import exp

from semantic_layer import Behaviour, EntityDefinition, Metric, Model, Scalar, is_money

_COUNTED = ("count", "points")


class Structure:
    """Relations between the metrics of a model."""

    def __init__(self, model: Model) -> None:
        self.model = model

    @cached_property
    def keys(self) -> frozenset[str]:
        """The key columns of the entities."""
        return frozenset(entity.key for entity in self.model.entities.values())

    @cached_property
    def people_metrics(self) -> frozenset[str]:
        """Metrics that count distinct entities."""
        return frozenset(name for name, metric in self.model.metrics.items() if self._counts_people(metric))

    def _counts_people(self, metric: Metric) -> bool:
        expression = metric.expression
        if not isinstance(expression, exp.Count) or not isinstance(expression.this, exp.Distinct):
            return False
        columns = expression.this.expressions
        return len(columns) == 1 and isinstance(columns[0], exp.Column) and columns[0].name in self.keys

    def people_of(self, metric: str) -> str | None:
        """The metric that counts the people behind a counting metric: same rows, distinct entities."""
        if self.one_each(metric):
            return metric
        wanted = self._rows(metric)
        people = (name for name in self.model.metrics if name in self.people_metrics)
        return next((name for name in people if self._rows(name) == wanted), None)

    def counts_keys_of(self, entity: EntityDefinition, metric: str) -> bool:
        """Whether a metric of people counts this entity and not another of the model."""
        if len(self.model.entities) == 1 or metric == entity.counted_by:
            return True
        expression = self.model.metrics[metric].expression
        keys = {column.name for column in expression.find_all(exp.Column)} if expression is not None else set()
        return keys == {entity.key}

    def _named_for_people(self, metric: str) -> bool:
        """Whether a count is called after an entity: churned customers, counted by the instants at which they churn."""
        one = self.model.metrics[metric]
        nouns = [e.label.zh for e in self.model.entities.values()]
        return self.counts_rows(metric) and any(noun in one.label.zh for noun in nouns)

    def _rows(self, metric: str) -> tuple[str | None, str]:
        return self._rows_of[metric]

    @cached_property
    def _rows_of(self) -> dict[str, tuple[str | None, str]]:
        metrics = self.model.metrics.values()
        return {m.name: (m.definition.dataset, m.filter.sql() if m.filter is not None else "") for m in metrics}

    def are_of_same_rows(self, metric: str, other: str) -> bool:
        """Whether two metrics are computed over the same rows of one dataset."""
        return self._rows(metric) == self._rows(other) and self.model.metrics[metric].definition.dataset is not None

    @cached_property
    def _ratios(self) -> dict[tuple[str, str], str]:
        """Derived metrics that are one metric over another, by the two."""
        found: dict[tuple[str, str], str] = {}
        for name, metric in self.model.metrics.items():
            expression = metric.expression
            if metric.kind == "derived" and isinstance(expression, exp.Div) and not metric.definition.hidden:
                over, under = expression.this, expression.expression
                if isinstance(over, exp.Column) and isinstance(under, exp.Column):
                    found.setdefault((over.name, under.name), name)
        return found

    def ratio(self, over: str, under: str) -> str | None:
        """The metric that is `over / under`, if the model has it."""
        return self._ratios.get((over, under))

    def per_person(self, metric: str) -> str | None:
        """The metric that spreads another over the people behind it."""
        for (over, under), name in self._ratios.items():
            if over == metric and under in self.people_metrics:
                return name
        return self._inline_per_person(metric)

    def _inline_per_person(self, metric: str) -> str | None:
        """The same, written in one expression over one dataset: count(*) / count(DISTINCT customer_id)."""
        wanted = self.model.metrics[metric].expression
        for name, other in self.model.metrics.items():
            expression = other.expression
            if not isinstance(expression, exp.Div) or self._rows(name) != self._rows(metric) or wanted is None:
                continue
            under = expression.expression
            if expression.this == wanted and isinstance(under, exp.Count) and isinstance(under.this, exp.Distinct):
                return name
        return None

    def per_day(self, metric: str) -> str | None:
        """The metric that spreads another over the days of the period, if the model has it."""
        wanted = self.model.metrics[metric].expression
        for name, other in self.model.metrics.items():
            expression = other.expression
            if not isinstance(expression, exp.Div) or self._rows(name) != self._rows(metric) or wanted is None:
                continue
            bounds = {node.name for node in expression.expression.find_all(exp.Placeholder)}
            if expression.this == wanted and bounds:
                return name
        return None

    def is_part(self, metric: str) -> bool:
        """Whether a metric is a part of a whole, never more than 1: no return on what was spent, which subtracts."""
        own = self.model.metrics[metric]
        return own.unit == "percent" and (own.expression is None or not own.expression.find(exp.Sub))

    def is_ratio(self, metric: str) -> bool:
        """Whether a metric is a rate or a mean, which cannot be shared out or added up."""
        return not self.model.metrics[metric].is_additive and metric not in self._counts

    @cached_property
    def _counts(self) -> frozenset[str]:
        counted = ((name, m) for name, m in self.model.metrics.items() if m.unit in _COUNTED or is_money(m.unit))
        return frozenset(name for name, metric in counted if not self._divides(metric))

    def _divides(self, metric: Metric) -> bool:
        expression = metric.expression
        return expression is None or expression.find(exp.Div, exp.Avg, exp.Median, exp.Max, exp.Min) is not None

    @cached_property
    def main_behaviour(self) -> Behaviour | None:
        """The behaviour that a money amount alone speaks of: the first one that has an amount in money."""
        for behaviour in self.model.behaviours.values():
            if behaviour.amount is not None and self.is_sum(behaviour.amount):
                return behaviour
        return next(iter(self.model.behaviours.values()), None)

    @cached_property
    def ahead(self) -> frozenset[str]:
        """The fields that tell how many days ahead something lies, from tomorrow on."""
        told = (metric.definition for metric in self.model.metrics.values())
        return frozenset(f"{each.dataset}.{each.ahead}" for each in told if each.ahead)

    def is_sum(self, metric: str) -> bool:
        """Whether the metric adds up one column of its rows."""
        return isinstance(self.model.metrics[metric].expression, exp.Sum)

    def row_field(self, metric: str) -> str | None:
        """The field of a row that the metric adds up or averages, as `dataset.field`."""
        one = self.model.metrics[metric]
        expression, dataset = one.expression, one.definition.dataset
        if not isinstance(expression, (exp.Sum, exp.Avg)) or dataset is None:
            return None
        column = expression.this
        if not isinstance(column, exp.Column):
            return None
        for field in self.model.datasets[dataset].fields.values():
            if field.name == column.name or (
                isinstance(field.expression, exp.Column) and field.expression.name == column.name
            ):
                return field.qualified
        return None

    def statistic(self, kind: str, *fields: str) -> str | None:
        """The metric that is the median, the largest or the smallest of one of the fields."""
        wanted = {"median": exp.Median, "max": exp.Max, "min": exp.Min}[kind]
        for name, one in self.model.metrics.items():
            column = one.expression.this if isinstance(one.expression, wanted) else None
            dataset = one.definition.dataset
            if isinstance(column, exp.Column) and dataset is not None and not one.definition.hidden:
                here = self.model.datasets[dataset].fields.values()
                if any(f.name == column.name and f.qualified in fields for f in here):
                    return name
        return None

    def amount_beside(self, metric: str) -> str | None:
        """The amount metric of the behaviour that a counting metric counts."""
        for behaviour in self.model.behaviours.values():
            if behaviour.metric == metric and behaviour.amount is not None:
                return behaviour.amount
        return None

    def behaviour_of(self, metric: str) -> Behaviour | None:
        """The behaviour that a metric counts, or whose amount it is."""
        for behaviour in self.model.behaviours.values():
            if metric in (behaviour.metric, behaviour.amount):
                return behaviour
        return None

    def counts_rows(self, metric: str) -> bool:
        """Whether the metric just counts rows: the word for it may be the word for the rows themselves."""
        expression = self.model.metrics[metric].expression
        return isinstance(expression, exp.Count) and isinstance(expression.this, exp.Star)

    def counted_in(self, dataset: str) -> str | None:
        """The first behaviour's metric that counts rows of a dataset that has several for an entity."""
        done = (behaviour.metric for behaviour in self.model.behaviours.values())
        return next(
            (
                n
                for n in done
                if self.model.metrics[n].definition.dataset == dataset and self.counts_rows(n) and not self.one_each(n)
            ),
            None,
        )

    def counting_rows(self, metric: str) -> str | None:
        """The metric that counts the rows of another: same dataset, same condition."""
        wanted = self._rows(metric)
        return next(
            (name for name in self.model.metrics if self.counts_rows(name) and self._rows(name) == wanted), None
        )

    def looks_back(self, metric: str) -> bool:
        """Whether the metric's own condition speaks of the time before the period: returning customers."""
        condition = self.model.metrics[metric].filter
        return condition is not None and any(
            node.name == "bucket_start" for node in condition.find_all(exp.Placeholder)
        )

    def one_each(self, metric: str) -> bool:
        """Whether the metric counts entities: distinct ones, or rows of a dataset that has one for each."""
        return metric in self.headcounts

    @cached_property
    def firsts(self) -> frozenset[str]:
        """The behaviours that an entity does once, of rows that are not its own: a first order, no registration."""
        model, own = self.model, {entity.dataset for entity in self.model.entities.values()}
        metrics = {name: behaviour.metric for name, behaviour in model.behaviours.items()}
        return frozenset(
            name
            for name, metric in metrics.items()
            if self.one_each(metric) and self.stands_on(metric).isdisjoint(own) and not model.metrics[metric].is_stock
        )

    @cached_property
    def headcounts(self) -> frozenset[str]:
        """The metrics that count entities."""
        return frozenset(filter(self._is_headcount, self.model.metrics))

    def _is_headcount(self, metric: str) -> bool:
        one = self.model.metrics[metric]
        if metric in self.people_metrics or self._named_for_people(metric):
            return True
        dataset = one.definition.dataset
        counted = one.unit == "count" and dataset is not None and one.kind == "simple"
        if not counted or dataset is None:
            return False
        return (
            self.model.datasets[dataset].primary_key in {(key,) for key in self.keys}
            or one.is_stock
            or one.definition.per is not None
        )

    def is_first_of(self, metric: str, other: str) -> bool:
        """Whether a metric counts entities by the first of what another counts: new customers, of their orders."""
        model = self.model
        home, rows = (model.datasets.get(model.metrics[each].definition.dataset or "") for each in (metric, other))
        if home is None or rows is None or home.source is None or not self.one_each(metric) or metric == other:
            return False
        time = model.metrics[metric].definition.time or home.definition.time
        firsts = (each for each in home.source.expressions if isinstance(each.unalias(), exp.Min))
        return home.requires == rows.requires and any(each.alias == time for each in firsts)

    def narrowing(self, metric: str, other: str) -> tuple[tuple[str, Scalar], ...] | None:
        """What rows of `metric` keep that rows of `other` do not: fields with values; None where they are other rows.

        Resolution hours of complaints: complaints are tickets with `is_complaint`.
        """
        one = self.model.metrics[metric]
        leaves = self.model.leaves(other)
        if any(leaf.name == metric for leaf in leaves):
            return ()
        dataset = one.definition.dataset
        if dataset is None or any(not self._near(leaf.definition.dataset, dataset) for leaf in leaves):
            return None
        if one.filter is None or all(leaf.filter is not None and leaf.filter == one.filter for leaf in leaves):
            return ()
        if any(leaf.definition.dataset != dataset for leaf in leaves):
            return ()
        rates = (part for leaf in leaves if leaf.expression for part in leaf.expression.find_all(exp.Filter))
        told = {column.name for part in rates for column in part.expression.find_all(exp.Column)}
        found = self._values_of(one.filter, dataset)  # the renewal rate of renewals is that of all who might renew
        return found and tuple(each for each in found if each[0].rpartition(".")[2] not in told)

    def _near(self, dataset: str | None, other: str) -> bool:
        if dataset is None:
            return False
        return (
            dataset == other
            or (
                other in self.model.paths.get(dataset, {})
                and self.model.datasets[dataset].primary_key == self.model.datasets[other].primary_key
            )
            or (
                dataset != other
                and other in self.model.paths.get(dataset, {})
                and other not in {e.dataset for e in self.model.entities.values()}
            )
        )

    def _values_of(self, condition: exp.Expr, dataset: str) -> tuple[tuple[str, Scalar], ...] | None:
        fields = self.model.datasets[dataset].fields
        if isinstance(condition, exp.Column) and condition.name in fields:
            return ((fields[condition.name].qualified, True),)
        if (
            isinstance(condition, exp.EQ)
            and isinstance(condition.this, exp.Column)
            and isinstance(condition.expression, exp.Literal)
        ) and condition.this.name in fields:
            return ((fields[condition.this.name].qualified, str(condition.expression.this)),)
        return None

    def stands_on(self, metric: str) -> frozenset[str]:
        """The datasets that the metric's groups are made over."""
        return frozenset(self.model.grouping_datasets(metric))

    def may_lack(self, metric: str, dimension: str) -> bool:
        """Whether rows that the metric counts may have no value of the dimension because they point at nothing.

        An order without a store or campaign; not what the rows' own key points at, nor what some metrics are made for.
        """
        if dimension in self.model.grains or self.entity_dimension(dimension):
            return False
        target = self.model.dimensions[dimension]
        if any(field.definition.sparse for field in target.fields):
            return True
        made_for = {each.dataset for m in self.model.metrics.values() for each in m.definition.instead}
        fields = [(*each, each[0].field_on(target, each[1])) for each in self.model.grouped_rows(metric)]
        return all(
            field is not None
            and field.dataset not in made_for
            and field.dataset != dataset
            and any(
                not {source for source, _ in step.on} <= set(self.model.datasets[step.source].primary_key)
                for step in seen.paths[dataset][field.dataset]
            )
            for seen, dataset, field in fields
        )

    def entity_dimension(self, dimension: str) -> bool:
        """Whether rows of an entity's own dataset carry the dimension, and not in a role that is one among others."""
        target = self.model.dimensions.get(dimension)
        if dimension in self.model.grains or target is None:
            return False
        if self.model.datasets[target.home.dataset].role_of is not None:
            return False
        return any(self.model.field_on(target, e.dataset) is not None for e in self.model.entities.values())

    def distance(self, metric: str, dimension: str) -> int | None:
        """How far the metric's rows are from the dimension: 0 on the rows themselves, None out of reach."""
        target = self.model.dimensions[dimension]
        longest = 0
        for seen, dataset in self.model.grouped_rows(metric):
            field = seen.field_on(target, dataset)
            if field is None:
                return None
            longest = max(longest, 0 if field.dataset == dataset else len(seen.paths[dataset][field.dataset]))
        return longest

    def value_type(self, dimension: str, value: Scalar) -> Scalar:
        """The value as the dimension's type has it: codes of integer dimensions are integers, true and false truths."""
        if self.model.dimensions[dimension].type == "integer" and isinstance(value, str) and value.isdigit():
            return int(value)
        if self.model.dimensions[dimension].type == "boolean" and value in ("true", "false"):
            return value == "true"
        return value


@lru_cache(maxsize=4)
def structure_of(model: Model) -> Structure:
    """The relations between the metrics of a model."""
    return Structure(model)


@lru_cache(maxsize=4)
def versions(model: Model) -> dict[str, str]:
    """Dimensions of an entity, each with the dimension that has the versions of the same values."""
    found = {}
    for entity in model.entities.values():
        for dataset, path in model.paths.get(entity.dataset, {}).items():
            if len(path) != 1 or path[0].validity is None or not path[0].validity.is_default:
                continue
            for version in (d for d in model.dimensions.values() if d.home.dataset == dataset):
                codes = set(version.home.definition.values)
                own = (d for d in model.dimensions.values() if d.home.dataset == entity.dataset)
                same = (d.name for d in own if codes and set(d.home.definition.values) == codes)
                found.update(dict.fromkeys(same, version.name))
    return found
