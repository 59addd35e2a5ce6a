"""Models of others, in and out: dbt and Ossie."""
