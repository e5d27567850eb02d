"""The directory out of a table: whole or nothing, every fault with its line and cure, nothing of an address told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.cli import run
from services.configuration.muster import Mustering
from services.keyring import KeyringError
from services.muster.csv_file import read
from services.muster.directory import address_of, opened, sealed, way_of
from services.store import staff
from services.store.engine import Store
from tests.services.making import NOW
from tests.services.muster.scene import KEY, SEAL, person

HEAD = "職員番号,氏名,部局,課,職,参集区分,参集場所,電話,訓練,宛先1,宛先2"
ROWS = [
    "1001,佐藤 花子,総務部,危機管理防災課,課長,1号動員,本庁舎,019-651-4111,○,hanako@city.example,090-1234-5678",
    "1002,鈴木,建設部,道路管理課,,２,,,,json://chat.example/secret,",
]
CATEGORIES = ("1", "2", "3")


def table(*rows: str, head: str = HEAD) -> str:
    return "\r\n".join([head, *rows]) + "\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_table_of_a_spreadsheet(encoding: str) -> None:
    found = read(table(*ROWS).encode(encoding), CATEGORIES)
    assert not found.faults
    first, second = found.people
    assert (first.code, first.name, first.category, first.drills) == ("1001", "佐藤 花子", "1", True)
    assert first.addresses == ("hanako@city.example", "+819012345678")
    assert (second.category, second.drills, second.place, second.addresses) == (
        "2",
        False,
        "",
        ("json://chat.example/secret",),
    )


@pytest.mark.parametrize(
    ("data", "line", "column", "told"),
    [
        (table(ROWS[0].replace("1号動員", "9号")), 2, "参集区分", "muster.toml"),
        (table(ROWS[0], ROWS[0]), 3, "職員番号", "2行目と同じ"),
        (table(ROWS[0].replace("1001", "千一")), 2, "職員番号", "英数字"),
        (table(ROWS[0].replace("佐藤 花子", "")), 2, "氏名", "空です"),
        (table(ROWS[0].replace("○", "たぶん")), 2, "訓練", "○"),
        (table(ROWS[0].replace("hanako@city.example", "hanako-secret")), 2, "宛先1", "メールアドレス"),
        (table(ROWS[0].replace("090-1234-5678", "hanako@city.example")), 2, "宛先2", "同じ宛先"),
        (table(ROWS[0].replace("総務部", "総" * 61)), 2, "部局", "60字"),
        (table(*ROWS, head=HEAD.replace("宛先2", "宛て先2")), 1, "宛て先2", "知らない見出し"),
        (table(*ROWS, head=HEAD.replace("宛先2", "宛先1")), 1, "宛先1", "同じ見出し"),
        (table(*ROWS, head=HEAD.replace("参集区分", "")), 1, "参集区分", "列がありません"),
        (table(), 2, "", "行がありません"),
        ("", 1, "職員番号", "列がありません"),
    ],
)
def test_a_fault_names_line_column_and_cure_and_no_address(data: str, line: int, column: str, told: str) -> None:
    found = read(data.encode(), CATEGORIES)
    assert any((one.line, one.column) == (line, column) and told in one.message for one in found.faults), found.faults
    assert "secret" not in str(found.faults) and "hanako" not in str(found.faults)


@pytest.mark.parametrize("data", [b"\xff\xfe\x00\x01", b"\x00" * 100, HEAD.encode() + b'\r\n"open', b"\x80" * 50])
def test_bytes_that_are_no_table_are_a_fault(data: bytes) -> None:
    assert read(data, CATEGORIES).faults


@pytest.mark.parametrize(
    ("told", "kept", "way"),
    [
        ("a@b.example", "a@b.example", "mail"),
        ("080（1234）5678", "+818012345678", "sms"),
        ("+14155550100", "+14155550100", "sms"),
        ("mailtos://u:p@h?to=x", "mailtos://u:p@h?to=x", "url"),
    ],
)
def test_addresses(told: str, kept: str, way: str) -> None:
    assert (address_of(told), way_of(kept)) == (kept, way)


@pytest.mark.parametrize("told", ["", "a@b", "019-651-4111", "a b@c.example", "x://", "a@b.example\nBcc: c@d.example"])
def test_what_is_no_address(told: str) -> None:
    with pytest.raises(ValueError, match="apprise"):
        address_of(told)


async def test_the_store_holds_nothing_in_clear_and_another_key_opens_nothing(store: Store) -> None:
    one = person("1001", addresses=("hanako@city.example",))
    async with store.write() as connection:
        await staff.put(connection, [sealed(one, SEAL, NOW)])
        await staff.put(connection, [sealed(one, SEAL, NOW)])
    async with store.read() as connection:
        (member,) = await staff.everyone(connection)
        assert await staff.by_category(connection, drills=True) == {}
    assert opened(member, SEAL) == one
    assert "hanako" not in repr(member) and "氏名" not in repr(member) and "hanako" not in repr(one)
    another = Mustering(key=SecretStr("another-key-that-is-long-enough-as-well"))
    with pytest.raises(KeyringError, match="not here"):
        opened(member, another.seal())
    after = another.model_copy(update={"former": (KEY,)}).seal()
    assert opened(member, after) == one, "a key may be changed"
    with pytest.raises(KeyringError, match="sealed for another"):
        opened(replace(member, code="1002"), SEAL)


def test_import_list_export_and_remove(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))
    (tmp_path / "key").write_text(KEY.get_secret_value())
    settings = tmp_path / "site.toml"
    settings.write_text('[muster]\nkey = { file = "key" }\n')
    told = lambda *words: (run(["staff", "--settings", str(settings), *words]), capsys.readouterr())  # noqa: E731
    file = tmp_path / "staff.csv"
    file.write_bytes(table(*ROWS).encode("cp932"))
    code, said = told("import", str(file), "--dry-run")
    assert (code, json.loads(said.out)["new"]) == (0, 2)
    assert told("list")[1].out == "", "nothing was taken in"
    file.write_text(table(ROWS[0], ROWS[1].replace("1002", "")))
    code, said = told("import", str(file))
    assert code == 1 and "line 3" in said.err and told("list")[1].out == "", "whole or nothing"
    file.write_text(table(*ROWS))
    assert told("import", str(file))[0] == 0
    listed = told("list")[1].out
    assert [json.loads(line)["ways"] for line in listed.splitlines()] == [["mail", "sms"], ["url"]]
    assert "hanako" not in listed
    code, said = told("export", "1001")
    assert code == 0 and json.loads(said.out)["person"]["addresses"] == ["hanako@city.example", "+819012345678"]
    file.write_text(table(ROWS[1]))
    code, said = told("import", str(file), "--whole")
    assert json.loads(said.out)["removed"] == 1
    assert told("remove", "1002")[0] == 0 and told("remove", "1002")[0] == 1 and told("export", "1002")[0] == 1
