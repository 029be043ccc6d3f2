"""Small files of every accepted family, and the ways in which they can be wrong."""

import base64
import io
import zipfile
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PROTECTED_PDF = PDF.replace(b"trailer<<>>", b"trailer<</Encrypt 5 0 R>>")
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
EXECUTABLE = b"MZ" + b"\x00" * 300
_OOXML = "application/vnd.openxmlformats-officedocument"
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/{part}" ContentType="{kind}"/></Types>'
)


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    """Return a file as a browser sends it; the browser's word on its type is not believed."""
    found = SimpleUploadedFile("x", data, content_type="application/octet-stream")
    # The framework drops a path by itself: the name is set afterwards, as a hostile client would send it.
    vars(found)["_name"] = name
    return found


def archive(parts: dict[str, bytes], *, stored: tuple[str, ...] = ()) -> bytes:
    """Return a ZIP archive of these parts, in order."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return target.getvalue()


def ooxml(part: str = "word/document.xml", extra: dict[str, bytes] | None = None) -> bytes:
    """Return a document or a sheet of Office, with more parts where asked."""
    kind = f"{_OOXML}.wordprocessingml.document.main+xml"
    types = _TYPES.format(part=part, kind=kind).encode()
    return archive({"[Content_Types].xml": types, part: b"<x>Bonjour</x>", **(extra or {})})


def odf(kind: str = "text", extra: dict[str, bytes] | None = None) -> bytes:
    """Return a document or a sheet of LibreOffice."""
    said = f"application/vnd.oasis.opendocument.{kind}".encode()
    return archive({"mimetype": said, "content.xml": b"<x>Bonjour</x>", **(extra or {})}, stored=("mimetype",))


def photo(size: tuple[int, int] = (60, 40), kind: str = "JPEG", **options: Any) -> bytes:
    """Return a photo whose left half is red and right half blue."""
    image = Image.new("RGB", size, (200, 30, 30))
    image.paste((30, 30, 200), (size[0] // 2, 0, size[0], size[1]))
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def located(orientation: int = 6) -> bytes:
    """Return a photo that says where and when it was taken, by whom, and how to turn it."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "Chez moi"
    exif[0x8298] = "Camille Marchand"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 29.0)
    return photo(exif=exif, comment=b"Camille Marchand")


def heic() -> bytes:
    """Return the same photo as ``located``, as some phones write it; nothing here can write one."""
    return base64.b85decode(_HEIC)


def animated(kind: str = "PNG") -> bytes:
    """Return an animation of three frames."""
    frames = [Image.new("RGB", (40, 40), color) for color in ((255, 0, 0), (0, 255, 0), (0, 0, 255))]
    target = io.BytesIO()
    frames[0].save(target, kind, save_all=True, append_images=frames[1:], duration=100)
    return target.getvalue()


_HEIC = (
    "0000SW^{RQXk}?*00000ZE0pPXk}?*ZE0a<0005VZDn*}000000000XXk=`10000000000aA{+700000000000000000000G"
    "-+&aV*mgE07O6l0ssL300001>;M4(00000002_}0ssI200KV%0RR9100000ng9R*IB98aW&i*H00062000$fZf0cy000000R"
    "RAKc4ILB0000LX>Mj^0ssI300IC2MR;ju000004sdC7Z2$lO00031009SSaB^?}008D`aAR)(004Gqc4I>U18@KU0FVFx000"
    "0U@BsY%`1k+-4+CHT0RR|40Sp2E{{wIU00RJ!0009300RIXx&lC90096hLID8-Z~y=U0FVFx0{{R603M(qfd!W8<fgf}2xu@"
    "M00096AOHXZ03l)k0RRR>0l{;?i2wiq6Ju{|a&BX6cmM$a4FCp!0000KX>)L8000000000$0000$0000eV{Bn?0000y00001"
    "0000e00001|NsB|00002|NsB!000020000GaA|mH000000|*ER00009X>xCL0{{R38EJ5BVE_OC000000RRC8fdT^sgoXeB0"
    "2*m>Wo7^X0000001jhhb7KGk009620002>ZDe6|0000_C;_ht;3GA8fBU%q|DRVO=6|L>@~{5oXnRh7=-6ZLi@SZx4yp^zs#"
    "7KSXMedqf_G0+xWMg!F<SW(^~YoNv%jwO^bjPsJ^}|!(rdT?000I>cxh$;08LE*DgXcg2mk~D4gdlG000R9002G#5&#1L000"
    "311^@tpm;eF*000pH002mcB>)5f00031003G50000(Xk~gJZEtA+07GGIX>4p|AWdO%V`yP+WB>pF0ssL30ssI20!{z`0006"
    "21poj50{{R3cmMzZ00000FaQ7m0RR91GXMYp0RR919RL6T0R"
)
