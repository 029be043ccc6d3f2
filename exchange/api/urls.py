"""Addresses of the API, under /api/v1/, each behind the same door."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from . import shapes, writes
from .door import Bearer, guarded
from .problems import KIND, Problem, answer

_REFUSALS = (400, 401, 403, 404, 405, 409, 413, 415, 422, 429)
_CONTENT = {KIND: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}}


class Api(NinjaAPI):
    """The API, whose document tells its refusals too."""

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """Return the OpenAPI document; each operation may be refused by any of the problems."""
        schema = super().get_openapi_schema(**kwargs)
        schema["components"]["schemas"]["ProblemOut"] = shapes.ProblemOut.model_json_schema()
        for at in schema["paths"].values():
            for operation in at.values():
                for status in _REFUSALS:
                    operation["responses"][status] = {"description": "Refus (RFC 9457)", "content": _CONTENT}
        return schema


api = Api(
    title="Portail – demandes",
    version="1",
    description="Lire les demandes et y agir depuis un autre programme de la commune.",
    urls_namespace="api",
    docs_url=None,
    auth=Bearer(),
)
# Importing ``writes`` declares what is sent on the router of what is read: they share addresses.
api.add_router("", writes.router)


@api.exception_handler(Problem)
def _problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    said = answer(problem.status, problem.detail)
    if "retry_after" in problem.more:
        said["Retry-After"] = str(problem.more["retry_after"])
    return said


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    said = answer(401, "Donnez une clé en cours : Authorization: Bearer portail_…")
    said["WWW-Authenticate"] = "Bearer"
    return said


@api.exception_handler(ValidationError)
def _wrong(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [{"field": ".".join(map(str, one["loc"][1:])), "reason": one["msg"]} for one in error.errors]
    return answer(422, "Un champ au moins est à corriger.", errors=errors)


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return answer(error.status_code, "Ce qui est envoyé n’est pas du JSON." if error.status_code == 400 else "")


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return answer(404)


def _nowhere(request: HttpRequest, path: str) -> HttpResponse:
    return answer(404, "Cette adresse n’existe pas : voyez /api/v1/openapi.json.")


app_name = "api"
urlpatterns: list[URLPattern] = [one for one in api.urls[0] if isinstance(one, URLPattern)]
urlpatterns.append(path("<path:path>", _nowhere, name="nowhere"))
for _pattern in urlpatterns:
    _pattern.callback = guarded(_pattern.callback)
