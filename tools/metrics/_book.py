"""The customer book: the canonical tables that every figure is counted from.

Money columns end in `_minor` and hold integer minor units of the row's currency. Days are calendar days in
the workspace's time zone. An `ended_on`, `ends_on` or `left_on` is the first day on which the thing no longer holds.
"""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Float, Index, Integer, MetaData, String, Table, Text

BOOK = MetaData()


def _key(name: str, comment: str) -> Column[str]:
    return Column(name, String(120), primary_key=True, comment=comment)


def _account() -> Column[str]:
    return Column("account_id", String(120), nullable=False, index=True, comment="the account this belongs to")


def _words(name: str, comment: str, required: bool = False) -> Column[str]:
    return Column(name, String(300), nullable=not required, comment=comment)


def _day(name: str, comment: str, required: bool = False) -> Column[object]:
    return Column(name, Date, nullable=not required, comment=comment)


def _whole(name: str, comment: str, required: bool = False) -> Column[int]:
    return Column(name, Integer, nullable=not required, comment=comment)


def _minor(name: str, comment: str, required: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=not required, comment=f"{comment}, minor units of `currency`")


def _currency() -> Column[str]:
    return Column("currency", String(3), nullable=False, comment="ISO 4217 code")


accounts = Table(
    "accounts",
    BOOK,
    _key("account_id", "the company's own id for the account"),
    _words("name", "what people call the account", required=True),
    _words("segment", "size or strategy class: enterprise, mid-market, smb …"),
    _words("industry", "line of business"),
    _words("country", "ISO 3166 two-letter code"),
    _words("region", "state or sales region"),
    _whole("employees", "people working there"),
    _words("owner", "the customer-success manager: name or e-mail"),
    _words("language", "language of the account: en, pt-BR …"),
    _words("source", "how the account was won: referral, ads, event …"),
    _day("signed_up_on", "first day as a customer or trial"),
    _words("domain", "web domain"),
    comment="one row per customer company",
)

ATTRIBUTES = ("segment", "industry", "country", "region", "owner", "language", "source")
"""The columns of an account by which accounts are told apart as they stand."""

contacts = Table(
    "contacts",
    BOOK,
    _key("contact_id", "id of the person"),
    _account(),
    _words("name", "the person's name", required=True),
    _words("email", "e-mail address"),
    _words("role", "buyer, champion, user, finance or sponsor"),
    _words("language", "language the person is written to in"),
    _day("left_on", "first day on which the person no longer works there"),
    comment="people at the accounts",
)

subscriptions = Table(
    "subscriptions",
    BOOK,
    _key("subscription_id", "id of the contract line"),
    _account(),
    _words("product", "what is sold"),
    _words("plan", "package or tier"),
    _words("kind", "recurring or retainer (both are MRR), repeat (repeat purchase: never MRR)", required=True),
    _currency(),
    _whole("quantity", "seats or units at the start", required=True),
    _minor("unit_amount_minor", "price of one unit for one billing interval at the start", required=True),
    _words("interval_unit", "day, week, month or year", required=True),
    _whole("interval_count", "how many interval units one price covers: a quarter is 3 months", required=True),
    _day("started_on", "first day of service", required=True),
    _day("ended_on", "first day without service; empty while it goes on"),
    _day("trial_ends_on", "first paid day where a free trial comes first"),
    _day("renews_on", "next day on which the contract renews or lapses"),
    _day("cancelled_on", "day on which the cancellation became known"),
    _words("cancel_reason", "reason code given with the cancellation"),
    Column("auto_renew", Boolean, nullable=True, comment="renews by itself"),
    _whole("term_months", "months between two renewals; empty: as billed, a year paid by the month must say 12"),
    _whole("notice_days", "days before the renewal by which a cancellation has to be given"),
    comment="contract lines: what is paid, how often, from when to when",
)

subscription_changes = Table(
    "subscription_changes",
    BOOK,
    Column("subscription_id", String(120), primary_key=True, comment="the contract line that changes"),
    Column("effective_on", Date, primary_key=True, comment="first day of the new quantity or price"),
    _whole("quantity", "units from that day; empty: unchanged"),
    Column(
        "unit_amount_minor",
        BigInteger,
        nullable=True,
        comment="price per unit and interval from that day; empty: unchanged",
    ),
    comment="seat, plan and price changes of a contract line",
)

discounts = Table(
    "discounts",
    BOOK,
    Column("discount_id", String(120), primary_key=True, comment="id of the discount"),
    Column("subscription_id", String(120), nullable=False, index=True, comment="the contract line it reduces"),
    _whole("percent_bp", "reduction in basis points: 10% is 1000"),
    Column("amount_minor", BigInteger, nullable=True, comment="reduction of one billing interval's total, minor units"),
    _day("starts_on", "first day reduced", required=True),
    _day("ends_on", "first day at full price again; empty: for ever"),
    comment="price reductions with their dates",
)

pauses = Table(
    "pauses",
    BOOK,
    Column("subscription_id", String(120), primary_key=True, comment="the contract line that pauses"),
    Column("starts_on", Date, primary_key=True, comment="first day unpaid"),
    _day("ends_on", "first day paid again; empty: still paused"),
    comment="times in which a contract line is not paid",
)

invoices = Table(
    "invoices",
    BOOK,
    _key("invoice_id", "number of the invoice"),
    _account(),
    _words("kind", "recurring, one_off or usage", required=True),
    _currency(),
    _minor("amount_minor", "total without tax", required=True),
    _day("issued_on", "day of issue", required=True),
    _day("due_on", "last day to pay"),
    _day("paid_on", "day paid; empty: unpaid"),
    _words("description", "what it was for"),
    comment="what was billed",
)

usage = Table(
    "usage",
    BOOK,
    Column("account_id", String(120), primary_key=True, comment="the account"),
    Column("on_day", Date, primary_key=True, comment="the day, or the first day of the week or month reported"),
    Column("feature", String(120), primary_key=True, comment="what was used"),
    _whole("events", "how often", required=True),
    _whole("users", "by how many people"),
    Index("usage_by_day", "on_day", "account_id", "events"),
    comment="product usage, summed per account, day and feature",
)

tickets = Table(
    "tickets",
    BOOK,
    _key("ticket_id", "number of the ticket"),
    _account(),
    _day("opened_on", "day it was opened", required=True),
    _day("solved_on", "day it was solved; empty: open"),
    _words("priority", "low, normal, high or critical"),
    _words("topic", "what it is about"),
    Column("reopened", Boolean, nullable=True, comment="was opened again after being solved"),
    Column("csat", Float, nullable=True, comment="satisfaction after the ticket, 1 to 5"),
    comment="support tickets",
)

survey_answers = Table(
    "survey_answers",
    BOOK,
    _key("answer_id", "id of the answer"),
    _account(),
    _words("contact_id", "who answered"),
    _day("answered_on", "day of the answer", required=True),
    _words("kind", "nps (0 to 10) or csat (1 to 5)", required=True),
    Column("score", Float, nullable=False, comment="the answer"),
    _words("touchpoint", "what it followed: onboarding, qbr, support, renewal"),
    Column("comment", Text, nullable=True, comment="the person's own words"),
    comment="answers to NPS and CSAT questions",
)

touches = Table(
    "touches",
    BOOK,
    _key("touch_id", "id of the touch"),
    _account(),
    _words("contact_id", "the person reached"),
    _day("on_day", "day of the touch", required=True),
    _words("team", "marketing, sales, cs, support or survey", required=True),
    _words("channel", "email, call, meeting, chat …"),
    _words("direction", "outbound (we wrote), inbound (they wrote) or both (a conversation)"),
    _words("author", "who made it"),
    Column("note", Text, nullable=True, comment="what was said"),
    comment="contacts between our teams and the account's people",
)

goals = Table(
    "goals",
    BOOK,
    _key("goal_id", "id of the goal"),
    _account(),
    _words("name", "what the customer wants to reach", required=True),
    Column("baseline", Float, nullable=True, comment="where it started"),
    Column("target", Float, nullable=True, comment="where it should get"),
    Column("current", Float, nullable=True, comment="where it stands"),
    _words("unit", "what it is measured in"),
    _day("set_on", "day it was agreed"),
    _day("due_on", "day by which it should be reached"),
    comment="business goals of the accounts",
)

commitments = Table(
    "commitments",
    BOOK,
    _key("commitment_id", "id of the commitment"),
    _account(),
    _words("name", "what was promised to the customer", required=True),
    _words("owner", "who of us has to deliver it"),
    _day("promised_on", "day of the promise", required=True),
    _day("due_on", "last day to deliver", required=True),
    _day("delivered_on", "day delivered; empty: not yet"),
    comment="what was promised to the accounts, and when it was delivered",
)

costs = Table(
    "costs",
    BOOK,
    _key("cost_id", "id of the cost"),
    Column("account_id", String(120), nullable=True, index=True, comment="the account; empty: not for one account"),
    _day("on_day", "day or first day of the month", required=True),
    _words("kind", "acquisition or service", required=True),
    _words("channel", "campaign, travel, support hours …"),
    _currency(),
    _minor("amount_minor", "the cost", required=True),
    comment="what it cost to win and to serve",
)

exits = Table(
    "exits",
    BOOK,
    _key("exit_id", "id of the exit"),
    _account(),
    _day("on_day", "day it was recorded", required=True),
    _words("reason", "reason code"),
    _words("competitor", "where they went"),
    Column("comment", Text, nullable=True, comment="the person's own words"),
    comment="why accounts left, as recorded when they did",
)

exchange_rates = Table(
    "exchange_rates",
    BOOK,
    Column("currency", String(3), primary_key=True, comment="the foreign currency"),
    Column("on_day", Date, primary_key=True, comment="first day on which the rate holds"),
    Column(
        "rate_e6", BigInteger, nullable=False, comment="reporting-currency units for one foreign unit, times 1,000,000"
    ),
    comment="dated rates into the reporting currency",
)

packages = Table(
    "packages",
    BOOK,
    Column("product", String(120), primary_key=True, comment="what is sold, as contracts call it"),
    Column("plan", String(120), primary_key=True, comment="package or tier of it, as contracts call it"),
    _whole("tier", "place among the product's plans, 1 is the lowest; empty: it has none above or below"),
    _whole("seat_limit", "most seats that the plan allows; empty: no limit"),
    Column("unit_amount_minor", BigInteger, nullable=True, comment="list price of one unit and month, minor units"),
    Column("currency", String(3), nullable=True, comment="ISO 4217 code of the list price"),
    comment="what is on the price list: products and their plans",
)

features = Table(
    "features",
    BOOK,
    Column("feature", String(120), primary_key=True, comment="as in `usage`"),
    Column("product", String(120), primary_key=True, comment="the product that it is part of"),
    _whole("from_tier", "lowest tier of the product that has it; empty: every plan has it"),
    _words("training_title", "what to learn it with; empty: there is nothing yet"),
    _words("training_link", "where that is"),
    comment="which product a feature belongs to, and how it is taught",
)

campaigns = Table(
    "campaigns",
    BOOK,
    _key("campaign_id", "id of the campaign"),
    _words("name", "what it is called", required=True),
    _words("channel", "e-mail, webinar, event, call …"),
    _words("offer", "what it offered: a product, plan or subject"),
    _day("starts_on", "first day"),
    _day("ends_on", "first day after it; empty while it goes on"),
    comment="campaigns to customers",
)

campaign_contacts = Table(
    "campaign_contacts",
    BOOK,
    _key("response_id", "id of the row"),
    Column("campaign_id", String(120), nullable=False, index=True, comment="the campaign"),
    _account(),
    _words("contact_id", "the person it was sent to"),
    _day("reached_on", "day on which it reached them", required=True),
    _day("responded_on", "day on which they answered; empty: they did not"),
    _day("converted_on", "day on which they took the offer; empty: they did not"),
    comment="whom a campaign reached, and what came of it",
)

prospects = Table(
    "prospects",
    BOOK,
    _key("prospect_id", "id of the company in your list"),
    _words("name", "what it is called", required=True),
    _words("domain", "web domain"),
    _words("industry", "line of business"),
    _words("country", "ISO 3166 two-letter code"),
    _words("region", "state or sales region"),
    _whole("employees", "people working there"),
    _words("source", "where the list comes from"),
    _day("added_on", "day on which it came into the list"),
    comment="companies that are no customers yet: lists of your own",
)

mentions = Table(
    "mentions",
    BOOK,
    _key("mention_id", "id of the mention"),
    Column("account_id", String(120), nullable=True, index=True, comment="the account that said it; empty: not known"),
    _day("on_day", "day it was published", required=True),
    _words("network", "LinkedIn, Instagram, review site …", required=True),
    _words("tone", "positive, neutral or negative"),
    Column("text", Text, nullable=True, comment="the words"),
    comment="what is said of us in public, as exported from a listening tool",
)

web_visits = Table(
    "web_visits",
    BOOK,
    _key("visit_id", "id of the row"),
    Column("account_id", String(120), nullable=True, index=True, comment="the account that visited; empty: not known"),
    _day("on_day", "day, or the first day of the week or month reported", required=True),
    _words("content", "the page or article", required=True),
    _whole("visits", "how often it was opened", required=True),
    _whole("seconds", "time spent on it by all visits together"),
    _whole("conversions", "how often it led to a form, trial or purchase"),
    comment="visits to our web site, summed, as exported from a web analytics tool",
)

audiences = Table(
    "audiences",
    BOOK,
    _key("audience_id", "id of the row"),
    _words("network", "Facebook, Instagram, LinkedIn …", required=True),
    _day("on_day", "day of the report", required=True),
    _words("trait", "what the audience is told apart by: age, city, job, interest …", required=True),
    _words("value", "the group", required=True),
    _whole("people", "how many are in it", required=True),
    comment="who follows us on social networks, as exported from each network's insights",
)

SOURCE_TABLES = tuple(BOOK.sorted_tables)
"""What a company loads; the tables below are written by the loader itself."""

book_info = Table(
    "book_info",
    BOOK,
    Column("key", String(60), primary_key=True, comment="reporting_currency, timezone, as_of, loaded_at, demo …"),
    Column("value", Text, nullable=False, comment="its value, dates in ISO form"),
    comment="what holds for the whole book",
)

loads = Table(
    "loads",
    BOOK,
    Column("table_name", String(60), primary_key=True, comment="which table"),
    Column("source", Text, nullable=False, comment="file or query it came from"),
    Column("row_count", BigInteger, nullable=False, comment="rows loaded"),
    Column("loaded_at", DateTime, nullable=False, comment="when, UTC"),
    Column("mode", String(12), nullable=False, comment="whole: all its rows were replaced; changes: some were"),
    Column("newest_on", Date, nullable=True, comment="the last day it speaks of; empty where its rows have no day"),
    Column("stale_after", Integer, nullable=False, comment="days after that day until it counts as stale"),
    Column("filled", Text, nullable=False, comment="its columns that the source fills, parted by blanks"),
    comment="where each table came from",
)

load_marks = Table(
    "load_marks",
    BOOK,
    Column("table_name", String(60), primary_key=True, comment="which table"),
    Column("query_id", String(16), nullable=False, comment="hash of the query that was asked: another one starts anew"),
    Column("mark", Text, nullable=False, comment="highest value of its `changed` column, with its type"),
    comment="up to where the queries with a `changed` column have been read",
)

load_errors = Table(
    "load_errors",
    BOOK,
    Column("source", String(300), primary_key=True, comment="the file or query that is at fault"),
    Column("table_name", String(60), nullable=True, comment="the table it was for; empty: for no single one"),
    Column("failed_at", DateTime, nullable=False, comment="when, UTC"),
    Column("fault", Text, nullable=False, comment="the first fault: kind, row, column, value and detail as JSON"),
    Column("fault_count", BigInteger, nullable=False, comment="how many faults this source has"),
    comment="the last failed attempt to load each source, until it is loaded",
)

mrr_steps = Table(
    "mrr_steps",
    BOOK,
    Column("account_id", String(120), primary_key=True, comment="the contract line's account"),
    Column("subscription_id", String(120), primary_key=True, comment="the contract line"),
    Column("on_day", Date, primary_key=True, comment="first day of the new MRR"),
    Column("currency", String(3), nullable=False, comment="currency of the contract"),
    Column("native_minor", BigInteger, nullable=False, comment="change of the line's MRR in its own currency"),
    Column("amount_minor", BigInteger, nullable=False, comment="the same in reporting currency, at the day's rate"),
    Column("fx_minor", BigInteger, nullable=False, comment="what a new rate made of the MRR that was there before"),
    comment="every change of a contract line's MRR",
    sqlite_with_rowid=False,
)

mrr_movements = Table(
    "mrr_movements",
    BOOK,
    Column("account_id", String(120), primary_key=True, comment="the account"),
    Column("on_day", Date, primary_key=True, comment="day of the movement"),
    Column("category", String(12), primary_key=True, comment="new, expansion, contraction, churn, reactivation or fx"),
    Column(
        "amount_minor", BigInteger, nullable=False, comment="signed change of the account's MRR, reporting currency"
    ),
    Column("mrr_minor", BigInteger, nullable=False, comment="the account's MRR after it"),
    Index("mrr_movements_by_day", "on_day", "category", "amount_minor"),
    comment="the ledger: one row per account, day and kind of change of its MRR",
    sqlite_with_rowid=False,
)


def _totals(name: str, comment: str, keyed: bool) -> Table:
    """The totals, and the changes to them that are not settled yet."""
    return Table(
        name,
        BOOK,
        Column("dimension", String(40), primary_key=keyed, nullable=False, comment="an attribute; empty: all accounts"),
        Column("value", String(300), primary_key=keyed, nullable=False, comment="its value; empty: none"),
        Column("on_day", Date, primary_key=keyed, nullable=False, comment="day of the movements"),
        Column("category", String(12), primary_key=keyed, nullable=False, comment="as in the ledger; lines: the steps"),
        Column("amount_minor", BigInteger, nullable=False, comment="sum of the amounts, reporting currency"),
        Column("movements", BigInteger, nullable=False, comment="how many there were"),
        *(() if keyed else (Index(f"{name}_by_key", "dimension", "value", "on_day", "category"),)),
        comment=comment,
        sqlite_with_rowid=not keyed,
    )


mrr_totals = _totals("mrr_totals", "the ledger summed per day, for all accounts and by their attributes", keyed=True)
mrr_totals_changes = _totals("mrr_totals_changes", "what a load in progress adds to the totals", keyed=False)

stale_accounts = Table(
    "stale_accounts",
    BOOK,
    Column("account_id", String(120), primary_key=True, comment="the account"),
    comment="accounts whose ledger a load in progress must write anew",
)

changed_accounts = Table(
    "changed_accounts",
    BOOK,
    Column("account_id", String(120), primary_key=True, comment="the account"),
    Column("change", Integer, nullable=False, comment="number of the load that touched it last"),
    comment="accounts that loads of changes touched since the last whole load, some thousands at most",
)

OF_MRR = (exchange_rates, subscriptions, subscription_changes, discounts, pauses)
"""What the ledger is built from."""
LEDGER_TABLES = (mrr_steps, mrr_movements, mrr_totals)
