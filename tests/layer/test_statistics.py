"""Intervals and tests equal statsmodels' (0.15) and scipy's on the counts of Hillstrom's e-mail campaign."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from semantic_layer.engines.duckdb import DuckDBEngine, DuckDBWriter
from semantic_layer.layer import Layer
from semantic_layer.loading.load import build_model
from semantic_layer.model.definitions import ModelDefinition
from semantic_layer.query.requests import LiftQuery
from semantic_layer.query.statistics import (
    Estimate,
    Sample,
    detectable,
    difference_of_means,
    difference_of_shares,
    mean_of,
    share_of,
)

# customers, visitors, buyers, what they spent, and that squared
ARMS = {
    "Mens E-Mail": (21307, 3894, 267, 30311.69, 6759024.4973),
    "Womens E-Mail": (21387, 3238, 189, 23038.11, 4911446.5763),
    "No E-Mail": (21306, 2262, 122, 13908.33, 2870050.3621),
}
# proportion_confint(method="wilson"), confint_proportions_2indep(method="newcomb", correction=False),
# proportions_ztest: of visits, then of purchases; share's interval, difference with interval, p-value
SHARES = {
    ("Mens E-Mail", 1): (0.17762499082, 0.18800306164, 0.07658956365, 0.06995330808, 0.08322674127, 5.68516548e-112),
    ("Mens E-Mail", 2): (0.01112288501, 0.01411504189, 0.00680500652, 0.00501434467, 0.00864072340, 1.52322350e-13),
    ("Womens E-Mail", 1): (0.14665917510, 0.15626679774, 0.04523310659, 0.03889409536, 0.05157434296, 3.18240316e-44),
    ("Womens E-Mail", 2): (0.00766806337, 0.01018263500, 0.00311105751, 0.00150165713, 0.00474547131, 1.57105129e-4),
}
# ttest_ind_from_stats(equal_var=False) and _tconfint_generic of the mean spent
MEANS = {
    "Mens E-Mail": (0.76982715589, 0.48513973257, 1.05451457922, 1.16381497e-7),
    "Womens E-Mail": (0.42441221594, 0.16895678988, 0.67986764199, 1.12939710e-3),
}


@pytest.mark.parametrize("arm", SHARES)
def test_shares_and_their_difference_are_those_of_statsmodels(arm: tuple[str, int]) -> None:
    (name, column), none = arm, ARMS["No E-Mail"]
    count, of = ARMS[name][column], ARMS[name][0]
    own = share_of(count, of)
    apart = difference_of_shares(count, of, none[column], none[0])
    assert own is not None and apart is not None
    found = (own.low, own.high, apart.value, apart.low, apart.high, apart.p_value)
    assert found == pytest.approx(SHARES[arm], rel=1e-7)


@pytest.mark.parametrize("arm", MEANS)
def test_means_are_compared_as_welch_does(arm: str) -> None:
    (of, _, _, total, squares), (others, _, _, their, theirs) = ARMS[arm], ARMS["No E-Mail"]
    found = difference_of_means(Sample(of, total, squares), Sample(others, their, theirs))
    assert found is not None
    assert (found.value, found.low, found.high, found.p_value) == pytest.approx(MEANS[arm], rel=1e-7)


def test_the_counts_are_those_of_the_file(shared_folder: Path) -> None:
    file = shared_folder / "data" / "hillstrom_email" / "customers.parquet"
    if not file.is_file():
        pytest.skip("the file is not there")
    counted = "count(*), sum(visit), sum(conversion), sum(spend), sum(spend * spend)"
    found = duckdb.execute(f"SELECT segment, {counted} FROM '{file}' GROUP BY 1").fetchall()
    for segment, *counts in found:
        assert tuple(map(float, counts)) == pytest.approx(ARMS[segment], rel=1e-9)


def test_what_nobody_or_nothing_tells_is_not_told() -> None:
    assert share_of(0, 0) is None
    assert difference_of_shares(1, 2, 0, 0) is None
    assert difference_of_means(Sample(0, 0, 0), Sample(2, 3, 5)) is None
    assert mean_of(Sample(1, 3, 9)) == Estimate(3, None, None)
    same = difference_of_means(Sample(3, 3, 3), Sample(2, 2, 2))
    assert same is not None and (same.value, same.low, same.high, same.p_value) == (0, 0, 0, None)
    edges = share_of(0, 5), share_of(5, 5)
    assert edges[0] is not None and edges[0].low == 0.0
    assert edges[1] is not None and edges[1].high == 1.0


def test_what_could_have_been_seen_is_the_difference_found_four_times_in_five() -> None:
    # (1.959964 + 0.841621) * sqrt(0.1 * 0.9 * (1 / 1000 + 1 / 1000))
    assert detectable(0.1, 1000, 1000) == pytest.approx(0.0375872, rel=1e-5)


LABEL = {"zh": "邮件", "en": "mail"}
MAILING: dict[str, object] = {
    "datasets": [
        {
            "name": "sent",
            "table": "sent",
            "primary_key": "who",
            "fields": [
                {"name": "who", "type": "integer", "role": "key"},
                {"name": "mailing", "role": "attribute"},
                {"name": "arm", "role": "attribute"},
                {"name": "visited", "type": "boolean", "role": "attribute"},
                {"name": "bought", "type": "boolean", "role": "attribute"},
            ],
        }
    ],
    "trials": [
        {
            "name": f"{success}_{arm[:1].lower()}",
            "label": LABEL,
            "dataset": "sent",
            "within": "mailing",
            "treatment": f"arm = '{arm}'",
            "control": "arm = 'No E-Mail'",
            "success": success,
            "succeeded": LABEL,
        }
        for arm in ("Mens E-Mail", "Womens E-Mail")
        for success in ("visited", "bought")
    ],
}


def test_a_trial_asked_for_over_the_experiment_is_that_of_statsmodels(tmp_path: Path) -> None:
    made = (
        f"SELECT 'one' AS mailing, '{arm}' AS arm, i < {visits} AS visited, i < {bought} AS bought "
        f"FROM range({count}) AS r (i)"
        for arm, (count, visits, bought, *_) in ARMS.items()
    )
    file = tmp_path / "sent.duckdb"
    with DuckDBWriter(file) as writer:
        writer.execute(f"CREATE TABLE sent AS SELECT row_number() OVER () AS who, * FROM ({' UNION ALL '.join(made)})")
    layer = Layer(build_model(ModelDefinition.model_validate(MAILING)), DuckDBEngine(file), date(2008, 3, 31))
    for (arm, column), wanted in SHARES.items():
        trial = f"{('visited', 'bought')[column - 1]}_{arm[:1].lower()}"
        table = layer.run(LiftQuery(trial=trial))
        found = [table.column(name)[0] for name in ("difference", "difference_low", "difference_high", "p_value")]
        assert found == pytest.approx(wanted[2:], rel=1e-7)
    layer.engine.close()
