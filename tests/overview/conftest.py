"""Chains of venues for the tests of the overview."""

from __future__ import annotations

import pytest

from tests.given.made_chains import Stamps


@pytest.fixture(scope="module")
def stamps(tmp_path_factory: pytest.TempPathFactory) -> Stamps:
    """The books that chains are made of."""
    return Stamps(tmp_path_factory.mktemp("stamps"))
