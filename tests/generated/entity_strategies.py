"""Strategies of entities and their lists: one kind of thing to be asked about, two, or none."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.generated.company import Company, EntitySpec, ListSpec
from tests.generated.conditions import Ref
from tests.generated.dataset_strategies import TEXTS, Plan
from tests.generated.query_strategies import metrics_of
from tests.generated.reach import Reach


@st.composite
def entities(draw: st.DrawFn, plan: Plan) -> tuple[EntitySpec, ...]:
    """Any datasets whose rows have a key of one column, each of another name."""
    able = {each.primary_key: each for each in reversed(plan.datasets) if len(each.primary_key) == 1}
    known = [EntitySpec("", each.name, each.primary_key[0]) for each in able.values()]
    chosen = draw(st.permutations(known[::-1]))[: draw(st.sampled_from([1, 2, 2, 0]))]
    names = ("customer", "policy")
    return tuple(EntitySpec(name, each.dataset, each.key) for name, each in zip(names, chosen, strict=False))


@st.composite
def lists(draw: st.DrawFn, company: Company, entity: EntitySpec) -> ListSpec:
    """A list of the entity, by what is known of it, by what it did, or both."""
    reach, told = Reach(company), metrics_of(company, entity)
    words = (
        Ref(each.name, spec.name)
        for each in company.datasets
        for spec in each.fields
        if (spec.type, spec.role) == ("text", "dimension")
    )
    texts = [each for each in words if reach.sees(entity.dataset, each)]
    way = draw(st.sampled_from(["known", "did", "both"])) if told and texts else "known" if texts else "did"
    ref = draw(st.sampled_from(texts)) if way != "did" else None
    values = tuple(draw(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3, unique=True)))
    metric = draw(st.sampled_from(told)) if way != "known" else ""
    is_nearest = ref is not None and reach.carrier(entity.dataset, ref.field) == ref
    called = ref.field if ref is not None and is_nearest else str(ref)
    return ListSpec(f"of_{entity.name}", entity, ref, called, values, metric, draw(st.integers(0, 2)))
