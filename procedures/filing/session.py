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


# A page's text over this size is not kept across a sign-in.
_TYPED_LIMIT = 200_000


def keep_typed(request: HttpRequest, draft: Draft, step_id: str, raw: dict[str, list[str]]) -> None:
    """Keep what was sent after the session ended, until its owner has signed in again."""
    if sum(len(text) for values in raw.values() for text in values) <= _TYPED_LIMIT:
        request.session["typed"] = {"draft": str(draft.public_id), "step": step_id, "raw": raw}


def typed(request: HttpRequest, draft: Draft, step_id: str) -> dict[str, list[str]] | None:
    """Return what was sent of this step after the session ended, if anything."""
    kept = request.session.get("typed")
    if not kept or kept["draft"] != str(draft.public_id) or kept["step"] != step_id:
        return None
    raw: dict[str, list[str]] = kept["raw"]
    return raw


def forget_typed(request: HttpRequest, draft: Draft, step_id: str) -> None:
    """Drop what was kept across the sign-in, once the step is saved."""
    if typed(request, draft, step_id) is not None:
        del request.session["typed"]
