"""``[line]`` of the settings: residents tell the city something by its LINE account. Without it nobody does."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from services.channels.http import Base, Token
from services.keyring import LEAST

_OURS = ("/api/", "/ops/", "/static/", "/vendor/", "/open311/", "/cap/", "/report/", "/commons/")


def _long_enough(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value().strip()) < LEAST:
        raise ValueError(f"a channel secret has {LEAST} characters; copy it from the Messaging API channel")
    return secret


def _free(path: str) -> str:
    if path.startswith(_OURS):
        raise ValueError(f"{path} is where pages of the hub are; use /line/webhook")
    return path


class LineTalk(BaseModel):
    """The account's Messaging API channel. ``push`` lets an answer that came too late for its reply token go out as a
    message of the month's quota. The limits are for ten minutes: ``per_user`` and ``in_all`` messages taken,
    ``reports_per_user`` things told.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    channel_secret: Annotated[SecretStr, AfterValidator(_long_enough)]
    token: Token = Field(description="channel access token")
    path: Annotated[str, AfterValidator(_free)] = Field(
        default="/line/webhook", pattern=r"^(/[A-Za-z0-9_-]{1,64}){2,4}$"
    )
    url: Base = "https://api.line.me"
    data_url: Base = "https://api-data.line.me"  # where pictures are
    push: bool = False
    per_user: int = Field(default=40, ge=1)
    in_all: int = Field(default=2000, ge=1)
    reports_per_user: int = Field(default=6, ge=1)
    timeout_s: float = Field(default=10.0, gt=0, le=40)  # of one call
