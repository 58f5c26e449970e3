"""The demo day's receipts, in order; each fault carries what it must be found as, typed by hand from the rules."""

from __future__ import annotations

from tests.generate.demo.notation import INFO, WARNING, Flag, Near, sale, sold, took

DELIVERIES = (
    ("14:00", "granat", "12"),
    ("14:30", "vermouth", "1"),
    ("15:00", "chicken", "5"),
    ("16:30", "borjomi", "-6"),
    ("18:50", "pickles", "-1"),
)
"""What moved between sales: deliveries, a bottle put back, a transfer out of the bar, a write-off of no receipt."""

BEFORE = (
    sale("18 11:15", "18 11:40", sold("somsa", 4), sold("greentea"), kind="other_day", shift="2026-01-18"),
    sale("18 19:30", "18 21:04", sold("shashlik", 6), sold("granat", 2), kind="other_day",
        shift="2026-01-18"),
    sale("18 22:10", None, sold("latte"), kind="other_day", shift="2026-01-18"),
    sale("00:40", "01:05", sold("cola", 2), sold("somsa", 2), kind="other_day", shift="2026-01-18"),
    # no shift: the day it closed decides
    sale("18 23:50", "00:20", sold("gum", 2), sold("cappuccino"), shift=None),
)  # fmt: skip

MORNING = (
    sale("08:30", "08:52", sold("greentea"), sold("patir", 2), sold("qaymaq"), total_cost="8320"),
    sale("08:45", "09:05", sold("omelette", 1, portion="0.5"), sold("latte"), sold("candy", 2)),
    sale("09:10", "09:31", sold("cappuccino", 1, mods=("caramel",)), sold("cheesecake")),
    sale("09:35", "10:02", sold("borjomi", 1), sold("mastava"), sold("patir", 1)),
    sale("09:50", "10:15", sold("patir", 1, ops=[took("patir", 1, Flag(
        "cut-off", "2026-01-19 10:15:00", "2026-01-19 09:40:00", "-10", "1200",
        "taken 10 minutes before the receipt was opened", INFO), at="09:40")]), sold("espresso", 1)),
    sale("10:00", "10:05", sold("revane"), sold("achma", 2)),
    sale("10:00", "10:18", sold("gum", 1, ops=[took("gum", 1, Near(
        "cut-off", "created - 5 min exactly"), at="09:55")]), sold("lemontea")),
    sale("10:08", "10:20", sold("granat"), sold("qutab", 2, raw={"count": "2.000", "portion_size": "1.000"})),
    sale("10:15", "10:40", sold("cola", 2, Flag(
        "quantity-mismatch", "2", "1", "-1", "-6200", "two bottles sold, one written off"), Near(
        "misplaced-write-off", "another receipt took one too many: two errors that happen to cancel"),
        ops=[took("cola", 1)]), sold("cappuccino", 1, mods=("milk",))),
    sale("10:25", "10:50", sold("somsa", 3, Flag(
        "quantity-mismatch", "3", "4", "1", "3500", "three sold, four written off"),
        ops=[took("somsa", 4)]), sold("greentea", 1)),
    sale("10:45", "11:02", sold("qazi", "0.365", Flag(
        "quantity-mismatch", "0.365", "0.635", "0.27", "40500", "digits transposed at the scales"),
        ops=[took("qazi", "0.635")])),
    sale("11:00", "11:21", sold("cheesecake", 1, Flag(
        "quantity-mismatch", "0.5", "1", "0.5", "5500", "half a portion sold, a whole one written off"),
        ops=[took("cheesecake", 1)], portion="0.5"), sold("latte", 1, mods=("caramel",))),
    sale("11:05", "11:25", sold("cheesecake", 1, Near(
        "quantity-mismatch", "half a portion, half written off"), portion="0.5",
        raw={"portion_size": "0.500"}), sold("espresso", 2, mods=("milk",))),
    sale("11:10", "11:30", sold("revane", 1, Near("quantity-mismatch", "a gift leaves stock too"),
        is_gift=True), sold("lemontea", 2)),
    sale("11:20", "11:44", sold("patir", 2, Flag(
        "quantity-mismatch", "2", "3", "1", "1200",
        "1 + 1 + 1 for 2: without the extras 1, so no duplicates"),
        ops=[took("patir", 1), took("patir", 1, Near("stock-gap", "all in one second: their ids order them"),
             Near("duplicate-write-off", "without the extras 1, not 2")),
             took("patir", 1, Near("duplicate-write-off", "without the extras 1, not 2"))])),
    sale("11:28", "11:50", sold("motal", "0.5", Flag(
        "quantity-mismatch", "0.5", "0.498", "-0.002", "-180", "two grams: one more than rounding"),
        ops=[took("motal", "0.498")]), sold("lavash", 2)),
    sale("11:35", "11:55", sold("shekerbura", "0.365", Flag(
        "quantity-mismatch", "0.365", "0.366", "0.001", "64", "one gram of rounding", INFO),
        ops=[took("shekerbura", "0.366")])),
    sale("11:40", "12:00", sold("motal", "0.25", Flag(
        "quantity-mismatch", "0.25", "0.250001", "0.000001", "0.09",
        "a millionth is a difference, if rounding", INFO),
        ops=[took("motal", "0.250001", total="22500.09")])),
)  # fmt: skip

NOON = (
    sale("11:50", "12:05", sold("ayran", 2), sold("palov")),
    sale("11:52", "12:10", sold("caesar"), sold("sirab", 1)),
    sale("11:58", "12:15", sold("achma", 1), sold("mastava")),
    sale("12:02", "12:18", sold("baklava", "0.3", Near(
        "quantity-mismatch", "0.1 + 0.2 sold, 0.3 written off"), raw={"count": 0.1 + 0.2},
        ops=[took("baklava", "0.3", Near("balance-broken", "binary noise in the balances"))])),
    sale("12:06", "12:24", sold("shekerbura", "0.3", Near(
        "quantity-mismatch", "written off as 0.1 and 0.2"),
        ops=[took("shekerbura", "0.1"), took("shekerbura", "0.2")])),
    sale("12:10", "12:33", sold("fanta1", 1), sold("dushbara")),
    sale("12:14", "12:37", sold("fanta1", 1, Flag(
        "missing-write-off", "1", "0", "-1", "-9800",
        "never written off; other bottles of the day cost 9800"), ops=[]),
        sold("qutab", 2)),
    sale("12:18", "12:40", sold("granat", 1, ops=[took("granat", 1), took("granat", 1, Flag(
        "duplicate-write-off", "0", "1", "1", "15800", "twice; the 12 that came at 14:00 are no put-back"))]),
        sold("dushbara", 2)),
    sale("12:21", "12:46", sold("chips", 2, Flag(
        "missing-write-off", "2", "0", "-2", "-14800", "never written off; the catalogue says 7400 each"),
        ops=[]),
        sold("timer", 2, Near("missing-write-off", "time is sold, nothing leaves stock")),
        notes=(Near("receipt-not-posted", "no operation at all, but only one of its lines is due"),)),
    sale("12:25", "12:48", sold("jam", 1, Flag(
        "missing-write-off", "1", "0", "-1", "", "never written off; no cost is known"), ops=[]),
        sold("lavash", 1)),
    sale("12:30", "12:50", sold("revane", 2, Near("quantity-mismatch", "two operations of 1 sum to 2"),
        ops=[took("revane", 1), took("revane", 1, Near("duplicate-write-off",
        "two equal ones sum to the 2 sold"))])),
    sale("12:32", "12:58", sold("lagman"), sold("gum", 1)),
    sale("12:36", "13:01", sold("lagman", 2, Flag(
        "missing-write-off", "2", "0", "-2", "-19560",
        "a dish; the day's other portion took 9780 of ingredients"),
        Near("dish-never-written-off", "another line of it was written off"),
        ops=[]), sold("cola", 2, Near("quantity-mismatch", "one bottle from each storage"),
        ops=[took("cola", 1), took("cola", 1, Near("duplicate-write-off", "of another stock"),
        Near("wrong-stock", "one product may lie in two storages"), store="main")])),
    sale("12:41", "13:04", sold("fanta033", 1, ops=[took("fanta033", 1), took("fanta033", 1, Flag(
        "duplicate-write-off", "0", "1", "1", "5000", "one sold, written off twice"))]), sold("palov")),
    sale("12:45", "13:10", sold("ayran", 2, ops=[took("ayran", 2, Flag(
        "negative-stock", "0", "-1", "-1", "", "two sold of the one that was left", WARNING))]),
        sold("shahplov")),
    sale("12:50", "13:15", sold("bizlunch", 1, Flag(
        "dish-never-written-off", "3", "0", "-3", "", "three lines of the day, no operation for any", INFO))),
    sale("12:52", "13:18", sold("bizlunch", 2), sold("service", 1, Near(
        "missing-write-off", "goods whose inventory_behavior 3 is untracked"))),
    sale("12:58", "13:22", sold("bizlunch", 1), sold("bizlunch", 1, is_void=True), sold("cola", 1)),
    sale("13:00", "13:25", sold("oilaviy", 1, Flag(
        "dish-never-written-off", "1", "0", "-1", "", "its only line has no operation", INFO),
        Near("missing-write-off", "a circular recipe"), ops=[])),
    sale("13:06", "13:30", sold("borjomi"), sold("revane", 1, Near(
        "quantity-mismatch", "discounted to nothing leaves stock too"), is_free=True)),
    sale("13:12", "13:36", sold("somsa", 2, Flag(
        "unexpected-write-off", "0", "2", "2", "7000", "voided, yet written off", of="somsa"), is_void=True),
        sold("cola", 1)),
    sale("13:20", "13:33", sold("qutab", 4, Flag(
        "unexpected-write-off", "0", "4", "4", "11601", "labelled CANCELLED, yet written off", WARNING, of="qutab")),
        is_cancelled=True),
    sale("13:24", "13:50", sold("manti", 1,
        Flag("unexpected-write-off", "0", "0.1", "0.1", "650", "a voided dish took flour", of="flour"),
        Flag("unexpected-write-off", "0", "0.15", "0.15", "14250", "and lamb", of="lamb"),
        Flag("unexpected-write-off", "0", "0.08", "0.08", "280", "and onion: one cause", of="onion"),
        is_void=True),
        sold("manti", 1)),
    sale("13:31", "13:52", sold("cola", 0, Flag(
        "unexpected-write-off", "0", "1", "1", "6200", "none sold, one written off", of="cola"),
        ops=[took("cola", 1)]),
        sold("dolma", 1)),
    sale("13:40", "13:59", sold("patir", 1, Near("unexpected-write-off", "voided, and nothing written off"),
        Near("missing-write-off", "voided: nothing is due"), is_void=True, ops=[]), sold("shahplov")),
    sale("13:44", "14:05", sold("lavash", 1, Near("unexpected-write-off", "voided, written off and put back"),
        is_void=True, ops=[took("lavash", 1), took("lavash", -1, at="14:06")]), sold("dolma", 1, ops=[
        took("beef", "0.14"), took("rice", "0.04"), took("leaves", "0.06"),
        took("cream", 0, Near("zero-cost", "nothing moved"), cost="0")])),
    sale("13:50", "14:10", sold("gum", 1), sold("patir", 2), strays=(took("patir", 1, Flag(
        "orphan-operation", "0", "1", "1", "1200", "of a line that the receipt never had"),
        raw={"receipt_product_id": 2990}),), by_id=True),
    sale("13:55", "14:15", sold("cola", 1), total_cost="7300", strays=(took("gum", 1, Flag(
        "orphan-operation", "0", "1", "1", "1100", "names no line"), raw={"receipt_product_id": None}),),
        notes=(Near("receipt-cost-mismatch", "orphans are part of the sum"),)),
    sale("14:00", "14:20", sold("revane"), sold("sirab", 1, ops=[took("sirab", 1), took("sirab", 1, Flag(
        "orphan-operation", "0", "1", "1", "2450.5", "another document's: its operation_id is set"),
        raw={"operation_id": 880015})])),
    sale("14:04", "14:26", sold("gum", 3), sold("candy", 2, is_void=True, is_unlisted=True, ops=[
        took("candy", 2, Near("orphan-operation", "the answer by id shows its deleted line")),
        took("candy", -2, Near("orphan-operation", "the answer by id shows its deleted line"), at="14:27")]),
        by_id=True),
    sale("14:10", "14:31", sold("lokum", 2, ops=[took("lokum", 2, Flag(
        "balance-broken", "38", "37", "-1", "-2000", "40 less 2 is 38"), after="37")])),
)  # fmt: skip

AFTERNOON = (
    sale("14:40", "15:07:49", sold("revane", 1, id=14, ops=[took("revane", 1, id=1001)]),
        sold("achma", 2, id=15, ops=[took("achma", 2, id=1002)]), id=1),
    sale("14:30", "14:45", sold("halva", "0.365", ops=[took("halva", "0.365", Flag(
        "balance-broken", "2.835", "2.834", "-0.001", "-56", "one gram of rounding", INFO), after="2.834")])),
    sale("14:35", "14:55", sold("dushes", 1, ops=[took("dushes", 1, Flag(
        "negative-stock", "0", "-1", "-1", "", "there was none", WARNING))]), sold("somsa", 1)),
    sale("14:42", "15:00", sold("tarhun", 2, ops=[took("tarhun", 2, Near("negative-stock",
        "down to 0, not below"))])),
    sale("14:50", "15:12", sold("achma", 2, ops=[took("achma", 2), took("achma", 2, Flag(
        "duplicate-write-off", "0", "2", "2", "3000", "written off three times: first extra")), took("achma",
        2, Flag(
        "duplicate-write-off", "0", "2", "2", "3000", "written off three times: second extra"))]),
        sold("cappuccino", 1,
        mods=("caramel",))),
    sale("14:58", "15:20", sold("patir", 3, ops=[took("patir", 3, Flag(
        "total-cost-mismatch", "3600", "3900", "300", "300", "1200 × 3 is 3600"), total="3900")]),
        sold("latte")),
    sale("15:05", "15:26", sold("sirab", 2, ops=[took("sirab", 2, Flag(
        "total-cost-mismatch", "4901", "4901.0102", "0.0102", "0.0102", "the tolerance for 2 is 0.0101"),
        total="4901.0102")])),
    sale("15:08", "15:30", sold("sirab", 2, ops=[took("sirab", 2, Near(
        "total-cost-mismatch", "off by the tolerance exactly: 0.0101"), total="4901.0101")])),
    sale("15:10", "15:33", sold("candy", 3, ops=[took("candy", 3, Near(
        "total-cost-mismatch", "3999.9999 rounded to 4000"), total="4000")])),
    sale("15:21", "15:40", sold("ayran", 1, ops=[took("ayran", 1, Flag(
        "negative-stock", "0", "-2", "-2", "", "already below zero", INFO))]), sold("shashlik", 1,
        mods=("meat",))),
    sale("15:30", "15:52", sold("cola", 1, Near("missing-write-off", "still open")), kind="open"),
    sale("15:33", "15:51", sold("cola", 1), sold("sirab", 1), total_cost="9650.5", notes=(Flag(
        "receipt-cost-mismatch", "9650.5", "8650.5", "-1000", "-1000", "6200 + 2450.5 is 8650.5", WARNING),)),
    sale("15:36", "15:55", sold("patir", 1), sold("cola", 1), total_cost="7400.03", notes=(Flag(
        "receipt-cost-mismatch", "7400.03", "7400", "-0.03", "-0.03", "two operations explain 0.02",
        WARNING),)),
    sale("15:39", "15:58", sold("patir", 1), sold("cola", 1), total_cost="7400.02",
        notes=(Near("receipt-cost-mismatch", "0.01 for each of two operations exactly"),)),
    sale("15:41", "16:05", sold("granat", 2, ops=[took("granat", 2, Flag(
        "stock-gap", "3", "15", "12", "189600", "12 were delivered at 14:00", INFO))]), total_cost="0",
        notes=(Near("receipt-cost-mismatch", "a totalCost of 0 is none"),)),
    sale("15:50", "16:11", sold("revane", 1, Near("quantity-mismatch", "returned with a negative quantity"),
        ops=[
        took("revane", -1, Near("balance-broken", "a return moves the balance up"))]), is_return=True,
        total_cost="8000",
        notes=(Near("receipt-cost-mismatch", "magnitudes are compared"),)),
    sale("15:56", "16:16", sold("cola", -1, Near("quantity-mismatch", "returned with a positive quantity"),
        ops=[
        took("cola", 1, Near("balance-broken", "a return moves the balance up"), up=True)]), is_return=True),
    sale("16:00", "16:20", sold("borjomi", 1, Flag(
        "missing-write-off", "-1", "0", "1", "9300", "returned, not put back", WARNING), ops=[]),
        is_return=True),
    sale("16:04", "16:24", sold("somsa", 1, ops=[took("somsa", -1, Near(
        "total-cost-mismatch", "the total's sign is opposite: magnitudes are compared"), total="3500")]),
        is_return=True),
    sale("16:22", "16:40", sold("ayran", 1, ops=[took("ayran", -1, Near(
        "negative-stock", "below zero, but going up"))]), is_return=True),
)  # fmt: skip

EVENING = (
    sale("16:40", "17:00", sold("qutab", 2, ops=[took("qutab", 2, Near(
        "cost-drift", "1.7 %"), cost="2950")]), sold("espresso", 1)),
    sale("16:48", "17:10", sold("borjomi", 2, ops=[took("borjomi", 2, Flag(
        "stock-gap", "28", "22", "-6", "-55800", "6 went to another storage at 16:30", INFO))]),
        sold("palov", 1,
        mods=("meat",))),
    sale("16:55", "17:15", sold("cheesecake", 1, ops=[took("cheesecake", 1, Flag(
        "cost-drift", "11000", "12100", "1100", "1100", "up 10 %", WARNING), cost="12100")])),
    sale("17:02", "17:24", sold("shekerbura", "0.5", ops=[took("shekerbura", "0.5", Flag(
        "cost-drift", "64000", "60000", "-4000", "-2000", "down 6.25 %", WARNING), cost="60000")])),
    sale("17:10", "17:30", sold("fanta033", 2, ops=[took("fanta033", 2, Flag(
        "cost-drift", "5000", "5250.5", "250.5", "501", "5.01 %", WARNING), cost="5250.5")])),
    sale("17:15", "17:38", sold("qaymaq", 1, ops=[took("qaymaq", 1, Near(
        "cost-drift", "5 % exactly"), cost="5460")]), sold("manti", 1, mods=("meat",))),
    sale("17:20", "17:41", sold("magnet", 1, raw={"product": None}, ops=[took("magnet", 1, Near(
        "cost-drift", "no cost before"), before_cost="0")])),
    sale("17:25", "17:45", sold("cooler", 2, ops=[took("cooler", 2, Flag(
        "zero-cost", "", "0", "", "", "its purchase was never entered", WARNING), Near(
        "negative-cost", "0 is not below 0"))]), sold("shashlik", 3)),
    sale("17:28", "17:50", sold("lavash", 1, ops=[took("lavash", 1, Flag(
        "zero-cost", "", "0", "", "", "cost 0 where it was 900", WARNING), Near(
        "cost-drift", "a cost of 0 is zero-cost alone"), cost="0")])),
    sale("17:35", "18:00", sold("somsa", 1, ops=[took("somsa", 1, Flag(
        "cut-off", "2026-01-19 18:00:00", "2026-01-19 19:00:30", "60.5", "3500",
        "half a minute over the hour", INFO),
        at="19:00:30")])),
    sale("17:40", "18:05", sold("gum", 1, ops=[took("gum", 1, Near("cut-off", "closed + 60 min exactly"),
        at="19:05")])),
    sale("17:48", "18:10", sold("kompot", 2, Near("quantity-mismatch",
        "the product was deleted in the evening"))),
    sale("17:55", "18:20", sold("caesar", 1, ops=[took("chicken", "0.12", Flag(
        "stock-gap", "3.78", "8.78", "5", "210000", "5 kg were delivered at 15:00", INFO)), took("lettuce",
        "0.09"),
        took("oil", "0.015")]), sold("sirab", 1, ops=[took("sirab", 1, raw={"quantity": "1.000",
        "cost": "2450.5000"})])),
    sale("18:05", "18:30", sold("gum", 2, Near("quantity-mismatch", "the answer gives one operation twice"),
        ops=[took("gum", 2, times=2)]), total_cost="2200",
        notes=(Near("receipt-cost-mismatch", "a repeated operation counts once"),)),
    sale("18:12", "18:40", sold("norin", 2, Near("dish-never-written-off", "its only line is dead"), ops=[]),
        is_cancelled=True, total_cost="44000", notes=(Near("receipt-cost-mismatch", "cancelled"),)),
    sale("18:20", None, sold("cola", 2, Near("missing-write-off", "status 1, but cancelled: dead, not open"),
        ops=[]), is_cancelled=True, raw={"status": 1}),
    sale("18:25", "18:50", sold("tarhun", 1, ops=[]), raw={"deleted_at": "2026-01-19 18:51:00"}),
    sale("18:40", "2026-01-19T15:20:00Z", sold("sauce", 2, ops=[took("sauce", 2, Near(
        "cut-off", "closed_at has a Z and no zone is configured"), at="19:10")])),
    sale("18:52", "19:20", sold("ayran", 1, ops=[took("ayran", 1, Flag(
        "negative-stock", "0", "-2", "-2", "", "already below zero", INFO))]), sold("shashlik", 2)),
    sale("19:05", "19:35", sold("jam", 1, is_void=True, ops=[]), sold("qazi", "0.420", Near(
        "quantity-mismatch", "0.42 and 0.420 are one number"), raw={"count": "0.420"})),
    sale("19:20", "19:58", sold("borjomi", 1, ops=[took("borjomi", 1), took("borjomi", 1, Flag(
        "orphan-operation", "0", "1", "1", "9300", "says it is of receipt 1"), raw={"receipt_id": 1})])),
    sale("19:40", "20:35", sold("latte", 1, mods=("milk",)), sold("baklava", "0.725"), sold("cola", 2)),
    sale("20:10", "21:02", sold("kompot", 3), sold("cappuccino", 1, mods=("caramel", "milk"))),
    sale("21:15", "22:50", sold("cola", 1, ops=[took("cola", 1, Flag(
        "cut-off", "2026-01-19 22:50:00", "2026-01-20 03:10:00", "260", "6200", "written off the day after",
        WARNING),
        Near("stock-gap", "late, but in its place by time"), at="20 03:10")])),
    sale("22:05", "23:10", sold("timer", 3), sold("sauce", 1), sold("sirab", 2, ops=[took("sirab", 2,
        store="main")])),
    sale("22:40", None, sold("espresso", 2), sold("cola", 1), kind="open", shift=None),
)  # fmt: skip

NIGHT = (
    sale("20 00:15", "20 00:55", sold("cola", 2, ops=[took("cola", 2, Near(
        "cut-off", "another day by the clock, but within the hour"))]), sold("gum", 1)),
    sale("20 01:30", "20 02:05", sold("cola", 2, ops=[took("cola", 2, Flag(
        "cut-off", "2026-01-20 02:05:00", "2026-01-20 03:30:00", "85", "12400",
        "85 minutes after a night sale", INFO),
        at="20 03:30")])),
    sale("20 02:20", "20 02:45", sold("chips", 1, is_void=True, ops=[]), sold("pickles", 1, ops=[
        took("pickles", 1, Near("cut-off", "operated_at is missing"), raw={"operated_at": None})])),
    sale("23:40", "20 00:10", sold("latte", 2), kind="other_day", shift=None),  # no shift: the day it closed
    sale("20 09:12", "20 09:40", sold("cappuccino", 2), kind="other_day", shift="2026-01-20"),
    sale("20 12:31", "20 13:10", sold("palov", 3), sold("granat"), kind="other_day", shift="2026-01-20"),
    sale("20 20:15", None, sold("shashlik", 2), kind="other_day", shift="2026-01-20"),
)  # fmt: skip

SALES = (*BEFORE, *MORNING, *NOON, *AFTERNOON, *EVENING, *NIGHT)
