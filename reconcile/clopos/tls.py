"""Which certificates are accepted, from the usual variables, and whether a server's certificate was the problem."""

from __future__ import annotations

import os
import ssl
import stat
from pathlib import Path

import httpx

from reconcile.core.errors import UsageError
from reconcile.core.text import printable

_LARGEST_FILE = 2**24
"""Bytes of certificates: a hundred times those of a whole system."""


def tls_context() -> ssl.SSLContext:
    """The certificates of SSL_CERT_FILE or SSL_CERT_DIR, else those of certifi. Keys are logged to SSLKEYLOGFILE.

    Raises `UsageError`, which names the variable, where one of them can't be used.
    """
    _check_file("SSL_CERT_FILE", must_exist=True)
    _check_file("SSLKEYLOGFILE", must_exist=False)
    folder = os.environ.get("SSL_CERT_DIR")
    if folder and not all(map(os.path.isdir, folder.split(os.pathsep))):
        raise _unusable("SSL_CERT_DIR", "there is no such folder")
    try:
        return httpx.create_ssl_context()
    except ssl.SSLError as error:
        raise _unusable("SSL_CERT_FILE", f"it holds no certificates: {error.reason}") from None
    except OSError as error:
        wrong = "SSLKEYLOGFILE" if os.environ.get("SSLKEYLOGFILE") == error.filename else "SSL_CERT_FILE"
        raise _unusable(wrong, error.strerror or type(error).__name__) from None


def _check_file(name: str, must_exist: bool) -> None:
    """Raises `UsageError` where the variable names something that is no file: opening a FIFO would block."""
    path = os.environ.get(name)
    if not path:
        return
    try:
        found = Path(path).stat()
        if not stat.S_ISREG(found.st_mode):
            raise _unusable(name, "it is no regular file")
        if must_exist:
            if found.st_size > _LARGEST_FILE:
                raise _unusable(name, f"it has more than {_LARGEST_FILE >> 20} MiB")
            Path(path).open("rb").close()
        else:
            Path(path).open("ab").close()
    except FileNotFoundError:
        if must_exist or not Path(path).parent.is_dir():
            raise _unusable(name, "there is no such file or folder") from None
    except OSError as error:
        raise _unusable(name, error.strerror or type(error).__name__) from None
    except ValueError:
        raise _unusable(name, "it is no path") from None


def _unusable(name: str, problem: str) -> UsageError:
    return UsageError(f"{name} can't be used ({problem}); set it to another path, or unset it")


def certificate_problem(error: BaseException) -> str:
    """Why the server's certificate was not accepted; empty if it was not the problem."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return printable(seen.verify_message)
        seen = seen.__cause__ or seen.__context__
    return ""
