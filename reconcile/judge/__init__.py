"""Judges many days again from their evidence: which days, on which processes or cluster, and what is there already."""
