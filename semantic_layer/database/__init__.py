"""A model over a live database: its checks, the days of its data, values, sure joins."""
