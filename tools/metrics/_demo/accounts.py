"""The accounts: what is known of each, and the life it leads."""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tools.metrics._demo.catalogue import (
    ABROAD,
    CSMS,
    EMPLOYEES,
    REGIONS,
    SEGMENT_FITNESS,
    SEGMENTS,
    SOURCE_FITNESS,
    SOURCES,
    STATES,
    TERM_MIX,
    TONGUES,
    Segment,
)
from tools.metrics._demo.chance import pick, stream
from tools.metrics._demo.life import SHOWS_IN, Channel, Stint, Trouble, live, returns_on, troubles_of
from tools.metrics._demo.names import HARD_NAMES, INDUSTRIES, NameBook, web_name
from tools.metrics._demo.writing import Row
from tools.metrics._period import add_months

HOW_MANY = 398
MONTHS = 36
TRIAL = timedelta(days=14)


@dataclass(frozen=True)
class Account:
    """A customer company. Committed for `term` months at a time; the fitter, the fewer troubles."""

    number: int
    name: str
    segment: Segment
    industry: str
    country: str
    region: str
    employees: int
    owner: str
    source: str
    currency: str
    term: int
    stints: tuple[Stint, ...]
    troubles: tuple[Trouble, ...]
    fitness: float

    @property
    def id(self) -> str:
        return f"A-{self.number:04d}"

    @property
    def tongue(self) -> str:
        return TONGUES[self.country]

    @property
    def language(self) -> str:
        return "pt-BR" if self.tongue == "pt" else "en"

    @property
    def domain(self) -> str:
        return f"{web_name(self.name)}.example"

    @property
    def only_tried(self) -> bool:
        return self.stints[0].left is not None and self.stints[0].left <= self.stints[0].paid_from

    def shows(self, channel: Channel, day: date) -> float:
        """How much trouble can be seen in one channel on a day, from 0 to 1."""
        weights = SHOWS_IN[channel]
        return min(1.0, sum(one.seen * weights[one.cause] * one.strength(day - one.lag) for one in self.troubles))


def account_row(account: Account) -> Row:
    """The account as a row of `accounts`."""
    return {
        "account_id": account.id,
        "name": account.name,
        "segment": account.segment,
        "industry": account.industry,
        "country": account.country,
        "region": account.region,
        "employees": account.employees if account.number % 17 else None,
        "owner": account.owner,
        "language": account.language,
        "source": account.source if account.number % 23 else None,
        "signed_up_on": account.stints[0].joined,
        "domain": account.domain,
    }


def found_accounts(today: date, seed: int) -> list[Account]:
    """All accounts in the order in which they joined."""
    names = NameBook(stream(seed, "names"))
    hard = _hard_places(stream(seed, "hard names"))
    return [_account(number, today, seed, names, hard.get(number)) for number in range(1, HOW_MANY + 1)]


def _hard_places(rng: Random) -> dict[int, tuple[str, str, str]]:
    places = rng.sample(range(25, HOW_MANY - 15), len(HARD_NAMES))
    return dict(zip(places, HARD_NAMES, strict=True))


def _account(number: int, today: date, seed: int, names: NameBook, hard: tuple[str, str, str] | None) -> Account:
    rng = stream(seed, "account", number)
    segment, source = pick(rng, SEGMENTS), pick(rng, SOURCES)
    country = "BR" if rng.random() < 0.8 else pick(rng, ABROAD)
    industry = rng.choice(INDUSTRIES)
    name, industry, country = hard or (names.company(TONGUES[country], industry), industry, country)
    term = pick(rng, TERM_MIX[segment])
    fitness = SOURCE_FITNESS[source] * SEGMENT_FITNESS[segment] * rng.lognormvariate(0, 0.35)
    stints, troubles = _life(stream(seed, "life", number), number, segment, term, fitness, today)
    return Account(
        number, name, segment, industry, country,
        region=pick(rng, STATES) if country == "BR" else REGIONS[country],
        employees=_about(rng, EMPLOYEES[segment]),
        owner=rng.choice(CSMS),
        source=source,
        currency=_currency(rng, country),
        term=term, stints=stints, troubles=troubles, fitness=fitness,
    )  # fmt: skip


def _about(rng: Random, limits: tuple[int, int]) -> int:
    low, high = limits
    return int(math.exp(rng.uniform(math.log(low), math.log(high))))


def _currency(rng: Random, country: str) -> str:
    if country == "BR":
        return "USD" if rng.random() < 0.02 else "BRL"
    if country in ("PT", "DE", "ES"):
        return "EUR" if rng.random() < 0.6 else "USD"
    return "USD" if rng.random() < 0.9 else "BRL"


def _joined(rng: Random, number: int, today: date) -> date:
    """The company grows: eight customers a month in the beginning, fourteen in the end."""
    share = (number - rng.random()) / HOW_MANY
    start, growth = 0.78, 0.44
    share_of_time = (math.sqrt(start**2 + 2 * growth * share) - start) / growth
    first = add_months(today, -MONTHS)
    return first + timedelta(days=int(share_of_time * (today - first).days))


def _life(
    rng: Random, number: int, segment: Segment, term: int, fitness: float, today: date
) -> tuple[tuple[Stint, ...], tuple[Trouble, ...]]:
    joined = _joined(rng, number, today)
    tries = segment == "smb" and (rng.random() < 0.25 or joined + TRIAL > today)
    paid_from = joined + TRIAL if tries else joined
    if tries and rng.random() < 0.1 and paid_from <= today:
        return (Stint(joined, paid_from, left=paid_from, told_on=paid_from),), ()
    stints: list[Stint] = []
    troubles: list[Trouble] = []
    start: date | None = joined
    while start is not None:
        met = troubles_of(rng, start, today, fitness)
        stints.append(live(rng, start, max(paid_from, start), term, met, today))
        troubles += [one for one in met if stints[-1].left is None or one.begins < stints[-1].left]
        start = returns_on(rng, stints[-1], today)
    return tuple(stints), tuple(troubles)
