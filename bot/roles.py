"""Roles: what somebody is to the company, and which accounts are theirs. Pure."""

from dataclasses import dataclass
from typing import Literal

from bot.question import Person

Role = Literal["admin", "leader", "rep", "viewer"]


@dataclass(frozen=True)
class Member:
    """A person with a role.

    `role`: None where the person is not one of ours, or nobody can say. `owner`: what the book calls this person as the
    owner of accounts; empty where they own none.
    """

    person: Person
    role: Role | None
    owner: str = ""
