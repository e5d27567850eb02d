"""What becomes of a stranger's photo."""

from __future__ import annotations

import hashlib
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from services.photos import LONGEST, MAX_BYTES, PhotoError, clean
from tests.services import pictures


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def test_nothing_but_the_picture_survives() -> None:
    sent = pictures.telling_jpeg(60, 40, orientation=6)
    assert b"Exif" in sent and b"090-1234" in sent and b"SecretCam" in sent
    kept = clean(sent)
    picture = opened(kept.data)
    assert (picture.format, picture.getexif(), picture.info.get("comment")) == ("JPEG", {}, None)
    assert "icc_profile" not in picture.info
    for hidden in (b"Exif", b"SecretCam", b"090-1234", b"GPS"):
        assert hidden not in kept.data
    assert (kept.width, kept.height) == (40, 60), "upright by what EXIF said, before it goes"
    assert kept.sha256 == hashlib.sha256(kept.data).hexdigest()
    assert kept.sent_sha256 == hashlib.sha256(sent).hexdigest()


def test_a_second_file_behind_the_picture_is_gone() -> None:
    kept = clean(pictures.polyglot())
    assert b"<script>" not in kept.data and b"PK\x03\x04" not in kept.data
    assert kept.data.endswith(b"\xff\xd9")


@pytest.mark.parametrize("sent", [pictures.png(), pictures.webp(), pictures.telling_jpeg()])
def test_three_types_become_one(sent: bytes) -> None:
    assert opened(clean(sent).data).format == "JPEG"


def test_a_large_picture_is_made_smaller() -> None:
    kept = clean(pictures.png(4000, 1000))
    assert (kept.width, kept.height) == (LONGEST, LONGEST // 4)


def test_a_hundred_megapixels_are_refused_before_they_are_unfolded() -> None:
    bomb = pictures.bomb()
    assert len(bomb) < 200_000
    with pytest.raises(PhotoError) as refused:
        clean(bomb)
    assert refused.value.code == "too_many_pixels"


def test_a_jpeg_that_is_gone_over_without_end_is_refused_before_it_is_read() -> None:
    """Fifteen kilobytes of scans took four seconds, and a photo may have eight megabytes of them."""
    assert opened(clean(pictures.many_scans(5)).data).size == (64, 64)
    with pytest.raises(PhotoError) as refused:
        clean(pictures.many_scans(200))
    assert refused.value.code == "too_many_scans"


def test_texts_of_a_file_are_looked_at_as_far_as_they_can_be_honest() -> None:
    """Each held every other thread of the hub for a tenth of a second, and a file has room for thousands of them."""
    made, digits = "Steps: 20, Sampler: Euler a, Seed: 1", "steps: " + "1" * 19_990
    assert clean(pictures.noted(digits, f"steps: 3 {'x' * 500} {made}")).original.says_ai
    assert not clean(pictures.noted(f"steps: 3 {'x' * 500} seed")).original.says_ai
    assert not clean(pictures.noted(*[digits] * 30, made)).original.says_ai


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"", "not_a_photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_photo"),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "not_a_photo"),
        (b"%PDF-1.7", "not_a_photo"),
        (pictures.png()[:-30], "not_a_photo"),
        (pictures.telling_jpeg()[:-200], "not_a_photo"),
        (b"\xff\xd8" + bytes(MAX_BYTES), "photo_too_large"),
    ],
)
def test_what_is_no_photo_is_refused_by_name(sent: bytes, code: str) -> None:
    with pytest.raises(PhotoError) as refused:
        clean(sent)
    assert refused.value.code == code


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([pictures.png(), pictures.webp(), pictures.telling_jpeg()]), st.data())
def test_bent_bytes_give_a_picture_or_a_named_refusal(whole: bytes, data: st.DataObject) -> None:
    bent = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 8))):
        bent[data.draw(st.integers(0, len(bent) - 1))] = data.draw(st.integers(0, 255))
    try:
        kept = clean(bytes(bent))
    except PhotoError as refused:
        assert refused.code in {"not_a_photo", "too_many_pixels"}
    else:
        assert opened(kept.data).format == "JPEG"
