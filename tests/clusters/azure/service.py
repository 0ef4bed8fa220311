"""A stand-in for Azure Batch on the loopback: what a Snakemake run says to the service, checked.

It speaks the data plane (plain http), the management plane (https://management.azure.com, reached
through a CONNECT proxy, so that no address needs to be changed) and a managed identity's token
endpoint. A request that the REST reference does not allow is refused; all are kept in `requests`.
"""

import ssl
import threading
import uuid
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import azure.batch.models as data_models
from azure.mgmt.batch import models as management_models

from tests.clusters.azure import rules
from tests.clusters.azure.certificates import make_certificates
from tests.clusters.azure.cluster import Cluster, Job, Task, now
from tests.clusters.azure.handler import Handler, Refused
from tests.clusters.azure.pools import Pool
from tests.clusters.azure.schema import mistakes


class Service:
    """The service; `url` is the account's, `environment` what a client needs to find it all."""

    def __init__(self, folder: Path, image: str, hidden: list[Path] = []) -> None:  # noqa: B006
        self.cluster = Cluster(folder / "nodes", image, hidden)
        self.identity_header = uuid.uuid4().hex
        self.tokens: dict[str, str] = {}
        self.requests: list[dict[str, Any]] = []
        make_certificates(folder)
        self.plain = self.listen("data")
        self.tls = self.listen("management")
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(folder / "server.pem", folder / "server.key")
        self.tls.socket = context.wrap_socket(self.tls.socket, server_side=True)
        for server in (self.plain, self.tls):
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.plain.server_port}"
        self.environment = {
            "HTTPS_PROXY": self.url,
            "NO_PROXY": "127.0.0.1",
            "REQUESTS_CA_BUNDLE": str(folder / "ca.pem"),
            "IDENTITY_ENDPOINT": f"{self.url}/msi/token",
            "IDENTITY_HEADER": self.identity_header,
        }

    def listen(self, plane: str) -> ThreadingHTTPServer:
        handler = type("Handler", (Handler,), {"service": self, "plane": plane})
        return ThreadingHTTPServer(("127.0.0.1", 0), handler)

    def close(self) -> None:
        for server in (self.plain, self.tls):
            server.shutdown()
            server.server_close()
        self.cluster.close()

    # Requests of the data plane.

    def job(self, name: str) -> Job:
        if name not in self.cluster.jobs:
            raise Refused(404, "JobNotFound", "The specified job does not exist.")
        return self.cluster.jobs[name]

    def pool(self, name: str) -> Pool:
        if name not in self.cluster.pools:
            raise Refused(404, "PoolNotFound", "The specified pool does not exist.")
        return self.cluster.pools[name]

    def task(self, job: str, name: str) -> Task:
        tasks = self.job(job).tasks
        if name not in tasks:
            raise Refused(404, "TaskNotFound", "The specified task does not exist.")
        return tasks[name]

    def add_job(self, body: dict) -> None:
        check(body, "JobAddParameter", data_models)
        refuse(rules.identifier(body["id"]))
        if body["id"].lower() in map(str.lower, self.cluster.jobs):
            raise Refused(409, "JobExists", "The specified job already exists.")
        refuse(rules.job(body))
        self.cluster.jobs[body["id"]] = Job(body["id"], body["poolInfo"]["poolId"])

    def add_task(self, job: str, body: dict) -> None:
        check(body, "TaskAddParameter", data_models)
        found = self.job(job)
        refuse(rules.identifier(body["id"]))
        if body["id"].lower() in map(str.lower, found.tasks):
            raise Refused(409, "TaskExists", "The specified task already exists.")
        pool = self.cluster.pools.get(found.pool)
        refuse(rules.task(body, pool.slots if pool else 1))
        found.tasks[body["id"]] = Task(body, len(found.tasks))

    def show_pool(self, name: str) -> dict:
        pool = self.pool(name)
        nodes = pool.nodes
        return {
            "id": name,
            "state": "active",
            "allocationState": "steady",
            "vmSize": pool.size,
            "enableAutoScale": pool.formula is not None,
            "taskSlotsPerNode": pool.slots,
            "currentDedicatedNodes": sum(node.dedicated for node in nodes),
            "currentLowPriorityNodes": sum(not node.dedicated for node in nodes),
            "targetDedicatedNodes": pool.target[True],
            "targetLowPriorityNodes": pool.target[False],
            "resizeErrors": pool.resize_errors,
        }

    def show_nodes(self, name: str) -> list[dict]:
        return [
            {"id": node.id, "state": node.state, "isDedicated": node.dedicated}
            | ({"errors": node.errors} if node.errors else {})
            for node in self.pool(name).nodes
        ]

    def show_task(self, job: str, task: Task) -> dict:
        task.seen |= task.state == "running"
        shown = {
            "id": task.body["id"],
            "state": task.state,
            "creationTime": now(),
            "commandLine": task.body["commandLine"],
            "executionInfo": task.info,
        }
        if task.node is not None:
            shown["nodeInfo"] = {"nodeId": task.node.id, "poolId": self.job(job).pool}
        return shown

    def answer(self, method: str, path: list[str], body: Any) -> tuple[int, Any]:
        """Status and content of the answer; bytes are a file."""
        cluster = self.cluster
        match method, path:
            case "POST", ["jobs"]:
                self.add_job(body)
                return 201, None
            case "DELETE", ["jobs", job]:
                self.job(job)
                cluster.delete_job(job)
                return 202, None
            case "POST", ["jobs", job, "terminate"]:
                for task in self.job(job).tasks.values():
                    cluster.kill(task)
                return 202, None
            case "POST", ["jobs", job, "tasks"]:
                self.add_task(job, body)
                return 201, None
            case "GET", ["jobs", job, "tasks"]:
                return 200, [self.show_task(job, task) for task in self.job(job).tasks.values()]
            case "GET", ["jobs", job, "tasks", task]:
                return 200, self.show_task(job, self.task(job, task))
            case "GET", ["jobs", job, "tasks", task, "files", *name]:
                return 200, read_file(self.task(job, task), "/".join(name))
            case "GET", ["pools", pool]:
                return 200, self.show_pool(pool)
            case "GET", ["pools", pool, "nodes"]:
                return 200, self.show_nodes(pool)
            case "DELETE", ["pools", pool]:
                self.pool(pool)
                cluster.delete_pool(pool)
                return 202, None
        raise Refused(404, "ResourceNotFound", f"{method} /{'/'.join(path)}")

    def manage(self, method: str, path: list[str], body: Any) -> tuple[int, Any]:
        """The management plane: only the creation of a pool."""
        match method, path:
            case (
                "PUT",
                ["subscriptions", _, "resourceGroups", _, "providers", "Microsoft.Batch", *rest],
            ) if rest[:1] == ["batchAccounts"] and rest[2:3] == ["pools"] and len(rest) == 4:
                name = rest[3]
                if fault := self.cluster.faults.refuse_pool:
                    raise Refused(*fault)
                check(body, "Pool", management_models)
                refuse(rules.identifier(name))
                refuse(rules.pool(body))
                folder = self.cluster.folder / name
                self.cluster.pools[name] = Pool(name, body, folder, self.cluster.faults)
                return 200, {"name": name, "type": "Microsoft.Batch/batchAccounts/pools", **body}
        raise Refused(404, "ResourceNotFound", f"{method} /{'/'.join(path)}")


def check(body: Any, model: str, models: Any) -> None:
    """Refuse a body that is not of the model's shape."""
    if found := list(mistakes(body, model, models)):
        raise Refused(400, "InvalidRequestBody", "; ".join(found))


def refuse(reason: str | None) -> None:
    """Refuse a request for a reason, if there is one."""
    if reason:
        raise Refused(400, "InvalidPropertyValue", reason)


def read_file(task: Task, name: str) -> bytes:
    file = task.folder / name if task.folder else None
    if file is None or not file.is_file() or ".." in name:
        raise Refused(404, "FileNotFound", "The specified file does not exist.")
    return file.read_bytes()
