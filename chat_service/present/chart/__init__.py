"""The chart that a table is best read as, as a Vega-Lite specification."""
