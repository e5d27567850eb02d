"""``shirase watch``: the list as CSV, what is wrong with it, and a register without a page."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from rules.watch.ward import Kind, Purpose, Relation, Ward
from services.cli import run
from services.clock import wall
from services.configuration.watch import Watching
from services.keyring import Keyring, KeyringError
from services.store import users
from services.store.engine import Store
from services.store.users import Role
from services.watch.roster_csv import read
from services.watch.vault import Vault
from tests.services.making import officer

NOW = datetime(2026, 11, 22, tzinfo=UTC)
HEAD = (
    "区分,氏名,呼び名,住所,経度,緯度,電話,必要な手助け,同意者,続柄,同意方法,書面番号,同意の目的,同意の期限,"
    "支援者1氏名,支援者1区分,支援者1宛先,支援者1順,支援者1期限,支援者1権限"
)
LINE = (
    "要支援者,高橋ハル,母,肴町1,141.16,39.7,019,車いす,高橋一郎,長男,書面,R8-1,災害・訓練,2099-03-31,"
    "高橋一郎,家族,ichiro@example.jp,1,2099-03-31,場所 手助け"
)


def test_a_list_is_read_in_both_encodings() -> None:
    for content in (f"{HEAD}\r\n{LINE}\r\n".encode("cp932"), f"\ufeff{HEAD}\n{LINE}\n".encode()):
        [one], faults = read(content, NOW)
        assert not faults and one.kind is Kind.NEEDS_SUPPORT and one.alias == "母" and one.home.lon == 141.16
        assert one.consents[0].purposes == (Purpose.DISASTER, Purpose.DRILL)
        assert one.consents[0].until == datetime(2099, 3, 31, 15, tzinfo=UTC), "the last day counts whole"
        [helper] = one.supporters
        assert helper.address == "mail:ichiro@example.jp" and helper.relation is Relation.FAMILY
        assert (helper.place, helper.needs, helper.drills, helper.group) == (True, True, False, 1)


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("要支援者", "ひみつ", "区分"),
        ("高橋ハル", "", "氏名"),
        ("141.16", "", "経度"),
        ("141.16,39.7", "39.7,141.16", "経度"),
        ("141.16", "ひみつ", "経度"),
        ("災害・訓練", "ひみつ", "同意の目的"),
        ("R8-1,災害・訓練,2099-03-31", "R8-1,災害,2020-03-31", "同意の期限"),
        ("R8-1,災害・訓練,2099-03-31", "R8-1,災害,2099-02-31", "同意の期限"),
        ("ichiro@example.jp", "ひみつ", "支援者1宛先"),
        ("ichiro@example.jp", "sms:0901", "支援者1宛先"),
        ("家族", "ひみつ", "支援者1区分"),
        (",1,2099-03-31", ",0,2099-03-31", "支援者1順"),
    ],
)
def test_every_fault_names_its_line_and_column_and_never_the_cell(old: str, new: str, column: str) -> None:
    bad = LINE.replace(old, new, 1)
    assert bad != LINE
    wards, faults = read(f"{HEAD}\n{LINE}\n{bad}\n{bad}\n".encode(), NOW)
    assert wards == [] and [(one.line, one.column) for one in faults] == [(3, column), (4, column)]
    assert "ひみつ" not in f"{faults}" and "高橋" not in f"{faults}"


def test_a_file_that_is_no_list_is_refused() -> None:
    assert read(b"\x81", NOW)[1] and read(b"", NOW)[1]
    strange = read(f"{HEAD},ひみつ\n{LINE},x\n".encode(), NOW)[1]
    assert [(one.line, one.column) for one in strange] == [(1, "ひみつ")]
    missing = read(f"{HEAD.replace('同意者,', '')}\n".encode(), NOW)[1]
    assert [one.column for one in missing] == ["同意者"]


@pytest.fixture
async def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hub's folder with the section, and two accounts."""
    (tmp_path / "watch.toml").write_text(
        '[watch]\nkey = "0123456789012345678901234567890123456789"\nways.mail = "json://x.example/{to}"\n',
        encoding="utf-8",
    )
    (tmp_path / "list.csv").write_text(f"{HEAD}\n{LINE}\n", encoding="cp932")
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SHIRASE_PROFILE", "config/morioka")
    monkeypatch.setenv("SHIRASE_SETTINGS", str(tmp_path / "watch.toml"))
    store = await Store.open(f"sqlite:///{tmp_path / 'shirase.db'}")
    async with store.write() as connection:
        for name in ("fukushi", "other"):
            await users.add(connection, officer(name, role=Role.OPERATOR))
    await store.close()
    return tmp_path


def test_a_register_by_commands(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def shirase(*words: str, by: str = "fukushi") -> tuple[int, list[dict[str, Any]], str]:
        code = run(["watch", *words, "--by", by])
        out, err = capsys.readouterr()
        return code, [json.loads(line) for line in out.splitlines()], err

    until = (wall() + timedelta(days=90)).strftime("%Y-%m-%d")
    table = str(folder / "list.csv")
    assert "not_allowed" in shirase("import", table)[2]
    assert shirase("staff", "add", "nobody", "--until", until)[0] == 1
    assert shirase("staff", "add", "fukushi", "--until", "2099-01-01")[0] == 1, "a year of office at most"
    assert shirase("staff", "add", "fukushi", "--until", until, by="admin")[0] == 0
    assert shirase("import", table, "--check")[1] == [{"would_register": 1}]
    code, [made], _ = shirase("import", table)
    uid = made["ward"]
    assert code == 0 and "not_allowed" in shirase("show", uid, by="other")[2]
    assert shirase("device", uid, "w1/tag1", "--what", "ペンダント", "--until", until, "--place", "gate=門")[0] == 0
    mother = ("--name", "母", "--relation", "family", "--until", until, "--quiet", "22:00-07:00", "--passes", "each")
    assert shirase("supporter", uid, "--address", "haha@example.jp", *mother)[0] == 0
    assert shirase("supporter", uid, "--address", "no address", *mother)[0] == 1
    agreed = ("--given-by", "高橋一郎", "--relation", "長男", "--way", "窓口", "--until", until)
    assert shirase("consent", uid, "--purposes", "signals,position", *agreed)[0] == 0
    assert shirase("withdraw", uid, "--purpose", "position")[0] == 0
    assert shirase("expect", uid, "--label", "起床", "--days", "mon,sun", "--from", "05:00", "--until", "10:00")[0] == 0
    assert shirase("fence", uid, "--lon", "141.1", "--lat", "39.7", "--radius", "500")[0] == 0
    assert shirase("pause", uid, "--until", until)[0] == 0
    code, [shown], _ = shirase("show", uid, "--why", "確認")
    assert [(one["purposes"], one["withdrawn_at"] is None) for one in shown["consents"][1:]] == [
        (["signals", "position"], False),
        (["signals"], True),
    ]
    assert shown["devices"][0]["device"] == "tag1" and shown["fence"]["radius_m"] == 500
    assert shirase("end", uid, "device:w1/tag1")[1][0]["devices"] == []
    assert shirase("end", uid, "device:w1/none")[0] == 1
    assert shirase("list")[1][0]["name"] == "高橋ハル" and shirase("reseal")[1] == [{"resealed": 0}]
    assert shirase("due")[1] == [], "ninety days are not soon"
    assert "--yes" in shirase("remove", uid)[2]
    code, [told], _ = shirase("export", uid)
    assert {one["what"] for one in told["looks"]} >= {"registered", "changed", "show", "list", "export"}
    assert shirase("remove", uid, "--yes")[1][0]["erased"]["wards"] == 1
    assert shirase("show", uid)[0] == 1
    lines = shirase("log", uid)[1]
    assert lines[0]["what"] == "erased" and all(one["why"] == "" for one in lines)


def test_the_section_is_checked_and_never_shows_a_password() -> None:
    for bad in ({"key": "short"}, {"key": "x" * 40, "ways": {"mail": "mailto://u:himitsu@x"}}):
        with pytest.raises(ValueError) as error:
            Watching.model_validate(bad)
        assert "himitsu" not in str(error.value)


def test_what_another_version_wrote_is_refused_without_a_word_of_it() -> None:
    vault = Vault(Keyring("watch", SecretStr("a-key-for-tests-" * 3)))
    with pytest.raises(KeyringError, match="does not fit at") as error:
        vault.open("w-1", Ward, vault.close_text("w-1", '{"uid": "w-1", "name": ["ひみつ"]}'))
    assert "ひみつ" not in f"{error.value!r}{error.value.__cause__!r}"
