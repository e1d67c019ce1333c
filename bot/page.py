"""The page that commands print on."""

from rich.console import Console

PLAIN_WIDTH = 100
"""Characters of a line where no terminal says how many it has."""


def page() -> Console:
    """As wide as the terminal, else as wide as what is stored."""
    console = Console()
    return console if console.is_terminal else Console(width=max(console.width, PLAIN_WIDTH))
