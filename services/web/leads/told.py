"""A cluster and a source as they are told, for the API and the page alike. Staff alone are told any of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from geo.heard.book import Book
from services.listening.desk import ACTS_JA
from services.listening.picture import Shown
from services.listening.standing import STATES_JA, Standing
from services.web.api.times import iso, iso_or_none
from services.web.language.speaking import N_, _

MOST_LINKS = 12
PROVIDERS = {"x": "X", "mastodon": "Mastodon", "bluesky": "Bluesky"}
MARKS_JA: Mapping[str, str] = {
    "drill": N_("訓練と書いてある"),
    "past": N_("過去の話らしい"),
    "ahead": N_("予報・備えの話らしい"),
    "elsewhere": N_("ほかの街の名もある"),
    "news": N_("報道らしい"),
    "negated": N_("「ない」と言っている"),
    "unsure": N_("疑問・伝聞・冗談かもしれない"),
}
CLUSTER: Mapping[str, str] = {
    "status": "Actual or Test",
    "verified": "always false: nobody has confirmed any of it",
    "hazard": "kind of danger that the words seem to speak of",
    "hazard_ja": "the same in Japanese",
    "hazard_en": "the same in English",
    "place": "name of the place that the posts name; of the whole city its own",
    "posts": "how many posts",
    "people": "how many different people at least",
    "plain": "how many of them without anything that makes it doubtful",
    "rising": "more people in the last 15 minutes than in the 15 before, and two at least",
    "first_at": "when the first was written",
    "last_at": "when the last was written",
    "words": "which of the words of this danger were found; nothing else of the posts is kept",
    "doubts": "{mark, ja, count}: what makes how many posts doubtful",
    "links": "{provider, url, at, doubts}: where the newest dozen are to be read",
    "hazards_near": "headlines of the hub's own hazards at that place",
    "reports_near": "numbers of reports of that kind from there within six hours",
    "report_kind": "kind of the report that may be made of it",
    "made": "{act, at, who}: what an officer made of it last, or null",
    "fresh": "how many posts came after that",
    "settled": "true where somebody made something of it and nothing came since",
    "seen": "number of the newest lead, which the next act has to name",
}
SOURCE: Mapping[str, str] = {
    "source": "x, mastodon, mastodon:TAG or bluesky",
    "state": ", ".join(STATES_JA),
    "state_ja": "the same in Japanese",
    "trouble": "what is the matter, empty where all is well",
    "heard_at": "when it was heard or asked last, or null",
    "resumes_at": "when it is tried again, or null",
    "urgent": "true while it is asked more often because of danger",
    "reads": "of X: {hour, of_hour, month, of_month, cost, currency}; null for others",
}


def cluster_told(one: Shown, book: Book, now: datetime) -> dict[str, Any]:
    """The members named in CLUSTER."""
    cluster, known, near = one.cluster, book.by_kind.get(one.cluster.hazard), one.near
    newest = list(reversed(cluster.leads))[:MOST_LINKS]
    return {
        "status": cluster.status.value,
        "verified": False,
        "hazard": cluster.hazard,
        "hazard_ja": known.ja if known else cluster.hazard,
        "hazard_en": known.en if known else cluster.hazard,
        "place": cluster.place,
        "posts": len(cluster.leads),
        "people": cluster.people,
        "plain": cluster.plain,
        "rising": cluster.rising(now),
        "first_at": iso(cluster.first),
        "last_at": iso(cluster.last),
        "words": [word for word in cluster.words if known is None or word in known.spelled],
        "doubts": [{"mark": mark, "ja": MARKS_JA[mark], "count": count} for mark, count in cluster.marks],
        "links": [
            {"provider": lead.provider, "url": lead.link, "at": iso(lead.at), "doubts": list(lead.marks)}
            for lead in newest
        ],
        "hazards_near": [hazard.headline for hazard in near.hazards],
        "reports_near": [case.id for case in near.reports],
        "report_kind": known.report if known else "other",
        "made": {"act": one.act.act, "at": iso(one.act.at), "who": one.act.who} if one.act else None,
        "fresh": one.fresh,
        "settled": one.settled,
        "seen": cluster.newest,
    }


def made_words(act: str) -> str:
    """What was made of it."""
    return _(ACTS_JA.get(act, act))


def source_told(one: Standing) -> dict[str, Any]:
    """The members named in SOURCE."""
    reads = one.reads
    return {
        "source": one.source,
        "state": one.state,
        "state_ja": STATES_JA[one.state][0],
        "trouble": one.trouble,
        "heard_at": iso_or_none(one.heard_at),
        "resumes_at": iso_or_none(one.resumes if one.state not in ("listening", "silent") else None),
        "urgent": one.urgent,
        "reads": reads
        and {
            "hour": reads.hour,
            "of_hour": reads.of_hour,
            "month": reads.month,
            "of_month": reads.of_month,
            "cost": float(reads.cost),
            "currency": reads.currency,
        },
    }
