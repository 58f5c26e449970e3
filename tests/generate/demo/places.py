"""Write-offs that a whole receipt lacks, that came twice, or that stand in another place; and returns and voids."""

from __future__ import annotations

from tests.generate.demo.notation import INFO, WARNING, Flag, Near, sale, sold, took

_TABLET = "5b0e6a52-6c1f-4d0a-9a55-1f6f0c1d7e31"
_REOPENED = "c2f1b8de-3a57-4a5c-8c0e-7d1b5f20a9c4"
_BOUGHT_AND_RETURNED = "e9a47c60-08d3-4b7b-b1c9-3c5a6f8e2d17"
"""The `cid` of receipts that share one."""

WHOLE_RECEIPTS = (
    sale("19:02", "19:29", sold("wine", 1, ops=[]), sold("beer", 3, ops=[]), notes=(Flag(
        "receipt-not-posted", "2", "0", "-2", "-40000",
        "none of its lines took anything: wine for 28000, beer for 12000", says="never deducted"),)),
    sale("19:06", "19:33", sold("tonic", 1, Flag(
        "missing-write-off", "1", "0", "-1", "-5600", "an operation of its receipt, but not of this line"), ops=[]),
        sold("lokum", 1, Flag("missing-write-off", "1", "0", "-1", "-2000", "nor of this one"), ops=[]),
        strays=(took("gum", 1, Flag(
        "orphan-operation", "0", "1", "1", "1100", "names no line"), raw={"receipt_product_id": None}),),
        notes=(Near("receipt-not-posted", "an operation stands under it: its lines are told one by one"),)),
    sale("19:10", "19:36", sold("icetea", 2, ops=[]), sold("croissant", 1, ops=[]), is_return=True,
        notes=(Flag("receipt-not-posted", "2", "0", "-2", "14000",
        "returned, and nothing put back: tea for 7600, a croissant for 6400", WARNING),)),
    sale("12:28", "12:52", sold("tandir", 2, Flag(
        "goods-never-written-off", "9", "0", "-9", "-8100", "nine on three lines of the day, none written off",
        WARNING), ops=[]), sold("beer", 2)),
    sale("12:31", "12:55", sold("tandir", 3, ops=[]), sold("wine", 1)),
    sale("18:42", "19:00", sold("tandir", 4, Near("missing-write-off", "told once, of the product"), ops=[])),
    sale("13:02", "13:26", sold("croissant", 2), sold("icetea", 1), raw={"cid": _TABLET}),
    sale("13:02", "13:27", sold("croissant", 2), sold("icetea", 1), raw={"cid": _TABLET}, notes=(Flag(
        "duplicate-receipt", "", "", "", "16600", "sent again a minute later: 12800 and 3800 a second time",
        says="receipt 347"),)),
    sale("13:02", "13:29", sold("croissant", 2, Near("missing-write-off", "of a duplicate nothing is missing"),
        ops=[]), sold("icetea", 1, ops=[]), raw={"cid": _TABLET}, notes=(Flag(
        "duplicate-receipt", "", "", "", "0", "sent a third time, but nothing was written off for it",
        says="receipt 347"),)),
    sale("13:34", "13:58", sold("beer", 2, ops=[]), raw={
        "cid": _REOPENED, "deleted_at": "2026-01-19 13:59:00"}),
    sale("13:36", "14:02", sold("beer", 2), raw={"cid": _REOPENED}, notes=(Near(
        "duplicate-receipt", "the first one was deleted"),)),
    sale("14:12", "14:30", sold("tonic", 1), raw={"cid": _BOUGHT_AND_RETURNED}),
    sale("17:02", "17:20", sold("tonic", 1, ops=[took("tonic", -1)]), is_return=True,
        raw={"cid": _BOUGHT_AND_RETURNED}, notes=(Near("duplicate-receipt", "a sale and its return"),)),
)  # fmt: skip

OTHER_PLACES = (
    sale("14:22", "14:48", sold("icetea", 1, Flag(
        "misplaced-write-off", "1", "3", "2", "0", "the bottles of both lines stand under this one", INFO,
        of="icetea", says="line 3234"), ops=[took("icetea", 1), took("icetea", 2)]), sold("icetea", 2, Near(
        "missing-write-off", "its bottles stand under the other line"), ops=[])),
    sale("14:25", "14:52", sold("croissant", 1, Flag(
        "missing-write-off", "1", "0", "-1", "-6400", "one too few"), ops=[]), sold("croissant", 2, Flag(
        "quantity-mismatch", "2", "4", "2", "12800", "and two too many on the next line"), Near(
        "misplaced-write-off", "they do not add up to none"), ops=[took("croissant", 4)])),
    sale("14:31", "14:57", sold("dushbara", 1, Flag(
        "misplaced-write-off", "0.08", "0.16", "0.08", "0", "flour of two portions under the first line", INFO,
        of="flour", says="line 3238"), Flag(
        "misplaced-write-off", "0.09", "0.18", "0.09", "0", "and lamb: one cause", INFO, of="lamb",
        says="line 3238"), Near("recipe-mismatch", "right for both lines together"), ops=[
        took("flour", "0.08"), took("lamb", "0.09"), took("flour", "0.08"), took("lamb", "0.09")]),
        sold("dushbara", 1, Near("missing-write-off", "its ingredients stand under the first line"), ops=[])),
    sale("15:02", "15:24", sold("beer", 1), strays=(took("icetea", 2, Near(
        "orphan-operation", "carries the line of another receipt"), raw={"receipt_product_id": 3901}),), by_id=True),
    sale("15:04", "15:29", sold("icetea", 2, Flag(
        "misplaced-write-off", "2", "0", "-2", "0", "listed under the receipt of the next table", WARNING,
        of="icetea", says="receipt 357"), ops=[], id=3901), sold("beer", 1)),
    sale("17:18", "17:36", sold("feijoa", 2, Flag(
        "misplaced-write-off", "2", "0", "-2", "0", "written off under a receipt of seven minutes later", WARNING,
        of="feijoa", says="receipt 360"), ops=[]), sold("beer", 1)),
    sale("17:22", "17:43", sold("gum", 1), strays=(took("feijoa", 2, Near(
        "orphan-operation", "two were sold on another receipt, and not written off there"),
        raw={"receipt_product_id": None}),), total_cost="1100", notes=(Flag(
        "receipt-cost-mismatch", "1100", "10500", "9400", "9400", "two bottles of another receipt", INFO,
        explained_by="misplaced-write-off"),)),
    sale("16:12", "16:30", sold("nok", 2, Near("quantity-mismatch", "what was put back belongs to the return"),
        ops=[took("nok", 2), took("nok", -1, at="17:13")])),
    sale("17:05", "17:12", sold("nok", 1, Flag(
        "misplaced-write-off", "-1", "0", "1", "0", "put back under the sale, not under the return", WARNING,
        of="nok", says="receipt 361"), ops=[]), is_return=True),
    sale("19:40", "20:41", sold("beer", 4, Near(
        "unexpected-write-off", "deleted seven minutes before another table took it over"), is_void=True,
        raw={"deleted_at": "2026-01-19 20:05:00"}, ops=[took("beer", 4, at="19:58")]), sold("juice", 1)),
    sale("20:12", "20:52", sold("beer", 4, Flag(
        "misplaced-write-off", "4", "0", "-4", "0", "the guests moved: it stands under their first table", WARNING,
        of="beer", says="receipt 363"), ops=[]), sold("wine", 1)),
    sale("19:44", "20:46", sold("icetea", 2, Flag(
        "unexpected-write-off", "0", "2", "2", "7600", "deleted, yet written off", of="icetea"), is_void=True,
        raw={"deleted_at": "2026-01-19 20:16:00"}, ops=[took("icetea", 2, at="20:00")]), sold("tonic", 1)),
    sale("20:28", "20:58", sold("icetea", 2, Flag(
        "missing-write-off", "2", "0", "-2", "-7600", "never written off"), Near(
        "misplaced-write-off", "12 minutes after the same was deleted elsewhere: too late for a move"), ops=[]),
        sold("croissant", 1)),
)  # fmt: skip

RETURNS_AND_VOIDS = (
    sale("15:18", "15:35", sold("lokum", 3, Flag(
        "unexpected-write-off", "0", "-3", "-3", "-6000", "labelled CANCELLED: taken once, put back twice", WARNING,
        of="lokum"), ops=[took("lokum", 3), took("lokum", -3, at="15:36"), took("lokum", -3, at="15:38")]),
        is_cancelled=True),
    sale("15:22", "15:44", sold("lokum", 1, Near("unexpected-write-off", "labelled CANCELLED, and put back"),
        ops=[took("lokum", 1), took("lokum", -1, at="15:45")]), is_cancelled=True),
    sale("15:26", "15:48", sold("candy", 2, Flag(
        "unexpected-write-off", "0", "2", "2", "2666.67", "voided, and not put back", of="candy"), Flag(
        "unexpected-write-off", "0", "-2", "-2", "-2200", "gum was put back for it", of="gum"), is_void=True,
        ops=[took("candy", 2), took("gum", -2, at="15:49")]), sold("cola", 1)),
    sale("15:31", "15:53", sold("lavash", 2, Near("unexpected-write-off", "put back without a minus: the stock rose"),
        is_void=True, ops=[took("lavash", 2), took("lavash", 2, up=True, at="15:54")]), sold("cola", 1),
        total_cost="6200", notes=(Near("receipt-cost-mismatch", "what was put back is worth less than nothing"),)),
    sale("16:02", "16:21", sold("icetea", 3), sold("icetea", -1, Near(
        "quantity-mismatch", "a count below zero is a return"), ops=[took("icetea", -1)]), strays=(took("beer", 1,
        Flag("orphan-operation", "0", "-1", "-1", "-4000", "put back, under a line that it never had"), up=True,
        raw={"receipt_product_id": 2991}),), by_id=True),
    sale("16:06", "16:26", sold("beer", 2, Near(
        "quantity-mismatch", "three, less one by a correction without its sign"), ops=[took("beer", 3),
        took("beer", 1, Near("balance-broken", "a correction: the stock rose by it"), up=True, at="16:28")]),
        sold("croissant", 1, ops=[took("croissant", 1, Near(
        "orphan-operation", "an operation_id of 0 is none"), raw={"operation_id": 0})])),
    sale("11:55", "12:14", sold("fanta033", 1, ops=[took("fanta033", 1), took("fanta033", -1, at="12:15"),
        took("fanta033", 1, at="12:16"), took("fanta033", 1, Flag("duplicate-write-off", "0", "1", "1", "5000",
        "taken, put back, and then taken twice"), at="12:17")])),
    sale("18:02", "18:20", sold("gum", 3, Flag(
        "quantity-mismatch", "-3", "-1", "2", "2200", "three returned, one put back", WARNING),
        ops=[took("gum", -1)]), is_return=True),
    sale("18:06", "18:24", sold("beer", 1, Flag(
        "quantity-mismatch", "-1", "-2", "-1", "-4000", "one returned, two put back"), ops=[took("beer", -2)]),
        is_return=True),
    sale("18:08", "18:26", sold("croissant", 1, ops=[took("croissant", -1), took("croissant", -1, Flag(
        "duplicate-write-off", "0", "-1", "-1", "-6400", "put back twice"))]), is_return=True),
)  # fmt: skip

PLACES = (*WHOLE_RECEIPTS, *OTHER_PLACES, *RETURNS_AND_VOIDS)
