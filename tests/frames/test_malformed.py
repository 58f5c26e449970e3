"""Whatever an answer looks like: no traceback, no hang, and nothing lost without a word. Over a real server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response

from reconcile.clopos.receipt_requests import ReceiptChecks
from reconcile.clopos.session import Session
from reconcile.core.errors import AccessRefused, DayUnavailable
from reconcile.engine.day import reconcile_day
from reconcile.engine.result import Result
from reconcile.evidence.day import Header
from reconcile.evidence.log import EvidenceLog
from reconcile.frames import is_due, lacks_lines, names_unknown_line
from reconcile.sandbox.faults import Fault, RouteName
from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store import Store
from reconcile.settings.environment import Credentials
from reconcile.settings.model import Api, Settings
from tests.given.day_records import sales
from tests.given.examples import examples
from tests.given.malformed import Malformed, malformed
from tests.given.random_days import DAY

RECEIPTS = 12
OUT_OF_TIME = "the fetch had gone on for"
SETTINGS = Settings(
    api=Api(
        requests_per_window=10**6, attempts=2, retry_pause_seconds=0.0001, read_timeout_seconds=2.0,
        request_deadline_seconds=1.0, run_deadline_minutes=1.0, page_size=RECEIPTS,
    )
)  # fmt: skip
CHECKS = ReceiptChecks(lambda receipt: is_due(receipt, DAY, None), lacks_lines, names_unknown_line)
GOOD, OPERATIONS = sales(RECEIPTS)
ANYONES = [{name: value for name, value in OPERATIONS[1][0].items() if name != "receipt_id"}]
"""Stock operations that do not say whose they are."""
ONE_LIST = {"success": True, "data": GOOD[:2], "total": 2}
ONE_RECEIPT = {"success": True, "data": GOOD[0]}
ONE_LOGIN = {"success": True, "token": "sandbox-token-x", "token_type": "Bearer", "expires_in": 3600}
tried = settings(
    max_examples=examples(4, 250),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def server() -> Iterator[CloposServer]:
    """A server of twelve sales."""
    with CloposServer(Store(GOOD, OPERATIONS), requests_per_window=10**6, auth_per_window=10**6) as found:
        found.behaviour.failures_per_window = 10**6
        found.behaviour.reset_as = "absent"  # a pause that is asked for would be kept
        yield found


def answering(answers: Sequence[Malformed]) -> Callable[[Request], Any]:
    """Gives one answer a receipt, the same however often it is asked for; one list or login after the other."""
    turns = iter(answers)

    async def answer(request: Request) -> Response | None:
        key = request.path_params.get("id")
        given = answers[(int(key) - 1) % len(answers)] if key else next(turns, None)
        if given is None:
            return None
        return Response(given.body, given.status, media_type=given.kind or None)

    return answer


def fetched(
    server: CloposServer, folder: Path, route: RouteName, answers: Sequence[Malformed]
) -> Result | None:
    """The day, where one route answers so; None where it could not be had, which was said."""
    account = server.account
    who = Credentials(
        account.client_id, account.client_secret, account.brand, account.integrator_id, server.url
    )
    server.faults[:] = [Fault(route, answering(answers))]
    log = EvidenceLog(folder / f"{time.monotonic_ns()}.jsonl", Header(DAY, "clopos"), timedelta(0))
    try:
        with Session(who, SETTINGS.api, show_progress=False) as session:
            session.fetch(log, CHECKS)
        result = reconcile_day(log.read(), SETTINGS)
    except (AccessRefused, DayUnavailable) as error:
        assert str(error).endswith((".", ")", "again", "vendor", "later", "enabled"))
        return None
    finally:
        log.close()
    assert not any(OUT_OF_TIME in each.reason for each in result.failures), "it hung"
    return result


@tried
@given(answers=st.lists(malformed({"data": ANYONES}), min_size=RECEIPTS, max_size=RECEIPTS))
def test_malformed_stock_operations(server: CloposServer, tmp_path: Path, answers: list[Malformed]) -> None:
    """Each receipt is reconciled with as many operations as came, or failed with a reason; the others are as ever."""
    result = fetched(server, tmp_path, "operations", answers)
    assert result is not None
    counted = result.control.receipts
    assert counted["listed"] == RECEIPTS == counted["reconciled"] + counted["failed"]
    came = [each.data() for each in answers]
    given_up = {each.receipt_id for each in result.failures if each.reason.startswith("not asked for")}
    failed = {each.receipt_id for each in result.failures} - given_up
    unreadable = {place for place, data in enumerate(came, start=1) if data is None}
    assert failed == unreadable - given_up, "read what can be read, and nothing else"
    kept = [data for place, data in enumerate(came, start=1) if data is not None and place not in given_up]
    assert result.control.operations["total"] == sum(map(len, kept))


@tried
@given(answers=st.lists(malformed(ONE_LIST), min_size=1, max_size=6))
def test_a_malformed_list(server: CloposServer, tmp_path: Path, answers: list[Malformed]) -> None:
    """However the pages look: the day is whole, or incomplete and says so, or could not be had."""
    result = fetched(server, tmp_path, "list", answers)
    if result is not None:
        counted = result.control.receipts
        kinds = ("reconciled", "open", "other_day", "failed")
        assert counted["listed"] == sum(counted[kind] for kind in kinds)
        assert result.complete is not bool(result.failures or len(result.quarantine))
        if not result.complete:
            assert all(each.reason for each in result.failures)


@tried
@given(answers=st.lists(malformed(ONE_RECEIPT), min_size=RECEIPTS, max_size=RECEIPTS))
def test_malformed_receipts_by_id(server: CloposServer, tmp_path: Path, answers: list[Malformed]) -> None:
    """Where the list leaves out the lines, each receipt comes by its id: however it comes, it is counted."""
    server.behaviour.lists_lines = False
    try:
        result = fetched(server, tmp_path, "receipt", answers)
    finally:
        server.behaviour.lists_lines = True
    assert result is not None
    counted = result.control.receipts
    assert counted["listed"] == RECEIPTS
    assert counted["listed"] == sum(counted[kind] for kind in ("reconciled", "open", "other_day", "failed"))
    assert len({each.receipt_id for each in result.failures}) >= counted["failed"]


@tried
@given(answers=st.lists(malformed(ONE_LOGIN), min_size=1, max_size=3))
def test_a_malformed_login(server: CloposServer, tmp_path: Path, answers: list[Malformed]) -> None:
    """A login that can't be read ends the run with a sentence, or is tried again and the day is whole."""
    result = fetched(server, tmp_path, "auth", answers)
    assert result is None or result.control.receipts["reconciled"] == RECEIPTS
