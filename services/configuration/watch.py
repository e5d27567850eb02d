"""The section ``[watch]``: people may be watched over by their own devices and supporters."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from services.keyring import Keyring

_SLOT = "{to}"


def _way(secret: SecretStr) -> SecretStr:
    """Raises ValueError that never shows the address, for it holds a password."""
    text = secret.get_secret_value()
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*://\S+", text) or text.count(_SLOT) != 1:
        raise ValueError("must be one address of apprise with {to} once in it; see docs/watch-over.md")
    return secret


Way = Annotated[SecretStr, AfterValidator(_way)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,32}$")]


class Watching(BaseModel):
    """The secret under which wards are sealed, and how messages leave. Times by the clock in Japan."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    key: SecretStr
    former_keys: tuple[SecretStr, ...] = ()
    ways: dict[Name, Way] = {}  # mail → mailtos://user:password@smtp.example.jp?to={to}
    link_hours: float = Field(default=12, gt=0, le=72)  # how long a link in a message works
    evening: time = time(18, 30)  # when gathered notices go out
    remind_days: int = Field(default=30, ge=1, le=180)  # before a consent, device or supporter runs out

    @model_validator(mode="after")
    def _opens(self) -> Self:
        self.keyring()
        return self

    def keyring(self) -> Keyring:
        """What seals and opens. Raises KeyringError, a ValueError, for a secret too short."""
        return Keyring("watch", self.key, self.former_keys)
