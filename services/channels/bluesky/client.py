"""The four calls we make to a Bluesky server (XRPC), with a session that is kept and renewed.

Logging in is rationed (300 a day), so the tokens of a session are used up before another is begun.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from services.channels.bluesky.record import COLLECTION
from services.channels.channel import Cause, Outcome, Verdict
from services.channels.http import Answer, Door, failed, told
from services.clock import wall

_RENEW = frozenset({"ExpiredToken", "InvalidToken"})


@dataclass(frozen=True, slots=True)
class Session:
    """Who we are there, for a while."""

    did: str
    access: str
    refresh: str


@dataclass(frozen=True, slots=True)
class Found:
    """A record that is there."""

    uri: str
    cid: str
    value: dict[str, Any]


class Client:
    """One account. Every call gives what was asked for, or an Outcome that says why not."""

    def __init__(self, url: str, identifier: str, password: SecretStr, timeout_s: float) -> None:
        self.door = Door(timeout_s)
        self._url, self._identifier, self._password = url, identifier, password
        self._session: Session | None = None

    async def create(self, key: str, record: dict[str, Any]) -> Found | Outcome:
        """Write a record under a key."""

        def body(session: Session) -> dict[str, Any]:
            return {"json": {"repo": session.did, "collection": COLLECTION, "rkey": key, "record": record}}

        answer = await self._asked("POST", "com.atproto.repo.createRecord", body)
        if isinstance(answer, Outcome):
            return answer
        if answer.status != 200:
            return self._failed(answer)
        uri, cid = answer.member("uri"), answer.member("cid")
        if not (uri and cid):
            return Outcome(verdict=Verdict.UNKNOWN, detail="Bluesky: 200 in an unexpected shape", cause=Cause.FAULT)
        return Found(uri, cid, record)

    async def find(self, key: str) -> Found | Outcome | None:
        """Our record of that key; None where there certainly is none."""
        return await self._read(lambda session: {"repo": session.did, "rkey": key})

    async def look(self, uri: str) -> Found | Outcome | None:
        """The record at an address; None where there certainly is none."""
        repo, key = uri.removeprefix("at://").split("/")[0], uri.rpartition("/")[2]
        return await self._read(lambda _: {"repo": repo, "rkey": key})

    async def _read(self, query: Any) -> Found | Outcome | None:
        def asked(session: Session) -> dict[str, Any]:
            return {"params": query(session) | {"collection": COLLECTION}}

        answer = await self._asked("GET", "com.atproto.repo.getRecord", asked)
        if isinstance(answer, Outcome):
            return answer
        whole = answer.json
        if answer.status == 200 and isinstance(whole, dict) and isinstance(whole.get("value"), dict):
            return Found(answer.member("uri"), answer.member("cid"), whole["value"])
        return None if _error(answer) == "RecordNotFound" else _unsent(self._failed(answer))

    async def _asked(self, method: str, name: str, options: Any) -> Answer | Outcome:
        """One call in the session; with a new one, once, where the old has run out. That call was refused, not done."""
        for last in (False, True):
            session = self._session or await self._begin()
            if isinstance(session, Outcome):
                return session
            headers = {"Authorization": f"Bearer {session.access}"}
            answer = await self.door.call(method, f"{self._url}/xrpc/{name}", headers=headers, **options(session))
            if last or isinstance(answer, Outcome) or not _ran_out(answer):
                return answer
            self._session = await self._renew(session)
        raise AssertionError("the second call is returned as it is")

    async def _begin(self) -> Session | Outcome:
        body = {"identifier": self._identifier, "password": self._password.get_secret_value()}
        answer = await self.door.call("POST", f"{self._url}/xrpc/com.atproto.server.createSession", json=body)
        if isinstance(answer, Outcome):
            return _unsent(answer)
        session = _session(answer)
        if session is None:
            return _unsent(self._failed(answer))
        self._session = session
        return session

    async def _renew(self, session: Session) -> Session | None:
        headers = {"Authorization": f"Bearer {session.refresh}"}
        answer = await self.door.call("POST", f"{self._url}/xrpc/com.atproto.server.refreshSession", headers=headers)
        return _session(answer) if isinstance(answer, Answer) else None

    def _failed(self, answer: Answer) -> Outcome:
        detail = f"Bluesky: {told(answer, self._password)}"
        if answer.status == 503:
            return Outcome(verdict=Verdict.UNKNOWN, detail=detail, cause=Cause.BUSY)
        outcome = failed(answer, wall(), detail)
        reset = answer.headers.get("RateLimit-Reset", "")
        if answer.status == 429 and reset.isdecimal() and len(reset) < 12:
            return replace(outcome, retry_at=datetime.fromtimestamp(int(reset), UTC))
        return outcome


def _session(answer: Answer) -> Session | None:
    found = Session(answer.member("did"), answer.member("accessJwt"), answer.member("refreshJwt"))
    return found if answer.status == 200 and found.did and found.access and found.refresh else None


def _ran_out(answer: Answer) -> bool:
    return answer.status in (400, 401) and _error(answer) in _RENEW


def _error(answer: Answer) -> str:
    return answer.member("error")


def _unsent(outcome: Outcome) -> Outcome:
    """Of a call that publishes nothing: what is not known of it may be tried again."""
    return replace(outcome, verdict=Verdict.LATER) if outcome.verdict is Verdict.UNKNOWN else outcome
