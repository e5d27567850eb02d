"""Which notice a later one is about: by what both say, and by a person where that is not enough."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from feeds.japan import JAPAN
from feeds.police_mail import PoliceMail
from feeds.records import Message, Report
from feeds.status import Status
from geo.sighted.followed import followed_by

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=JAPAN)


def mail(text: str, at: datetime = NOW) -> Report:
    message = Message(topic="police_mail:relay", payload=text.encode(), received_at=at, gateway="relay")
    (found,) = PoliceMail().decode(message).records
    assert isinstance(found, Report)
    return found


LOST = mail(
    "【行方不明者情報】\n日時：11月19日 午後2時ころ\n場所：盛岡市内丸\n氏名：岩手花子\n特徴：80歳代、女性\n盛岡東警察署"
)
OTHER = mail("【行方不明者情報】\n日時：11月18日 午前9時ころ\n場所：盛岡市本町通\n特徴：70歳代、男性\n盛岡西警察署")
CALL = mail(
    "【不審者情報】声かけ\n日時：11月19日 午後4時ころ\n場所：盛岡市内丸\n不審者の特徴：20歳代、男\n盛岡東警察署"
)


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("行方不明者の発見について\n11月19日にお知らせした方は、無事発見されました。", "発生の日が同じです"),
        ("【発見】行方不明者情報\n氏名：岩手花子\n無事保護されました。", "氏名が同じです"),
        ("行方不明者発見\n盛岡市内丸で行方不明の方は発見されました。\n盛岡東警察署", "先の場所が文中にあります"),
    ],
)
def test_the_notice_is_found_by_day_name_or_place(text: str, ground: str) -> None:
    found = followed_by(mail(text), [OTHER, LOST, CALL])
    assert found.original == LOST and ground in found.grounds


def test_what_contradicts_is_another_case() -> None:
    for line in ("日時：11月17日", "場所：滝沢市", "盛岡北警察署", "特徴：30歳代、男"):
        assert followed_by(mail(f"行方不明者発見\n{line}\n発見されました。"), [LOST]).original is None, line
    found = mail("行方不明者発見\n11月19日の方は発見されました。")
    assert followed_by(replace(found, status=Status.EXERCISE), [LOST]).original is None
    assert followed_by(found, [replace(LOST, measured_at=NOW + timedelta(hours=1))]).original is None
    assert followed_by(found, [replace(LOST, crime=None)]).original is None, "what residents say is not ended by a mail"


def test_where_two_fit_alike_or_none_does_a_person_has_to_say() -> None:
    twin = replace(LOST, report_id="twin")
    found = followed_by(mail("行方不明者発見\n11月19日の方は発見されました。"), [LOST, twin])
    assert (found.original, found.grounds) == (None, ("同じだけ合う先の情報が2件あります",))
    late = mail("行方不明者発見\n先日の方は発見されました。\n盛岡東警察署", NOW + timedelta(days=3))
    assert followed_by(late, [LOST]).original is None, "the station alone names no case"


def test_a_correction_may_change_what_it_corrects() -> None:
    text = "【訂正】【不審者情報】声かけ\n日時：11月19日 午後5時ころ\n場所：盛岡市本町通\n不審者の特徴：40歳代、男"
    found = followed_by(mail(f"{text}\n盛岡東警察署"), [CALL, LOST])
    assert found.original == CALL and "件名が同じです" in found.grounds
