"""What is handed over to the archives: a ZIP of files and their manifest, in the form of SEDA 2.3 (ARC-01).

The elements stand in the order of the published schema; where the town supplies it (``SEDA_XSD``: its main file, the others
beside it) the manifest is checked against it before it leaves.
"""

import hashlib
import json
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import Element, ElementTree, SubElement

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from journal.models import Event
from procedures.lifecycle import archives
from procedures.models import ArchiveItem, ArchiveList, StoredFile, Submission
from procedures.space.described import history, of_request
from town import models as town

NAMESPACE = "fr:gouv:culture:archivesdefrance:seda:v2.3"
# How the registry of formats PRONOM names what the portal keeps; what is not here goes without.
_PUIDS = {
    "application/pdf": ("PDF", ""),
    "image/jpeg": ("JPEG File Interchange Format", "fmt/43"),
    "image/png": ("Portable Network Graphics", "fmt/11"),
    "application/json": ("JSON Data Interchange Format", "fmt/817"),
    "text/csv": ("Comma Separated Values", "x-fmt/18"),
    "text/plain": ("Plain Text File", "x-fmt/111"),
}
# Our own documents are PDF/A-3a, which we know without reading them.
_OURS = ("Acrobat PDF/A - Portable Document Format", "fmt/479")
_CHUNK = 1 << 20
_AT_ONCE = 50


class Impossible(Exception):
    """A package that no other try will make; the message says why, and what to do."""


@dataclass(frozen=True)
class Piece:
    """One file of the package: its place, its name, its digest (SHA-512), its weight in bytes, its type."""

    uri: str
    name: str
    digest: str
    size: int
    mime: str
    format: tuple[str, str]


def write(out: IO[bytes], made: ArchiveList, beat: Callable[[], None] = lambda: None) -> None:
    """Write the package of a transfer, one file at a time; ``beat`` is called after each request. Raises Impossible."""
    missing = lacking(made)
    if missing:
        raise Impossible(" ".join(missing))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        units: list[tuple[ArchiveItem, list[Piece]]] = []
        rows = archives.rows(made)
        while chunk := list(islice(rows, _AT_ONCE)):
            events = defaultdict[str, list[Event]](list)
            for event in Event.objects.filter(subject__in=[item.submission.key for item in chunk]).order_by("number"):
                events[event.subject].append(event)
            for item in chunk:
                units.append((item, _pack(archive, item, events[item.submission.key])))
                beat()
        root = manifest(made, units)
        check(root)
        with archive.open("manifest.xml", "w") as opened:
            ElementTree(root).write(opened, encoding="utf-8", xml_declaration=True)


def lacking(made: ArchiveList) -> list[str]:
    """Say what the schema wants and nobody has given: who receives, and who hands over."""
    said = []
    if not settings.SEDA_ARCHIVAL_AGENCY:
        said.append(_("The identifier of the archives is not set (SEDA_ARCHIVAL_AGENCY)."))
    if not made.department.entity.siret:
        said.append(
            _("%(name)s has no SIRET number: it identifies who hands over.") % {"name": made.department.entity.name}
        )
    return said


def manifest(made: ArchiveList, units: list[tuple[ArchiveItem, list[Piece]]]) -> Element:
    """Return the manifest of a transfer."""
    here, service = town.current(), made.department
    agency = settings.SEDA_ARCHIVAL_AGENCY
    root = Element("ArchiveTransfer", {"xmlns": NAMESPACE})
    _text(root, "Comment", f"Versement {made.number}, {service.name}, {here.name}")
    _text(root, "Date", _moment(timezone.now()))
    _text(root, "MessageIdentifier", made.number)
    _text(root, "ArchivalAgreement", settings.SEDA_AGREEMENT)
    codes = SubElement(root, "CodeListVersions")
    _text(codes, "ReplyCodeListVersion", "ReplyCodeListVersion0")
    _text(codes, "MessageDigestAlgorithmCodeListVersion", "MessageDigestAlgorithmCodeListVersion0")
    package = SubElement(root, "DataObjectPackage")
    for item, pieces in units:
        for number, piece in enumerate(pieces, 1):
            _object(package, f"{item.pk}-{number}", piece)
    described = SubElement(package, "DescriptiveMetadata")
    for item, pieces in units:
        _unit(described, item, pieces)
    management = SubElement(package, "ManagementMetadata")
    _text(management, "LegalStatus", "Public Archive")
    _text(management, "OriginatingAgencyIdentifier", service.entity.siret)
    _text(management, "SubmissionAgencyIdentifier", service.entity.siret)
    if settings.SEDA_ACCESS_RULE and units:
        access = SubElement(management, "AccessRule")
        _text(access, "Rule", settings.SEDA_ACCESS_RULE)
        _text(access, "StartDate", min(item.ended_on for item, _pieces in units).isoformat())
    _text(SubElement(root, "ArchivalAgency"), "Identifier", agency)
    _text(SubElement(root, "TransferringAgency"), "Identifier", service.entity.siret)
    return root


def check(root: Element) -> None:
    """Check a manifest against the schema that the town supplies; nothing where it supplies none. Raises Impossible."""
    if not settings.SEDA_XSD:
        return
    from xml.etree.ElementTree import tostring

    from lxml import etree

    class Beside(etree.Resolver):  # type: ignore[misc]
        """The published schema imports two others from the web: nothing is fetched, they are looked for beside it."""

        def resolve(self, url: str, pubid: str, context: Any) -> Any:
            if url.startswith(("http://", "https://")):
                return self.resolve_filename(str(Path(settings.SEDA_XSD).with_name(url.rsplit("/", 1)[-1])), context)
            return None

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Beside())
    try:
        schema = etree.XMLSchema(etree.parse(settings.SEDA_XSD, parser))
    except (OSError, etree.LxmlError) as error:
        raise Impossible(_("The schema of SEDA_XSD cannot be read: %(why)s") % {"why": error}) from error
    if not schema.validate(etree.fromstring(tostring(root, encoding="utf-8"))):
        why = "; ".join(f"{error.message}" for error in list(schema.error_log)[:3])
        raise Impossible(_("The manifest does not follow the schema of the town: %(why)s") % {"why": why})


def _object(package: Element, name: str, piece: Piece) -> None:
    group = SubElement(package, "DataObjectGroup", {"id": f"G{name}"})
    binary = SubElement(group, "BinaryDataObject", {"id": f"O{name}"})
    _text(binary, "DataObjectVersion", "BinaryMaster_1")
    _text(binary, "Uri", piece.uri)
    SubElement(binary, "MessageDigest", {"algorithm": "SHA-512"}).text = piece.digest
    _text(binary, "Size", str(piece.size))
    known = SubElement(binary, "FormatIdentification")
    words, puid = piece.format
    _text(known, "FormatLitteral", words)
    _text(known, "MimeType", piece.mime)
    _text(known, "FormatId", puid)
    _text(SubElement(binary, "FileInfo"), "Filename", piece.name)


def _unit(described: Element, item: ArchiveItem, pieces: list[Piece]) -> None:
    case = item.submission
    unit = SubElement(described, "ArchiveUnit", {"id": f"U{item.pk}"})
    management = SubElement(unit, "Management")
    appraisal = SubElement(management, "AppraisalRule")
    if item.rule:
        # A day counts from a rule: the schema has none without one.
        _text(appraisal, "Rule", item.rule)
        _text(appraisal, "StartDate", item.ended_on.isoformat())
    _text(appraisal, "FinalAction", "Keep")
    content = SubElement(unit, "Content")
    _text(content, "DescriptionLevel", "RecordGrp")
    _text(content, "Title", f"{case.procedure.title}, demande {case.reference}")
    _text(
        content,
        "Description",
        f"Demande reçue le {timezone.localdate(case.received_at):%d/%m/%Y} ; issue : {case.get_outcome_display()}",
    )
    _text(content, "StartDate", timezone.localdate(case.received_at).isoformat())
    _text(content, "EndDate", item.ended_on.isoformat())
    for number, piece in enumerate(pieces, 1):
        inner = SubElement(unit, "ArchiveUnit", {"id": f"U{item.pk}-{number}"})
        inside = SubElement(inner, "Content")
        _text(inside, "DescriptionLevel", "Item")
        _text(inside, "Title", piece.name)
        reference = SubElement(inner, "DataObjectReference")
        _text(reference, "DataObjectGroupReferenceId", f"G{item.pk}-{number}")


def _pack(archive: zipfile.ZipFile, item: ArchiveItem, events: list[Event]) -> list[Piece]:
    """Put the files of one request in the package; return what the manifest says of them."""
    case, folder = item.submission, f"content/{item.submission.reference}"
    said = of_request(case, lambda stored, _folder: stored.described()) | {"historique": history(case, events)}
    data = json.dumps(said, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()
    uri = f"{folder}/demande.json"
    archive.writestr(uri, data)
    digest = hashlib.sha512(data).hexdigest()
    pieces = [Piece(uri, "demande.json", digest, len(data), "application/json", _PUIDS["application/json"])]
    for number, stored in enumerate(_files(case), 1):
        pieces.append(_copy(archive, stored, f"{folder}/{number:03d}-{stored.public_id}"))
    return pieces


def _files(case: Submission) -> Iterator[StoredFile]:
    """Yield what is handed over: our documents, what was joined and said; never what the scanner blocked."""
    linked = Q(document__submission=case) | Q(answer_link__submission=case)
    linked |= Q(message_link__message__submission=case) | Q(notification_link__decision__submission=case)
    found = StoredFile.objects.filter(linked, destroyed_at=None).exclude(scan=StoredFile.Scan.INFECTED)
    yield from found.select_related("document").order_by("pk")


def _copy(archive: zipfile.ZipFile, stored: StoredFile, uri: str) -> Piece:
    digest, size = hashlib.sha512(), 0
    # Most of it is packed already: it is stored as it is.
    info = zipfile.ZipInfo(uri, _stamp(stored.created_at))
    with default_storage.open(stored.key) as source, archive.open(info, "w", force_zip64=True) as target:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    ours = hasattr(stored, "document")
    form = _OURS if ours else _PUIDS.get(stored.content_type, (stored.content_type, ""))
    return Piece(uri, stored.name, digest.hexdigest(), size, stored.content_type, form)


def _text(parent: Element, name: str, value: str) -> None:
    """Add an element with its text; none for what is not known."""
    if value:
        SubElement(parent, name).text = _plain(value)


def _plain(value: str) -> str:
    """Leave out what XML cannot hold."""
    return "".join(one for one in value if one in "\t\n\r" or (ord(one) >= 32 and not 0xD800 <= ord(one) <= 0xDFFF))


def _stamp(value: datetime) -> tuple[int, int, int, int, int, int]:
    local = timezone.localtime(value)
    return local.year, local.month, local.day, local.hour, local.minute, local.second


def _moment(value: datetime) -> str:
    return timezone.localtime(value).isoformat(timespec="seconds")
