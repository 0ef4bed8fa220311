"""A loopback web server that behaves, or misbehaves in ways that real ones do."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Mirror:
    """Files by path, and what is wrong with the server.

    `cut`: bytes of the body after which an answer breaks off, one for each of the next answers.
    `statuses`: the next answers' status codes, instead of files. `ranges`: whether it can resume.
    `asked` records (path, Range header) of all requests.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    cut: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    ranges: bool = True
    lengths: bool = True
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    url: str = ""


@contextmanager
def serve(mirror: Mirror) -> Iterator[Mirror]:
    """Serve `mirror` on a free port of this machine; `mirror.url` is its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            mirror.asked.append((self.path, wanted))
            status = mirror.statuses.pop(0) if mirror.statuses else 200
            body = mirror.files.get(self.path.lstrip("/"))
            if status != 200 or body is None:
                self.send_error(404 if status == 200 else status)
                return
            start = (
                int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and mirror.ranges else 0
            )
            if start >= len(body) and start:
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            if mirror.lengths:
                self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            stop = mirror.cut.pop(0) if mirror.cut else len(body)
            self.wfile.write(body[start : start + stop])

        def log_message(self, *args) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    mirror.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield mirror
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
