"""`make bench-load`: `retention load` of a file that no memory should have to hold, beside plainer ways to read it.

A `usage.csv` of so many GB is generated and loaded, then loaded again with one impossible day deep within it. Baselines
on the same file in the same run check nothing: Python's `csv` reading it, and its rows put as they come into the same
table with the same key and index (`executemany` on SQLite, `COPY` of the file on PostgreSQL).

    python -m tests.bench_load 2
    python -m tests.bench_load 0.1 --on postgresql
"""

import argparse
import csv
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import numpy as np
import psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.schema import CreateIndex, CreateTable

from tests.bench import ROOT, say
from tests.bench_ledger import database, took
from tools.metrics import open_book
from tools.metrics._book import usage

ACCOUNTS = 100_000
FEATURES = ("dashboards", "report export", "api calls", "automations")
LAST_WEEK = date(2026, 11, 16)


@dataclass(frozen=True)
class Run:
    """What a process of its own took: seconds on the clock, seconds of both processors, peak MiB; and what it said."""

    clock: float
    processor: float
    peak: float
    said: str

    def __str__(self) -> str:
        return f"{took(self.clock)} ({took(self.processor)} of processor time), peak {self.peak:.0f} MiB"


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("gigabytes", nargs="?", type=float, default=0.1)
    options.add_argument("--on", nargs="*", default=["sqlite", "postgresql"])
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        exports = Path(folder) / "exports"
        rows = generate(exports, int(chosen.gigabytes * 1e9))
        file = exports / "usage.csv"
        say("usage.csv", f"{file.stat().st_size / 1e9:.2f} GB", f"{rows:,} rows, {ACCOUNTS:,} accounts")
        reading = alone("csv_alone", file)
        say("Python's csv reads it", str(reading))
        for kind in chosen.on:
            with database(kind) as url:
                measure(kind, url, exports, rows, reading)


def measure(kind: str, url: str, exports: Path, rows: int, reading: Run) -> None:
    file, faulty = exports / "usage.csv", rows // 2 + 1
    loaded = load(url, exports)
    assert loaded.said.rstrip().endswith("MRR on that day R$4,990,000.00."), loaded.said
    with open_book(url).connect() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM usage").scalar_one() == rows
    say(f"{kind}: retention load", str(loaded), f"{loaded.processor / reading.processor:.1f} × csv", "target 500 MiB")
    load_id = open_book(url).info["load_id"]
    with spoilt(file, faulty - 1):
        refused = load(url, exports)
    assert f"usage.csv, row {faulty}, column on_day: “" in " ".join(refused.said.split()), refused.said
    assert open_book(url).info["load_id"] == load_id
    say(f"{kind}: refused for row {faulty:,}", str(refused), " ".join(refused.said.split()))
    plain = alone("sqlite_alone" if kind == "sqlite" else "copy_alone", file, url)
    ratios = f"{loaded.clock / plain.clock:.1f} and {loaded.processor / plain.processor:.1f} × that, checked"
    say(f"{kind}: its rows put in unchecked", str(plain), ratios)


def load(url: str, exports: Path) -> Run:
    environment = {"BOOK_URL": url, "RETENTION_TODAY": "2026-11-20", "RETENTION_HOME": str(exports.parent / "home")}
    return run("-m", "bot", "load", str(exports), **environment)


def alone(function: str, *arguments: object) -> Run:
    said = ", ".join(repr(str(one)) for one in arguments)
    return run("-c", f"from tests.bench_load import {function}; {function}({said})")


def run(*arguments: str, **environment: str) -> Run:
    with tempfile.TemporaryFile("w+") as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env={**os.environ, **environment, "COLUMNS": "400"},
            stdout=said, stderr=subprocess.STDOUT,
        )  # fmt: skip
        _, process.returncode, used = os.wait4(process.pid, 0)
        clock = time.perf_counter() - start
        said.seek(0)
        return Run(clock, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said.read())


def csv_alone(file: str) -> None:
    with Path(file).open(encoding="utf-8", newline="") as lines:
        for _ in csv.reader(lines):
            pass


def sqlite_alone(file: str, url: str) -> None:
    connection = sqlite3.connect(f"{make_url(url).database}-plain")
    connection.execute(str(CreateTable(usage).compile()))
    for index in usage.indexes:
        connection.execute(str(CreateIndex(index).compile()))
    with connection, Path(file).open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        next(rows)
        connection.executemany("INSERT INTO usage VALUES (?, ?, ?, ?, ?)", rows)


def copy_alone(file: str, url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", "")) as connection, Path(file).open("rb") as lines:
        connection.execute("CREATE TABLE plain (LIKE usage INCLUDING ALL)")
        with connection.cursor().copy("COPY plain FROM STDIN (FORMAT csv, HEADER)") as copy:
            while chunk := lines.read(1 << 20):
                copy.write(chunk)


@contextmanager
def spoilt(path: Path, row: int) -> Iterator[None]:
    """While it lasts, one row of the file has a 13th month; `row` counts from 0, the header."""
    place = _start_of(path, row)
    with path.open("rb") as file:
        file.seek(place)
        month = place + file.readline().index(b",") + 6
        file.seek(month)
        before = file.read(2)
    _put(path, month, b"13")
    yield
    _put(path, month, before)


def _start_of(path: Path, row: int) -> int:
    with path.open("rb") as file:
        return sum(map(len, islice(file, row)))


def _put(path: Path, place: int, said: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(place)
        file.write(said)


def generate(folder: Path, size: int) -> int:
    """Exports with a `usage.csv` of at least `size` bytes, week by week as products write it; how many rows it has."""
    folder.mkdir()
    ids = [f"001Dn00000{n:05d}QAC" for n in range(ACCOUNTS)]
    with (folder / "accounts.csv").open("w", encoding="utf-8") as file:
        file.write("account_id,name\n")
        file.writelines(f"{id_},Account {n}\n" for n, id_ in enumerate(ids))
    with (folder / "subscriptions.csv").open("w", encoding="utf-8") as file:
        file.write("subscription_id,account_id,unit_amount,interval_unit,currency,started_on\n")
        file.writelines(f"K{n},{id_},49.90,monthly,BRL,2024-01-01\n" for n, id_ in enumerate(ids))
    random, rows = np.random.default_rng(7), 0
    with (folder / "usage.csv").open("w", encoding="utf-8") as file:
        file.write("account_id,on_day,feature,events,users\n")
        for week in _weeks():
            file.writelines(_use(ids, week, random))
            rows += len(ids) * len(FEATURES)
            if file.tell() >= size:
                return rows
    return rows


def _weeks() -> Iterator[str]:
    return ((LAST_WEEK - timedelta(weeks=n)).isoformat() for n in range(5_000))


def _use(ids: list[str], week: str, random: np.random.Generator) -> Iterator[str]:
    numbers = iter(random.integers(1, 2_000, len(ids) * len(FEATURES)).tolist())
    for id_ in ids:
        for feature in FEATURES:
            events = next(numbers)
            yield f"{id_},{week},{feature},{events},{events % 40 + 1}\n"


if __name__ == "__main__":
    main()
