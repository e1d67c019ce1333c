"""What the bot can do. The law of this folder:

every public module is one tool, named as its file, holding `Input` (a pydantic model whose fields say what they
take from a question) and one function of the file's name, `(ask: Input, deps: Deps) -> Answer`, whose docstring says
when to use it (first line: its help text). The YAML file of the same name holds how people ask for it, by language.
A tool returns data; it knows nothing of Slack, of other tools, or of the language it will be read in.
"""

from tools._account import TEAMS
from tools._answer import (
    Action,
    Answer,
    Ask,
    Cell,
    Chart,
    Code,
    Column,
    Download,
    Draft,
    DraftLine,
    Fact,
    Facts,
    Heatmap,
    Mark,
    NextSteps,
    Note,
    Part,
    Points,
    Section,
    Shaded,
    Table,
    Timeline,
    ToolError,
)
from tools._caseload import Asker, Caseload, FixedReason, NoCaseload, Snooze, Strategic
from tools._contacting import CHANNELS, guarded_drafts, ledger, may_contact, read_rules, to_decide
from tools._drafting import as_rows
from tools._guard import Allowed, Blocked, Decision, Guard, Rules, Touch, Wish, refuses
from tools._hides import what_it_hides
from tools._logging_touches import DIRECTIONS
from tools._phrase import Phrase, Territory, phrase, phrase_n
from tools._querying import MetricQuery, metric_query
from tools._recurrence import Recurrence, Unit
from tools._registry import WHY, Deps, Tool, Why, load
from tools._reviewing import refuse_win_back, review_facts
from tools._risk_cases import SAID, VERDICTS, RiskCase, Verdict
from tools._rounds import Round, Rounds
from tools._schedules import KeptSchedule, Look, NoSchedules, Plan, Schedules, relative
from tools._segments import FOCUS, KeptSegment, NoSegments, Segments, in_full
from tools._shown import NothingShown, Said, Shown
from tools._slots import (
    ACCOUNT,
    ANSWER,
    BY,
    COHORT,
    COMPARE,
    COUNT,
    COUNTRY,
    DRAFT,
    FIGURE,
    FORM,
    INDUSTRY,
    LANGUAGE,
    METRIC,
    OWNER,
    PERIOD,
    PLAN,
    PLAN_OF,
    PRODUCT,
    REASON,
    REGION,
    REVIEWED,
    SAVED,
    SCHEDULE,
    SEGMENT,
    SINCE,
    SIZE,
    SOURCE,
    SPEAKING,
    TOPIC,
    VARIANT,
    Choice,
    Slot,
)
from tools._tables import TABLES
from tools._timing import rhythm, spoken_moment
from tools._touches import Contacting, Drafts, DraftVersion, KeptDraft, Touches
from tools._watch import Watch
from tools._working_days import knows_holidays

__all__ = [
    "ACCOUNT", "ANSWER", "BY", "CHANNELS", "COHORT", "COMPARE", "COUNT", "COUNTRY", "DIRECTIONS", "DRAFT", "FIGURE",
    "FOCUS", "FORM", "INDUSTRY", "LANGUAGE", "METRIC", "OWNER", "PERIOD", "PLAN", "PLAN_OF", "PRODUCT", "REASON",
    "REGION", "REVIEWED", "SAID", "SAVED", "SCHEDULE", "SEGMENT", "SINCE", "SIZE", "SOURCE", "SPEAKING", "TABLES",
    "TEAMS", "TOPIC", "VARIANT", "VERDICTS", "WHY", "Action", "Allowed", "Answer", "Ask", "Asker", "Blocked",
    "Caseload", "Cell", "Chart", "Choice", "Code", "Column", "Contacting", "Decision", "Deps", "Download", "Draft",
    "DraftLine", "DraftVersion", "Drafts", "Fact", "Facts", "FixedReason", "Guard", "Heatmap", "KeptDraft",
    "KeptSchedule", "KeptSegment", "Look", "Mark", "MetricQuery", "NextSteps", "NoCaseload", "NoSchedules",
    "NoSegments", "Note", "NothingShown", "Part", "Phrase", "Plan", "Points", "Recurrence", "RiskCase", "Round",
    "Rounds", "Rules", "Said", "Schedules", "Section", "Segments", "Shaded", "Shown", "Slot", "Snooze", "Strategic",
    "Table", "Territory", "Timeline", "Tool", "ToolError", "Touch", "Touches", "Unit", "Verdict", "Watch", "Why",
    "Wish", "as_rows", "guarded_drafts", "in_full", "knows_holidays", "ledger", "load", "may_contact",
    "metric_query", "phrase", "phrase_n", "read_rules", "refuse_win_back", "refuses", "relative", "review_facts",
    "rhythm", "spoken_moment", "to_decide", "what_it_hides",
]  # fmt: skip
