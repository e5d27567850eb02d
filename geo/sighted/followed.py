"""Which earlier notice a later one of the police ends or corrects: by what both say, each ground told in words.

The police repeat the kind, the day, the station, the place or the subject of the earlier mail, hardly ever a number.
Whatever both tell has to agree, and one earlier notice has to agree better than all others; where two fit alike the
desk has to choose, for to take back the wrong one is worse than to wait for a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from feeds.crime_people import names_of, suspect_of
from feeds.japan import JAPAN
from feeds.japanese_time import normal
from feeds.police_follow import unmarked
from feeds.records import Report
from geo.sighted.told import stands

_BACK = timedelta(days=14)  # a notice has done its service by then
_JUST_NOW = timedelta(hours=24)  # what a notice without any day is about
_WEAK = ("発信した警察署が同じです", "人の年代と性別が同じです")  # alone they name nothing


@dataclass(frozen=True, slots=True)
class Followed:
    """``original`` None: it is for a person to say. ``grounds``: in Japanese, for the desk."""

    original: Report | None
    grounds: tuple[str, ...]


def followed_by(notice: Report, earlier: Iterable[Report]) -> Followed:
    """The one notice among ``earlier`` that ``notice`` is about, or why none is taken."""
    found = [(list(_grounds(notice, one)), one) for one in earlier if _may_be(notice, one)]
    found = sorted(
        (pair for pair in found if not set(pair[0]) <= set(_WEAK)), key=lambda pair: (-len(pair[0]), pair[1].key)
    )
    if not found:
        return Followed(None, ("日付・場所・件名などの合う、先の情報がありません",))
    best = [one for grounds, one in found if len(grounds) == len(found[0][0])]
    if len(best) > 1:
        return Followed(None, (f"同じだけ合う先の情報が{len(best)}件あります",))
    return Followed(found[0][1], tuple(found[0][0]))


def _may_be(notice: Report, one: Report) -> bool:
    """A notice of the same kind and status that still holds, and that nothing in both contradicts."""
    follow, crime = notice.crime, one.crime
    if follow is None or crime is None or not stands(one):
        return False
    if (one.kind, one.status) != (notice.kind, notice.status):
        return False
    if not timedelta() <= notice.measured_at - one.measured_at <= _BACK:
        return False
    if follow.about is not None and not _same_day(notice, one):
        return False
    told = (
        (_station(follow.issuer), _station(crime.issuer)),
        (follow.municipality, crime.municipality),
        (suspect_of(follow.offender), suspect_of(crime.offender)),
    )
    return all(not (here and there) or here == there for here, there in told[: 1 if _corrects(notice) else 3])


def _grounds(notice: Report, one: Report) -> Iterator[str]:
    follow, crime = notice.crime, one.crime
    assert follow is not None and crime is not None
    if follow.about is not None:
        yield "発生の日が同じです"
        if follow.precision != "day" and abs(follow.about - one.measured_at) <= timedelta(hours=1):
            yield "発生の時刻が同じです"
    elif notice.measured_at - one.measured_at <= _JUST_NOW:
        yield "24時間以内の情報です"
    names = set(names_of(follow.parts)) & set(names_of(crime.parts))
    if names:
        yield "氏名が同じです"
    subject = unmarked(notice.text.partition("\n")[0])
    if subject and subject == unmarked(one.text.partition("\n")[0]):
        yield "件名が同じです"
    if notice.place and normal(notice.place) == normal(one.place):
        yield "場所が同じです"
    elif one.place and normal(one.place) in normal(notice.text):
        yield "先の場所が文中にあります"
    if suspect_of(follow.offender) and suspect_of(follow.offender) == suspect_of(crime.offender):
        yield _WEAK[1]
    if _station(follow.issuer) and _station(follow.issuer) == _station(crime.issuer):
        yield _WEAK[0]


def _corrects(notice: Report) -> bool:
    """A correction may change whom and where; that it comes from the same station and day is still to be expected."""
    return notice.crime is not None and notice.crime.follows is not None and notice.crime.follows.ends is None


def _same_day(notice: Report, one: Report) -> bool:
    assert notice.crime is not None and notice.crime.about is not None
    return notice.crime.about.astimezone(JAPAN).date() == one.measured_at.astimezone(JAPAN).date()


def _station(issuer: str) -> str:
    """盛岡東警察署 of 盛岡東警察署生活安全課; empty for a headquarters, which speaks for all stations."""
    head, station, _ = issuer.partition("警察署")
    return head if station else ""
