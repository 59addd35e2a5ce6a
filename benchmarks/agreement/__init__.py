"""Huitou and MetricFlow on the same dbt projects, data and queries: `make agreement`."""
