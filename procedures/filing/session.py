"""What a browser session may open without an account: the drafts it began, the requests it proved."""

from django.http import HttpRequest

from ..models import Draft

_LIMIT = 20


def drafts(request: HttpRequest) -> list[str]:
    """Return the public ids of the drafts this browser may open."""
    return list(request.session.get("drafts", []))


def remember_draft(request: HttpRequest, draft: Draft) -> None:
    """Let this browser open ``draft``."""
    known = [key for key in drafts(request) if key != str(draft.public_id)]
    request.session["drafts"] = [*known, str(draft.public_id)][-_LIMIT:]


def forget_draft(request: HttpRequest, key: str) -> None:
    """Take the right to a draft back."""
    request.session["drafts"] = [known for known in drafts(request) if known != key]


def prove_case(request: HttpRequest, reference: str) -> None:
    """Let this browser follow a request it filed, or whose code it received."""
    known = [case for case in request.session.get("cases", []) if case != reference]
    request.session["cases"] = [*known, reference][-_LIMIT:]
