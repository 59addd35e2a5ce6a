"""The checked model: datasets, fields, joins, metrics; windows, names, labels."""
