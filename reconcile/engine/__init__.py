"""A day, judged: the join of sale lines and stock operations, the rules, and control totals that tie out."""
