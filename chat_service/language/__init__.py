"""Text to tokens, numbers and dates, and the words of each language. Knows no metrics."""
