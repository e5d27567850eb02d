"""/ops/reports（通報）: what people and police sent, whose turn it is first, and the forms that judge it.

Forms work without any script. Whoever was slower is told who was first, and nothing is done twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from aiohttp import hdrs, web

from feeds.instant import instant
from rules.reports.case import Act, State
from rules.reports.kinds import FOUND_JA, KINDS, rings_at
from services.desks.authority import scope_of
from services.reports.entries import STATES_JA
from services.store import report_cases, users
from services.store.users import Role
from services.web.auth import PERSON, requires
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.language.speaking import N_, _, own
from services.web.moments import away, moment
from services.web.pages_staff import staff_page
from services.web.reports.api import asked, do_all
from services.web.reports.sketch import HEIGHT, WIDTH, sketch_of
from services.web.reports.told import item_told
from services.web.security import WebError

PATH = "/ops/reports"
_ONE_BY_ONE = 100
_WAYS = {
    "@public": N_("市民（ウェブ）"),
    "@line": N_("市民（LINE）"),
    "@open311": N_("市民（アプリ）"),
    "@desk": N_("職員"),
}
_ACTS = {  # how the buttons read
    Act.TRIAGE: N_("内容を確かめた"),
    Act.CONFIRM: N_("確認済みにする"),
    Act.SIGN_OFF: N_("未確認のまま知らせる"),
    Act.REJECT: N_("退ける"),
    Act.WITHDRAW: N_("取り下げる"),
    Act.REOPEN: N_("判断をやり直す"),
    Act.CLAIM: N_("対応する"),
    Act.RELEASE: N_("担当を外す"),
    Act.ASSIGN: N_("担当を決める"),
    Act.MERGE: N_("まとめる"),
    Act.SPLIT: N_("分ける"),
    Act.CORRECT: N_("訂正する"),
    Act.NOTE: N_("メモを残す"),
}


def setup(app: web.Application) -> None:
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, act)


@requires(Role.VIEWER)
async def show(request: web.Request) -> web.Response:
    """The queue as it stands."""
    done = request.query.get("done", "")
    said = _("{n}件を記録しました。", n=int(done)) if done.isascii() and done.isdigit() and 0 < len(done) < 4 else ""
    return await _page(request, said=said)


@requires(Role.OPERATOR)
async def act(request: web.Request) -> web.StreamResponse:
    """One act, on one report or on those that are ticked."""
    form = await form_of(request)
    words = {name: value for name, value in form.items() if isinstance(value, str)}
    picked = [str(one) for one in form.getall("case", [])]
    what, _bar, reason = words.get("act", "").partition("|")
    body: dict[str, Any] = {
        "act": what,
        "reason": reason or words.get("reason", ""),
        "text": words.get("text", ""),
        "handler": words.get("handler", ""),
        "into": words.get("into") or (min(picked, key=_number).partition(":")[0] if picked else ""),
        "correct": {name: words.get(name, "") for name in ("place", "lon", "lat", "kind", "finding")},
        "cases": [dict(zip(("id", "seen"), one.split(":", 1), strict=False)) for one in picked],
    }
    if words.get("seen_at"):
        body["correct"]["time"] = f"{words['seen_at']}+09:00"
    try:
        done, refused = await do_all(request.app[CONTEXT], body, request[PERSON].name)
    except WebError as error:
        if error.status >= 500:
            raise
        return await _page(request, refused=[error.message], status=error.status)
    if refused:
        said = _("{n}件を記録しました。", n=len(done)) if done else ""
        return await _page(
            request,
            said=said,
            refused=[_("番号 {id}：{error}", id=n, error=own(str(error))) for n, error in refused],
            status=409,
        )
    shown = request.query_string
    where = f"{PATH}?{shown}&done={len(done)}" if shown else f"{PATH}?done={len(done)}"
    return web.Response(status=303, headers={hdrs.LOCATION: where})


def _number(picked: str) -> int:
    number = picked.partition(":")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 16 else 0


async def _page(
    request: web.Request, *, said: str = "", refused: Sequence[str] = (), status: int = 200
) -> web.Response:
    context, now = request.app[CONTEXT], request.app[CONTEXT].now()
    items = await asked(request)
    async with context.store.read() as connection:
        account = await users.find(connection, request[PERSON].name)
        waiting = await report_cases.to_do_bare(connection)  # all of it: a flood must not look like a hundred
    found = [(item_told(one, context), sketch_of(one, context.ground.areas)) for one in items[:_ONE_BY_ONE]]
    shown = request.query.get("state") or ("every" if request.query.get("every") == "true" else "waiting")
    return staff_page(
        request,
        "reports",
        status=status,
        found=found,
        counts=Counter(one.state.value for one in waiting if one.state),
        late=sum(rings_at(one) <= now for one in waiting),
        shown=shown,
        more=(len(waiting) if shown == "waiting" else len(items)) - len(found),
        states=[(state.value, *STATES_JA[state]) for state in State],
        findings=FOUND_JA,
        kinds=[(name, own(kind)) for name, kind in KINDS.items()],
        acts={what.value: words for what, words in _ACTS.items()},
        size=(WIDTH, HEIGHT),
        ways=_WAYS,
        may_write=request[PERSON].may(Role.OPERATOR),
        may_sign=account is not None and scope_of(account) is not None,
        said=said,
        refused=refused,
        clock=lambda text: moment(instant(text), now),
        ago=lambda text: away(instant(text), now),
    )
