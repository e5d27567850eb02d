"""The section ``[accounts.oidc]``: the city's own login (Entra ID, Keycloak), beside the accounts of the hub."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

RoleName = Literal["viewer", "operator", "approver", "admin"]
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
_HERE = {"localhost", "127.0.0.1", "::1"}


def _issuer(told: str) -> str:
    parts = urlsplit(told)
    plain = parts.scheme == "http" and parts.hostname in _HERE
    if not (parts.scheme == "https" or plain) or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("the issuer is an https address without query, as https://login.example/realms/city")
    return told


class Oidc(BaseModel):
    """``roles``: what stands in ``groups_claim`` → role; the highest counts, and who has none does not come in.

    ``algorithms``: signatures that are believed, public-key ones alone. ``second_factor``: ``theirs`` where the
    provider asks for one itself, ``ours`` where the hub does, as after a password.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    issuer: Annotated[str, AfterValidator(_issuer)]
    client_id: str = Field(min_length=1)
    client_secret: SecretStr = Field(min_length=1)
    label: str = "市の共通ログイン"
    label_en: str = "City login"
    scopes: tuple[str, ...] = ("openid", "profile")
    name_claim: str = "preferred_username"
    groups_claim: str = "groups"
    roles: dict[str, RoleName] = Field(min_length=1)
    algorithms: tuple[Algorithm, ...] = Field(default=("RS256", "PS256", "ES256"), min_length=1)
    second_factor: Literal["theirs", "ours"] = "theirs"
    skew_seconds: int = Field(default=60, ge=0, le=300)  # between our clock and theirs
    timeout_s: float = Field(default=5, gt=0, le=30)  # for each question to the provider

    @property
    def skew(self) -> timedelta:
        return timedelta(seconds=self.skew_seconds)

    @property
    def host(self) -> str:
        return urlsplit(self.issuer).hostname or ""
