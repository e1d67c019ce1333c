"""Durable intake: a question that was acknowledged is answered, whatever happens to this process.

DBOS keeps every question and every finished step in the store's database. The rule for the listeners:
acknowledge to Slack only after `accept` has returned.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from threading import BoundedSemaphore
from typing import Any

from sqlalchemy import Engine

from bot.parcels import Later, Parcel, Refused
from bot.question import Person, Place, Question
from bot.unforeseen import guarded

log = logging.getLogger(__name__)

QUEUE = "questions"
WORKFLOW_VERSION = "1"
"""Changes only when the workflow's steps change: work accepted under another version is not picked up."""
ANSWERING = 4
"""Questions answered at once; more would only make all of them slower."""
UNDER_WAY = 16
"""Questions under way at once, with those that wait for Slack: they must not keep others waiting."""
ATTEMPTS = 8
LONGEST_PAUSE = 60.0
"""Seconds between our own attempts; when Slack names a time, that is kept."""


class Work:
    """The queue of questions. One per process: DBOS has one registry.

    `reply` makes the messages that answer a question, `apology` those that say that it failed (with an error
    id), `deliver` sends one (raising Later or Refused). `replica` names this process and must stay the same
    over restarts: unfinished work comes back to the name it was taken under.
    """

    def __init__(
        self,
        engine: Engine,
        reply: Callable[[Question], Sequence[Parcel]],
        apology: Callable[[Question, str], Sequence[Parcel]],
        deliver: Callable[[Parcel], None],
        *,
        replica: str = "main",
        every: float = 0.2,
    ) -> None:
        self.engine, self.replica, self.every = engine, replica, every
        self.reply, self.apology, self.deliver = reply, apology, deliver
        self._answering = BoundedSemaphore(ANSWERING)

    def start(self) -> None:
        """Begin to work, first on what was left unfinished."""
        from dbos import DBOS

        DBOS(config=_config(self.engine, self.replica))

        @DBOS.workflow(name="answer", max_recovery_attempts=50)
        def answer(question: dict[str, Any]) -> None:
            self._answer(question)

        self._workflow = answer
        DBOS.launch()
        # One at a time within a thread (its partition), so that answers keep the order of the questions.
        DBOS.register_queue(
            QUEUE,
            worker_concurrency=UNDER_WAY,
            partition_concurrency=1,
            polling_interval_sec=self.every,
            on_conflict="always_update",
        )

    def accept(self, question: Question) -> None:
        """Write a question down. On return it will be answered, once, however often it is accepted."""
        from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

        order = question.place.conversation if question.place.thread else question.key
        with SetWorkflowID(question.key), SetEnqueueOptions(queue_partition_key=order):
            DBOS.enqueue_workflow(QUEUE, self._workflow, asdict(question))

    def stop(self, seconds: int = 20) -> None:
        """Start nothing new, finish what is under way; after `seconds` the rest waits for the next start."""
        from dbos import DBOS

        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=seconds)

    def _answer(self, question: dict[str, Any]) -> None:
        from dbos import DBOS

        for parcel in DBOS.run_step({"name": "reply"}, self._reply, question):
            self._send(parcel)

    def _send(self, parcel: dict[str, Any]) -> None:
        from dbos import DBOS

        for attempt in range(ATTEMPTS):
            wait = DBOS.run_step({"name": "deliver"}, self._deliver, parcel)
            if wait is None:
                return
            DBOS.sleep(max(wait, min(0.5 * 2**attempt, LONGEST_PAUSE)))
        log.error("%s was not delivered in %d attempts", parcel["key"], ATTEMPTS)

    def _reply(self, plain: dict[str, Any]) -> list[dict[str, Any]]:
        question = question_from_plain(plain)
        with self._answering:
            parcels = guarded(question.key, lambda: self.reply(question), lambda error: self.apology(question, error))
        return [parcel.plain() for parcel in parcels]

    def _deliver(self, parcel: dict[str, Any]) -> float | None:
        return guarded(str(parcel["key"]), lambda: self._attempt(Parcel(**parcel)), lambda _: None)

    def _attempt(self, parcel: Parcel) -> float | None:
        """None when there is nothing more to do, else the seconds after which to try again."""
        try:
            self.deliver(parcel)
        except Later as later:
            return later.seconds
        except Refused as refused:
            log.error("Slack refused %s: %s", parcel.key, refused.error)
        return None


def question_from_plain(plain: Mapping[str, Any]) -> Question:
    """The question that `dataclasses.asdict` wrote."""
    return Question(**{**plain, "asker": Person(**plain["asker"]), "place": Place(**plain["place"])})


def _config(engine: Engine, replica: str) -> Any:
    from dbos import DBOSPortableJSONSerializer

    return {
        "name": "retention",
        "system_database_engine": engine,
        "application_version": WORKFLOW_VERSION,
        "executor_id": replica,
        "serializer": DBOSPortableJSONSerializer(),  # not pickle: what is in a database must not become code
        "max_executor_threads": UNDER_WAY + 4,
        "log_level": "WARNING",
        "enable_otlp": False,
        "use_listen_notify": False,
        "scheduler_polling_interval_sec": 3600.0,
    }
