"""The page of the overview: one HTML file with its style, script and data in it."""
