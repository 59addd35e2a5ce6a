"""A trial on every engine: arms, differences and gains added up by hand; what cannot be compared is told by code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from semantic_layer.engines.duckdb import DuckDBWriter
from semantic_layer.engines.opening import open_engine
from semantic_layer.errors import QueryError
from semantic_layer.layer import Layer
from semantic_layer.loading.load import build_model
from semantic_layer.model.definitions import ModelDefinition
from semantic_layer.query.cautions import EffectsCompared
from semantic_layer.query.lifted import Trial, lifted
from semantic_layer.query.reader import Reader
from semantic_layer.query.requests import FieldFilter, LiftQuery, MetricFilter
from semantic_layer.query.result import Value
from semantic_layer.query.statistics import difference_of_pairs, difference_of_shares
from tests.engines.conftest import ENGINES

# mailing 1: 2 treated (1 bought, 10 + 0 spent), 2 control (0 bought, 4 + 0 spent); mailing 2: 1 treated (bought, 6
# spent), 2 control (1 bought, 3 + 1 spent); mailing 3: 2 treated, nobody to hold them against
TABLES = """
CREATE TABLE people (who INTEGER, city VARCHAR);
INSERT INTO people VALUES (1, 'A'), (2, 'B'), (3, 'A'), (4, 'B'), (5, 'A'), (6, 'A');
CREATE TABLE mailings (mailing INTEGER, kind VARCHAR, price INTEGER);
INSERT INTO mailings VALUES (1, 'x', 5), (2, 'y', 4), (3, 'y', 100);
CREATE TABLE sent (mailing INTEGER, who INTEGER, day DATE, arm VARCHAR, read BOOLEAN, bought BOOLEAN, spent INTEGER,
  earlier BOOLEAN);
INSERT INTO sent VALUES
  (1, 1, DATE '2026-01-05', 't', TRUE, TRUE, 10, TRUE), (1, 2, DATE '2026-01-05', 't', FALSE, FALSE, 0, FALSE),
  (1, 3, DATE '2026-01-05', 'c', NULL, FALSE, 4, TRUE), (1, 4, DATE '2026-01-05', 'c', NULL, FALSE, NULL, TRUE),
  (2, 1, DATE '2026-02-05', 't', FALSE, TRUE, 6, NULL),
  (2, 5, DATE '2026-02-05', 'c', NULL, TRUE, 3, TRUE), (2, 6, DATE '2026-02-05', 'c', NULL, FALSE, 1, TRUE),
  (3, 1, DATE '2026-02-06', 't', TRUE, TRUE, 9, FALSE), (3, 2, DATE '2026-02-06', 't', TRUE, TRUE, 9, TRUE);
"""
LABEL = {"zh": "试", "en": "trial"}
MODEL = build_model(
    ModelDefinition.model_validate(
        {
            "datasets": [
                {
                    "name": "people",
                    "table": "people",
                    "primary_key": "who",
                    "fields": [{"name": "who", "type": "integer", "role": "key"}, {"name": "city"}],
                },
                {
                    "name": "mailings",
                    "table": "mailings",
                    "primary_key": "mailing",
                    "fields": [
                        {"name": "mailing", "type": "integer", "role": "key"},
                        {"name": "kind"},
                        {"name": "price", "type": "integer", "role": "fact"},
                    ],
                },
                {
                    "name": "sent",
                    "table": "sent",
                    "primary_key": ["mailing", "who"],
                    "time": "day",
                    "fields": [
                        {"name": "mailing", "type": "integer", "role": "key"},
                        {"name": "who", "type": "integer", "role": "key"},
                        {"name": "day", "type": "date", "role": "time"},
                        {"name": "arm", "role": "attribute"},
                        {"name": "read", "type": "boolean", "role": "attribute"},
                        {"name": "bought", "type": "boolean", "role": "attribute"},
                        {"name": "spent", "type": "integer", "role": "fact"},
                        {"name": "earlier", "type": "boolean", "role": "attribute"},
                    ],
                },
            ],
            "relationships": [
                {"from": "sent", "to": "people", "on": {"who": "who"}},
                {"from": "sent", "to": "mailings", "on": {"mailing": "mailing"}},
            ],
            "entities": [{"name": "person", "dataset": "people", "key": "who", "label": LABEL}],
            "metrics": [{"name": "letters", "dataset": "sent", "expression": "count(*)"}],
            "trials": [
                {
                    "name": "mailing_effect",
                    "label": LABEL,
                    "dataset": "sent",
                    "within": "mailing",
                    "treatment": "arm = 't'",
                    "control": "arm = 'c'",
                    "seen": "read",
                    "before": "earlier",
                    "success": "bought",
                    "succeeded": LABEL,
                    "amounts": [{"name": "spent", "label": LABEL, "expression": "spent"}],
                    "returns": "spent",
                    "cost": "mailings.price",
                }
            ],
        }
    )
)


@pytest.fixture(scope="module")
def trial_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("trial") / "trial.duckdb"
    with DuckDBWriter(path) as writer:
        writer.execute(TABLES)
    return path


@pytest.fixture(scope="module", params=ENGINES)
def layer(request: pytest.FixtureRequest, placed: Callable[[str, str, Path], str], trial_file: Path) -> Iterator[Layer]:
    engine = open_engine(placed(request.param, "trial", trial_file))
    yield Layer(MODEL, engine, date(2026, 3, 31))
    engine.close()


def row(layer: Layer, query: LiftQuery, number: int = 0) -> dict[str, object]:
    """One row by the names of its columns."""
    table = layer.run(query)
    return dict(zip((column.name for column in table.columns), table.rows[number], strict=True))


def codes(layer: Layer, query: LiftQuery) -> set[str]:
    return {each.code for each in layer.run(query).cautions}


def test_both_arms_are_counted_and_each_trial_is_held_against_its_own_control(layer: Layer) -> None:
    found = row(layer, LiftQuery())
    assert (found["treated"], found["controls"]) == (3, 4)
    assert found["treated_rate"] == pytest.approx(2 / 3)
    assert found["control_rate"] == pytest.approx(1 / 4)
    apart = difference_of_shares(2, 3, 1, 4)
    assert apart is not None
    names = ("difference", "difference_low", "difference_high", "p_value")
    wanted = (apart.value, apart.low, apart.high, apart.p_value)
    assert tuple(found[name] for name in names) == pytest.approx(wanted)
    assert found["lift"] == pytest.approx((2 / 3 - 1 / 4) / (1 / 4))
    # 1 - 2 * 0/2 in the first mailing, 1 - 1 * 1/2 in the second
    assert found["extra"] == pytest.approx(1.5)
    # 10 - 2 * 4/2 and 6 - 1 * 4/2
    assert found["extra_spent"] == pytest.approx(10)
    assert (found["cost"], found["roi"]) == (9, pytest.approx(1 / 9))
    assert codes(layer, LiftQuery()) == {"few_in_arm", "trials_lacking_an_arm"}


def test_before_and_after_are_of_the_same_people_and_no_experiment(layer: Layer) -> None:
    # of the five who were treated, a mailing with no control among them, four bought after and two before, both of them
    # after as well
    asked = LiftQuery(contrast="before")
    found = row(layer, asked)
    apart = difference_of_pairs(4, 2, 2, 5)
    assert apart is not None
    assert (found["treated"], found["controls"]) == (5, 5)
    assert (found["treated_rate"], found["control_rate"]) == (pytest.approx(0.8), pytest.approx(0.4))
    names = ("difference", "difference_low", "difference_high", "p_value")
    wanted = (apart.value, apart.low, apart.high, apart.p_value)
    assert tuple(found[name] for name in names) == pytest.approx(wanted)
    assert not {"extra", "cost", "roi", "extra_spent"} & set(found)
    assert codes(layer, asked) == {"few_in_arm", "before_and_after"}


def test_an_arm_of_one_has_no_spread_to_make_an_interval_of(layer: Layer) -> None:
    january = LiftQuery(filters=(FieldFilter(field="kind", values=("x",)),))
    found = row(layer, january)
    # treated 10 and 0, control 4 and 0: variances 50 and 8, so 2 * 50 + 4 * 8 / 2 = 116
    half = 1.959963985 * 116**0.5
    assert found["extra_spent"] == pytest.approx(6)
    assert (found["extra_spent_low"], found["extra_spent_high"]) == pytest.approx((6 - half, 6 + half))
    single = row(layer, LiftQuery(filters=(FieldFilter(field="kind", values=("y",)),)))
    assert (single["treated"], single["extra_spent"], single["extra_spent_low"]) == (1, pytest.approx(4), None)


def test_groups_of_people_have_no_cost_of_their_own(layer: Layer) -> None:
    by_kind = layer.run(LiftQuery(by="kind"))
    assert dict(zip(by_kind.column("kind"), by_kind.column("cost"), strict=True)) == {
        "x": 5,
        "y": 4,
    }
    by_city = layer.run(LiftQuery(by="city"))
    assert "cost" not in [column.name for column in by_city.columns]
    assert "cost_not_shared" in {each.code for each in by_city.cautions}
    reader = Reader("r", policies=(FieldFilter(field="city", values=("A",), origin="policy"),))
    seen = layer.run(LiftQuery(), reader)
    assert (seen.column("treated"), seen.column("controls")) == ((2,), (3,))


def test_two_groups_are_told_how_far_their_effects_lie_apart(layer: Layer) -> None:
    # x: 1 of 2 against 0 of 2; y: 1 of 1 against 1 of 2: both 0.5, each with a variance of 0.25 / 2
    (told,) = (each for each in layer.run(LiftQuery(by="kind")).cautions if isinstance(each, EffectsCompared))
    assert (told.points.lstrip("+-"), told.low, told.high, told.chance) == ("0.0", "-98.0", "+98.0", "p=1.000")
    one = LiftQuery(by="kind", filters=(FieldFilter(field="kind", values=("x",)),))
    assert "effects_compared" not in codes(layer, one)
    assert "effects_compared" not in codes(layer, LiftQuery(by="kind", contrast="seen"))


def test_those_who_took_notice_are_no_experiment(layer: Layer) -> None:
    found = row(layer, LiftQuery(contrast="seen"))
    # in mailing 1 one read and one did not; in the others all did alike
    assert (found["treated"], found["controls"], found["difference"]) == (1, 1, 1.0)
    assert "extra" not in found
    assert "not_an_experiment" in codes(layer, LiftQuery(contrast="seen"))


def test_groups_come_by_their_difference_and_those_too_small_to_tell_last(layer: Layer) -> None:
    # in A both treated bought and one of three others, in B nobody
    assert layer.run(LiftQuery(by="city")).column("city") == ("A", "B")
    worst = layer.run(LiftQuery(by="city", worst_first=True, limit=1))
    assert (worst.column("city"), worst.total_rows) == (("B",), 1)
    rows = [_arms("few", 10, won=10), _arms("good", 100, won=50), _arms("bad", 100, won=10)]
    for worst_first, order in ((False, ["good", "bad", "few"]), (True, ["bad", "good", "few"])):
        found, _ = lifted(rows, Trial("t", None, True, False, False, worst_first=worst_first))
        assert [row[0] for row in found] == order


def _arms(key: str, size: int, won: int) -> tuple[Value, ...]:
    """Counts of one group whose control arm is as large, and of which nobody bought."""
    return (key, 1, 0, size, won, size, 0, 0, 0, None)


WRONG = {
    "no control": (LiftQuery(filters=(FieldFilter(field="sent.mailing", values=(3,)),)), "no_control"),
    "no such trial": (LiftQuery(trial="mailing"), "unknown_name"),
    "no such group": (LiftQuery(by="town"), "unknown_name"),
    "no such metric": (LiftQuery(filters=(MetricFilter(metric="x", op=">", values=(1,)),)), "unknown_name"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_by_its_code(case: str, layer: Layer) -> None:
    query, code = WRONG[case]
    with pytest.raises(QueryError) as raised:
        layer.run(query)
    assert [problem.code for problem in raised.value.problems] == [code]
