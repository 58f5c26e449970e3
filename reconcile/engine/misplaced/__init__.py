"""What is only in the wrong place: write-offs that are neither over nor under, as they stand under another line.

Source: rules/README.md, "Only in the wrong place".
"""

from reconcile.engine.misplaced.stage import MISPLACED_RULE, Placed, find_misplaced

__all__ = ["MISPLACED_RULE", "Placed", "find_misplaced"]
