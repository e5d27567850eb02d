"""The section ``[muster]``: staff are asked whether they are safe and when they come. Whom what asks: muster.toml."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from services.channels.mail.channel import Config as Mail
from services.residents.seal import Seal

_NUMBER = "{number}"


def _long_enough(key: SecretStr) -> SecretStr:
    Seal(key, "muster")
    return key


def _bridge(sms: SecretStr) -> SecretStr:
    told = sms.get_secret_value().strip()
    if told and ("://" not in told or _NUMBER not in told or len(told.split()) != 1):
        raise ValueError(
            f"sms must be one address of apprise with {_NUMBER} in it, as twilio://SID:TOKEN@FROM/{_NUMBER}"
        )
    return SecretStr(told)


class Mustering(BaseModel):
    """The secret under which names, addresses and answers are sealed, and by what messages leave."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    key: Annotated[SecretStr, AfterValidator(_long_enough)]
    mail: Mail | None = None  # for addresses that are plain mail
    sms: Annotated[SecretStr, AfterValidator(_bridge)] = SecretStr("")  # for those that are telephone numbers
    per_second: float = Field(default=20, gt=0, le=200)  # messages to begin
    at_once: int = Field(default=16, ge=1, le=64)  # on their way at the same time
    link_hours: float = Field(default=48, ge=1, le=168)  # how long the link in a message works
