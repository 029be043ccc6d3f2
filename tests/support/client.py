"""The strict test client: every HTML page it receives keeps the rules of tests/support/pages.py."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.test import Client
from django.utils import translation

from tests.support.document import Element, read
from tests.support.forms import current_values, form_of, refuse_impossible
from tests.support.pages import faults


class Portal(Client):
    """Django's client, which fails on any page with a fault; redirections and other types pass through."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Texts that a user typed on purpose and that look like a leak, such as "{{ 7 }}".
        self.allow_text: set[str] = set()

    def request(self, **request: Any) -> Any:
        """Send the request, then check the page that came back."""
        response = super().request(**request)
        kind = response.headers.get("Content-Type", "")
        has_page = kind.startswith("text/html") and not response.streaming and request.get("REQUEST_METHOD") != "HEAD"
        # No page leads to a method that is refused: the answer is empty.
        if has_page and not 300 <= response.status_code < 400 and response.status_code != 405:
            language = response.headers.get("Content-Language") or translation.get_language() or settings.LANGUAGE_CODE
            found = faults(response.content.decode(), language, self.allow_text)
            where = f"{request.get('REQUEST_METHOD', 'GET')} {request.get('PATH_INFO')} ({response.status_code})"
            assert not found, f"{where}:\n- " + "\n- ".join(found)
        return response

    def fill(
        self,
        response: Any,
        *,
        button: str | tuple[str, str] | None = None,
        form_id: str | None = None,
        follow: bool = False,
        values: dict[str, Any] | None = None,
        **changed: Any,
    ) -> Any:
        """Send back the form of a page with some values changed, as a browser without JavaScript would."""
        # A value may be a text, a list of texts, a file or a list of files; None or False unticks or empties. The
        # button is named alone (its own value is sent) or with the value that tells it from another of the same name.
        root = page_of(response)
        form = form_of(root, form_id)
        wanted = (values or {}) | changed
        refuse_impossible(root, form, wanted)
        data = current_values(root, form)
        for name, value in wanted.items():
            given = list(value) if isinstance(value, list | tuple) else [value]
            data[name] = ["on" if one is True else one for one in given if one is not None and one is not False]
        action = form.get("action")
        if button is not None:
            pressed = find_button(root, form, button)
            data.setdefault(pressed.get("name"), []).append(pressed.get("value"))
            action = pressed.get("formaction") or action
        url = urljoin(response.request["PATH_INFO"] + query(response), action)
        sent = {name: given for name, given in data.items() if given}
        if form.get("method").lower() != "post":
            return self.get(url, sent, follow=follow)
        has_files = any(hasattr(one, "read") for given in sent.values() for one in given)
        refused = has_files and form.get("enctype") != "multipart/form-data"
        assert not refused, "The form sends no file: it lacks enctype=multipart/form-data."
        return self.post(url, sent, follow=follow)


def query(response: Any) -> str:
    """Return the query string the page was asked with, since an empty action keeps it."""
    asked = response.request.get("QUERY_STRING", "")
    return f"?{asked}" if asked else ""


def page_of(response: Any) -> Element:
    """Return a page's tree, to look for an element in it."""
    return read(response.content.decode())[0]


def find_button(root: Element, form: Element, wanted: str | tuple[str, str]) -> Element:
    """Return the submit button of this name, and of this value where one is given."""
    name, value = (wanted, None) if isinstance(wanted, str) else wanted
    inside = {id(element) for element in form.walk()}
    for element in root.find_all("button", "input"):
        owned = element.get("form") == form.get("id") if element.get("form") else id(element) in inside
        submits = element.get("type", "submit" if element.tag == "button" else "text") in {"submit", "image"}
        if owned and submits and element.get("name") == name and value in (None, element.get("value")):
            return element
    raise AssertionError(f"The form has no button {wanted!r}.")


def close_files(response: Any) -> None:
    """Close what a download holds open; closing the whole answer would end the test's database connection too."""
    for close in getattr(response, "_resource_closers", []):
        close()
