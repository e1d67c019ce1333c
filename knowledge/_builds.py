"""Builds of the index side by side, and a pointer to the one in use.

A build is made in a folder of its own and becomes the current one in a single step, when it is whole.
Whatever dies on the way leaves the current one as it was.
"""

import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

_POINTER = "current"
_LOCK = "building.lock"
# How long to wait for another process's build, in seconds.
_PATIENCE = 120.0


def current(folder: Path) -> Path | None:
    """The build in use, or None when there is none."""
    try:
        build = folder / (folder / _POINTER).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    return build if build.is_dir() else None


@contextmanager
def new_build(folder: Path) -> Iterator[Path]:
    """A new, empty folder to build in; it becomes the current build when the block ends without an error.

    One process builds at a time; another waits. The build before stays for those still reading it; older
    ones and the remains of broken ones are deleted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        before, build = current(folder), folder / f"build-{uuid.uuid4().hex[:12]}"
        build.mkdir()
        try:
            yield build
            _switch(folder, build)
        finally:
            _clear(folder, {before, current(folder)})


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait for a lock that the operating system lets go of when its holder dies, on every platform."""
    with closing(sqlite3.connect(folder / _LOCK, timeout=_PATIENCE, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield


def _switch(folder: Path, build: Path) -> None:
    pointer = folder / f"{_POINTER}.new"
    pointer.write_text(build.name, encoding="utf-8")
    pointer.replace(folder / _POINTER)


def _clear(folder: Path, kept: set[Path | None]) -> None:
    for build in folder.glob("build-*"):
        if build not in kept:
            shutil.rmtree(build, ignore_errors=True)
