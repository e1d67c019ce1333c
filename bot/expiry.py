"""Nothing is kept for ever: finished questions leave the queue after a while, and with them their answers' texts."""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.failures import Failures
from bot.queued import finished

log = logging.getLogger(__name__)

KEPT = timedelta(days=30)
EVERY, AT_ONCE = 3600.0, 200
"""Seconds between two sweeps; questions that are deleted in one transaction: nobody should wait for it."""


class Expiry:
    """Sweeps finished work that is older than `kept`. Any number of replicas may sweep the same store."""

    def __init__(self, engine: Engine, delete: Callable[[Sequence[str]], None], kept: timedelta = KEPT) -> None:
        self.engine, self.delete, self.kept = engine, delete, kept
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="expiry", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.ident:
            self._thread.join(10)

    def sweep(self, now: datetime) -> int:
        """Delete what is due. Returns how many questions left the queue."""
        swept = 0
        while (due := finished(self.engine, now - self.kept, AT_ONCE)) and not self._stopping.is_set():
            self.delete(due)
            swept += len(due)
        Failures(self.engine).forget(now - self.kept)
        return swept

    def _run(self) -> None:
        while not self._stopping.wait(EVERY / 60):  # first a minute after the start
            try:
                if swept := self.sweep(datetime.now(UTC)):
                    log.info("%d finished questions left the queue", swept)
            except SQLAlchemyError as problem:
                log.warning("the store: %s", type(problem).__name__)
            self._stopping.wait(EVERY)
