"""Sentences that ask for something again and again: when, where, and what is left to be done. Pure.

What is only a way to count ("MRR every month of 2026") is no such sentence: it takes more than a rhythm, an hour, a
place, or a word for sending.
"""

from bot.router.timing.conditions import Alert, find_alert
from bot.router.timing.wishes import Change, Wish, find_change, find_wish, only_hour

__all__ = ["Alert", "Change", "Wish", "find_alert", "find_change", "find_wish", "only_hour"]
