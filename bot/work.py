"""Durable intake: a question that was acknowledged is answered, whatever happens to this process.

DBOS keeps every question and every finished step in the store's database. The rule for the listeners:
acknowledge to Slack only after `accept` has returned.
"""

import logging
import threading
import time
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import asdict
from functools import partial
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from bot.expiry import Expiry
from bot.failures import TRIES, Failures
from bot.gauges import Gauges
from bot.logs import about, adopt
from bot.parcels import Later, Parcel, Refused
from bot.question import Question, question_from_plain
from bot.queued import at_work
from bot.replicas import Replicas, new_life
from bot.unforeseen import error_id, guarded

log = logging.getLogger(__name__)

QUEUE, WORKFLOW, APPLICATION = "questions", "answer", "retention"
WORKFLOW_VERSION = "1"
"""Changes only when the workflow's steps change: work accepted under another version is not picked up."""
ANSWERING = 8
"""Questions answered at once: each waits for the store's disk now and then, and more would only make all slower."""
DELIVERING = 8
"""Messages on their way to Slack at once; those that wait for a better moment do not count."""
UNDER_WAY, LANES = 128, 64
"""Questions under way at once, with those that wait for Slack, and how many of them may be of one channel: one that
Slack lets speak once a second must not keep the others waiting."""
OUTAGE = 120
"""Seconds for which a question waits for the store's database to come back before that counts as a failure."""
ATTEMPTS = 40
"""About half an hour in all: an outage of Slack's is sat out; a slash command cannot be answered later anyway."""
LONGEST_PAUSE = 60.0
"""Seconds between our own attempts; when Slack names a time, that is kept."""
BROKEN = "error "
"""How the outcome of an attempt begins that failed for a reason nobody foresaw, which may go away."""


class Work:
    """The queue of questions. One per process: DBOS has one registry.

    `reply` makes the messages that answer a question, `apology` those that say that it failed, `undelivered`
    those that say that the message of a key did not get through (both with an error id), `deliver` sends one (raising
    Later or Refused). `life` names this process among those that share the store; `ready` is waited for before the
    first answer; `pause`: seconds before a question is tried again, doubled each time.
    """

    def __init__(
        self,
        engine: Engine,
        reply: Callable[[Question], Sequence[Parcel]],
        apology: Callable[[Question, str], Sequence[Parcel]],
        undelivered: Callable[[Question, str, str], Sequence[Parcel]],
        deliver: Callable[[Parcel], None],
        *,
        life: str | None = None,
        ready: Callable[[], None] = lambda: None,
        every: float = 0.2,
        attempts: int = ATTEMPTS,
        pause: float = 0.5,
        gauges: Gauges | None = None,
    ) -> None:
        self.engine, self.every, self.attempts, self.pause = engine, every, attempts, pause
        self.reply, self.apology, self.undelivered, self.deliver = reply, apology, undelivered, deliver
        self.ready, self.failures, self.gauges = ready, Failures(engine), gauges or Gauges()
        self.replicas = Replicas(engine, life or new_life(), partial(at_work, engine), _take_over)
        self.expiry = Expiry(engine, _delete)
        # A few threads that do all the computing: each that allocates much keeps much (120 MiB in all with twenty).
        self._answering = ThreadPoolExecutor(ANSWERING, "answering")
        self._delivering = threading.BoundedSemaphore(DELIVERING)

    def start(self) -> None:
        """Begin to work, also on what others have left unfinished."""
        from dbos import DBOS

        self.replicas.join()
        DBOS(config=_config(self.engine, self.replicas.me))
        adopt("dbos")

        @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=10_000)  # `failures` counts, and says so to who asked
        def answer(question: dict[str, Any], accepted_at: float = 0.0) -> None:
            with about(str(question["key"])):
                self._answer(question)
            if accepted_at:
                self.gauges.delivered.observe(max(time.time() - accepted_at, 0.0))

        self._workflow = answer
        DBOS.launch()
        # One at a time within a lane (its partition), so that answers keep the order of the questions.
        DBOS.register_queue(
            QUEUE,
            worker_concurrency=UNDER_WAY,
            partition_concurrency=1,
            polling_interval_sec=self.every,
            on_conflict="always_update",
        )
        self.replicas.start()
        self.expiry.start()

    def accept(self, question: Question) -> None:
        """Write a question down. On return it will be answered, once, however often it is accepted."""
        from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

        options = SetEnqueueOptions(queue_partition_key=lane(question))
        with self.gauges.accepting.time(), SetWorkflowID(question.key), options:
            DBOS.enqueue_workflow(QUEUE, self._workflow, asdict(question), time.time())

    def alive(self) -> bool:
        """Whether this process still does what it is there for."""
        return self.replicas.alive()

    def stop(self, seconds: int = 20) -> None:
        """Start nothing new, finish what is under way; what is left after `seconds` is the other replicas'."""
        from dbos import DBOS

        self.expiry.stop()
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=seconds)
        self.replicas.leave()

    def _answer(self, question: dict[str, Any]) -> None:
        from dbos import DBOS

        lost = False
        for parcel in DBOS.run_step({"name": "reply"}, self._reply, question):
            if lost and not parcel.get("aside"):
                continue  # a note that the answer went elsewhere would not be true
            if why := self._send(parcel):
                lost = True
                for sentence in DBOS.run_step({"name": "own up"}, self._own_up, question, parcel["key"], why):
                    self._send(sentence)

    def _send(self, parcel: dict[str, Any]) -> str:
        """Try until it is delivered. Returns why it was not, for good; nothing when it was."""
        from dbos import DBOS

        broken = 0
        for attempt in range(self.attempts):
            wait = DBOS.run_step({"name": "deliver"}, self._deliver, parcel)
            broken += str(wait).startswith(BROKEN)
            if not isinstance(wait, float) and not 0 < broken < TRIES:
                return wait or ""
            named = wait if isinstance(wait, float) else 0.0
            DBOS.sleep(max(named, min(self.pause * 2 ** min(attempt, 9), LONGEST_PAUSE)))
        return f"not delivered in {self.attempts} attempts"

    def _own_up(self, plain: dict[str, Any], key: str, why: str) -> list[dict[str, Any]]:
        """Say that the answer did not get through: to the log, and where it can be said to who asked."""
        question, error = question_from_plain(plain), error_id()
        log.error("the answer %s was lost, error %s: %s", key, error, why)
        self.failures.keep(question, f"{key}: {why}", error)
        return [parcel.plain() for parcel in self.undelivered(question, key, error)]

    def _reply(self, plain: dict[str, Any]) -> list[dict[str, Any]]:
        self.ready()
        return [parcel.plain() for parcel in self._tried(question_from_plain(plain))]

    def _tried(self, question: Question) -> Sequence[Parcel]:
        """The answer, or after the last attempt a sentence that there is none."""
        error = error_id()
        for attempt in range(TRIES):
            answering = self._answering.submit(copy_context().run, self._begun, question)
            made = guarded(question.key, answering.result, lambda error: error)
            if made is None:
                break  # the processes that began it before did not live to tell
            if not isinstance(made, str):
                return made
            error = made
            time.sleep(min(self.pause * 2**attempt, LONGEST_PAUSE) if attempt + 1 < TRIES else 0)
        log.error("%s failed for good, error %s", question.key, error)
        self.failures.keep(question, "", error)
        self.gauges.questions.labels("none", "failed").inc()
        return self.apology(question, error)

    def _begun(self, question: Question) -> Sequence[Parcel] | None:
        """The answer; None where it was begun too often: a question may be such that no process survives it."""
        if self._begin(question.key) > TRIES:
            return None
        parcels = self.reply(question)
        self.failures.end(question.key)
        return parcels

    def _begin(self, key: str) -> int:
        """That the store is away for a moment is no fault of the question's."""
        for _ in range(OUTAGE):
            try:
                return self.failures.begin(key)
            except OperationalError:
                time.sleep(1)
        return self.failures.begin(key)

    def _deliver(self, parcel: dict[str, Any]) -> float | str | None:
        with self._delivering:
            return guarded(str(parcel["key"]), lambda: self._attempt(Parcel(**parcel)), lambda error: BROKEN + error)

    def _attempt(self, parcel: Parcel) -> float | str | None:
        """None when it is delivered, the seconds after which to try again, or why it never will be."""
        try:
            self.deliver(parcel)
        except Later as later:
            return float(later.seconds)
        except Refused as refused:
            return f"Slack answered {refused.error}"
        return None


def lane(question: Question) -> str:
    """Where a question queues: all of a thread one after the other, threads of a channel mostly side by side."""
    place = question.place
    number = zlib.crc32((place.thread or question.key).encode()) % LANES
    return f"{place.team}/{place.channel or question.asker.id}/{number}"


def enqueued(question: Question) -> Any:
    """How a question is put into the queue from outside of the process that answers."""
    return {
        "workflow_name": WORKFLOW,
        "queue_name": QUEUE,
        "workflow_id": question.key,
        "app_version": WORKFLOW_VERSION,
        "application_name": APPLICATION,
        "queue_partition_key": lane(question),
    }


def serializer() -> Any:
    """Not pickle: what is in a database must not become code."""
    from dbos import DBOSPortableJSONSerializer

    return DBOSPortableJSONSerializer()


def _take_over(lives: set[str]) -> None:
    from dbos import DBOS

    DBOS._recover_pending_workflows(sorted(lives))


def _delete(keys: Sequence[str]) -> None:
    from dbos import DBOS

    DBOS.delete_workflows(list(keys))


def _config(engine: Engine, life: str) -> Any:
    return {
        "name": APPLICATION,
        "system_database_engine": engine,
        "application_version": WORKFLOW_VERSION,
        "executor_id": life,
        "serializer": serializer(),
        "max_executor_threads": UNDER_WAY + 4,
        "log_level": "WARNING",
        "enable_otlp": False,
        "use_listen_notify": False,
        "scheduler_polling_interval_sec": 3600.0,
    }
