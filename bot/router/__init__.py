"""Question → Call | Clarify | Decline. The router chooses; it never counts and never writes a figure."""

from bot.router._door import Call, Choice, Clarify, Context, Decision, Decline, Names, Router

__all__ = ["Call", "Choice", "Clarify", "Context", "Decision", "Decline", "Names", "Router"]
