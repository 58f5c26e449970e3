"""The sandbox does what is documented: routes, errors, limits, paging, and a receipt's own deductions alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from reconcile.core.exact_json import decode_json
from reconcile.sandbox.generated_day import make_day
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import line, operation, receipt, sales, vendors_pair

Serve = Callable[..., CloposServer]
Ask = Callable[..., httpx.Response]


@pytest.fixture
def ask() -> Iterator[Callable[[CloposServer], Ask]]:
    """`ask(server)` logs in and gives a function that asks it."""
    with httpx.Client() as http:

        def of(server: CloposServer) -> Ask:
            login = {name[7:].lower(): value for name, value in server.account.environment().items()}
            token = http.post(f"{server.url}/auth", json=login).json()["token"]

            def get(path: str, query: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
                named = {"x-token": token} | {name.replace("_", "-"): text for name, text in headers.items()}
                return http.get(f"{server.url}{path}", params=query, headers=named)

            return get

        yield of


@pytest.fixture
def get(serve: Serve, ask: Callable[[CloposServer], Ask]) -> Ask:
    """Asks a server of thirty receipts."""
    return ask(serve(*sales(30)))


def ids(answer: httpx.Response) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["data"]]


def test_the_seeds_example_is_served_as_it_is_written(
    serve: Serve, ask: Callable[[CloposServer], Ask]
) -> None:
    """Get Receipt Stock Operations of receipt 1: the documented body, and nothing round it."""
    sold, written_off = vendors_pair()
    answer = ask(serve([sold], {1: written_off}))("/receipts/1/stock-operations")
    assert answer.json() == {"data": written_off}
    assert answer.headers["content-type"] == "application/json"


TYPES: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(
        "id receipt_id receipt_product_id product_id stock_id storage_id quantity before_quantity "
        "after_quantity cost before_cost total_cost".split(),
        (int, Decimal),
    ),
    "operated_at": str,
    "product": dict,
    "stock": dict,
}
"""The field table of the seed."""


def test_every_field_of_the_table_has_its_type(ask: Callable[[CloposServer], Ask]) -> None:
    """On a made-up day each operation that is served has each field, of the type it should."""
    with CloposServer(make_day(date(2026, 1, 19), 40, seed=1), requests_per_window=10**6) as server:
        get = ask(server)
        for receipt_id in server.store.operations:
            for each in decode_json(get(f"/receipts/{receipt_id}/stock-operations").content)["data"]:
                wrong = {name for name, kind in TYPES.items() if not isinstance(each[name], kind)}
                assert wrong == set()
                assert datetime.strptime(each["operated_at"], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007  local to the venue
                assert isinstance(each["stock"]["storage"]["name"], str)


def test_only_the_receipts_own_deductions_are_served(
    serve: Serve, ask: Callable[[CloposServer], Ask]
) -> None:
    """What the store holds of other documents, or of no line, never appears; a deleted product does."""
    gone = operation(1, 1, 14)
    gone["product"] |= {"deleted_at": "2026-01-19 21:00:00"}
    others = [
        operation(2, 1, 14, operation_id=77),
        operation(3, 1, 14, receipt_product_id=None),
        operation(4, 1, 14, operation_id=78, receipt_product_id=None),
    ]
    get = ask(serve([receipt(1, [line(14)])], {1: [gone, *others]}))
    assert ids(get("/receipts/1/stock-operations")) == [1]


@pytest.mark.parametrize(
    "path", ["/receipts/999", "/receipts/999/stock-operations", "/receipts/x", "/receipts/²", "/products/5"]
)
def test_what_is_not_there_is_404_in_the_documented_envelope(get: Ask, path: str) -> None:
    """`success` false, a stable id, words for people."""
    answer = get(path)
    assert answer.status_code == 404
    what = "Product" if "products" in path else "Receipt"
    assert answer.json() == {"success": False, "error": "not_found", "message": f"{what} not found"}


@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"}, {"page": "x"}, {"limit": "-1"}, {"date[0]": "19.01.2026"}, {"date_from": "x"},
        {"sort[0]": "phone"}, {"sort[1]": "2"}, {"filters[0][0]": "phone", "filters[0][1]": "1"},
    ],
)  # fmt: skip
def test_a_bad_parameter_is_400(get: Ask, query: dict[str, str]) -> None:
    """A parameter that can't be is refused, not guessed at."""
    answer = get("/receipts", query)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


ODD_QUERIES: list[dict[str, str]] = [
    *({name: text} for name in ("page", "limit") for text in ("", "²", "٣", "9" * 5000, "1e3", "-0", "0x1", " 1")),
    *({name: text} for name in ("date[0]", "date_to") for text in ("", "9999-99-99", "٢٠٢٦-01-19", "\x00", "9" * 5000)),
    {"date[]": "x"}, {"date": "x"}, {"date[0]": "9999-12-31", "date[1]": "0001-01-01"},
    {"sort": "id"}, {"sort[0]": ""}, {"sort[0]": "__class__"}, {"sort[1]": "²"}, {"sort[0]": "total", "sort[1]": "-1"},
    {"filters[0][0]": "status"}, {"filters[0][1]": "1"}, {"filters": "x"}, {"filters[" + "9" * 5000 + "][0]": "status"},
    {"filters[٣][0]": "status", "filters[٣][1]": "\x00"}, {"with": "x"}, {"with[0]": ""}, {"with[" * 900: "x"},
    {"page": "999999999", "limit": "999999999"},
]  # fmt: skip
ODD_PATHS = [
    *(f"/receipts/{key}" for key in ("9" * 5000, "-1", "1.0", "%00", "%FF", "٣", "1%2F..", "%2e%2e", "None", "1e9")),
    *(f"/receipts/{key}/stock-operations" for key in ("9" * 5000, "%00", "%FF%FE", "٣")),
    *(f"/products/{key}" for key in ("9" * 5000, "%00", "٣")),
    "/receipts//stock-operations", "/receipts/1/stock-operations/1", "/stock-operations", "/", "//", "/storages",
]  # fmt: skip
ODD_HEADERS = [
    *({"x-venue": text} for text in ("", "²".encode(), "0", "-1", "9" * 5000, "1.0", b"\xff", "1, 2")),
    *({"x-token": text} for text in ("", b"\xff", "9" * 5000)),
]  # fmt: skip


def test_no_odd_request_breaks_the_sandbox(serve: Serve) -> None:
    """It is served, or refused as one that is wrong or asks for what is not there: never with 500."""
    server = serve(*sales(3), failures_per_window=10**6, requests_per_window=10**6, auth_per_window=10**6)
    server.store.products = [{"id": 1, "name": "a"}]
    server.accept_token("sandbox-token")
    known = {"x-token": "sandbox-token"}
    with httpx.Client(base_url=server.url) as http:

        def status(method: str, path: str, **content: Any) -> int:
            headers = {**known, **content.pop("headers", {})}
            return http.request(method, path, headers=headers, **content).status_code

        for query in ODD_QUERIES:
            for path in ("/receipts", "/receipts/1", "/receipts/1/stock-operations", "/products", "/venues"):
                assert status("GET", path, params=query) in (200, 400), (path, query)
        for path in ODD_PATHS:
            assert status("GET", path) in (400, 404), path
        for headers in ODD_HEADERS:
            assert status("GET", "/receipts", headers=headers) in (400, 401, 404), headers
        for method, path in (
            ("POST", "/receipts"),
            ("DELETE", "/receipts/1"),
            ("GET", "/auth"),
            ("PUT", "/venues"),
        ):
            assert status(method, path) in (404, 405)
        for body in (b"[" * 100_000, b'{"a":' * 100_000, b"\x00", b"9" * 100_000, b'{"client_id": 1e99999}'):
            assert status("POST", "/auth", content=body) in (400, 401)


def test_pages_orders_and_filters(serve: Serve, ask: Callable[[CloposServer], Ask]) -> None:
    """`page`, `limit`, `sort`, `filters`, `date`: what they say, and `total` is of all that match."""
    receipts, operations = sales(130)
    for place, each in enumerate(receipts):
        each |= {"sale_type_id": place % 2, "updated_at": f"2026-01-19 16:{place // 60}0:{place % 60:02}"}
    receipts[5]["created_at"] = "2026-01-18 23:59:59"
    get = ask(serve(receipts, operations))
    assert ids(get("/receipts")) == list(range(1, 51)), "fifty a page"
    assert ids(get("/receipts", {"page": 3})) == list(range(101, 131))
    assert len(ids(get("/receipts", {"limit": 1000}))) == 100, "a larger page is lowered silently"
    assert ids(get("/receipts", {"sort[0]": "updated_at", "sort[1]": -1, "limit": 2})) == [130, 129]
    odd = get("/receipts", {"filters[0][0]": "sale_type_id", "filters[0][1]": 1, "limit": 3})
    assert (ids(odd), odd.json()["total"]) == ([2, 4, 6], 65)
    before = get("/receipts", {"date[0]": "2026-01-18", "date[1]": "2026-01-18"})
    assert (ids(before), before.json()["total"]) == ([6], 1)
    assert get("/receipts", {"date_from": "2026-01-18", "date_to": "2026-01-18"}).json()["total"] == 1


def test_parts_come_where_they_are_asked_for(get: Ask) -> None:
    """Lines and their products are shown by `with[…]` alone."""
    assert "receipt_products" not in get("/receipts/1").json()["data"]
    lines = get("/receipts/1", {"with[0]": "receipt_products"}).json()["data"]["receipt_products"]
    assert "product" not in lines[0]
    full = get("/receipts", {"with[0]": "receipt_products", "with[2]": "receipt_products.product.unit"})
    assert full.json()["data"][0]["receipt_products"][0]["product"]["unit"] == {"id": 1, "symbol": "pcs"}


def test_tokens_scopes_and_venues(serve: Serve, ask: Callable[[CloposServer], Ask]) -> None:
    """401 without a token, 403 without the scope, another venue by x-venue, 404 for one that is not there."""
    receipts, operations = sales(4)
    receipts[3]["venue_id"] = 2
    server = serve(receipts, operations)
    server.store.venues = [{"id": 1, "name": "A"}, {"id": 2, "name": "B"}]
    get = ask(server)
    assert get("/receipts", x_token="nonsense").status_code == 401  # noqa: S106
    assert ids(get("/receipts")) == [1, 2, 3]
    assert ids(get("/receipts", x_venue="2")) == [4]
    assert get("/receipts/4").status_code == 404
    assert get("/receipts", x_venue="3").status_code == 404
    assert ids(get("/venues")) == [1, 2]
    server.behaviour.scopes = frozenset({"receipts:read"})
    assert get("/products").json()["error"] == "missing_scope"
    server.behaviour.scopes = frozenset()
    assert get("/receipts/1/stock-operations").status_code == 403


@pytest.mark.parametrize("body", [b"", b"[]", b'{"client_id": 1}', b"\xff", b'"x"'])
def test_wrong_credentials_are_refused(serve: Serve, body: bytes) -> None:
    """A login that is wrong or is none is 401, never a crash."""
    answer = httpx.post(f"{serve().url}/auth", content=body)
    assert (answer.status_code, answer.json()["success"]) == (401, False)


def test_the_three_limits(serve: Serve, ask: Callable[[CloposServer], Ask]) -> None:
    """Logins, other requests, and failures each have their own; each answer says what is left."""
    server = serve(*sales(1), requests_per_window=8, auth_per_window=2, failures_per_window=5)
    get = ask(server)
    first = get("/receipts")
    assert [first.headers[f"RateLimit-{name}"] for name in ("Limit", "Remaining", "Reset")] == [
        "8",
        "7",
        "60",
    ]
    assert [get("/receipts/1").status_code for _ in range(8)] == [200] * 7 + [429]
    over = get("/receipts/1")
    assert over.json() == {"success": False, "error": "rate_limited", "message": "Too many requests"}
    assert over.headers["RateLimit-Remaining"] == "0"
    assert [httpx.post(f"{server.url}/auth", json={}).status_code for _ in range(2)] == [401, 429]
    server.behaviour.requests_per_window = server.behaviour.auth_per_window = 100
    assert get("/receipts/x").status_code == 404  # the fifth failure
    assert get("/receipts/1").status_code == 429
    server.behaviour.failures_per_window = 100
    assert get("/receipts/1").status_code == 200
