"""The section ``[subscriptions]``: residents may ask to be told by mail or on their phones."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from services.residents.seal import Seal


def _long_enough(key: SecretStr) -> SecretStr:
    Seal(key)
    return key


def _hours(times: tuple[str, ...]) -> tuple[str, ...]:
    bad = [one for one in times if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", one)]
    if bad:
        raise ValueError(f"{bad[0]!r}: write hours and minutes in Japan, as 07:30")
    return times


class Subscribing(BaseModel):
    """The secret under which addresses are sealed, when digests go out, and how much may be asked for.

    ``per_client`` (one network) and ``in_all``: requests in ten minutes; with ``_a_day``: browsers subscribed in a day.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    key: Annotated[SecretStr, AfterValidator(_long_enough)]
    digest_at: Annotated[tuple[str, ...], AfterValidator(_hours)] = Field(
        default=("07:30", "17:30"), min_length=1, max_length=4
    )
    per_client: int = Field(default=8, ge=1)
    in_all: int = Field(default=600, ge=1)
    per_client_a_day: int = Field(default=50, ge=1)
    in_all_a_day: int = Field(default=20_000, ge=1)
    most: int = Field(default=100_000, ge=1)  # subscribers of each channel

    @property
    def digests(self) -> tuple[time, ...]:
        """When digests are due, in Japan."""
        return tuple(sorted(time.fromisoformat(one) for one in self.digest_at))
