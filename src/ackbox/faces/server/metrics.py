"""Metrics for Prometheus: calls, durations and errors.

Labels are names of operations, faces and error codes; never names of agents or workspaces.
Explained in docs/howto/watch-a-server.md.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from ackbox.app.bell import Gone
from ackbox.app.serving import Serving
from ackbox.errors import AckboxError, Unavailable
from ackbox.faces.http.wire import Calling
from ackbox.ops.access import PLAIN, Connection
from ackbox.ops.fitting import Fits, all_fit
from ackbox.ops.table import OPERATIONS

FACES = frozenset({"rest", "mcp", "cli", "bridge", "ws", "web", "tui", "hook", "gateway"})
_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 60)


class Metrics:
    """Counters around one app's `call`."""

    def __init__(self, app: Serving) -> None:
        self._registry = CollectorRegistry()
        self._calls = Counter(
            "ackbox_calls",
            "Calls by operation, face and outcome",
            ["operation", "face", "outcome"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "ackbox_call_seconds",
            "Time of a call; long polls include their wait",
            ["operation"],
            registry=self._registry,
            buckets=_BUCKETS,
        )
        # In the library, finding the counter for a set of labels takes longer than counting.
        self._calls_of = functools.cache(self._calls.labels)
        self._seconds_of = functools.cache(self._seconds.labels)
        waiting = Gauge(
            "ackbox_waiting", "Calls that wait for messages now", registry=self._registry
        )
        waiting.set_function(lambda: app.bell.waiting)
        self._call = app.call

    def watch_sockets(self, count: Callable[[], int]) -> None:
        """Report the number of open sockets."""
        Gauge("ackbox_sockets", "WebSockets open now", registry=self._registry).set_function(count)

    async def call(
        self,
        name: str,
        params: Any,
        *,
        credential: str | None,
        face: str,
        is_push: bool = False,
        gone: Gone | None = None,
        fits: Fits = all_fit,
        connection: Connection = PLAIN,
    ) -> Any:
        """Call one operation and count it."""
        operation = name if name in OPERATIONS else "unknown"
        shown_face = face if face in FACES else "other"
        start, outcome = time.perf_counter(), "ok"
        try:
            return await self._call(
                name,
                params,
                credential=credential,
                face=shown_face,
                is_push=is_push,
                gone=gone,
                fits=fits,
                connection=connection,
            )
        except AckboxError as error:
            outcome = error.code
            raise
        except Exception:
            outcome = Unavailable.code
            raise
        finally:
            self._calls_of(operation, shown_face, outcome).inc()
            self._seconds_of(operation).observe(time.perf_counter() - start)

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self._registry)


def counted(app: Serving) -> tuple[Calling, Metrics]:
    """Return an app's call with counting, and the counts."""
    metrics = Metrics(app)
    return metrics.call, metrics
