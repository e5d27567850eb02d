"""/ops/snow（除雪判断）: every plow section at a glance, first what waits for somebody, and the forms that act on it.

Forms work without any script. Nothing is done twice by pressing twice: an act that does not fit any more is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from aiohttp import hdrs, web

from feeds.instant import instant
from feeds.japan import zoned
from feeds.status import Status
from rules.marks import MARKS
from rules.orders.decision import KINDS_EN, KINDS_JA, Kind
from rules.orders.life import Act, ActError
from rules.orders.reading import in_force
from services.orders import desk
from services.orders.desk import Person
from services.orders.permission import objections
from services.store import users
from services.store.users import Role
from services.web.auth import PERSON, requires
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.home import home_of
from services.web.language.speaking import N_, _, own
from services.web.moments import moment, near
from services.web.pages_staff import staff_page
from services.web.requests.figures import by_section, tally
from services.web.security import WebError
from services.web.snow import record
from services.web.snow.asked import act_of, expected_of, number_of, refusal, said_of, status_of, wanted_of
from services.web.snow.told import OUTCOMES, sections

PATH, BELL = "/ops/snow", "orders"
ANSWER = "/snow-order"  # where contractors answer
_MOST_AT_ONCE = 300
_ACTS = {  # what a form may do with an order, and how the button reads
    Act.ORDER: (N_("指示する"), "Order", "strong"),
    Act.DECLINE: (N_("見送る"), "Decline", ""),
    Act.ACKNOWLEDGE: (N_("受領の返事あり"), "Acknowledged", ""),
    Act.START: (N_("作業開始"), "Started", ""),
    Act.FINISH: (N_("完了"), "Finished", ""),
    Act.REFUSE: (N_("受けられないとの返事"), "Cannot come", ""),
    Act.CANCEL: (N_("取消"), "Cancel", "danger"),
    Act.NOTE: (N_("メモだけ残す"), "Note", ""),
}


def setup(app: web.Application) -> None:
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, act)
    app.router.add_get(record.PATH, record.show)


@requires(Role.VIEWER)
async def show(request: web.Request) -> web.Response:
    """The desk as it stands."""
    done = request.query.get("done", "")
    said = _("{n}件を記録しました。", n=int(done)) if done.isascii() and done.isdigit() and 0 < len(done) < 4 else ""
    return await _page(request, request.query.get("status"), said=said)


@requires(Role.OPERATOR)
async def act(request: web.Request) -> web.StreamResponse:
    """One form: a new order, snow that is expected, a contractor's link, or an act on one order or many."""
    form = await form_of(request)
    body: dict[str, Any] = {name: value for name, value in form.items() if isinstance(value, str)}
    body["verb"] = verb = body.get("verb_instead") or body.get("verb", "")
    numbers = [str(one) for one in form.getall("order", [])]
    if len(numbers) > _MOST_AT_ONCE:
        raise WebError(400, "too_many", f"一度に{_MOST_AT_ONCE}件までです。 / At most {_MOST_AT_ONCE} at once.")
    context = request.app[CONTEXT]
    if verb not in {"link", "give", "expect"}:
        done, refused = await _acts(request, body, numbers)
        context.bell.ring(BELL)
        if refused:
            said = _("{n}件を記録しました。", n=done) if done else ""
            return await _page(request, body.get("status"), said=said, refused=refused, status=409)
        return _back(body, done)
    try:
        if verb == "link":
            return await _link(request, number_of(next(iter(numbers), "")))
        if verb == "give":
            await _give(request, body | {"classes": [number_of(str(one)) for one in form.getall("classes", [])]})
        else:
            await _expect(request, body)
    except WebError as error:
        return await _page(request, body.get("status"), refused=[error.message], status=error.status)
    context.bell.ring(BELL)
    return _back(body, 1)


async def _acts(request: web.Request, body: Mapping[str, Any], numbers: list[str]) -> tuple[int, list[str]]:
    """How many were done, and why the others were not; each is done for itself."""
    context, now = request.app[CONTEXT], request.app[CONTEXT].now()
    what, said, person = act_of(body.get("verb")), said_of(body, now), Person(request[PERSON].name)
    done, refused = 0, []
    for number in map(number_of, numbers):
        try:
            await desk.do(context.store, number, what, person, said, now)
            done += 1
        except ActError as error:
            refused.append(_("番号 {id}：{error}", id=number, error=own(str(error))))
    return done, refused


async def _give(request: web.Request, body: Mapping[str, Any]) -> None:
    context = request.app[CONTEXT]
    said, now = said_of(body, context.now()), context.now()
    what = Act.STAND_BY if body.get("act") == Act.STAND_BY.value else Act.ORDER
    try:
        await desk.give(context.store, wanted_of(body, context), what, Person(request[PERSON].name), said, now)
    except ActError as error:
        raise refusal(error) from error


async def _expect(request: web.Request, body: Mapping[str, Any]) -> None:
    context, who = request.app[CONTEXT], request[PERSON].name
    section, one = expected_of(body, context, who)
    await desk.expect(context.store, status_of(body.get("status"), context), section, one, Person(who))


async def _link(request: web.Request, number: int) -> web.Response:
    """The link is shown once, with ways to send it: the store knows only its digest."""
    context, now = request.app[CONTEXT], request.app[CONTEXT].now()
    try:
        token, until, status = await desk.link(
            context.store, number, Person(request[PERSON].name), now, context.plow.link
        )
    except ActError as error:
        raise refusal(error) from error
    url = f"{home_of(request)}{ANSWER}?t={token}"
    mark, _ = MARKS[status]  # the order's own, whatever the form says
    subject = f"{mark}除雪の指示 {number}（{context.city_name}）"
    asked = f"次のページで受領と開始・完了を知らせてください（{zoned(until)}まで）。"
    text = f"{mark}除雪の指示が出ています。{asked}\n{url}"
    made = {
        "order": number,
        "url": url,
        "until": moment(until, now),
        "mail": f"?subject={quote(subject)}&body={quote(text)}",
        "sms": f"sms:?body={quote(text)}",
    }
    return await _page(request, status.value, link=made)


def _back(body: Mapping[str, Any], done: int) -> web.Response:
    status = body.get("status")
    more = f"&status={status}" if status in {one.value for one in Status} else ""
    return web.Response(status=303, headers={hdrs.LOCATION: f"{PATH}?done={done}{more}"})


async def _page(
    request: web.Request,
    status_name: str | None,
    *,
    said: str = "",
    refused: list[str] | None = None,
    link: Mapping[str, Any] | None = None,
    status: int = 200,
) -> web.Response:
    context, now = request.app[CONTEXT], request.app[CONTEXT].now()
    wanted = status_of(status_name, context)
    found = await sections(context, wanted)
    waiting = [order for one in found for order in one["orders"] if order["state"] == "proposed"]
    rules = in_force(context.city.orders if context.city else (), now)
    return staff_page(
        request,
        "snow",
        sections=found,
        waiting=waiting,
        counts=_tally(found),
        asked={one.code: one for one in await by_section(context, wanted, await tally(context, wanted))},
        rules=rules,
        status=status,
        status_name=wanted.value,
        statuses={"Actual": N_("本番"), "Exercise": N_("訓練"), "Test": N_("試験")},
        drill=wanted is not Status.ACTUAL,
        own=await _mine(request),
        kinds=[(kind.value, KINDS_JA[kind], KINDS_EN[kind]) for kind in Kind],
        acts={what.value: words for what, words in _ACTS.items()},
        outcomes=OUTCOMES,
        may_write=request[PERSON].may(Role.OPERATOR),
        said=said,
        refused=refused or [],
        link=link,
        clock=_clock(now),
    )


def _tally(found: Sequence[Mapping[str, Any]]) -> Counter[str]:
    """How many orders wait for what, and sections without a gauge or with little missing."""
    orders = [order for one in found for order in one["orders"] if not order["closed"]]
    counts = Counter(one["outcome"] for one in found)
    for order in orders:
        if order["state"] in {"proposed", "standby"}:
            counts["decide"] += order["state"] == "proposed"
        elif order["overdue"]:
            counts["answer"] += 1
        else:
            counts["late" if order["late"] else "work"] += 1
    return counts


async def _mine(request: web.Request) -> dict[str, list[str]]:
    """``kind/section`` that the person may not order, with the reasons: asked of every section on the page."""
    context = request.app[CONTEXT]
    async with context.store.read() as connection:
        account = await users.find(connection, request[PERSON].name)
    areas = context.ground.areas.of_kind("plow_section")
    told = {(kind, area.code): objections(account, Act.ORDER, kind, area.code) for kind in Kind for area in areas}
    return {f"{kind.value}/{code}": list(why) for (kind, code), why in told.items() if why}


def _clock(now: datetime) -> Any:
    """A time of the API as people read it; nothing for none."""
    return lambda text: near(instant(text), now) if text else ""
