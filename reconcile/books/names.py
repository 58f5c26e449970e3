"""The names of the tables of the books, and the version of their columns."""

from __future__ import annotations

SCHEMA_VERSION = 1
"""Raised when a table or a column of the books changes: books of another version are made again."""
CONTROL = "control"
"""The table of one row a day: its control totals."""
OF_FRAMES = ("lines", "operations", "findings", "ingredients", "receipts", "products")
"""The tables that are frames of the day, by the name of the file and of the view."""
TABLES = (*OF_FRAMES, CONTROL)
