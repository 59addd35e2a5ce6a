"""A small engine of grammar: rules over categories, a chart that holds every reading, the cheapest covers of a text."""
