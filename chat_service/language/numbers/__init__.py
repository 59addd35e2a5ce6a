"""Numbers and hours of the day as people write them."""
