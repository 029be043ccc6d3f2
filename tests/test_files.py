"""What citizens may send: each family by its content, bounded, without macros, traps or notes of the camera."""

import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile
from PIL import Image, ImageFile
from PIL.PngImagePlugin import PngInfo

from procedures.definition.fields import FileField
from procedures.definition.formats import Template
from procedures.lifecycle.content import office
from procedures.lifecycle.files import RefusedFile, prepare, receive, tidy_name
from tests.support import samples_of_files as some

EVERY = FileField.model_validate(
    {"type": "file", "id": "q", "label": "Pièce", "formats": ["pdf", "image", "office", "text"]}
)


def kept(name: str, data: bytes, field: FileField = EVERY) -> tuple[str, str]:
    """Return the name and the type under which a file is kept."""
    prepared = prepare(some.upload(name, data), field)
    prepared.close()
    return prepared.name, prepared.checked.content_type


def refusal(name: str, data: bytes, field: FileField = EVERY) -> str:
    """Return the words of a refusal."""
    with pytest.raises(RefusedFile) as raised:
        prepare(some.upload(name, data), field)
    return str(raised.value)


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.pdf", some.PDF, "application/pdf"),
        ("a.jpg", some.photo(), "image/jpeg"),
        ("a.png", some.photo(kind="PNG"), "image/png"),
        ("a.webp", some.photo(kind="WEBP"), "image/webp"),
        ("a.docx", some.ooxml(), ".wordprocessingml.document"),
        ("a.xlsx", some.ooxml("xl/workbook.xml"), ".spreadsheetml.sheet"),
        ("a.odt", some.odf(), ".opendocument.text"),
        ("a.ods", some.odf("spreadsheet"), ".opendocument.spreadsheet"),
        ("a.csv", "nom;âge\nZoé;12\n".encode(), "text/csv"),
        ("a.csv", "nom;âge\nZoé;12\n".encode("cp1252"), "text/csv"),
        ("a.txt", "\ufeffBonjour".encode(), "text/plain"),
        ("bm.csv", b"BM;un tableau dont la premiere case trompe\n", "text/csv"),
    ],
)
def test_each_family_is_known_by_its_content(name: str, data: bytes, expected: str) -> None:
    assert kept(name, data)[1].endswith(expected)


def test_the_name_follows_the_content() -> None:
    assert kept("photo.heic", some.photo())[0] == "photo.jpg"
    assert kept("../../livret.2024", some.PDF)[0] == "livret.pdf"
    assert len(tidy_name("x" * 300 + "." + "y" * 300)) <= 150


def test_a_family_that_the_question_does_not_take_is_refused() -> None:
    only_pdf = FileField(type="file", id="q", label="x", formats=["pdf"])
    for name, data in (("a.docx", some.ooxml()), ("a.csv", b"a;b"), ("a.jpg", some.photo())):
        assert name in refusal(name, data, only_pdf)
    assert "PDF" in refusal("a.csv", b"a;b", only_pdf)


@pytest.mark.parametrize("name", ["a.pdf", "a.txt", "a.csv", "a.docx", "a.jpg", "a"])
@pytest.mark.parametrize(
    "data",
    [
        b"",
        some.EICAR,
        some.HTML,
        b"  \n" + some.HTML,
        b"nom;prenom\n<script>alert(1)</script>",
        some.SVG,
        some.EXECUTABLE,
        b"\x7fELF" + b"\x00" * 300,
        b"#!/bin/sh\nrm -rf /\n",
        b"\x00\x01\x02" * 100,
        b"%!PS-Adobe-3.0\n",
        some.archive({"a.txt": b"un zip quelconque"}),
    ],
)
def test_what_is_no_document_is_refused_with_its_name_whatever_it_is_called(name: str, data: bytes) -> None:
    assert f"« {name} »" in refusal(name, data).replace("\u00a0", " ").replace("“", "« ").replace("”", " »")


@pytest.mark.parametrize("name", ["a.exe", "a.pdf.js", "a.HTML", "a.svg", "a.docm", "a.exe. ", "a.\u202efdp.exe"])
def test_a_name_that_a_computer_would_run_is_refused_whatever_it_holds(name: str) -> None:
    assert refusal(name, some.PDF)


def test_a_question_may_take_less_than_the_town(settings: Any) -> None:
    small = FileField(type="file", id="q", label="x", max_mb=1)
    assert small.max_bytes == 1_000_000
    heavy = some.PDF[:-7] + b"x" * 1_000_000 + b"\n%%EOF\n"
    assert "1,0" in refusal("a.pdf", heavy, small)
    settings.UPLOAD_MAX_BYTES = 500
    assert small.max_bytes == 500


# --- PDF --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        some.PDF[:-8],
        some.PDF + b"\x00" * 10_000,
        b"GIF89a" + some.PDF,
        b"\n" * 20 + some.PDF,
        some.PDF + some.HTML,
        b"%PDF-1.4\n<html><script>alert(1)</script></html>\n%%EOF",
        some.PDF + some.archive({"a.txt": b"x"}),
        some.PDF[:-7] + some.archive({"a.txt": b"x"})[:-2] + b"\x07\x00\n%%EOF\n",
    ],
    ids=["cut", "long tail", "another format first", "blank first", "html after", "html in", "zip after", "zip around"],
)
def test_a_pdf_that_is_cut_or_has_two_faces_is_refused(data: bytes) -> None:
    assert "a.pdf" in refusal("a.pdf", data)


def test_a_pdf_with_a_few_blanks_after_its_end_is_kept() -> None:
    assert kept("a.pdf", some.PDF + b"\r\n\x00\x00\n")


def test_a_protected_pdf_is_kept_and_told(db: None) -> None:
    stored = receive(some.upload("a.pdf", some.PROTECTED_PDF), EVERY)
    assert stored.protected
    said = EVERY.warnings([stored.described()])
    assert len(said) == 1
    assert "a.pdf" in said[0]
    assert not receive(some.upload("b.pdf", some.PDF), EVERY).protected
    # The key may lie across two pieces of what is read.
    far = some.PDF[:20] + b"x" * (262_144 - 24) + b"/Encrypt 5 0 R" + some.PDF[20:]
    assert prepare(some.upload("c.pdf", far), EVERY).checked.protected


# --- Documents and sheets ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        some.ooxml(extra={"word/vbaProject.bin": b"x"}),
        some.ooxml(extra={"word/VBAPROJECT.BIN": b"x"}),
        some.odf(extra={"Basic/Standard/Module1.xml": b"x"}),
        some.odf(extra={"Scripts/python/a.py": b"x"}),
        some.archive(
            {"[Content_Types].xml": b"<x application/vnd.ms-word.document.macroEnabled/>", "word/document.xml": b""}
        ),
    ],
)
def test_macros_are_refused_in_words(data: bytes) -> None:
    assert "macro" in refusal("a.docx", data)


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "C:/x", "word/..\\x"])
def test_an_archive_that_leads_outside_is_refused(path: str) -> None:
    assert "a.docx" in refusal("a.docx", some.ooxml(extra={path: b"x"}))


def test_an_archive_that_unfolds_beyond_measure_is_refused() -> None:
    bomb = some.ooxml(extra={"word/a.xml": b"\x00" * (office._LIGHT + 1)})
    assert len(bomb) < 10_000
    assert "a.docx" in refusal("a.docx", bomb)
    crowd = some.ooxml(extra={f"word/{number}.xml": b"" for number in range(office.MOST_ENTRIES)})
    assert refusal("a.docx", crowd)


def test_an_archive_that_lies_on_its_sizes_is_refused() -> None:
    data = some.ooxml(extra={"word/a.xml": b"\x00" * 20_000_000})
    place = data.rfind(b"PK\x01\x02")
    # The directory says that the last part unfolds to ten bytes.
    lying = data[: place + 24] + (10).to_bytes(4, "little") + data[place + 28 :]
    assert "a.docx" in refusal("a.docx", lying)


def test_parts_that_lie_over_one_another_are_refused() -> None:
    data = bytearray(some.ooxml(extra={"word/a.xml": b"x"}))
    first, last = data.find(b"PK\x01\x02"), data.rfind(b"PK\x01\x02")
    data[last + 42 : last + 46] = data[first + 42 : first + 46]
    assert refusal("a.docx", bytes(data))


def test_a_cut_or_locked_archive_is_refused() -> None:
    whole = some.ooxml()
    assert refusal("a.docx", whole[: len(whole) // 2])
    damaged = bytearray(whole)
    place = whole.find(b"word/document.xml") + 20
    damaged[place] ^= 0xFF
    assert refusal("a.docx", bytes(damaged))
    locked = bytearray(some.ooxml())
    for mark, shift in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := locked.find(mark, at + 1)) >= 0:
            locked[at + shift] |= 1
    assert refusal("a.docx", bytes(locked))


def test_an_archive_of_another_kind_is_no_document() -> None:
    for parts in ({"mimetype": b"application/epub+zip"}, {"META-INF/MANIFEST.MF": b""}, {"ppt/presentation.xml": b""}):
        assert refusal("a.odt", some.archive(parts, stored=("mimetype",)))
    assert not zipfile.is_zipfile(io.BytesIO(some.PDF))


# --- Photos -----------------------------------------------------------------------------------------------------------


def drawn(name: str, data: bytes) -> tuple[Image.Image, bytes]:
    """Return a photo as it is kept, open and as bytes."""
    prepared = prepare(some.upload(name, data), EVERY)
    written = prepared.checked.content.read()
    prepared.close()
    return Image.open(io.BytesIO(written)), written


def test_what_the_camera_noted_is_left_behind_and_the_photo_stands_upright() -> None:
    sent = some.located(orientation=6)
    assert b"Camille" in sent
    image, written = drawn("a.jpg", sent)
    assert not dict(image.getexif())
    assert b"Camille" not in written
    assert b"Exif" not in written
    assert image.size == (40, 60)
    # Turned by a quarter to the right, the left half is above.
    assert image.convert("RGB").getpixel((20, 5))[0] > 150  # type: ignore[index]
    assert image.convert("RGB").getpixel((20, 55))[2] > 150  # type: ignore[index]


def test_no_note_of_any_format_is_kept() -> None:
    exif = Image.Exif()
    exif[0x8298] = "Camille Marchand"
    text = PngInfo()
    text.add_text("Author", "Camille Marchand")
    text.add_itxt("XML:com.adobe.xmp", "<x>Camille Marchand</x>")
    kinds: dict[str, dict[str, Any]] = {
        "PNG": {"pnginfo": text, "exif": exif},
        "WEBP": {"exif": exif, "xmp": b"<x>Camille Marchand</x>"},
        "JPEG": {"exif": exif, "xmp": b"<x>Camille Marchand</x>", "comment": b"Camille Marchand"},
    }
    for kind, options in kinds.items():
        sent = some.photo(kind=kind, **options)
        assert b"Camille" in sent, kind
        assert b"Camille" not in drawn(f"a.{kind.lower()}", sent)[1], kind


def test_a_small_photo_is_neither_enlarged_nor_spoiled() -> None:
    sent = some.photo((600, 400), quality=60)
    image, written = drawn("a.jpg", sent)
    assert image.size == (600, 400)
    assert len(written) <= len(sent) * 1.02
    before = Image.open(io.BytesIO(sent))
    assert image.quantization == before.quantization  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_large_photo_is_made_as_large_as_reading_needs(settings: Any, kind: str) -> None:
    settings.IMAGE_MAX_SIDE = 300
    image, _ = drawn(f"a.{kind.lower()}", some.photo((1200, 400), kind))
    assert image.size == (300, 100)
    assert image.format == kind


def test_the_digest_of_what_was_sent_is_kept_beside_that_of_what_is_kept(db: None) -> None:
    sent = some.located()
    stored = receive(some.upload("a.jpg", sent), EVERY)
    with default_storage.open(stored.key) as content:
        data = content.read()
    assert stored.sha256 == hashlib.sha256(data).hexdigest()
    assert stored.size == len(data)
    assert stored.original_sha256 == hashlib.sha256(sent).hexdigest() == stored.described()["original"]
    assert "original" not in receive(some.upload("a.pdf", some.PDF), EVERY).described()


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_is_kept_as_its_first_frame(kind: str) -> None:
    image, _ = drawn("a", some.animated(kind))
    assert getattr(image, "n_frames", 1) == 1
    assert image.convert("RGB").getpixel((5, 5))[0] > 200  # type: ignore[index]


def test_a_photo_in_several_views_is_kept_as_its_first_one() -> None:
    target = io.BytesIO()
    views = [Image.new("RGB", (50, 40), color) for color in ((255, 0, 0), (0, 0, 255))]
    views[0].save(target, "MPO", save_all=True, append_images=views[1:])
    image, written = drawn("a.jpg", target.getvalue())
    assert image.format == "JPEG"
    assert len(written) < len(target.getvalue())
    assert image.convert("RGB").getpixel((5, 5))[0] > 200  # type: ignore[index]


def test_only_the_decoder_of_the_format_that_was_found_reads_a_photo() -> None:
    assert refusal("a.jpg", b"\xff\xd8\xff\xe0" + some.photo(kind="PNG"))


def huge(width: int, height: int) -> bytes:
    """Return a PNG that announces a size it does not have."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\x00" * 100)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(30_001, 1), (8000, 8000), (12_000, 12_000), (29_000, 29_000)])
def test_a_photo_of_too_many_pixels_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    assert "50" in refusal("a.png", huge(*size))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_that_is_cut_is_refused_even_beside_the_pdf_engine(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    whole = some.photo((400, 300), kind)
    for share in (0.3, 0.7, 0.95):
        assert f"a.{kind.lower()}" in refusal(f"a.{kind.lower()}", whole[: int(len(whole) * share)])


def test_a_photo_of_any_colours_is_kept() -> None:
    for mode in ("L", "P", "RGBA", "LA", "1", "I;16", "CMYK"):
        target = io.BytesIO()
        Image.new(mode, (50, 40)).save(target, "JPEG" if mode == "CMYK" else "PNG")
        image, _ = drawn("a", target.getvalue())
        assert image.size == (50, 40), mode


def test_the_photo_of_a_phone_in_heic_becomes_one_that_every_browser_shows_without_its_place() -> None:
    sent = some.heic()
    prepared = prepare(some.upload("IMG_0042.HEIC", sent), EVERY)
    kept = prepared.checked.content.read()
    prepared.close()
    assert (prepared.name, prepared.checked.content_type) == ("IMG_0042.jpg", "image/jpeg")
    assert prepared.original_sha256 == hashlib.sha256(sent).hexdigest()
    assert b"Camille" in sent
    assert b"Camille" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        # Turned as the camera noted it: the red half, on the left, comes on top.
        assert image.size == (40, 60)
        assert not image.getexif()
        assert image.convert("RGB").getpixel((20, 5))[0] > 150  # type: ignore[index]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_heic_photo_that_is_cut_is_refused(share: float) -> None:
    sent = some.heic()
    assert "a.heic" in refusal("a.heic", sent[: int(len(sent) * share)])


def test_no_temporary_file_is_left(settings: Any, tmp_path: Any, db: None) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    sent = TemporaryUploadedFile("a.jpg", "image/jpeg", 0, None)
    sent.write(some.located())
    sent.size = sent.tell()
    receive(sent, EVERY)
    with pytest.raises(RefusedFile):
        prepare(some.upload("a.jpg", some.photo()[:200]), EVERY)
    sent.close()
    assert list(tmp_path.iterdir()) == []


# --- The question itself ------------------------------------------------------------------------------------------------


def test_documents_that_tell_most_of_a_person_are_destroyed_unless_said_otherwise() -> None:
    base = {"type": "file", "id": "q", "label": "x"}
    for kind, destroyed in (
        ("identity", True),
        ("bank", True),
        ("income", True),
        ("medical", True),
        ("diploma", False),
    ):
        assert FileField.model_validate({**base, "kind": kind}).is_short_lived is destroyed
    stays = FileField.model_validate({**base, "kind": "identity", "destroy_after_decision": False})
    assert not stays.is_short_lived
    assert FileField.model_validate(json.loads(stays.model_dump_json())) == stays


def test_the_person_reads_what_is_kept_and_until_when(settings: Any) -> None:
    settings.DECIDED_FILES_DAYS = 33
    identity = FileField.model_validate({"type": "file", "id": "q", "label": "x", "kind": "identity"})
    assert "33" in str(identity.form_field().help_text)
    assert "détruit" in str(identity.form_field().help_text)
    diploma = FileField.model_validate({"type": "file", "id": "q", "label": "x", "kind": "diploma"})
    assert "détruit" not in str(diploma.form_field().help_text)
    assert "diplôme" in str(diploma.form_field().help_text)


def test_a_form_to_fill_in_is_in_one_place_and_says_its_weight() -> None:
    with pytest.raises(ValueError, match="one of the two"):
        Template(name="x")
    with pytest.raises(ValueError, match="one of the two"):
        Template(name="x", address="https://exemple.fr/a.pdf", static="img/icon.svg")
    for wrong in ("http://exemple.fr/a.pdf", "javascript:alert(1)"):
        with pytest.raises(ValueError, match="pattern"):
            Template(name="x", address=wrong)
    with pytest.raises(ValueError, match="pattern"):
        Template(name="x", static="../settings.py")
    far = Template(name="x", address="https://exemple.fr/a.pdf?x=1", size=84_000)
    assert far.said == "PDF, 84\u00a0ko"
    ours = Template(name="x", static="img/icon.svg")
    assert ours.said.startswith("SVG, ")
    assert ours.link.endswith("img/icon.svg")
    assert Template(name="x", static="img/none.pdf").link == ""
