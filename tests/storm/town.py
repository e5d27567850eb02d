"""What people see and tell: bears by the police's relay, safety mail, and residents whom nobody believes yet."""

from __future__ import annotations

import hashlib
import json
import random
from datetime import datetime, timedelta

from tests.exercise.telegrams import JST
from tests.feeds.lalert_making import DOCUMENT, document
from tests.feeds.test_crime_csv import BICYCLE, HEAD
from tests.storm.plot import LALERT, POLICE, RESIDENTS, Plot, Step, Tale, Word

GATEWAYS = ("police",)
_PLACES = (  # districts of the profile, so far apart that no two calls are one animal
    ("山岸", 141.1702, 39.7161),
    ("松園", 141.1640, 39.7420),
    ("津志田", 141.1560, 39.6590),
    ("厨川", 141.1110, 39.7290),
    ("本宮", 141.1330, 39.6850),
    ("上田", 141.1430, 39.7190),
)
_QUIET = (22, 6.5)  # hours of the day in which minor things wait


class Town:
    """Writes its part into the plot."""

    def __init__(self, plot: Plot, chance: random.Random) -> None:
        self.plot, self._chance = plot, chance

    def write(self) -> None:
        self._bears()
        self._notices()
        self._missing()
        self._thefts()
        self._neighbours()
        self._residents()

    def _bears(self) -> None:
        """Confirmed by the police: told, corrected, refused or left in turn; a drill's is told as a drill."""
        hour, number = 0.6, 0
        while hour < self.plot.hours - 1.2:
            name, lon, lat = _PLACES[number % len(_PLACES)]
            at = self.plot.at(hour)
            drill, word = (
                number % 5 == 4,
                (Word.APPROVE, Word.APPROVE, Word.REFUSE, Word.LEAVE, Word.APPROVE)[number % 5],
            )
            identity = f"bear-{number:04}"
            body = {
                "v": 1,
                "id": identity,
                "kind": "bear",
                "time": at.astimezone(JST).isoformat(timespec="seconds"),
                "text": f"クマ1頭を見たとの通報（{number}）。",
                "place": name,
                "lon": lon,
                "lat": lat,
                "confirmed": True,
                "source": "盛岡東警察署",
                "status": "Exercise" if drill else "Actual",
            }
            self.plot.send(at + timedelta(minutes=2), "police", "report", body)
            if number % 3 == 0:
                self.plot.send(at + timedelta(minutes=7), "police", "report", body)  # the relay sends it again
            key = f"police/report/{identity}"
            self.plot.keys.add(key)
            stem = f"{'Exercise' if drill else 'Actual'}-bear-sighting-{_anonymous(key)}"
            self.plot.words[stem] = word
            if word is Word.APPROVE:
                self.plot.tales.append(Tale(stem, (Step(at + timedelta(minutes=2), None),)))
            else:
                self.plot.silent[stem] = f"the officers {word} it"
            number += 1
            hour += 1.7 + self._chance.uniform(0, 0.4)

    def _notices(self) -> None:
        """Safety mail, by day; twice, for relays repeat themselves."""
        number = 0
        for hour in range(1, int(self.plot.hours) - 1, 5):
            at = self.plot.at(hour + 0.4)
            local = at.astimezone(JST)
            if not _by_day(local) or not _by_day(local + timedelta(hours=1)):
                continue
            number += 1
            seen = local - timedelta(minutes=50)
            text = (
                f"【不審者情報】声かけ（{number}）\n日時：{_moment(seen)}ころ\n"
                f"場所：盛岡市内丸{number}番の路上\n男が声をかけました。\n盛岡東警察署"
            )
            for again in (0, 12):
                self.plot.cue(at + timedelta(minutes=again), POLICE, "text/plain; charset=utf-8", text.encode())
            self.plot.subjects["report", "suspicious_person"] += 1
            self.plot.counted["Actual-crime-notice-"] += 1

    def _missing(self) -> None:
        """Somebody is missing, and is found three hours later: the notice ends by itself wherever it went."""
        for day in range(int(self.plot.hours // 24) + 1):
            local = next(one for n in range(48) if _by_day(one := self.plot.at(day * 24 + n / 2 + 1.2).astimezone(JST)))
            if local + timedelta(hours=4.5) > self.plot.at(self.plot.hours):
                return
            seen = local - timedelta(minutes=40)
            name = f"岩手{'一二三四五'[day]}子"
            lost = (
                f"【行方不明者情報】\n日時：{_moment(seen)}ころ\n"
                f"場所：盛岡市{'内丸本宮上田山岸'[day * 2 : day * 2 + 2]}\n氏名：{name}\n"
                "特徴：女性、80歳代、紺色のズボン\n情報提供：盛岡東警察署"
            )
            found = (
                f"行方不明者の発見について\n{seen.month}月{seen.day}日にお知らせした{name}さんは、無事発見されました。"
            )
            self._mail(local, lost)
            self._mail(local + timedelta(hours=3), found)
            self.plot.counted["Actual-missing-person-"] += 1
            self.plot.ended.add("Actual-missing-person-")

    def _mail(self, at: datetime, text: str) -> None:
        self.plot.cue(at, POLICE, "text/plain; charset=utf-8", text.encode())

    def _thefts(self) -> None:
        """The police's open table, once a day: of last year, so nobody is told."""
        for day in range(int(self.plot.hours // 24) + 1):
            rows = "".join(BICYCLE.replace("2025-04-12", f"2025-04-{number:02}") for number in range(1, 21))
            self.plot.cue(self.plot.at(day * 24 + 2.7), POLICE, "text/csv; charset=utf-8", (HEAD + rows).encode())
        self.plot.subjects["report", "theft"] += 20  # each day the same

    def _neighbours(self) -> None:
        """The next town's evacuation information by L-Alert's node, revised every three hours, each of them twice."""
        for number in range(2, int(self.plot.hours // 3) + 2):
            at = self.plot.at((number - 2) * 3 + 1.1).replace(microsecond=0)
            sent, valid = (one.astimezone(JST).isoformat() for one in (at, at + timedelta(hours=12)))
            body = document(revision=str(number), sent=sent, valid=valid)
            for again in (0, 6):
                self.plot.cue(at + timedelta(minutes=again), LALERT, "", body)
            self.plot.keys.add(f"lalert/{DOCUMENT}/{number}/Actual")

    def _residents(self) -> None:
        """By the public form: never confirmed by it, so never told."""
        hour, number = 0.9, 0
        while hour < self.plot.hours - 0.5:
            at = self.plot.at(hour)
            body = {
                "kind": "bear" if number % 2 else "damage",
                "time": at.astimezone(JST).isoformat(timespec="seconds"),
                "text": f"道路に木が倒れています（{number}）" if number % 2 == 0 else f"庭にクマがいます（{number}）",
                "lon": round(141.15 + self._chance.uniform(-0.02, 0.02), 4),
                "lat": round(39.70 + self._chance.uniform(-0.02, 0.02), 4),
            }
            self.plot.cue(
                at + timedelta(minutes=1), RESIDENTS, f"storm-resident-{number:06}", json.dumps(body).encode()
            )
            self.plot.subjects["report", str(body["kind"])] += 1
            number += 1
            hour += 1.3 + self._chance.uniform(0, 0.5)


def _anonymous(key: str) -> str:
    """How a sighting's series is named: by a digest of its report's key (docs/privacy.md)."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _moment(local: datetime) -> str:
    """As the police write it."""
    half = "午前" if local.hour < 12 else "午後"
    return f"{local.month}月{local.day}日{half}{local.hour % 12}時{local.minute}分"


def _by_day(local: datetime) -> bool:
    hour = local.hour + local.minute / 60
    return _QUIET[1] + 0.3 < hour < _QUIET[0] - 0.3
