"""A mandate's life: asked for or offered, accepted by the other side, checked on paper, ended by whoever it binds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import HelpStructure, Mandate, Person, StructureHelper
from accounts.permissions import Actor
from journal import models as journal

from ..definition.fields import FileField
from ..models import MandatePaper
from ..models.storage import remove
from . import mandate_mail as mails
from .files import receive

# A child is of age at 18 (code civil, article 414).
MAJORITY = 18


class Refusal(Exception):
    """What cannot be done, in words; ``field`` names the question it answers, where there is one."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.words, self.field = words, field


@dataclass(frozen=True)
class Terms:
    """What a mandate is for, by what right, and until when. ``procedures`` holds public ids; empty: all."""

    basis: Mandate.Basis
    ends_at: datetime
    procedures: Sequence[str] = field(default=())
    organisation: str = ""
    structure: HelpStructure | None = None

    def fields(self) -> dict[str, object]:
        """Return what the row keeps of them."""
        return {
            "basis": self.basis,
            "ends_at": self.ends_at,
            "procedures": list(self.procedures),
            "organisation": self.organisation,
            "structure": self.structure,
        }


@dataclass(frozen=True)
class Named:
    """Who someone is, as another says; her own account, if she has one, is found only once she has agreed."""

    family_name: str
    given_names: str
    birth_date: str = ""
    birth_place: str = ""
    email: str = ""


def paper() -> FileField:
    """Return the question that judges a signed paper."""
    return FileField(type="file", id="paper", label=_("Signed paper"), max_files=1)


@transaction.atomic
def add_child(parent: Person, child: Named, *, by: Actor) -> Mandate:
    """Let a parent act for her child until the child is of age, on her word (code civil, articles 371-1 and 388-1-1).

    Raises Refusal for someone who is of age.
    """
    birthday = date.fromisoformat(child.birth_date)
    ends_at = _turns(birthday, MAJORITY)
    if ends_at <= timezone.now():
        raise Refusal(_("This person is of age: ask her for a mandate."), "birth_date")
    twin = parent.mandates_held.open().filter(
        basis=Mandate.Basis.PARENT,
        principal__given_names=child.given_names,
        principal__family_name=child.family_name,
        principal__birth_date=child.birth_date,
    )
    if twin.exists():
        raise Refusal(_("This child is already on your list."), "given_names")
    mandate = Mandate.objects.create(
        principal=_new_person(child),
        helper=parent,
        evidence=Mandate.Evidence.DECLARATION,
        accepted_at=timezone.now(),
        **Terms(Mandate.Basis.PARENT, ends_at).fields(),
    )
    _note(mandate, "accepted", by.key)
    return mandate


def _turns(birthday: date, years: int) -> datetime:
    """Return the first moment of a birthday in the town's time zone; of 1 March for who is born on 29 February."""
    try:
        day = birthday.replace(year=birthday.year + years)
    except ValueError:
        day = date(birthday.year + years, 3, 1)
    return timezone.make_aware(datetime.combine(day, time()))


@transaction.atomic
def ask(helper: Person, principal: Named, terms: Terms, evidence: Mandate.Evidence, *, by: Actor) -> Mandate:
    """Ask someone for a mandate: by a code sent to her address, which she gives if she agrees; or by a signed paper.

    Raises PermissionDenied for a place that the helper does not help for.
    """
    if terms.structure and not StructureHelper.objects.of(helper).filter(structure=terms.structure).exists():
        raise PermissionDenied
    mandate = Mandate.objects.create(
        principal=_new_person(principal), helper=helper, evidence=evidence, **terms.fields()
    )
    _note(mandate, "asked", by.key)
    if evidence == Mandate.Evidence.CODE:
        mails.send_code(mandate, principal.email)
    return mandate


@transaction.atomic
def join_paper(mandate: Mandate, file: "UploadedFile[Any]", *, by: Actor) -> Mandate:
    """Keep the signed paper of a mandate that waits for it, in place of one kept before.

    A recognised place vouches for what it saw signed; any other paper is checked by an agent. Raises RefusedFile, Refusal.
    """
    current = _locked(mandate)
    if not current.is_open or current.accepted_at or current.evidence != Mandate.Evidence.PAPER:
        raise Refusal(_("This request has ended, or was already answered."), "paper")
    stored = receive(file, paper())
    before = MandatePaper.objects.filter(mandate=current).select_related("stored").first()
    if before is not None:
        before.delete()
        remove(before.stored)
    MandatePaper.objects.create(mandate=current, stored=stored)
    if current.structure is not None:
        _accept(current, by.key)
    return current


def _new_person(named: Named) -> Person:
    person = Person.objects.create(
        family_name=named.family_name,
        given_names=named.given_names,
        birth_date=named.birth_date,
        birth_place=named.birth_place,
    )
    if named.email:
        person.contact_points.create(kind="email", value=named.email)
    return person


def send_again(mandate: Mandate) -> None:
    """Send a new code; the one before opens nothing any more. Raises Refusal where none is waited for."""
    with transaction.atomic():
        current = _locked(mandate)
        if not current.is_open or current.accepted_at or current.evidence != Mandate.Evidence.CODE:
            raise Refusal(_("No code is waited for any more."))
        mails.send_code(current, mails.address_of(current.principal))


def prove(mandate: Mandate, code: str, *, by: Actor) -> Mandate:
    """Accept a mandate by the code that the person gave. Raises Refusal: a wrong try counts, even so."""
    with transaction.atomic():
        current = _locked(mandate)
        if current.accepted_at:
            return current
        wrong = _wrong(current, code)
        if not wrong:
            current.principal = _known_person(current)
            _accept(current, by.key)
            return current
        current.code_tries += 1
        current.save(update_fields=["code_tries"])
    raise Refusal(wrong, "code")


def _wrong(mandate: Mandate, code: str) -> str:
    if not mandate.is_open:
        return _("This request has ended.")
    if not mails.is_fresh(mandate) or mandate.code_tries >= mails.TRIES:
        return _("This code serves no more: have a new one sent.")
    if not mails.is_code(mandate, code):
        return _("This is not the code that we sent. Read the latest e-mail again.")
    return ""


def _known_person(mandate: Mandate) -> Person:
    """Return the person whose address gave the code: her account's, where one address and one name say it is she.

    Two people may share an address: another name is another person.
    """
    address = mails.address_of(mandate.principal)
    mandate.principal.contact_points.filter(kind="email").update(verified_at=timezone.now())
    known = mails.account_of(address)
    if known is None or known.pk == mandate.helper_id or not mails.same_name(known, mandate.principal):
        return mandate.principal
    return known


@transaction.atomic
def offer(principal: Person, helper_email: str, terms: Terms, *, by: Actor) -> Mandate:
    """Offer a mandate to someone by her address: it holds once she has accepted. Raises Refusal."""
    address = helper_email.strip().lower()
    if mails.is_of(principal, address):
        raise Refusal(_("This is your own address: write that of the person who will help you."), "email")
    waiting = Mandate.objects.waiting().filter(principal=principal, helper_email=address)
    if waiting.exists():
        raise Refusal(_("You have already asked this person: she has not answered yet."), "email")
    mandate = Mandate.objects.create(
        principal=principal,
        helper_email=address,
        asked_by=Mandate.Side.PRINCIPAL,
        evidence=Mandate.Evidence.DECLARATION,
        **terms.fields(),
    )
    _note(mandate, "offered", by.key)
    mails.send_offer(mandate)
    return mandate


@transaction.atomic
def accept_offer(mandate: Mandate, *, by: Actor) -> Mandate:
    """Accept what was offered to one's own address; a second call changes nothing. Raises Refusal."""
    current = _locked(mandate)
    if current.accepted_at and by.person is not None and current.helper_id == by.person.pk:
        return current
    if not current.is_open or current.accepted_at:
        raise Refusal(_("This request has ended."))
    if by.person is None or not mails.is_of(by.person, current.helper_email):
        raise Refusal(_("This request was sent to another address than yours."))
    if by.person.pk == current.principal_id:
        raise Refusal(_("You cannot act for yourself."))
    current.helper = by.person
    _accept(current, by.key)
    return current


@transaction.atomic
def accept_as_principal(mandate: Mandate) -> Mandate:
    """Accept by the link sent to one's address: as good as the code that it came with. Raises Refusal."""
    current = _locked(mandate)
    if current.accepted_at:
        return current
    if not current.is_open or current.evidence != Mandate.Evidence.CODE:
        raise Refusal(_("This request has ended."))
    current.principal = _known_person(current)
    _accept(current, current.principal.key)
    return current


@transaction.atomic
def vouch(mandate: Mandate, *, by: Actor) -> Mandate:
    """Accept a mandate after its paper was checked by an agent. Raises Refusal."""
    current = _locked(mandate)
    if not current.is_open or current.accepted_at:
        raise Refusal(_("This request has ended, or was already answered."))
    _accept(current, by.key)
    mails.tell_helper(current, "accepted")
    return current


@transaction.atomic
def refuse(mandate: Mandate, *, by: str, because: str = "") -> Mandate:
    """Say no to a mandate that waits; a second call changes nothing. ``by`` is the journal's key. Raises Refusal."""
    current = _locked(mandate)
    if current.refused_at:
        return current
    if not current.is_open or current.accepted_at:
        raise Refusal(_("This request has ended, or was already answered."))
    current.refused_at, current.refused_because = timezone.now(), because[:300]
    current.code_digest = ""
    current.save(update_fields=["refused_at", "refused_because", "code_digest"])
    _note(current, "refused", by)
    mails.tell_asker(current, "refused")
    return current


@transaction.atomic
def end(mandate: Mandate, *, by: str, because: str = "", ending: str = "") -> Mandate:
    """End a mandate at once, or take back one that waits; a second call changes nothing. ``by`` is the journal's key.

    At any time, and without a reason, when the person or the helper does it; ``ending`` says that one of them has died
    (code civil, articles 2003 to 2007). Both sides read the words of ``because``; the journal keeps none.
    """
    current = _locked(mandate)
    if not current.is_open:
        return current
    current.revoked_at, current.revoked_by, current.ending = timezone.now(), by, ending
    current.code_digest, current.refused_because = "", because[:300]
    current.save(update_fields=["revoked_at", "revoked_by", "ending", "code_digest", "refused_because"])
    _note(current, "ended", by, {"because": ending} if ending else {})
    if current.accepted_at:
        mails.tell_both(current, "ended")
    return current


def _accept(mandate: Mandate, by: str) -> None:
    if mandate.principal.died_on or (mandate.helper and mandate.helper.died_on):
        raise Refusal(_("This request has ended."))
    mandate.accepted_at = mandate.starts_at = timezone.now()
    mandate.code_digest = ""
    mandate.save(update_fields=["principal", "helper", "accepted_at", "starts_at", "code_digest"])
    _note(mandate, "accepted", by)
    mails.tell_both(mandate, "accepted")


def _locked(mandate: Mandate) -> Mandate:
    held = Mandate.objects.select_for_update(of=("self",)).select_related(
        "principal__user", "helper__user", "structure"
    )
    return held.get(pk=mandate.pk)


def _note(mandate: Mandate, what: str, by: str, more: dict[str, str] | None = None) -> None:
    """Write the event on the person's chain: ids and terms, never a name or an address."""
    data = {
        "mandate": str(mandate.public_id),
        "helper": mandate.helper.key if mandate.helper else "",
        "basis": mandate.basis,
        "evidence": mandate.evidence,
        "procedures": mandate.procedures,
        "until": mandate.ends_at.isoformat() if mandate.ends_at else "",
        **(more or {}),
    }
    journal.append(mandate.principal.key, f"mandate.{what}", actor=by, data=data)
