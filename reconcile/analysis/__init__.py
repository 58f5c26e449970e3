"""Analyses of a day beyond findings, one per module. Amounts are counts of millionths unless said otherwise."""
