"""What the question check says of drafts that people edit, and what no exit survey may become."""

from io import StringIO

import pytest
from rich.console import Console

from bot.contacting import DraftsAt
from bot.question import Person, Place, Question
from bot.shelf import Order, shelf
from tests.test_exporting import kept
from tests.test_tools import said
from tools import Contacting, Deps, KeptDraft, ToolError, refuse_win_back, review_facts
from tools._reviewing import reviewed
from tools.drafts import Input, drafts

LANGUAGES = ("en", "pt-BR")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", [None, "win_loss", "why_buy", "why_stay", "why_leave", "icp"])
def test_nothing_is_said_against_what_we_draft_ourselves(purpose, language):
    draft = kept(tool="interview_script", language=language, purpose=purpose) if purpose else kept(language=language)
    assert reviewed(draft.kind, language, draft.body) == ()
    refuse_win_back(draft.kind, language, draft.body)


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        ("Where should we do better?", "Where should we do better and what did you like?", ["double_barrelled"]),
        ("What did we do well?", "Did we do well?", []),  # a probe may be a yes or no
        ("Which factors weighed in your decision?", "Don't you think our price is fair?", ["leading", "yes_no"]),
        ("Which factors weighed in your decision?", "How did churn weigh?", ["jargon"]),
    ],
)
def test_what_people_make_of_a_question_is_told(old, new, rules):
    body = kept().body.replace(old, new)
    assert [[each.rule for each in found.findings] for found in reviewed("exit_survey", "en", body)] == (
        [rules] if rules else []
    )


def test_an_interview_may_open_with_two_things_where_its_probes_take_them_apart():
    script = "1. **What did we do well and where should we do better?**\n   - What did we do well?\n"
    assert reviewed("interview_script", "en", script) == ()
    assert [each.findings[0].rule for each in reviewed("exit_survey", "en", script)] == ["double_barrelled"]
    turn = "If they name price → “Would a discount help?”\n"
    assert [each.question for each in reviewed("interview_script", "en", turn)] == ["Would a discount help?"]
    assert reviewed("trust_plan", "en", "1. Don't you love it?\n") == ()


@pytest.mark.parametrize(
    ("language", "line", "words"),
    [
        ("en", "We would love you to come back.", "come back"),
        ("en", "Temos um desconto para vocês.", "desconto"),
        ("en", "Would you reconsider?", "reconsider"),
        ("en", "Here is **an offer** for you.", "an offer"),
        ("pt-BR", "Vocês reconsiderariam?", "reconsiderariam"),
        ("pt-BR", "Temos uma oferta especial.", "oferta"),
        ("pt-BR", "Queremos vocês de volta: volte!", "de volta"),
        ("pt-BR", "   - [ ] Eu voltaria com um desconto", "voltaria"),
    ],
)
def test_an_exit_survey_that_wins_back_is_refused_with_the_rule(language, line, words):
    draft = kept(language=language)
    with pytest.raises(ToolError) as refused:
        refuse_win_back("exit_survey", language, f"{draft.body}\n{line}\n")
    message = said(refused.value.message)
    assert f"“{words}”" in message
    assert "The rule “Win-back wording”: it turns listening into selling, and we promised not to." in message
    refuse_win_back("interview_script", language, line)  # of an interview it is only noted


def test_the_facts_name_each_question_and_its_rule():
    (facts,) = review_facts("exit_survey", "en", "1. How happy are you with price and support?\n")
    assert {said(fact.label): said(fact.value) for fact in facts.items} == {
        "“How happy are you with price and support?”": "Leading: “How happy” and Double-barrelled: “and support”"
    }


# In the store and from the terminal


class Terminal:
    """`retention drafts` on a store of its own, with one exit survey in it."""

    def __init__(self, bot, tmp_path):
        self.bot, self.tmp_path = bot, tmp_path
        asked = Question("terminal/1", "exit survey", Person("terminal"), Place("terminal"))
        bot.ask(asked)
        self.kept = DraftsAt(bot.store.engine, asked)
        (self.draft,) = self.kept.all()

    def run(self, act, text=None, **more) -> tuple[int, str]:
        out = StringIO()
        if text is not None:
            more["file"] = self.tmp_path / "new.md"
            more["file"].write_text(text, encoding="utf-8")
        status = shelf(self.bot, Order(act, self.draft.id, **more), Console(file=out, width=300))
        return status, out.getvalue()


@pytest.fixture
def terminal(demo, tmp_path):
    return Terminal(demo, tmp_path)


def test_an_edit_that_wins_back_is_refused_and_nothing_is_kept(terminal):
    status, said_ = terminal.run("edit", terminal.draft.body + "\nWould you come back?\n")
    assert status == 1 and "must not try to win anybody back, and this one does: “come back”" in said_
    assert terminal.kept.find(terminal.draft.id).version == 1


def test_an_edit_is_kept_and_the_check_says_what_it_thinks_of_it(terminal):
    status, said_ = terminal.run(
        "edit", terminal.draft.body.replace("Where should", "How wonderful were we and where should")
    )
    assert status == 0 and f"Draft {terminal.draft.id} has version 2 now, by terminal" in said_
    assert "What the question check says" in said_ and "Leading: “How wonderful”" in said_
    shown = terminal.run("show")[1]
    assert "What the question check says" in shown


def test_a_draft_that_wins_back_by_another_way_is_not_approved(terminal):
    class Shelf:
        def find(self, _):
            return KeptDraft(**{**vars(terminal.draft), "body": "Would a discount help?"})

    deps = Deps(terminal.bot.book(), None, terminal.bot.today(), "en", contacting=Contacting(drafts=Shelf()))
    with pytest.raises(ToolError, match="must not try to win anybody back"):
        drafts(Input(draft=terminal.draft.id, act="approve"), deps)


def test_exports_go_to_a_file_or_out_and_say_what_they_were_checked_against(terminal, capsys):
    status, out = terminal.run("export")
    assert (status, out) == (0, terminal.draft.body)
    status, out = terminal.run("export", form="typeform")
    assert status == 0 and out.startswith("{\n") and out.endswith("}\n")
    assert "not with its service" in capsys.readouterr().err
    file = terminal.tmp_path / "survey.docx"
    assert terminal.run("export", form="docx") == (1, "A Word document goes into a file: say which with --out.\n")
    status, out = terminal.run("export", form="docx", file=file)
    assert status == 0 and file.read_bytes().startswith(b"PK") and out.startswith(f"Draft {terminal.draft.id} is in ")
    file = terminal.tmp_path / "survey.json"
    assert "Its API has no skip logic" in terminal.run("export", form="surveymonkey", file=file)[1]


def test_what_is_not_there_is_said(terminal):
    out = StringIO()
    assert shelf(terminal.bot, Order("export", "D-00000000"), Console(file=out, width=200)) == 1
    assert out.getvalue() == "There is no draft D-00000000 here.\n"
    assert terminal.run("edit", "  \n") == (1, "There is nothing in the file: the draft stays as it was.\n")
