"""Examples that the API's documentation shows: whole bodies, checked against their models by a test."""

from __future__ import annotations

from fastapi.openapi.models import Example
from pydantic import JsonValue

_PROVENANCE: JsonValue = {
    "translator": "offline",
    "model_hash": "9f2c4be1",
    "data_as_of": "2026-06-30",
    "cache": "miss",
}

ANSWERED: JsonValue = {
    "request_id": "6f1d2c",
    "conversation_id": "c-1",
    "message_id": "m-1",
    "status": "answered",
    "language": "zh",
    "content": [
        {
            "type": "text",
            "text": "2026年5月（2026-05-01 至 2026-05-31），会员等级为金卡，复购率为 31.2%，"
            "比2025年5月（2025-05-01 至 2025-05-31）的 26.2% 上升 5.0 个百分点。",
        },
        {
            "type": "interpretation",
            "query": {
                "kind": "metrics",
                "metrics": ["repurchase_rate"],
                "period": {"start": "2026-05-01", "end": "2026-06-01", "grain": "month"},
                "filters": [{"field": "member_tier", "op": "=", "values": ["gold"], "origin": "asked"}],
                "compare": {"to": "year"},
            },
            "restated": "2026年5月会员等级为金卡的复购率，与2025年5月比较",
            "spans": [{"text": "上个月", "start": 0, "end": 3, "role": "period", "resolved": "2026-05-01/2026-06-01"}],
            "unused": [],
            "assumptions": [],
            "filters": [{"field": "member_tier", "op": "=", "values": ["gold"], "origin": "asked", "text": ""}],
        },
        {"type": "sql", "statement": "SELECT ...", "dialect": "duckdb"},
        {
            "type": "table",
            "columns": [
                {"name": "repurchase_rate", "label": "复购率", "role": "metric", "type": "number", "format": "percent"}
            ],
            "rows": [[0.312]],
            "row_count": 1,
            "total_rows": 1,
            "truncated": False,
        },
        {"type": "suggestions", "suggestions": ["2026年5月金卡各大区的复购率"]},
    ],
    "confidence": {"score": 0.97, "basis": ["all_words_used"]},
    "warnings": [],
    "problem": None,
    "provenance": _PROVENANCE,
    "timings_ms": {"translate": 2.1, "compile": 0.8, "execute": 6.0, "total": 9.4},
}

CLARIFIED: JsonValue = {
    "request_id": "6f1d2d",
    "conversation_id": "c-1",
    "message_id": "m-2",
    "status": "clarification",
    "language": "en",
    "content": [
        {"type": "text", "text": "Active in what sense?"},
        {
            "type": "clarification",
            "id": "c1",
            "question": "Active in what sense?",
            "choices": [
                {"id": "active_customers", "label": "active customers", "message": "How many active customers?"},
                {"id": "active_users", "label": "active users", "message": "How many active users?"},
            ],
        },
    ],
    "confidence": {"score": 0.5, "basis": ["two_readings"]},
    "warnings": [],
    "problem": None,
    "provenance": _PROVENANCE,
    "timings_ms": {"translate": 1.9, "compile": None, "execute": None, "total": 2.0},
}

REFUSED: JsonValue = {
    "request_id": "6f1d2e",
    "conversation_id": "c-1",
    "message_id": "m-3",
    "status": "refused",
    "language": "en",
    "content": [
        {"type": "text", "text": "There is nothing here about the weather."},
        {"type": "suggestions", "suggestions": ["Which customers may churn?"]},
    ],
    "confidence": {"score": 0.0, "basis": []},
    "warnings": [],
    "problem": {"code": "out_of_scope", "message": "There is nothing here about the weather.", "detail": {}},
    "provenance": _PROVENANCE,
    "timings_ms": {"translate": 0.9, "compile": None, "execute": None, "total": 1.0},
}

QUERY_EXAMPLES: dict[str, Example] = {
    "metrics": Example(
        summary="Revenue and orders by region in May 2026, against the year before",
        value={
            "kind": "metrics",
            "metrics": ["revenue", "orders"],
            "group_by": ["region"],
            "period": {"start": "2026-05-01", "end": "2026-06-01", "grain": "month"},
            "compare": {"to": "year"},
            "order_by": [{"column": "revenue", "descending": True}],
        },
    ),
    "list": Example(
        summary="Customers at high risk, most likely to leave first",
        value={
            "kind": "list",
            "columns": ["churn_probability", "churn_reasons"],
            "filters": [{"field": "churn_risk", "op": "=", "values": ["high"]}],
            "order_by": [{"column": "churn_probability", "descending": True}],
            "limit": 20,
        },
    ),
}
