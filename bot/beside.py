"""What runs beside the questions, for as long as they are answered."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from bot.unforeseen import guarded

LAST_ROUND = 10.0
"""Seconds that what is under way has to come to its end."""


@contextmanager
def beside(name: str, run: Callable[[Event], None]) -> Iterator[None]:
    """Run it in a thread of its own; the event that it is handed tells it to stop."""
    stop = Event()
    thread = Thread(target=run, args=(stop,), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(LAST_ROUND)


def repeated(what: str, work: Callable[[], object], seconds: float, first: float = 0.0) -> Callable[[Event], None]:
    """Work `first` seconds from now, then every so many. A round that fails is logged; the next one comes."""

    def run(stop: Event) -> None:
        wait = first
        while not stop.wait(wait):
            guarded(what, work, lambda _: None)
            wait = seconds

    return run
