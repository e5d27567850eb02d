"""The ledger over a store: contractors declare, staff approve, late fixes change no approval; and the files."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from feeds.status import Status
from geo.plow.ledger.book import Book, Machine
from geo.plow.ledger.reading import read_book
from geo.plow.spells import Doing, Spell
from services.cli import run
from services.ledger.account import Account, account
from services.ledger.csv_file import as_csv
from services.ledger.desk import ChangedError, LedgerError, Wanted, Writer, read_csv, write_down
from services.ledger.files import file_name, written
from services.ledger.sheets import Column, Sheet, sheets
from services.ledger.words import hours, seconds_of
from services.store import chronology, spells
from services.store.engine import Store
from services.store.plowed import Vehicle
from tests.geo.plow.test_ledger import worked

pytestmark = pytest.mark.one_engine
PROFILE = Path(__file__).resolve().parents[3] / "config/morioka"
BOOK = read_book(PROFILE / "ledger")
DAY = date(2026, 12, 31)
NOW = datetime(2027, 1, 1, 3, tzinfo=UTC)
DESK = Writer(name="佐藤", now=NOW, status=Status.ACTUAL)
NIGHT = worked("2026-12-31T23:50:00", "2027-01-01T05:00:00", activity="plow", metres=31_000.0, deicer_kg=12.0)
FIRM = (
    "\ufeffmachine,day,doing,band,time\r\nplow-01,2026-12-31,work,night,0:30\r\nplow-01,2027-01-01,作業,night,5\r\n"
).encode()


def test_times_as_people_write_them() -> None:
    assert [seconds_of(text) for text in ("3:25", "3:25:10", "3.5", " 0:00 ", "24")] == [12300, 12310, 12600, 0, 86400]
    assert [hours(one) for one in (12310, -60, None, 0)] == ["3:25:10", "-0:01:00", "", "0:00:00"]
    for text in ("", "3:60", "25", "-1", "nan", "inf", "1e9", "3時間", "1:2:3:4", "３:00x"):
        with pytest.raises(ValueError, match=r"3:25|24 hours"):
            seconds_of(text)


def test_a_spreadsheet_runs_nothing() -> None:
    bad = ("=cmd|'/C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", 'a,"b"', None)
    sheet = Sheet(name="x", title="x", columns=(Column("理由", "Reason"),), rows=tuple((one,) for one in bad))
    content = as_csv(sheet)
    assert content.startswith(b"\xef\xbb\xbf")
    cells = [row[0] if row else "" for row in csv.reader(io.StringIO(content.decode("utf-8-sig")))][1:]
    assert cells == ["'" + str(one) for one in bad[:6]] + ['a,"b"', ""]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"machine,day\r\n", "column band is missing"),
        (b"\xff\xfe", "not UTF-8"),
        (b"machine,day,doing,band,time\nplow-01,12/31,work,night,1\n", "line 2: '12/31' is no day"),
        (b"machine,day,doing,band,time\nplow-01,2026-12-31,nap,night,1\n", "line 2: 'nap' is not known"),
        (b"machine,day,doing,band,time\nplow-01,2026-12-31\n", "line 2"),
    ],
)
def test_a_table_that_cannot_be_read_is_told_with_its_line(content: bytes, told: str) -> None:
    with pytest.raises(LedgerError) as caught:
        read_csv(content)
    assert told in str(caught.value)


async def drive(store: Store, *some: Spell, name: str = "plow-01", status: Status = Status.ACTUAL) -> None:
    async with store.write() as connection:
        await spells.replace(connection, (), {(Vehicle(status, "gw1", name), one) for one in some})


async def of(store: Store, days: tuple[date, date] = (DAY, DAY), status: Status = Status.ACTUAL) -> Account:
    async with store.read() as connection:
        return await account(connection, BOOK, status, days)


def test_every_public_holiday_of_the_contract_is_one() -> None:
    contract = BOOK.contract("demo-east", DAY)
    days = ("11-03", "11-23", "12-31"), ("01-01", "01-11", "02-11", "02-23", "03-21", "03-22", "04-29")
    for year, some in zip((2026, 2027), days, strict=True):
        assert all(contract.holiday(date.fromisoformat(f"{year}-{day}")) for day in some)


async def test_declared_approved_and_late(store: Store) -> None:
    await drive(store, NIGHT)
    await drive(store, replace(NIGHT, section="drill"), status=Status.EXERCISE)
    wanted = read_csv(FIRM)
    await write_down(store, BOOK, "declared", wanted, DESK)
    (last,) = (await of(store)).items
    assert (last.gps, last.declared and last.declared.seconds, last.difference, last.counts) == (600, 1800, 1200, None)

    seen = replace(wanted[0], seen="600/1800/-")
    with pytest.raises(LedgerError, match="line 2: GPS says 0:10:00; give a reason for approving 0:30:00"):
        await write_down(store, BOOK, "approved", [seen], DESK)
    await write_down(store, BOOK, "approved", [replace(seen, reason="無線機の故障")], DESK)
    late = worked("2026-12-31T22:30:00", "2026-12-31T23:00:00")
    await drive(store, late)
    (after,) = (await of(store)).items
    assert (after.gps, after.counts, after.since_approval) == (2400, 1800, 1800), "what was approved stands"
    month = await of(store, (date(2026, 12, 1), DAY))
    assert [(one.seconds, one.yen) for one in month.totals] == [(1800, 1800 * 22500 // 3600)]
    async with store.read() as connection:
        lines = await chronology.between(connection, Status.ACTUAL, ["ledger"], NOW - timedelta(1), NOW)
    assert [one.who for one in lines] == ["佐藤", "佐藤"] and "承認した" in lines[1].text
    drill = await of(store, status=Status.EXERCISE)
    assert {key.section for one in drill.machines for key in one.times} == {"drill"}
    assert all("【訓練】" in sheet.title for sheet in sheets(drill)) and "exercise" in file_name(drill, "pdf")
    assert written(drill, "csv", NOW).decode("utf-8-sig").startswith("【訓練】日,")


async def test_an_approval_counts_what_was_looked_at_and_nothing_that_came_since(store: Store) -> None:
    await drive(store, NIGHT)
    (item,) = (await of(store)).gps()
    looked_at = Wanted(item=item, seconds=600, seen=(await of(store)).items[0].seen)
    with pytest.raises(LedgerError, match="seen is missing"):
        await write_down(store, BOOK, "approved", [replace(looked_at, seen=None)], DESK)
    with pytest.raises(ChangedError, match="cannot be read"):
        await write_down(store, BOOK, "approved", [replace(looked_at, seen="0:10")], DESK)
    await write_down(store, BOOK, "declared", [Wanted(item=item, seconds=900)], DESK)
    await drive(store, worked("2026-12-31T22:30:00", "2026-12-31T22:40:00"))
    with pytest.raises(ChangedError, match=r"GPS 0:10:00 → 0:20:00、申告 なし → 0:15:00") as refused:
        await write_down(store, BOOK, "approved", [replace(looked_at, reason="x")], DESK)
    assert list(refused.value.changed) == [item]
    assert (await of(store)).items[0].approved is None
    now = replace(looked_at, seconds=1200, seen=(await of(store)).items[0].seen)
    await write_down(store, BOOK, "approved", [now], DESK)
    with pytest.raises(ChangedError, match="承認 なし → 0:20:00"):  # two people at once
        await write_down(store, BOOK, "approved", [now], DESK)


async def test_a_months_sums_are_exact_and_the_same_in_every_file(store: Store) -> None:
    """Two firms, odd seconds, the prefecture's road, a spreader; one item waits for its approval."""
    work = worked("2026-12-10T23:50:01", "2026-12-11T00:10:08", activity="plow", metres=1234.5, deicer_kg=0.05)
    for name, moved in (("plow-01", 0), ("plow-02", 7200), ("plow-03", 9001)):
        some = replace(work, began=work.began + moved, ended=work.ended + moved + len(name) * moved % 77)
        await drive(
            store, some, replace(some, began=some.ended, ended=some.ended + 61, administrator="prefecture"), name=name
        )
    month = date(2026, 12, 1), DAY
    whole = await of(store, month)
    approved = [Wanted(item=one.item, seconds=one.gps or 0, seen=one.seen) for one in whole.items[1:]]
    await write_down(store, BOOK, "approved", approved, DESK)
    whole = await of(store, month)
    assert len(whole.open) == 1
    book = openpyxl.load_workbook(io.BytesIO(written(whole, "xlsx", NOW)))
    for tab in book:
        rows = list(tab.iter_rows(min_row=4, values_only=True))
        parts = [row for row in rows if not any(str(cell).endswith("計") for cell in row[:1])]
        for column, below in enumerate(rows[-1][1:], 1):
            if below is not None:
                figures = [row[column] for row in parts if row[column] is not None]
                told = sum(figures[1:], figures[0])
                assert told == below if isinstance(below, timedelta) else told == pytest.approx(below), tab.title
    paid = sum(one.yen or 0 for one in whole.totals)
    lines = list(csv.DictReader(io.StringIO(written(whole, "csv", NOW).decode("utf-8-sig"))))
    assert book["月締め"].cell(book["月締め"].max_row, 9).value == paid == sum(int(line["円"]) for line in lines)
    assert book["月締め"]["A2"].value.startswith("未承認 1件（GPS 0:09:59）")
    table = sheets(whole)[0]
    assert [row[0] for row in table.sums] == ["demo-east 計", "demo-west 計", "合計"]
    assert table.title == "月締め 2026年12月"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"machine": "plow-99"}, "no machine of vehicles.toml"),
        ({"band": "all"}, "'all' is no band of that day's contract; use holiday, night, early, day"),
        ({"doing": Doing.TRANSFER}, "only work and standby"),
        ({"machine": "plow-03", "band": "all", "doing": Doing.STANDBY}, "no rate for standby of plow-03"),
        ({"day": date(2027, 1, 2)}, "still to come"),
        ({"day": date(206, 12, 31), "band": "all"}, "more than 400 days ago"),
    ],
)
async def test_what_cannot_be_is_refused(store: Store, changed: dict[str, object], told: str) -> None:
    (one, other) = read_csv(FIRM)
    with pytest.raises(LedgerError) as caught:
        await write_down(store, BOOK, "declared", [other, replace(one, item=replace(one.item, **changed))], DESK)  # type: ignore[arg-type]
    assert told in str(caught.value)
    assert (await of(store)).items == (), "all or nothing"
    with pytest.raises(LedgerError, match="twice"):
        await write_down(store, BOOK, "declared", [one, one], DESK)


async def test_the_files(store: Store) -> None:
    odd = Book([*BOOK.machines, Machine(id="=1+1", contractor="demo-west", rate="truck")], BOOK.contracts)
    await drive(store, NIGHT)
    await drive(store, replace(NIGHT, administrator="prefecture"), name="=1+1")
    await drive(store, NIGHT, name="unknown")
    async with store.read() as connection:
        month = await account(connection, odd, Status.ACTUAL, (date(2026, 12, 1), DAY))
    book = openpyxl.load_workbook(io.BytesIO(written(month, "xlsx", NOW)))
    assert book.sheetnames == ["月締め", "稼働時間", "機械別", "内訳"]
    rows = list(book["稼働時間"].iter_rows(min_row=4, values_only=True))
    ten = timedelta(minutes=10)
    assert [(row[0], row[1], row[2], row[5]) for row in rows] == [
        (datetime(2026, 12, 31), "demo-east", "plow-01", ten),  # noqa: DTZ001 - a day of a workbook
        (datetime(2026, 12, 31), "（未登録）", "gw1/unknown", ten),  # noqa: DTZ001
        ("demo-east 計", None, None, ten),
        ("（未登録） 計", None, None, ten),
        ("合計", None, None, 2 * ten),
    ]
    assert "未登録の機械 1台（GPS 0:10:00）" in str(book["月締め"]["A2"].value)
    cells = [cell for tab in book for row in tab.iter_rows() for cell in row if cell.value == "=1+1"]
    assert cells and all(cell.data_type == "s" for cell in cells), "text, never a formula"
    pdf = written(month, "pdf", NOW)
    assert pdf.startswith(b"%PDF-") and b"HeiseiKakuGo-W5" in pdf and b"FontFile" not in pdf
    assert pdf == written(month, "pdf", NOW), "the same tables, the same bytes"
    assert "未登録" in written(replace(month, since=DAY), "csv", NOW).decode()


def test_the_command_line(
    tmp_path: Path, migrated: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shirase.db").write_bytes(migrated.read_bytes())
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))
    declared = tmp_path / "firm.csv"
    declared.write_bytes(FIRM.replace(b"2026-12-31", b"2026-11-15").replace(b"2027-01-01", b"2026-11-16"))
    assert run(["ledger", "declare", str(declared), "--by", "東部"]) == 0
    assert json.loads(capsys.readouterr().out) == {"declared": 2}
    assert run(["ledger", "day", "2026-11-15"]) == 0
    (item,) = json.loads(capsys.readouterr().out)["items"]
    assert (item["gps_seconds"], item["declared"]["seconds"], item["declared"]["by"]) == (None, 1800, "東部")
    assert run(["ledger", "month", "2026-11", "--format", "xlsx", "--out", str(tmp_path / "m.xlsx")]) == 0
    assert openpyxl.load_workbook(tmp_path / "m.xlsx")["稼働時間"].max_row == 6  # two rows, their sum
    assert run(["ledger", "day", "2026-11-15", "--format", "pdf"]) == 2
    for what, odd in (("month", "9999-12"), ("month", "0001-01"), ("month", "2026-13"), ("day", "9999-12-31")):
        with pytest.raises(SystemExit) as left:
            run(["ledger", what, odd])
        assert left.value.code == 2 and odd[:7] in capsys.readouterr().err
    declared.write_bytes(b"machine\n")
    assert run(["ledger", "declare", str(declared), "--by", "x"]) == 1
    assert "column" in capsys.readouterr().err
