"""What is written about the program is what the program is."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal

import msgspec

from reconcile.cli.arguments import build_parser
from reconcile.cli.rules import describe, overview
from reconcile.rulebook.rules import RULES
from reconcile.settings.model import Settings
from tests.generate import readme

TEXT = readme.README.read_text(encoding="utf-8")


def test_the_readmes_made_parts_are_up_to_date() -> None:
    """The table of rules and the output of the demo are the program's own."""
    assert readme.renewed(TEXT) == TEXT


def test_the_settings_in_the_readme_are_the_defaults() -> None:
    """Each key is there, with its default, and there is no other."""
    (block,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    assert msgspec.convert(tomllib.loads(block), Settings) == Settings()
    tables = [table for table in msgspec.structs.astuple(Settings()) if isinstance(table, msgspec.Struct)]
    for table in (Settings(), *tables):
        for key in table.__struct_fields__:
            assert re.search(rf"^(# |\[)?{key}\b", block, re.MULTILINE), key


def test_the_exceptions_in_the_readme_load() -> None:
    """They stand there as comments, for there are none by default."""
    (block,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    table = tomllib.loads(re.sub("^# by_", "by_", block, flags=re.MULTILINE), parse_float=Decimal)
    thresholds = msgspec.convert(table, Settings, str_keys=True).thresholds
    assert [name for name, _, _ in thresholds.exceptions()] == [
        "by_unit.kg.quantity_step",
        "by_category.12.cost_drift_share",
        "by_product.31042.returns_restock",
    ]


def test_the_first_two_blocks_are_one_line_each() -> None:
    """One command runs the demo day, one the tests."""
    blocks = re.findall(r"^```sh\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
    assert [block.count("\n") for block in blocks[:2]] == [1, 1]
    assert "-m reconcile --date 2026-01-19" in blocks[0]
    assert blocks[1].rstrip().endswith("-m pytest")


def test_every_rule_can_be_read_at_the_command_line() -> None:
    """The overview lists all, and each is described with its headings."""
    for rule in RULES:
        assert rule.name in overview()
        for part in (rule.title, rule.what_it_checks, "What to do"):
            assert part in " ".join(describe(rule.name).split())


def test_every_option_has_a_help_text() -> None:
    """`--help` teaches."""
    for action in [each for each in build_parser()._actions if each.option_strings]:
        assert action.help, action.option_strings
