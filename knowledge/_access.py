"""Who may read a source: the labels, and what a reader holds.

What the playbooks say is for everyone. A label is looked at in one place, where the index is searched
(`knowledge/_shelf.py`): a section that a reader may not read does not exist there.
"""

from typing import Literal, TypeAlias

Access = Literal["everyone", "cs", "leaders"]
ACCESS: tuple[Access, ...] = ("everyone", "cs", "leaders")
Rights: TypeAlias = "frozenset[Access]"
EVERYONE: Rights = frozenset({"everyone"})
ALL: Rights = frozenset(ACCESS)
