"""Any sequence of edits leaves a definition that is read, or a refusal that says why; undoing brings every byte back."""

import copy
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from accounts.permissions import Actor
from procedures.definition import edits, edits_workflow
from procedures.definition.base import DefinitionError
from procedures.definition.document import ProcedureDefinition
from procedures.definition.edits import Content
from procedures.definition.quality import quality
from procedures.definition.upgrade import canonical, dump, parse
from procedures.interchange import library
from procedures.lifecycle import editing
from procedures.models import Procedure, WorkingCopy
from procedures.studio import differences
from tests.support import definitions, samples

Change = Callable[[Content, ProcedureDefinition], Any]


def some_edit(content: Content, pick: Callable[[list[Any]], Any]) -> Change:
    """Return an edit of a part of ``content`` that ``pick`` chooses."""
    parts = [(kind, held[at]["id"]) for kind, held, at in edits.places(content)]
    kind, key = pick(parts)
    fields = [name for one, name in parts if one == "field"]
    sections = [name for one, name in parts if one == "section"]
    field, other, section = pick(fields), pick(fields), pick(sections)
    states = [one["id"] for one in content["workflow"]["states"]]
    moves = [one["id"] for one in content["workflow"]["transitions"]]
    state, move = pick(states), pick(moves)
    steps = [one["id"] for one in content["steps"]]
    step = pick(steps)
    made: list[Change] = [
        lambda c, d: edits.drop(c, d, kind, key),
        lambda c, d: edits.shift(c, d, kind, key, 1),
        lambda c, d: edits.shift(c, d, kind, key, -1),
        lambda c, d: edits.duplicate(c, kind, key, "(copie)"),
        lambda c, d: edits.put(c, d, field, after=other),
        lambda c, d: edits.put(c, d, field, section=section),
        lambda c, d: edits.split(c, d, field, "Suite"),
        lambda c, d: edits.add_field(c, {"type": "text", "label": "Une question"}, after=other),
        lambda c, d: edits.add_field(c, {"type": "yes_no", "label": "Oui ?"}, section=section),
        lambda c, d: edits.add_step(c, "Étape", "Page", "Question"),
        lambda c, d: edits.add_section(c, step, "Partie", "Question"),
        lambda c, d: edits_workflow.drop(c, d, "state", state),
        lambda c, d: edits_workflow.drop(c, d, "transition", move),
        lambda c, d: edits_workflow.shift(c, "transition", move, 1),
        lambda c, d: edits_workflow.choose(c, d, "decision_in_full"),
    ]
    chosen: Change = pick(made)
    return chosen


def tried(content: Content, change: Change) -> Content:
    """Return what an edit makes of a definition, as it would be kept; the same where it is refused, in words."""
    made = copy.deepcopy(content)
    try:
        change(made, parse(copy.deepcopy(content)))
        return dump(parse(made))
    except (edits.Refused, DefinitionError) as error:
        said = str(error)
    assert said
    return content


@pytest.mark.one_database
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(definition=definitions.definitions(), data=st.data())
def test_any_sequence_of_edits_leaves_a_definition_or_a_refusal_in_words(definition: dict[str, Any], data: Any) -> None:
    content = dump(parse(definition))
    for _number in range(data.draw(st.integers(1, 6))):
        content = tried(content, some_edit(content, lambda among: data.draw(st.sampled_from(among))))
        read = parse(copy.deepcopy(content))
        names = [held[at]["id"] for kind, held, at in edits.places(content) if kind == "field"]
        assert len(names) == len(set(names))
        assert all(one.words for one in quality(read))


@pytest.mark.one_database
@pytest.mark.parametrize("path", sorted(library.FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_ready_procedures_stand_any_edit(path: Any) -> None:
    chosen = random.Random(path.stem)
    first = content = dump(library.read(path))
    refused = 0
    for _number in range(40):
        now = tried(content, some_edit(content, chosen.choice))
        refused += now is content
        content = now
    assert refused < 40
    found = differences.between(parse(copy.deepcopy(first)), parse(copy.deepcopy(content)))
    assert bool(found) == (canonical(first) != canonical(content))
    assert differences.between(parse(copy.deepcopy(first)), parse(copy.deepcopy(first))) == []


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_undoing_every_edit_returns_every_byte(seed: int) -> None:
    procedure = samples.procedure()
    user = samples.citizen("odile@exemple.fr", "Mairie", "Odile")
    Membership.objects.create(user=user, department=procedure.department, role="procedure_admin", title="secrétaire")
    actor, chosen = Actor(user=user), random.Random(seed)
    version = procedure.current_version
    assert version is not None
    states = [version.content]
    while len(states) < 15:
        now = editing.written(procedure)
        assert now.definition is not None
        change = some_edit(dump(now.definition), chosen.choice)
        try:
            done = editing.edit(procedure, change, by=actor, said="x", mark=now.mark)
        except (edits.Refused, DefinitionError):
            continue
        if done:
            states.append(WorkingCopy.objects.get().content)
    for before in reversed(states[:-1]):
        assert editing.undo(procedure, by=actor, mark=editing.written(procedure).mark)
        assert WorkingCopy.objects.get().content == before
    assert not editing.undo(procedure, by=actor, mark=editing.written(procedure).mark)
    for after in states[1:]:
        assert editing.undo(procedure, by=actor, mark=editing.written(procedure).mark, redo=True)
        assert WorkingCopy.objects.get().content == after
    assert Procedure.objects.get().current_version == version


def test_advice_names_the_part_the_reason_and_the_rule() -> None:
    content = samples.content()
    fields = content["steps"][1]["sections"][0]["fields"]
    fields[0]["label"] = "NOM DE LA MÈRE"
    fields[0]["help"] = "Le cas échéant, " + "mot " * 30
    fields[2]["label"] = "Copie de la carte d’identité et certificat médical"
    found = {(one.id, one.words.split(":")[0].strip(" \u00a0")) for one in quality(parse(content))}
    assert ("mother", "elle est en capitales") in found
    assert ("mother", "« le cas echeant » est difficile à lire") in found
    assert ("mother", "une phrase de 33 mots") in found
    assert ("proof", "une pièce d’identité est demandée") in found
    assert ("proof", "dites dans l’aide où on le trouve") in found
    assert any("RGPD, articles 9 et 10" in words for _key, words in found)
    fields[2]["sensitive"] = True
    assert not any("articles 9 et 10" in one.words for one in quality(parse(content)))
