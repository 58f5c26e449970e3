"""Units, stocks, costs and times that are wrong, and those that only seem so."""

from __future__ import annotations

from tests.generate.demo.notation import INFO, WARNING, Flag, Near, sale, sold, took

COUNTED = (
    sale("10:52", "11:08", sold("block", 1, Flag(
        "unit-ratio", "1", "6", "5", "48000", "sold by the block of six, counted in bottles", WARNING,
        says="just as sold"),
        ops=[took("block", 6)]), sold("toast", 1)),
    sale("12:48", "13:12", sold("block", 2, Near("quantity-mismatch", "two blocks are 12 bottles"),
        ops=[took("block", 12)]), sold("toast", 1, ops=[took("toast", 1, cost="10300")])),
    sale("15:20", "15:46", sold("block", 1, ops=[took("block", 6)]), sold("toast", 1, ops=[took("toast", 1, Flag(
        "cost-drift", "10000", "10600", "600", "600", "3 % and 3 % again: 6 % since the morning", INFO),
        cost="10600")])),
    sale("17:08", "17:28", sold("block", 1, Near("quantity-mismatch", "a loose bottle: just as sold is right too"),
        ops=[took("block", 1)]), sold("toast", 1, ops=[took("toast", 1, Near(
        "cost-drift", "a slow drift is told once"), cost="10700")])),
    sale("18:04", "18:28", sold("block", 1, Flag(
        "quantity-mismatch", "6", "5", "-1", "-2400", "one bottle of the six is missing"), ops=[took("block", 5)]),
        sold("juice", 1)),
    sale("09:20", "09:44", sold("sugarstick", 1, Flag(
        "quantity-mismatch", "1", "10", "9", "1350", "ten for one"), Near("unit-ratio", "ten is no pack"),
        ops=[took("sugarstick", 10)]), sold("espresso", 1)),
    sale("09:26", "09:52", sold("sugarstick", 2, Flag(
        "quantity-mismatch", "2", "20", "18", "2700", "twenty for two: the same cause"),
        ops=[took("sugarstick", 20)]), sold("greentea", 1)),
    sale("10:12", "10:36", sold("sugarstick", 1, Flag(
        "quantity-mismatch", "1", "10", "9", "1350", "and again"), ops=[took("sugarstick", 10)]),
        sold("lemontea", 1)),
    sale("13:14", "13:38", sold("somsa", 3, Flag(
        "quantity-mismatch", "2", "3", "1", "0", "paid and written off as three: the count is wrong, not the stock",
        WARNING), raw={"count": 2}), sold("bag", 2, Near("quantity-mismatch", "passive: bags are not counted"),
        ops=[took("bag", 1)])),
    sale("18:24", "18:46", sold("feijoa", 1, ops=[took("feijoa", 1, Flag(
        "wrong-stock", "31123", "31124", "", "4700", "taken from the stock of the pear lemonade", WARNING),
        stock_of="nok")]), sold("cola", 1, ops=[took("cola", 1, Flag(
        "wrong-stock", "4", "3", "", "6200", "names the main storage, with the stock of the bar", WARNING),
        shown_store="main")])),
)  # fmt: skip

_SPOONFULS = "0.4 of pistachios in each; by the price it is to be 0.04"

COSTS = (
    sale("11:40", "12:02", sold("honey", 1, ops=[took("honey", 1, Flag(
        "negative-cost", "", "-21000", "", "-21000", "a cost below zero", WARNING), Near(
        "cost-drift", "a cost below 0 is negative-cost alone"), cost="-21000")]), sold("patir", 2)),
    sale("14:52", "15:14", sold("honey", 1, ops=[took("honey", 1, Flag(
        "total-cost-mismatch", "21000", "-21000", "-42000", "-42000", "a sale with the total of a return"),
        total="-21000")]), sold("latte")),
    sale("17:26", "17:47", sold("honey", 2, Flag(
        "missing-write-off", "2", "0", "-2", "-42000", "by the catalogue, as both costs of the day are wrong"),
        ops=[]), sold("gum", 1)),
    sale("20:18", "21:06", sold("caviar", 1, Flag(
        "cost-above-price", "12000", "44000", "32000", "32000", "a zero is missing in its price", WARNING,
        of="caviar")), sold("caviar", 1, Near("cost-above-price", "a gift"), is_gift=True),
        sold("truffle", 2, Near("cost-above-price", "just three times its price"))),
    sale("14:44", "15:06", sold("dessert", 1, Flag(
        "cost-above-price", "12000", "45400", "33400", "33400", _SPOONFULS, WARNING, of="pistachio")),
        sold("dessert", 1, Flag(
        "cost-above-price", "12000", "45400", "33400", "33400", _SPOONFULS, WARNING, of="pistachio"))),
    sale("20:22", "20:50", sold("dessert", 1, Flag(
        "cost-above-price", "12000", "45400", "33400", "33400", _SPOONFULS, WARNING, of="pistachio"), Near(
        "uneven-recipe", "all three took the same")), sold("juice", 1)),
    sale("12:22", "12:44", sold("juice", 1), sold("sirab", 1)),
    sale("15:28", "15:50", sold("juice", 2, ops=[took("juice", 2, Flag(
        "cost-drift", "13000", "14000", "1000", "2000", "it gives no cost before: 7.7 % above that of 12:44",
        WARNING), cost="14000", raw={"before_cost": None})])),
)  # fmt: skip

STOCKS_AND_TIMES = (
    sale("13:04", "13:31", sold("vermouth", 1, ops=[took("vermouth", 1), took("vermouth", 1, Flag(
        "duplicate-write-off", "0", "1", "1", "32000", "twice; one came back at 14:30", says="put back since"))]),
        total_cost="32000", notes=(Flag("receipt-cost-mismatch", "32000", "64000", "32000", "32000",
        "the bottle that was written off twice", INFO, explained_by="duplicate-write-off"),)),
    sale("16:14", "16:33", sold("vermouth", 1, ops=[took("vermouth", 1, Flag(
        "stock-gap", "6", "7", "1", "32000", "one came back at 14:30", INFO))]), sold("halva", "0.2", ops=[
        took("halva", "0.2", cost="57500")])),
    sale("17:16", "17:34", sold("halva", "0.25", ops=[took("halva", "0.25", Near(
        "cost-drift", "crept up since the morning, but by less than 5 %"), cost="58500")])),
    sale("18:50", "19:10:02", sold("water", 3)),
    sale("18:52", "19:10:05", sold("water", 2, ops=[took("water", 2, Flag(
        "stock-gap", "52", "55", "3", "7800", "two tills within three seconds", WARNING, says="lost update"),
        before="55")])),
    sale("12:56", "13:15", sold("somsa", 1, ops=[took("somsa", 1, Flag(
        "cut-off", "2026-01-19 13:15:00", "2026-01-19 18:40:00", "325", "14000",
        "a till without connection posted three receipts at once: 3500 + 7000 + 3500", INFO,
        says="posted together"), at="18:40")]), sold("greentea", 1)),
    sale("14:05", "14:25", sold("somsa", 2, ops=[took("somsa", 2, Near("cut-off", "told with the first"),
        at="18:42")]), sold("greentea", 1)),
    sale("15:16", "15:36", sold("somsa", 1, ops=[took("somsa", 1, Near("cut-off", "told with the first"),
        at="18:45")]), sold("espresso", 1)),
)  # fmt: skip

UNITS = (*COUNTED, *COSTS, *STOCKS_AND_TIMES)
