"""The channel ``voice``: whole files in a folder that others watch, and none of an alert that is over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from pydantic import ValidationError

from feeds.status import Status
from rules.alert import Place
from rules.voice.japanese import Readings
from services.channels.channel import Payload, Verdict
from services.channels.keeping import Keeper, Shown
from services.channels.voice import Config, Voice
from tests.services.making import alert
from tests.services.sender import ENGLISH, Sender, seeing

MANY = tuple(Place(code=str(n), name=f"地区その{n}") for n in range(60))


@pytest.fixture
def voice(tmp_path: Path) -> Iterator[Voice]:
    config = Config(folder=tmp_path, statuses=frozenset({Status.EXERCISE}), forms=("radio", "loudspeaker"))
    yield Voice(config, Readings({"北上川": "きたかみがわ", "内丸": "うちまる"}))


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


async def test_each_outlet_gets_the_words_and_their_ssml(tmp_path: Path, voice: Voice) -> None:
    payload = voice.render(alert())
    assert payload.counts == ("ラジオ（ja） 約30秒", "SSML", "屋外拡声（ja） 約50秒", "SSML")
    outcome = await Sender(voice).send(payload)
    assert outcome.verdict is Verdict.ACCEPTED
    assert names(tmp_path) == [
        f"shirase-s.{name}-ja-1.{end}" for name in ("loudspeaker", "radio") for end in ("ssml", "txt")
    ]
    text = (tmp_path / "shirase-s.radio-ja-1.txt").read_text(encoding="utf-8")
    assert text.startswith("これは訓練です。\n") and "きたかみがわの水位が" in text and "うちまる" in text
    ssml = etree.fromstring((tmp_path / "shirase-s.radio-ja-1.ssml").read_bytes())
    assert [one.get("alias") for one in ssml.iter("{*}sub") if one.text == "内丸"] == ["うちまる", "うちまる"]


async def test_a_newer_revision_takes_the_place_of_the_older_also_where_it_needs_fewer_files(
    tmp_path: Path, voice: Voice
) -> None:
    sender = Sender(voice)
    await sender.send(voice.render(alert(places=MANY)))
    assert len(names(tmp_path)) > 8
    (tmp_path / "other-programs-file.txt").write_text("not ours")
    await sender.send(voice.render(alert(revision=2, msg_type="Update", ends=True)), revision=2)
    assert len(names(tmp_path)) == 5 and "other-programs-file.txt" in names(tmp_path)
    assert "解除のお知らせです。" in (tmp_path / "shirase-s.radio-ja-1.txt").read_text(encoding="utf-8")


async def test_the_folder_is_made_to_show_what_holds_and_nothing_else(tmp_path: Path, voice: Voice) -> None:
    assert isinstance(voice, Keeper)
    over, holds = voice.render(alert()), voice.render(alert(revision=2, msg_type="Update"))
    await Sender(voice).send(over, series="over")
    shown = [Shown(series="holds/on", revision=2, payload=holds)]
    assert await voice.keep(seeing(*shown))
    kept = names(tmp_path)
    assert len(kept) == 4 and all(name.startswith("shirase-holds%2Fon.") for name in kept)
    assert not await voice.keep(seeing(*shown)), "there is nothing more to do"
    (tmp_path / kept[0]).write_text("somebody's scribble")
    assert await voice.keep(seeing(*shown))
    assert (tmp_path / kept[0]).read_text(encoding="utf-8") in holds.parts
    half = tmp_path / f".{kept[0]}.part"
    half.touch()
    assert not await voice.keep(seeing(*shown)) and half.exists(), "it is being written just now"
    assert await voice.keep(seeing(moving=["another"])) and names(tmp_path) == [half.name]
    assert not await Voice(Config(folder=tmp_path)).keep(seeing()) and names(tmp_path) == [], "a kill had left it"


async def test_a_share_that_is_not_mounted_is_later_and_is_told(tmp_path: Path, voice: Voice) -> None:
    payload = voice.render(alert())
    tmp_path.rmdir()
    outcome = await Sender(voice).send(payload)
    assert outcome.verdict is Verdict.LATER and "is it there?" in outcome.detail
    with pytest.raises(OSError, match="No such file"):
        await voice.keep(seeing())


async def test_a_drill_that_does_not_say_so_first_and_last_is_refused(tmp_path: Path, voice: Voice) -> None:
    real = voice.render(alert(status=Status.ACTUAL))
    half = Payload(media_type=real.media_type, parts=(f"これは訓練です。\n{real.parts[0]}", real.parts[1]))
    for payload in (real, half):
        outcome = await Sender(voice).send(payload)
        assert outcome.verdict is Verdict.REJECTED and "first and last" in outcome.detail
    assert names(tmp_path) == []


def test_english_is_said_where_it_is_wanted_and_there(tmp_path: Path) -> None:
    config = Config(folder=tmp_path, languages=frozenset({"ja", "en"}))
    both = replace(alert(), texts={"ja": alert().texts["ja"], "en": ENGLISH})
    assert [count.split("）")[0] for count in Voice(config).render(both).counts[::2]] == ["ラジオ（ja", "ラジオ（en"]
    assert len(Voice(config).render(alert()).parts) == 2


@pytest.mark.parametrize("wrong", [{"forms": ["shouting"]}, {"forms": []}, {"languages": ["vi"]}])
def test_settings_name_what_there_is(tmp_path: Path, wrong: dict[str, list[str]]) -> None:
    with pytest.raises(ValidationError, match=r"must name some of (radio, loudspeaker, telephone|ja, en)"):
        Config.model_validate({"folder": tmp_path, **wrong})
