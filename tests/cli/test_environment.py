"""Variables that say how the service is reached: used, or one sentence before anything is asked."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from reconcile.core.errors import UsageError
from reconcile.sandbox.behaviour import Account
from reconcile.sandbox.server import CloposServer
from reconcile.settings.environment import VENDOR_URL, checked_venue
from reconcile.settings.web_address import checked_address, is_loopback
from tests.given.day_records import sales
from tests.given.running import LIVE, Desk

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]
REMOTE = "https://clopos.invalid/open-api/v2"


@pytest.mark.parametrize(
    "text",
    ["https://clopos.example", "https://clopos.example:8443/open-api/v2", "http://127.0.0.1:8899", "http://[::1]:8899/x",
     "http://localhost", "HTTPS://Clopos.example/a%20b", "https://[2001:db8::1]/"],
)  # fmt: skip
def test_an_address_is_taken(text: str) -> None:
    assert checked_address("CLOPOS_BASE_URL", text, VENDOR_URL) == text.rstrip("/")


@pytest.mark.parametrize(
    ("text", "said"),
    {
        "": "is not a web address",
        "clopos.example": "is not a web address",
        "ftp://clopos.example": "is not a web address",
        "https://": "is not a web address",
        "https:///v2": "is not a web address",
        "https://clopos.example:0": "is not a web address",
        "https://clopos.example:99999": "is not a web address",
        "https://clopos.example:８０": "is not a web address",
        "https://clopos..example": "is not a web address",
        "https://clopos.example\\@evil.example": "holds a user name or password",
        "https://clopos.example/a b": "is not a web address",
        "https://clopos.example/\n": "is not a web address",
        "https://[::1": "is not a web address",
        "https://xn--?": "has a '?' or a '#' in it",
        "https://clopos.example/v2?key=hidden": "has a '?' or a '#' in it",
        "https://clopos.example/v2#hidden": "has a '?' or a '#' in it",
        "https://user:hidden@clopos.example": "holds a user name or password",
        "http://clopos.example": "uses plain http to 'clopos.example'",
        "http://127.0.0.1.evil.example": "uses plain http to '127.0.0.1.evil.example'",
    }.items(),
)  # fmt: skip
def test_an_address_is_refused_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        checked_address("CLOPOS_BASE_URL", text, VENDOR_URL)
    assert str(caught.value).startswith(f"CLOPOS_BASE_URL {said}")
    assert "hidden" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["1", "007", str(2**63 - 1)])
def test_a_venue_id_is_taken(text: str) -> None:
    assert checked_venue(text, "--venue") == int(text)


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "+1", " 1", "1.0", "1e3", "x", "١", "²", "1_0", str(2**63), "9" * 20, "9" * 5000]
)
def test_a_venue_id_is_refused(desk: Desk, text: str) -> None:
    """As an argument and as a variable."""
    ended = desk.run(*LIVE, f"--venue={text}", **Account().environment())
    assert (ended.status, ended.sentence().partition(":")[0]) == (2, "--venue is not a positive whole number")
    if text:
        with pytest.raises(UsageError, match="CLOPOS_VENUE_ID is not a positive whole number"):
            checked_venue(text, "CLOPOS_VENUE_ID")


def unusable(folder: Path) -> dict[str, tuple[str, str]]:
    """Variable and value, by what is wrong with it."""
    garbage = folder / "garbage.pem"
    garbage.write_text("no certificate")
    os.mkfifo(folder / "fifo")
    return {
        "no file": ("SSL_CERT_FILE", str(folder / "none")),
        "a folder": ("SSL_CERT_FILE", str(folder)),
        "a FIFO": ("SSL_CERT_FILE", str(folder / "fifo")),
        "a device without end": ("SSL_CERT_FILE", "/dev/zero"),
        "no certificates": ("SSL_CERT_FILE", str(garbage)),
        "no folder": ("SSL_CERT_DIR", str(folder / "none")),
        "a key log that can't be": ("SSLKEYLOGFILE", str(folder / "none" / "keys")),
        "a key log that is a FIFO": ("SSLKEYLOGFILE", str(folder / "fifo")),
        "a proxy of garbage": ("https_proxy", "http://[hidden"),
        "a proxy of no port": ("https_proxy", "http://proxy.example:hidden"),
        "a proxy by ftp": ("HTTPS_PROXY", "ftp://hidden.example"),
        "socks without its library": ("all_proxy", "socks5://hidden.example:1080"),
    }


CASES = [
    "no file", "a folder", "a FIFO", "a device without end", "no certificates", "no folder",
    "a key log that can't be", "a key log that is a FIFO",
    "a proxy of garbage", "a proxy of no port", "a proxy by ftp", "socks without its library",
]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_variable_that_cannot_be_used_is_named_before_anything_is_asked(
    desk: Desk, serve: Serve, case: str, tmp_path: Path
) -> None:
    """Its value is not shown: a proxy's may hold a password."""
    server = serve(*sales(1))
    name, value = unusable(tmp_path)[case]
    ended = desk.run(*LIVE, **{"CLOPOS_BASE_URL": REMOTE, name: value})
    assert ended.status == 2
    assert ended.sentence().startswith(f"{name} ")
    assert "hidden" not in ended.err
    assert not server.request_log.entries


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"])
def test_this_machine_is_never_reached_by_a_proxy(desk: Desk, serve: Serve, name: str) -> None:
    """Else the secret would go to the proxy, in clear."""
    server = serve(*sales(1))
    ended = desk.run(*LIVE, **{name: "http://127.0.0.1:9"})  # nothing listens there
    assert ended.status == 0, ended.err
    assert server.request_log.count("operations") == 1


@pytest.mark.parametrize(
    ("host", "is_own"),
    {"localhost": True, "LOCALHOST": True, "127.0.0.1": True, "127.8.9.1": True, "[::1]": True, "x.localhost": True,
     "localhost.evil.example": False, "10.0.0.1": False, "clopos.example": False}.items(),
)  # fmt: skip
def test_which_hosts_are_this_machine(host: str, is_own: bool) -> None:
    assert is_loopback(host) == is_own
