"""Safe join paths: shortest, to-one, and in doubt where there are two."""

from __future__ import annotations

from typing import Literal

from semantic_layer.model.definitions import RelationshipDefinition
from semantic_layer.model.joins import JoinPaths, cycles, join_paths, join_steps
from semantic_layer.model.model import Step

Kind = Literal["many_to_one", "one_to_one"]


def to_one(source: str, target: str, column: str = "id", kind: Kind = "many_to_one") -> RelationshipDefinition:
    """A relationship by a column of the same name."""
    return RelationshipDefinition.model_validate({"from": source, "to": target, "on": {column: column}, "type": kind})


def paths_of(*relationships: RelationshipDefinition) -> JoinPaths:
    """The paths among all datasets that the relationships name."""
    names = dict.fromkeys(name for each in relationships for name in (each.source, each.target))
    return join_paths(names, join_steps(relationships))


def test_a_chain_is_followed_in_one_direction() -> None:
    found = paths_of(to_one("items", "orders"), to_one("orders", "customers"))
    assert [step.target for step in found.paths["items"]["customers"]] == ["orders", "customers"]
    assert found.paths["customers"] == {}


def test_one_to_one_leads_both_ways_with_columns_turned() -> None:
    found = paths_of(to_one("scores", "customers", kind="one_to_one"), to_one("orders", "customers"))
    assert [step.target for step in found.paths["orders"]["scores"]] == ["customers", "scores"]
    assert found.paths["customers"]["scores"][0].on == (("id", "id"),)


def test_the_shorter_path_wins() -> None:
    found = paths_of(to_one("a", "b"), to_one("b", "c"), to_one("a", "c"))
    assert len(found.paths["a"]["c"]) == 1
    assert found.ambiguous == {}


def test_two_equally_short_paths_are_in_doubt() -> None:
    found = paths_of(to_one("a", "b"), to_one("a", "c"), to_one("b", "d"), to_one("c", "d"), to_one("d", "e"))
    assert "d" not in found.paths["a"]
    assert len(found.ambiguous["a", "d"]) == 2
    assert len(found.ambiguous["a", "e"]) == 2
    assert "d" in found.paths["b"]


def test_two_roles_of_one_dataset_are_in_doubt() -> None:
    found = paths_of(to_one("orders", "stores", "sold_at"), to_one("orders", "stores", "picked_up_at"))
    assert len(found.ambiguous["orders", "stores"]) == 2


def test_many_ways_do_not_explode() -> None:
    ladder = []
    for level in range(40):
        for side in "xy":
            ladder += [to_one(f"n{level}", f"n{level}{side}"), to_one(f"n{level}{side}", f"n{level + 1}")]
    assert len(paths_of(*ladder).ambiguous["n0", "n40"]) <= 4


def test_no_way_leads_along_a_relationship_and_straight_back() -> None:
    steps = (
        Step("bookings", "guest", (("guest_id", "id"),), place=0),
        Step("profiles", "users", (("id", "id"),), place=1),
        Step("users", "profiles", (("id", "id"),), place=1),
        Step("guest", "profiles", (("id", "id"),), place=1, is_inherited=True),
    )
    found = join_paths(("bookings", "guest", "users", "profiles"), steps)
    assert set(found.paths["bookings"]) == {"guest", "profiles"}
    assert set(found.paths["users"]) == {"profiles"}


def test_circles() -> None:
    assert cycles([("a", "a")]) == (("a", "a"),)
    assert cycles([("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]) == ()
    assert cycles([("x", "a"), ("a", "b"), ("b", "a")]) == (("a", "b", "a"),)
    assert cycles([(f"n{i}", f"n{i + 1}") for i in range(5_000)]) == ()
