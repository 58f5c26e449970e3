"""The fetch of one business day: its receipts, then the stock operations of each that is due.

The receipts are those in the list of the days around it, and those opened earlier.

Every record is written to the evidence as it arrives. A receipt that can't be fetched is recorded as a failure and
the fetch goes on; refused access or a service that stops answering ends it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime

from reconcile.clopos.accepted import Queries
from reconcile.clopos.catalogue import CatalogueResponse
from reconcile.clopos.client import CloposClient, TransientError
from reconcile.clopos.each_receipt import EachReceipt
from reconcile.clopos.listing import Listing
from reconcile.clopos.opened_earlier import DAYS_BACK, OpenedEarlier, read_by_closing
from reconcile.clopos.previous_day import PreviousDay
from reconcile.clopos.progress import FetchProgress
from reconcile.clopos.receipt_list import ReceiptList
from reconcile.clopos.receipt_requests import ReceiptChecks, ReceiptRequests
from reconcile.clopos.recheck import Recheck, log_differing
from reconcile.evidence.log import EvidenceLog, Listed
from reconcile.evidence.venue import OneVenue
from reconcile.settings.model import Api


async def fetch_day(
    client: CloposClient,
    log: EvidenceLog,
    api: Api,
    *,
    checks: ReceiptChecks,
    venue: OneVenue,
    queries: Queries,
    progress: FetchProgress,
    catalogue: Callable[[], Awaitable[CatalogueResponse]],
    previous_day: PreviousDay | None = None,
    opened_earlier: OpenedEarlier | None = None,
    recheck: Recheck | None = None,
) -> bool:
    """Fetch a day into the evidence. Returns whether its list was proven complete.

    The catalogue is only read if the day has sales. Without `opened_earlier`, receipts opened before the days listed
    are not looked for. With `recheck`, what it holds and what did not change is not asked for.

    Raises `AccessRefused` or `DayUnavailable` where nothing can be fetched, and `OtherVenue`.
    """
    requests_before = client.counts.requests
    receipt_list = ReceiptList(client, log.header.venue_id, queries)
    requests = ReceiptRequests(client, log, checks, queries)
    if recheck is not None:
        requests.was = recheck.was
    list_doubt = doubt = await Listing(receipt_list, log, recheck).read(previous_day)
    if opened_earlier is not None:
        open_receipts = EachReceipt(log, api.connections, requests.fetch_open)
        doubt = await _read_opened_earlier(receipt_list, requests, open_receipts, opened_earlier) or doubt
    due: dict[int, Listed] = {}
    for key, receipt in log.receipts():
        venue.check(receipt)
        if checks.is_due(receipt):
            due[key] = log.held(key)
    if due and not log.has_catalogue:
        held_catalogue = recheck and recheck.catalogue(map(log.receipt, due))
        for record in (held_catalogue or await catalogue()).records():
            log.append(record)
    each = EachReceipt(log, api.connections, requests.fetch_operations, progress.advance)
    await _fetch_operations(log, due, each, progress, recheck)
    await requests.ask_unproven_again(api.connections)
    if doubt:  # recorded last: a run that resumes a cut-off one reads the list again
        log.append({"record": "failure", "receipt_id": None, "reason": doubt})
    _end(log, client.counts.requests - requests_before, queries)
    return not list_doubt


async def fetch_again(
    client: CloposClient,
    log: EvidenceLog,
    api: Api,
    keys: Iterable[int],
    *,
    checks: ReceiptChecks,
    queries: Queries,
) -> None:
    """Ask for the operations of receipts that the evidence has, once more. Raises `AccessRefused`."""
    requests_before = client.counts.requests
    requests = ReceiptRequests(client, log, checks, queries)
    due = {key: log.held(key).as_of for key in sorted(keys)}
    await EachReceipt(log, api.connections, requests.fetch_operations).run(due)
    await requests.ask_unproven_again(api.connections)
    _end(log, client.counts.requests - requests_before, queries)


def _end(log: EvidenceLog, requests: int, queries: Queries) -> None:
    finished_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    refused = {"refused": refusals} if (refusals := queries.refused()) else {}
    log.append({"record": "end", "finished_at": finished_at, "requests": log.requests + requests, **refused})


async def _fetch_operations(
    log: EvidenceLog,
    due: Mapping[int, Listed],
    each: EachReceipt,
    progress: FetchProgress,
    recheck: Recheck | None,
) -> None:
    """The operations of the receipts that are due, but for those held, or copied from what is rechecked."""
    missing = {key: held.as_of for key, held in due.items() if log.answered.get(key) != held.digest}
    unchanged = recheck.unchanged(due) if recheck else []
    sample = recheck.sample(unchanged) if recheck else []
    left = sorted(set(unchanged) - set(sample))
    rest = {key: missing.pop(key) for key in left if key in missing}
    progress.plan(len(due), len(due) - len(missing))
    await each.run(missing)
    if recheck is None:
        return
    unanswered = [key for key in sample if key not in log.answered]
    if unanswered and not recheck.is_collection:
        return  # what was not asked for is not known to be as before, and the earlier evidence stays
    differing = recheck.differing(sample, log)
    if not (differing or unanswered):
        recheck.copy(rest, log)
    elif rest:
        if differing:
            log_differing(differing, len(sample), len(rest))
        progress.close()
        progress.plan(len(due), len(due) - len(rest))
        await each.run(rest)


async def _read_opened_earlier(
    receipt_list: ReceiptList, requests: ReceiptRequests, open_receipts: EachReceipt, wanted: OpenedEarlier
) -> str:
    """Add receipts opened before the days listed to the evidence. Returns why a later run may find more, if so."""
    log, failed = requests.log, ""
    await open_receipts.run(dict.fromkeys(sorted(key for key in wanted.ids if key not in log.listed), ""))
    not_found = f"the day is more than {DAYS_BACK} days back"
    if wanted.is_recent:
        try:
            not_found = await read_by_closing(receipt_list, log, requests.checks.is_due)
        except TransientError as error:
            not_found = failed = f"the list of receipts sorted by closed_at could not be had ({error})"
    why = {"not_found": not_found} if not_found else {}
    log.append({"record": "opened_earlier", "gone": sorted(requests.gone), **why})
    return failed
