"""The company that does not exist: its customers, orders and truths, made from a seed."""
