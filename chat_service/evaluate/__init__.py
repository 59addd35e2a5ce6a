"""Questions with reference SQL, asked and judged."""
