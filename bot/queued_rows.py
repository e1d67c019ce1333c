"""The rows that durable work leaves in the store's database: questions and their answers, until they are deleted."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine

from bot.queued import is_there

if TYPE_CHECKING:
    from dbos import DBOSClient

OVER = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


@dataclass(frozen=True)
class Queued:
    """The durable queue of a store; where nothing was ever served, it is empty."""

    engine: Engine

    def of(self, person: str) -> list[str]:
        """The ids of the work that a person asked for, whatever became of it."""
        with self._client() as client:
            found = client.list_workflows(load_output=False) if client else []
            return [work.workflow_id for work in found if _asker(work.input) == person]

    def before(self, moment: datetime) -> list[str]:
        """The ids of what was over and was asked for before a moment."""
        with self._client() as client:
            if client is None:
                return []
            found = client.list_workflows(status=OVER, end_time=moment.isoformat(), load_input=False, load_output=False)
            return [work.workflow_id for work in found]

    def inputs(self, ids: list[str]) -> list[dict[str, Any]]:
        """The questions as they were written down."""
        with self._client() as client:
            found = client.list_workflows(workflow_ids=ids, load_output=False) if client and ids else []
            return [dict(_question(work.input)) for work in found]

    def delete(self, ids: list[str]) -> None:
        """Delete them with all that is kept of their steps."""
        with self._client() as client:
            for chunk in chunks(ids):
                if client:
                    client.delete_workflows(chunk)

    @contextmanager
    def _client(self) -> Iterator["DBOSClient | None"]:
        if not is_there(self.engine):
            yield None
            return
        from dbos import DBOSClient

        from bot.work import serializer

        client = DBOSClient(system_database_engine=self.engine, serializer=serializer(), retry_connection_errors=False)
        try:
            yield client
        finally:
            client.destroy()


def chunks(items: Iterable[str]) -> Iterator[list[str]]:
    """Some at a time: as many as every database takes in one statement."""
    left = sorted(items)
    return (left[n : n + 500] for n in range(0, len(left), 500))


def _question(given: Any) -> Mapping[str, Any]:
    """The question that a piece of work began with."""
    args = given.get("args", ()) if isinstance(given, Mapping) else ()
    return args[0] if args and isinstance(args[0], Mapping) else {}


def _asker(given: Any) -> str:
    return str((_question(given).get("asker") or {}).get("id", ""))
