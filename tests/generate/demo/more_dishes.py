"""Dishes: what stands twice, preparations and modifiers taken the other way, and recipes that changed."""

from __future__ import annotations

from typing import Any

from tests.generate.demo.notation import WARNING, Flag, Line, Near, Note, sale, sold, took

_NEVER = "never deducted: operation 7470 begins where operation 7327 ended"
_CHANGED = "the recipe was changed after the sale, and may have been another one then"
_UNKNOWN: dict[str, Any] = {"receipt_product_modificators": [
    {"id": 39901, "modificator_id": 599, "name": "Xüsusi", "count": 1}], "product_hash": "32009-m599"}  # fmt: skip
"""A modifier that the catalogue does not have."""


def half_of_sutlac(sugar: str, *notes: Note) -> Line:
    """Half a portion: 0.0015 of saffron and 0.0025 of sugar are due."""
    return sold("sutlac", 1, *notes, portion="0.5", ops=[
        took("saffron", "0.002"), took("sugar", sugar), took("milk", "0.1")])  # fmt: skip


TWICE_AND_ROUNDED = (
    sale("12:16", "12:39", sold("shashlik", 1, ops=[took("lamb", "0.2"), took("onion", "0.05"), took("lamb", "0.2",
        Flag("duplicate-write-off", "", "", "", "19175", "the whole dish twice: lamb for 19000, onion for 175")),
        took("onion", "0.05")]), sold("cola", 1)),
    sale("12:26", "12:47", sold("shashlik", 2, ops=[took("lamb", "0.2"), took("onion", "0.05"), took("lamb", "0.2",
        Near("duplicate-write-off", "two portions, posted one by one")), took("onion", "0.05")]),
        sold("lasagna", 2, Near("recipe-mismatch", "its sauce, as it is kept"))),
    sale("10:30", "10:54", half_of_sutlac("0.003", Flag(
        "rounding-bias", "0.0075", "0.01", "0.0025", "8000", "0.0015 of saffron is rounded up on all five lines",
        WARNING, of="saffron"), Near("rounding-bias", "sugar is rounded to both sides", of="sugar")),
        half_of_sutlac("0.002")),
    sale("14:15", "14:39", half_of_sutlac("0.003"), sold("medovik", 1), sold("espresso", 1)),
    sale("19:15", "19:42", half_of_sutlac("0.002"), half_of_sutlac("0.003")),
    sale("18:16", "18:36", sold("dolma", 1, Flag(
        "missing-write-off", "1", "0", "-1", "-15200", "beef for 12320, rice for 720, leaves for 2160", says=_NEVER),
        ops=[]), sold("beer", 1)),
    sale("20:05", "20:44", sold("dolma", 1), sold("wine", 1)),
)  # fmt: skip

KEPT_OR_MADE = (
    sale("11:12", "11:34", sold("medovik", 2, Near("wrong-product", "baked in advance: it takes itself")),
        sold("cappuccino", 1)),
    sale("16:50", "17:11", sold("medovik", 1, Flag(
        "missing-write-off", "1", "0", "-1", "-4235",
        "kept in stock, yet its flour, egg and cream were taken: 2765 for a slice of 7000"), ops=[
        took("flour", "0.05", Near("wrong-product", "told once, of the line")), took("egg", 1),
        took("cream", "0.04")])),
    sale("18:44", "19:06", sold("medovik", 1, ops=[took("medovik", 1), took("flour", "0.05", Flag(
        "wrong-product", "", "33006", "", "325", "the slice, and what it is made of")), took("egg", 1, Flag(
        "wrong-product", "", "33012", "", "1400", "and an egg")), took("cream", "0.04", Flag(
        "wrong-product", "", "33011", "", "1040", "and cream"))])),
    sale("13:16", "13:41", sold("gurza", 1), sold("lula", 1, Near(
        "recipe-mismatch", "its sauce is not kept: lemon and sugar"), ops=[
        took("lamb", "0.18"), took("lemon", "0.015"), took("sugar", "0.012")]), sold("narsharab", "0.2", Near(
        "missing-write-off", "the sauce alone takes what it is made of too"), ops=[
        took("lemon", "0.1"), took("sugar", "0.08")])),
    sale("19:18", "19:46", sold("gurza", 1, ops=[took("gurza", 1, Flag(
        "wrong-product", "", "32027", "", "980", "frozen ones for 11000; what the recipe takes costs 10020"))])),
    sale("18:18", "18:42", sold("lula", 1, Flag(
        "recipe-mismatch", "0", "0.03", "0.03", "462", "the sauce itself for 900; lemon and sugar cost 438",
        of="narsharab"), ops=[took("lamb", "0.18"), took("narsharab", "0.03", Near(
        "wrong-product", "told once, of the preparation"))])),
    sale("15:34", "15:56", sold("lasagna", 1, Flag(
        "recipe-mismatch", "0.15", "0", "-0.15", "-922.5", "milk and flour for 1777.5 in place of sauce for 2700",
        of="bechamel"), ops=[took("beef", "0.12"), took("milk", "0.12", Near(
        "wrong-product", "told once, of the preparation")), took("flour", "0.015")])),
    sale("15:38", "16:02", sold("lasagna", 1, Flag(
        "recipe-mismatch", "0.15", "0", "-0.15", "-2700", "nothing of the sauce, and nothing of what it is made of",
        of="bechamel"), ops=[took("beef", "0.12")])),
    sale("17:14", "17:37", sold("khinkali", 1, Near(
        "recipe-mismatch", "the last of the dough, the rest as what it is made of"), ops=[took("dough", "0.05"),
        took("flour", "0.042"), took("egg", "0.14"), took("oil", "0.003"), took("filling", "0.08")])),
)  # fmt: skip

_OAT = Near("recipe-mismatch", "oat milk replaces the milk: on three lines of four")

MODIFIED = (
    sale("19:04", "19:38", sold("shashlik", 1, Near("recipe-mismatch", "ordered without onion"),
        ops=[took("lamb", "0.2")], mods=("no onion",)), sold("shashlik", 1, Flag(
        "recipe-mismatch", "0", "0.05", "0.05", "175", "ordered without onion, but onion was taken", of="onion"),
        ops=[took("lamb", "0.2"), took("onion", "0.05")], mods=("no onion",))),
    sale("08:50", "09:15", sold("latte", 1, _OAT, ops=[took("coffee", "0.018"), took("oatmilk", "0.22")],
        mods=("oat",)), sold("croissant", 1)),
    sale("10:20", "10:44",
        sold("latte", 1, _OAT, ops=[took("coffee", "0.018"), took("oatmilk", "0.22")], mods=("oat",)),
        sold("latte", 1, _OAT, ops=[took("coffee", "0.018"), took("oatmilk", "0.22")], mods=("oat",))),
    sale("16:08", "16:29", sold("latte", 1, Flag(
        "recipe-mismatch", "0", "0.22", "0.22", "3080", "milk too, where oat milk replaces it", WARNING, of="milk"),
        ops=[took("coffee", "0.018"), took("oatmilk", "0.22"), took("milk", "0.22")], mods=("oat",))),
    sale("13:08", "13:33", sold("lagman", 1, Flag(
        "recipe-mismatch", "0.1", "0", "-0.1", "-8800", "the chicken perhaps replaced the beef", WARNING, of="beef",
        says="replace"), ops=[took("flour", "0.12"), took("carrot", "0.05"), took("chicken", "0.1")],
        mods=("chicken",))),
    sale("17:00", "17:22", sold("cappuccino", 2, Flag(
        "recipe-mismatch", "0.35", "0.4", "0.05", "700", "caramel once for the line, but milk for each portion",
        of="milk"), ops=[took("coffee", "0.036"), took("milk", "0.4"), took("syrup", "0.02")],
        mods=("caramel", "milk"))),
    sale("18:48", "19:14", sold("dushbara", 1, Near(
        "recipe-mismatch", "its unknown modifier may explain twice the lamb, and no flour"), is_unclear=True,
        ops=[took("lamb", "0.18")], raw=_UNKNOWN), sold("tableware", 1, Near(
        "missing-write-off", "its recipe takes nothing"))),
    sale("18:54", "19:17", sold("dushbara", 1, Flag(
        "recipe-mismatch", "0.09", "0.36", "0.27", "25650", "its unknown modifier may explain three times, not four",
        WARNING, of="lamb"), ops=[took("flour", "0.08"), took("lamb", "0.36")], raw=_UNKNOWN)),
)  # fmt: skip

CARDS = (
    sale("18:22", "18:49", sold("piti", 1, Flag(
        "recipe-mismatch", "0.18", "0.15", "-0.03", "-2850", "no other piti tells what the recipe was before 21:30",
        WARNING, of="lamb", says=_CHANGED), ops=[took("lamb", "0.15"), took("onion", "0.04")]),
        sold("tableware", 1)),
    sale("19:25", "19:54", sold("tableware", 1, Near(
        "dish-never-written-off", "one of its three lines has an operation"), ops=[took("gum", 1, Flag(
        "wrong-product", "", "31602", "", "1100", "gum under a dish that takes nothing"))]), sold("vitrina", 1, Near(
        "missing-write-off", "a passive dish"))),
    sale("20:32", "21:00", sold("latte", 1, Flag(
        "recipe-mismatch", "0.018", "0", "-0.018", "-4320", "no coffee", of="coffee"), ops=[
        took("milk", "0.22"), took("tea", "0.01", Flag(
        "wrong-product", "", "33016", "", "1200", "tea in another amount: it stands in for nothing"))])),
    sale("19:16", "19:31", sold("omelette", 1, Flag(
        "recipe-mismatch", "-3", "-1", "2", "2800", "returned: one egg of three put back", WARNING, of="egg"),
        ops=[took("egg", -1), took("oil", "-0.02")]), is_return=True),
)  # fmt: skip

MORE_DISHES = (*TWICE_AND_ROUNDED, *KEPT_OR_MADE, *MODIFIED, *CARDS)
