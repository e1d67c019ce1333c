"""Why a file cannot be taken in, and what was left out of one that was: data, worded by whoever says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal[
    "missing", "forbidden", "empty", "huge", "long", "many_pages", "unsupported", "old_word", "misnamed",
    "binary", "encoding", "encrypted", "broken", "scanned", "bomb", "no_questions",
]  # fmt: skip


class Unreadable(Exception):
    """A file that cannot be indexed. `detail` holds what its kind tells of: `limit`, `suffix`, `really`."""

    def __init__(self, kind: Kind, **detail: Any) -> None:
        super().__init__(kind)
        self.kind, self.detail = kind, detail


@dataclass(frozen=True)
class Remark:
    """What should be told of a file: `pages` without text (`n` of `all`); `language` not told by its words."""

    kind: Literal["pages", "language"]
    detail: Mapping[str, Any] = field(default_factory=dict)
