"""Safe join paths: shortest, to-one, and in doubt where there are two."""

from __future__ import annotations

from typing import Literal

from semantic_layer.model.definitions import RelationshipDefinition
from semantic_layer.model.joins import JoinPaths, cycles, join_paths, join_steps, paths_via
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


def targets(found: JoinPaths, source: str, target: str) -> list[str]:
    """The datasets along the one path."""
    return [step.target for step in found.paths[source][target]]


def via(name: str, *relationships: RelationshipDefinition) -> JoinPaths | None:
    """The paths among all datasets, those of `a` by way of that name."""
    return paths_via(paths_of(*relationships), join_steps(relationships), "a", name)


def test_what_lies_behind_a_way_is_reached_by_it_also_where_a_shorter_one_is_there() -> None:
    short = (to_one("a", "b", "b_id"), to_one("b", "c"), to_one("c", "d"), to_one("a", "c", "c_id"), to_one("a", "e"))
    for name in ("b", "b_id"):
        found = via(name, *short)
        assert found is not None
        assert [targets(found, "a", each) for each in "bcde"] == [["b"], ["b", "c"], ["b", "c", "d"], ["e"]]
        assert targets(found, "b", "d") == ["c", "d"], "rows of others go as ever"
    by_c = via("c", *short)
    assert by_c is not None and targets(by_c, "a", "d") == ["c", "d"] and targets(by_c, "a", "b") == ["b"]


def test_a_way_settles_what_is_in_doubt_before_it_and_not_what_is_behind_it() -> None:
    forked = (to_one("a", "b", "one"), to_one("a", "b", "two"), to_one("b", "c", "x"), to_one("b", "c", "y"))
    found = via("two", *forked)
    assert found is not None and [dict(each.on) for each in found.paths["a"]["b"]] == [{"two": "two"}]
    assert len(found.ambiguous["a", "c"]) == 2 and "c" not in found.paths["a"]
    assert via("b", *forked) is None, "which of two is not said by where they lead"
    on = via("b.y", *forked[1:])
    assert on is not None and [list(dict(each.on)) for each in on.paths["a"]["c"]] == [["two"], ["y"]]


def test_a_way_does_not_lead_back_over_itself() -> None:
    back = (to_one("a", "b", kind="one_to_one"), to_one("b", "c", "c_id"), to_one("c", "b", "b_id"), to_one("a", "c"))
    found = via("c", *back)
    assert found is not None and (targets(found, "a", "c"), targets(found, "a", "b")) == (["c"], ["c", "b"])
    other = via("b", *back)
    assert other is not None and targets(other, "a", "c") == ["b", "c"] and "a" not in other.paths["a"]
    assert via("d", *back) is None


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
