"""Social security numbers typed where none is asked: the warning that a text shows. No field type asks for one."""

from django.utils.translation import gettext as _

from portal.kit.nir import find_nir, masked

__all__ = ["find_nir", "masked", "nir_warnings"]


def nir_warnings(text: str | None) -> list[str]:
    """Return a polite warning where ``text`` holds a social security number."""
    if not text or not find_nir(text):
        return []
    return [_("Your answer seems to hold a social security number. We do not need it: you can remove it.")]
