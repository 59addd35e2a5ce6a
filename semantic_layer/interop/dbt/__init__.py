"""dbt's Semantic Layer: its projects read as they are, and queries answered in its own terms."""

from semantic_layer.interop.dbt.layer import DbtLayer
from semantic_layer.interop.dbt.load import load_dbt
from semantic_layer.interop.dbt.project import DbtProject
from semantic_layer.interop.dbt.query import AskedMetric, DbtQuery, GroupBy

__all__ = ["AskedMetric", "DbtLayer", "DbtProject", "DbtQuery", "GroupBy", "load_dbt"]
