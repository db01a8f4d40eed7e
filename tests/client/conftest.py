"""A server in a thread, for stories of sealed workspaces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.client.sealed import Team, serving_in_thread
from tests.serving import Served

Story = Callable[[Team], None]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server") / "ackbox.db"


@pytest.fixture(scope="module")
def served(database: Path) -> Iterator[Served]:
    """One server for all stories, each in a workspace of its own; it runs in a thread."""
    with serving_in_thread(f"sqlite:///{database}") as it:
        yield it


@pytest.fixture
def tell(served: Served, tmp_path: Path) -> Callable[..., None]:
    def run(story: Story, **options: Any) -> None:
        story(Team(served.url, served.key, tmp_path, **options))

    return run
