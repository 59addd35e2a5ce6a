"""Who may ask, how much, and what of it is written down."""
