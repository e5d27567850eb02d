"""Safety mails of the police, in the wordings of several prefectures. The texts are made up for these tests."""

from __future__ import annotations

import base64
import quopri
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.contract import record_line
from feeds.crime_words import kind_of, municipality_of
from feeds.japan import JAPAN
from feeds.police_mail import PoliceMail
from feeds.records import Decoded, Message, Report
from feeds.status import Status
from services.store.codec import from_json, to_json

NOW = datetime(2024, 10, 7, 8, 0, tzinfo=JAPAN)
LABELLED = """【不審者情報】声かけ事案の発生（盛岡東警察署）
■発生日時　１０月５日（土）午後６時３０分ころ
■発生場所
盛岡市中央通三丁目地内の路上
■状況
帰宅途中の女子高校生が、徒歩の男から「家はどこ」と声をかけられました。
■行為者の特徴
・年齢：４０歳代
・服装：黒色ジャンパー
■見回り　強化しています

お子さんには、一人で遊ばないよう話してください。
配信元：盛岡東警察署生活安全課"""
PLAIN = """特殊詐欺の電話に注意
令和６年１０月３日午後１時ころから午後３時ころまでの間、盛岡市内の一般家庭に、市役所職員を名乗る電話がありました。
不審な電話は切って、警察に相談してください。
盛岡西警察署"""

NUMBERED = """１　発生日時
　　令和６年１０月５日（土）午後４時４０分ころ
２　発生場所
　　滝沢市鵜飼地内
３　状況
　　つきまとい"""


def decoded(payload: bytes | str) -> Decoded:
    whole = payload.encode() if isinstance(payload, str) else payload
    return PoliceMail().decode(Message(topic="police_mail:relay", payload=whole, received_at=NOW, gateway="relay"))


def one(payload: bytes | str) -> Report:
    found = decoded(payload)
    assert not found.rejected, found.rejected
    (report,) = found.records
    assert isinstance(report, Report)
    return report


def code(payload: bytes | str) -> str:
    found = decoded(payload)
    assert not found.records
    return found.rejected[0].code


def mail(subject: bytes, body: bytes, *headers: bytes, date: bytes = b"Sun, 6 Oct 2024 10:00:00 +0900") -> bytes:
    return b"\r\n".join([b"From: police@example.jp", b"Date: " + date, b"Subject: " + subject, *headers, b"", body])


def test_labels_become_fields_and_the_words_stay() -> None:
    report = one(LABELLED)
    assert (report.kind, report.confirmed, report.status) == ("suspicious_person", True, Status.ACTUAL)
    assert report.measured_at == datetime(2024, 10, 5, 18, 30, tzinfo=JAPAN)
    assert report.place == "盛岡市中央通三丁目地内の路上"
    assert report.source == "盛岡東警察署生活安全課"
    assert report.text == LABELLED.replace("\n", "\n\n", 1), "subject and text, letter by letter, full-width too"
    crime = report.crime
    assert crime is not None
    assert (crime.what, crime.municipality, crime.precision) == ("不審者情報", "盛岡市", "minute")
    assert crime.offender == "・年齢：４０歳代\n・服装：黒色ジャンパー", "the list below a heading is its text"
    assert ("見回り", "強化しています") in crime.parts, "a label that nobody knows is kept"
    assert (report.lon, report.lat) == (None, None), "no place on the map is invented"


def test_a_notice_in_sentences() -> None:
    report = one(PLAIN)
    assert (report.kind, report.place, report.source) == ("fraud", "", "盛岡西警察署")
    assert report.crime is not None
    assert (report.crime.precision, report.crime.parts) == ("hour", ())
    assert report.crime.until == datetime(2024, 10, 3, 15, 0, tzinfo=JAPAN)
    told = one("声かけ\n１０月５日午後３時ころ、盛岡市内丸の路上において、男が声をかけました。")
    assert told.place == "盛岡市内丸の路上"
    walked = one("声かけ\n10月5日午後3時ころ、徒歩で帰宅中の児童が、声をかけられました。")
    assert walked.place == "", "で alone makes no place"


@pytest.mark.parametrize(
    ("style", "where"),
    [
        (
            "種別：つきまとい\n日時：10月5日(土) 16:40頃\n場所：盛岡市本宮5丁目付近\n内容：後をつけられた",
            "盛岡市本宮5丁目付近",
        ),
        ("【日時】\n１０月５日　午後４時４０分頃\n【場所】\n矢巾町地内\n【状況】\nつきまとい", "矢巾町地内"),
        (NUMBERED, "滝沢市鵜飼地内"),
        (
            "(1) 発生日時　10月5日午後4時40分ごろ\n(2) 発生場所　紫波郡矢巾町地内\n(3) 概要　つきまとい",
            "紫波郡矢巾町地内",
        ),
        ("○いつ　１０月５日（土曜日）午後４時４０分\n○どこで　盛岡駅付近\n○どうした　つきまとい", "盛岡駅付近"),
    ],
)
def test_other_wordings_of_the_same(style: str, where: str) -> None:
    report = one(f"つきまとい事案の発生\n{style}\n\n盛岡東警察署")
    assert report.measured_at == datetime(2024, 10, 5, 16, 40, tzinfo=JAPAN)
    assert (report.place, report.kind, report.source) == (where, "suspicious_person", "盛岡東警察署")


def test_the_charsets_of_japan() -> None:
    subject, _, body = LABELLED.partition("\n")
    expected = one(LABELLED)
    jis = base64.b64encode(subject.encode("iso2022_jp"))
    whole = [
        mail(b"=?ISO-2022-JP?B?" + jis + b"?=", body.encode("iso2022_jp"),
             b"Content-Type: text/plain; charset=ISO-2022-JP"),
        mail(b"=?UTF-8?B?" + base64.b64encode(subject.encode()) + b"?=", base64.encodebytes(body.encode()),
             b"Content-Type: text/plain; charset=UTF-8", b"Content-Transfer-Encoding: base64"),
        mail(subject.encode(), quopri.encodestring(body.encode("cp932")),
             b"Content-Type: text/plain; charset=Shift_JIS", b"Content-Transfer-Encoding: quoted-printable"),
        mail(subject.encode("iso2022_jp"), body.encode()),
    ]  # fmt: skip
    for payload in whole:
        report = one(payload)
        assert (report.text.replace("\r", ""), report.measured_at) == (expected.text, expected.measured_at)


def test_bare_text_as_windows_saves_it() -> None:
    assert one(LABELLED.encode("cp932")).text == one(LABELLED).text
    assert one(LABELLED.encode("utf-8-sig")).text == one(LABELLED).text


def test_letters_outside_of_the_standard_come_through_jis() -> None:
    body = "日時　10月5日午後3時ころ\n場所　①盛岡市内丸".encode("iso2022_jp_2004").replace(b"\x1b$(Q", b"\x1b$B")
    report = one(mail(b"koe", body, b"Content-Type: text/plain; charset=iso-2022-jp"))
    assert report.place == "①盛岡市内丸"


def test_the_text_part_of_many_is_read_and_files_are_left_away() -> None:
    body = (
        "--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n日時　10月5日午後3時ころ\r\n"
        "--x\r\nContent-Type: text/html\r\n\r\n<p>日時　1月1日</p>\r\n"
        '--x\r\nContent-Type: text/plain; name="a.txt"\r\n'
        'Content-Disposition: attachment; filename="a.txt"\r\n\r\nno\r\n--x--'
    ).encode()
    report = one(mail("声かけ".encode(), body, b"Content-Type: multipart/mixed; boundary=x"))
    assert report.text.strip().endswith("午後3時ころ")
    html = mail(b"x", b"<p>a</p>", b"Content-Type: text/html")
    assert code(html) == "no_text"


def test_the_year_is_of_the_mail_and_not_of_the_reading() -> None:
    body = "日時　12月31日午後11時ころ".encode()
    assert one(mail(b"koe", body, date=b"Wed, 1 Jan 2020 00:30:00 +0900")).measured_at.year == 2019
    assert code(mail(b"koe", body, date=b"yesterday")) == "bad_date"
    assert code(mail(b"koe", body, date=b"Wed, 1 Jan 2020 00:30:00 -0000")) == "bad_date"
    assert code(mail(b"koe", body, date=b"Fri, 31 Dec 9999 23:59:59 -1200")) == "bad_date"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "no_text"),
        ("声かけ", "no_text"),
        ("声かけ\n盛岡市内で声かけがありました。", "no_time"),
        ("声かけ\n日時：調査中\n場所：盛岡市", "no_time"),
        ("声かけ\n日時：10月5日（月）\n場所：盛岡市", "bad_time"),
        ("声かけ\n日時：13月5日\n場所：盛岡市", "bad_time"),
        ("声かけ\n" + "10月5日" + "あ" * 20_000, "no_text"),
    ],
)
def test_what_cannot_be_told_for_sure_is_refused_by_name(text: str, expected: str) -> None:
    assert code(text) == expected


@pytest.mark.parametrize(
    ("text", "follows", "kind", "dated"),
    [
        ("行方不明者の発見について\n10月5日にお知らせした方は、無事発見されました。", "found", "missing_person", True),
        ("【解決】不審者情報\n10月5日の件は解決しました。", "solved", "suspicious_person", True),
        ("【訂正】声かけ\n日時：10月5日午後4時ころ\n場所：盛岡市内丸", "corrected", "suspicious_person", True),
        ("先ほどの配信の取り消し\n声かけ情報は誤りでした。", "withdrawn", "suspicious_person", False),
        ("クマ目撃情報（続報）\n現在も捜索しています。", "more", "bear", False),
    ],
)
def test_a_notice_about_an_earlier_one_says_so_and_passes_for_no_new_one(
    text: str, follows: str, kind: str, dated: bool
) -> None:
    found = one(text)
    assert found.crime is not None and found.crime.follows is not None
    assert (found.crime.follows.value, found.kind, found.crime.about is not None) == (follows, kind, dated)
    assert found.text.startswith(text.split("\n", maxsplit=1)[0]), "kept as issued"
    assert one(text).key == found.key


def test_a_call_for_help_is_a_notice_and_no_follow_up() -> None:
    for subject in ("行方不明者の発見にご協力ください", "行方不明者発見協力のお願い"):
        assert one(f"{subject}\n行方不明日時：10月5日午前9時ころ\n場所：盛岡市本宮").kind == "missing_person"


def test_bytes_that_are_no_text_are_refused() -> None:
    assert code(b"\xff\xfe\x00") == "bad_encoding"
    assert code("声かけ\n10月5日\x00".encode()) == "bad_encoding"
    assert code(b"From: police\r\nSubject: no\x00tice\r\n\r\n10/5 16:00") == "bad_encoding"
    assert code(mail(b"x", b"\xff\xff", b"Content-Type: text/plain; charset=utf-8")) == "bad_encoding"
    assert code(b"x" * 300_000) == "too_large"


def test_a_drill_is_one() -> None:
    assert one(LABELLED.replace("【不審者情報】", "【訓練】")).status is Status.EXERCISE
    assert one(LABELLED.replace("【不審者情報】", "【テスト配信】")).status is Status.TEST


def test_the_same_mail_by_two_ways_is_one_report() -> None:
    body = "日時　10月5日午後3時ころ".encode()
    first = one(mail(b"koe", body, b"Received: by one"))
    second = one(b"Received: by other\r\n" + mail(b"koe", body))
    assert first.key == second.key
    assert one(mail(b"koe", body + b"!")).key != first.key


def test_it_comes_back_from_the_store_whole() -> None:
    report = one(LABELLED)
    assert from_json(Report, to_json(report)) == report
    assert record_line(report)["crime"]["parts"][0] == ["発生日時", "１０月５日（土）午後６時３０分ころ"]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("強盗事件の発生", "crime"),
        ("自転車盗の多発", "theft"),
        ("還付金詐欺", "fraud"),
        ("行方不明者の捜索", "missing_person"),
        ("クマの目撃", "bear"),
        ("下半身露出", "suspicious_person"),
        ("お知らせ", "other"),
    ],
)
def test_words_and_kinds(words: str, kind: str) -> None:
    assert kind_of(words) == kind


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("岩手県盛岡市内丸", "盛岡市"),
        ("盛岡市中央通３丁目", "盛岡市"),
        ("紫波郡矢巾町南矢幅", "矢巾町"),
        ("矢巾町南矢幅", ""),
        ("四日市市諏訪町", "四日市市"),
        ("本町通一丁目", ""),
        ("", ""),
    ],
)
def test_places_and_municipalities(place: str, name: str) -> None:
    assert municipality_of(place) == name


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_bent_mails_are_read_or_refused(data: st.DataObject) -> None:
    whole = bytearray(
        mail(LABELLED.partition("\n")[0].encode(), LABELLED.encode(), b"Content-Type: text/plain; charset=utf-8")
    )
    for _ in range(data.draw(st.integers(1, 10))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    found = decoded(bytes(whole))
    assert bool(found.records) != bool(found.rejected)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300) | st.binary(max_size=300))
def test_anything_is_read_or_refused(payload: str | bytes) -> None:
    found = decoded(payload.encode("utf-8", "surrogatepass") if isinstance(payload, str) else payload)
    assert bool(found.records) != bool(found.rejected)
