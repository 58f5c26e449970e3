"""What is wrong in reconcile.toml is one sentence: the file, the whole key, what was found, what is allowed."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.core.errors import UsageError
from reconcile.settings.file import read_settings
from reconcile.settings.model import InventoryBehavior, Settings, Thresholds, Untracked
from tests.given.places import ROOT
from tests.given.running import Desk

DECIMAL = "allowed is a number from 0 to a million"
MINUTES = "allowed is a whole number from 0 to a million"
ABOVE = "allowed is a number above 0 and up to a million"
DAYS = "allowed is a whole number from 0 to 31"
ID = "is a whole number from 1 to 9223372036854775807"
LIST = "allowed is a list in brackets, each item a"
TABLES = "timezone, currency, window_days, venues, thresholds, untracked, inventory_behavior, rules, api"
KEYS = "quantity_step, money_step, cost_step, cost_drift_share, cost_to_price, returns_restock"
OLD_NAME = (
    "untracked.inventory_behaviors is the earlier name of inventory_behavior.untracked; allowed is one of"
)
SEVERITIES = "allowed is one of 'error', 'info', 'warning'"
AT_THE_TOP = {
    "colour = 1": f"there is no key colour; allowed are {TABLES}",
    "[threshold]": f"there is no key threshold; allowed are {TABLES}; did you mean 'thresholds'?",
    "[api]\ntimezone = 'x'": "there is no key api.timezone (timezone belongs above all tables); allowed are ",
    "[api]\nmoney_step = 1": "there is no key api.money_step (money_step belongs to [thresholds]); allowed are ",
    "[api.rules]": "there is no key api.rules ([rules] is a table of its own); allowed are ",
    "thresholds = 3": "thresholds is 3; allowed is a table with the keys quantity_step, ",
    "timezone = 2026-01-19": "timezone is a date or time ('2026-01-19'); allowed is a text in quotes",
    "timezone = 'Asia/Bakuu'": "timezone is 'Asia/Bakuu'; allowed is an IANA name such as 'Asia/Baku'",
    "window_days = 32": f"window_days is 32; {DAYS}",
    "window_days = true": f"window_days is true; {DAYS}",
    "untracked.products = 3": f"untracked.products is 3; {LIST} whole number from 1 to ",
    "untracked.products = [1, 'a']": f"untracked.products[1] is the text 'a'; allowed {ID}",
    "untracked.categories = 'Bar'": f"untracked.categories is the text 'Bar'; {LIST} text that is not empty",
    "untracked.categories = [3]": "untracked.categories[0] is 3; allowed is a text that is not empty",
    "untracked.categories = ['']": "untracked.categories[0] is the text ''; allowed is a text that is not empty",
    "untracked.inventory_behaviors = 3": f"untracked.inventory_behaviors is 3; {LIST} whole number",
    "untracked.inventory_behaviors = [3]\ninventory_behavior.untracked = [3]": OLD_NAME,
    "untracked.inventory_behaviors = [3]\ninventory_behavior = 3": OLD_NAME,
    "inventory_behavior.itself = ['a']": "inventory_behavior.itself[0] is the text 'a'; allowed is a whole number",
    "inventory_behavior.itself = [0, 1]": "inventory_behavior.ingredients names 0, and so does itself; allowed is one ",
    "inventory_behavior.self = [1]": "inventory_behavior.self; allowed are untracked, itself, ingredients; did you ",
    "[untracked]\nitself = [1]": "there is no key untracked.itself (itself belongs to [inventory_behavior]); allowed ",
    "rules.off = 'cut-off'": f"rules.off is the text 'cut-off'; {LIST} text in quotes",
    "rules.severity.cut-off = 'fatal'": f"rules.severity.cut-off is the text 'fatal'; {SEVERITIES}",
    "rules.severity.cut-off = 'warn'": f"{SEVERITIES}; did you mean 'warning'?",
    "rules.severity.cut-off = []": f"rules.severity.cut-off is a list; {SEVERITIES}",
    "api.window_seconds = inf": f"api.window_seconds is Infinity; {ABOVE}",
    "api.window_seconds = nan": f"api.window_seconds is NaN; {ABOVE}",
    "api.read_timeout_seconds = 0": f"api.read_timeout_seconds is 0; {ABOVE}",
    "api.attempts = 99999999999999999999": "api.attempts is 99999999999999999999; allowed is a whole number from 1 to ",
}
OF_THRESHOLDS = {
    "quantity_step = 'a'": f"quantity_step is the text 'a'; {DECIMAL}",
    "quantity_step = '0.1'": f"quantity_step is the text '0.1'; {DECIMAL}",
    "quantity_step = true": f"quantity_step is true; {DECIMAL}",
    "quantity_step = [1]": f"quantity_step is a list; {DECIMAL}",
    "quantity_step = {a = 1}": f"quantity_step is a table; {DECIMAL}",
    "quantity_step = nan": f"quantity_step is NaN; {DECIMAL}",
    "money_step = -0.01": f"money_step is -0.01; {DECIMAL}",
    "money_step = 1e999999999": f"money_step is 1E+999999999; {DECIMAL}",
    "cost_step = 0.0000001": "cost_step is 1E-7; allowed are at most six decimals",
    "late_minutes = 5.0": f"late_minutes is 5.0; {MINUTES}",
    "late_minutes = -5": f"late_minutes is -5; {MINUTES}",
    "late_minutes = 07:30:00": f"late_minutes is a date or time ('07:30:00'); {MINUTES}",
    "cost_to_price = -1": f"cost_to_price is -1; {DECIMAL}",
    "material_value = 1_000_000": f"material_value is 1000000; {DECIMAL}",
    "by_unit.kg.cost_to_price = 'x'": f"by_unit.kg.cost_to_price is the text 'x'; {DECIMAL}",
    "returns_restock = 1": "returns_restock is 1; allowed is true or false",
    "by_category.12.money_step = -1": f"by_category.12.money_step is -1; {DECIMAL}",
    "by_product.31042 = 0.2": f"by_product.31042 is 0.2; allowed is a table with the keys {KEYS}",
    "by_unit.kg = {}\nby_unit.KG = {}": "by_unit names 'kg' and 'KG', which are the same unit; name each once",
}
NO_SUCH_THRESHOLD = {
    "by_unit.kg.quantity_stp": f"; allowed are {KEYS}; did you mean 'quantity_step'?",
    "by_product.31042.late_minutes": f" (late_minutes belongs to [thresholds]); allowed are {KEYS}",
    "by_product.31042.material_value": f" (material_value belongs to [thresholds]); allowed are {KEYS}",
    "by_product.abc": f"; allowed in place of 'abc' {ID}",
    "by_product.007": f"; allowed in place of '007' {ID}",
    "by_category.-1": f"; allowed in place of '-1' {ID}",
    "by_product.9223372036854775808": f"; allowed in place of '9223372036854775808' {ID}",
    "by_unit.''": "; allowed in place of '' is a text that is not empty",
}
WRONG = (
    AT_THE_TOP
    | {f"[thresholds]\n{text}": f"thresholds.{said}" for text, said in OF_THRESHOLDS.items()}
    | {
        f"thresholds.{key} = {{}}": f"there is no key thresholds.{key}{said}"
        for key, said in NO_SUCH_THRESHOLD.items()
    }
)


def said_of(content: bytes, folder: Path) -> str:
    path = folder / "reconcile.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError) as raised:
        read_settings(path)
    sentence = str(raised.value)
    assert sentence.startswith(str(path))
    assert sentence.isprintable()
    return sentence.removeprefix(str(path))


@pytest.mark.parametrize(("text", "said"), WRONG.items())
def test_a_wrong_key_or_value_is_told_in_plain_words(tmp_path: Path, text: str, said: str) -> None:
    """With the whole key, and what is allowed there."""
    assert said in said_of(text.encode(), tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[api\n", " is not valid TOML: Expected ']' at the end of a table declaration (at line 1, column 5)"),
        (b"a = 1\nwindow_days = 1\nwindow_days = 2\n", " gives 'window_days' twice, the second time in line 3"),
        (b"window_days = 1\nwindow_days = 2", " gives 'window_days' twice, the second time in line 2"),
        (b"[api]\n[api]\n", " gives '[api]' twice, the second time in line 2"),
        (b"[rules]\nseverity = {}\n[rules.severity]\n", " gives '[rules.severity]' twice, the second time in line 3"),
        (b"timezone = '\xff'\n", " is not UTF-8 text (line 1); save it as UTF-8"),
        ("window_days = 1".encode("utf-16"), " is not UTF-8 text (line 1); save it as UTF-8"),
        (b"x = " + b"[" * 5000, " is not valid TOML"),
        (b"x = " + b"9" * 5000, " is not valid TOML: a number is too long"),
        (b"timezone = '\x1b[31m'\n", " is not valid TOML: Found invalid character '\\x1b'"),
        (b'"\\u001b[31mred\\nreconcile: info: all is well" = 1\n', ": there is no key '\ufffd[31mred\ufffdreconcile"),
        (b'timezone = "\\u001b[31m"', ": timezone is '\ufffd[31m'"),
    ],
)  # fmt: skip
def test_what_is_no_toml_is_told_in_plain_words(tmp_path: Path, content: bytes, said: str) -> None:
    """And what is hostile reaches no terminal as it is."""
    assert said in said_of(content, tmp_path)


def test_a_secret_that_strayed_into_the_file_is_not_repeated(tmp_path: Path) -> None:
    """Neither as a key that is none, nor in TOML that is none, nor where it comes twice."""
    for text in (
        "[api]\nclient_secret = 's3cret'",
        "client_secret = s3cret",
        "client_secret = 's3cret'\nclient_secret = 's3cret'",
        "a = 1\na = '''\ns3cret'''",
    ):
        assert "s3cret" not in said_of(text.encode(), tmp_path)


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    """Some editors put one before the first key."""
    path = tmp_path / "reconcile.toml"
    path.write_text("window_days = 2\n", encoding="utf-8-sig")
    assert read_settings(path).settings.window_days == 2


def test_what_is_given_is_what_is_in_force(tmp_path: Path) -> None:
    """Whole numbers stand for numbers too, and ids are numbers."""
    path = tmp_path / "reconcile.toml"
    path.write_text(
        "[thresholds]\nmoney_step = 1\nby_product.31042.cost_step = 0.000001\n[untracked]\nproducts = [7, 7]\n"
    )
    settings = read_settings(path).settings
    assert settings.thresholds.money_step == 1
    assert dict(settings.thresholds.by_product)[31042].cost_step is not None
    assert settings.untracked.products == {7}
    assert dataclasses.replace(read_settings(path), settings=Settings()).settings == Settings()


@pytest.mark.parametrize(
    ("text", "meanings"),
    [
        ("untracked.inventory_behaviors = [3, 4]", InventoryBehavior(untracked=frozenset({3, 4}))),
        (
            "untracked.inventory_behaviors = [1]",
            InventoryBehavior(untracked=frozenset({1}), itself=frozenset()),
        ),
        (
            "untracked.inventory_behaviors = [1]\ninventory_behavior.itself = [3]",
            InventoryBehavior(untracked=frozenset({1}), itself=frozenset({3})),
        ),
        (
            "inventory_behavior = {untracked = [], itself = [0], ingredients = [1, 2]}",
            InventoryBehavior(untracked=frozenset(), itself=frozenset({0}), ingredients=frozenset({1, 2})),
        ),
    ],
)
def test_what_inventory_behavior_means_can_be_said_by_its_earlier_name_too(
    tmp_path: Path, text: str, meanings: InventoryBehavior
) -> None:
    """A value that is named untracked so has no other meaning by default."""
    path = tmp_path / "reconcile.toml"
    path.write_text(f"{text}\nuntracked.products = [7]\n")
    settings = read_settings(path).settings
    assert settings.inventory_behavior == meanings
    assert settings.untracked == Untracked(products=frozenset({7}))


VALUES = st.sampled_from(
    ["1", "-1", "0.5", "nan", "true", "'x'", "[]", "[1]", "{}", "{a = 1}", "1979-05-27", "9" * 400, "1e400"]
)
NAMES = st.sampled_from(
    "thresholds by_unit by_product by_category kg 12 quantity_step late_minutes rules severity off api attempts "
    "window_seconds untracked products inventory_behaviors inventory_behavior itself timezone \"\\u0000\" ''".split()
)


@given(st.lists(NAMES, min_size=1, max_size=4).map(".".join), VALUES)
def test_whatever_the_file_says_is_settings_or_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, key: str, value: str
) -> None:
    """No other error comes out of it."""
    path = tmp_path_factory.mktemp("settings") / "reconcile.toml"
    path.write_text(f"{key} = {value}\n", encoding="utf-8")
    try:
        given_ = read_settings(path)
    except UsageError as error:
        assert re.search("allowed (is|are|in place)|name each once", str(error)), error
    else:
        assert isinstance(given_.settings.thresholds, Thresholds)


def test_a_wrong_exception_ends_a_run_before_anything_is_written(desk: Desk) -> None:
    """Status 2, and the sentence that the README shows."""
    (desk.home / "reconcile.toml").write_text("[thresholds.by_unit.kg]\nquantity_stp = 0.005\n")
    ended = desk.run("--date", "2026-01-19", "--source", "demo", "--config", "reconcile.toml")
    assert ended.status == 2
    assert not desk.folder.exists()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"reconcile: error: {ended.sentence()}\n" in readme
