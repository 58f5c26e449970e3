"""A day that is asked for again, cheaply: what of its earlier evidence still holds, and what has to be asked for.

The list tells which receipts changed. Stock operations may change without their receipt, as costs are worked out anew,
so some of the unchanged receipts are asked for too; where one of them shows a change, so are all others.
"""

from __future__ import annotations

import dataclasses
import functools
import heapq
import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from reconcile.clopos.catalogue import CatalogueResponse
from reconcile.core.exact import positive_int
from reconcile.core.text import counted
from reconcile.evidence.day import AskedBefore, Evidence
from reconcile.evidence.log import EvidenceLog, Listed, version_of
from reconcile.evidence.proof import identity
from reconcile.evidence.structs import Raw

logger = logging.getLogger(__name__)
_NAMES = ("product", "stock")
"""Of an operation: what they hold is not judged but for the storage's name, and a product may be renamed."""


def sample_size(unchanged: int, share: Decimal) -> int:
    """How many of the unchanged receipts are asked for: at least one, if there is any."""
    return min(unchanged, max(1, math.ceil(share * unchanged)))


@dataclasses.dataclass(frozen=True)
class Recheck:
    """The earlier evidence of the day that is asked for again."""

    evidence: Evidence
    share: Decimal
    """Of the unchanged receipts: how many are asked for all the same, the longest not asked for first."""
    asked_too_early: frozenset[int] = frozenset()
    """Receipts that may not have had their operations yet when they were asked for: they are asked for again."""
    is_collection: bool = False
    """Whether the evidence was collected by day for the run that is going on, and the day has no other."""

    @property
    def was(self) -> str:
        """What is said of a receipt in it that is gone."""
        return "collected" if self.is_collection else "in the earlier evidence"

    @property
    def receipts(self) -> frozenset[int]:
        """Receipts that were of the day: one that is no longer listed is asked for by its id."""
        failed = (key for key in self.evidence.failures() if key is not None)
        return frozenset({*self.evidence.operations, *failed})

    @property
    def held(self) -> frozenset[int]:
        """Receipts whose operations are held."""
        return frozenset(self.evidence.operations.keys() - self.evidence.failures().keys())

    @property
    def listed(self) -> Iterable[Any]:
        """The latest version of each receipt in the list."""
        return self._listed.values()

    @property
    def not_listed(self) -> frozenset[int]:
        """Receipts of the day that its list did not give."""
        return self.receipts - self._listed.keys()

    @property
    def proven_list(self) -> set[int | str] | None:
        """The receipts that were listed; None if that list was not proven complete."""
        is_whole = self.evidence.listed_total is not None and None not in self.evidence.reasons
        return set(self._listed) if is_whole else None

    @functools.cached_property
    def _listed(self) -> dict[int | str, Raw]:
        """The latest version in the list."""
        return {identity(each): each for asked, each in self.evidence.receipts if asked == "list"}

    @functools.cached_property
    def _by_id(self) -> dict[int | str, Raw]:
        return {identity(each): each for asked, each in self.evidence.receipts if asked != "list"}

    @functools.cached_property
    def _versions(self) -> dict[int | str, bytes]:
        return {key: version_of(each) for key, each in (self._by_id | self._listed).items()}

    def as_before(self, receipt: Any) -> Any:
        """The receipt as the earlier evidence has it, with the products of its lines, if this is the same version."""
        before = self._listed.get(identity(receipt))
        return receipt if before is None or version_of(receipt) != version_of(before) else before

    def catalogue(self, due: Iterable[Raw]) -> CatalogueResponse | None:
        """The catalogue by which the day was judged; None if there is none, or a product is sold that is new."""
        earlier = self.evidence
        if earlier.catalogue_failed or (earlier.catalogue_total is None and not earlier.catalogue_refused):
            return None
        known = {positive_int(each.get("id")) for each in earlier.products if isinstance(each, dict)}
        if not earlier.catalogue_refused and _sold(due) - known - _sold(self.listed):
            return None
        return CatalogueResponse(
            tuple(earlier.products),
            earlier.catalogue_total or 0,
            refused=earlier.catalogue_refused,
            without=earlier.catalogue_without,
        )

    def unchanged(self, due: Mapping[int, Listed]) -> list[int]:
        """Receipts of the same version as before whose operations are held."""
        held = self.held - self.asked_too_early
        return [key for key, now in due.items() if key in held and self._versions.get(key) == now.digest]

    def sample(self, unchanged: Sequence[int]) -> list[int]:
        """Those of the unchanged receipts that are asked for all the same: the longest not asked for first.

        Costs are worked out anew by stock. So among equals those come first that took from the most stocks which no
        receipt of the sample took from.
        """
        stocks = {key: _stocks(self.evidence.operations[key]) for key in unchanged}
        waiting = [(-self._asked(key).runs_ago, -len(stocks[key]), key) for key in unchanged]
        heapq.heapify(waiting)
        taken, seen = list[int](), set[str]()
        while len(taken) < sample_size(len(unchanged), self.share):
            runs_ago, others, key = heapq.heappop(waiting)
            others_now = -len(stocks[key] - seen)
            if others_now == others:
                taken.append(key)
                seen |= stocks[key]
            else:
                heapq.heappush(waiting, (runs_ago, others_now, key))
        return taken

    def differing(self, keys: Iterable[int], log: EvidenceLog) -> list[int]:
        """Receipts whose operations, asked for now, are others than before."""
        return [
            key
            for key in keys
            if key in log.answered
            and _without_names(log.operations(key)) != _without_names(self.evidence.operations[key])
        ]

    def copy(self, keys: Iterable[int], log: EvidenceLog) -> None:
        """Copy the operations of these receipts from the earlier evidence."""
        for key in keys:
            if key in log.listed and key in self._by_id:
                log.append({"record": "receipt", "asked": "id", "receipt": self._by_id[key]})
            asked = self._asked(key)
            log.append(
                {
                    "record": "operations",
                    "receipt_id": key,
                    "as_of": log.held(key).as_of,
                    "operations": self.evidence.operations[key],
                    "asked_at": asked.asked_at,
                    "runs_ago": asked.runs_ago + 1,
                }
            )

    def _asked(self, key: int) -> AskedBefore:
        return self.evidence.asked_before.get(key) or AskedBefore(self.evidence.header.started_at, 0)


def log_differing(differing: Sequence[int], sampled: int, rest: int) -> None:
    """Say that the operations of unchanged receipts are others now, so that all are asked for."""
    logger.warning(
        "the stock operations of %d of %s that did not change are others now, such as those of receipt %d: "
        "the other %d are asked for too",
        len(differing), counted(sampled, "receipt"), differing[0], rest,
    )  # fmt: skip


def _sold(receipts: Iterable[Any]) -> set[int | None]:
    """The products of all lines."""
    lines = (each.get("receipt_products") for each in receipts if isinstance(each, dict))
    return {
        positive_int(line.get("product_id"))
        for each in lines
        if isinstance(each, list)
        for line in each
        if isinstance(line, dict)
    }


def _stocks(operations: Iterable[Any]) -> set[str]:
    """The ids of their stocks, as texts."""
    return {str(each.get("stock_id")) for each in operations if isinstance(each, dict)}


def _without_names(operations: Iterable[Any]) -> list[Any]:
    """The operations in a fixed order, without the objects that name their product and storage."""
    bare = [
        {name: value for name, value in each.items() if name not in _NAMES}
        if isinstance(each, dict)
        else each
        for each in operations
    ]
    return sorted(bare, key=lambda each: str(each.get("id") if isinstance(each, dict) else each))
