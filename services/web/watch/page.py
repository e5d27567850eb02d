"""/ops/watch: the list of the welfare desk, one person, and the look of an officer without a leave, who says why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiohttp import hdrs, web

from feeds.japan import JAPAN
from feeds.watch import Signal
from rules.watch.alarm import Answer, Standing
from rules.watch.ward import Kind, Purpose, Relation, Ward
from rules.watch.wording import WORDS, answer_ja
from services.callout.desk import BELL as CALLS
from services.callout.desk import announce
from services.callout.occasion import Event, Occasion
from services.clock import wall
from services.store import watch_alarms, watch_log, watch_signals, watch_wards
from services.store.users import Role
from services.watch.answering import answer_for
from services.watch.desk import Desk
from services.watch.permission import WatchError, may_see
from services.watch.register import By
from services.web.auth import PERSON, requires
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.language.speaking import N_, _, own
from services.web.moments import away, dated
from services.web.pages_staff import staff_page
from services.web.security import WORDS as REFUSALS
from services.web.security import WebError

PATH = "/ops/watch"
KINDS = {Kind.CHILD: N_("子ども"), Kind.ELDERLY: N_("高齢者"), Kind.NEEDS_SUPPORT: N_("避難行動要支援者")}
STANDINGS = {
    "unreached": (N_("連絡がつかない"), "bad"),
    "nobody": (N_("応じる人がいない"), "bad"),
    "calling": (N_("呼びかけ中"), "wait"),
    "going": (N_("支援者が向かっている"), "good"),
    "done": (N_("無事・避難完了"), "done"),
}
RELATIONS = {
    Relation.FAMILY: N_("家族"),
    Relation.COMMISSIONER: N_("民生委員"),
    Relation.COMMUNITY: N_("自主防災"),
    Relation.FIRE: N_("消防"),
    Relation.OTHER: N_("その他"),
}
PURPOSES = {
    Purpose.SIGNALS: N_("見守り機器の信号"),
    Purpose.POSITION: N_("位置"),
    Purpose.DISASTER: N_("災害時の支援"),
    Purpose.DRILL: N_("訓練"),
}
REASONS = {
    "no_grant": N_("見守りの権限のないゲートウェイ"),
    "not_set_up": N_("見守りの設定がない"),
    "no_device": N_("だれの機器でもない"),
    "device_over": N_("返却・紛失・期限切れの機器"),
    "no_consent": N_("同意がない"),
    "consent_over": N_("同意の期限切れ・撤回"),
    "no_position": N_("位置への同意がない"),
    "no_drill": N_("訓練への同意がない"),
    "retained": N_("古い写しの再送"),
    "other_key": N_("鍵が違い、登録を開けない"),
    "over_allowance": N_("送りすぎ"),
}
SIGNS = {
    "button": N_("ボタン"),
    "fall": N_("転倒"),
    "seen": N_("居場所のビーコン"),
    "passed": N_("通過"),
    "position": N_("位置"),
    "motion": N_("動き"),
    "battery": N_("電池"),
    "heartbeat": N_("動作中"),
}
_SHOWN = 200  # people of each list: the worst first, the rest is counted
_REASON = 8  # characters of a reason at the least
_WEEK = timedelta(days=7)
_CODES = {"not_allowed": 403, "not_found": 404, "over": 409}


def setup(app: web.Application) -> None:
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, act)
    app.router.add_get(PATH + r"/{uid:w-[0-9a-f]{10}}", one)
    app.router.add_post(PATH + r"/{uid:w-[0-9a-f]{10}}", glass)


@requires(Role.OPERATOR)
async def show(request: web.Request) -> web.Response:
    """Who is not accounted for. Names only for who has a leave; each of them is an entry of the access log."""
    desk, by = _desk(request), _by(request)
    async with desk.store.read() as connection:
        allowed = await may_see(connection, by.who, by.at)
        week = (by.at - _WEEK).date().isoformat()
        dropped = await watch_wards.dropped_since(connection, week)
    now = request.app[CONTEXT].now()
    rows = await desk.rows(now, names=allowed)
    waiting = [row for row in rows if row.standing is not Standing.DONE][:_SHOWN]
    safe = [row for row in rows if row.standing is Standing.DONE][:_SHOWN]
    await desk.enter(by, [*waiting, *safe])
    return staff_page(
        request,
        "watch",
        rows=rows,
        open=waiting,
        safe=safe,
        unwell=await desk.unwell(),
        shown=_SHOWN,
        ends=await desk.ends(now) if allowed else [],
        dropped=dropped,
        allowed=allowed,
        may_break=request[PERSON].may(Role.APPROVER),
        **_words(request),
    )


@requires(Role.OPERATOR)
async def act(request: web.Request) -> web.StreamResponse:
    """The desk says how one stands, after a telephone call."""
    form, desk = await form_of(request), _desk(request)
    number, said = str(form.get("alarm", "")), str(form.get("answer", ""))
    if not (number.isascii() and number.isdigit() and len(number) < 16) or said not in {each.value for each in Answer}:
        raise WebError(400, *REFUSALS[400])
    by = _by(request, str(form.get("why", ""))[:400])
    try:
        await answer_for(desk.store, desk.vault, int(number), Answer(said), by, request.app[CONTEXT].now())
    except WatchError as error:
        raise WebError(_CODES.get(error.code, 400), error.code, str(error)) from error
    request.app[CONTEXT].bell.ring("watch_sends")
    return web.Response(status=303, headers={hdrs.LOCATION: f"{PATH}#a-{number}"})


@requires(Role.OPERATOR)
async def one(request: web.Request) -> web.Response:
    """One person, for who has a leave."""
    desk, by = _desk(request), _by(request)
    try:
        ward = await desk.register.show(request.match_info["uid"], by, what="page")
    except WatchError as error:
        raise WebError(_CODES.get(error.code, 400), error.code, str(error)) from error
    return await _ward(request, desk, ward)


@requires(Role.APPROVER)
async def glass(request: web.Request) -> web.Response:
    """An officer without a leave looks once, says why, and others are told that it happened."""
    desk, context = _desk(request), request.app[CONTEXT]
    why = str((await form_of(request)).get("why", "")).strip()[:400]
    if len(why) < _REASON:
        raise WebError(400, "no_reason", f"理由を{_REASON}文字以上で書いてください。 / Say why, in a sentence.")
    by = _by(request, why)
    try:
        ward = await desk.register.show(request.match_info["uid"], by, what="glass", allowed=True)
    except WatchError as error:
        raise WebError(_CODES.get(error.code, 400), error.code, str(error)) from error
    occasion = Occasion(
        key=f"watch_glass:{by.who}:{ward.uid}",
        event=Event.BREAK_GLASS,
        status=context.own,
        level=0,
        subject=f"見守り：権限のない{by.who}が、理由を書いて登録を見ました。確かめてください",
        subject_en="Somebody without a leave looked at a person who is watched over",
        path=PATH,
        since=context.now(),
        lasting=False,
    )
    async with desk.store.write() as connection:
        await announce(connection, occasion, context.now())
    context.bell.ring(CALLS)
    return await _ward(request, desk, ward)


async def _ward(request: web.Request, desk: Desk, ward: Ward) -> web.Response:
    now = request.app[CONTEXT].now()
    async with desk.store.read() as connection:
        kept = await watch_signals.of_ward(connection, ward.uid, now - _WEEK, 30)
        alarms = await watch_alarms.of_ward(connection, ward.uid, 20)
        looks = await watch_log.of_ward(connection, ward.uid, 50)
        heard = {(each.gateway, each.device): each for each in await watch_wards.of_ward(connection, ward.uid)}
    return staff_page(
        request,
        "watch_ward",
        ward=ward,
        signals=[desk.vault.open(each.key, Signal, each.sealed) for each in kept],
        alarms=alarms,
        looks=looks,
        heard=heard,
        **_words(request),
    )


def _words(request: web.Request) -> dict[str, Any]:
    now = request.app[CONTEXT].now()
    return {
        "whats": {what.value: own(pair) for what, pair in WORDS.items()}
        | {"evacuate": N_("自宅に警戒レベル3以上の情報")},
        "day": lambda at: f"{at.astimezone(JAPAN):%Y-%m-%d}",
        "last_day": lambda at: f"{(at - timedelta(seconds=1)).astimezone(JAPAN):%Y-%m-%d}",
        "kinds": KINDS,
        "standings": STANDINGS,
        "relations": RELATIONS,
        "purposes": PURPOSES,
        "answers": list(Answer),
        "reasons": REASONS,
        "signs": SIGNS,
        "ended": _ended,
        "now": now,
        "answer_words": lambda answer, what: _(answer_ja(answer, what)),
        "clock": dated,
        "ago": lambda at: away(at, now),
    }


def _ended(what: str) -> str:
    """「同意（位置）」 for ``consent:position``."""
    kind, _colon, which = what.partition(":")
    if kind == "consent":
        return _("同意（{purpose}）", purpose=_(PURPOSES[Purpose(which)]))
    return _("支援者 {which}", which=which) if kind == "supporter" else _("機器 {which}", which=which)


def _by(request: web.Request, why: str = "") -> By:
    return By(who=request[PERSON].name, at=wall(), why=why)


def _desk(request: web.Request) -> Desk:
    desk = request.app[CONTEXT].watch
    if desk is None:
        raise web.HTTPNotFound
    return desk
