"""The published fits of the CDNOW data: the parameters that the authors of the models report."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from semantic_layer.engines.duckdb import DuckDBWriter
from semantic_layer.scoring import bg_nbd, gamma_gamma
from semantic_layer.scoring.histories import read_histories
from semantic_layer.scoring.likelihood import FloatArray, IntArray
from semantic_layer.scoring.predictions import fit_models


@pytest.fixture(scope="module")
def summary(shared_folder: Path) -> pd.DataFrame:
    path = shared_folder / "data/cdnow/sample_summary.parquet"
    return duckdb.execute(f"SELECT frequency, recency, t FROM '{path}' ORDER BY id").df()


def in_weeks(summary: pd.DataFrame) -> tuple[IntArray, FloatArray, FloatArray]:
    return (
        np.asarray(summary["frequency"], dtype=np.int64),
        np.asarray(summary["recency"], dtype=np.float64),
        np.asarray(summary["t"], dtype=np.float64),
    )


def test_bg_nbd_of_the_paper(summary: pd.DataFrame) -> None:
    model = bg_nbd.fit(*in_weeks(summary))
    assert (round(model.r, 3), round(model.alpha, 3), round(model.a, 3), round(model.b, 3)) == (
        0.243,
        4.414,
        0.793,
        2.426,
    )
    assert round(model.log_likelihood, 1) == -9582.4
    history = np.array([2], dtype=np.int64), np.array([30.43]), np.array([38.86])
    assert round(float(bg_nbd.expected_purchases(model, *history, 39.0)[0]), 3) == 1.226


def test_days_and_weeks_are_one_model(summary: pd.DataFrame) -> None:
    x, t_x, age = in_weeks(summary)
    weeks, days = bg_nbd.fit(x, t_x, age), bg_nbd.fit(x, t_x * 7, age * 7)
    assert (days.r, days.a, days.b) == pytest.approx((weeks.r, weeks.a, weeks.b), rel=1e-5)
    assert days.alpha == pytest.approx(weeks.alpha * 7, rel=1e-5)


def test_gamma_gamma_of_the_note(shared_folder: Path) -> None:
    path = shared_folder / "data/cdnow/sample_summary_monetary.parquet"
    spend = duckdb.execute(f"SELECT x, zbar FROM '{path}' WHERE x > 0 ORDER BY ID").df()
    model = gamma_gamma.fit(np.asarray(spend["x"], dtype=np.int64), np.asarray(spend["zbar"], dtype=np.float64))
    assert (round(model.p, 2), round(model.q, 2), round(model.v, 1)) == (6.25, 3.74, 15.4)


def test_orders_become_the_published_histories(shared_folder: Path, summary: pd.DataFrame, tmp_path: Path) -> None:
    path = shared_folder / "data/cdnow/sample.parquet"
    with DuckDBWriter(tmp_path / "cdnow.duckdb") as database:
        database.execute(
            "CREATE TABLE orders AS SELECT sample_id AS customer_id, date::TIMESTAMP AS ordered_at, 'paid' AS status, "
            f"spend AS net_amount FROM '{path}'"
        )
        histories = read_histories(database, date(1997, 9, 30))
        actual = database.rows(
            "SELECT count(DISTINCT (customer_id, ordered_at)) FROM orders WHERE ordered_at > DATE '1997-09-30'"
        )[0][0]
    x, t_x, age = in_weeks(summary)
    assert (histories.x == x).all()
    assert histories.t_x / 7 == pytest.approx(t_x, abs=0.006)
    assert histories.age / 7 == pytest.approx(age, abs=0.006)
    models = fit_models(histories)
    assert models.buying.alpha == pytest.approx(4.414 * 7, rel=0.01)
    # 39 weeks that the model has not seen: it expects 1,653 purchases and 1,882 came, 12 % more. Over all 78 weeks, the
    # known ones included, that is a twentieth
    expected = bg_nbd.expected_purchases(models.buying, histories.x, histories.t_x, histories.age, 273.0)
    assert isinstance(actual, int)
    assert actual == 1882
    assert float(expected.sum()) == pytest.approx(1653, abs=5)
