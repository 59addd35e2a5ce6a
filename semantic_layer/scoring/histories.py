"""Purchase histories: the paid orders up to a date, one row a customer, aggregated by the database.

Several paid orders of one customer on one day are one purchase to the models (a split basket is not a return), and
`orders_per_purchase` turns expected purchases back into orders. Ages and recencies are in days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from semantic_layer.engines.duckdb import DuckDBWriter
from semantic_layer.scoring.likelihood import FloatArray, IntArray
from semantic_layer.scoring.problems import NoPaidOrders, ScoringError

_PURCHASES = """
CREATE OR REPLACE TEMP TABLE scoring_purchases AS
SELECT customer_id, CAST(ordered_at AS DATE) AS bought_on, count(*) AS orders,
       sum(CAST(net_amount AS DECIMAL(18, 2))) AS amount
FROM orders
WHERE status = 'paid' AND ordered_at < $tomorrow AND customer_id IS NOT NULL
GROUP BY ALL
"""
_HISTORIES = """
CREATE OR REPLACE TEMP TABLE scoring_histories AS
SELECT customer_id, count(*) AS purchases, sum(orders) AS frequency, coalesce(sum(amount), 0) AS monetary,
       min(bought_on) AS first_order_on, max(bought_on) AS last_order_on
FROM scoring_purchases
GROUP BY customer_id
"""
_READ = """
SELECT customer_id, purchases, CAST(frequency AS BIGINT) AS frequency, CAST(monetary AS DOUBLE) AS monetary,
       date_diff('day', first_order_on, last_order_on) AS active_days,
       date_diff('day', first_order_on, $as_of) AS age_days
FROM scoring_histories
ORDER BY customer_id
"""


@dataclass(frozen=True)
class Histories:
    """One element a customer, in the order of customer_id. `age` and `t_x` count days from the first purchase."""

    customer_id: IntArray
    frequency: IntArray  # paid orders
    purchases: IntArray  # days with a paid order
    monetary: FloatArray  # net amount of the paid orders
    t_x: FloatArray
    age: FloatArray

    @property
    def x(self) -> IntArray:
        """Repeat purchases."""
        return self.purchases - 1

    @property
    def recency_days(self) -> IntArray:
        return (self.age - self.t_x).astype(np.int64)

    @property
    def purchase_value(self) -> FloatArray:
        """Mean net amount of a purchase."""
        return self.monetary / self.purchases

    @property
    def orders_per_purchase(self) -> float:
        """Paid orders on a day with any, over all customers."""
        return float(self.frequency.sum() / self.purchases.sum())


def at(sql: str, as_of: date) -> str:
    """The statement with `$as_of` and `$tomorrow` (the instant when as_of ends) written in as literals."""
    tomorrow = as_of + timedelta(days=1)
    return sql.replace("$as_of", f"DATE '{as_of}'").replace("$tomorrow", f"TIMESTAMP '{tomorrow} 00:00:00'")


def read_histories(database: DuckDBWriter, as_of: date) -> Histories:
    """The histories up to the end of `as_of`; leaves the temporary tables `scoring_purchases` and `scoring_histories`.

    Raises ScoringError (`no_paid_orders`).
    """
    database.execute(at(_PURCHASES, as_of))
    database.execute(_HISTORIES)
    frame = database.frame(at(_READ, as_of))
    if frame.empty:
        raise ScoringError(NoPaidOrders(as_of))
    return Histories(
        customer_id=_integers(frame["customer_id"]),
        frequency=_integers(frame["frequency"]),
        purchases=_integers(frame["purchases"]),
        monetary=_floats(frame["monetary"]),
        t_x=_floats(frame["active_days"]),
        age=_floats(frame["age_days"]),
    )


def _integers(column: pd.Series) -> IntArray:
    return np.asarray(column, dtype=np.int64)


def _floats(column: pd.Series) -> FloatArray:
    return np.asarray(column, dtype=np.float64)
