"""The collection of a day in the night: what of it need not be asked for again, and which of it must be."""

from __future__ import annotations

import logging
from pathlib import Path

from reconcile.batch.folder import base_name
from reconcile.clopos.recheck import Recheck
from reconcile.core.text import counted
from reconcile.engine.result import Result
from reconcile.evidence.collection import SUFFIX, Collection
from reconcile.evidence.day import Evidence, Header
from reconcile.settings.model import Settings

log = logging.getLogger(__name__)


def collection_path(folder: Path, header: Header) -> Path:
    """Where the day of a venue is collected."""
    return folder / f"{base_name(header)}{SUFFIX}"


def read_collected(folder: Path, header: Header, settings: Settings) -> Recheck | None:
    """What was collected of the day; None where nothing that can be used was. Raises OSError."""
    path = collection_path(folder, header)
    if not path.exists():
        return None
    collection = Collection(path, header)
    try:
        evidence = collection.read()
        stale = collection.stale
    finally:
        collection.close()
    if not evidence.operations:
        log.info("%s has no receipt that can be used: everything is asked for", path.name)
        return None
    held = counted(len(evidence.operations), "receipt was", "receipts were")
    log.info("%s collected by day: what changed since is asked for", held)
    return Recheck(evidence, settings.api.recheck_sample, stale, is_collection=True)


def remove_collected(folder: Path, header: Header) -> None:
    """Remove the collection of a day that has its evidence, and what is left of earlier days of the venue."""
    name = base_name(header).replace(header.date.isoformat(), "????-??-??")
    for path in folder.glob(f"{name}{SUFFIX}"):
        if path.name <= collection_path(folder, header).name:
            path.unlink(missing_ok=True)


def to_ask_again(result: Result, evidence: Evidence) -> set[int]:
    """Receipts whose operations were collected by day, and on which a finding about goods rests that may not hold any
    more: operations may have been posted or corrected since.

    Each receipt is asked for where nothing was written off for a line; of findings of one cause, and of one that names
    a product alone, a single receipt: the others hold if that one does.
    """
    findings, collected = result.findings, evidence.asked_before.keys()
    is_about_goods = findings["is_goods"] | findings["cause"].notna()
    about_goods = findings[is_about_goods & findings["receipt_id"].notna()]
    took_nothing = about_goods["actual"].fillna(1) == 0
    wanted = collected & set(about_goods["receipt_id"][took_nothing].tolist())
    others = about_goods[~took_nothing]
    of_products = findings.loc[findings["receipt_id"].isna(), "product_id"].dropna()
    sold = result.lines[result.lines["product_id"].isin(of_products)]
    sharing = [
        *others["receipt_id"].groupby(others["cause"].fillna(others["id"])),
        *sold["receipt_id"].groupby(sold["product_id"]),
    ]
    return wanted | {min(some.tolist()) for _, some in sharing if collected >= set(some.tolist())}
