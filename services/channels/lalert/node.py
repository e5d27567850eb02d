"""A node of L-Alert: our account there, who speaks, and the one call that publishes a document."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, FilePath, SecretStr, field_validator

from feeds.lalert.document import Issue, Office
from feeds.lalert.write import write
from feeds.status import Status
from rules.lalert_message import Voice
from services.channels.channel import Cause, Outcome, Verdict
from services.channels.http import Address, Answer, Door, failed, told
from services.channels.lalert.call import envelope, reply
from services.clock import wall

MEDIA_TYPE = "application/xml"
_WEIGHTS = (6, 5, 4, 3, 2)  # of the check digit of JIS X 0402
_KINDS = frozenset({"phone", "fax", "e-mail", "personResponsible"})


class Config(BaseModel):
    """The node, our account there, and who speaks. ``namespaces`` is the number that the node's version wants."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: Address
    user: str = Field(min_length=1)
    password: SecretStr = Field(min_length=1)
    sender_id: str = Field(pattern=r"^[A-Za-z0-9.-]{1,128}$", description="as registered: hub.city.example")
    organization_code: str = Field(pattern=r"^\d{6}$", description="JIS X 0402 with its check digit: 032018")
    organization: str = Field(min_length=1, description="prefecture and city: 岩手県盛岡市")
    office: str = Field(min_length=1, description="who answers for it: 危機管理防災課")
    domain: str = ""
    contacts: Mapping[str, str] = {}
    namespaces: str = Field(default="3", pattern=r"^\d{0,2}$")
    ca_file: FilePath | None = None  # the node's own certificate authority
    timeout_s: float = Field(default=30.0, gt=0, le=40)  # of one call
    statuses: frozenset[Status] = frozenset({Status.ACTUAL})

    @field_validator("organization_code")
    @classmethod
    def _checked(cls, value: str) -> str:
        total = sum(int(digit) * weight for digit, weight in zip(value[:5], _WEIGHTS, strict=True))
        expected = (11 - total % 11) % 10
        if int(value[5]) != expected:
            raise ValueError(
                f"the check digit of {value[:5]} is {expected}, not {value[5]}; write {value[:5]}{expected}"
            )
        return value

    @field_validator("contacts")
    @classmethod
    def _known(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        if unknown := sorted(value.keys() - _KINDS):
            raise ValueError(f"{unknown[0]} is no kind of contact; use {', '.join(sorted(_KINDS))}")
        return value


class Node:
    """Writes documents in our name, and publishes them."""

    def __init__(self, config: Config) -> None:
        self._config, self._door = config, Door(config.timeout_s, config.ca_file)
        office = Office(
            code=config.organization_code,
            organization=config.organization,
            name=config.office,
            domain=config.domain,
            contacts=config.contacts,
        )
        self.voice = Voice(office=office, sender_id=config.sender_id)

    def written(self, issue: Issue) -> str:
        """The document as text."""
        return write(issue, self._config.namespaces).decode()

    async def publish(self, document: str, remote_id: str) -> Outcome:
        """Call once. ``remote_id`` is what the document shall be known by where the node took it."""
        config = self._config
        call = envelope(document.encode(), config.user, config.password, wall())
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
        answer = await self._door.call("POST", config.url, data=call, headers=headers)
        return answer if isinstance(answer, Outcome) else self._judge(answer, remote_id)

    async def close(self) -> None:
        await self._door.close()

    def _judge(self, answer: Answer, remote_id: str) -> Outcome:
        """A node that refuses is told to the operator: sending the same again would not help. Where it is in trouble
        itself the same goes out again, under the same ``distributionID``.
        """
        said = reply(answer.body)
        if said is None:
            if 200 <= answer.status < 300:
                shape = f"L-Alert: {answer.status} in an unexpected shape"
                return Outcome(verdict=Verdict.UNKNOWN, detail=shape, cause=Cause.FAULT)
            return failed(answer, wall(), f"L-Alert: {told(answer, self._config.password)}")
        if said.fault:  # of the node's own trouble (SOAP 1.1, 4.4.1) nobody knows how far it had come
            verdict, cause = (Verdict.UNKNOWN, Cause.FAULT) if said.theirs else (Verdict.REJECTED, Cause.REFUSED)
            return Outcome(verdict=verdict, detail=f"L-Alert: {answer.status} {said.fault[:300]}", cause=cause)
        if said.code == 0 and answer.status == 200:
            # A node does not tell a repetition from a first call: taken is all that is known.
            return Outcome(verdict=Verdict.ACCEPTED, remote_id=remote_id)
        detail = f"L-Alert: code {said.code} {said.words[:300]}".rstrip()
        return Outcome(verdict=Verdict.REJECTED, detail=detail, cause=Cause.REFUSED)
