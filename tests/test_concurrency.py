"""A double click and two tabs, for real: several requests at the same moment on a running portal."""

import http.cookiejar
import re
import threading
import urllib.error
import urllib.parse
import urllib.request

from tests.support.servers import Live

IDENTITY = {
    "applicant_kind": "person",
    "applicant_family_name": "Le Goff",
    "applicant_given_names": "Claire",
    "applicant_address-street": "14 rue des Tanneurs",
    "applicant_address-postcode": "99240",
    "applicant_address-city": "Val-de-Brume",
    "applicant_contact": "email",
    "applicant_email": "claire.double@exemple.fr",
}


class Visitor:
    """A browser reduced to its cookies."""

    def __init__(self, url: str) -> None:
        self.url, self.jar = url, http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> tuple[str, str]:
        """Return the address where one ends, and the page."""
        with self.opener.open(urllib.parse.urljoin(self.url, path)) as answer:
            return answer.geturl(), answer.read().decode()

    def post(self, path: str, values: dict[str, str], page: str) -> tuple[str, str]:
        """Post with the token of ``page``; follow to where it leads."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        data = urllib.parse.urlencode({**values, "csrfmiddlewaretoken": token[1]}).encode()
        try:
            answer = self.opener.open(urllib.parse.urljoin(self.url, path), data)
        except urllib.error.HTTPError as error:
            with error:
                told = re.findall(r'class="error"[^>]*>(.*?)</p>', error.read().decode(), re.DOTALL)
            raise AssertionError(f"{path} refused {values}: {told}") from error
        with answer:
            return answer.geturl(), answer.read().decode()


def test_five_clicks_at_once_make_one_request(fresh_live: Live) -> None:
    visitor = Visitor(fresh_live.url)
    _, page = visitor.get("/demarches/saisine-mairie/")
    address, page = visitor.post("/demarches/saisine-mairie/commencer/", {}, page)
    for _ in range(6):
        if "recapitulatif" in address:
            break
        names = set(re.findall(r'name="([^"]+)"', page))
        radios = {n: re.findall(rf'type="radio"[^>]*name="{n}" value="([^"]+)"', page) for n in names}
        values = {name: options[-1] for name, options in radios.items() if options}
        texts = re.findall(r'<(?:input type="text"|textarea)[^>]*name="([^"]+)"', page)
        values |= {name: "Une question à la mairie" for name in texts if not name.startswith("applicant_")}
        values |= {name: "on" for name in names if f'type="checkbox" id="f-{name}"' in page}
        values |= {name: text for name, text in IDENTITY.items() if name in names}
        address, page = visitor.post(address, values, page)
    assert address.endswith("/recapitulatif/"), page
    ends: list[str] = []

    def click() -> None:
        ends.append(visitor.post(address, {"ok": "on"}, page)[0])

    clicks = [threading.Thread(target=click) for _ in range(5)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert len(ends) == 5
    assert len(set(ends)) == 1, ends
    assert ends[0].endswith("/recue/")
    count = fresh_live.manage(
        "shell",
        "-v0",
        "-c",
        "from procedures.models import Applicant; "
        "print('filed', Applicant.objects.filter(email='claire.double@exemple.fr').count())",
    )
    assert "filed 1" in count


INVITE = """
import re
from accounts.team.invitations import invite
from messaging.models import Delivery
from town.models import Department
invite('clic@exemple.fr', Department.objects.get(slug='voirie'), 'agent', by=None, title='agente')
print('link', re.search(r'(/comptes/invitation/\\S+/)', Delivery.objects.latest('pk').body)[1])
"""
USED = """
from accounts.models import Membership, User
print('made', User.objects.filter(email='clic@exemple.fr').count(),
      Membership.objects.filter(user__email='clic@exemple.fr').count())
"""


def test_five_people_with_one_invitation_make_one_agent(fresh_live: Live) -> None:
    path = fresh_live.manage("shell", "-v0", "-c", INVITE).split("link ", 1)[1].split()[0]
    visitors = [Visitor(fresh_live.url) for _ in range(5)]
    pages = [visitor.get(path)[1] for visitor in visitors]
    values = {"given_names": "Clara", "family_name": "Clic", "password": "une phrase bien longue"}
    ends: list[str] = []

    def accept(visitor: Visitor, page: str) -> None:
        try:
            ends.append(visitor.post(path, values, page)[0])
        except AssertionError:
            # 410: someone was quicker.
            ends.append("closed")

    tries = [threading.Thread(target=accept, args=pair) for pair in zip(visitors, pages, strict=True)]
    for one in tries:
        one.start()
    for one in tries:
        one.join()
    assert sum(end.endswith("/agent/") for end in ends) == 1, ends
    assert "made 1 1" in fresh_live.manage("shell", "-v0", "-c", USED)


NEAR = """
from datetime import timedelta
from django.utils import timezone
from procedures.models import Submission
from procedures.models import LegalNotice
LegalNotice.objects.all().delete()
near = Submission.objects.filter(status='submitted', procedure__slug='saisine-mairie')
print('near', near.update(due_on=timezone.localdate() + timedelta(days=3)))
"""
WARN = "from procedures.tasks import watch_legal_dates; print('warned', watch_legal_dates())"
WARNED = """
from messaging.models import Delivery
from procedures.models import LegalNotice
near = LegalNotice.objects.filter(kind='days_5')
print('said', near.count(), near.values('submission').distinct().count())
print('mails', Delivery.objects.filter(key__startswith='legal:days_5').values('address').distinct().count(),
      Delivery.objects.filter(key__startswith='legal:days_5').count())
"""


def test_two_workers_that_watch_legal_dates_at_once_warn_once(fresh_live: Live) -> None:
    near = re.search(r"near (\d+)", fresh_live.manage("shell", "-v0", "-c", NEAR))
    assert near
    assert int(near[1]) > 0
    workers = [threading.Thread(target=fresh_live.manage, args=("shell", "-v0", "-c", WARN)) for _ in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    told = fresh_live.manage("shell", "-v0", "-c", WARNED)
    assert f"said {near[1]} {near[1]}" in told
    mails = re.search(r"mails (\d+) (\d+)", told)
    assert mails
    assert mails[1] == mails[2]
