"""Currencies: what units of money are called, printed with and written as. A model has one, and says which."""

from __future__ import annotations

from dataclasses import dataclass

# a metric's unit that stands for the model's own currency
MONEY = "money"


@dataclass(frozen=True)
class Currency:
    """A currency by its ISO 4217 code: the sign before an amount, its Chinese name after one, and how people write it
    beside a number (in small letters)."""

    code: str
    sign: str
    zh: str
    written: tuple[str, ...]


CURRENCIES: dict[str, Currency] = {
    each.code: each
    for each in (
        Currency("CNY", "¥", "元", ("¥", "rmb", "cny", "人民币", "元", "块钱", "块", "圆", "yuan")),
        Currency("USD", "$", "美元", ("$", "us$", "usd", "美元", "美金", "dollars", "dollar", "bucks")),
        Currency("EUR", "€", "欧元", ("€", "eur", "欧元", "euros", "euro")),
        Currency("GBP", "£", "英镑", ("£", "gbp", "英镑", "pounds", "pound", "quid")),
        Currency("JPY", "¥", "日元", ("¥", "jpy", "日元", "円", "yen")),
        Currency("BRL", "R$", "雷亚尔", ("r$", "brl", "雷亚尔", "reais", "reals")),
        Currency("HKD", "HK$", "港元", ("$", "hk$", "hkd", "港元", "港币", "元", "块", "dollars", "dollar")),
        Currency("TWD", "NT$", "新台币", ("$", "nt$", "twd", "新台币", "台币", "元", "块", "dollars", "dollar")),
        Currency("SGD", "S$", "新元", ("$", "s$", "sgd", "新元", "新币", "元", "块", "dollars", "dollar")),
        Currency("AUD", "A$", "澳元", ("$", "a$", "aud", "澳元", "dollars", "dollar")),
        Currency("CAD", "C$", "加元", ("$", "c$", "cad", "加元", "dollars", "dollar")),
        Currency("INR", "₹", "卢比", ("₹", "inr", "卢比", "rupees", "rupee")),
        Currency("KRW", "₩", "韩元", ("₩", "krw", "韩元")),
        Currency("MXN", "MX$", "墨西哥比索", ("$", "mx$", "mxn", "比索", "pesos", "peso")),
        Currency("CHF", "CHF ", "瑞士法郎", ("chf", "瑞士法郎", "法郎", "francs", "franc")),
        Currency("RUB", "₽", "卢布", ("₽", "rub", "卢布", "roubles", "rubles")),
        Currency("THB", "฿", "泰铢", ("฿", "thb", "泰铢", "baht")),
        Currency("IDR", "Rp", "印尼盾", ("idr", "印尼盾", "rupiah")),
    )
}


def is_money(unit: str | None) -> bool:
    """Whether numbers of the unit are amounts of money.

    >>> is_money("BRL"), is_money("count"), is_money(None)
    (True, False, False)
    """
    return unit in CURRENCIES


def written_as(text: str) -> frozenset[str]:
    """The codes of the currencies that people write so beside a number.

    >>> sorted(written_as("美元")), sorted(written_as("reais")), sorted(written_as("bananas"))
    (['USD'], ['BRL'], [])
    """
    return _WRITTEN.get(text.strip().lower(), frozenset())


_WRITTEN: dict[str, frozenset[str]] = {
    text: frozenset(code for code, each in CURRENCIES.items() if text in each.written)
    for currency in CURRENCIES.values()
    for text in currency.written
}
