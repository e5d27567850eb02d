"""The house is read with Python's own parser, undisturbed."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def undisturbed() -> Iterator[None]:
    """Python 3.11's parser fails when the collector runs a finaliser in the middle of it (python/cpython#106905)."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()
