"""Files: a native input under the list of what was already sent, and a form to download first where there is one."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ..markup import attributes, fill
from .basic import Control, Group, _join

_ICON = SafeString(
    '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M6 3h8l4 4v14H6zM14 3v4h4"/></svg>'
)


class Files(Group):
    """``kept`` holds the files already sent: name, "said" (format, size, state), "wrong" and "note".

    ``offers`` holds the papers that the person keeps and may join by a button: id, name, "said".
    ``template`` is the form to fill in: its name, its address, its format and weight.
    """

    needs_multipart_form = True

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs)
        self.kept: list[dict[str, Any]] = []
        self.offers: Sequence[Mapping[str, Any]] = ()
        self.template: tuple[str, str, str] | None = None

    def control(self, control: Control) -> SafeString:
        """Draw the form to fill in, the files kept, each with its remove button, then the input."""
        rows = [self._row(item) for item in self.kept]
        values = {
            "type": "file",
            "id": control.id,
            "name": control.name,
            "multiple": True,
            "accept": self.attrs.get("accept"),
            "aria-describedby": control.described,
            "aria-invalid": "true" if control.wrong else None,
            "aria-required": "true" if control.required else None,
        }
        return fill(
            '{}{}{}<div class="drop"><label class="sr" for="{}">{}</label><input{}></div>',
            self._template(),
            fill('<ul class="files">{}</ul>', _join(rows)) if rows else "",
            self._offers(control.name),
            control.id,
            _("Choose files"),
            attributes(values),
        )

    def _offers(self, path: str) -> SafeString:
        if not self.offers:
            return SafeString("")
        rows = [
            fill(
                "<li><div><strong><bdi>{}</bdi></strong> <span>{}</span></div>"
                '<button class="btn btn--quiet" name="join" value="{}" formnovalidate>{} <span class="sr">{}</span>'
                "</button></li>",
                paper["name"],
                paper["said"],
                f"{path}:{paper['id']}",
                _("Join a copy"),
                paper["name"],
            )
            for paper in self.offers
        ]
        summary = _("Take one of my papers (%(count)d)") % {"count": len(rows)}
        return fill('<details><summary>{}</summary><ul class="rows">{}</ul></details>', summary, _join(rows))

    def _template(self) -> SafeString:
        if self.template is None:
            return SafeString("")
        name, address, said = self.template
        if not address:
            return fill("<p>{} {}</p>", _("Form to fill in and join:"), name)
        return fill(
            '<p>{} <a href="{}" download>{}{}</a></p>',
            _("Form to fill in and join:"),
            address,
            name,
            f" ({said})" if said else "",
        )

    def _row(self, item: dict[str, Any]) -> SafeString:
        return fill(
            '<li{}>{}<div><strong><bdi>{}</bdi></strong><br><span class="small">{}</span>{}</div>'
            '<button class="btn btn--quiet" name="remove" value="{}" formnovalidate>{} <span class="sr">{}</span>'
            "</button>{}</li>",
            SafeString(' class="refused"') if item.get("wrong") else "",
            _ICON,
            item["name"],
            item["said"],
            fill('<br><span class="small">{}</span>', item["note"]) if item.get("note") else "",
            item["id"],
            _("Remove"),
            item["name"],
            fill('<p class="error">{}</p>', item["wrong"]) if item.get("wrong") else "",
        )

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        """Read every file of the input."""
        return list(files.getlist(name)) if hasattr(files, "getlist") else []
