"""What the REST reference says in words: limits, exclusions, what has been retired."""

import re
import shlex
from typing import Any

from tests.clusters.azure.cluster import seconds
from tests.clusters.azure.formula import Formula, FormulaError, Metric
from tests.clusters.azure.pools import SIZES

IDENTIFIER = re.compile(r"^[A-Za-z0-9_-]{1,64}$")
IMAGES = {("microsoft-dsvm", "ubuntu-hpc", "2404"): "batch.node.ubuntu 24.04"}
# `docker create` options that the service's documentation and users' reports know to work.
CREATE_OPTIONS = {"--rm", "--shm-size", "--workdir", "--ipc", "--user", "--entrypoint"}


def identifier(name: str) -> str | None:
    """Why the name cannot be the id of a pool, job or task."""
    if not IDENTIFIER.match(name):
        return f"id {name!r}: 1 to 64 letters, digits, hyphens and underscores"
    return None


def job(body: dict[str, Any]) -> str | None:
    """Why the service would refuse a job."""
    info = body["poolInfo"]
    if ("poolId" in info) == ("autoPoolSpecification" in info):
        return "poolInfo: either a poolId or an autoPoolSpecification"
    if not -1000 <= body.get("priority", 0) <= 1000:
        return "priority: from -1000 to 1000"
    return None


def task(body: dict[str, Any], slots: int) -> str | None:
    """Why the service would refuse a task on a pool with containers and so many slots a node."""
    if len(body.get("displayName", "")) > 1024:
        return "displayName: at most 1024 characters"
    if not body["commandLine"].strip():
        return "commandLine: empty"
    if not 1 <= body.get("requiredSlots", 1) <= slots:
        return f"requiredSlots: from 1 to the pool's taskSlotsPerNode, {slots}"
    if body.get("constraints", {}).get("maxTaskRetryCount", 0) < -1:
        return "maxTaskRetryCount: at least -1"
    if "containerSettings" not in body:
        return "containerSettings: must be set, the pool has a containerConfiguration"
    names = [item["name"] for item in body.get("environmentSettings", [])]
    if len(set(names)) < len(names):
        return "environmentSettings: a name twice"
    if reserved := [name for name in names if name.startswith("AZ_BATCH_")]:
        return f"environmentSettings: {reserved[0]} is the service's"
    for option in shlex.split(body["containerSettings"].get("containerRunOptions", "")):
        if option.split("=")[0] not in CREATE_OPTIONS:
            return f"containerRunOptions: {option} is not recognized or unsupported"
    return None


def pool(body: dict[str, Any]) -> str | None:
    """Why the service would refuse a pool."""
    properties = body["properties"]
    size = properties.get("vmSize", "").lower()
    if size not in SIZES:
        return f"vmSize: {properties.get('vmSize')} is not offered"
    if properties.get("targetNodeCommunicationMode") == "Classic":
        return "targetNodeCommunicationMode: Classic was retired on 31 March 2026"
    most = min(4 * SIZES[size][0], 256)
    if not 1 <= properties.get("taskSlotsPerNode", 1) <= most:
        return f"taskSlotsPerNode: from 1 to {most} with {size}"
    identity = body.get("identity", {"type": "None"})
    if (identity["type"] == "UserAssigned") != bool(identity.get("userAssignedIdentities")):
        return "identity: UserAssigned goes with userAssignedIdentities"
    return machine(properties) or scaling(properties.get("scaleSettings", {}))


def machine(properties: dict[str, Any]) -> str | None:
    """What is wrong with the nodes' image or containers."""
    config = properties.get("deploymentConfiguration", {}).get("virtualMachineConfiguration")
    if config is None:
        return "deploymentConfiguration: a virtualMachineConfiguration is needed"
    image = config["imageReference"]
    key = (image.get("publisher"), image.get("offer"), image.get("sku"))
    if IMAGES.get(key) != config["nodeAgentSkuId"]:
        return f"imageReference: {key} with {config['nodeAgentSkuId']!r} is not supported"
    for registry in config.get("containerConfiguration", {}).get("containerRegistries", []):
        if ("identityReference" in registry) == ("password" in registry):
            return "containerRegistries: either an identity or a user name and password"
    return None


def scaling(scale: dict[str, Any]) -> str | None:
    """What is wrong with the scale settings."""
    if ("autoScale" in scale) == ("fixedScale" in scale):
        return "scaleSettings: either autoScale or fixedScale"
    if "fixedScale" in scale:
        return None
    interval = seconds(scale["autoScale"].get("evaluationInterval", "PT15M"))
    if not 300 <= interval <= 168 * 3600:
        return "evaluationInterval: from 5 minutes to 168 hours"
    try:
        targets = {"$TargetDedicatedNodes": 0.0, "$TargetLowPriorityNodes": 0.0}
        Formula(scale["autoScale"]["formula"]).evaluate({"$PendingTasks": Metric([0.0])}, targets)
    except FormulaError as error:
        return f"formula: {error}"
    return None
