"""The shipped model's translator, with a few values as a database would have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from chat_service.translate.offline import OfflineTranslator
from chat_service.translate.second import SecondReader
from chat_service.translate.words.values import ValueSource
from semantic_layer.loading.load import load_model, shipped_model_path
from semantic_layer.model.model import Model

_VALUES: dict[str, tuple[str, ...]] = {
    "city": ("上海", "北京", "广州", "深圳", "杭州", "成都"),
    "province": ("上海市", "北京市", "广东省", "浙江省", "四川省"),
    "store_city": ("上海", "北京", "广州"),
    "store": ("上海徐汇店", "北京朝阳店"),
    "brand": ("优贝", "花漾"),
    "product": ("优贝婴儿湿巾", "花漾保湿面霜"),
    "campaign": ("618大促", "双十一召回"),
}


@dataclass(frozen=True)
class _Found:
    values: tuple[str, ...]
    is_complete: bool = True


def values_of(values: Mapping[str, tuple[str, ...]]) -> ValueSource:
    """What a database with these values of dimensions would find."""

    def found(dimension: str, search: str = "", /) -> _Found:
        return _Found(tuple(value for value in values.get(dimension, ()) if search in value))

    return found


known_values = values_of(_VALUES)


@pytest.fixture(scope="session")
def loyalty() -> Model:
    """The shipped model."""
    return load_model(shipped_model_path())


@pytest.fixture(scope="session")
def translator(loyalty: Model) -> OfflineTranslator:
    """The offline translator of the shipped model."""
    return OfflineTranslator(loyalty, known_values)


@pytest.fixture(scope="session")
def both(loyalty: Model, translator: OfflineTranslator) -> OfflineTranslator:
    """The rules with the learned reader beside them."""
    return OfflineTranslator(loyalty, translator.values, SecondReader(loyalty, lambda _, __: True))
