"""The contact guard: one budget over all our teams' touches, per contact and per account. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal, TypeGuard

from pydantic import BaseModel, ConfigDict, Field

Category = Literal["marketing", "sales", "cs", "support", "survey"]
LoyaltyClass = Literal["true_friends", "butterflies", "barnacles", "strangers"]
Event = Literal["loss", "critical_ticket", "survey_answer"]
LOOK_AHEAD = timedelta(days=730)
"""How far the first allowed day is looked for."""


@dataclass(frozen=True)
class Touch:
    """One contact between a team of ours and an account; `contact_id` None: nobody in particular, or not known.

    `reserved_for`: it has not been made; a survey round of that window (a written period) keeps its place.
    """

    id: str
    account_id: str
    on: date
    category: str
    contact_id: str | None = None
    direction: str | None = None
    channel: str | None = None
    author: str | None = None
    note: str | None = None
    reserved_for: str | None = None


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cap(_Rule):
    """At most `most` touches in any `days` consecutive days, per contact or account, of one category or of all."""

    id: str
    per: Literal["contact", "account"]
    days: Annotated[int, Field(ge=1, le=366)]
    most: Annotated[int, Field(ge=0)]
    category: Category | None = None
    by_class: Mapping[LoyaltyClass, Annotated[int, Field(ge=0)]] = {}

    def limit(self, loyalty: str | None) -> int:
        return next((most for name, most in self.by_class.items() if name == loyalty), self.most)


class QuietPeriod(_Rule):
    """After an event no touch of these categories: for `days` days, or (None) as long as it lasts."""

    id: str
    after: Event
    categories: tuple[Category, ...]
    days: Annotated[int, Field(ge=1)] | None = None


class QuietHours(_Rule):
    """Nobody is contacted outside `opens` to `closes`, on these days of the week (Monday is 0) and of the year."""

    opens: time = time(8)
    closes: time = time(18)
    weekdays: tuple[Annotated[int, Field(ge=0, le=6)], ...] = (5, 6)
    dates: tuple[Annotated[str, Field(pattern=r"^\d\d-\d\d$")], ...] = ()

    def rests_on(self, day: date) -> bool:
        return day.weekday() in self.weekdays or day.strftime("%m-%d") in self.dates


class Rules(_Rule):
    """What a company allows. `time_zones`: by account id or country code; `loyalty`: class by account id."""

    caps: tuple[Cap, ...]
    quiet_periods: tuple[QuietPeriod, ...] = ()
    quiet_hours: QuietHours = QuietHours()
    directions: tuple[str, ...] = ("outbound", "both")
    time_zones: Mapping[str, str] = {}
    loyalty: Mapping[str, LoyaltyClass] = {}


@dataclass(frozen=True)
class Wish:
    """A touch that somebody would like to make. `as_reserved`: where a survey round reserved it, it is that one."""

    account_id: str
    category: str
    on: date
    contact_id: str | None = None
    as_reserved: bool = False


@dataclass(frozen=True)
class Known:
    """What the guard must know of the account. `events`: the latest day of each; `lasting`: those not over yet.

    `now`: the time of day where the customer is; None: it is not judged.
    """

    touches: tuple[Touch, ...] = ()
    events: Mapping[Event, date] = field(default_factory=dict)
    lasting: frozenset[Event] = frozenset()
    loyalty: str | None = None
    now: datetime | None = None


@dataclass(frozen=True)
class Use:
    """How much of a cap is used on a day: the touches of the fullest of its windows that hold the day."""

    cap: Cap
    most: int
    touches: tuple[Touch, ...]

    @property
    def full(self) -> bool:
        return len(self.touches) >= self.most


@dataclass(frozen=True)
class Allowed:
    """Nothing speaks against it."""

    on: date
    uses: tuple[Use, ...] = ()


@dataclass(frozen=True)
class Blocked:
    """Why not: caps that are used up, and quiet rules. `first`: the first allowed day, None where none can be told.

    `opens`: on that day not before this hour.
    """

    on: date
    full: tuple[Use, ...]
    quiet: tuple[QuietPeriod, ...]
    resting: bool
    after_hours: bool
    first: date | None
    opens: time | None = None
    uses: tuple[Use, ...] = ()

    @property
    def touches(self) -> tuple[Touch, ...]:
        """Those that used up the budget, each once, the latest first."""
        each = {touch.id: touch for use in self.full for touch in use.touches}
        return tuple(sorted(each.values(), key=lambda touch: (touch.on, touch.id), reverse=True))


Decision = Allowed | Blocked
Guard = Callable[[tuple[Touch, ...]], Decision]
"""What the guard says, given the touches logged and reserved here."""


def refuses(decision: Decision) -> TypeGuard[Blocked]:
    """Whether a cap or a quiet rule speaks against it, and not the hour or a day of rest alone."""
    return isinstance(decision, Blocked) and bool(decision.full or decision.quiet)


def decide(wish: Wish, rules: Rules, known: Known) -> Decision:
    """Whether the touch may be made on its day; if not, why and from when on."""
    uses = tuple(_uses(wish, rules, known, wish.on))
    full = tuple(use for use in uses if use.full)
    quiet = tuple(_quiet(wish, rules, known, wish.on))
    resting = rules.quiet_hours.rests_on(wish.on)
    after_hours = _after_hours(rules.quiet_hours, known.now, wish.on)
    if not (full or quiet or resting or after_hours):
        return Allowed(wish.on, uses)
    first = _first(wish, rules, known)
    opens = rules.quiet_hours.opens if after_hours and first == wish.on else None
    return Blocked(wish.on, full, quiet, resting, after_hours, first, opens, uses)


def _first(wish: Wish, rules: Rules, known: Known) -> date | None:
    """The first day, from the one wished for on, against which nothing speaks."""
    days = (wish.on + timedelta(days=ahead) for ahead in range(LOOK_AHEAD.days + 1))
    return next((day for day in days if _is_free(wish, rules, known, day)), None)


def _is_free(wish: Wish, rules: Rules, known: Known, day: date) -> bool:
    hours = rules.quiet_hours
    too_late = known.now is not None and known.now.date() == day and known.now.time() >= hours.closes
    if hours.rests_on(day) or too_late or any(_quiet(wish, rules, known, day)):
        return False
    return not any(use.full for use in _uses(wish, rules, known, day))


def _after_hours(hours: QuietHours, now: datetime | None, day: date) -> bool:
    return now is not None and now.date() == day and not hours.opens <= now.time() < hours.closes


def _quiet(wish: Wish, rules: Rules, known: Known, day: date) -> Iterator[QuietPeriod]:
    for period in rules.quiet_periods:
        if wish.category not in period.categories:
            continue
        since = known.events.get(period.after)
        recent = period.days is not None and since is not None and since <= day < since + timedelta(days=period.days)
        if period.after in known.lasting or recent:
            yield period


def _uses(wish: Wish, rules: Rules, known: Known, day: date) -> Iterator[Use]:
    for cap in rules.caps:
        if cap.category in (None, wish.category) and (cap.per == "account" or wish.contact_id):
            counted = [touch for touch in known.touches if _counts(touch, cap, wish, rules)]
            yield Use(cap, cap.limit(known.loyalty), _fullest(counted, cap.days, day))


def _counts(touch: Touch, cap: Cap, wish: Wish, rules: Rules) -> bool:
    """A touch whose direction is not known counts: we would rather write too little than too much."""
    theirs = touch.account_id == wish.account_id and (cap.per == "account" or touch.contact_id == wish.contact_id)
    return theirs and cap.category in (None, touch.category) and touch.direction in (None, *rules.directions)


def _fullest(touches: Sequence[Touch], days: int, day: date) -> tuple[Touch, ...]:
    """Of all stretches of `days` days that hold `day`, the touches of the one with most.

    Such a stretch may as well begin on the day of its first touch, or on the day itself.
    """
    starts = {touch.on for touch in touches if day - timedelta(days=days) < touch.on <= day} | {day}
    inside = (tuple(t for t in touches if start <= t.on < start + timedelta(days=days)) for start in sorted(starts))
    return max(inside, key=len)
