"""The rules that every page of the portal keeps, whatever it shows: one function, a list of faults in words."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator

from tests.support.document import Element, read

DATA_SCRIPTS = {"application/json", "application/ld+json"}
CONTROLS = ("input", "select", "textarea")
UNLABELLED = {"hidden", "submit", "button", "reset", "image"}
REFERENCES = (
    "aria-describedby",
    "aria-labelledby",
    "aria-controls",
    "aria-errormessage",
    "aria-owns",
    "for",
    "form",
    "list",
)
LEAKS = ("{{", "}}", "{%", "%}", "{#", "#}")
LEAKED_VALUES = {"None", "True", "False", "[object Object]", "undefined", "NaN"}
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def faults(html: str, language: str, allow_text: Collection[str] = ()) -> list[str]:
    """Return all that is wrong with a page; `allow_text` holds texts that a user really typed."""
    root, found = read(html)
    for rule in RULES:
        found += rule(root)
    found += list(leaks(root, allow_text))
    page = root.find("html")
    if page is None or page.get("lang") != language:
        found.append(f"the page does not say that it is in “{language}”")
    return found


def structure(root: Element) -> Iterator[str]:
    """One title, one level-one heading, one main landmark, headings in order, the way to the content first."""
    titles = [title for title in root.find_all("title") if not any(a.tag == "svg" for a in title.ancestors())]
    if len(titles) != 1 or not titles[0].text:
        yield f"{len(titles)} title(s), or an empty one"
    headings = [element for element in root.find_all(*HEADINGS) if not element.has("hidden")]
    if [heading.tag for heading in headings].count("h1") != 1:
        yield "the page must have exactly one h1"
    level = 0
    for heading in headings:
        if not heading.name:
            yield f"{heading} is empty"
        here = int(heading.tag[1])
        if here > level + 1 and level:
            yield f"{heading} “{heading.text}” comes after an h{level}"
        level = here
    mains = [element for element in root.walk() if element.tag == "main" or element.get("role") == "main"]
    if len(mains) != 1:
        yield f"{len(mains)} main landmarks"
    body = root.find("body")
    links = [a for a in (body.find_all("a", "button", *CONTROLS) if body else []) if a.get("type") != "hidden"]
    if not links or not links[0].get("href").startswith("#"):
        yield "the first thing to reach is not a link to the content"


def identifiers(root: Element) -> Iterator[str]:
    """Ids are unique, and what is referred to exists."""
    counted = Counter(element.get("id") for element in root.walk() if element.has("id"))
    for identifier, times in counted.items():
        if times > 1 or not identifier or identifier.split() != [identifier]:
            yield f"id “{identifier}” is empty, holds a space, or is there {times} times"
    for element in root.walk():
        for name in REFERENCES:
            for target in element.get(name).split():
                if target not in counted:
                    yield f"{element} refers to “{target}”, which is not in the page"
        href = element.get("href")
        if element.tag == "a" and href.startswith("#") and href[1:] not in counted:
            yield f"{element} leads to nothing in the page"


def labels(root: Element) -> Iterator[str]:
    """Every control has a label, every group of radios a legend."""
    labelled = {label.get("for") for label in root.find_all("label") if label.name}
    for control in root.find_all(*CONTROLS):
        if control.get("type") in UNLABELLED and control.tag == "input":
            continue
        wrapped = any(element.tag == "label" and element.name for element in control.ancestors())
        named = control.get("aria-label") or control.get("aria-labelledby")
        if not (wrapped or named or (control.get("id") and control.get("id") in labelled)):
            yield f"{control} has no label"
        group = any(a.tag == "fieldset" or a.get("role") in {"group", "radiogroup"} for a in control.ancestors())
        if control.get("type") == "radio" and not group:
            yield f"{control} is in no group with a name"
    for fieldset in root.find_all("fieldset"):
        if not fieldset.find("legend") and not fieldset.get("aria-labelledby") and not fieldset.get("aria-label"):
            yield f"{fieldset} has no legend"


def policy(root: Element) -> Iterator[str]:
    """Nothing that the content security policy refuses: no inline script, style or handler, no other host."""
    for element in root.walk():
        if element.tag == "style" or element.has("style"):
            yield f"{element} holds style"
        if element.tag == "script" and not element.get("src") and element.get("type") not in DATA_SCRIPTS:
            yield f"{element} is an inline script"
        yield from (f"{element} has the handler {name}" for name in element.attributes if name.startswith("on"))
        link = element.get("href") + element.get("action")
        if link.strip().lower().startswith("javascript:"):
            yield f"{element} runs a script"
        sources = element.get("src") + (element.get("href") if element.tag == "link" and loads(element) else "")
        if sources.startswith(("http:", "https:", "//")):
            yield f"{element} is loaded from elsewhere"


def loads(link: Element) -> bool:
    """Say whether a browser fetches what the link names."""
    return bool({"stylesheet", "icon", "preload", "modulepreload", "manifest"} & set(link.get("rel").split()))


def content(root: Element) -> Iterator[str]:
    """Images have a text alternative, table headers a scope, links and buttons words; forms that post are protected."""
    for element in root.walk():
        if element.tag == "img" and not element.has("alt"):
            yield f"{element} has no alt"
        if element.tag == "th" and element.get("scope") not in {"row", "col", "rowgroup", "colgroup"}:
            yield f"{element} has no scope"
        if element.tag == "table" and not (element.find("caption") or element.get("aria-labelledby")):
            yield f"{element} has no caption"
        named = element.name or element.get("aria-labelledby")
        if element.tag in {"button", "summary"} and not named:
            yield f"{element} has no words"
        if element.tag == "a" and element.has("href") and not (named and element.get("href")):
            yield f"{element} has no words or leads nowhere"
        if element.tag == "input" and element.get("type") == "submit" and not element.get("value"):
            yield f"{element} has no words"
        if element.tag == "form" and element.get("method").lower() == "post":
            names = {control.get("name") for control in element.find_all("input")}
            if "csrfmiddlewaretoken" not in names:
                yield f"{element} has no protection against forged requests"
        interactive = {"a", "button"} & {ancestor.tag for ancestor in element.ancestors()}
        if element.tag in {"a", "button", *CONTROLS} and interactive:
            yield f"{element} is inside a link or a button"


def leaks(root: Element, allow_text: Collection[str]) -> Iterator[str]:
    """Yield the template tags and Python values that reached the page."""
    for text in (" ".join(text.split()) for text in root.texts()):
        kept = text
        for allowed in allow_text:
            kept = kept.replace(" ".join(allowed.split()), "")
        if any(mark in kept for mark in LEAKS) or kept.strip() in LEAKED_VALUES:
            yield f"“{text[:120]}” was not meant to be read"
    for element in root.walk():
        for name, value in element.attributes.items():
            if value and value not in allow_text and (any(mark in value for mark in LEAKS) or value == "None"):
                yield f"{name}=“{value[:120]}” on <{element.tag}> was not meant to be read"


RULES: list[Callable[[Element], Iterator[str]]] = [structure, identifiers, labels, policy, content]
