"""The only formtools code: a wizard whose steps come from a definition and whose storage is the draft."""

import secrets
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import json_script
from django.utils.translation import gettext as _
from formtools.wizard.storage.base import BaseStorage
from formtools.wizard.views import NamedUrlWizardView

from accounts.permissions import actor_of
from portal.kit import shell
from portal.kit.templatetags.kit import day, moment

from ..definition import rows
from ..definition.base import Answers
from ..definition.document import Step
from ..definition.fields import FileField
from ..definition.lookups import Context
from ..definition.step_form import StepForm
from ..definition.trace import Trace
from ..lifecycle import draft as drafts
from ..lifecycle import prefill
from ..models import Draft, SafePaper
from . import conflicts, session, step_files
from .forms import querydict, raw_of
from .live import payload
from .lookups import CitizenLookups
from .upload_views import words as upload_words

DONE = "recapitulatif"


class DraftStorage(BaseStorage):  # type: ignore[misc]
    """Keeps nothing in the session: answers live in the draft, written on POST only."""

    def __init__(self, prefix: str, request: HttpRequest, file_storage: Any = None) -> None:
        super().__init__(prefix, request, file_storage)
        self.draft: Draft = request.draft  # type: ignore[attr-defined]
        self.init_data()

    def set_step_data(self, step: str, cleaned_data: Answers) -> None:
        """Keep the typed answers of a valid step."""
        drafts.save_step(self.draft, step, cleaned_data, self.request.POST.get("tab", ""))

    def update_response(self, response: HttpResponseBase) -> None:
        """Nothing to add: no cookie, no temporary file."""


class DraftWizard(NamedUrlWizardView):  # type: ignore[misc]
    """Steps of one draft. The caller has loaded it, checked the right to it, and locked it on POST."""

    template_name = "filing/step.html"
    storage_name = "procedures.filing.wizard.DraftStorage"
    form_list: dict[str, type[StepForm]] = {}
    condition_dict: dict[str, Any] = {}
    url_name = "filing:step"
    done_step_name = DONE
    draft: Draft

    @classmethod
    def get_initkwargs(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The steps are known per draft, not per class: nothing to compute here."""
        return {}

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Take the steps from the draft's own version."""
        super().setup(request, *args, **kwargs)
        self.draft = request.draft  # type: ignore[attr-defined]
        self.definition = self.draft.definition
        self.refused: dict[str, list[str]] = {}
        self._walk()

    def _walk(self) -> None:
        self.trace = self.draft.trace()
        self.form_list = {traced.step.id: StepForm for traced in self.trace.steps}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show a step; one that comes after a hole, that a condition hides or that is unknown leads to where one is."""
        step, ids = kwargs["step"], list(self.form_list)
        hole = first_hole(self.draft, self.trace)
        if step in self.draft.conflicts:
            return redirect("filing:conflict", self.draft.public_id, step)
        if step not in ids or (hole is not None and ids.index(step) > ids.index(hole)):
            return redirect(self.get_step_url(hole or DONE))
        self.storage.current_step = step
        return self.render(self.get_form())  # type: ignore[no-any-return]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Keep what was sent, valid or not, then go where the button says. The address names the step, no hidden field."""
        step = kwargs["step"]
        if step not in self.form_list:
            return redirect(self.get_step_url(first_hole(self.draft, self.trace) or DONE))
        self.storage.current_step = step
        action = next(
            (name for name in ("remove", "row", "add", "join") if name in request.POST),
            request.POST.get("action", "next"),
        )
        here = self._step(step)
        self.refused = step_files.receive(self.draft, here, request.FILES)
        if action == "join":
            self.refused |= step_files.join(self.draft, here, request.POST["join"], self.papers)
        form = self.get_form(data=request.POST, files=request.FILES)
        valid = form.is_valid()
        if conflicts.arises(self.draft, form):
            drafts.keep_conflict(self.draft, step, raw_of(form))
            address = reverse("filing:conflict", args=[self.draft.public_id, step])
            return JsonResponse({"conflict": address}, status=409) if action == "autosave" else redirect(address)
        if action == "row":
            return self._change_rows(form)
        if valid:
            self.storage.set_step_data(step, form.json)
        else:
            drafts.keep_pending(self.draft, step, raw_of(form), form.json, request.POST.get("tab", ""))
        session.forget_typed(request, self.draft, step)
        if action == "autosave":
            return JsonResponse({"revision": self.draft.revision, "said": saved_words(self.draft)})
        if valid:
            self._walk()
        if (action == "next" and (not valid or self._stopped(step))) or (
            action == "join" and any(self.refused.values())
        ):
            response = self.render(form)
            response.status_code = 422
            return response  # type: ignore[no-any-return]
        match action:
            case "remove":
                drafts.detach(self.draft, request.POST["remove"])
                return redirect(self.get_step_url(step))
            case "add":
                # One more entry of a long list: the page comes back with it, or with the closest ones.
                return redirect(self.get_step_url(step))
            case "join":
                return redirect(f"{self.get_step_url(step)}#f-{request.POST['join'].partition(':')[0]}")
            case "back":
                return redirect(self.get_step_url(self.get_prev_step(step) or step))
            case "later":
                return redirect("filing:draft", self.draft.public_id)
            case _:
                # Back from the recap to change one answer, everything else done: return there.
                return redirect(self.get_step_url(self.get_next_step(step) or DONE))

    def _stopped(self, step: str) -> bool:
        traced = self.trace.step(step)
        return traced is not None and traced.stop is not None

    def _change_rows(self, form: StepForm) -> HttpResponseBase:
        """Add or remove a row of a repeated group: what was typed is kept as it is, and judged at "continue"."""
        change = rows.read(self.request.POST["row"], form.questions)
        address = self.get_step_url(form.step.id)
        if change is None:
            return redirect(address)
        raw, place = rows.applied(change, raw_of(form))
        for path, files in step_files.kept(self.draft).items():
            if rows.is_inside(change, path):
                for file in files:
                    drafts.detach(self.draft, str(file["id"]))
        drafts.keep_pending(self.draft, form.step.id, raw, form.json, self.request.POST.get("tab", ""))
        return redirect(f"{address}#{place}")

    def _step(self, step_id: str) -> Step:
        return next(traced.step for traced in self.trace.steps if traced.step.id == step_id)

    def get_step_url(self, step: str) -> str:
        """Return the address of a step of this draft."""
        if step == DONE:
            return reverse("filing:recap", args=[self.draft.public_id])
        return reverse(self.url_name, args=[self.draft.public_id, step])

    def get_prefix(self, request: HttpRequest, *args: Any, **kwargs: Any) -> str:
        """One constant: the draft in the address tells two tabs apart."""
        return "draft"

    def get_form_prefix(self, step: str | None = None, form: Any = None) -> None:
        """Field ids are unique in a definition: inputs carry them bare."""
        return

    @cached_property
    def papers(self) -> list[SafePaper]:
        """The papers of her own that whoever fills the step may join."""
        return step_files.papers(actor_of(self.request), self.draft)

    def get_form_kwargs(self, step: str | None = None) -> dict[str, Any]:
        """Give the form its step, the answers before it and the files kept."""
        here = self._step(step or self.steps.current)
        own = {field.id for field in here.fields}
        # A page that is shown knows its own answers too: a list may depend on one beside it. One that is sent says them.
        shown = self.request.method != "POST"
        answers = {name: value for name, value in self.trace.kept.items() if shown or name not in own}
        return {
            "step": here,
            "context": Context(
                today=self.draft.today,
                answers=answers,
                lookups=CitizenLookups(actor_of(self.request), self.draft),
                files=step_files.kept(self.draft) if here.takes_files else {},
                papers=step_files.offered(self.papers) if here.takes_files else (),
                refused=self.refused,
                notes=self._notes(here),
                locked=self._locked(here),
                say=self.definition.say,
            ),
        }

    def _notes(self, here: Step) -> dict[str, str]:
        """Say where the proposed answers come from, until the person has answered."""
        return {
            field.id: prefill.words(known["source"])
            for field in here.fields
            if (known := self.draft.proposed.get(field.id))
            and (known.get("locked") or field.id not in self.draft.answers)
        }

    def _locked(self, here: Step) -> dict[str, Any]:
        proposed = self.draft.proposed
        return {
            field.id: proposed[field.id]["value"] for field in here.fields if proposed.get(field.id, {}).get("locked")
        }

    def get_form_initial(self, step: str) -> dict[str, Any]:
        """Show again what was typed, else what was answered, else what the profile knows."""
        here, initial = self._step(step), {}
        pending = session.typed(self.request, self.draft, step) or self.draft.pending.get(step)
        data = querydict(pending or {})
        only = (pending or {}).get(drafts.ONLY)
        for question in here.fields:
            typed = pending is not None and (only is None or question.id in only)
            if typed and not isinstance(question, FileField):
                initial[question.id] = question.form_field().widget.value_from_datadict(data, {}, question.id)
            else:
                known = self.draft.proposed.get(question.id, {}).get("value")
                answer = self.draft.answers.get(question.id, known)
                initial[question.id] = question.to_initial(answer) if answer is not None else None
        return initial

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Fill the frame that everyone at this step shares; a page with something to say of its own is drawn whole."""
        form = context["form"]
        own = self.draft.is_for_another or context["stop"] or context["warnings"] or len(get_messages(self.request))
        if form.is_bound or own:
            response: HttpResponse = super().render_to_response(context, **kwargs)
            return response
        states = tuple((part["id"], part["done"]) for part in context["progress"])
        flags = (context["live"], form.is_multipart(), form.has_search, form.has_position, context["was_saved"])
        key = (self.draft.pinned_to, form.step.id, self.draft.procedure_id, states, flags)
        holes = {name: context[name] for name in _HOLES}
        return HttpResponse(shell.page(self.request, self.template_name, context, holes=holes, key=key))

    def get_context_data(self, form: StepForm, **kwargs: Any) -> dict[str, Any]:
        """Add the draft, the step, and the progress: which step, of how many, which are done."""
        number = list(self.form_list).index(form.step.id) + 1
        traced = self.trace.step(form.step.id)
        live = payload(form.step, form.context)
        return {
            "form": form,
            "live": live is not None,
            "live_block": json_script(live, "live") if live is not None else "",
            "sections": form.sections(),
            "revision": str(self.draft.revision),
            "draft_url": reverse("filing:draft", args=[self.draft.public_id]),
            "leave_url": reverse("filing:leave", args=[self.draft.public_id]),
            "here": self.request.get_full_path(),
            "uploads": upload_words() if form.step.takes_files else None,
            "draft": self.draft,
            "tab": self.request.POST.get("tab") or secrets.token_hex(4),
            "warnings": [
                words
                for field in form.step.fields
                for words in field.warnings(self.draft.answers.get(field.id), form.context)
            ],
            "was_saved": self.draft.revision > 0,
            "saved": saved_words(self.draft) if self.draft.revision else "",
            "definition": self.definition,
            "step": form.step,
            "stop": traced.stop if traced and not form.errors else None,
            "number": number,
            "total": len(self.form_list) + 1,
            "progress": progress(self.draft, self.trace, form.step.id),
        }


# What one person's page holds that another's does not, at the same step of the same version.
_HOLES = ("sections", "revision", "tab", "saved", "draft_url", "leave_url", "here", "live_block")


def saved_words(draft: Draft) -> str:
    """Say when the draft was saved last, and until when it is kept."""
    return _("Saved %(when)s. Kept until %(until)s.") % {
        "when": moment(draft.updated_at),
        "until": day(draft.expires_at),
    }


def first_hole(draft: Draft, traced: Trace) -> str | None:
    """Return the first step that is not done, or that a stop forbids to leave; None when all are."""
    return next((here.step.id for here in traced.steps if not here.passed(draft.unsettled)), None)


def progress(draft: Draft, traced: Trace, current: str) -> list[dict[str, Any]]:
    """Return each step with whether it is done and whether it is this one."""
    return [
        {
            "id": here.step.id,
            "title": here.step.title,
            "current": here.step.id == current,
            "done": here.passed(draft.unsettled),
        }
        for here in traced.steps
    ]


_view = DraftWizard.as_view()


def run(request: HttpRequest, draft: Draft, step: str) -> HttpResponse:
    """Let the wizard answer ``request`` for one step of ``draft``."""
    request.draft = draft  # type: ignore[attr-defined]
    response: HttpResponse = _view(request, step=step)
    # Rendered here, inside the caller's transaction and language.
    if hasattr(response, "render"):
        response.render()
    return response
