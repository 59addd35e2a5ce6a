"""An amount in another currency than the model's is not compared with its money: nothing here converts."""

from __future__ import annotations

from chat_service.language.folding import fold
from chat_service.language.numbers.read import find_numbers
from chat_service.translate.stops import Denial, StopError
from semantic_layer import Model, written_as


def refuse_other_currency(text: str, model: Model) -> None:
    """Raises StopError for an amount that names a currency which is not the model's."""
    if model.currency is None:
        return
    for number in find_numbers(fold(text)):
        if number.currency is not None and model.currency not in written_as(number.currency):
            raise StopError(Denial("other_currency", number.text))
