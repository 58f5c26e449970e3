"""The public client `integrify-clopos` 0.1.0, as published and unchanged, gets on with the sandbox.

Where the vendor's document and that client disagree, the document rules: its stock operations come as `{"data": […]}`
alone, and that client wants `success` besides.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from integrify.clopos.client import CloposClientClass
from pydantic import TypeAdapter, ValidationError

from reconcile.sandbox.server import CloposServer
from tests.given.day_records import receipt, vendors_pair

Serve = Callable[..., CloposServer]


@pytest.fixture
def server(serve: Serve) -> CloposServer:
    """The vendor's example, and a receipt of the day before."""
    sold, written_off = vendors_pair()
    return serve([sold, receipt(2, day="2026-01-18")], {1: written_off})


@pytest.fixture
def client(server: CloposServer) -> Iterator[Any]:
    """That client, led to the sandbox by nothing but its own `base_url`."""
    with CloposClientClass(base_url=f"{server.url}/") as found:
        yield found


@pytest.fixture
def headers(server: CloposServer, client: Any) -> dict[str, str]:
    """Logged in by that client."""
    account = server.account
    answer = client.auth(
        client_id=account.client_id, client_secret=account.client_secret, brand=account.brand,
        integrator_id=account.integrator_id,
    )  # fmt: skip
    assert answer.ok
    assert (answer.body.token_type, answer.body.expires_in) == ("Bearer", 3600)
    return {"x-token": answer.body.token}


def test_it_is_the_version_that_was_published() -> None:
    """Pinned: another version may be another client."""
    assert importlib.metadata.version("integrify-clopos") == "0.1.0"


def test_wrong_credentials_are_an_answer_it_understands(client: Any) -> None:
    """Its model wants a list of errors where the vendor documents one id: the document rules."""
    with pytest.raises(ValidationError, match="error"):
        client.auth(client_id="x", client_secret="y", brand="z", integrator_id="1")  # noqa: S106


def test_receipts_between_two_days(client: Any, headers: dict[str, str]) -> None:
    """It sends `date_from` and `date_to`: they do what `date[0]` and `date[1]` do."""
    answer = client.get_receipts(
        date_from="2026-01-19", date_to="2026-01-19", page=1, limit=10, headers=headers
    )
    assert answer.ok
    assert [each.id for each in answer.body.data] == [1]
    assert answer.body.total == 1
    both = client.get_receipts(headers=headers)
    assert [each.id for each in both.body.data] == [1, 2]


def test_a_receipt_by_its_id(client: Any, headers: dict[str, str]) -> None:
    """Its model takes what the sandbox gives."""
    answer = client.get_receipt_by_id(1, headers=headers)
    assert answer.ok
    assert (answer.body.data.id, answer.body.data.total, answer.body.data.shift_date) == (
        1,
        30000,
        "2026-01-19",
    )


def test_venues(client: Any, headers: dict[str, str]) -> None:
    """One venue, the sandbox itself."""
    assert [each.id for each in client.get_venues(headers=headers).body.data] == [1]


def test_stock_operations_are_as_the_document_has_them(
    server: CloposServer, client: Any, headers: dict[str, str]
) -> None:
    """The document's 200 is `data` alone; that client refuses it for want of `success`, but its records fit."""
    with pytest.raises(ValidationError, match="success"):
        client.get_receipt_stock_operations(1, headers=headers)
    from integrify.clopos.schemas.receipts.object import ReceiptStockOperation

    served = httpx.get(f"{server.url}/receipts/1/stock-operations", headers=headers).json()["data"]
    taken = TypeAdapter(list[ReceiptStockOperation]).validate_python(served)
    assert [(each.id, str(each.receipt_product_id)) for each in taken] == [(1001, "14"), (1002, "15")]
