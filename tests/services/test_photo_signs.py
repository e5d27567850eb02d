"""What pictures show of themselves: how far copies are from each other, what files say, and that both are flagged."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest
from PIL import Image, ImageEnhance, ImageOps
from PIL.PngImagePlugin import PngInfo
from sqlalchemy import select

from feeds.status import Status
from rules.reports.photo import ALIKE, Look, Original, Sign, likeness, signs_of
from services.photo_look import look_of
from services.photos import clean
from services.store import photo_signs, records, report_cases
from services.store.engine import Store
from services.store.tables import metadata
from tests.services import pictures
from tests.services.making import NOW
from tests.services.reports.desk_making import report

pytestmark = pytest.mark.one_engine
SCENES = [pictures.scene(seed, (320, 240)) for seed in range(16)]
LOOKS = [look_of(one) for one in SCENES]


def again(picture: Image.Image, quality: int) -> Image.Image:
    return Image.open(io.BytesIO(pictures.jpeg(picture, quality)))


def inside(picture: Image.Image, share: float) -> Image.Image:
    wide, high = picture.size
    return picture.crop((int(wide * share), int(high * share), int(wide * (1 - share)), int(high * (1 - share))))


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        (lambda one: again(one, 30), Sign.LOOKS_ALIKE),
        (lambda one: again(one.resize((120, 90)), 30), Sign.LOOKS_ALIKE),
        (lambda one: ImageEnhance.Brightness(one).enhance(1.3), Sign.LOOKS_ALIKE),
        (lambda one: one.convert("L"), Sign.LOOKS_ALIKE),
        (lambda one: inside(one, 0.05), Sign.LOOKS_ALIKE),
        (lambda one: inside(one, 0.10), Sign.LOOKS_ALIKE),
        (lambda one: again(ImageOps.mirror(one), 40), Sign.MIRRORED),
    ],
)
def test_a_copy_is_known_again(change: Callable[[Image.Image], Image.Image], sign: Sign) -> None:
    for scene, look in zip(SCENES, LOOKS, strict=True):
        copy = look_of(change(scene))
        assert copy and look and likeness(copy, look) is sign and likeness(look, copy) is sign


def test_strangers_are_not_taken_for_each_other_and_bare_walls_not_at_all() -> None:
    pairs = [(one, other) for one, other in itertools.combinations(LOOKS, 2) if one and other]
    assert len(pairs) == 120 and not any(likeness(one, other) for one, other in pairs)
    assert min((one.whole ^ other.whole).bit_count() for one, other in pairs) > ALIKE + 4
    assert look_of(Image.new("RGB", (300, 200), "black")) is None
    look = LOOKS[0]
    assert look and Look.of(look.text) == look and len(look.text) == 64


def signs(sent: bytes, **told: float) -> tuple[Sign, ...]:
    seen = {"lon": 141.11, "lat": 39.71, **told}
    return signs_of(clean(sent).original, NOW, seen["lon"], seen["lat"])


def test_what_a_file_says_of_itself() -> None:
    scene = SCENES[0]
    assert signs(pictures.made_by_ai(scene)) == (Sign.SAYS_AI, Sign.NO_CAMERA)
    near = pictures.taken(scene, "2026:11:20 18:20:00", 141.112, 39.71)
    assert signs(near) == (Sign.CAMERA, Sign.TIME_NEAR, Sign.PLACE_NEAR)
    assert signs(near, lon=141.2) == (Sign.CAMERA, Sign.TIME_NEAR, Sign.PLACE_APART)
    old = pictures.taken(scene, "2025:11:20 18:20:00", 10.0, 50.0)
    assert signs(old) == (Sign.CAMERA, Sign.TIME_APART, Sign.PLACE_APART)
    assert signs(pictures.jpeg(Image.new("RGB", (1170, 2532), "white"))) == (Sign.SCREEN, Sign.NO_CAMERA)
    assert signs(pictures.telling_jpeg()) == (Sign.CAMERA, Sign.PLACE_APART)
    graph = io.BytesIO()
    text = Image.new("RGB", (64, 64))
    note = PngInfo()
    note.add_text("parameters", "a bear in a nursery\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1")
    text.save(graph, "PNG", pnginfo=note)
    assert signs(graph.getvalue())[0] is Sign.SAYS_AI
    assert signs(pictures.jpeg(scene) + b"....jumb....c2pa....")[0] is Sign.CREDENTIALS


@pytest.mark.parametrize("at", ["0000:00:00 00:00:00", "9999:99:99 99:99:99", "yesterday", "2026:11:20", ""])
def test_broken_data_says_nothing(at: str) -> None:
    broken = pictures.taken(SCENES[0], at, 141.11, 39.71)
    assert clean(broken).original.taken_at is None
    cut = broken[:20] + bytes(60) + broken[80:]
    assert signs_of(Original(), NOW, None, None) == (Sign.NO_CAMERA,)
    try:
        clean(cut)
    except ValueError as error:
        assert "picture" in str(error)


async def test_a_photo_that_comes_again_flags_both_reports_and_nothing_of_the_file_is_stored(store: Store) -> None:
    scene = SCENES[3]
    first, second = report("1", photos=("a",)), report("2", 30, photos=("b",))
    copy, drill = report("3", 40, photos=("c",)), report("4", 50, photos=("d",), status=Status.TEST)
    file = pictures.taken(scene, "2026:11:20 17:01:02", 141.123456, 39.712345)
    sent = {first: file, second: file, copy: pictures.jpeg(ImageOps.mirror(scene), 50), drill: file}
    async with store.write() as connection:
        await records.save(connection, list(sent), NOW)
        for one, photo in sent.items():
            await photo_signs.remember_of(connection, one, [clean(photo)])
        numbers = {key: one.id for key, one in (await report_cases.of_keys(connection, [o.key for o in sent])).items()}
        known = await photo_signs.of_cases(connection, numbers.values())
        everything = repr([(await connection.execute(select(table))).all() for table in metadata.sorted_tables])
    one, two, three, four = (numbers[each.key] for each in sent)
    assert known[one][0].others == {two: Sign.SAME_FILE, three: Sign.MIRRORED}
    assert known[two][0].others == {one: Sign.SAME_FILE, three: Sign.MIRRORED}
    assert known[three][0].others.keys() == {one, two}
    assert known[four][0].others == {}, "a drill is not mixed with the real thing"
    assert Sign.CAMERA in known[one][0].signs
    assert all(secret not in everything for secret in ("SecretCam", "17:01:02", "141.1234", "39.7123"))


async def test_a_flood_of_one_picture_stays_bounded(store: Store) -> None:
    photo = clean(pictures.jpeg(SCENES[5]))
    many = [report(str(number), number, photos=("a",), measured_at=NOW - timedelta(hours=1)) for number in range(30)]
    async with store.write() as connection:
        await records.save(connection, many, NOW)
        for one in many:
            await photo_signs.remember_of(connection, one, [photo])
        last = (await report_cases.of_keys(connection, [many[-1].key]))[many[-1].key].id
        assert len((await photo_signs.of_cases(connection, [last]))[last][0].others) == 20
