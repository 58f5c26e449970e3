"""The demo day's postings: receipts that were skipped, came twice, or were written off in another place or unit."""

from __future__ import annotations

from tests.generate.demo.menu import Flag, Line, Near
from tests.generate.demo.notation import INFO, WARNING, sale, sold, took

_MOVED = "misplaced-write-off"
_CID = "6f0e6a52-7f0b-4a54-9d53-2a1b0d7c9e11"
_OTHER_CID = "0b8a1c77-2f8e-4f0e-8f0f-6c1a52b3d402"


def _latte(*notes: Flag) -> Line:
    """Half a portion, of which a gram of cinnamon was taken instead of half a gram."""
    return sold("cinnamonlatte", 1, *notes, portion="0.5", ops=[
        took("coffee", "0.009"), took("milk", "0.1"), took("cinnamon", "0.001")])  # fmt: skip


POSTINGS = (
    sale("19:38", "20:01", sold("cola", 2, ops=[]), sold("somsa", 3, ops=[]), notes=(Flag(
        "receipt-not-posted", "2", "0", "-2", "-22900", "skipped at closing: 2 x 6200 + 3 x 3500"),)),
    sale("19:41", "20:03", sold("cola", 1, Near("missing-write-off", "posted")), sold("tandir", 2, Flag(
        "goods-never-written-off", "5", "0", "-5", "-9000", "three lines, and no operation", WARNING), ops=[])),
    sale("19:43", "20:04", sold("tandir", 1, ops=[]), sold("revane")),
    sale("19:45", "20:06", sold("tandir", 2, ops=[]), sold("cola", 1)),
    sale("19:47", "20:08", sold("borjomi", 2), raw={"cid": _CID}),
    sale("19:47", "20:09", sold("borjomi", 2), raw={"cid": _CID}, notes=(Flag(
        "duplicate-receipt", "", "", "", "18600", "sent again after the line was lost"),)),
    sale("19:50", "20:10", sold("chips", 1), raw={"cid": _OTHER_CID}),
    sale("19:55", "20:12", sold("chips", 1, ops=[took("chips", "-1")]), is_return=True, raw={"cid": _OTHER_CID},
        notes=(Near("duplicate-receipt", "a return with the cid of its sale"),)),
    sale("19:57", "20:14", sold("patir", 2, Flag(
        _MOVED, "2", "3", "1", "0", "one of it is the other line's", INFO, of="patir"), ops=[took("patir", 3)]),
        sold("patir", 1, ops=[])),
    sale("20:00", "20:16", sold("cheesecake", 1, Flag(
        _MOVED, "1", "0", "-1", "0", "listed under the next receipt", WARNING, of="cheesecake"), ops=[], id=3950),
        sold("cola", 1)),
    sale("20:02", "20:17", sold("cola", 1), strays=(took("cheesecake", 1, raw={"receipt_product_id": 3950}),)),
    sale("20:04", "20:18", sold("lokum", 4, Flag(
        _MOVED, "4", "0", "-4", "0", "an operation without a line", WARNING, of="lokum"), ops=[]), sold("cola", 1)),
    sale("20:05", "20:19", sold("cola", 1), strays=(took("lokum", 4, raw={"receipt_product_id": None}),)),
    sale("20:06", "20:20", sold("candy", 2, ops=[took("candy", 2), took("candy", "-1", at="20:24")])),
    sale("20:21", "20:24", sold("candy", 1, Flag(
        _MOVED, "-1", "0", "1", "0", "put back under the sale", WARNING, of="candy"), ops=[]), is_return=True),
    sale("20:25", "20:40", sold("achma", 2, is_void=True, raw={"deleted_at": "2026-01-19 20:31:00"}),
        sold("cola", 1)),
    sale("20:35", "20:50", sold("achma", 2, Flag(
        _MOVED, "2", "0", "-2", "0", "the guests moved to another table", WARNING, of="achma"), ops=[]),
        sold("cola", 1)),
    sale("20:37", "20:52", sold("beer", 1, Flag(
        "unit-ratio", "1", "6", "5", "50000", "sold by six, kept by the bottle", WARNING), ops=[took("beer", 6)])),
    sale("20:39", "20:53", sold("beer", 2, ops=[took("beer", 12)])),
    sale("20:41", "20:54", sold("beer", 1, Near("quantity-mismatch", "right by the pack"), ops=[took("beer", 6)])),
    sale("20:43", "20:55", _latte(Flag(
        "rounding-bias", "0.0025", "0.005", "0.0025", "450", "always a gram for half of it", WARNING, of="cinnamon"))),
    *(sale(f"20:{minute}", f"20:{minute + 11}", _latte()) for minute in (44, 45, 46, 47)),
    sale("20:46", "20:59", sold("cherry", 1), sold("cherry", 1)),
    sale("20:48", "21:00", sold("apple", 1), sold("cherry", 1)),
    sale("20:49", "21:03", sold("apple", 1, ops=[took("apple", 1, Flag(
        "wrong-stock", "31703", "31704", "", "2600", "taken from the stock of cherry", WARNING), raw={
        "stock_id": 5061, "before_quantity": 17, "after_quantity": 16})])),
    sale("20:51", "21:04", sold("qaymaq", 2, ops=[took("qaymaq", 2, Flag(
        "negative-cost", "", "-5200", "", "-10400", "after a correction of a purchase", WARNING), cost="-5200")])),
    sale("20:52", "21:05", sold("teaset", 1, Flag(
        "cost-above-price", "10000", "44000", "34000", "34000", "the price of one cup", WARNING, of="teaset"))),
    sale("20:53", "21:06", sold("omelette", 1, ops=[
        took("egg", 3), took("oil", "0.02"),
        took("egg", 3, Flag("duplicate-write-off", "", "", "", "4590.01", "posted again: 4200 + 390.01")),
        took("oil", "0.02")])),
    sale("20:54", "21:07", sold("somsa", 3, Flag(
        "quantity-mismatch", "-3", "-2", "1", "3500", "one of three was thrown away", WARNING),
        ops=[took("somsa", "-2")]), is_return=True),
    sale("20:55", "21:08", sold("cola", 1), sold("lavash", 1, Flag(
        "missing-write-off", "1", "0", "-1", "-900", "not posted"), ops=[]), total_cost="7100", notes=(Flag(
        "receipt-cost-mismatch", "7100", "6200", "-900", "-900", "just the lavash", INFO), Near(
        "receipt-not-posted", "one line of two was posted"))),
)  # fmt: skip
