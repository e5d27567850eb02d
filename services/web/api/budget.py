"""/budget: what channels have cost, how full their windows are, what gives way now, what is to come. For the desk."""

from __future__ import annotations

from aiohttp import web

from services.channels.budget.account import Account, account
from services.channels.budget.told import as_json
from services.clock import wall
from services.store.users import Role
from services.web.api.answer import JSON, answer
from services.web.api.endpoint import Endpoint
from services.web.context import CONTEXT


async def read(request: web.Request) -> Account:
    """The account of now. Providers count by the wall clock, so it is the same in an exercise."""
    context = request.app[CONTEXT]
    async with context.store.read() as connection:
        return await account(connection, context.meters, wall(), context.winter)


async def show(request: web.Request) -> web.Response:
    return answer(request, as_json(await read(request)))


ENDPOINTS = (
    Endpoint(
        path="/budget",
        handler=show,
        summary="What channels have cost this month and season, their limits now, and a forecast to the season's end.",
        returns=JSON,
        properties={
            "at": "wall time",
            "season": "first day and the day after the last: {from, until}",
            "channels": "each with a tariff: {channel, prices, windows, gives_way, month, season, foreseen}",
        },
        role=Role.VIEWER,
    ),
)
