"""A Bluesky server (PDS) with one account: sessions that run out, records by key, and failures to order.

As on the real one an expired token is a 400 ``ExpiredToken``, a record that is not there a 400 ``RecordNotFound``, and
a second record under a taken key an unexplained 500.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from typing import Any

import regex
from aiohttp import web

from tests.fakes.served import Served

_TID = regex.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")


class FakeBluesky(Served):
    """``records`` is what the public sees, by key."""

    def __init__(self, password: str = "abcd-efgh-ijkl-mnop") -> None:
        super().__init__()
        self.identifier, self.password = "drill.shirase.example", password
        self.did = "did:plc:drillaccountofthecity00"
        self.records: dict[str, dict[str, Any]] = {}
        self.logins = 0
        self.unreadable = False  # what holds the records is down, what takes them is not
        self._serial = itertools.count(1)
        self._access, self._refresh = "", ""

    def routes(self) -> list[web.RouteDef]:
        at = "/xrpc/com.atproto"
        return [
            web.post(f"{at}.server.createSession", self._login),
            web.post(f"{at}.server.refreshSession", self._again),
            web.post(f"{at}.repo.createRecord", self._create),
            web.get(f"{at}.repo.getRecord", self._get),
        ]

    def publishes(self, request: web.Request) -> bool:
        return request.path.endswith("createRecord")

    def expire(self, *, wholly: bool = False) -> None:
        """Two hours have passed; ``wholly``: two months, and the session cannot be renewed either."""
        self._access = ""
        self._refresh = "" if wholly else self._refresh

    def delete(self, key: str) -> None:
        """Somebody deletes a post by hand."""
        del self.records[key]

    async def _login(self, request: web.Request) -> web.Response:
        wanted = await request.json()
        if (wanted.get("identifier"), wanted.get("password")) != (self.identifier, self.password):
            return _error(401, "AuthenticationRequired", "Invalid identifier or password")
        self.logins += 1
        return self._session()

    async def _again(self, request: web.Request) -> web.Response:
        if not self._refresh or request.headers.get("Authorization") != f"Bearer {self._refresh}":
            return _error(400, "ExpiredToken", "Token has been revoked")
        return self._session()

    def _session(self) -> web.Response:
        number = next(self._serial)
        self._access, self._refresh = f"access-{number}", f"refresh-{number}"
        tokens = {"accessJwt": self._access, "refreshJwt": self._refresh}
        return web.json_response({"did": self.did, "handle": self.identifier, **tokens})

    async def _create(self, request: web.Request) -> web.Response:
        if refused := self._stranger(request):
            return refused
        wanted = await request.json()
        key, post = wanted["rkey"], wanted["record"]
        if wanted["repo"] != self.did or not _TID.fullmatch(key):
            return _error(400, "InvalidRequest", "Invalid repo or record key")
        if len(regex.findall(r"\X", post["text"])) > 300 or len(post["text"].encode()) > 3000:
            return _error(400, "InvalidRequest", "Record/text must not be longer than 300 graphemes")
        if key in self.records:
            return _error(500, "InternalServerError", "Internal Server Error")
        self.records[key] = post
        return web.json_response(self._shown(key) | {"validationStatus": "valid"})

    async def _get(self, request: web.Request) -> web.Response:
        key = request.query["rkey"]
        if self.unreadable:
            return _error(502, "UpstreamFailure", "Upstream Failure")
        if request.query["repo"] != self.did or key not in self.records:
            at = f"at://{request.query['repo']}/{request.query['collection']}/{key}"
            return _error(400, "RecordNotFound", f"Could not locate record: {at}")
        return web.json_response(self._shown(key) | {"value": self.records[key]})

    def _shown(self, key: str) -> dict[str, Any]:
        cid = "bafyrei" + hashlib.sha256(json.dumps(self.records[key]).encode()).hexdigest()[:52]
        return {"uri": f"at://{self.did}/app.bsky.feed.post/{key}", "cid": cid}

    def _stranger(self, request: web.Request) -> web.Response | None:
        if self._access and request.headers.get("Authorization") == f"Bearer {self._access}":
            return None
        return _error(400, "ExpiredToken", "Token has expired")


def _error(status: int, error: str, message: str) -> web.Response:
    return web.json_response({"error": error, "message": message}, status=status)
