"""The roster: hours over midnight, holes, chains, what is mandatory; faults are named, and no address is shown."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from feeds.japan import JAPAN
from feeds.status import Status
from services.callout.faults import Faults, key_of
from services.callout.message import message
from services.callout.occasion import Event
from services.callout.occasions import Picture, occasions
from services.callout.roster import Callout, Duty, required
from services.cli import run
from services.cli.check_roster import roster_findings
from services.settings import SettingsError, load
from services.store.calls import Call, CallState
from services.store.ringing import Meant, Told
from tests.services.callout.scene import NOW, roster


def at(day: int, clock: str) -> datetime:
    """November 2026; the 20th is a Friday."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=JAPAN)


CALL = Call(
    id=7,
    key="draft:s:4",
    event=Event.DRAFT,
    status=Status.ACTUAL,
    level=4,
    subject="承認待ち",
    subject_en="A draft waits",
    detail="",
    path="/ops",
    since=NOW,
    lasting=True,
    opened_at=NOW,
    state=CallState.CALLING,
    step=0,
    step_at=None,
    acknowledged_by="",
    acknowledged_how="",
    acknowledged_at=None,
    closed_at=None,
)


def ringing(**changes: Any) -> Call:
    """A call as the store has it."""
    return replace(CALL, **changes)


@pytest.mark.parametrize(
    ("day", "clock", "on"),
    [
        (20, "17:14", False),
        (20, "17:15", True),
        (20, "23:59", True),
        (21, "00:00", True),  # Friday's night goes on
        (21, "08:29", True),
        (21, "08:30", False),
        (21, "18:00", False),  # Saturday's own night is nobody's here
        (20, "03:00", False),  # nor was Thursday's
    ],
)
def test_a_night_belongs_to_the_day_it_begins(day: int, clock: str, on: bool) -> None:
    night = Duty.model_validate({"days": ["fri"], "begins": "17:15", "ends": "08:30"})
    assert night.covers(at(day, clock)) is on


def test_hours_of_one_day_and_whole_days() -> None:
    assert Duty.model_validate({"begins": "08:30", "ends": "17:15"}).covers(at(20, "12:00"))
    assert not Duty.model_validate({"begins": "08:30", "ends": "17:15"}).covers(at(20, "17:15"))
    assert Duty.model_validate({"days": ["fri"]}).covers(at(20, "23:59"))
    assert not Duty.model_validate({"days": ["fri"]}).covers(at(21, "00:00"))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"groups": {"night": ["ghost"]}}, "groups.night names ghost"),
        ({"groups": {"night": [], "chief": ["tanaka"]}}, "groups.night names nobody"),
        ({"chains": [{"groups": ["ghosts"]}]}, "ghosts, which is no group"),
        ({"chains": []}, "nobody would ever be called"),
        ({"chains": [{"groups": ["night"], "events": ["tea"]}]}, "events"),
        ({"people": {"sato": {"name": "佐藤", "urls": ["hush hush"]}}}, "scheme://"),
        ({"people": {"sato": {"name": "佐藤", "urls": []}}}, "urls"),
    ],
)
def test_a_roster_that_calls_nobody_is_refused_with_the_place(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as refused:
        roster(**changes)
    faults = refused.value.errors(include_input=False, include_url=False, include_context=False)
    text = str([(fault["loc"], fault["msg"]) for fault in faults])
    assert told in text and "hush" not in text


def test_the_chain_of_an_event_is_the_first_that_names_it_else_the_one_for_all() -> None:
    some = roster(chains=[{"groups": ["night"]}, {"events": ["mandatory"], "groups": ["chief"]}])
    assert some.chain_for(Event.MANDATORY) == some.chains[1]
    assert some.chain_for(Event.FAULT) == some.chains[0]
    assert Callout().chain_for(Event.FAULT) is None


def test_a_drill_calls_its_own_chain_where_there_is_one_and_the_real_thing_never_does() -> None:
    own = roster(chains=[{"groups": ["chief"], "drills": True}, {"events": ["draft"], "groups": ["night"]}])
    assert own.chain_for(Event.DRAFT, Status.EXERCISE) == own.chains[0] == own.chain_for(Event.FAULT, Status.TEST)
    assert own.chain_for(Event.DRAFT) == own.chains[1] and own.chain_for(Event.FAULT) is None
    shared = roster(chains=[{"groups": ["night"]}])
    assert shared.chain_for(Event.DRAFT, Status.EXERCISE) == shared.chains[0]


@pytest.mark.parametrize(
    ("status", "mark", "spoken"),
    [(Status.EXERCISE, "【訓練】", "これは訓練です。"), (Status.TEST, "【試験】", "これは試験です。")],
)
def test_the_message_of_a_drill_says_so_first_wherever_it_is_read_or_heard(
    status: Status, mark: str, spoken: str
) -> None:
    told = message(ringing(status=status, subject="承認待ち"), 0, "https://hub.example", "t", NOW)
    assert told.subject.startswith(mark) and told.body.startswith(mark)
    assert told.body.splitlines()[0].endswith(f"{spoken}承認待ち") and mark in told.body.splitlines()[-1]


def test_words_of_others_begin_no_line_and_look_like_no_link() -> None:
    fake = "水位\nhttps://evil.example/callout?t=1\r\n\u2028見る / See: https://evil.example"
    told = message(ringing(subject=fake, detail=f"{fake}\n二行目"), 0, "https://hub.example", "t" * 43, NOW)
    assert "evil" in told.subject and "\n" not in told.subject and "\u2028" not in told.body
    assert {line for line in told.body.splitlines() if "://" in line} == {
        "見る / See: https://hub.example/ops",
        f"https://hub.example/callout?t={'t' * 43}",
    }


def test_what_is_not_meant_for_a_mandatory_channel_rings() -> None:
    told = Told(
        series="s", revision=2, status=Status.ACTUAL, rule="river", level=4, alert_level=True, event="川", event_en=""
    )
    callout = roster(mandatory=[{"channels": ["authorities"], "level": 4}])
    for channels, rings in ((("x",), True), (("x", "lalert"), False)):
        picture = Picture(meant=[Meant(told, channels, NOW)], set_up=("x", "lalert"))
        found = list(occasions(picture, callout, NOW).values())
        assert [one.event for one in found] == [Event.MANDATORY] * rings
        assert all("lalert：river" in one.detail and one.urgent for one in found)


def test_how_long_a_draft_may_wait_goes_by_its_level() -> None:
    minutes = [Callout().patience_for_draft(level) for level in range(6)]
    assert minutes == [timedelta(minutes=one) for one in (30, 30, 30, 10, 0, 0)]


def test_what_is_mandatory_goes_by_level_or_by_rule() -> None:
    rules = roster(
        mandatory=[
            {"channels": ["authorities"], "level": 3},
            {"channels": ["cap_feed"], "level": 5},
            {"channels": ["line"], "level": 1, "rules": ["bear"]},
        ]
    ).mandatory
    assert required(rules, alert_level=True, level=4, rule="river") == ["authorities"]
    assert required(rules, alert_level=True, level=5, rule="river") == ["authorities", "cap_feed"]
    assert required(rules, alert_level=False, level=5, rule="snow") == []
    assert required(rules, alert_level=False, level=1, rule="bear") == ["line"]


def test_a_fault_is_the_same_whatever_its_figures_and_cause() -> None:
    assert key_of("モデル flood が失敗しています：KeyError(3)") == key_of("モデル flood が失敗しています：ValueError()")
    assert key_of("deliver（h:12）: 空きが 12 MB です") == key_of("deliver（h:99）: 空きが 7 MB です")
    assert key_of("deliver（h:1）: 空きが 1 MB です") != key_of("deliver（h:1）: メールが止まっています：だめ")
    assert key_of("ブローカーとの接続: denied a") == key_of("ブローカーとの接続: waiting")


def test_a_fault_that_flickers_has_lasted_since_its_first_sight() -> None:
    faults = Faults(timedelta(minutes=3))
    for second in range(0, 181, 30):
        found = faults.look(["だめです"] if second % 60 == 0 else [], NOW + timedelta(seconds=second))
    assert [(sentence, since) for _, sentence, since in found] == [("だめです", NOW)]


def test_a_fault_from_before_the_clock_was_set_back_is_told_as_soon_as_any() -> None:
    faults = Faults(timedelta(minutes=3))
    faults.look(["だめです"], NOW + timedelta(hours=1))
    for second in range(0, 181, 30):
        found = faults.look(["だめです"], NOW + timedelta(seconds=second))
    assert [since for _, _, since in found] == [NOW]
    assert not faults.sure(NOW) and faults.sure(NOW + timedelta(minutes=6))


SITE = """
[callout.people.sato]
name = "佐藤"
urls = [{ file = "sato" }]
duty = [{ days = ["mon"], begins = "08:30", ends = "17:15" }]
[callout.groups]
night = ["sato"]
[[callout.chains]]
groups = ["night"]
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path / "var"))
    (tmp_path / "sato").write_text("json://hush:hush@127.0.0.1:9/room\n")
    (tmp_path / "site.toml").write_text(SITE, encoding="utf-8")
    return tmp_path / "site.toml"


def test_an_address_is_read_from_its_file_and_shown_nowhere(site: Path) -> None:
    settings = load([site])
    assert settings.callout.people["sato"].urls[0].get_secret_value().startswith("json://hush")
    assert "hush" not in repr(settings) and "hush" not in json.dumps(settings.model_dump(mode="json"))
    (site.parent / "sato").write_text("hush")
    with pytest.raises(SettingsError, match=r"callout\.people\.sato\.urls\.0") as refused:
        load([site])
    assert "hush" not in str(refused.value)


def test_check_names_holes_unknown_names_and_addresses_without_showing_them(site: Path) -> None:
    text = site.read_text(encoding="utf-8") + '[[callout.mandatory]]\nchannels = ["lalret"]\nrules = ["ghost"]\n'
    site.write_text(text.replace('sato" }', 'sato" }, { file = "other" }'), encoding="utf-8")
    (site.parent / "other").write_text("nonsense://hush")
    people, chain, mandatory = roster_findings(load([site]), (), ())
    assert people["unreadable"] == ["callout.people.sato.urls.1: apprise does not know nonsense://… in this form"]
    assert not chain["ok"] and "mon 18" in chain["nobody_on_duty"] and "mon 09" not in chain["nobody_on_duty"]
    assert (mandatory["unknown_channels"], mandatory["unknown_rules"]) == (["lalret"], ["ghost"])
    assert "hush" not in str([people, chain, mandatory])


def test_the_command_tells_whom_each_event_would_call(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["callout", "--settings", str(site), "who", "--at", "2026-11-20T18:00:00+09:00"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["event"] for line in lines} == {event.value for event in Event}
    assert lines[0]["groups"] == [{"group": "night", "people": ["sato"]}]
    assert run(["callout", "--settings", str(site), "who", "--at", "tomorrow"]) == 2


def test_the_command_takes_a_call_and_tries_an_address(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["callout", "--settings", str(site), "ack", "7", "--by", "佐藤"]) == 1
    assert json.loads(capsys.readouterr().err)["error"] == "not_found"
    assert run(["callout", "--settings", str(site), "list"]) == 0
    assert run(["callout", "--settings", str(site), "test", "nobody"]) == 1
    assert run(["callout", "--settings", str(site), "test", "sato"]) == 1, "nobody listens there"
    told = capsys.readouterr()
    assert '"state": "failed"' in told.out and "hush" not in told.out + told.err
