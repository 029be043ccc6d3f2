"""From a page to one PDF that is PDF/A-3a and PDF/UA-1 at once, with the bytes for a program attached, ready for a seal."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders

# Where the seal goes: a field that no eye sees and that a screen reader names.
SEAL_FIELD = "Cachet"
_SEAL_LABEL = "Cachet électronique de la collectivité"
_FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
# The drawing program writes one claim at a time; the second one, and what PDF/A wants to know of its words, is added.
_UA = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>PDF/UA part</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF>"""
_END = b"</rdf:RDF>"
_SRGB = "--srgb"
# A compressed part that happens to end like a line: where it ends can be read in two ways, and some validators take the
# wrong one. The file is then written again: such a part of a page as plain text, and with another hint of how to show the
# pages, the same to the eye, which moves every byte of the tables of the file itself.
AMBIGUOUS = b"\r\nendstream"
_LAYOUTS = ("/SinglePage", "/OneColumn", "/TwoColumnLeft", "/TwoPageLeft")
# Printed, invisible to the eye, locked: what PDF/A asks of an annotation, and of one that nobody fills in.
_FLAGS = 132


@dataclass(frozen=True)
class Carried:
    """A text that goes along, for a program; dated by a moment of its own: the same page is the same bytes, whenever."""

    name: str
    description: str
    text: str
    at: datetime

    def attachment(self) -> Any:
        """Return it as the drawing program takes it, once."""
        from weasyprint import Attachment

        return Attachment(
            string=self.text,
            name=self.name,
            description=self.description,
            created=self.at,
            modified=self.at,
            relationship="Data",
            url_fetcher=_nothing(),
        )


def pdf(page: str, *, color: str, carried: list[Carried], sealable: bool) -> bytes:
    """Draw a page of our own; ``sealable`` leaves the place of a seal, without which nothing may be sealed.

    Only images that hold themselves are drawn: no address is called.
    """
    from weasyprint import HTML

    css, fonts = _styles(color)
    drawn = HTML(string=drawable(page), url_fetcher=_nothing()).render(
        stylesheets=css,
        font_config=fonts,
        pdf_variant="pdf/a-3a",
        color_profiles=_colours(),
        output_intent=_SRGB,
    )
    data = b""
    for again, layout in enumerate(_LAYOUTS):
        data = drawn.write_pdf(
            finisher=_finisher(layout, sealable=sealable, plain=bool(again)),
            pdf_variant="pdf/a-3a",
            output_intent=_SRGB,
            attachments=[one.attachment() for one in carried],
        )
        if not ambiguous(data):
            break
    return data


def warm(color: str) -> None:
    """Load what drawing takes, and draw a line: workers that are forked afterwards share it, and their first page is quick."""
    _glyphs()
    pdf(
        "<html lang='fr'><title>.</title><body><h1>.</h1><p><b>.</b></p></body></html>",
        color=color,
        carried=[],
        sealable=True,
    )


def ambiguous(data: bytes) -> bool:
    """Say whether a compressed part of a file ends like a line."""
    return AMBIGUOUS in data


def _finisher(layout: str, *, sealable: bool, plain: bool) -> Any:
    def finish(_document: Any, made: Any) -> None:
        made.catalog["PageLayout"] = layout
        _claim_both(made)
        if sealable:
            _leave_place(made)
        if plain:
            _end_plainly(made)

    return finish


def _end_plainly(made: Any) -> None:
    """Leave uncompressed each part whose compressed form ends like a line."""
    for part in made.objects:
        if getattr(part, "compress", False) and AMBIGUOUS in part.data:
            part.compress = False


def lacking(text: str) -> list[str]:
    """Return the signs of a text that the font lacks, each once: "U+1F419"."""
    known = _glyphs()
    return sorted(
        {f"U+{ord(char):04X}" for char in text if char >= "\u0250" and known is not None and ord(char) not in known}
    )


def drawable(text: str) -> str:
    """Write the signs that the font lacks by their number, "[U+1F419]": a box would say nothing, and break PDF/UA."""
    known = _glyphs()
    return "".join(
        char if char < "\u0250" or known is None or ord(char) in known else f"[U+{ord(char):04X}]" for char in text
    )


def _object(made: Any, reference: bytes) -> Any:
    return made.objects[int(reference.split()[0])]


def _claim_both(made: Any) -> None:
    """Say PDF/UA-1 beside PDF/A-3a in the metadata, which stay readable without a PDF program (ISO 19005-3, 6.6.2)."""
    metadata = _object(made, made.catalog["Metadata"])
    metadata.stream = [b"".join(metadata.stream).replace(_END, _UA)]
    metadata.compress = False


def _leave_place(made: Any) -> None:
    """Add an empty field for the seal to the first page, known to the tree that screen readers follow (ISO 14289-1, 7.18)."""
    import pydyf

    root = _object(made, made.catalog["StructTreeRoot"])
    tree, document = _object(made, root["ParentTree"]), _object(made, root["K"][0])
    kid = made.pages["Kids"][0]
    page_reference = f"{kid} 0 R".encode()
    page = made.objects[kid]
    key = max(tree["Nums"][::2]) + 1
    label = pydyf.String(_SEAL_LABEL)
    field = pydyf.Dictionary(
        {
            "Type": "/Annot",
            "Subtype": "/Widget",
            "FT": "/Sig",
            "T": pydyf.String(SEAL_FIELD),
            "TU": label,
            "Contents": label,
            "Rect": pydyf.Array([0, 0, 0, 0]),
            "F": _FLAGS,
            "P": page_reference,
            "StructParent": key,
        }
    )
    made.add_object(field)
    element = pydyf.Dictionary(
        {
            "Type": "/StructElem",
            "S": "/Form",
            "P": root["K"][0],
            "Pg": page_reference,
            "Alt": label,
            "K": pydyf.Dictionary({"Type": "/OBJR", "Obj": field.reference, "Pg": page_reference}),
        }
    )
    made.add_object(element)
    document["K"] = pydyf.Array([*document["K"], element.reference])
    tree["Nums"] = pydyf.Array([*tree["Nums"], key, element.reference])
    root["ParentTreeNextKey"] = key + 1
    page["Annots"] = pydyf.Array([*page.get("Annots", []), field.reference])
    page["Tabs"] = "/S"
    made.catalog["AcroForm"] = pydyf.Dictionary({"Fields": pydyf.Array([field.reference]), "SigFlags": 3})


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int] | None:
    """Return the code points of the documents' font; None where it is not installed in its usual place."""
    from fontTools.ttLib import TTFont

    if not _FONT.exists():
        return None
    with TTFont(_FONT, lazy=True) as font:
        return frozenset(font.getBestCmap())


@lru_cache(maxsize=4)
def _styles(color: str) -> Any:
    """Parse the style sheet once per process and colour: it is half the cost of a receipt."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    path = finders.find("css/receipt.css")
    fonts = FontConfiguration()
    own = f".letterhead, .law {{ border-color: {color} }}"
    sheets = [
        CSS(filename=path, font_config=fonts, url_fetcher=_nothing()),
        CSS(string=own, font_config=fonts, url_fetcher=_nothing()),
    ]
    return sheets, fonts


@lru_cache(maxsize=1)
def _colours() -> Any:
    """Read once what the colours mean (PDF/A wants it said); the library reads it anew for each document, and leaves it open.

    Asked for the bytes of a profile of which it has read the name, the colour library writes them anew and otherwise:
    the first document of a process would differ from the next. The bytes of the file itself are embedded, always.
    """
    from importlib.resources import files

    from weasyprint.css import ColorProfile

    whole = (files("weasyprint.pdf") / "sRGB2014.icc").read_bytes()

    class Profile(ColorProfile):  # type: ignore[misc]
        content = whole

    return {_SRGB: Profile(BytesIO(whole), "sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"]))}


@lru_cache(maxsize=1)
def _nothing() -> Any:
    """Fetch nothing but images that hold themselves: what a person typed never makes the worker call an address."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols=("data",), allow_redirects=False)
