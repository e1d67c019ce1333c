"""Who is what, and what each role may see."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.audience import may_all_see
from bot.question import Person
from bot.roles import Member, Role, Roles, View
from bot.settings import Settings
from tools.metrics import ALL, NOTHING, SECRETS, Sight

ANA, BIA = frozenset({"Ana"}), frozenset({"Bia"})
PEOPLE: Mapping[Role, frozenset[str]] = {
    "admin": frozenset({"UA"}), "leader": frozenset({"UL", "UA"}),
    "rep": frozenset({"UR"}), "viewer": frozenset({"UV"}),
}  # fmt: skip
ROLES = Roles(PEOPLE, {"leader": "SL", "rep": "SR"}, {"UR": "Ana", "bia@x.com": "Bia"})
BOOK = ("Ana", "Bia", "Carla@X.com")


def person(id_: str, email: str | None = None, *groups: str) -> Person:
    return Person(id_, email=email, groups=groups)


@pytest.mark.parametrize(
    ("who", "role", "owner"),
    [
        (person("UA"), "admin", ""),
        (person("UL", None, "SR"), "leader", ""),
        (person("UR", "bia@x.com"), "rep", "Ana"),
        (person("UV", "bia@x.com", "SL"), "viewer", "Bia"),
        (person("U1", None, "SR", "SL"), "leader", ""),
        (person("U1", "Bia@x.com", "SR"), "rep", "Bia"),
        (person("U1", "Bia@X.com"), "rep", "Bia"),
        (person("U1", "carla@x.com"), "rep", "Carla@X.com"),
        (person("U1", "dora@x.com"), "viewer", ""),
        (person("U1"), "viewer", ""),
        (Person("UA", outsider=True), None, ""),
        (Person("UA", outsider=None), None, ""),
        (Person("U1", groups=None), None, ""),
        (Person("UR", groups=None), "rep", "Ana"),
    ],
)
def test_settings_come_first_then_user_groups_then_the_owner_of_accounts(
    who: Person, role: Role | None, owner: str
) -> None:
    found = ROLES.member(who, BOOK)
    assert (found.role, found.owner) == (role, owner)


def test_a_name_that_people_choose_themselves_makes_nobody_an_owner() -> None:
    assert ROLES.member(Person("U1", name="Ana"), BOOK).owner == ""


@pytest.mark.parametrize(
    ("roles", "role"),
    [
        (Roles(), "leader"),
        (Roles(owners={"U9": "Ana"}), "leader"),
        (Roles({"admin": frozenset({"UA"})}), "viewer"),
        (Roles(groups={"rep": "SR"}), "viewer"),
        (Roles(default="viewer"), "viewer"),
        (Roles(PEOPLE, default="leader"), "leader"),
        (Roles(PEOPLE, default="none"), None),
    ],
)
def test_while_nobody_is_named_all_members_are_leaders_and_then_viewers(roles: Roles, role: Role | None) -> None:
    assert roles.member(Person("U1")).role == role
    assert roles.member(Person("U1", outsider=True)).role is None
    assert not roles.member(Person("U1")).named


def view(role: Role | None, owner: str = "", **settings: Any) -> View:
    return Roles(PEOPLE, **settings).view(Member(Person("U1"), role, owner))


@pytest.mark.parametrize(
    ("seen", "sight"),
    [
        (view("admin"), ALL),
        (view("leader"), ALL),
        (view("rep", "Ana"), Sight(ANA, SECRETS)),
        (view("rep"), NOTHING),
        (view("viewer", "Ana"), NOTHING),
        (view(None, "Ana"), NOTHING),
        (view("rep", "Ana", reps_see="team"), Sight(None, SECRETS)),
        (view("rep", "Ana", reps_see="team", teams=(ANA | BIA, frozenset({"C"}))), Sight(ANA | BIA, SECRETS)),
        (view("rep", "Ana", teams=(ANA | BIA,)), Sight(ANA, SECRETS)),
        (view("rep", "", reps_see="team", teams=(ANA | BIA,)), NOTHING),
        (view("rep", "Ana", margin_for=frozenset({"rep"})), Sight(ANA, frozenset({"lifetime"}))),
        (view("leader", lifetime_for=frozenset({"admin"})), Sight(None, frozenset({"lifetime"}))),
    ],
)
def test_what_each_role_sees(seen: View, sight: Sight) -> None:
    assert seen.sight == sight
    assert (seen.blind is not None) == sight.is_blind
    assert seen.totals is None


def test_totals_are_seen_without_names_by_roles_that_see_not_all_accounts() -> None:
    for_all = frozenset({"leader", "rep", "viewer"})
    nameless = Sight(None, SECRETS, nameless=True)
    assert view("rep", "Ana", totals_for=for_all).totals == view("viewer", totals_for=for_all).totals == nameless
    assert view("leader", totals_for=for_all).totals is None


@pytest.mark.parametrize(
    ("mine", "other", "covers"),
    [
        (ALL, Sight(ANA), True),
        (ALL, Sight(None, nameless=True), True),
        (Sight(ANA), ALL, False),
        (Sight(ANA), Sight(ANA), True),
        (Sight(ANA), Sight(BIA), False),
        (Sight(ANA | BIA), Sight(BIA), True),
        (Sight(None, SECRETS), Sight(ANA), False),
        (Sight(None, SECRETS), Sight(ANA, SECRETS), True),
        (Sight(None, frozenset({"margin"})), Sight(ANA, frozenset({"lifetime"})), False),
        (NOTHING, NOTHING, True),
        (Sight(None, SECRETS, nameless=True), NOTHING, True),
        (NOTHING, Sight(ANA, SECRETS), False),
        (Sight(None, nameless=True), Sight(None, nameless=True), True),
        (Sight(None, nameless=True), Sight(ANA), False),
        (Sight(ANA), Sight(None, nameless=True), False),
    ],
)
def test_one_sight_covers_another(mine: Sight, other: Sight, covers: bool) -> None:
    assert mine.covers(other) is covers


def test_what_two_sights_have_in_common_both_cover() -> None:
    sights = (ALL, NOTHING, Sight(ANA), Sight(ANA | BIA, SECRETS), Sight(None, SECRETS), Sight(None, nameless=True))
    for one in sights:
        for other in sights:
            assert one.covers(one.common(other)) and other.covers(one.common(other))
            assert one.common(other) == other.common(one)


def test_a_room_may_see_what_everybody_in_it_may_see() -> None:
    leader, ana = View(), View(Sight(ANA, SECRETS))
    assert may_all_see(Sight(ANA, SECRETS), [leader, ana])
    assert not may_all_see(Sight(ANA), [leader, ana])
    assert not may_all_see(ALL, [leader, ana])
    assert may_all_see(NOTHING, [leader, ana, View(NOTHING)])
    totals = Sight(None, SECRETS, nameless=True)
    assert may_all_see(totals, [leader, View(NOTHING, totals)]) and not may_all_see(totals, [View(NOTHING)])


def test_settings_are_written_as_people_write_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "OWNERS": "U1=Ana Souza; Bruno@X.com = Bruno Lima\n", "TEAMS": "Ana Souza, Bruno Lima; Carla Dias",
        "ROLE_GROUPS": "leader=S1;rep=S2", "TOTALS_FOR": "admin, leader rep", "VIEWERS": "U7,U8",
        "DEFAULT_ROLE": "none",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    read = Settings(_env_file=None)
    assert read.owners == {"U1": "Ana Souza", "bruno@x.com": "Bruno Lima"}
    assert read.teams == (frozenset({"Ana Souza", "Bruno Lima"}), frozenset({"Carla Dias"}))
    assert (read.role_groups, read.viewers) == ({"leader": "S1", "rep": "S2"}, {"U7", "U8"})
    assert (read.totals_for, read.default_role) == ({"admin", "leader", "rep"}, "none")
    monkeypatch.setenv("ROLE_GROUPS", "boss=S1")
    with pytest.raises(ValueError, match="boss"):
        Settings(_env_file=None)
