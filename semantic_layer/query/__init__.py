"""Typed requests and the parts they are made of, and the tables that answer them."""
