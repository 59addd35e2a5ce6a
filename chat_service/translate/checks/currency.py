"""An amount in another currency than the model's is not compared with its money, nor told in it: nothing converts."""

from __future__ import annotations

import re

from chat_service.language.folding import fold
from chat_service.language.numbers.read import find_numbers
from chat_service.language.words.tables import word_set
from chat_service.translate.stops import Denial, StopError
from semantic_layer import CURRENCIES, Model, written_as


def refuse_other_currency(text: str, model: Model) -> None:
    """Raises StopError for an amount in a currency which is not the model's, and for 'in euros', 换算成美元."""
    if model.currency is None:
        return
    for number in find_numbers(fold(text)):
        if number.currency is not None and model.currency not in written_as(number.currency):
            raise StopError(Denial("other_currency", number.text))
    others = (w for each in CURRENCIES.values() for w in each.written if model.currency not in written_as(w))
    led, named = "|".join(word_set("told_in_money")), "|".join(map(re.escape, others))
    if told := re.search(rf"(?<![a-z])(?:{led}) ?(?:{named})(?![a-z])", fold(text).text):
        raise StopError(Denial("other_currency", told[0]))
