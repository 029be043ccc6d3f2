"""Read a form of a page as a browser without JavaScript would, to send it back with a few values changed."""

from collections.abc import Mapping
from typing import Any

from tests.support.document import Element

Values = dict[str, list[Any]]
PRESSED = {"submit", "image"}


def form_of(root: Element, form_id: str | None = None) -> Element:
    """Return the form of this id, else the main landmark's first form that posts."""
    if form_id:
        found = [form for form in root.find_all("form") if form.get("id") == form_id]
        assert found, f"No form has the id “{form_id}”."
        return found[0]
    main = root.find("main")
    assert main is not None, "The page has no main landmark."
    posting = [form for form in main.find_all("form") if form.get("method").lower() == "post"]
    assert posting, "The page holds no form that posts."
    return posting[0]


def controls_of(root: Element, form: Element) -> list[Element]:
    """Return the controls that belong to the form, inside it or by their `form` attribute, when they can be used."""
    inside = {id(element) for element in form.walk()}
    found = []
    for element in root.find_all("input", "select", "textarea", "button"):
        owned = element.get("form") == form.get("id") if element.get("form") else id(element) in inside
        disabled = element.has("disabled") or any(
            a.tag == "fieldset" and a.has("disabled") for a in element.ancestors()
        )
        if owned and not disabled and element.get("name"):
            found.append(element)
    return found


def current_values(root: Element, form: Element) -> Values:
    """Return what the form would send untouched: a list of values for each name, buttons and files apart."""
    values: Values = {}
    for control in controls_of(root, form):
        kind, name = control.get("type", "text"), control.get("name")
        if control.tag == "button" or (control.tag == "input" and kind in PRESSED | {"button", "reset", "file"}):
            continue
        if control.tag == "select":
            values.setdefault(name, []).extend(chosen(control))
        elif control.tag == "textarea":
            # A browser drops the line break that follows the start tag.
            values.setdefault(name, []).append("".join(control.texts()).removeprefix("\n"))
        elif kind in {"radio", "checkbox"}:
            if control.has("checked"):
                values.setdefault(name, []).append(control.get("value", "on"))
        else:
            values.setdefault(name, []).append(control.get("value"))
    return values


def chosen(select: Element) -> list[str]:
    """Return the values a list would send: those selected, else the first one of a simple list."""
    options = [option for option in select.find_all("option") if not option.has("disabled")]
    picked = [option for option in options if option.has("selected")]
    if not picked and not select.has("multiple"):
        picked = options[:1]
    return [option.get("value") if option.has("value") else option.text for option in picked]


def names_of(root: Element, form: Element) -> set[str]:
    """Return every name that the form can send, buttons and files included."""
    return {control.get("name") for control in controls_of(root, form)}


def refuse_impossible(root: Element, form: Element, values: Mapping[str, Any]) -> None:
    """Refuse names that the page does not offer, and choices that are not among those it shows."""
    names = names_of(root, form)
    for name, value in values.items():
        assert name in names, f"The form has no “{name}”; it has {', '.join(sorted(names))}."
        offered = choices(root, form, name)
        given = value if isinstance(value, list | tuple) else [value]
        for one in given:
            allowed = offered is None or one in (None, "", False) or str(one) in offered
            assert allowed, f"“{one}” is not among the choices of “{name}”: {', '.join(sorted(offered or []))}."


def choices(root: Element, form: Element, name: str) -> set[str] | None:
    """Return the values that the page offers for this name, or None where it takes free text."""
    offered: set[str] = set()
    for control in controls_of(root, form):
        if control.get("name") != name:
            continue
        if control.tag == "select":
            offered |= {
                option.get("value") if option.has("value") else option.text for option in control.find_all("option")
            }
        elif control.tag == "input" and control.get("type") in {"radio", "checkbox"}:
            offered.add(control.get("value", "on"))
        else:
            return None
    return offered
