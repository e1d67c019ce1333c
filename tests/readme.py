"""README's tables, printed from the code by `make docs` and checked by `make test`."""

from bot.settings import Settings
from tools import load
from tools.metrics import all_metrics


def tools() -> str:
    rows = [
        f"| `{tool.name}` | {tool.help} | {tool.examples['en'][0].format_map(_Anyone())} |" for tool in load().values()
    ]
    return _table("| tool | what it does | ask for instance |", rows)


def metrics() -> str:
    rows = [
        f"| `{m.name}` | {m.title} | {m.unit} | {m.version} | {_reference(m.doc)} |" for m in all_metrics().values()
    ]
    return _table("| metric | what it is | unit | version | reference |", rows)


def settings() -> str:
    fields = Settings.model_fields.items()
    return _table("| variable | meaning |", [f"| `{name.upper()}` | {field.description} |" for name, field in fields])


def _table(header: str, rows: list[str]) -> str:
    return "\n".join([header, "|---" * header.count(" | ") + "|---|", *rows]) + "\n"


def _reference(doc: str) -> str:
    return " ".join(doc.partition("Reference: ")[2].split()).rstrip(".")


class _Anyone(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return {"account": "Caldwick Health", "owner": "Luana Prado"}.get(key, key)
