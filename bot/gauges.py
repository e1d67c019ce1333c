"""What an operator sees of a running process: Prometheus metrics. Counts and times only, nothing that people wrote."""

from collections.abc import Iterable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.failures import Failures
from bot.queued import depth, is_there

MOMENTS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)
"""Seconds at which the histograms are divided: from an acknowledgement to an answer that sat out an outage."""


class Gauges:
    """The metrics of one process, and, asked of the store at each scrape, those that all replicas share."""

    def __init__(self, engine: Engine | None = None) -> None:
        self.registry = CollectorRegistry()
        self.questions = self._counter("questions", "Questions answered", "tool", "outcome")
        self.answering = self._histogram("answer_seconds", "Time to make an answer", "tool")
        self.accepting = self._histogram("accept_seconds", "Time to write a question down, before it is acknowledged")
        self.delivered = self._histogram("delivery_seconds", "Time from a question's acceptance to its answer in Slack")
        self.slack = self._counter("slack_errors", "Errors that Slack answered with", "method", "error")
        if engine is not None:
            self.registry.register(_Shared(engine))

    def answered(self, tool: str | None, outcome: str, seconds: float) -> None:
        self.questions.labels(tool or "none", outcome).inc()
        self.answering.labels(tool or "none").observe(seconds)

    def slack_error(self, method: str, error: str) -> None:
        """`error` is Slack's word; the SDK's sentences are about an answer that was no JSON."""
        self.slack.labels(method, "not_json" if " " in error or not error else error).inc()

    def text(self) -> bytes:
        """All of it, in Prometheus' own format."""
        return generate_latest(self.registry)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"retention_{name}", about, labels, registry=self.registry)

    def _histogram(self, name: str, about: str, *labels: str) -> Histogram:
        return Histogram(f"retention_{name}", about, labels, buckets=MOMENTS, registry=self.registry)


class _Shared:
    """What the store knows; nothing where it cannot be asked: a scrape must not fail with it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            waiting = depth(self.engine) if is_there(self.engine) else {}
            failed = Failures(self.engine).count()
        except SQLAlchemyError:
            return
        queue = GaugeMetricFamily("retention_queue_depth", "Questions accepted and not yet answered", labels=["state"])
        for state, name in (("ENQUEUED", "waiting"), ("PENDING", "under_way")):
            queue.add_metric([name], waiting.get(state, 0))
        yield queue
        yield GaugeMetricFamily("retention_failed_questions", "Questions that wait for an administrator", value=failed)

    def describe(self) -> Iterable[Any]:
        return ()
