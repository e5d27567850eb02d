"""The CAP message made from one of our alerts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from feeds.cap import CapError, CapInfo, CapValue, read, write
from feeds.cap.lint import lint
from feeds.status import Status
from rules.alert import Alert
from rules.cap_message import mark, to_cap

DATA = Path(__file__).parent.parent / "data" / "cap"


def flood() -> Alert:
    """An Update that raises a flood to 警戒レベル4, in two languages and over two places."""
    return TypeAdapter(Alert).validate_json((DATA / "flood-level4.json").read_bytes())


def test_the_document_is_the_golden_one() -> None:
    assert write(to_cap(flood())).decode() == (DATA / "flood-level4.xml").read_text()


def test_what_is_written_reads_back() -> None:
    message = to_cap(flood())
    assert read(write(message)) == message


def test_japanese_comes_first_and_only_text_differs() -> None:
    japanese, english = to_cap(flood()).infos
    assert (japanese.language, english.language) == ("ja", "en")

    def without_text(info: CapInfo) -> CapInfo:
        areas = tuple(replace(area, description="") for area in info.areas)
        return replace(info, language="", event="", headline="", description="", instruction="", areas=areas)

    assert without_text(japanese) == without_text(english)


def test_places_carry_geometry_and_code() -> None:
    city, district = to_cap(flood()).infos[1].areas
    assert city.geocodes == (CapValue("JIS_X0402", "03201"),)
    assert city.description == "Morioka City"
    assert district.geocodes == (CapValue("SHIRASE_AREA", "03201001001"),)
    assert district.description == "材木町", "no English name: the Japanese one is better than none"
    assert district.polygons[0][0] == (141.146, 39.704)


def test_the_level_is_told_only_where_it_is_a_warning_level() -> None:
    assert to_cap(flood()).infos[0].parameters == (CapValue("警戒レベル", "4"),)
    assert to_cap(replace(flood(), alert_level=False)).infos[0].parameters == ()


def test_the_whole_chain_is_referred_to() -> None:
    assert [one.identifier for one in to_cap(flood()).references] == [
        "morioka-20260115-0004-a1",
        "morioka-20260115-0005-f9",
    ]


@pytest.mark.parametrize(("status", "sign"), [(Status.EXERCISE, "【訓練】"), (Status.TEST, "【試験】")])
def test_a_drill_is_marked_at_both_ends_of_everything_people_read(status: Status, sign: str) -> None:
    message = to_cap(replace(flood(), status=status))
    assert message.status == status.value
    assert not message.is_public
    assert message.note.startswith(sign)
    assert "flood-03201-kitakami" in message.note, "the exercise is named"
    for info in message.infos:
        for words in (info.event, info.headline, info.description, info.instruction):
            assert words.startswith(sign), words
            assert words.endswith(sign), words
    assert "EXERCISE" in message.infos[1].headline or "TEST" in message.infos[1].headline


def test_every_language_is_a_block_of_the_same_facts_with_places_as_its_readers_write_them() -> None:
    texts = {tag: replace(flood().texts["en"], language=tag) for tag in ("vi", "ja-x-easy", "zh-Hans", "ko")}
    drill = replace(flood(), texts={**texts, "ja": flood().texts["ja"]}, status=Status.EXERCISE)
    blocks = {info.language: info for info in to_cap(drill).infos}
    assert list(blocks) == ["ja", "ja-x-easy", "zh-Hans", "ko", "vi"]
    names = {tag: info.areas[0].description for tag, info in blocks.items()}
    kanji, latin = "盛岡市", "Morioka City"
    assert names == {"ja": kanji, "ja-x-easy": kanji, "zh-Hans": kanji, "vi": latin, "ko": latin}
    marks = {"ja-x-easy": "【れんしゅう】", "zh-Hans": "【演习】", "ko": "[훈련]", "vi": "[DIỄN TẬP]"}
    for tag, own in marks.items():
        assert blocks[tag].headline.startswith(f"【訓練】{own}") and blocks[tag].headline.endswith(f"{own}【訓練】")
    faults = {one.rule for one in lint(write(to_cap(drill)), drill.sent) if one.level != "info"}
    assert faults == set(), "only the text differs"


def test_the_real_thing_carries_no_mark() -> None:
    document = write(to_cap(flood())).decode()
    assert "訓練" not in document
    assert "<note>" not in document


def test_a_mark_is_not_set_twice_and_nothing_is_not_marked() -> None:
    assert mark("【訓練】洪水【訓練】", Status.EXERCISE, "ja") == "【訓練】洪水【訓練】"
    assert mark("", Status.EXERCISE, "ja") == ""


def test_a_time_within_a_second_is_cut_except_the_identity() -> None:
    alert = replace(flood(), sent=datetime(2026, 1, 14, 21, 10, 0, 1, tzinfo=UTC))
    assert to_cap(flood()).infos[0].effective == datetime(2026, 1, 14, 21, 10, tzinfo=UTC)
    with pytest.raises(CapError, match="whole second"):
        write(to_cap(alert))


def test_a_cancel_without_its_references_is_refused() -> None:
    with pytest.raises(CapError, match="without references"):
        write(to_cap(replace(flood(), msg_type="Cancel", references=())))
