"""Processes that share one store: each shows that it is alive, and takes over the work of those that are not."""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from bot.tables import replicas

log = logging.getLogger(__name__)

BEAT, SILENT = 2.0, 12.0
"""Seconds between signs of life, and without one until the work of a replica is taken over."""
FORGOTTEN = timedelta(days=1)


def new_life() -> str:
    """A name for this process that no other process has, or will ever have. Nobody has to choose it."""
    return f"{_machine()}:{os.getpid()}:{uuid4().hex[:8]}"


def is_gone(life: str) -> bool:
    """Whether that process certainly is no more: it ran where we run, and nothing has its number now.

    Of another machine, or another container of this one, nobody can know.
    """
    machine, number, _ = life.rsplit(":", 2)
    return machine == _machine() and not _runs(int(number))


def _runs(number: int) -> bool:
    if number == os.getpid():
        return False  # it had our number: the first process of a container is always 1
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _machine() -> str:
    """Where a process number means one process: a host since its last start and, in it, a container."""
    boot, numbers = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")
    parts = [socket.gethostname()]
    with suppress(OSError):
        parts += [boot.read_text(encoding="ascii")[:8], str(numbers.stat().st_ino)]
    return "/".join(parts)


class Watch:
    """Who has fallen silent, by our own clock: those of hosts differ. Time in which we did not look does not count."""

    def __init__(self, silent: float, gap: float) -> None:
        self.silent, self.gap = silent, gap
        self._looked = float("-inf")
        self._heard: dict[str, tuple[int, float]] = {}

    def fallen_silent(self, beats: Mapping[str, int], at: float) -> set[str]:
        """Those who have not beaten for `silent` seconds. `beats`: how often each has by now; `at`: the moment."""
        if at - self._looked > self.gap:
            self._heard = {}  # we, or the database, were away: that says nothing about the others
        self._looked = at
        before = self._heard
        self._heard = {
            life: before[life] if life in before and before[life][0] == count else (count, at)
            for life, count in beats.items()
        }
        return {life for life, (_, heard) in self._heard.items() if at - heard >= self.silent}


class Replicas:
    """This process among those that share the store.

    `busy` names those that have begun work which is not finished; `take_over` makes the work of some available to all.
    """

    def __init__(
        self,
        engine: Engine,
        me: str,
        busy: Callable[[], set[str]],
        take_over: Callable[[set[str]], None],
        *,
        beat: float = BEAT,
        silent: float = SILENT,
    ) -> None:
        self.engine, self.me, self.beat = engine, me, beat
        self.busy, self.take_over = busy, take_over
        self.watch = Watch(silent, gap=3 * beat)
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._live, name="replicas", daemon=True)

    def join(self) -> None:
        """Be one of them, before any work is taken: whoever works and is not known here counts as dead."""
        self._beat()

    def start(self) -> None:
        """Show that we are alive, and look after the others."""
        self._thread.start()

    def leave(self) -> None:
        """Be gone: what we have left is anybody's at once."""
        self._leaving.set()
        if self._thread.ident:
            self._thread.join(10)
        with suppress(SQLAlchemyError), self.engine.begin() as connection:
            connection.execute(delete(replicas).where(replicas.c.life == self.me))

    def alive(self) -> bool:
        return self._thread.is_alive()

    def others(self) -> dict[str, int]:
        """How often each other replica has beaten."""
        query = select(replicas.c.life, replicas.c.beats).where(replicas.c.life != self.me)
        with self.engine.connect() as connection:
            return {row.life: row.beats for row in connection.execute(query)}

    def look_round(self, at: float) -> set[str]:
        """Take over the work of those who are no more. Returns their names."""
        others = self.others()
        silent = self.watch.fallen_silent(others, at)
        alive = {life for life in others if life not in silent and not is_gone(life)} | {self.me}
        if dead := self.busy() - alive:
            log.warning("taking over the work of %s", ", ".join(sorted(dead)))
            self.take_over(dead)
        return dead

    def _live(self) -> None:
        while not self._leaving.wait(self.beat):
            try:
                self._beat()
                self.look_round(time.monotonic())
            except SQLAlchemyError as problem:
                log.warning("the store: %s", type(problem).__name__)

    def _beat(self) -> None:
        at = datetime.now(UTC)
        with self.engine.begin() as connection:
            mine = update(replicas).where(replicas.c.life == self.me)
            if not connection.execute(mine.values(beats=replicas.c.beats + 1, seen_at=at)).rowcount:
                connection.execute(insert(replicas), {"life": self.me, "beats": 1, "started_at": at, "seen_at": at})
            connection.execute(delete(replicas).where(replicas.c.seen_at < at - FORGOTTEN))
