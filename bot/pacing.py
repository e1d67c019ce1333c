"""How fast Slack may be spoken to: a channel that was too quick gets its messages one after the other."""

import threading
import time
from collections.abc import Callable

SPACING = 1.0
"""Seconds between two messages in a channel after Slack has put one off: its own limit is about one a second."""


class Pacing:
    """Turns in channels that Slack has limited. A channel that it has not is never waited for, nor for another one."""

    def __init__(self, spacing: float = SPACING, clock: Callable[[], float] = time.monotonic) -> None:
        self.spacing, self.clock = spacing, clock
        self._lock = threading.Lock()
        self._free: dict[str, float] = {}
        self._turns: dict[tuple[str, str], float] = {}

    def limited(self, channel: str, seconds: float) -> None:
        """Slack takes nothing more in the channel for so long: all turns that were given there are void."""
        with self._lock:
            self._free[channel] = self.clock() + seconds
            self._turns = {turn: at for turn, at in self._turns.items() if turn[0] != channel}

    def wait(self, channel: str, key: str) -> float:
        """Seconds until it is the message's turn; 0: now. Whoever comes back then finds the turn still its own."""
        with self._lock:
            now, turn = self.clock(), (channel, key)
            if turn not in self._turns and self._free.get(channel, now) <= now:
                self._free.pop(channel, None)
                return 0.0
            if turn not in self._turns:
                self._turns[turn] = self._free[channel]
                self._free[channel] += self.spacing
            if self._turns[turn] <= now:
                del self._turns[turn]
                return 0.0
            return self._turns[turn] - now
