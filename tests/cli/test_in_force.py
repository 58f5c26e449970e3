"""`python -m reconcile config`: what is in force, where it comes from, and no secret."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.sandbox.behaviour import Account
from reconcile.settings.file import LoadedSettings, read_settings
from reconcile.settings.model import (
    Api,
    InventoryBehavior,
    RulesTable,
    Settings,
    ThresholdException,
    Thresholds,
    Untracked,
)
from reconcile.settings.show import settings_as_toml
from tests.given.places import ROOT
from tests.given.running import Desk

MINE = """\
window_days = 2
[thresholds]
money_step = 0.02
material_value = 5000
[thresholds.by_unit."кг"]
quantity_step = 0.005
[thresholds.by_product.31042]
returns_restock = false
[untracked]
categories = ["Paketlər"]
inventory_behaviors = [3, 5]
[rules]
off = ["cut-off"]
severity = { cost-drift = "info" }
"""


def lines_of(out: str) -> dict[str, str]:
    """What stands before each comment, and the comment."""
    pairs = (line.rpartition("  # ") for line in out.splitlines())
    return {left.strip(): right for left, _, right in pairs if left}


def test_each_setting_says_where_it_comes_from(desk: Desk) -> None:
    """The file by its name, or default."""
    desk.configure(MINE)
    ended = desk.run("config")
    assert (ended.status, ended.err) == (0, "")
    said = lines_of(ended.out)
    for line in (
        "window_days = 2",
        "money_step = 0.02",
        "quantity_step = 0.005",
        "returns_restock = false",
        "material_value = 5000",
        'categories = ["Paketlər"]',
        "untracked = [3, 5]",
    ):
        assert said[line] == str(desk.config), line
    assert said['off = ["cut-off"]'] == said['severity = { cost-drift = "info" }'] == str(desk.config)
    for line in (
        "quantity_step = 0.001",
        "attempts = 8",
        "products = []",
        "cost_to_price = 3",
        "itself = [1]",
    ):
        assert said[line] == "default", line
    assert said['# timezone = "Asia/Baku"'] == "default: not set"
    assert '[thresholds.by_unit."кг"]' in ended.out.splitlines()


def test_what_is_printed_is_a_file_to_go_by(desk: Desk) -> None:
    """Saved, it is the same settings; and it is read after the command as well as before it."""
    desk.configure(MINE)
    saved = desk.home / "saved.toml"
    saved.write_text(desk.run("config").out, encoding="utf-8")
    assert read_settings(saved).settings == read_settings(desk.config).settings
    assert str(saved) in desk.run("config", "--config", str(saved)).out


def test_without_a_file_all_is_default(desk: Desk) -> None:
    """Where no reconcile.toml is in the folder, and where one is."""
    command = [sys.executable, "-m", "reconcile", "config"]
    environment = {name: value for name, value in os.environ.items() if "CLOPOS" not in name}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}

    def said() -> dict[str, str]:
        out = subprocess.run(command, cwd=desk.home, env=environment, capture_output=True, check=True).stdout
        return lines_of(out.decode())

    assert {each for each in said().values() if not each.startswith("default")} == set()
    (desk.home / "reconcile.toml").write_text("window_days = 1\n")
    assert said()["window_days = 1"] == "reconcile.toml"


STEPS = st.integers(0, 999_999).map(lambda count: Decimal(count).scaleb(-6))
EXCEPTIONS = st.builds(
    ThresholdException, quantity_step=st.none() | STEPS, returns_restock=st.none() | st.booleans()
)
UNITS = st.dictionaries(st.text(min_size=1, max_size=5), EXCEPTIONS, max_size=3).filter(
    lambda units: len({unit.casefold() for unit in units}) == len(units)
)
IDS = st.integers(1, 2**63 - 1)
ANY_SETTINGS = st.builds(
    Settings,
    timezone=st.none() | st.just("Asia/Baku"),
    thresholds=st.builds(
        Thresholds,
        cost_step=STEPS,
        by_unit=UNITS,
        by_category=st.dictionaries(IDS, EXCEPTIONS, max_size=2),
        by_product=st.dictionaries(IDS, EXCEPTIONS, max_size=2),
    ),
    untracked=st.builds(
        Untracked,
        products=st.frozensets(IDS, max_size=3),
        categories=st.frozensets(st.text(min_size=1, max_size=5), max_size=2),
    ),
    inventory_behavior=st.builds(InventoryBehavior, itself=st.frozensets(st.integers(4, 9), max_size=2)),
    rules=st.builds(
        RulesTable,
        off=st.frozensets(st.text(max_size=5), max_size=2),
        severity=st.dictionaries(st.text(max_size=5), st.sampled_from(["error", "info"]), max_size=2),
    ),
    api=st.builds(Api, window_seconds=st.floats(0, 10**6, exclude_min=True)),
)


def as_given(settings: Settings) -> LoadedSettings:
    """As a file would have given the exceptions."""
    thresholds: Any = settings.thresholds
    tables = ("by_unit", "by_category", "by_product")
    table = {
        name: {
            str(key): dict.fromkeys(some.__struct_fields__) for key, some in getattr(thresholds, name).items()
        }
        for name in tables
    }
    return LoadedSettings(settings, {"thresholds": table}, "odd\x1b\nname.toml")


@given(ANY_SETTINGS)
def test_any_settings_load_again_and_show_a_terminal_nothing_to_obey(settings: Settings) -> None:
    """Whatever units and names are called."""
    import tempfile

    text = settings_as_toml(as_given(settings))
    assert text.replace("\n", "").isprintable()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reconcile.toml"
        path.write_text(text, encoding="utf-8", newline="")
        assert read_settings(path).settings == settings


def test_of_the_environment_it_says_what_is_set_and_no_secret(desk: Desk) -> None:
    """From the environment, from a file, or not set; the venue and the address are shown, secrets never."""
    folder = desk.home / "credentials"
    folder.mkdir()
    account = Account().environment()
    (folder / "CLOPOS_CLIENT_SECRET").write_text(account["CLOPOS_CLIENT_SECRET"])
    (folder / "CLOPOS_VENUE_ID").write_text("3\n")
    ended = desk.run(
        "config",
        CREDENTIALS_DIRECTORY=str(folder),
        CLOPOS_CLIENT_ID=account["CLOPOS_CLIENT_ID"],
        CLOPOS_INTEGRATOR_ID=account["CLOPOS_INTEGRATOR_ID"],
        CLOPOS_BRND="typed wrong",
        CLOPOS_BASE_URL="https://clopos.example/api",
    )
    assert ended.status == 0, ended.err
    told = dict(line[4:].split(maxsplit=1) for line in ended.out.splitlines() if line.startswith("#   "))
    assert told == {
        "CLOPOS_CLIENT_ID": "set, from the environment",
        "CLOPOS_CLIENT_SECRET": "set, from a file in $CREDENTIALS_DIRECTORY",
        "CLOPOS_BRAND": "not set",
        "CLOPOS_INTEGRATOR_ID": "set, from the environment",
        "CLOPOS_VENUE_ID": "3 (from a file in $CREDENTIALS_DIRECTORY)",
        "CLOPOS_BASE_URL": "https://clopos.example/api (from the environment)",
        "RECONCILE_PING_URL": "not set",
        "RECONCILE_WEBHOOK_URL": "not set",
        "CLOPOS_BRND": "is not a variable this program reads; did you mean 'CLOPOS_BRAND'?",
    }
    for secret in (*account.values(), "typed wrong"):
        assert secret not in ended.out + ended.err


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"CLOPOS_VENUE_ID": "three\x1b[31m"}, "CLOPOS_VENUE_ID is not a positive whole number"),
        ({"CLOPOS_VENUE_ID": "9" * 5000}, "CLOPOS_VENUE_ID is not a positive whole number"),
        ({"CLOPOS_BASE_URL": "https://me:pass@clopos.example"}, "holds a user name or password"),
        ({"CLOPOS_BASE_URL": "http://clopos.example"}, "use https"),
        ({"CREDENTIALS_DIRECTORY": "."}, "CLOPOS_BRAND in $CREDENTIALS_DIRECTORY can't be read"),
    ],
)
def test_a_variable_that_cannot_be_right_is_an_error_and_the_rest_is_printed(
    desk: Desk, environment: dict[str, str], said: str
) -> None:
    """Status 2, as a run would end; what is wrong is not repeated."""
    (desk.home / "CLOPOS_BRAND").mkdir()
    ended = desk.run("config", **environment)
    assert ended.status == 2
    assert said in ended.sentence()
    assert "window_days = 1" in ended.out
    assert "wrong: see the error" in ended.out
    assert "\x1b" not in ended.out + ended.err
    assert "pass@" not in ended.out + ended.err


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            "[rules]\noff = ['cost-drfit']\n",
            "rules.off: there is no rule 'cost-drfit'",
        ),
        ("[rules.severity]\ncut_off = 'info'\n", "did you mean 'cut-off'?"),
        ("[thresholds.by_unit.kg]\nquantity_stp = 1\n", "thresholds.by_unit.kg.quantity_stp"),
    ],
)
def test_what_a_run_would_refuse_is_refused_here(desk: Desk, settings: str, said: str) -> None:
    """Status 2, the file and the key, and nothing on standard output."""
    desk.configure(settings)
    ended = desk.run("config")
    assert (ended.status, ended.out) == (2, "")
    assert ended.sentence().startswith(f"{desk.config}: ")
    assert said in ended.sentence()


def test_it_answers_at_once(desk: Desk) -> None:
    """Without pandas; but where rules are named, they are looked up."""
    code = (
        "import sys; from reconcile.cli.main import main; main(['config']); sys.exit('pandas' in sys.modules)"
    )
    got = []
    for text in ("window_days = 1\n", "[rules]\noff = ['cut-off']\n"):
        (desk.home / "reconcile.toml").write_text(text)
        ended = subprocess.run(
            [sys.executable, "-c", code],
            cwd=desk.home, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=False,
        )  # fmt: skip
        got.append(ended.returncode)
    assert got == [0, 1]


def test_a_terminal_without_our_letters_is_told(desk: Desk) -> None:
    """As when Windows writes to a file: status 2, and what to do."""
    (desk.home / "reconcile.toml").write_text(MINE, encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "reconcile", "config"],
        cwd=desk.home, env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "cp1252"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 2
    assert "set PYTHONUTF8=1 and run again" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_its_help_teaches(desk: Desk) -> None:
    """What it prints, and how to keep it."""
    ended = desk.run("config", "--help")
    for word in ("TOML", "default", "secrets", "--config", "python -m reconcile config > reconcile.toml"):
        assert word in ended.out
