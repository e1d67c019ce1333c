"""Roles: what somebody is to the company, which accounts are theirs, and so what they may see. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from bot.question import Person
from bot.settings import Settings
from tools import Phrase, phrase
from tools.metrics import ALL, NOTHING, Hidden, Secret, Sight

Role = Literal["admin", "leader", "rep", "viewer"]
ROLES: tuple[Role, ...] = get_args(Role)
"""The one with most rights first."""


ADMINISTRATOR = phrase("an administrator of this assistant")


@dataclass(frozen=True)
class Member:
    """A person with a role.

    `role`: None where the person is not one of ours, or nobody can say. `owner`: what the book calls this person as the
    owner of accounts; empty where they own none. `named`: the role was given to them, and is not everybody's.
    """

    person: Person
    role: Role | None
    owner: str = ""
    named: bool = False


@dataclass(frozen=True)
class View:
    """What somebody may see, wherever they ask.

    `sight`: of the book. `totals`: the sight within which a question is counted that is about the company as a whole,
    where it is wider. `refusal`: what they are told instead of any answer at all. `blind`: what they are told where an
    answer would need an account. `whom`: whom to ask for more.
    """

    sight: Sight = ALL
    totals: Sight | None = None
    refusal: Phrase | None = None
    blind: Phrase | None = None
    whom: Phrase | str = ADMINISTRATOR

    def covers(self, needs: Sight) -> bool:
        """Whether they may see what an answer tells that was made from this much."""
        return any(sight.covers(needs) for sight in (self.sight, self.totals) if sight is not None)

    def not_shown(self, hidden: Hidden) -> Phrase:
        """Why a figure of this kind is not shown, and whom to ask."""
        return phrase(
            "Your role does not include {kind}. Please ask {whom}.", kind=KINDS[hidden.secret], whom=self.whom
        )


KINDS: Mapping[Secret, Phrase] = {
    "margin": phrase("margins and costs"),
    "lifetime": phrase("what customers are worth and cost to win (LTV, CLV, CAC)"),
}


@dataclass(frozen=True)
class Roles:
    """Who is what, and what each role may see, as the settings say.

    `people`, `groups`: Slack user ids and user group ids by role. `owners`: what the book calls somebody, by Slack user
    id or e-mail address in small letters. `default`: the role of members of the workspace whom nothing names; empty: it
    depends on whether anybody is named. `teams`: owners who see each other's accounts, with `reps_see` team; none: all.
    """

    people: Mapping[Role, frozenset[str]] = field(default_factory=dict)
    groups: Mapping[Role, str] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    default: Role | Literal["none", ""] = ""
    reps_see: Literal["own", "team"] = "own"
    teams: tuple[frozenset[str], ...] = ()
    totals_for: frozenset[str] = frozenset({"admin", "leader"})
    margin_for: frozenset[str] = frozenset({"admin", "leader"})
    lifetime_for: frozenset[str] = frozenset({"admin", "leader"})
    whom: str = ""

    @property
    def nobody_is_named(self) -> bool:
        """A team that has set nothing: all its members see everything."""
        return not any(self.people.values()) and not self.groups and not self.default

    def member(self, person: Person, book_owners: Iterable[str] = ()) -> Member:
        """The person with their role: by settings, by user group, as an owner of accounts, else everybody's."""
        if person.outsider or person.outsider is None:
            return Member(person, None)
        owner = self._owner(person, book_owners)
        if role := next((role for role in ROLES if person.id in self.people.get(role, ())), None):
            return Member(person, role, owner, named=True)
        if person.groups is None and self.groups:
            return Member(person, None)  # a group may take rights away as well as give them
        if role := next((role for role in ROLES if self.groups.get(role) in (person.groups or ())), None):
            return Member(person, role, owner, named=True)
        role = self._default
        if owner and role in ("viewer", None):
            return Member(person, "rep", owner, named=True)
        return Member(person, role, owner)

    @property
    def _default(self) -> Role | None:
        if self.default:
            return None if self.default == "none" else self.default
        return "leader" if self.nobody_is_named else "viewer"

    def _owner(self, person: Person, book_owners: Iterable[str]) -> str:
        """By mapping, else by an e-mail address that the book has as an owner; never by a name, which people choose."""
        email = (person.email or "").casefold()
        if told := self.owners.get(person.id) or (email and self.owners.get(email)):
            return told
        return next((owner for owner in book_owners if email and owner.casefold() == email), "")

    def view(self, member: Member) -> View:
        """What the member may see."""
        whom = self.whom or ADMINISTRATOR
        if member.role is None:
            told = phrase("You have no role here, so I may not answer you. Please ask {whom}.", whom=whom)
            return View(NOTHING, None, told, told, whom)
        sight = Sight(self._accounts_of(member), self._hidden_from(member.role))
        narrow = not sight.is_whole and member.role in self.totals_for
        totals = Sight(None, sight.hidden, nameless=True) if narrow else None
        return View(sight, totals, None, self._blind(member, whom) if sight.is_blind else None, whom)

    def _accounts_of(self, member: Member) -> frozenset[str] | None:
        """The owners whose accounts the member sees; None: all accounts."""
        if member.role in ("admin", "leader"):
            return None
        if member.role == "viewer":
            return frozenset()
        if self.reps_see == "team" and not self.teams:
            return None
        own = frozenset({member.owner} if member.owner else ())
        teams = (team for team in self.teams if member.owner in team and self.reps_see == "team")
        return own.union(*teams)

    def _hidden_from(self, role: Role) -> frozenset[Secret]:
        may: Mapping[Secret, frozenset[str]] = {"margin": self.margin_for, "lifetime": self.lifetime_for}
        return frozenset(secret for secret, roles in may.items() if role not in roles)

    def _blind(self, member: Member, whom: Phrase | str) -> Phrase:
        if member.role == "rep":
            return phrase(
                "I do not know which accounts are yours: the book names no owner for your e-mail address. "
                "Please ask {whom}.",
                whom=whom,
            )
        return phrase("Your role does not include accounts and their figures. Please ask {whom}.", whom=whom)


def roles_of(s: Settings) -> Roles:
    """As the settings say."""
    people: dict[Role, frozenset[str]] = {
        "admin": s.admins, "leader": s.leaders, "rep": s.cs_team, "viewer": s.viewers
    }  # fmt: skip
    return Roles(
        people, s.role_groups, s.owners, s.default_role, s.reps_see, s.teams, s.totals_for, s.margin_for,
        s.lifetime_for, s.rights_contact,
    )  # fmt: skip
