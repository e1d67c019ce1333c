"""A Spark cluster on this machine: a master, two workers with an executor each, and the Thrift server over them."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil

READY = 600
"""Seconds that starting may take."""
SETTINGS = {
    "spark.executor.cores": "1",
    "spark.cores.max": "2",
    "spark.executor.memory": "900m",
    "spark.driver.memory": "1g",
    "spark.sql.shuffle.partitions": "2",
    # The books of the tests are small: without these one executor would do all the work.
    "spark.sql.adaptive.coalescePartitions.enabled": "false",
    "spark.sql.files.openCostInBytes": "1k",
    "spark.sql.files.maxPartitionBytes": "256k",
}


class SparkCluster:
    """Started by `with`; every process in it is this one's child and ends with it."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.url = f"hive://tests@127.0.0.1:{(port := _free_port())}/default"
        self._port, self._ui, self._master = port, _free_port(), _free_port()
        self._home, self._folder = home, folder
        self._started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "SparkCluster":
        try:
            self._bring_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _bring_up(self) -> None:
        self._start("master", "spark-class", "org.apache.spark.deploy.master.Master",
                    "--host", "127.0.0.1", "--port", str(self._master), "--webui-port", "0")  # fmt: skip
        _until(lambda: _listens(self._master), "the master")
        master = f"spark://127.0.0.1:{self._master}"
        for name in ("worker-1", "worker-2"):
            self._start(name, "spark-class", "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1",
                        "--cores", "1", "--memory", "1g", "--webui-port", "0", "--work-dir", str(self._folder / name),
                        master)  # fmt: skip
        settings = SETTINGS | {
            "spark.ui.port": str(self._ui),
            "spark.sql.warehouse.dir": str(self._folder / "warehouse"),
            "spark.hadoop.javax.jdo.option.ConnectionURL": "jdbc:derby:memory:metastore;create=true",
        }
        said = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
        server = "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"
        where = ("--hiveconf", f"hive.server2.thrift.port={self._port}",
                 "--hiveconf", "hive.server2.thrift.bind.host=127.0.0.1")  # fmt: skip
        self._start("server", "spark-submit", "--master", master, *said, "--class", server, "spark-internal", *where)
        _until(lambda: _listens(self._port), "the Thrift server")
        _until(lambda: len(self.executors()) == 2, "two executors")

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._started):
            process.terminate()
        for process in self._started:
            process.wait(30)

    def executors(self) -> list[psutil.Process]:
        """The executors' processes."""
        below = [child for one in self._started for child in psutil.Process(one.pid).children(recursive=True)]
        return [child for child in below if _is_executor(child)]

    def tasks(self) -> dict[str, tuple[bool, int, int]]:
        """Of each executor there ever was: whether it lives, how many tasks it finished and runs now."""
        told = self._ask(f"applications/{self._application}/allexecutors")
        return {
            one["id"]: (one["isActive"], one["completedTasks"], one["activeTasks"])
            for one in told if one["id"] != "driver"
        }  # fmt: skip

    @cached_property
    def _application(self) -> str:
        (application,) = self._ask("applications")
        return str(application["id"])

    def _ask(self, what: str) -> Any:
        with urlopen(f"http://127.0.0.1:{self._ui}/api/v1/{what}", timeout=30) as answer:
            return json.load(answer)

    def _start(self, name: str, program: str, *arguments: str) -> None:
        """In the foreground and without a shell of its own, so that what is ended is Java itself."""
        self._folder.mkdir(exist_ok=True)
        environment = {**os.environ, "SPARK_HOME": str(self._home), "SPARK_LOCAL_IP": "127.0.0.1"}
        with (self._folder / f"{name}.log").open("wb") as log:
            command = [str(self._home / "bin" / program), *arguments]
            process = subprocess.Popen(command, cwd=self._folder, env=environment, stdout=log, stderr=log)
        self._started.append(process)


def _is_executor(process: psutil.Process) -> bool:
    try:
        return "org.apache.spark.executor.CoarseGrainedExecutorBackend" in process.cmdline()
    except psutil.Error:  # it has just ended
        return False


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


def _until(ready: Callable[[], bool], what: str) -> None:
    give_up = time.monotonic() + READY
    while not ready():
        if time.monotonic() > give_up:
            raise TimeoutError(f"{what} did not come up in {READY} s; see the logs")
        time.sleep(0.5)
