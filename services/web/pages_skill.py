"""/ops/skill: how well the models foresaw, over the last days, beside what one could say without them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from feeds.status import Status
from geo.model import Ground
from geo.verification.account import FEW, Warned
from geo.verification.stories import Verdict
from geo.verification.teller import Told
from services.skill import Account, last_days
from services.web.api.skill import asked_days, asked_status
from services.web.context import CONTEXT
from services.web.language.speaking import N_, _
from services.web.moments import dated, on_day
from services.web.pages_staff import staff_page
from services.web.skill_charts import SIDE, lead_bars, reliability, tenth_words
from services.web.skill_sentences import gravest_first, of_rivers, of_warnings
from services.web.templating import TEMPLATES

PERIODS = (7, 30, 365)  # days
_SHOWN_LEAD = 3  # hours, in the sentence and gauge by gauge
_MOST_STORIES = 30
_VERDICTS = {
    Verdict.HIT: ("予測できた", "foreseen", "good"),
    Verdict.MISS: ("見逃し", "missed", "bad"),
    Verdict.FALSE: ("空振り", "false alarm", "doubt"),
    Verdict.UNKNOWN: (N_("判断できない"), "cannot be judged", "wait"),
    Verdict.OPEN: (N_("判定待ち"), "not judged yet", "wait"),
}
_METHODS = {"learned": N_("学習した予測"), "extrapolated": N_("外挿")}
_WHY = {
    "silent": N_("観測が途切れていた"),
    "late": N_("観測が遅れて届いた"),
    "no_counterpart": N_("起きたかどうかを観測していない"),
}


async def show(request: web.Request) -> web.Response:
    """``?days=7|30|365`` and ``?status=``; a hub that runs an exercise shows the exercise."""
    context = request.app[CONTEXT]
    days, status = asked_days(request), asked_status(request)
    async with context.store.read() as connection:
        of = await last_days(connection, status, context.now(), days)
    words: Any = request.app[TEMPLATES].globals["words"]
    shown = _shown(of, words["foretold"], context.ground)
    return staff_page(request, "skill", **shown, days=days, periods=PERIODS)


def _shown(of: Account, words: Any, ground: Ground) -> dict[str, Any]:
    whole = gravest_first(one for one in of.warned if not one.place and one.level)
    floods = [one for one in whole if one.model == "flood"]
    return {
        "of": of,
        "drill": of.status is not Status.ACTUAL,
        "sentences": of_warnings(of.warned, words),
        "river": of_rivers(of.scored, _SHOWN_LEAD),
        "warnings": [(one, _title(one, words), _places(one, of, ground)) for one in whole],
        "uncounted": [one for one in of.warned if not one.place and not one.level],
        "floods": bool(floods),
        "bars": lead_bars([lead for one in floods for lead in one.leads], sum(one.misses for one in floods)),
        "dots": reliability(of.reliable),
        "side": SIDE,
        "tenths": [(tenth_words(tenth), one) for tenth, one in enumerate(of.reliable)],
        "leads": [one for one in of.scored if not one.station and not one.method],
        "gauges": [(place(one.station, ground), one) for one in of.scored if one.station and one.lead == _SHOWN_LEAD],
        "shown_lead": _SHOWN_LEAD,
        "methods": _methods(of),
        "stories": [_story(one, words, ground) for one in _newest(of.stories)],
        "few": FEW,
        "on_day": on_day,
        "clock": dated,
    }


def _methods(of: Account) -> list[tuple[str, int]]:
    """How the outlooks were made, in per cent, at one lead."""
    some = [one for one in of.scored if one.method and not one.station and one.lead == _SHOWN_LEAD]
    total = sum(one.tally.n for one in some)
    return [(_(_METHODS.get(one.method, one.method)), round(100 * one.tally.n / total)) for one in some if total]


def place(code: str, ground: Ground) -> str:
    """A gauge or an area by its name, and by its code where it is known no more."""
    station, area = ground.stations.get(code), ground.areas.get(code)
    return station.name if station else area.name if area else code


def _title(one: Warned, words: Any) -> dict[str, str]:
    found: dict[str, str] = words.get(f"{one.model}:{one.level}", {"ja": one.kind, "en": one.kind})
    return found


def _places(whole: Warned, of: Account, ground: Ground) -> list[tuple[str, Warned]]:
    same = (whole.model, whole.kind, whole.level)
    return [(place(one.place, ground), one) for one in of.warned if one.place and _key(one) == same]


def _key(one: Warned) -> tuple[str, str, int]:
    return one.model, one.kind, one.level


def _newest(stories: Sequence[Told]) -> list[Told]:
    """The last of those that are judged by what is observed, the newest first."""
    return [one for one in reversed(stories) if one.thread.level][:_MOST_STORIES]


def _story(told: Told, words: Any, ground: Ground) -> dict[str, Any]:
    thread, one = told.thread, told.story
    name = words.get(f"{thread.model}:{thread.level}", {"ja": thread.kind, "en": thread.kind})
    ja, en, tone = _VERDICTS[one.verdict]
    return {
        "at": told.counted_at,
        "title": name,
        "place": place(thread.place, ground),
        "verdict": ja,
        "verdict_en": en,
        "tone": tone,
        "why": _WHY.get(one.why, ""),
        "story": one,
    }
