"""Churn, value and loyalty of customers, by published models."""
