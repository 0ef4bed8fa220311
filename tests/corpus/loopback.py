"""A mirror of dumps on this machine, in the official layout, that fails as it is told to."""

import hashlib
import http.server
import json
import threading
import time
from contextlib import contextmanager

WIKI, DATE = "xxwiki", "20251101"
BASE = f"/{WIKI}/{DATE}"


def content(name, size):
    """A file's bytes: no two places of it alike."""
    return b"".join(hashlib.sha256(f"{name}{n}".encode()).digest() for n in range(size // 32 + 1))[
        :size
    ]


def names(job, count):
    kind = "pages-articles-multistream" if "multistream" in job else "pages-articles"
    if job.endswith("recombine"):
        return [f"{WIKI}-{DATE}-{kind}.xml.bz2"]
    return [
        f"{WIKI}-{DATE}-{kind}{n}.xml-p{n * 100 + 1}p{n * 100 + 100}.bz2"
        for n in range(1, count + 1)
    ]


class Mirror:
    """What the server has, how it fails, and what it was asked.

    `faults` maps a path to a list of faults, each of which one request takes: "503", "429",
    "reset" (no answer), "cut" (half of the body, then the connection ends), "short" (half of the
    body, said to be all), "wrong" (other bytes), "ignore range", "drip"
    (a byte each 50 ms), "drip headers" (the same, of a header that never ends).
    """

    def __init__(self):
        self.files = {}
        self.faults = {}
        self.requests = []
        self.retry_after = None
        self.open = 0
        self.most_open = 0
        self.lock = threading.Lock()
        self.url = ""

    def add_job(self, job="articlesdump", count=3, size=200_000, status="done"):
        """Files of a job, and its entry in dumpstatus.json."""
        files = {}
        for name in names(job, count):
            data = content(name, size)
            self.files[f"{BASE}/{name}"] = data
            files[name] = {
                "size": len(data),
                "url": f"{BASE}/{name}",
                "sha1": hashlib.sha1(data).hexdigest(),
            }
            if "multistream" in job:
                files[name.replace(".xml", "-index.txt")] = {"size": 1, "url": "", "sha1": "0" * 40}
        path = f"{BASE}/dumpstatus.json"
        known = json.loads(self.files.get(path, b'{"version": "0.8", "jobs": {}}'))
        known["jobs"][job] = {"status": status, "files": files}
        self.files[path] = json.dumps(known).encode()
        return files

    def add_dates(self, *dates):
        links = "".join(f'<a href="{date}/">{date}/</a>\n' for date in (*dates, "latest"))
        self.files[f"/{WIKI}/"] = f"<html>{links}</html>".encode()

    def paths(self):
        return [path for path, _ in self.requests]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        mirror = self.server.mirror
        path = self.path.removeprefix("http://dumps.example")
        with mirror.lock:
            mirror.requests.append((path, dict(self.headers)))
            faults = mirror.faults.get(path, [])
            fault = faults.pop(0) if faults else ""
            mirror.open += 1
            mirror.most_open = max(mirror.most_open, mirror.open)
        try:
            self.answer(mirror, path, fault)
        finally:
            with mirror.lock:
                mirror.open -= 1
            self.close_connection = True

    def answer(self, mirror, path, fault):
        if fault == "reset":
            return
        if fault == "drip headers":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Endless: ")
            for _ in range(400):
                try:
                    self.wfile.write(b"x")
                except OSError:
                    return
                time.sleep(0.05)
            return
        if fault.isdecimal():
            self.send_response(int(fault))
            if mirror.retry_after:
                self.send_header("Retry-After", mirror.retry_after)
            self.send_header("Location", path)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        data = mirror.files.get(path)
        if data is None:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = 0
        asked = self.headers.get("Range")
        if asked and fault != "ignore range":
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            if start >= len(data):
                self.send_response(416)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
        body = data[start:]
        if fault == "wrong":
            body = bytes(len(body))
        half = body[: max(1, len(body) // 2)]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(half if fault == "short" else body)))
        self.end_headers()
        for start in range(len(body)) if fault == "drip" else ():
            try:
                self.wfile.write(body[start : start + 1])
            except OSError:
                return
            time.sleep(0.05)
        self.wfile.write(half if fault in ("short", "cut") else body)


@contextmanager
def serving():
    """A mirror behind a server on a port of its own."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.mirror = Mirror()
        server.mirror.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.mirror
        finally:
            server.shutdown()
            thread.join()
