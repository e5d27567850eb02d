"""``[reporters]``: under which secret senders of reports are sealed, what of them is taken, how long copies live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from services.keyring import Keyring

if TYPE_CHECKING:
    from services.store.engine import Store

USE = "reporters"
Member = Literal["name", "phone", "mail", "device", "account", "line"]


class Reporters(BaseModel):
    """Without ``key`` nothing by which a sender can be reached is kept. ``former`` opens what was sealed before.

    ``take``: what is asked and kept; the ids of telephones and apps call nobody back. ``backup_days``: how long a copy
    of the store may live, in days.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    key: SecretStr = SecretStr("")
    former: tuple[SecretStr, ...] = ()
    take: tuple[Member, ...] = ("name", "phone", "mail", "line")
    backup_days: int = Field(default=35, ge=1, le=90)

    @model_validator(mode="after")
    def _long_enough(self) -> Self:
        self.keyring()
        return self

    def seals(self, store: Store) -> None:
        """Let the store keep senders by these settings."""
        store.keyring, store.taken = self.keyring(), frozenset(self.take)

    def keyring(self) -> Keyring | None:
        """None where there is no key. A former key that is gone is left out: rows say whose they are."""
        if not self.key.get_secret_value().strip():
            return None
        return Keyring(USE, self.key, [one for one in self.former if one.get_secret_value().strip()])
