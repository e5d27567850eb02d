"""An endpoint and what it says of itself: the one table that routes and the OpenAPI document are both made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from feeds.status import Status
from services.accounts.scopes import TokenScope
from services.store.users import Role
from services.web.auth import for_tokens, open_write, requires

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query or path parameter with its JSON schema."""

    name: str
    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    where: str = "query"
    needed: bool = False  # what stands in the path always is

    @property
    def whole_number(self) -> bool:
        return self.where == "path" and self.schema.get("type") == "integer"


OF_STATUS = Parameter(
    "status", "Of this; where it is empty or left out, the hub's own.", {"enum": [*map(str, Status), ""]}
)
MOMENT = {"type": "string", "format": "date-time"}  # ISO 8601 with its offset
LIMIT = Parameter("limit", "Most features of a page; more than 1000 is 1000.", {"type": "integer", "minimum": 1})
CURSOR = Parameter("cursor", "Where the page begins; taken from the next link of the page before.")
PAGED = (LIMIT, CURSOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One method on one path under /api/v1. ``role`` None: anonymous requests get the public part.

    ``scope``: what a program's token needs. To read what anybody or a viewer reads is ``read``; all else says its own.
    """

    path: str  # below /api/v1, aiohttp's placeholders
    handler: Handler
    summary: str
    method: str = "GET"
    parameters: tuple[Parameter, ...] = ()
    body: Mapping[str, Any] | None = None  # JSON schema of the request
    returns: str = "application/geo+json"  # media type
    properties: Mapping[str, str] = field(default_factory=dict)  # of each feature or item: name → meaning
    errors: tuple[int, ...] = ()
    success: int = 200
    role: Role | None = None
    takes: tuple[str, ...] = ("application/json",)  # media types of the body
    scope: TokenScope | None = None
    open: bool = False  # it finds out itself who may write: services/web/sender.py

    @property
    def needs(self) -> TokenScope:
        """The scope; where none was said and none follows, no token does."""
        if self.scope is not None:
            return self.scope
        plain = self.method == "GET" and self.role in {None, Role.VIEWER}
        return TokenScope.READ if plain else TokenScope.PERSON

    def mount(self, app: web.Application) -> None:
        """Put the route on the router, guarded by its role."""
        handler = requires(self.role)(self.handler) if self.role else self.handler
        handler = open_write(handler) if self.open else handler
        handler = for_tokens(self.needs)(handler)
        if self.method == "GET":  # and HEAD
            app.router.add_get(PREFIX + self._route(), handler)
        else:
            app.router.add_route(self.method, PREFIX + self._route(), handler)

    def _route(self) -> str:
        """The path for the router: where a number stands no word fits, so none of another path is taken for one."""
        path = self.path
        for one in self.parameters:
            path = path.replace(f"{{{one.name}}}", f"{{{one.name}:[0-9]+}}") if one.whole_number else path
        return path
