"""The settings of channels that lead to the stand-ins and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Sequence

from feeds.status import Status
from tests.fakes.linkage import FakeLinkage
from tests.fakes.x import FakeX


def accounts(x: FakeX, linkage: FakeLinkage, statuses: Sequence[Status] = (Status.EXERCISE,)) -> str:
    """TOML of every channel; they take alerts of these statuses. JSON strings are TOML strings too."""
    q = json.dumps
    takes = f"statuses = {q([status.value for status in statuses])}"
    keys = "\n".join(f"{name} = {q(value)}" for name, value in x.credentials.items())
    return f"""
[channels.x]
base_url = {q(x.url)}
{keys}
{takes}
[channels.linkage]
url = {q(linkage.url)}
token = {q(linkage.token)}
{takes}
[channels.cap_feed]
{takes}
[channels.log]
{takes}
"""
