"""What every test may ask for: an engine's URL, an open app, and callers on it."""

from __future__ import annotations

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
