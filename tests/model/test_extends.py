"""A model of one's own that goes on from another."""

from __future__ import annotations

from pathlib import Path

import pytest

from semantic_layer.errors import DefinitionProblem, DefinitionsError
from semantic_layer.loading.load import load_model, read_definition, shipped_model_path
from semantic_layer.model.model import Model

SHOP = Path(__file__).parent / "shop.yaml"


def written(folder: Path, text: str, name: str = "own.yaml") -> Path:
    (folder / "shop.yaml").write_text(SHOP.read_text(encoding="utf-8"), encoding="utf-8")
    own = folder / "own"
    own.mkdir(exist_ok=True)
    (own / name).write_text(text, encoding="utf-8")
    return own


def extended(folder: Path, text: str) -> Model:
    return load_model(written(folder, "extends: ../shop.yaml\n" + text))


def test_nothing_said_is_the_model_extended(tmp_path: Path) -> None:
    base, own = load_model(SHOP), extended(tmp_path, "name: mine")
    assert (own.name, own.parameters) == ("mine", base.parameters)
    assert own.metrics.keys() == base.metrics.keys()
    assert own.paths.keys() == base.paths.keys()


def test_items_are_overridden_key_by_key_and_added(tmp_path: Path) -> None:
    own = extended(
        tmp_path,
        """
parameters: {window_days: 30}
metrics:
  - {name: revenue, description: {zh: 我们的, en: ours}, synonyms: {en: takings}}
  - {name: revenue_twice, expression: revenue * 2, unit: CNY}
datasets:
  - name: customers
    fields: [{name: city, synonyms: {en: town}}, {name: street}]
""",
    )
    base = load_model(SHOP)
    old, new = base.metrics["revenue"].definition, own.metrics["revenue"].definition
    assert own.parameters == {"window_days": 30}
    assert new.expression == old.expression
    assert [*own.metrics] == [*base.metrics, "revenue_twice"]
    assert new.description is not None
    assert new.description.en == "ours"
    assert new.synonyms.en == (*old.synonyms.en, "takings")
    assert "revenue_twice" in own.metrics
    assert own.datasets["customers"].fields.keys() == base.datasets["customers"].fields.keys() | {"street"}
    assert "town" in own.dimensions["city"].synonyms.en
    assert own.dimensions["tier"].home.definition == base.dimensions["tier"].home.definition


def test_what_is_left_out_is_gone(tmp_path: Path) -> None:
    own = extended(tmp_path, "without: {lists: [gold_members]}")
    assert "gold_members" not in own.lists


def test_a_model_that_ships_is_extended_by_its_name(tmp_path: Path) -> None:
    path = written(tmp_path, "extends: loyalty\nparameters: {churn_window_days: 60}")
    own = load_model(path)
    assert own.metrics.keys() == load_model(shipped_model_path()).metrics.keys()
    assert own.parameters["churn_window_days"] == 60


def test_bases_may_have_bases(tmp_path: Path) -> None:
    middle = written(tmp_path, "extends: ../shop.yaml\nmetrics: [{name: revenue, polarity: lower_is_better}]")
    top = tmp_path / "top.yaml"
    top.write_text("extends: own\nmetrics: [{name: revenue, owner: us}]", encoding="utf-8")
    found = load_model(top).metrics["revenue"].definition
    assert (found.polarity, found.owner) == ("lower_is_better", "us")
    assert load_model(middle).metrics["revenue"].definition.owner is None


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("extends: nowhere", "unknown_base", 1),
        ("extends: ../own", "circular_base", 1),
        ("extends: ../shop.yaml\nwithout:\n  metrics: [revenu]", "nothing_to_leave_out", 3),
        ("extends: ../shop.yaml\nmetrics:\n  - {name: revenue, expression: sum(nothing)}", "unknown_field", 3),
        ("extends: ../shop.yaml\nlists:\n  - {name: a, label: {zh: 甲, en: a}, filter: {tear: gold}}", None, 3),
    ],
)
def test_mistakes_are_told_where_they_stand(tmp_path: Path, text: str, code: str | None, line: int) -> None:
    with pytest.raises(DefinitionsError) as caught:
        load_model(written(tmp_path, text))
    told = [each for each in caught.value.problems if isinstance(each, DefinitionProblem)]
    assert f"own/own.yaml:{line}" in {each.where for each in told}
    assert code is None or code in {each.code for each in told}


def test_a_word_that_is_gone_is_missed(tmp_path: Path) -> None:
    with pytest.raises(DefinitionsError) as caught:
        load_model(written(tmp_path, "extends: ../shop.yaml\nwithout: {datasets: [customers]}"))
    assert {each.code for each in caught.value.problems} >= {"unknown_dataset"}


def test_positions_of_what_is_inherited(tmp_path: Path) -> None:
    draft, problems = read_definition(written(tmp_path, "extends: ../shop.yaml\nmetrics: [{name: revenue, owner: us}]"))
    assert not problems
    assert draft.where("metrics", "revenue", "owner") == "own/own.yaml:2"
    assert draft.where("lists", "gold_members").startswith("shop.yaml:")


def test_rules_of_the_model_extended_stay_beside_those_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "shop.yaml").write_text(SHOP.read_text(encoding="utf-8"), encoding="utf-8")
    rules = (
        "field_rules: [{fields: customers.city, show: withheld}]\n"
        "policies: [{name: gold, dataset: customers, filter: tier = 'gold'}]\n"
    )
    (tmp_path / "base" / "access.yaml").write_text(rules, encoding="utf-8")
    own = written(tmp_path, "extends: ../base\nfield_rules: [{fields: customers.tier, show: masked}]")
    model = load_model(own)
    assert {name for name in model.field_rules if name.startswith("customers.")} == {"customers.city", "customers.tier"}
    assert [*model.policies] == ["gold"]
