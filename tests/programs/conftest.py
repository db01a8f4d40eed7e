"""What all tests of agent programs share: the installed packages, and an office."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.npm import install
from tests.programs.office import Office
from tests.programs.programs import CHOSEN, HERE, IS_WHOLE
from tests.programs.results import Recorder
from tests.programs.standin import StandIn


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    """Install what package-lock.json names, once.

    Without npm these tests fail, they are not skipped.
    """
    # Not `npm ci`: it refuses a lock without the packages of other platforms, which not every
    # mirror of the registry has.
    install(
        HERE,
        "--no-save",
        *([] if IS_WHOLE else ["--omit=dev"]),
        verb="install",
        brings=f"node_modules/.bin/{CHOSEN[-1]}",
    )


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with StandIn() as standin:
        office = Office(tmp_path, standin)
        yield office
        office.close()


@pytest.fixture
def recorder(program: str) -> Iterator[Recorder]:
    """Keep what a test with a program sees."""
    found = Recorder(program)
    yield found
    found.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what is about programs that this run does not choose: the short form has one."""
    items[:] = [each for each in items if not each.name.endswith("[NOTSET]")]
