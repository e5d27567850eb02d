"""/ops/alerts/SERIES/…: the form in which people carry an alert on, correct it, end it, or edit a draft.

Everything works without scripts: one button shows what every channel would send, the other makes the draft. With
scripts the preview follows what is typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from feeds.status import Status
from rules.alert import Act, Alert
from services.desks.review import ReviewError
from services.desks.writing import Ask, newest_in_force, preview, write
from services.store import alerts
from services.store.alerts import Revision
from services.store.users import Role
from services.web.api.writing import city_of, fault_of
from services.web.auth import PERSON, requires
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.language.speaking import N_
from services.web.pages_staff import staff_page
from services.web.public.orders import is_order
from services.web.security import WebError
from services.web.writing.clash import clashes
from services.web.writing.form import LANGUAGE_NAMES, PARTS, Filled, filled, prefilled, said, text_of

_OLDEST = timedelta(hours=12)  # of a form that somebody left open
VERBS: Mapping[str, Act] = {
    "update": Act.UPDATE,
    "correction": Act.CORRECTION,
    "all-clear": Act.ALL_CLEAR,
    "cancel": Act.CANCEL,
    "edit": Act.EDIT,
}
TITLES: Mapping[Act, tuple[str, str]] = {
    Act.UPDATE: ("更新する", "Update"),
    Act.CORRECTION: ("訂正する", "Correct a detail"),
    Act.ALL_CLEAR: ("解除する", "All-clear"),
    Act.CANCEL: ("取り消す（誤報）", "Cancel: it should never have been sent"),
    Act.EDIT: ("案を直す", "Edit the draft"),
    Act.NOTICE: ("お知らせを書く", "Write a notice"),
}
HINTS: Mapping[Act, str] = {
    Act.UPDATE: N_("状況は同じまま、文面・区域・期限を改めます。区域を外すと、その区域は終わりになります。"),
    Act.CORRECTION: N_("誤りと正しい内容だけを、関係する区域に伝えます。発表の全体をもう一度知らせることはしません。"),
    Act.ALL_CLEAR: N_("危険がなくなったことを、発表が届いたすべての経路に伝えます。"),
    Act.CANCEL: N_("出すべきでなかった発表を取り消します。危険がなくなったときは「解除」を使ってください。"),
    Act.EDIT: N_("直すと新しい案になり、これまでの承認は無効になります。"),
    Act.NOTICE: N_("規則によらないお知らせです。ほかの案と同じく承認が要ります。"),
}


@requires(Role.OPERATOR)
async def amend(request: web.Request) -> web.Response:
    """The form of one act on one series, and what comes of it."""
    act = VERBS.get(request.match_info["verb"])
    if act is None:
        raise WebError(404, "not_found", "見つかりません。 / There is nothing at this address.")
    desk = Desk(request, act, request.match_info["series"])
    stands = await desk.stands()
    if request.method == "GET":
        plain = await desk.plain(stands)
        return desk.page(stands, plain.alert, prefilled(plain.alert, act), None if act is Act.CORRECTION else plain)
    posted = await form_of(request)
    # What was prefilled tells the time, too: only against that does it show what the person changed.
    plain = await desk.plain(stands, _prefilled_at(text_of(posted, "at"), request.app[CONTEXT].now()))
    form = filled(posted, plain.alert.texts)
    number = text_of(posted, "revision")
    seen = Stands(
        int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0, text_of(posted, "digest")
    )
    try:
        told, words = said(form, plain.alert, act)
        ask = desk.ask(act, seen, said=told, words=words)
        if text_of(posted, "do") == "draft":
            await write(request.app[CONTEXT].store, city_of(request), ask)
            request.app[CONTEXT].bell.ring("alerts")
            raise web.HTTPSeeOther("/ops#drafts")
        shown = await preview(request.app[CONTEXT].store, city_of(request), ask)
    except ReviewError as error:
        # What was typed stays; the form now stands on what is there today, so that pressing again is meant.
        return desk.page(stands, plain.alert, form, None, error)
    return desk.page(stands, plain.alert, form, shown)


@dataclass(frozen=True, slots=True)
class Stands:
    """What the person had before them: the newest revision in force, or the draft and its digest."""

    revision: int
    digest: str = ""
    headline: str = ""
    alert: Alert | None = None  # None where nothing is in force any more


def _prefilled_at(text: str, now: datetime) -> datetime:
    """When the form was prefilled, as it says itself; now where it does not, or says what cannot be."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return now
    return at if at.tzinfo and now - _OLDEST <= at <= now else now


@dataclass(frozen=True, slots=True)
class Desk:
    """One request to the form."""

    request: web.Request
    act: Act
    series: str

    async def stands(self) -> Stands:
        """What is there now. Raises WebError 404 where there is nothing."""
        context = self.request.app[CONTEXT]
        async with context.store.read() as connection:
            if self.act is Act.EDIT:
                newest = await alerts.newest(connection, self.series)
                number = newest.revision if newest else 0
            else:
                number = await newest_in_force(connection, self.series, context.now())
            one = await alerts.get(connection, self.series, number)
        if one is None and self.act is Act.EDIT:
            raise WebError(404, "not_found", "案がありません。 / There is no such draft.")
        if one is None:
            return Stands(0)
        return Stands(number, one.digest if self.act is Act.EDIT else "", one.alert.texts["ja"].headline, one.alert)

    async def plain(self, stands: Stands, at: datetime | None = None) -> Revision:
        """The draft as it is prefilled. Raises WebError where nothing can be written. A correction begins where an
        update does: what was wrong nobody can prefill."""
        act = Act.UPDATE if self.act is Act.CORRECTION else self.act
        try:
            ask = self.ask(act, stands, now=at or self.request.app[CONTEXT].now())
            return await preview(self.request.app[CONTEXT].store, city_of(self.request), ask)
        except ReviewError as error:
            raise fault_of(error) from error

    def ask(self, act: Act, stands: Stands, **more: Any) -> Ask:
        """What is asked of the writing desk."""
        who, now = self.request[PERSON].name, self.request.app[CONTEXT].now()
        told = Ask(person=who, now=now, act=act, series=self.series, revision=stands.revision, digest=stands.digest)
        return replace(told, **more)

    def page(
        self, stands: Stands, plain: Alert, form: Filled, shown: Revision | None, error: ReviewError | None = None
    ) -> web.Response:
        """The form over what is prefilled, and what every channel would send."""
        return staff_page(
            self.request,
            "writing",
            status=200 if error is None else fault_of(error).status,
            title=TITLES[self.act],
            hint=HINTS[self.act],
            act=self.act.value,
            stands=stands,
            at=plain.effective.isoformat(),
            plain=plain,
            form=form,
            shown=shown,
            problem=str(error) if error else "",
            clashes=clashes(form, stands.alert) if error and error.code == "changed" and stands.alert else (),
            parts=PARTS,
            languages=LANGUAGE_NAMES,
            drill=plain.status is not Status.ACTUAL,
            is_order=is_order,
        )
