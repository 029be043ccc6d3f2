"""How a letter is written by hand: chips and conditions by their names, as a person reads them."""

import re
from difflib import get_close_matches

from django.utils.translation import gettext as _

from portal.kit.text import fold

from ..definition.document import ProcedureDefinition
from ..definition.fields import ChoiceField, FileField
from ..definition.language import Condition, Test
from ..definition.letter import ANSWER

_CHIP = re.compile(r"\[\[([^\[\]]{0,200})\]\]")


def chips(definition: ProcedureDefinition) -> dict[str, str]:
    """Return what a letter may name: the name that one writes → the id that is kept."""
    found = {
        _("Number of the request"): "demande.numero",
        _("Name of the procedure"): "demande.demarche",
        _("Day of reception"): "demande.recue_le",
        _("Name of the person"): "personne.nom",
        _("Address of the person"): "personne.adresse",
        _("Name of the department"): "service.nom",
        _("Telephone of the department"): "service.telephone",
        _("E-mail of the department"): "service.courriel",
        _("Name of the town"): "commune.nom",
        _("Day of the letter"): "jour",
    }
    names: dict[str, list[str]] = {}
    asked_in = {field.id: step.title for step in definition.steps for field in step.fields}
    for key, field in definition.fields.items():
        if (field.asked or field.derived) and not isinstance(field, FileField) and not field.inner():
            names.setdefault(field.name.replace("[", "(").replace("]", ")").strip(), []).append(key)
    for name, keys in names.items():
        for key in keys:
            # Two questions of one name are told apart by their steps, two of one step by their ids.
            told = name if len(keys) == 1 and name not in found else f"{name} ({asked_in.get(key, key)})"
            found[told if told not in found else f"{name} ({key})"] = ANSWER + key
    return found


class Unknown(ValueError):
    """A chip or a condition that names nothing; the message says so, with what it may have meant."""


def by_name(text: str, known: dict[str, str]) -> str:
    """Return a text of a letter with its chips called by their names; one that names nothing any more keeps its id."""
    names = {key: name for name, key in known.items()}
    return _CHIP.sub(lambda match: f"[[{names.get(match[1].strip(), match[1].strip())}]]", text)


def by_id(text: str, known: dict[str, str]) -> str:
    """Return a text with its chips by their ids, as it is kept. Raises Unknown for the first that names nothing."""
    folded = {fold(name): key for name, key in known.items()} | {fold(key): key for key in known.values()}

    def put(match: re.Match[str]) -> str:
        key = folded.get(fold(match[1]))
        if key is None:
            raise Unknown(
                _unknown(_("“[[%(name)s]]” stands for nothing in this procedure."), match[1].strip(), list(known))
            )
        return f"[[{key}]]"

    written = _CHIP.sub(put, text)
    if "[[" in _CHIP.sub("", written) or "]]" in _CHIP.sub("", written):
        raise Unknown(_("A word to insert is written between double brackets: [[Number of the request]]."))
    return written


def _unknown(words: str, name: str, known: list[str]) -> str:
    said = words % {"name": name}
    keys = {fold(one): one for one in known}
    near = [keys[one] for one in get_close_matches(fold(name), list(keys), n=2, cutoff=0.5)]
    return said + " " + _("Did you mean: %(names)s?") % {"names": ", ".join(near)} if near else said


def conditions(definition: ProcedureDefinition) -> dict[str, Condition]:
    """Return the conditions that one picks: a sentence → the condition. Others are written in the definition's file."""
    found: dict[str, Condition] = {}
    for key, field in definition.fields.items():
        if not (field.asked or field.derived) or isinstance(field, FileField) or field.inner():
            continue
        tests: list[Condition] = []
        if isinstance(field, ChoiceField) and not field.is_long:
            tests += [Test(field=key, op="is", value=one.value) for one in field.options]
            tests += [Test(field=key, op="is_not", value=one.value) for one in field.options]
        tests += [Test(field=key, op="answered"), Test(field=key, op="empty")]
        for test in tests:
            found.setdefault(definition.say(test), test)
    return found


def condition_of(sentence: str, known: dict[str, Condition]) -> Condition | None:
    """Return the condition of a sentence; None for an empty one: always. Raises Unknown."""
    if not sentence.strip():
        return None
    folded = {fold(said): condition for said, condition in known.items()}
    try:
        return folded[fold(sentence)]
    except KeyError:
        raise Unknown(
            _unknown(_("“%(name)s” is no condition of this procedure: choose one of the list."), sentence, list(known))
        ) from None
