"""What a program is told when it is refused: a problem in JSON (RFC 9457), in French like the rest of the portal."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, JsonResponse

KIND = "application/problem+json"
_TITLES = {
    400: "Demande mal formée",
    401: "Clé absente ou inconnue",
    403: "Pas permis",
    404: "Introuvable",
    405: "Méthode non prévue ici",
    409: "La demande a changé",
    413: "Trop long",
    415: "Format non pris",
    422: "À corriger",
    429: "Trop d’appels",
    500: "Erreur de notre côté",
}


class Problem(Exception):
    """A refusal: its status, and why in words."""

    def __init__(self, status: int, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.more = status, detail, more


def answer(status: int, detail: str = "", **more: Any) -> HttpResponse:
    """Return a problem as an answer; ``more`` are members of its own, such as the errors of each field."""
    title = _TITLES.get(status, HTTPStatus(status).phrase)
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return JsonResponse(body, status=status, content_type=KIND, json_dumps_params={"ensure_ascii": False})
