"""Durable intake: a question that was acknowledged is answered, whatever happens to this process.

DBOS keeps every question and every finished step in the store's database. The rule for the listeners:
acknowledge to Slack only after `accept` has returned.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Engine, inspect

from bot.parcels import Later, Parcel, Refused
from bot.question import Attachment, Person, Place, Question
from bot.unforeseen import error_id, guarded

log = logging.getLogger(__name__)

QUEUE = "questions"
WORKFLOW_VERSION = "1"
"""Changes only when the workflow's steps change: work accepted under another version is not picked up."""
ANSWERING = 4
"""Questions answered at once; more would only make all of them slower."""
UNDER_WAY = 16
"""Questions under way at once, with those that wait for Slack: they must not keep others waiting."""
ATTEMPTS = 40
"""About half an hour in all: an outage of Slack's is sat out; a slash command cannot be answered later anyway."""
LONGEST_PAUSE = 60.0
"""Seconds between our own attempts; when Slack names a time, that is kept."""
REMEMBERED, STUCK_AFTER = timedelta(days=7), timedelta(minutes=45)
"""For how long the doctor speaks of a lost answer; how old a question is when it can no longer be under way."""


class Undelivered(Exception):
    """Slack took an answer neither now nor later. The question ends in this error, and the doctor counts it."""


@dataclass(frozen=True)
class Trouble:
    """Questions without an answer: `lost` for good, in the last week; `stuck` when nobody works on them."""

    lost: int
    stuck: int


class Work:
    """The queue of questions. One per process: DBOS has one registry.

    `reply` makes the messages that answer a question, `apology` those that say that it failed, `undelivered`
    those that say that the message of a key did not get through (both with an error id), `deliver` sends one (raising
    Later or Refused). `replica` names this process and must stay the same over restarts: unfinished work
    comes back to the name it was taken under.
    """

    def __init__(
        self,
        engine: Engine,
        reply: Callable[[Question], Sequence[Parcel]],
        apology: Callable[[Question, str], Sequence[Parcel]],
        undelivered: Callable[[Question, str, str], Sequence[Parcel]],
        deliver: Callable[[Parcel], None],
        *,
        replica: str = "main",
        every: float = 0.2,
        attempts: int = ATTEMPTS,
    ) -> None:
        self.engine, self.replica, self.every, self.attempts = engine, replica, every, attempts
        self.reply, self.apology, self.undelivered, self.deliver = reply, apology, undelivered, deliver
        # A few threads that do all the computing: each that allocates much keeps much (120 MiB in all with twenty).
        self._answering = ThreadPoolExecutor(ANSWERING, "answering")

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

        lost = ""
        for parcel in DBOS.run_step({"name": "reply"}, self._reply, question):
            if lost and not parcel.get("aside"):
                continue  # a note that the answer went elsewhere would not be true
            if why := self._send(parcel):
                for sentence in DBOS.run_step({"name": "own up"}, self._own_up, question, parcel["key"], why):
                    self._send(sentence)
                lost = f"{parcel['key']}: {why}"
        if lost:
            raise Undelivered(lost)

    def _send(self, parcel: dict[str, Any]) -> str:
        """Try until it is delivered. Returns why it was not, for good; nothing when it was."""
        from dbos import DBOS

        for attempt in range(self.attempts):
            wait = DBOS.run_step({"name": "deliver"}, self._deliver, parcel)
            if not isinstance(wait, float):
                return wait or ""
            DBOS.sleep(max(wait, min(0.5 * 2 ** min(attempt, 9), LONGEST_PAUSE)))
        return f"not delivered in {self.attempts} attempts"

    def _own_up(self, plain: dict[str, Any], key: str, why: str) -> list[dict[str, Any]]:
        """Say that the answer did not get through: to the log, and where it can be said to who asked."""
        error = error_id()
        log.error("the answer %s was lost, error %s: %s", key, error, why)
        return [parcel.plain() for parcel in self.undelivered(question_from_plain(plain), key, error)]

    def _reply(self, plain: dict[str, Any]) -> list[dict[str, Any]]:
        question = question_from_plain(plain)
        answering = self._answering.submit(self.reply, question)
        parcels = guarded(question.key, answering.result, lambda error: self.apology(question, error))
        return [parcel.plain() for parcel in parcels]

    def _deliver(self, parcel: dict[str, Any]) -> float | str | None:
        return guarded(str(parcel["key"]), lambda: self._attempt(Parcel(**parcel)), lambda error: f"error {error}")

    def _attempt(self, parcel: Parcel) -> float | str | None:
        """None when it is delivered, the seconds after which to try again, or why it never will be."""
        try:
            self.deliver(parcel)
        except Later as later:
            return float(later.seconds)
        except Refused as refused:
            return f"Slack answered {refused.error}"
        return None


def trouble(engine: Engine, now: datetime) -> Trouble:
    """What became of the questions in the store's database. Nothing is changed and nothing is worked on."""
    from dbos import DBOSClient, DBOSPortableJSONSerializer

    if not inspect(engine).has_table("workflow_status", None if engine.dialect.name == "sqlite" else "dbos"):
        return Trouble(0, 0)  # nothing was ever served from this store
    serializer = DBOSPortableJSONSerializer()
    client = DBOSClient(system_database_engine=engine, serializer=serializer, retry_connection_errors=False)
    count = partial(client.list_workflows, load_input=False, load_output=False)
    lost = count(status=["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"], start_time=(now - REMEMBERED).isoformat())
    stuck = count(status=["ENQUEUED", "PENDING"], end_time=(now - STUCK_AFTER).isoformat())
    client.destroy()
    return Trouble(len(lost), len(stuck))


def question_from_plain(plain: Mapping[str, Any]) -> Question:
    """The question that `dataclasses.asdict` wrote."""
    files = tuple(Attachment(**file) for file in plain.get("files", ()))
    asker = {**plain["asker"], "groups": tuple(plain["asker"].get("groups", ()))}
    parts = {"asker": Person(**asker), "place": Place(**plain["place"]), "files": files}
    return Question(**{**plain, **parts})


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
