"""Files are what their bytes are; what runs, unfolds without end or is nothing we know is refused."""

from __future__ import annotations

import io
import zipfile
from html import unescape

import aiohttp
import pytest

from services.chronology.attaching import FileError, attached, safe_name
from services.photos import MAX_BYTES
from services.store.engine import Store
from services.store.users import Role
from tests.services.chronology.test_chronology_page import said
from tests.services.pictures import png
from tests.services.web_floor import Visitor, floor

pytestmark = pytest.mark.one_engine
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer\n%%EOF\n"
BOOK = {"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in parts.items():
            book.writestr(name, data)
    return out.getvalue()


def test_what_is_taken() -> None:
    photo = attached("../../etc/冠水 写真.exe", png())
    assert (photo.type, photo.name, photo.data[:3]) == ("image/jpeg", "冠水 写真.jpg", b"\xff\xd8\xff")
    assert attached("図面.PDF", PDF).name == "図面.pdf"
    assert attached("名簿.xlsx", packed(BOOK)).type.endswith("sheet")
    assert attached("メモ.txt", "水位2.8ｍ".encode("cp932")).data.decode() == "水位2.8ｍ", "as old machines write it"
    assert safe_name("\r\nSet-Cookie: x\x00", "txt") == "Set-Cookie x.txt" and safe_name("", "pdf") == "file.pdf"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"\0" * (MAX_BYTES + 1), "file_too_large"),
        (b"MZ\x90\x00\x03", "bad_file"),
        (b"", "bad_file"),
        (b"\x89PNG\r\n\x1a\n broken", "bad_file"),
        (PDF[:-8], "bad_file"),
        (PDF.replace(b"<<>>", b"<</S/JavaScript/JS(app.alert(1))>>"), "active_file"),
        (b"PK\x03\x04 broken", "bad_file"),
        (packed({"a.txt": b"x"}), "bad_file"),
        (packed({**BOOK, "xl/vbaProject.bin": b"x"}), "active_file"),
        (packed({**BOOK, "xl/sharedStrings.xml": b"\0" * 30_000_000}), "bad_file"),
    ],
)
def test_what_is_refused(sent: bytes, code: str) -> None:
    with pytest.raises(FileError) as refused:
        attached("x", sent)
    assert refused.value.code == code and " / " in str(refused.value)


async def sent_with(visitor: Visitor, files: list[tuple[str, bytes]], **fields: str) -> tuple[int, str]:
    form = aiohttp.FormData({"csrf": visitor.csrf, **fields}, quote_fields=False)
    for name, data in files:
        form.add_field("files", data, filename=name)
    headers = {"Accept": "text/html"}
    async with visitor.http.post("/ops/chronology", data=form, allow_redirects=False, headers=headers) as answer:
        return answer.status, unescape(await answer.text())


async def test_with_an_entry(store: Store) -> None:
    async with floor(store) as web:
        officer, stranger = await web.person(Role.OPERATOR, "suzuki"), await web.visitor()
        status, text = await sent_with(officer, [("毒.exe", b"MZ\x90\x00")], **said(words="書いたもの"))
        assert status == 400 and "「毒.exe」は付けられません" in text and "書いたもの" in text
        assert (await sent_with(officer, [("x.txt", b"x")] * 5, **said()))[0] == 400
        large = b"a" * 200_000
        assert (await sent_with(officer, [("現場.png", png()), ("記録.txt", large)], **said()))[0] == 303
        shown = unescape((await officer.get("/ops/chronology"))[1])
        assert "現場.jpg" in shown and "/ops/chronology/file/1/1/2" in shown
        async with officer.http.get("/ops/chronology/file/1/1/2") as answer:
            assert await answer.read() == large
            assert (
                answer.headers["Content-Disposition"].startswith("attachment")
                and "sandbox" in answer.headers["Content-Security-Policy"]
            )
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            digest = answer.headers["X-Content-SHA256"]
        lines = (await officer.get("/api/v1/chronology?kind=matter"))[1]["items"]
        assert lines[0]["refs"]["sha256_2"] == digest, "its fingerprint stands in the chain"
        assert (await stranger.get("/ops/chronology/file/1/1/2"))[0] == 401
        assert (await officer.get("/ops/chronology/file/1/1/9"))[0] == 404
        wrong = aiohttp.FormData({"csrf": "no", **said()})
        wrong.add_field("files", large, filename="x.txt")
        async with officer.http.post("/ops/chronology", data=wrong) as answer:
            assert answer.status == 403
