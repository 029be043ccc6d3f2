"""The studio on a large procedure: opening a question, saving it, telling two versions apart."""

from __future__ import annotations

import itertools
from functools import partial
from typing import Any

from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import Actor
from bench_support.desk import an_agent, signed_in
from bench_support.figures import cpu_ms, least, say, statements
from bench_support.world import World
from procedures.definition.edits import digest, node, own
from procedures.definition.upgrade import dump, parse
from procedures.lifecycle import editing
from procedures.lifecycle.publish import publish
from procedures.models import Procedure
from procedures.studio import differences
from tests.support import samples

FIELDS, STATES = 100, 30


def content() -> dict[str, Any]:
    """Return a definition of 100 questions, 100 conditions and 30 states."""
    steps, last = [], ""
    for page in range(FIELDS // 10):
        fields = []
        for number in range(10):
            key = f"q{page}_{number}"
            when = {"field": last, "op": "is", "value": "oui"} if last else {"field": "premiere", "op": "answered"}
            options = [{"value": "oui", "label": "Oui"}, {"value": "non", "label": "Non"}]
            fields.append({"type": "choice", "id": key, "label": f"Question {key}", "options": options, "when": when})
            last = key
        if page == 0:
            fields.insert(0, {"type": "text", "id": "premiere", "label": "Première"})
        section = {"id": f"partie_{page}", "fields": fields}
        steps.append({"id": f"etape_{page}", "title": f"Étape {page}", "question": "Page", "sections": [section]})
    flow = dump(parse(samples.content()))["workflow"]
    for number in range(STATES - len(flow["states"])):
        said = {"citizen_label": "Étudiée", "citizen_explanation": "Le service étudie votre demande."}
        flow["states"].append({"id": f"e{number}", "label": f"État {number}", "status": "under_review", **said})
        before = "in_review" if number == 0 else f"e{number - 1}"
        move = {"id": f"t{number}", "label": f"Aller à {number}", "to": f"e{number}", "role": "agent"}
        flow["transitions"].append({**move, "from": [before]})
    flow["transitions"].append(
        {"id": "fin", "label": "Fin", "from": [flow["states"][-1]["id"]], "to": "in_review", "role": "agent"}
    )
    return samples.content(id="grande", title="Grande démarche", steps=steps, workflow=flow)


def run(world: World) -> None:
    """Print the CPU and the queries of a save, the weight of the page, and the CPU of telling versions apart."""
    department = world.procedure.department
    procedure = Procedure.objects.create(slug="grande", title="Grande", department=department)
    first = publish(procedure, parse(content()), by=Actor(), reviewed_by="Test", reviewed_on=None)
    user = an_agent(department, "odile@exemple.fr")
    Membership.objects.create(user=user, department=department, role="procedure_admin", title="secrétaire")
    browser = signed_in(world, user)
    address = reverse("studio:question", args=["grande", "q5_5"])
    reply = browser.get(address).expect(200)
    say("studio.page.gzip_kb", value=round(reply.compressed / 1000, 1), unit="kB")
    (opened,) = least(lambda: browser.get(address).expect(200), rounds=5, times=5)
    say("studio.page.cpu_ms", value=round(opened, 1), unit="ms")
    numbers = itertools.count()
    fields = {"type": "choice", "drawn": "choice", "options": "Oui\nNon", "required": "yes"}
    fields |= {"when-rows": "1", "when-0-field": "q5_4", "when-0-op": "is", "when-0-value": "Oui"}

    def ready() -> dict[str, str]:
        """Type a new label, over what the page shows now."""
        now = editing.written(Procedure.objects.select_related("current_version").get(pk=procedure.pk))
        assert now.definition is not None, "it was published"  # noqa: S101
        seen = digest(own("field", node(dump(now.definition), "field", "q5_5")))
        return {**fields, "label": f"Question {next(numbers)}", "seen": seen}

    costs = [cpu_ms(partial(browser.send, reply, address, ready())) for _number in range(25)]
    say("studio.save.cpu_ms", value=round(sorted(costs)[len(costs) // 2], 1), unit="ms")
    typed = ready()
    with statements() as sent:
        browser.send(reply, address, typed).expect(302)
    say("studio.save.queries", value=len(sent), unit="queries")
    now = editing.written(Procedure.objects.get(pk=procedure.pk)).definition
    assert now is not None, "it is being written"  # noqa: S101
    old = first.definition
    (told,) = least(lambda: differences.between(old, now), rounds=5, times=5)
    say("studio.diff.cpu_ms", value=round(told, 1), unit="ms")
