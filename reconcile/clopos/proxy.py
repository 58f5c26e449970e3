"""The proxy to the service, from the usual variables; loopback addresses are never reached by a proxy."""

from __future__ import annotations

import importlib.util
import os
import re
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from reconcile.core.errors import UsageError
from reconcile.settings.web_address import HOST, is_host, is_loopback, is_port

_KINDS = ("http", "https", "socks5", "socks5h")


def proxy_for(url: str) -> str | None:
    """The address of the proxy for a base address; None if it is reached without one.

    Raises `UsageError`, which names the variable but not its value: that may hold a password.
    """
    parts = urlsplit(url)
    if is_loopback(parts.hostname or "") or proxy_bypass(parts.netloc):
        return None
    proxies = getproxies()
    scheme = parts.scheme if proxies.get(parts.scheme) else "all"
    proxy = proxies.get(scheme)
    if not proxy:
        return None
    names = (f"{scheme}_proxy", f"{scheme}_proxy".upper())
    name = next((name for name in names if os.environ.get(name)), "the system's proxy setting")
    return _checked(proxy if "://" in proxy else f"http://{proxy}", name)


def _checked(proxy: str, name: str) -> str:
    kind, _, rest = proxy.partition("://")
    if kind.lower() not in _KINDS:
        raise UsageError(
            f"{name} names a proxy of another kind than {', '.join(_KINDS)}; give one of these, or unset it"
        )
    if kind.lower().startswith("socks") and importlib.util.find_spec("socksio") is None:
        raise UsageError(
            f"{name} names a socks proxy, which needs the package socksio; install it, or unset {name}"
        )
    found = re.fullmatch(
        rf"(?:[!-?A-~]*@)?({HOST})(?::([0-9]+))?/?", rest
    )  # perhaps with a name and a password
    if found is None or not is_host(found[1]) or not is_port(found[2]):
        raise UsageError(
            f"{name} is not the address of a proxy; give one like http://proxy.example:3128, or unset it"
        )
    return proxy
