"""Frames with more columns."""

from __future__ import annotations

from typing import Any

import pandas as pd


def with_columns(frame: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    """The frame with these columns too.

    As `DataFrame.assign`, but new columns are not copied: their arrays must not be changed afterwards.
    """
    if any(name in frame for name in columns):
        return frame.assign(**columns)
    return pd.concat([frame, pd.DataFrame(columns, index=frame.index, copy=False)], axis=1)
