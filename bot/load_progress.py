"""How a load goes on, while it goes on: one line per table, with rows and rows per second, on a terminal only."""

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TaskID, TextColumn
from rich.text import Text

from bot.locale import Speaker
from tools import Phrase, phrase
from tools.metrics._feeds import Step


class LoadProgress:
    """Shows what it is told; nothing where the output is no terminal."""

    def __init__(self, console: Console, speaker: Speaker) -> None:
        self._speaker = speaker
        self._tasks: dict[tuple[Step, str], TaskID] = {}
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24), _Rows(speaker),
            console=console, transient=True, disable=not console.is_terminal,
        )  # fmt: skip

    def __enter__(self) -> "LoadProgress":
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def told(self, step: Step, table: str, rows: int, total: int | None) -> None:
        """So many rows so far, of so many where that is known."""
        if (step, table) not in self._tasks:
            self._only(step, table, total)
        self._progress.update(self._tasks[step, table], completed=rows, total=total)

    def _only(self, step: Step, table: str, total: int | None) -> None:
        """Begin a line; a table has one line at a time."""
        for (other, name), task in self._tasks.items():
            if name in (table, "") or other == "writing":
                self._progress.update(task, visible=False)
        said = self._speaker.say(_doing(step, table))
        self._tasks[step, table] = self._progress.add_task(said, total=total)


class _Rows(ProgressColumn):
    """`1,250,000 rows · 85,000 rows/s`, as the reader's language writes numbers."""

    def __init__(self, speaker: Speaker) -> None:
        super().__init__()
        self._speaker = speaker

    def render(self, task: Task) -> Text:
        if not task.completed:
            return Text("")
        said = phrase("{rows} rows · {speed} rows/s", rows=int(task.completed), speed=int(task.speed or 0))
        return Text(self._speaker.say(said), "progress.data.speed")


def _doing(step: Step, table: str) -> Phrase:
    said: dict[Step, Phrase] = {
        "asking": phrase("Asking for {table} …", table=table),
        "looking": phrase("Looking at {table} …", table=table),
        "reading": phrase("Reading {table} …", table=table),
        "checking": phrase("Checking {table} …", table=table),
        "writing": phrase("Writing {table} …", table=table) if table else phrase("Building the ledger …"),
    }
    return said[step]
