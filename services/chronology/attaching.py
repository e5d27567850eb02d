"""Files that officers attach: taken by what their bytes are, never by their names.

Pictures are written anew without EXIF. A PDF that would run or carry something, a workbook with macros, and an archive
that unfolds without end are refused. No look at bytes finds every trap: files are only ever handed out as downloads.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile

from services.chronology.attached import Attached
from services.photos import MAX_BYTES, PhotoError, clean

MOST = 4  # files of an act
_LONGEST_NAME, _LONGEST_TEXT = 60, 1024 * 1024  # characters, bytes
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)\b")
_MOST_PARTS, _UNFOLDED, _FOLD = 2000, 100 * 1024 * 1024, 200  # of a workbook: entries, bytes, times


class FileError(ValueError):
    """The file is not taken; ``code`` is for programs, the text for the officer, in Japanese and English."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def attached(name: str, sent: bytes) -> Attached:
    """The file as it may be kept. Raises FileError: file_too_large, bad_file, active_file.

    A picture takes up to a second: not for an event loop, and not for many at once.
    """
    if len(sent) > MAX_BYTES:
        raise FileError(
            "file_too_large", f"「{_shown(name)}」は8MBを超えています / a file has at most {MAX_BYTES} bytes"
        )
    if sent.startswith(_PICTURES):
        return _picture(name, sent)
    if sent[:1024].lstrip().startswith(b"%PDF-"):
        return _pdf(name, sent)
    if sent.startswith(b"PK\x03\x04"):
        return _workbook(name, sent)
    return _text(name, sent)


def safe_name(name: str, ending: str) -> str:
    """The last part of the name without anything that a disk, a header or a shell takes for something else."""
    plain = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    kept = "".join(one for one in plain if unicodedata.category(one)[0] in "LN" or one in " _-（）()・")
    stem = kept[: -len(ending)] if kept.lower().endswith(ending) else kept
    return f"{' '.join(stem.split())[:_LONGEST_NAME].strip() or 'file'}.{ending}"


def _picture(name: str, sent: bytes) -> Attached:
    try:
        return Attached(name=safe_name(_stem(name), "jpg"), type="image/jpeg", data=clean(sent).data)
    except PhotoError as error:
        text = f"「{_shown(name)}」は写真として読めないか、大きすぎます / {error}"
        raise FileError("bad_file", text) from error


def _pdf(name: str, sent: bytes) -> Attached:
    if b"%%EOF" not in sent[-2048:]:
        raise FileError("bad_file", f"「{_shown(name)}」は途中で切れたPDFです / this PDF is not whole")
    if _ACTIVE.search(sent):
        text = "動くものを含むPDFです。印刷してPDFにし直してください / this PDF runs or carries something"
        raise FileError("active_file", f"「{_shown(name)}」は{text}")
    return Attached(name=safe_name(_stem(name), "pdf"), type="application/pdf", data=sent)


def _workbook(name: str, sent: bytes) -> Attached:
    try:
        with zipfile.ZipFile(io.BytesIO(sent)) as book:  # the list at its end alone; nothing is unfolded
            parts = book.infolist()
    except (zipfile.BadZipFile, ValueError, RuntimeError, OverflowError) as error:
        raise FileError("bad_file", f"「{_shown(name)}」は壊れています / this archive is broken") from error
    names = {one.filename for one in parts}
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        raise _unknown(name)
    if any("vbaProject" in one or one.startswith("xl/embeddings/") for one in names):
        text = "マクロか埋め込みファイルを含みます。xlsx で保存し直してください / it has macros or files within"
        raise FileError("active_file", f"「{_shown(name)}」は{text}")
    whole = sum(one.file_size for one in parts)
    if len(parts) > _MOST_PARTS or whole > _UNFOLDED or whole > _FOLD * len(sent):
        raise FileError("bad_file", f"「{_shown(name)}」は開くと大きくなりすぎます / it unfolds to too much")
    return Attached(name=safe_name(_stem(name), "xlsx"), type=_XLSX, data=sent)


def _text(name: str, sent: bytes) -> Attached:
    if not sent or len(sent) > _LONGEST_TEXT:
        raise _unknown(name)
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = sent.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(unicodedata.category(one) == "Cc" and one not in "\r\n\t" for one in text):
            return Attached(name=safe_name(_stem(name), "txt"), type="text/plain", data=text.encode())
    raise _unknown(name)


def _unknown(name: str) -> FileError:
    kinds = "写真（JPEG・PNG・WebP）、PDF、Excel（xlsx）、テキスト（1MBまで）"
    text = f"「{_shown(name)}」は付けられません。{kinds}だけです / pictures, PDF, xlsx and text only"
    return FileError("bad_file", text)


def _stem(name: str) -> str:
    stem, dot, _ = name.replace("\\", "/").rpartition("/")[2].rpartition(".")
    return stem if dot else name


def _shown(name: str) -> str:
    return "".join(one for one in name if unicodedata.category(one)[0] != "C")[:_LONGEST_NAME]
