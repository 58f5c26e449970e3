"""An HTTP server on loopback that keeps what it is sent: a monitoring service, or a webhook."""

from __future__ import annotations

import dataclasses
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


@dataclasses.dataclass
class Heard:
    """One request."""

    method: str
    path: str
    body: bytes
    kind: str


class Listener:
    """Use as a context manager. Answers with `statuses`, one a request, then with the last of them."""

    def __init__(self, *statuses: int, pause_seconds: float = 0.0) -> None:
        self.heard: list[Heard] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                listener.heard.append(
                    Heard(self.command, self.path, body, self.headers.get("content-type", ""))
                )
                time.sleep(pause_seconds)
                status = [*statuses, 200][min(len(listener.heard) - 1, max(len(statuses) - 1, 0))]
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            do_POST = do_GET  # noqa: N815  the library's name

            def log_message(self, *_: object) -> None:
                """Nothing is said."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @property
    def asked(self) -> list[str]:
        """The paths, in order."""
        return [each.path for each in self.heard]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
