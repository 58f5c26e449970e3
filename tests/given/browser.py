"""Debian's Chromium, without a window and without a network."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

_BROWSER = shutil.which("chromium")
_DRIVER = shutil.which("chromedriver")
MISSING = "" if _BROWSER and _DRIVER else "no browser: chromium and chromedriver are not installed"
"""Why tests in a browser can't run; empty where they can."""
_OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # as root in a container
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--lang=en",
)


@contextlib.contextmanager
def chromium() -> Iterator[Chrome]:
    """A browser, with what its console says."""
    options = ChromeOptions()
    options.binary_location = _BROWSER or ""
    for option in _OPTIONS:
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = Chrome(options=options, service=Service(_DRIVER))
    try:
        browser.set_page_load_timeout(120)
        browser.set_script_timeout(120)
        yield browser
    finally:
        browser.quit()


def look(browser: Chrome, width: int, *, height: int = 900, dark: bool = False) -> None:
    """Set the size of the window, and the theme."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    theme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [theme]})
