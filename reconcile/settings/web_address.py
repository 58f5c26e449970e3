"""Web addresses from variables: one strict form, so that all who read an address read the same host in it."""

from __future__ import annotations

import ipaddress
import re

from reconcile.core.errors import UsageError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
HOST = r"\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+"
"""A host in an address, to be checked by `is_host`."""
_ADDRESS = re.compile(
    rf"(https?)://({HOST})(?::([0-9]+))?(/[A-Za-z0-9._~%/:@!$&'()*+,;=-]*)?(\?[!-~]*)?", re.IGNORECASE
)
_LABEL = re.compile("[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_LONGEST_HOST = 253


def checked_address(name: str, text: str, example: str, may_have_query: bool = False) -> str:
    """The address in a variable, without a trailing slash. Plain http is refused, except to loopback addresses.

    Raises `UsageError`, which names the variable; of its value at most the host.
    """
    if re.match(r"[^/?#]*//[^/?#]*@", text):
        raise UsageError(f"{name} holds a user name or password; give only the address")
    if "#" in text or ("?" in text and not may_have_query):
        raise UsageError(f"{name} has a '?' or a '#' in it; give only the address, such as {example}")
    found = _ADDRESS.fullmatch(text)
    if found is None or not is_host(found[2]) or not is_port(found[3]):
        raise UsageError(f"{name} is not a web address; give one like {example}")
    if found[1].lower() == "http" and host_name(found[2]) not in LOOPBACK:
        raise UsageError(
            f"{name} uses plain http to '{found[2]}', which would send what is secret unencrypted; "
            "use https (http is allowed only to 127.0.0.1, ::1 and localhost)"
        )
    return text.rstrip("/")


def host_name(host: str) -> str:
    """A host without the brackets of an IPv6 address, in lower case."""
    return host.strip("[]").lower()


def is_host(host: str) -> bool:
    """Whether a host, as it stands in an address, is a name that can be looked up, or an IP address."""
    if host.startswith("["):
        try:
            ipaddress.IPv6Address(host[1:-1])
        except ValueError:
            return False
        return True
    return len(host) <= _LONGEST_HOST and all(map(_LABEL.fullmatch, host.split(".")))


def is_port(text: str | None) -> bool:
    """Whether a port, if given, is from 1 to 65535."""
    return text is None or (len(text) <= 5 and 0 < int(text) < 2**16)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    name = host_name(host)
    try:
        return name in LOOPBACK or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name.endswith(".localhost")
