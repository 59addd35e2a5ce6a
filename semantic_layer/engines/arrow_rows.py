"""Arrow tables to rows of plain values, for the engines whose client library answers in Arrow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pyarrow as pa

from semantic_layer.engines.protocol import RawTable
from semantic_layer.query.result import ColumnType, Value

# the driver for PostgreSQL hands its NUMERIC, which has no fixed scale, over as text under this name
_NUMERIC = "numeric"


def rows_of(table: pa.Table, timezone: str = "UTC") -> RawTable:
    """The table's names, types and rows: decimals as float, dates as date, anything else as text.

    Instants with a time zone are given as the clocks of `timezone` show them, without one.
    """
    columns = [_values(column, field.type, timezone) for column, field in zip(table.columns, table.schema, strict=True)]
    return RawTable(
        names=tuple(table.schema.names),
        types=tuple(_column_type(field.type) for field in table.schema),
        rows=tuple(zip(*columns, strict=True)) if columns else (),
    )


def _values(column: pa.ChunkedArray, kind: pa.DataType, timezone: str) -> list[Value]:
    found = column.to_pylist()
    convert = _converter(kind, timezone)
    return found if convert is None else [None if value is None else convert(value) for value in found]


def _converter(kind: pa.DataType, timezone: str) -> Callable[[object], Value] | None:
    if _is_numeric(kind):
        return _number
    if pa.types.is_timestamp(kind) and kind.tz is not None and kind.unit != "ns":
        zone = ZoneInfo(timezone)
        return lambda value: _shown_in(value, zone)
    is_plain = (
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_date(kind)
        or pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_null(kind)
        or (pa.types.is_timestamp(kind) and kind.unit != "ns")
    )
    return None if is_plain else str


def _number(value: object) -> float:
    assert isinstance(value, str | Decimal), "numbers of any scale come as text or Decimal"
    return float(value)


def _shown_in(value: object, zone: ZoneInfo) -> datetime:
    assert isinstance(value, datetime), "instants come as datetime"
    return value.astimezone(zone).replace(tzinfo=None)


def _is_numeric(kind: pa.DataType) -> bool:
    return pa.types.is_decimal(kind) or (isinstance(kind, pa.OpaqueType) and kind.type_name == _NUMERIC)


def _column_type(kind: pa.DataType) -> ColumnType:
    if _is_numeric(kind) or pa.types.is_floating(kind):
        return "number"
    if pa.types.is_integer(kind):
        return "integer"
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_date(kind):
        return "date"
    return "timestamp" if pa.types.is_timestamp(kind) else "text"
