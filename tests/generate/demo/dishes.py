"""The demo day's dishes: what recipes owe, each way it goes wrong, and what only looks so. Numbers typed by hand."""

from __future__ import annotations

from tests.generate.demo.notation import INFO, WARNING, Flag, Near, sale, sold, took

_NEVER = "never deducted: operation 7301 begins where operation 7187 ended"
_MORE_ELSEWHERE = "more of the product than is due was written off elsewhere that day"

WRONG = (
    sale("16:05", "16:30", sold("sesamebread", 1, Flag(
        "recipe-mismatch", "0.02", "20", "19.98", "599400", "20 grams taken for 20 kilograms", of="sesame"),
        ops=[took("sesame", "20"), took("flour", "0.15")])),
    sale("16:15", "16:34", sold("sesamebread", 1, Flag(
        "recipe-mismatch", "0.02", "20", "19.98", "599400", "the same cause again", of="sesame"),
        ops=[took("sesame", "20"), took("flour", "0.15")])),
    sale("16:18", "16:36", sold("omelette", 1, Flag(
        "recipe-mismatch", "3", "6", "3", "4200", "six eggs for three", of="egg"),
        ops=[took("egg", 6), took("oil", "0.02")])),
    sale("16:20", "16:38", sold("mastava", 2, Flag(
        "recipe-mismatch", "0.16", "0.08", "-0.08", "-7040", "beef for one portion of two", of="beef"),
        ops=[took("rice", "0.1"), took("beef", "0.08"), took("carrot", "0.08")])),
    sale("16:24", "16:42", sold("dolma", 1, Flag(
        "recipe-mismatch", "0.06", "0", "-0.06", "-2160", "no vine leaves", of="leaves", says=_NEVER),
        ops=[took("beef", "0.14"), took("rice", "0.04")])),
    sale("16:26", "16:44", sold("dolma", 1)),
    sale("16:28", "16:46", sold("greentea", 1, Flag(
        "recipe-mismatch", "0.006", "-0.006", "-0.012", "-1440", "put back instead of written off", of="tea"),
        ops=[took("tea", "-0.006")])),
    sale("16:31", "16:48", sold("khinkali", 1, Flag(
        "recipe-mismatch", "0.056", "0.065", "0.009", "855", "0.7 of 0.08 in the filling is 0.056", of="lamb"),
        ops=[took("dough", "0.12"), took("lamb", "0.065"), took("onion", "0.032")])),
    sale("16:33", "16:50", sold("bozbash", 1, Flag(
        "recipe-mismatch", "0.15", "0.12", "-0.03", "-2640",
        "changed at 21:00, but a bozbash of 18:19 took what today's recipe says", of="beef"),
        ops=[took("beef", "0.12"), took("onion", "0.03")])),
    sale("16:35", "16:52", sold("cappuccino", 1, Near("recipe-mismatch", "its tea stands in for the coffee"),
        ops=[took("milk", "0.15"), took("tea", "0.018", Flag(
        "wrong-product", "", "33016", "", "-2160", "tea for 2160 in place of coffee for 4320", WARNING,
        says="Кофе в зёрнах", is_apart=True))])),
    sale("16:37", "16:54", sold("chips", 1, Near("missing-write-off", "gum stands in for it"),
        Near("goods-never-written-off", "two lines of the day are too few"),
        ops=[took("gum", 1, Flag("wrong-product", "", "31602", "", "-6300",
        "gum for 1100 in place of crisps for 7400", WARNING, says="Чипсы картофельные", is_apart=True))])),
    sale("16:39", "16:56", sold("cappuccino", 2, Flag(
        "recipe-mismatch", "0.04", "0.03", "-0.01", "-640", "neither one caramel a line nor one a portion", of="syrup"),
        ops=[took("coffee", "0.036"), took("milk", "0.3"), took("syrup", "0.03")], mods=("caramel",))),
    sale("16:41", "16:58", sold("manti", 1, Flag(
        "recipe-mismatch", "0.015", "0.03", "0.015", "390", "cream is adjusted to the half portion", of="cream"),
        ops=[took("flour", "0.05"), took("lamb", "0.075"), took("onion", "0.04"), took("cream", "0.03")],
        portion="0.5", mods=("cream",))),
    sale("16:43", "17:01", sold("salad", 1, Flag(
        "recipe-mismatch", "0", "0.01", "0.01", "160", "dill stands in the recipe with a gross of 0", of="dill"),
        ops=[took("lettuce", "0.08"), took("oil", "0.03"), took("parsley", "0.005"), took("dill", "0.01")])),
    sale("16:45", "17:03", sold("salad", 1, Flag(
        "recipe-mismatch", "0.005", "0", "-0.005", "-100", "parsley was deleted the day before", of="parsley",
        says="the ingredient is deleted from the catalogue"),
        ops=[took("lettuce", "0.08"), took("oil", "0.03")])),
    sale("16:47", "17:05", sold("dushbara", 2, Flag(
        "missing-write-off", "2", "0", "-2", "-18140",
        "flour for 1040 and lamb for 17100; a voided manti took some of both, so nobody can tell",
        says=_MORE_ELSEWHERE), ops=[])),
    sale("17:04", "17:21", sold("soup", 1), sold("soup", 2)),
    sale("17:06", "17:23", sold("soup", 1), sold("soup", 1, Flag(
        "uneven-recipe", "0.1", "0.2", "0.1", "400", "the others took half of that", WARNING, of="carrot"),
        ops=[took("carrot", "0.2"), took("onion", "0.05")])),
    sale("18:15", "18:32", sold("pickles", 1)),
    sale("18:31", "18:48", sold("pickles", 1, Flag(
        "missing-write-off", "1", "0", "-1", "-4100", "taken under no receipt: the stock fell by it",
        says="deducted, but not under this receipt: the stock fell by 1 between operations 7417 and 7445"), ops=[])),
    sale("19:12", "19:32", sold("pickles", 1, ops=[took("pickles", 1, Flag(
        "stock-gap", "16", "15", "-1", "-4100", "one left between 18:32 and 19:32", INFO))])),
    sale("17:30", "17:52", sold("magnet", 1, ops=[took("magnet", 1, Flag(
        "stock-gap", "29", "30", "1", "3000", "began where the one of 11 minutes before began", INFO,
        says="perhaps a lost update"), before="30")])),
)  # fmt: skip

RIGHT = (
    sale("17:31", "17:54", sold("khinkali", 2, Near("recipe-mismatch", "preparations taken as themselves"))),
    sale("17:33", "17:56", sold("khinkali", 1, Near("recipe-mismatch", "both taken as what they are made of"), ops=[
        took("flour", "0.072"), took("egg", "0.24"), took("oil", "0.005", Near(
        "recipe-mismatch", "0.0048, rounded to grams")), took("lamb", "0.056", Near(
        "wrong-product", "in the filling's recipe")), took("onion", "0.032")])),
    sale("17:36", "17:58", sold("khinkali", 1, Near("recipe-mismatch", "a dish added, and a modifier of nothing"),
        mods=("tea", "mild"), ops=[took("dough", "0.12"), took("filling", "0.08"), took("tea", "0.004", Near(
        "wrong-product", "in the recipe of the dish that was added")), took("lemon", "0.03")])),
    sale("17:39", "18:01", sold("cappuccino", 2, Near("recipe-mismatch", "one caramel for the line"),
        ops=[took("coffee", "0.036"), took("milk", "0.3"), took("syrup", "0.02")], mods=("caramel",))),
    sale("17:42", "18:03", sold("cappuccino", 2, Near("recipe-mismatch", "one caramel for each portion"),
        ops=[took("coffee", "0.036"), took("milk", "0.3"), took("syrup", "0.04")], mods=("caramel",))),
    sale("17:44", "18:07", sold("manti", 1, Near("recipe-mismatch", "half the cream for half a portion"),
        ops=[took("flour", "0.05"), took("lamb", "0.075"), took("onion", "0.04"), took("cream", "0.015")],
        portion="0.5", mods=("cream",))),
    sale("17:46", "18:09", sold("salad", 1, Near("recipe-mismatch", "oil stands twice in the recipe; no dill is due"))),
    sale("17:49", "18:12", sold("breadmoney", 4, Near("missing-write-off", "its recipe takes nothing"), Flag(
        "dish-never-written-off", "1", "0", "-1", "", "its recipe takes nothing: told once", INFO))),
    sale("17:51", "18:14", sold("lagman", 1, Near("recipe-mismatch", "a return puts back what is due"), ops=[
        took("flour", "-0.12"), took("beef", "-0.1"), took("carrot", "-0.05")]), is_return=True),
    sale("17:53", "18:16", sold("soup", 1, Near("uneven-recipe", "half a portion, as the others"), portion="0.5")),
    sale("17:57", "18:19", sold("bozbash", 1, Near("recipe-mismatch", "as the recipe of now"))),
)  # fmt: skip

DISHES = (*WRONG, *RIGHT)
