"""The reports of a month that is closed."""
