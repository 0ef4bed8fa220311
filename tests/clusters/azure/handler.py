"""HTTP for the stand-in: heads are checked, lists cut into pages, errors worded as the service does."""

import json
import select
import socket
import time
import uuid
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.clusters.azure.cluster import now

DATA_VERSION, MANAGEMENT_VERSION = "2024-02-01.19.0", "2024-02-01"
DATA_AUDIENCE, MANAGEMENT_AUDIENCE = (
    "https://batch.core.windows.net/",
    "https://management.azure.com",
)
OPTIONS = {"api-version", "timeout", "maxresults", "$select", "$filter", "$expand", "recursive"}
PAGE = 3  # entries of a list in one answer: clients must follow the links


class Refused(Exception):
    """An answer other than the one that was hoped for."""

    def __init__(self, status: int, code: str, message: str, **values: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message, self.values = status, code, message, values


class Handler(BaseHTTPRequestHandler):
    """HTTP to Python and back."""

    service: Any  # the Service that this handler is made for
    plane: str
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def handle_any(self) -> None:
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, content = 500, None
        try:
            body = json.loads(text) if text else None
            path = [unquote(part) for part in url.path.strip("/").split("/")]
            if path[0] == "msi":
                self.send(200, self.token(query))
                return
            self.check_head(query, text)
            with self.service.cluster.lock:
                answer = self.service.answer if self.plane == "data" else self.service.manage
                if self.plane == "data" and self.command == "GET":
                    self.perhaps_silent()
                status, content = answer(self.command, path, body)
            if isinstance(content, list):
                content = self.page(content, url.path, query)
        except Refused as refused:
            status, content = refused.status, self.error(refused)
        finally:
            self.service.requests.append(
                {
                    "plane": self.plane,
                    "method": self.command,
                    "path": url.path,
                    "query": query,
                    "headers": {k: v for k, v in self.headers.items() if k != "Authorization"},
                    "body": json.loads(text) if text else None,
                    "status": status,
                    "error": content if status >= 400 else None,
                    "time": time.time(),
                }
            ) if not url.path.startswith("/msi") else None
        self.send(status, content)

    do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = handle_any

    def perhaps_silent(self) -> None:
        faults = self.service.cluster.faults
        if faults.silent:
            faults.silent -= 1
            raise Refused(503, "ServerBusy", "The server is currently unable to receive requests.")

    def token(self, query: dict[str, str]) -> dict:
        """A token of the managed identity, as an App Service gives it."""
        if self.headers.get("X-IDENTITY-HEADER") != self.service.identity_header:
            return {"error": "unauthorized"}
        token = f"token-{uuid.uuid4().hex}"
        self.service.tokens[token] = query["resource"]
        return {
            "access_token": token,
            "expires_on": str(int(time.time()) + 3600),
            "resource": query["resource"],
            "token_type": "Bearer",
        }

    def check_head(self, query: dict[str, str], body: bytes) -> None:
        """Refuse what the address and the headers have wrong."""
        data = self.plane == "data"
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        audience = DATA_AUDIENCE if data else MANAGEMENT_AUDIENCE
        if self.service.tokens.get(token) != audience:
            raise Refused(401, "AuthenticationFailed", f"no token for {audience}")
        if query.get("api-version") != (DATA_VERSION if data else MANAGEMENT_VERSION):
            raise Refused(400, "InvalidQueryParameterValue", "api-version")
        if unknown := set(query) - OPTIONS - {"page"}:
            raise Refused(400, "UnsupportedQueryParameter", ", ".join(unknown))
        kind = self.headers.get("Content-Type", "")
        wanted = "application/json; odata=minimalmetadata" if data else "application/json"
        if body and not kind.startswith(wanted):
            raise Refused(415, "UnsupportedMediaType", kind)
        if len(body) > 1 << 20:
            raise Refused(413, "RequestBodyTooLarge", "more than 1 MB")

    def page(self, entries: list, path: str, query: dict[str, str]) -> dict:
        """A part of a list, with a link to the next one and the fields that were asked for."""
        start = int(query.get("page", 0))
        names = query["$select"].split(",") if "$select" in query else None
        part = [
            {key: value for key, value in entry.items() if names is None or key in names}
            for entry in entries[start : start + PAGE]
        ]
        shown: dict[str, Any] = {"odata.metadata": f"{self.service.url}/$metadata", "value": part}
        if start + PAGE < len(entries):
            select = f"&$select={query['$select']}" if names else ""
            shown["odata.nextLink"] = (
                f"{self.service.url}{path}?api-version={DATA_VERSION}{select}&page={start + PAGE}"
            )
        return shown

    def error(self, refused: Refused) -> dict:
        if self.plane == "management":
            return {"error": {"code": refused.code, "message": refused.message}}
        text = f"{refused.message}\nRequestId:{uuid.uuid4()}\nTime:{now()}"
        return {
            "odata.metadata": f"{self.service.url}/$metadata#Microsoft.Azure.Batch.Protocol.Entities"
            ".Container.errors/@Element",
            "code": refused.code,
            "message": {"lang": "en-US", "value": text},
            "values": [{"key": key, "value": value} for key, value in refused.values.items()],
        }

    def send(self, status: int, content: Any) -> None:
        raw = isinstance(content, bytes)
        payload = content if raw else b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(payload)))
        self.send_header("Content-Type", "application/octet-stream" if raw else "application/json")
        self.send_header("request-id", str(uuid.uuid4()))
        self.send_header("DataServiceVersion", "3.0")
        self.end_headers()
        self.wfile.write(payload)

    def do_CONNECT(self) -> None:
        """A tunnel to the management plane, and to nowhere else."""
        if self.path != "management.azure.com:443":
            self.send_error(403)
            return
        with socket.create_connection(("127.0.0.1", self.service.tls.server_port)) as there:
            self.send_response(200)
            self.end_headers()
            here = self.connection
            while True:
                for end in select.select([here, there], [], [])[0]:
                    chunk = end.recv(65536)
                    if not chunk:
                        self.close_connection = True
                        return
                    (there if end is here else here).sendall(chunk)
