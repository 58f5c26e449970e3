"""The overview: one page about all venues."""
