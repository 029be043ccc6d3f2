"""Every address, for every role of the demo town, in a browser: axe and 320 px, once per distinct page skeleton."""

import json
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.support.addresses import names, parameters
from tests.support.browser import assert_accessible, assert_reflows, sign_in
from tests.support.servers import Live
from tests.test_rights import EXPECTED

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

# Role in the table of rights → login of the demo town.
LOGINS = {
    "anonymous": "",
    "citizen": "citoyen@exemple.fr",
    "helper": "aidant@exemple.fr",
    "agent": "agent@exemple.fr",
    "head": "responsable@exemple.fr",
    "signatory": "signataire@exemple.fr",
    "town_admin": "admin@exemple.fr",
}
# What fills the parts of an address, read from the demo town's own rows; "key" depends on the address.
FIND = """
import json
import uuid
from datetime import timedelta
from django.utils import timezone
from accounts.models import Absence, HelpStructure, Invitation, Mandate, Membership, Person, User
from exchange.models import ApiToken, Export, Webhook, WebhookDelivery
from accounts.permissions import Actor
from procedures.definition.upgrade import parse
from procedures.lifecycle.publish import publish
from procedures.lifecycle.correction import correctable, last_sent
from procedures.lifecycle.mandate_mail import link_for
from procedures.models import ArchiveList, Batch, CorrectionRequest, Draft, Edition, Label, Note, Opinion, Notification
from procedures.models import PiecesRequest, Procedure, QualitySnapshot, Rating, SafePaper, SavedView
from procedures.models import SilenceRequest, Submission, WorkingCopy
role = Membership.objects.filter(user__email='agent@exemple.fr').order_by('pk').first()
away = Absence.objects.get()
mine = Submission.objects.filter(person__user__email='citoyen@exemple.fr')
case = mine.filter(status='submitted').order_by('pk').first()
helps = Mandate.objects.filter(helper__user__email='aidant@exemple.fr')
held, papered = helps.get(basis='structure'), helps.get(evidence='paper', accepted_at=None)
named = Person.objects.create(family_name='Lannou', given_names='Odette')
coded = Mandate.objects.create(principal=named, helper=held.helper, evidence='code', ends_at=held.ends_at)
child = Mandate.objects.get(basis='parent')
asked = {'by': role.user, 'sector': role.department.sector, 'view': {'state': 'all', 'q': 'Lefèvre'}, 'format': 'ods'}
asked |= {'identity': False, 'answers': True, 'sensitive': False, 'attempts': 1}
for fingerprint, parts in {
    'done': {'state': 'done', 'name': 'demandes.ods', 'size': 51200, 'total': 12, 'done': 12},
    'working': {'state': 'working', 'total': 1200, 'done': 250},
    'queued': {'state': 'queued', 'attempts': 0},
    'retried': {'state': 'queued'},
    'failed': {'state': 'failed', 'reason': 'Ces fichiers pèsent 3 Go, au-dessus de la limite de 2 Go.'},
}.items():
    Export.objects.create(fingerprint=fingerprint, **{**asked, **parts})
today, helped = timezone.localdate(), Submission.objects.filter(mandate=held).get()
begun = Draft.objects.filter(entered_by__isnull=False, submission=None).order_by('pk').first()
for one in (helped, case):
    asked = PiecesRequest.objects.create(
        submission=one, asked_by_name='N. Roussel', asked_on=today, deadline=today + timedelta(days=9))
    asked.items.create(label='Justificatif', reason='Il est indispensable.')
    named = next(iter(correctable(one.version.definition, last_sent(one)).values()))
    corrected = CorrectionRequest.objects.create(
        submission=one, asked_by_name='N. Roussel', asked_on=today, deadline=today + timedelta(days=9))
    corrected.items.create(field_id=named.id, label=named.name, reason='Elle ne correspond pas à la pièce jointe.')
# Its legal date is past: silence has decided.
Submission.objects.filter(procedure__slug='inscription-scolaire', state='in_review').update(
    due_on=today - timedelta(days=2))
silent = Submission.objects.get(procedure__slug='inscription-scolaire', state='in_review')
# The second is in the sector that agents open first.
for one in (silent, case):
    SilenceRequest.objects.create(submission=one, kind='reasons', due_on=today + timedelta(days=20))
onward = Submission.objects.filter(procedure=case.procedure, state='in_review').first()
SentOn.objects.create(
    submission=onward, authority='Préfecture', address='1 place Fictive', reason='Elle délivre ce titre.', sent_on=today)
# A text gives more time to answer it, and an opinion is awaited on it.
content = json.loads(onward.version.content)
month = {'count': 1, 'unit': 'months'}
content['legal'] |= {'extensions': [{'basis': 'Article fictif', 'delay': month}], 'silence_effect': 'rejection'}
content['legal'] |= {'silence_delay': month, 'silence_legal_basis': 'Article fictif'}
longer = publish(onward.procedure, parse(content), by=Actor(), reviewed_by='Test', reviewed_on=None)
Submission.objects.filter(pk=onward.pk).update(version=longer, due_on=today + timedelta(days=20))
letter = Notification.objects.filter(decision__submission__outcome_by='decision').first()
Notification.objects.filter(pk=letter.pk).update(way='post')
archived = ArchiveList.objects.create(
    number='BE-2026-0001', kind='elimination', department=case.department, made_by_name='N. Roussel')
archived.items.create(submission=letter.decision.submission, ended_on=today, kept_until=today)
agent = User.objects.get(email='agent@exemple.fr')
many = Batch.objects.create(
    by=agent, sector=case.department.sector, token=uuid.uuid4(), act='label', given='Été', total=2, state='working')
many.items.create(submission=case)
many.items.create(submission=onward, state='refused', why='Elle est terminée.')
kept = SavedView.objects.create(owner=agent, name='Mes actes', query='etat=toutes')
noted = Note.objects.create(submission=case, author_name='N. Roussel', body='À revoir.')
noted.mentions.create(user=agent)
Label.objects.create(department=case.department, name='Été', folded='ete').marks.create(submission=case)
lettered = next(
    (one.slug, letters[0].id)
    for one in Procedure.objects.filter(current_version__isnull=False).select_related('current_version')
    if (letters := one.current_version.definition.letters.templates))
ran = Edition.objects.order_by('pk').first() or Edition.objects.create(procedure=case.procedure, name='2025')
written = Procedure.objects.get(slug='acte-naissance')
first = written.current_version.definition.steps[0]
content = json.loads(written.current_version.content)
asked_first = first.sections[0].fields[0].id
# It never holds: what other tests file here meets neither the stop nor the rule.
when = {'all': [{'field': asked_first, 'op': 'answered'}, {'field': asked_first, 'op': 'empty'}]}
content['rules'] = [{'id': 'un_mot', 'title': 'Un mot', 'on': 'filed', 'do': 'label', 'to': 'À lire', 'when': when}]
content['steps'][0]['stops'] = [{'id': 'pas_ici', 'title': 'Ce n’est pas ici', 'text': 'Ailleurs.', 'when': when}]
publish(written, parse(content), by=Actor(), reviewed_by='Test', reviewed_on=None)
WorkingCopy.objects.filter(procedure=written).delete()
parts = {'step': first.id, 'add_section': first.id, 'add_stop': first.id, 'section': first.sections[0].id}
parts |= {'rule': 'un_mot', 'state': 'received', 'transition': 'take_charge'}
parts |= {'question': first.sections[0].fields[0].id, 'stop': 'pas_ici'}
opinion = Opinion.objects.create(submission=onward, body='Service voisin', asked_on=today, asked_by_name='N. Roussel')
told = Webhook.objects.create(
    name='Carte', url='https://carte.example/', user=role.user, sector=role.department.sector, failures=2)
for number, state in enumerate(('done', 'failed', 'queued')):
    WebhookDelivery.objects.create(webhook=told, event=number, body='{}', state=state, last_error='500',
                                   done_at=timezone.now(), answer=200)
ApiToken.objects.create(name='Carte', user=role.user, sector=role.department.sector, scopes=['requests:read'],
                        ends_on=today, digest='x', hint='portail_abcd', networks=['192.0.2.0/24'])
QualitySnapshot.objects.create(procedure=case.procedure, month=today.replace(day=1), received=40, decided=38,
    median_days=3, in_time_percent=97, by_silence=0, begun=50, sent=40, ratings=25, satisfaction=84, clarity=62)
Rating.objects.create(procedure=case.procedure, version=case.version, department=case.department, submission=case,
                      moment='filing', score=4, words='La photo est difficile.')
linked = Opinion.objects.create(
    submission=onward, body='SDIS', way='link', email='a@sdis.example', shows_answers=True, shows_identity=True,
    question='Assez large ?', asked_on=today, reply_by=today, asked_by_name='N. Roussel')
print('found ' + json.dumps({
    'slug': case.procedure.slug,
    'reference': case.reference,
    'token': 'forged',
    'pk': 1,
    'kind': 'brouillons',
    'own filing:pieces': {'reference': mine.get(awaiting='pieces').reference},
    'list_id': str(archived.public_id),
    'own desk:posting': {
        'reference': letter.decision.submission.reference, 'number': letter.decision.number},
    'batch_id': str(many.public_id),
    'hook_id': str(told.public_id),
    'outcome': 'granted',
    'way': 'papier',
    'letter_id': lettered[1],
    **{f'own studio:{name}': {'slug': written.slug, 'key': key} for name, key in parts.items()},
    'own studio:edition': {'slug': ran.procedure.slug, 'pk': ran.pk},
    'own studio:letter': {'slug': lettered[0]},
    'own studio:letter_preview': {'slug': lettered[0]},
    'view_id': str(kept.public_id),
    'own desk:extend': {'reference': onward.reference},
    'own consulted:opinion': {'token': linked.token},
    'own desk:opinion': {'reference': onward.reference, 'opinion_id': str(opinion.public_id)},
    'own desk:sent_on_arrived': {'reference': onward.reference},
    'own desk:reasons': {'reference': case.reference},
    'own desk:withdraw': {'reference': Submission.objects.filter(outcome_by='decision', outcome='granted').first().reference},
    'own filing:correction': {'reference': case.reference},
    'paper_id': str(SafePaper.objects.get(person__user__email='citoyen@exemple.fr').public_id),
    'user_id': str(role.user.public_id),
    'studio:change_role': role.pk,
    'desk:cancel_absence': away.pk,
    'own desk:entry': {'draft_id': str(begun.public_id)},
    'place_id': str(HelpStructure.objects.get().public_id),
    'mandate_id': str(papered.public_id),
    'links': [link_for(coded, side).split('/', 3)[3] for side in ('principal', 'helper')],
    'waiting': mine.get(awaiting='pieces').reference,
    'silent': Submission.objects.get(procedure__slug='inscription-scolaire', state='in_review').reference,
    'as helper': {
        'reference': helped.reference,
        'own filing:pieces': {'reference': helped.reference},
        'own filing:correction': {'reference': helped.reference},
        'own space:end_mandate': {'mandate_id': str(held.public_id)},
        'own space:mandate_code': {'mandate_id': str(coded.public_id)},
    },
    'as citizen': {'own space:end_mandate': {'mandate_id': str(child.public_id)}},
    'own desk:entered': {'reference': Submission.objects.exclude(channel='online').order_by('pk').first().reference},
}))
"""
KEYS = {"filing:action": "withdraw", "desk:action": "take_charge"}
# Downloads and machine formats: nothing to look at.
NOT_PAGES = {
    "theme",
    "health",
    "filing:schema",
    "filing:prepare",
    "filing:suggestions",
    "filing:file",
    "filing:receipt",
    "filing:later_receipt",
    "filing:decision",
    "filing:pieces_receipt",
    "filing:attestation",
    "filing:upload",
    "space:paper_file",
    "desk:file",
    "desk:receipt",
    "desk:later_receipt",
    "archives:ods",
    "archives:seda",
    "register:ods",
    "register:json",
    "studio:export",
    "desk:decision",
    "desk:pieces_receipt",
    "desk:attestation",
    "desk:entry_paper",
    "desk:mandate_file",
    "consulted:file",
    # A document for programs.
    "api:openapi-json",
    "pages:quality_data",
    # The double's machine formats; its page is opened by test_identity_browser.py.
    "demo_franceconnect",
    "demo_proconnect",
}
# A page is told from another by its elements and classes, not by its words.
SKELETON = """() => {
  const walk = e => e.tagName + '.' + e.className + (e.type ? ':' + e.type : '') +
    '(' + [...new Set([...e.children].map(walk))].join() + ')';
  return walk(document.body);
}"""

seen: set[str] = set()


@pytest.fixture(scope="module")
def values(live: Live) -> dict[str, Any]:
    """Return what fills the parts of addresses."""
    printed = live.manage("shell", "-v0", "-c", FIND)
    found: dict[str, Any] = json.loads(printed.split("found ", 1)[1].splitlines()[0])
    return found


def begin(page: Page, slug: str) -> tuple[str, str]:
    """Begin a draft as whoever is signed in; return its id and its first step."""
    page.goto(f"/demarches/{slug}/")
    oneself = page.locator("label", has_text="Pour moi")
    if oneself.count():
        oneself.click()
    page.get_by_role("button", name="Commencer la demande").click()
    *_, draft_id, step, _end = page.url.split("/")
    return draft_id, step


@pytest.mark.parametrize("role", LOGINS)
def test_every_page_that_a_role_may_open_is_accessible(page: Page, role: str, values: dict[str, Any]) -> None:
    if LOGINS[role]:
        sign_in(page, LOGINS[role])
    draft_id, step = begin(page, values["slug"])
    here = values | {"draft_id": draft_id, "step": step} | values.get(f"as {role}", {})
    # A stranger's own draft is as good a page as the citizen's: what is refused is the business of the table of rights.
    own = {name for name in EXPECTED if name in {"filing:draft", "filing:leave", "filing:step"}}
    opened = 0
    for name in sorted(set(names()) - NOT_PAGES):
        if EXPECTED[name][role] != 200 and name not in own:
            continue
        own_values = {"key": KEYS.get(name), "pk": here.get(name), **here.get(f"own {name}", {})}
        parts = {key: own_values.get(key) or here[key] for key in parameters(name)}
        answer = page.goto(reverse(name, kwargs=parts))
        assert answer is not None
        assert answer.status == 200, name
        opened += 1
        skeleton = page.evaluate(SKELETON)
        if skeleton not in seen:
            seen.add(skeleton)
            assert_accessible(page)
            assert_reflows(page)
    assert opened > 10


def test_what_is_done_to_many_requests_is_accessible(page: Page, values: dict[str, Any]) -> None:
    sign_in(page, LOGINS["agent"])
    for address in ("/agent/demandes/?tri=echeance", "/agent/demandes/?q=a&etat=toutes"):
        page.goto(address)
        assert_accessible(page)
        assert_reflows(page)
    page.goto("/agent/demandes/?etat=toutes")
    boxes = page.get_by_role("checkbox")
    for number in range(2):
        boxes.nth(number).check()
    page.get_by_role("button", name="Agir sur celles cochées").click()
    expect(page.get_by_text("2 demandes choisies")).to_be_visible()
    assert_accessible(page)
    assert_reflows(page)
    page.get_by_role("radio", name="étiqueter").check()
    page.get_by_role("button", name="Essayer sans rien faire").click()
    expect(page.get_by_role("alert").or_(page.locator(".errors"))).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Pour étiqueter").fill("Urgent")
    page.get_by_role("button", name="Essayer sans rien faire").click()
    expect(page.get_by_role("heading", name="Ce qui se passerait")).to_be_visible()
    assert_accessible(page)
    assert_reflows(page)


def test_every_page_that_a_helper_fills_for_someone_is_accessible(page: Page, values: dict[str, Any]) -> None:
    for address in values["links"]:
        page.goto(f"/{address}")
        assert_accessible(page)
        assert_reflows(page)
    sign_in(page, LOGINS["helper"])
    page.goto(f"/demarches/{values['slug']}/")
    page.get_by_role("button", name="Commencer la demande").click()
    expect(page.get_by_role("link", name="Dites pour qui vous faites cette demande.")).to_be_visible()
    assert_accessible(page)
    assert_reflows(page)
    page.locator("label", has_text="Yvonne Kervella").click()
    page.get_by_role("button", name="Commencer la demande").click()
    band = page.get_by_role("region", name="Pour qui ceci est fait")
    expect(band).to_contain_text("Vous agissez pour Yvonne Kervella")
    assert_accessible(page)
    assert_reflows(page)
    page.get_by_role("button", name="Enregistrer pour plus tard").click()
    expect(band).to_be_visible()
    assert_accessible(page)
    assert_reflows(page)


def test_every_page_that_an_agent_fills_for_someone_is_accessible(page: Page) -> None:
    sign_in(page, LOGINS["agent"])
    page.goto("/agent/demandes/")
    page.get_by_role("link", name="Saisir une demande").click()
    page.get_by_role("link", name="Demander un acte de décès", exact=False).first.click()
    page.get_by_role("radio", name="par téléphone").check()
    page.get_by_role("button", name="Continuer vers les questions").click()
    band = page.get_by_role("region", name="Pour qui vous saisissez")
    expect(band).to_contain_text("Vous saisissez pour quelqu’un")
    assert_accessible(page)
    assert_reflows(page)
    page.get_by_role("button", name="Enregistrer pour plus tard").click()
    expect(band).to_be_visible()
    assert_accessible(page)
    assert_reflows(page)
    band.get_by_role("link", name="Origine et papiers").click()
    expect(page.get_by_role("radio", name="par téléphone")).to_be_checked()
    page.get_by_label("Jour où la mairie l’a reçue").fill("2019-01-05")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_role("heading", name="Une réponse est à corriger")).to_be_visible()
    assert_accessible(page)
    assert_reflows(page)


def test_every_page_of_pieces_asked_for_and_of_silence_is_accessible(page: Page, values: dict[str, Any]) -> None:
    def look() -> None:
        assert_accessible(page)
        assert_reflows(page)

    sign_in(page, LOGINS["agent"])
    page.goto(f"/agent/demandes/{values['silent']}/")
    page.get_by_role("button", name="Continuer dans", exact=False).click()
    page.goto(f"/agent/demandes/{values['silent']}/")
    expect(page.get_by_role("heading", name="Le silence a décidé")).to_be_visible()
    look()
    page.goto(f"/agent/demandes/{values['silent']}/actions/ask_pieces/")
    page.get_by_role("button", name="Envoyer à", exact=False).click()
    expect(page.get_by_role("link", name="Dites quelle pièce manque.")).to_be_visible()
    look()
    page.goto(f"/agent/demandes/{values['waiting']}/")
    expect(page.get_by_role("heading", name="Pièces demandées")).to_be_visible()
    look()


def test_every_page_on_which_pieces_are_sent_is_accessible(page: Page, values: dict[str, Any]) -> None:
    sign_in(page, LOGINS["citizen"])
    page.goto(f"/demandes/{values['waiting']}/")
    page.get_by_role("link", name="Envoyer les pièces").click()
    page.get_by_role("button", name="Envoyer mes pièces").click()
    expect(page.get_by_role("heading", name="Une réponse est à corriger")).to_be_visible()
    assert_accessible(page)
    assert_reflows(page)
    page.get_by_label("Si vous ne l’avez pas, dites pourquoi").fill("Je viens d’emménager.")
    page.get_by_role("button", name="Envoyer mes pièces").click()
    expect(page.get_by_role("heading", name="Récépissé")).to_be_visible()
    assert_accessible(page)
    assert_reflows(page)
