"""What the day's data say of themselves and is not believed, as other data of the day contradict it.

Source: rules/README.md, "Terms" (kind), "Repeats" and "Recipes".
"""

from __future__ import annotations

import pandas as pd

from reconcile.engine.kinds import Believed
from reconcile.engine.recipes.dishes import EMPTIED
from reconcile.language.messages import Note, Notes
from reconcile.language.translate import to_say

_DISHES = to_say("inventory_behavior of dishes: most that were written off contradict it")
_PREPARATIONS = to_say("inventory_behavior of preparations: most that were written off contradict it")
_CIDS = to_say("cid of the till: the same on more than five receipts (cids: {count})")
_EMPTIED = to_say("empty recipes of dishes that are written off all the same: {products}")


def not_believed(belief: Believed, cids: int, lines: pd.DataFrame) -> Notes:
    """In words for the sheet Checks and notes. `cids`: how many are not believed; `lines` (`MatchedLines`)."""
    emptied = sorted(set(lines.loc[lines["because"] == EMPTIED, "product"].tolist()))
    notes = (
        (not belief.dish, Note(_DISHES)),
        (not belief.preparation, Note(_PREPARATIONS)),
        (cids > 0, Note(_CIDS, {"count": cids})),
        (bool(emptied), Note(_EMPTIED, {"products": ", ".join(emptied)})),
    )
    return tuple(note for holds, note in notes if holds)
