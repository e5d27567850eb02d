"""/ops/contacts（通報者の連絡先）: what is kept of a sender is told by name; what it is, to whoever says what for.

The contact itself stands in one answer only, which nobody may keep, and which the log names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aiohttp import hdrs, web

from feeds.instant import iso_utc
from services.reporters.looking import LookError, Wanted, about_of, look
from services.reporters.purpose import Purpose
from services.store import looks, reporters
from services.store.looks import Look
from services.store.reporters import Told
from services.store.users import Role
from services.web.auth import PERSON, requires
from services.web.body import form_of
from services.web.contacts.asked import LONGEST, by_of, refusal, wanted_of
from services.web.context import CONTEXT
from services.web.language.speaking import N_
from services.web.moments import moment
from services.web.pages_staff import staff_page
from services.web.security import WebError

PATH = "/ops/contacts"
_LOG = 200  # lines
MEMBERS = {
    "name": N_("氏名"),
    "phone": N_("電話"),
    "mail": N_("メール"),
    "line": "LINE",
    "device": N_("端末の識別子"),
    "account": N_("アプリの利用者番号"),
    "words": N_("伏せた言葉"),
}
_WORDS = {
    "text": N_("本文"),
    "place": N_("場所"),
    "source": N_("情報源"),
    "description": N_("本文"),
    "address": N_("場所"),
    "note": N_("メモ"),
}
_WAYS = {"page": N_("画面"), "api": "API", "cli": N_("コマンド"), "export": N_("開示の書き出し")}


def setup(app: web.Application) -> None:
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, see)


@requires(Role.OPERATOR)
async def show(request: web.Request) -> web.Response:
    """What there is of one sender, by name; for administrators, without one, the whole log."""
    query = request.query
    asked = wanted_of(query) if query.get("case") or query.get("request") else None
    return await _page(request, asked)


@requires(Role.OPERATOR)
async def see(request: web.Request) -> web.Response:
    """The form: written down first, then shown."""
    context, form = request.app[CONTEXT], await form_of(request)
    words = {name: value for name, value in form.items() if isinstance(value, str)}
    wanted = wanted_of(words)
    try:
        by = by_of(words, request[PERSON].name, "page", context.now())
        found = await look(context.store, wanted, by)
    except WebError as error:
        return await _page(request, wanted, refused=error.message, status=error.status)
    except LookError as error:
        return await _page(request, wanted, refused=str(error), status=refusal(error).status)
    return await _page(request, wanted, found=found)


async def _page(
    request: web.Request,
    wanted: Wanted | None,
    *,
    found: Sequence[Told] = (),
    refused: str = "",
    status: int = 200,
) -> web.Response:
    context, now = request.app[CONTEXT], request.app[CONTEXT].now()
    admin = request[PERSON].may(Role.ADMIN)
    members: tuple[str, ...] = ()
    log: list[Look] = []
    drill = ""
    async with context.store.read() as connection:
        if wanted is not None:
            try:
                about, whose = await about_of(connection, wanted)
            except LookError as error:
                raise refusal(error) from error
            members = (await reporters.known(connection, [about])).get(about, ())
            log = await looks.newest(connection, _LOG, about)
            drill = {"Exercise": N_("訓練"), "Test": N_("試験")}.get(whose.value, "")
        elif admin:
            log = await looks.newest(connection, _LOG)
    answer = staff_page(
        request,
        "contacts",
        status=status,
        wanted=wanted,
        drill=drill,
        members=[MEMBERS.get(one, one) for one in members],
        shown=[_shown(one) for one in found],
        purposes=list(Purpose),
        longest=LONGEST,
        log=[(one, [MEMBERS.get(name, name) for name in one.members]) for one in log],
        purpose_ja={one.value: one.ja for one in Purpose},
        ways=_WAYS,
        admin=admin,
        sealed=context.store.keyring is None,
        refused=refused,
        at=lambda when: moment(when, now),
        machine=iso_utc,
    )
    answer.headers[hdrs.CACHE_CONTROL] = "private, no-store"
    return answer


def _shown(one: Told) -> Mapping[str, object]:
    kind = one.part.partition("/")[0]
    return {
        "part": {"": N_("送り主"), "word": N_("追記した人"), "act": N_("職員のメモ")}.get(kind, one.part),
        "contact": [(MEMBERS[name], name, value) for name, value in one.contact.told() if value],
        "words": [(_WORDS.get(name, name), text) for name, text in one.words.items()],
    }
