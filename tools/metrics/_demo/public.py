"""What is seen of the demo company in public: visits to its web site, mentions, and who follows it."""

from collections.abc import Iterator
from datetime import date, timedelta

from tools.metrics._demo.accounts import Account
from tools.metrics._demo.chance import between, count, stream
from tools.metrics._demo.writing import Row
from tools.metrics._period import add_months

CONTENT = {
    "smb": {"/guides/first-workflow": 1.6, "/pricing": 0.8, "/blog/approvals-in-an-hour": 0.7},
    "mid-market": {"/guides/roll-out-to-teams": 1.4, "/cases/logistics": 0.8, "/pricing": 0.5},
    "enterprise": {"/security": 1.5, "/cases/manufacturing": 1.0, "/guides/roll-out-to-teams": 0.6},
}
"""What customers of each size read, and how often a month."""
MONTHS = 6
SAID = {
    "positive": "Approvals used to take us a week, now a day.",
    "neutral": "Comparing workflow tools this month, suggestions?",
    "negative": "Support took three days to answer us.",
}
NETWORKS = ("LinkedIn", "Instagram", "review site")
FOLLOWERS = {
    "LinkedIn": {"job": {"operations": 1840, "IT": 1310, "finance": 620}},
    "Instagram": {"age": {"18-24": 410, "25-34": 1260, "35-44": 990, "45+": 380}},
    "Facebook": {"city": {"São Paulo": 860, "Belo Horizonte": 340, "Curitiba": 290}},
}


def web_visits(account: Account, today: date, seed: int) -> Iterator[Row]:
    """The account's rows of `web_visits`, by month."""
    rng = stream(seed, "web", account.number)
    for back in range(MONTHS, 0, -1):
        first = add_months(today.replace(day=1), -back)
        paying = any(stint.joined <= first < stint.end(today) for stint in account.stints)
        for content, usual in CONTENT[account.segment].items() if paying else ():
            if visits := count(rng, usual):
                yield {
                    "account_id": account.id, "on_day": first, "content": content, "visits": visits,
                    "seconds": visits * rng.randint(20, 240), "conversions": int(rng.random() < 0.05),
                }  # fmt: skip


def mentions(account: Account, today: date, seed: int) -> Iterator[Row]:
    """The account's rows of `mentions`: few, and mostly of those who are content."""
    rng = stream(seed, "mentions", account.number)
    last = account.stints[-1]
    if account.only_tried or rng.random() > 0.12:
        return
    day = between(rng, max(last.joined, today - timedelta(days=300)), last.end(today) - timedelta(days=1))
    tone = rng.choices(tuple(SAID), (0.6, 0.2, 0.2))[0]
    if day <= today:
        yield {
            "account_id": account.id, "on_day": day, "network": rng.choice(NETWORKS), "tone": tone, "text": SAID[tone],
        }  # fmt: skip


def audiences(today: date) -> Iterator[Row]:
    """The rows of `audiences`."""
    groups = [
        (network, trait, value, people)
        for network, traits in FOLLOWERS.items()
        for trait, values in traits.items()
        for value, people in values.items()
    ]
    for number, (network, trait, value, people) in enumerate(groups, 1):
        yield {
            "audience_id": f"S-{number:03d}", "network": network, "on_day": today.replace(day=1), "trait": trait,
            "value": value, "people": people,
        }  # fmt: skip
