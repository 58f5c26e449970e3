"""The operations of each stock of a made-up day in order, added and removed so that later balances follow."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from reconcile.evidence.structs import Raw
from reconcile.sandbox.menu_records import number
from reconcile.sandbox.store import Store


class StockChains:
    """All operations of a store by stock, those of other documents too."""

    def __init__(self, store: Store) -> None:
        self._chains: dict[int, list[Raw]] = defaultdict(list)
        for operations in store.operations.values():
            for operation in operations:
                self._chains[operation["stock_id"]].append(operation)
        for chain in self._chains.values():
            chain.sort(key=_place)

    def all(self) -> Iterator[Sequence[Raw]]:
        """Those of each stock, by stock id."""
        for stock_id in sorted(self._chains):
            yield self._chains[stock_id]

    def of(self, stock_id: int) -> Sequence[Raw]:
        """Those of one stock."""
        return self._chains.get(stock_id, ())

    def ends(self) -> dict[int, Decimal]:
        """The last balance of each stock, by stock id."""
        return {
            stock_id: Decimal(chain[-1]["after_quantity"])
            for stock_id, chain in self._chains.items()
            if chain
        }

    def before(self, operation: Raw) -> Raw | None:
        """The operation before it in its stock, or before its place if it is not in the chain."""
        chain, place = self._find(operation)
        return chain[place - 1] if place else None

    def add(self, *operations: Raw) -> bool:
        """Add operations: each begins where the one before ended, and the balances after it follow.

        Returns False and adds none where a balance would fall below zero, or where one would be its stock's first.
        """
        for position, operation in enumerate(operations):
            chain, place = self._find(operation)
            ended = chain[place - 1]["after_quantity"] if place else Decimal(-1)
            after = Decimal(ended) - operation["quantity"]
            if min(ended, after) < 0 or not _shift(chain[place:], -Decimal(operation["quantity"])):
                for added in reversed(operations[:position]):
                    self.remove(added)
                return False
            operation |= {"before_quantity": ended, "after_quantity": number(after)}
            chain.insert(place, operation)
        return True

    def remove(self, operation: Raw) -> bool:
        """Remove an operation as if it had never been. Returns False where a balance would fall below zero."""
        chain, place = self._find(operation)
        if not _shift(chain[place + 1 :], Decimal(operation["quantity"])):
            return False
        del chain[place]
        return True

    def take_out(self, operation: Raw) -> None:
        """Remove an operation; the balances after it follow where none would fall below zero."""
        if not self.remove(operation):
            self.forget(operation)

    def raise_from(self, operation: Raw, change: Decimal) -> None:
        """Raise the balances of an operation, and of those after it."""
        chain, place = self._find(operation)
        _shift(chain[place:], change)

    def forget(self, operation: Raw) -> None:
        """Remove an operation and leave the balances after it: something else moved the stock by as much."""
        chain, place = self._find(operation)
        del chain[place]

    def _find(self, operation: Raw) -> tuple[list[Raw], int]:
        chain = self._chains[operation["stock_id"]]
        return chain, bisect_left(chain, _place(operation), key=_place)


def _shift(operations: Sequence[Raw], change: Decimal) -> bool:
    """Add to the balances of operations, not where one would fall below zero; those that are below it stay."""
    shifted = [each for each in operations if each["after_quantity"] >= 0]
    names = ("before_quantity", "after_quantity")
    if any(each[name] + change < 0 for each in shifted for name in names):
        return False
    for operation in shifted:
        for name in names:
            operation[name] = number(operation[name] + change)
    return True


def _place(operation: Raw) -> tuple[str, int]:
    return operation["operated_at"], operation["id"]
