"""dbt projects that random queries are asked of, here and in MetricFlow."""
