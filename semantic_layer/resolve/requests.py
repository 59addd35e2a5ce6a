"""The one door of this room: a request of any kind to its resolved form, with the populations that it speaks of."""

from __future__ import annotations

from semantic_layer.query.requests import (
    CausesQuery,
    CohortQuery,
    ExplainQuery,
    FollowsQuery,
    FunnelQuery,
    LiftQuery,
    ListQuery,
    MetricQuery,
    PathQuery,
    PlaybookQuery,
    ProfileQuery,
    Request,
)
from semantic_layer.resolve.causes import resolve_causes
from semantic_layer.resolve.cohorts import resolve_cohort
from semantic_layer.resolve.context import Context
from semantic_layer.resolve.explain import resolve_explanation
from semantic_layer.resolve.follows import resolve_follows
from semantic_layer.resolve.funnels import resolve_funnel
from semantic_layer.resolve.lift import resolve_lift
from semantic_layer.resolve.lists import resolve_list
from semantic_layer.resolve.metrics import resolve_metrics
from semantic_layer.resolve.named_lists import with_members
from semantic_layer.resolve.paths import resolve_paths
from semantic_layer.resolve.playbook import resolve_playbook
from semantic_layer.resolve.populations import resolve_populations
from semantic_layer.resolve.profile import resolve_profile
from semantic_layer.resolve.resolved import Population, Resolved


def resolve(request: Request, context: Context) -> tuple[Resolved, tuple[Population, ...]]:
    """The request, resolved, and every population in its conditions, inner ones first. Raises QueryError with every
    problem."""
    return _resolved(with_members(request, context), context), resolve_populations(context)


def _resolved(request: Request, context: Context) -> Resolved:
    match request:
        case MetricQuery():
            return resolve_metrics(request, context)
        case ListQuery():
            return resolve_list(request, context)
        case CohortQuery():
            return resolve_cohort(request, context)
        case FunnelQuery():
            return resolve_funnel(request, context)
        case ExplainQuery():
            return resolve_explanation(request, context)
        case FollowsQuery():
            return resolve_follows(request, context)
        case LiftQuery():
            return resolve_lift(request, context)
        case PathQuery():
            return resolve_paths(request, context)
        case CausesQuery() | ProfileQuery() | PlaybookQuery():
            return _of_loop(request, context)


def _of_loop(request: CausesQuery | ProfileQuery | PlaybookQuery, context: Context) -> Resolved:
    match request:
        case CausesQuery():
            return resolve_causes(request, context)
        case ProfileQuery():
            return resolve_profile(request, context)
        case PlaybookQuery():
            return resolve_playbook(request, context)
