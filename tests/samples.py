"""Replies with every part an answer can have: smallest, normal, enormous, and with hostile data."""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from bot.conversation import Outcome, Reply
from bot.question import Person, Place, Question
from bot.router import Call, Choice
from knowledge import Passage
from tools import (
    Action,
    Answer,
    Ask,
    Cell,
    Chart,
    Code,
    Column,
    Download,
    Draft,
    Fact,
    Facts,
    Heatmap,
    Mark,
    NextSteps,
    Note,
    Part,
    Phrase,
    Section,
    Table,
    Timeline,
)
from tools.metrics import Figure, Money, Period, Share, Source, Unit, add_months

TODAY = date(2026, 11, 22)
WEEK = Period.parse("2026-W46")
HOSTILE = "<!channel> @here <@U1|boss> *Ana* _x_ `y` [pay](https://evil.example) {n} %s \x1b[31m\u202egnp | & $x^2$"


def words(msgid: str, **values: object) -> Phrase:
    """A phrase of the tests: not in any catalogue, and not meant for one."""
    return Phrase(msgid, values)


def brl(minor: int) -> Money:
    return Money(minor, "BRL")


def figure(
    value: int | Fraction | None,
    unit: Unit = "money",
    metric: str = "mrr",
    period: Period = WEEK,
    as_of: date = TODAY,
) -> Figure:
    return Figure(
        metric,
        1,
        "default",
        value,
        unit,
        period,
        Source("SELECT 1", {}, 4, as_of),
        "BRL" if unit == "money" else None,
    )


def reply(
    *parts: Part,
    language: str = "en",
    outcome: Outcome = "answered",
    headline: Phrase | None = None,
    **more: object,
) -> Reply:
    asked = Question("Ev1", "Weekly MRR summary", Person("U1"), Place("dm", "T1", "D1", "1.0"))
    said = headline or words("MRR ended the week at {end}.", end=figure(11_400_000))
    answer = Answer(words("MRR summary · {period}", period=WEEK), said, parts) if outcome == "answered" else None
    call = Call("mrr_summary", {"period": "2026-W46"}) if answer else None
    return Reply(asked, language, outcome, said, call, answer, **more)  # type: ignore[arg-type]


FACTS = Facts(
    (
        Fact(words("MRR"), figure(11_400_000)),
        Fact(words("Net revenue retention"), figure(Fraction(11, 12), "percent", "net_revenue_retention")),
        Fact(words("Quick ratio"), figure(None, "ratio", "quick_ratio")),
        Fact(words("Renews on"), date(2026, 12, 1)),
        Fact(words("Last touch"), None),
    ),
    words("At a glance"),
)
TABLE = Table(
    words("Top movers"),
    (Column(words("Account")), Column(words("Change"), numeric=True), Column(words("Share"), numeric=True)),
    (
        ("Padaria São João", brl(-123_456), Share(Fraction(1, 3))),
        ("ACME, Inc.", Money(50_000, "USD"), Share(None)),
        (words("others ({n})", n=2), brl(0), None),
    ),
    words("Sorted by size of change."),
)
WATERFALL = Chart(
    words("MRR bridge"), "waterfall",
    (
        (words("Start"), brl(10_000_000)), (words("New"), brl(800_000)), (words("Expansion"), brl(1_000_000)),
        (words("Reactivation"), brl(400_000)), (words("Contraction"), brl(-300_000)),
        (words("Churn"), brl(-500_000)), (words("End"), brl(11_400_000)),
    ),
)  # fmt: skip
LINE = Chart(
    words("MRR"),
    "line",
    tuple((date(2026, month, 1), brl(9_000_000 + month * 250_000)) for month in range(1, 12)),
)
TWO_LINES = Chart(
    words("MRR, this year and the one before"), "line",
    tuple((date(2026, month, 1), brl(9_000_000 + month * 250_000)) for month in range(1, 11)),
    "2026",
    ((words("the year before"), tuple((date(2025, n, 1), brl(8_000_000 + n * 90_000)) for n in range(1, 13))),),
)  # fmt: skip
BAR = Chart(words("Accounts"), "bar", (("enterprise", 31), ("mid-market", 120), ("smb", -20)))


def cohorts(rows: int, ages: int) -> Heatmap:
    """Cohorts of every month up to October 2026, each known up to then."""
    months = [add_months(date(2026, 10, 1), n - rows + 1) for n in range(rows)]
    return Heatmap(
        words("Revenue retention by cohort"), words("Cohort"),
        tuple(Period.containing(month, "month") for month in months), tuple(range(ages)),
        tuple(
            tuple(Share(Fraction(1000 - 37 * age + 13 * n, 1000)) if age < rows - n else None for age in range(ages))
            for n in range(rows)
        ),
        words("Accounts"), tuple(12 + 7 * n % 30 for n in range(rows)), words("By months since the first payment."),
    )  # fmt: skip


HEATMAP = cohorts(3, 4)
TIMELINE = Timeline(
    words("The journey of {account}", account="ACME, Inc."), date(2025, 1, 10), TODAY,
    (
        (words("onboarding"), date(2025, 1, 10), date(2025, 3, 1)), (words("growth"), date(2025, 3, 1), TODAY),
    ),
    (
        (words("Contract"), (Mark(date(2025, 1, 10), "good"), Mark(date(2026, 5, 1), "bad"))),
        (words("Tickets"), (Mark(date(2026, 1, 31)),)),
    ),
)  # fmt: skip
CODE = Code("SELECT sum(amount_minor) AS part, '```' AS fence\nFROM mrr_movements\nWHERE on_day < :on_day_1")
DOWNLOAD = Download(
    "mrr.csv", words("All rows of MRR"),
    (Column(words("Account")), Column(words("MRR"), numeric=True), Column("on_day")),
    (("ACME, Inc.", brl(123_456), date(2026, 10, 1)), ("=cmd|' /C calc'!A0", brl(-50), None)),
)  # fmt: skip
PASSAGE = Passage(
    "Call the **sponsor** first.\n\n- Ask what changed.\n- Write it down.", "renewal-90-days.md#what-to-do",
    "Renewal in 90 days", "What to do", "en",
)  # fmt: skip
SURVEY = Draft(
    "exit_survey", words("A survey for {account}", account="ACME, Inc."), "pt-BR",
    (
        Section(words("Opening"), (words("We want to learn."),)),
        Section(
            words("The questions"),
            (
                Ask("leave-1", "Ajudamos a resolver o problema?", "article:001#3", "yes_no", ("Sim", "Não")),
                Ask(
                    "leave-2", "O problema desapareceu?", "article:001#3",
                    probes=("Desde quando?",), only_if=("leave-1", "yes"),
                ),
                Ask("leave-3", "De 0 a 10, recomendaria?", "article:001#3", "scale"),
            ),
        ),
    ),
)  # fmt: skip
PLAN = Draft(
    "trust_plan", words("Trust plan"), "en",
    (
        Section(
            words("Secure the renewal"),
            (
                words("The contract renews on {day}.", day=date(2026, 12, 1)), FACTS, TABLE, PASSAGE,
                Action(words("Call the sponsor"), "Ana", date(2026, 11, 25)),
                Action("Send the proof of value", "Bruno", date(2026, 11, 30)),
            ),
        ),
    ),
    "a1",
)  # fmt: skip
NEXT = NextSteps((words("Which accounts are at risk?"), words("MRR summary for October 2026")))
PARTS: tuple[Part, ...] = (
    Note(words("A paragraph about {account}.", account="ACME, Inc.")),
    FACTS, TABLE, WATERFALL, LINE, TWO_LINES, BAR, HEATMAP, TIMELINE, CODE, DOWNLOAD, PASSAGE, SURVEY, PLAN, NEXT,
)  # fmt: skip


def enormous(text: str) -> tuple[Part, ...]:
    """Every part, each larger than a whole Slack message."""
    said, long = words("{text}", text=text), text * 40
    row: tuple[Cell, ...] = (text, brl(1), 12, *(said,) * 20)
    table = Table(said, (Column(said), *(Column(words("n"), numeric=True),) * 22), (row,) * 120, said)
    asks = tuple(
        Ask(f"q{n}", long, text, "choice", (text,) * 12, (long,), ("q0", text) if n else None) for n in range(12)
    )
    plan = tuple(Action(text, text, TODAY + timedelta(n)) for n in range(30))
    facts = Facts(tuple(Fact(said, long) for _ in range(30)), said)
    return (
        Note(words("{text}", text=long * 6)), facts, table, table,
        Chart(said, "waterfall", ((said, brl(0)), *((text, brl(n - 60)) for n in range(99)), (said, brl(9)))),
        Chart(said, "bar", ((text, Share(None)),)),
        Chart(said, "line", ((text, brl(1)),) * 40, text, ((said, ((text, brl(-2)),) * 60),) * 5),
        Heatmap(said, said, (text,) * 36, (said,) * 36, ((Share(None), brl(7), None) * 12,) * 36, said, (text,) * 36),
        Timeline(
            said, date(2020, 1, 1), TODAY, ((said, date(2020, 1, 1), date(2020, 1, 9)),) * 90,
            ((said, (Mark(date(2020, 1, 2), "bad"),) * 300),) * 9,
        ),
        Code(text * 400), Download("rows.csv", said, (Column(said),) * 3, ((text, None, brl(1)),) * 500),
        Passage(long * 5, f"{text[:9]}.md#{text[:9]}", text, text, "en"),
        Draft("interview_script", said, "pt-BR", (Section(said, (said, facts, table, *asks, *plan)),) * 2),
        NextSteps((said,) * 40),
    )  # fmt: skip


def replies(language: str) -> Iterator[tuple[str, Reply]]:
    """Every sample, named."""
    yield "only a headline", reply(language=language)
    for part in PARTS:
        yield f"one {type(part).__name__}", reply(part, language=language)
    yield "empty parts", reply(
        Facts(()), Table(words("None"), (Column(words("Account")),), ()), Chart(words("Empty"), "line", ()),
        Heatmap(words("Empty"), words("Cohort"), (), (), ()),
        Timeline(words("Empty"), TODAY, TODAY, (), ()), Code(""), Download("none.csv", words("None"), (), ()),
        Draft("plan", words("Empty"), "en", (Section(words("Empty"), ()),)), NextSteps(()), language=language,
    )  # fmt: skip
    yield "everything", reply(*PARTS, language=language)
    yield (
        "hostile",
        reply(
            *enormous(HOSTILE)[1:2],
            Note(words("{x}", x=HOSTILE)),
            language=language,
            headline=words("{x}", x=HOSTILE),
        ),
    )
    yield (
        "enormous",
        reply(*enormous("Padaria São João " * 4), language=language, headline=words("{x}", x="long " * 100)),
    )
    yield "enormous table", reply(enormous("Padaria")[2], NEXT, language=language)
    yield (
        "many parts",
        reply(*(Note(words("Paragraph {n}.", n=n)) for n in range(90)), NEXT, language=language),
    )
    yield "clarify", reply(
        language=language, outcome="clarify", headline=words("Which account do you mean?"),
        choices=(
            Choice("ACME, Inc.", Call("account_summary", {"account": "a1"})),
            Choice(words("All accounts"), Call("accounts_at_risk", {"limit": 10, "owner": "x" * 3000})),
        ),
    )  # fmt: skip
    yield (
        "declined",
        reply(
            language=language,
            outcome="declined",
            headline=words("I cannot do that."),
            suggestions=NEXT.questions,
        ),
    )
    yield (
        "failed",
        reply(language=language, outcome="failed", headline=words("There is no account {x}.", x=HOSTILE)),
    )
