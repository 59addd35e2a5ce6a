"""One entity by its key: customer 17823, 编号15039的会员."""

from __future__ import annotations

from chat_service.language.grammar.rule import Found, Rule
from chat_service.translate.grammar.categories import OneEntity
from chat_service.translate.meaning.relations import Structure
from chat_service.translate.senses import Names, NumberSense


def model_rules(structure: Structure) -> tuple[Rule, ...]:
    """Rules that look at the model's entities whose keys are whole numbers."""
    model = structure.model
    keyed = {
        each.name: each
        for each in model.entities.values()
        if model.datasets[each.dataset].fields[each.key].type == "integer"
    }

    def one(found: Found) -> OneEntity | None:
        number, names = found.one("n", NumberSense), found.get("e", Names)
        if names is None:
            return None  # everybody, by no kind
        # 'customers 5' counts them
        counts = names.text.isascii() and names.text.endswith("s")
        whole = number.value == int(number.value) and number.value > 0 and number.unit is None
        if counts or not whole or number.is_ordinal or number.upto is not None:
            return None
        named = next((name for name in names.names if name in keyed), None)
        return OneEntity(named, int(number.value)) if named is not None else None

    return (
        Rule(
            "one",
            (
                "e=entity n=number",
                "e=entity w=intent.entity_key n=number",
                "e=entity n=number w=intent.entity_key",
                "n=number w=intent.entity_key ~ e=entity",
                "w=intent.entity_key n=number ~ e=entity",
                "e=entity ~ w=intent.entity_key ~ n=number",
            ),
            one,
            -0.9,
            "one entity by its key",
            ("客户17823 -> customer 17823", "customer 17823 -> customer 17823", "15039号会员 -> customer 15039"),
            ("customers 5", "top 10 customers"),
        ),
        Rule(
            "entity",
            ("e=entity w=intent.entity_key",),
            lambda found: found.get("e", Names),  # people, whoever they are, have none
            -1.0,
            "by their keys",
            leaves=("customer id 17823",),
        ),
    )
