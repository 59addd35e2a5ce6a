"""An answer as a file: Excel, CSV, Markdown."""
