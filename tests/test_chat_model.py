"""A chat model behind the same door: real client, scripted server on loopback."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.conftest import ask, assistant_at
from tools.metrics import account_names

UNSURE = "tell me how it went in the quarter before this one"


class Model:
    """An OpenAI-compatible server that answers from a script and remembers what it was asked."""

    def __init__(self) -> None:
        self.script: list[tuple[int, dict]] = []
        self.asked: list[dict] = []
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                model.asked.append(json.loads(body))
                status, answer = model.script.pop(0) if model.script else (500, {})
                if status == 0:
                    threading.Event().wait(3)
                self.send_response(status or 200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    def calls(self, tool: str, arguments: str) -> None:
        call = {"id": "c1", "type": "function", "function": {"name": tool, "arguments": arguments}}
        self.says(None, [call])

    def says(self, content: str | None, tool_calls: list | None = None, status: int = 200) -> None:
        message = {"role": "assistant", "content": content, "tool_calls": tool_calls}
        choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if tool_calls else "stop"}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        self.script.append(
            (
                status,
                {
                    "id": "x",
                    "object": "chat.completion",
                    "created": 1,
                    "model": "m",
                    "choices": [choice],
                    "usage": usage,
                },
            )
        )

    def fails(self, status: int) -> None:
        self.script.append((status, {"error": {"message": "no", "type": "x", "code": "x"}}))


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Model]:
    scripted = Model()
    monkeypatch.setenv("OPENAI_BASE_URL", scripted.url)
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    yield scripted
    scripted.server.shutdown()


@pytest.fixture
def with_model(demo_home, tmp_path, model):
    return assistant_at(
        demo_home, store_url=f"sqlite:///{tmp_path / 's.sqlite'}", chat_model="openai:scripted", chat_model_timeout=1.0
    )


def test_the_model_chooses_what_the_embedded_router_is_unsure_of_and_the_tool_counts(with_model, model, demo):
    model.calls("mrr_summary", '{"period": "2026-Q3"}')
    reply = ask(with_model, UNSURE)
    assert (reply.outcome, reply.call.tool, reply.call.arguments) == ("answered", "mrr_summary", {"period": "2026-Q3"})
    plainly = ask(demo, "MRR summary for Q3 2026")
    assert [(f.id, f.value) for f in reply.answer.figures] == [(f.id, f.value) for f in plainly.answer.figures]


def test_what_the_embedded_router_is_sure_of_is_never_sent_to_a_model(with_model, model):
    assert ask(with_model, "Which accounts are at risk?").outcome == "answered"
    assert model.asked == []


def test_the_model_sees_the_question_and_the_tools_but_no_customer_data(with_model, model):
    model.calls("mrr_summary", "{}")
    ask(with_model, UNSURE)
    sent = json.dumps(model.asked)
    assert UNSURE in sent
    assert {tool["function"]["name"] for tool in model.asked[0]["tools"]} == set(with_model.tools)
    assert not [name for name in account_names(with_model.book()).values() if name in sent]


def test_an_account_is_given_by_name_and_found_in_the_book(with_model, model):
    model.calls("account_summary", '{"account": "caldwick health"}')
    reply = ask(with_model, UNSURE)
    assert (reply.outcome, reply.call.tool) == ("answered", "account_summary")
    assert reply.answer.accounts == {"A-0034"}


def test_an_account_the_book_does_not_know_is_asked_back(with_model, model):
    model.calls("account_summary", '{"account": "Zzyzx Unheard Of"}')
    assert ask(with_model, UNSURE).outcome == "clarify"


@pytest.mark.parametrize(
    "script",
    [
        lambda model: model.calls("mrr_summary", '{"period": '),
        lambda model: model.calls("mrr_summary", '{"period": ["2026"]}'),
        lambda model: model.calls("drop_all_tables", "{}"),
        lambda model: model.says(""),
        lambda model: model.says("MRR grew by R$ 1,000,000.00!"),
        lambda model: model.fails(429),
        lambda model: model.fails(500),
        lambda model: model.script.append((0, {})),
        lambda model: model.script.append((200, {"nonsense": True})),
    ],
    ids=[
        "malformed JSON",
        "wrong type",
        "unknown tool",
        "empty message",
        "prose instead of a call",
        "429",
        "500",
        "time-out",
        "not a completion",
    ],
)
def test_whatever_the_model_does_wrong_the_embedded_answer_is_given(with_model, model, demo, script):
    expected = ask(demo, UNSURE)
    script(model)
    reply = ask(with_model, UNSURE)
    assert (reply.outcome, reply.message, reply.choices) == (expected.outcome, expected.message, expected.choices)
    assert model.asked
