"""Recipes of dishes: explosion, theoretical usage, and its comparison with what was written off, by ingredient."""
