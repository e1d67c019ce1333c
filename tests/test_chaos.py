"""A short run of `make chaos`, whose long one is not part of the tests; and of `make load`."""

from collections import Counter
from pathlib import Path

from tests.chaos import RoughSlack, Tally, chaos, light
from tests.load import Burst, burst
from tests.slack_server import SlackServer


def test_two_replicas_killed_at_random_lose_nothing_and_say_nothing_twice(tmp_path: Path) -> None:
    with RoughSlack() as slack:
        replicas = light(slack, tmp_path, f"sqlite:///{tmp_path / 'store.sqlite'}", 2)
        tally = chaos(slack, replicas, kills=3, between=0.5)
    assert tally.acknowledged and (tally.lost, tally.twice, tally.apologies) == (0, 0, 0), str(tally)


def test_the_figures_count_what_is_lost_and_what_came_twice() -> None:
    tally = Tally(1, 60, {"C1/1": 0, "C1/2": 0, "C1/3": 0}, Counter({"C1/1": 1, "C1/2": 2}), 0, 0, 9)
    assert (tally.lost, tally.twice) == (1, 1)
    done = Burst(4, 2, [0.01] * 99 + [0.7], 1, Counter({"1": 1, "2": 2}), 4, 1, 0.4)
    assert (done.lost, done.twice, round(done.p99, 1)) == (2, 1, 0.7)
    assert "0.5 answers a second meanwhile, 0.5 afterwards" in str(
        done
    ) and "100 ms of the replicas' processor time" in str(done)


def test_a_burst_is_acknowledged_and_answered(tmp_path: Path) -> None:
    with SlackServer() as slack:
        slack.channels.update({f"C{n}": dict(slack.channels["C1"]) for n in range(2, 41)})
        (replica,) = replicas = light(slack, tmp_path, f"sqlite:///{tmp_path / 'store.sqlite'}", 1)
        replica.start()
        while not replica.url:
            assert replica.process and replica.process.poll() is None
        done = burst(slack, replicas, rate=20, seconds=2, most=60)
        replica.kill()
    assert (done.asked, done.lost, done.twice) == (40, 0, 0), str(done)
