"""The section ``[muster]``: staff are asked whether they are safe and when they come. Whom what asks: muster.toml."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from services.channels.mail.channel import Config as Mail
from services.keyring import Keyring
from services.muster.seal import Seal

_NUMBER = "{number}"


def _bridge(sms: SecretStr) -> SecretStr:
    told = sms.get_secret_value().strip()
    if told and ("://" not in told or _NUMBER not in told or len(told.split()) != 1):
        raise ValueError(
            f"sms must be one address of apprise with {_NUMBER} in it, as twilio://SID:TOKEN@FROM/{_NUMBER}"
        )
    return SecretStr(told)


class Mustering(BaseModel):
    """The secret under which names, addresses and answers are sealed, and by what messages leave. ``former``: secrets
    that still open what was sealed before."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    key: SecretStr
    former: tuple[SecretStr, ...] = ()
    mail: Mail | None = None  # for addresses that are plain mail
    sms: Annotated[SecretStr, AfterValidator(_bridge)] = SecretStr("")  # for those that are telephone numbers
    per_second: float = Field(default=20, gt=0, le=200)  # messages to begin
    at_once: int = Field(default=16, ge=1, le=64)  # on their way at the same time
    link_hours: float = Field(default=48, ge=1, le=168)  # how long the link in a message works

    @model_validator(mode="after")
    def _opens(self) -> Self:
        self.seal()
        return self

    def seal(self) -> Seal:
        """Raises KeyringError for a secret too short to protect anything."""
        return Seal(Keyring("muster", self.key, self.former))
