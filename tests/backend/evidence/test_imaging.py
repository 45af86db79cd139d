"""Are copies of photos upright, small, stamped and silent, in every format and orientation? Does looks survive?"""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from pillow_heif import register_heif_opener

from backend.evidence import imaging
from backend.evidence.imaging import examine, looks_of
from backend.evidence.pictures import Area, Blackened, Blackening, Fault, Picture, Question
from tests.backend.evidence import shots

STAMP = ["C-12 · 2026-11-24 09:05:00 UTC+08:00", "30.25000, 120.15000 ±12 m · 王小梅"]
ORIENTATION_TAG = 0x0112
TURNS = {
    1: [], 2: [Image.Transpose.FLIP_LEFT_RIGHT], 3: [Image.Transpose.ROTATE_180], 4: [Image.Transpose.FLIP_TOP_BOTTOM],
    5: [Image.Transpose.TRANSPOSE], 6: [Image.Transpose.ROTATE_90], 7: [Image.Transpose.TRANSVERSE],
    8: [Image.Transpose.ROTATE_270],
}  # fmt: skip
register_heif_opener()


def seen(content: bytes, stamp: list[str] | None = None) -> Picture:
    answer = examine(Question(content=content, stamp=STAMP if stamp is None else stamp))
    assert isinstance(answer, Picture)
    return answer


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of two pictures of one size, 0 to 255."""
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


@pytest.mark.parametrize("orientation", TURNS)
def test_a_photo_stands_upright_in_all_eight_orientations(orientation: int) -> None:
    upright = shots.scene(400, 300)
    turned = upright
    for turn in TURNS[orientation]:
        turned = turned.transpose(turn)
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    picture = seen(shots.encoded(turned, exif=exif), [])
    assert (picture.width_px, picture.height_px) == (400, 300)
    assert difference(opened(picture.view), upright) < 6


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("WEBP", "image/webp"),
        ("AVIF", "image/avif"),
        ("HEIF", "image/heic"),
    ],
)
def test_five_formats_are_read(kind: str, media_type: str) -> None:
    picture = seen(shots.encoded(shots.scene(), kind), [])
    assert picture.media_type == media_type
    assert difference(opened(picture.view), shots.scene()) < 12


def test_copies_are_small_and_say_nothing_that_the_camera_wrote() -> None:
    content = shots.with_exif(shots.scene(2400, 1800), "2026:11:24 09:05:00", (30.0, 15.0, 0.0), (120.0, 9.0, 0.0))
    picture = seen(content)
    assert (picture.width_px, picture.height_px) == (2400, 1800)
    assert opened(picture.view).size == (1600, 1200)
    assert opened(picture.thumbnail).size == (320, 240)
    for copy in (picture.view, picture.thumbnail):
        assert not opened(copy).getexif()
        assert b"Exif" not in copy
    assert picture.exif_taken == "2026-11-24T09:05:00"
    assert (picture.exif_lat_e7, picture.exif_lon_e7) == (302_500_000, 1_201_500_000)


def test_the_stamp_is_seen_at_the_lower_edge_and_nowhere_else() -> None:
    content = shots.encoded(Image.new("RGB", (1600, 1200), (200, 60, 60)))
    plain, stamped = opened(seen(content, []).view), opened(seen(content).view)
    above, below = (0, 0, 1600, 1050), (0, 1100, 1600, 1200)
    assert difference(plain.crop(above), stamped.crop(above)) < 1
    assert difference(plain.crop(below), stamped.crop(below)) > 30
    assert ImageStat.Stat(stamped.crop(below)).extrema[0][1] > 240


def test_without_a_chinese_font_the_name_stands_in_pinyin() -> None:
    chinese, pinyin = (imaging.stamped(shots.scene(), [text], None) for text in ("王小梅", "wang xiao mei"))
    assert difference(chinese, pinyin) == 0
    assert difference(chinese, shots.scene()) > 1


def test_a_copy_made_smaller_looks_the_same_and_another_picture_does_not() -> None:
    image = shots.scene(1600, 1200)
    smaller = opened(shots.encoded(image.resize((640, 480)), quality=40))
    assert (looks_of(image) ^ looks_of(smaller)).bit_count() <= 3
    for seed in range(2, 8):
        assert (looks_of(image) ^ looks_of(shots.scene(1600, 1200, seed))).bit_count() > 8


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("cut in half", "unreadable"),
        ("cut in its head", "unreadable"),
        ("page", "not_a_photo"),
        ("drawing that runs", "not_a_photo"),
        ("pixels without end", "too_large"),
        ("huge size, no content", "unreadable"),
        ("box of HEIC and nothing in it", "unreadable"),
    ],
)
def test_what_is_no_picture_says_why(name: str, code: str) -> None:
    assert examine(Question(content=shots.hostile()[name], stamp=[])) == Fault(code)


@pytest.mark.parametrize("name", ["place outside the globe", "no such day"])
def test_what_a_camera_cannot_have_written_is_not_believed(name: str) -> None:
    picture = seen(shots.hostile()[name])
    assert picture.exif_lat_e7 is None or name == "no such day"
    assert picture.exif_taken is None or name == "place outside the globe"


def test_no_process_of_the_server_imports_the_decoder() -> None:
    """The API and the worker name it as a module to run; a decoder that falls takes nobody with it."""
    root = Path(imaging.__file__).parents[1]
    importing = [path for path in root.rglob("*.py") if "evidence.imaging import" in path.read_text(encoding="utf-8")]
    assert importing == []


def blackened(content: bytes, *areas: Area, stamp: list[str] | None = None) -> Image.Image:
    answer = imaging.blacken(Blackening(content=content, areas=list(areas), stamp=stamp or []))
    assert isinstance(answer, Blackened)
    return opened(answer.content)


@pytest.mark.parametrize("turn", TURNS)
def test_an_area_is_black_where_a_person_saw_it(turn: int) -> None:
    """Areas are of the picture as it is shown, in each of the eight orientations."""
    scene = shots.scene(640, 480, 2)
    stored = scene
    for step in TURNS[turn]:
        stored = stored.transpose(step)
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = turn
    area = Area(left=0.25, top=0.5, width=0.25, height=0.25)
    copy = blackened(shots.encoded(stored, quality=95, exif=exif), area)
    assert copy.size == (640, 480)
    # Whole blocks of the JPEG inside the area; those on its edge ring a little.
    assert copy.crop((176, 256, 304, 336)).getextrema() == ((0, 0),) * 3
    outside = (0, 0, 640, 230)
    assert difference(copy.crop(outside), scene.crop(outside)) < 6
    assert not copy.getexif()


def test_nothing_of_what_lay_under_an_area_is_left() -> None:
    """Two photos that differ under the area only give the same bytes."""
    one, other = shots.scene(320, 240, 3), shots.scene(320, 240, 3)
    other.paste((250, 10, 10), (80, 60, 240, 180))
    area = Area(left=0.25, top=0.25, width=0.5, height=0.5)
    copies = [
        imaging.blacken(Blackening(content=shots.encoded(image, "PNG"), areas=[area], stamp=STAMP))
        for image in (one, other)
    ]
    assert copies[0] == copies[1]


def test_an_area_that_reaches_past_the_edge_ends_there() -> None:
    copy = blackened(shots.encoded(shots.scene()), Area(left=0.9, top=0.9, width=1.0, height=1.0))
    assert copy.getpixel((399, 299)) == (0, 0, 0)
    assert copy.getpixel((10, 10)) != (0, 0, 0)


@pytest.mark.parametrize(("content", "code"), [(shots.HTML, "not_a_photo"), (shots.png_bomb(), "too_large")])
def test_what_cannot_be_shown_cannot_be_redacted(content: bytes, code: str) -> None:
    area = Area(left=0, top=0, width=1, height=1)
    assert imaging.blacken(Blackening(content=content, areas=[area], stamp=[])) == Fault(code)
