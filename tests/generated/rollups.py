"""Rollups over a generated company, and the requests of which they may tell the same as its rows."""

from __future__ import annotations

from hypothesis import strategies as st

from semantic_layer.loading.rollups import is_additive
from semantic_layer.model.model import Metric, Model
from semantic_layer.model.placing import placed_by
from semantic_layer.query.requests import MetricQuery
from semantic_layer.time.periods import GRAINS
from tests.generated.company import Company
from tests.generated.conditions import Ref
from tests.generated.query_strategies import field_filters, full_queries, groupable, homes, plain_queries
from tests.generated.reach import Reach

_GRAINS = st.sampled_from(["day", "day", "day", "week", "month", "quarter", "year"])


@st.composite
def rollups(draw: st.DrawFn, company: Company, model: Model) -> list[dict[str, object]]:
    """Up to two rollups of the metrics that add up; none where none does."""
    together: dict[tuple[str, str], list[str]] = {}
    for each in model.metrics.values():
        time = placed_by(each, model) if _adds_up(each) else None
        if time is not None:
            together.setdefault((str(each.definition.dataset), time.qualified), []).append(each.name)
    found: list[dict[str, object]] = []
    for place, metrics in enumerate(list(together.values())[:2]):
        kept = draw(st.lists(st.sampled_from(metrics), min_size=1, unique=True))
        names = _told(company, metrics[0])
        # mostly all there is, so that conditions find what they ask for
        is_some = draw(st.integers(0, 3)) == 3
        some = draw(st.lists(st.sampled_from(names), unique=True)) if names and is_some else names
        found.append({"name": f"rollup_{place}", "metrics": kept, "dimensions": some, "grain": draw(_GRAINS)})
    return found


def _adds_up(metric: Metric) -> bool:
    return metric.kind == "simple" and is_additive(metric)


def _told(company: Company, metric: str) -> list[str]:
    """What rows of a metric can be told apart by, times left out."""
    reach, home = Reach(company), getattr(company.metric[metric], "dataset")  # noqa: B009
    fields = [
        str(ref)
        for each in company.datasets
        for spec in each.fields
        if spec.type not in ("date", "timestamp") and reach.sees(home, ref := Ref(each.name, spec.name))
    ]
    groups = [each for each in groupable(company, (metric,)) if each not in company.listed]
    return list(dict.fromkeys((*groups, *fields)))


@st.composite
def rolled_up(draw: st.DrawFn, company: Company, names: list[str]) -> MetricQuery:
    """A query that a rollup may well answer, or any other."""
    if not names or draw(st.integers(0, 3)) == 3:
        return draw(full_queries(company))
    metrics = tuple(draw(st.lists(st.sampled_from(names), min_size=1, unique=True)))
    query = draw(plain_queries(company))
    known = {*groupable(company, metrics), *GRAINS} - set(company.listed)  # cells are told apart by no list
    groups = tuple(each for each in query.group_by if each in known)
    filters = tuple(draw(st.lists(field_filters(company, homes(company, metrics[0])), max_size=1)))
    return query.model_copy(update={"metrics": metrics, "group_by": groups, "filters": filters})
