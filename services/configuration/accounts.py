"""The section ``[accounts]``: what people have to show to come in, and how long it holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from services.configuration.oidc import Oidc
from services.keyring import Keyring

USE = "accounts"
RoleName = Literal["viewer", "operator", "approver", "admin"]


class Accounts(BaseModel):
    """Without ``key`` nobody can register an authenticator, and none is asked of anybody who has none.

    ``former`` opens what was sealed before. ``second_factor``: the roles that do not come in without one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    key: SecretStr = SecretStr("")
    former: tuple[SecretStr, ...] = ()
    second_factor: tuple[RoleName, ...] = ("approver", "admin")
    session_hours: int = Field(default=12, ge=1, le=24)  # one shift
    idle_minutes: int = Field(default=60, ge=5, le=1440)  # with every page of the desk closed: an open one asks on
    token_days: int = Field(default=366, ge=1, le=1830)  # the longest life of a program's token

    oidc: Oidc | None = None  # the city's own login, beside the accounts here

    @model_validator(mode="after")
    def _long_enough(self) -> Self:
        if self.keyring() is None and self.oidc is not None:
            raise ValueError("oidc needs [accounts] key: what a browser carries to the provider and back is sealed")
        return self

    @property
    def session_life(self) -> timedelta:
        return timedelta(hours=self.session_hours)

    @property
    def idle(self) -> timedelta:
        return timedelta(minutes=self.idle_minutes)

    def keyring(self) -> Keyring | None:
        """None where there is no key. A former key that is gone is left out: rows say whose they are."""
        if not self.key.get_secret_value().strip():
            return None
        return Keyring(USE, self.key, [one for one in self.former if one.get_secret_value().strip()])

    def demands_second(self, role: str) -> bool:
        """True where nobody of this role comes in without a second factor."""
        return role in self.second_factor and bool(self.key.get_secret_value().strip())
