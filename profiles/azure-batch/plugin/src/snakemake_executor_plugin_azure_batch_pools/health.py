"""Pools and nodes that cannot work, in words that say what to mend."""

from collections.abc import Iterator
from typing import Any

import azure.batch.models as bm
from azure.core.exceptions import HttpResponseError

BROKEN = {bm.ComputeNodeState.unusable, bm.ComputeNodeState.start_task_failed}


def refused(error: Exception) -> str:
    """The service's code and words in one line, whichever of its two faces refused."""
    if isinstance(error, bm.BatchErrorException) and error.error is not None:
        message = error.error.message.value if error.error.message else ""
        values = [f"{pair.key} {pair.value}" for pair in error.error.values or []]
        return "; ".join([f"{error.error.code}: {one_line(message)}", *map(one_line, values)])
    if isinstance(error, HttpResponseError) and error.error is not None:
        return f"{error.error.code}: {one_line(error.error.message)}"
    return f"{type(error).__name__}: {one_line(str(error))}"


def one_line(text: str | None) -> str:
    """The text without the request ids that the service puts on further lines."""
    lines = [line.strip() for line in (text or "").splitlines()]
    return " ".join(line for line in lines if line and not line.startswith(("RequestId:", "Time:")))


def said(error: Any, pairs: list[Any] | None = None) -> str:
    """The service's code and words of something that went wrong, and its name-value pairs."""
    more = [f"{pair.name} {pair.value}" for pair in pairs or [] if pair.value]
    return "; ".join([f"{error.code}: {error.message}", *more])


def node_troubles(nodes: list[bm.ComputeNode]) -> Iterator[tuple[str, str]]:
    """(node id, one line) for each node that became unusable or failed its start task."""
    for node in nodes:
        if node.state in BROKEN:
            reasons = [said(error, error.error_details) for error in node.errors or []]
            start = node.start_task_info
            if start is not None and start.failure_info is not None:
                reasons.append(f"its start task failed: {said(start.failure_info)}")
            state = bm.ComputeNodeState(node.state).value
            yield node.id, f"is {state}: {'; '.join(reasons) or 'the service gives no reason'}"


def resize_troubles(pool: bm.CloudPool) -> list[str]:
    """One line for each reason why a pool did not get the nodes that it asked for."""
    lines = [said(error, error.values) for error in pool.resize_errors or []]
    run = pool.auto_scale_run
    if run is not None and run.error is not None:
        lines.append(f"autoscale: {said(run.error, run.error.values)}")
    return lines


def hopeless(pool: bm.CloudPool, nodes: list[bm.ComputeNode]) -> str | None:
    """Why no task of this pool can ever run, or None where waiting can help."""
    if pool.state == bm.PoolState.deleting:
        return "somebody is deleting it"
    steady = pool.allocation_state == bm.AllocationState.steady
    if not nodes and steady and (troubles := resize_troubles(pool)):
        return f"it got no nodes: {' | '.join(troubles)}"
    broken = dict(node_troubles(nodes))
    if nodes and len(broken) == len(nodes):
        node, trouble = next(iter(broken.items()))
        return f"all of its {len(nodes)} nodes are unusable; node {node} {trouble}"
    return None
