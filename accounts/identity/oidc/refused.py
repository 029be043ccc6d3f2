"""Why an identification fails, for the log, and what the person reads: plain words and what to do."""

from django.utils.translation import gettext as _


class Refused(Exception):
    """An identification that goes no further. ``reason`` is for the log: a code, never personal data."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind, self.reason = kind, reason


_STATUS = {
    "unavailable": 503,
    "level": 403,
    "not_invited": 403,
    "left": 403,
    "closed": 403,
    "taken": 409,
    "other_person": 409,
}


def status(kind: str) -> int:
    """Return the status of the page that says it."""
    return _STATUS.get(kind, 400)


def words(kind: str, name: str) -> tuple[str, str]:
    """Return the title and the sentence shown; ``name`` is the service's."""
    known = {"name": name}
    match kind:
        case "cancelled":
            return (
                _("You did not sign in with %(name)s") % known,
                _("You stopped on the way, or refused. Nothing was passed on to us: start again when you like."),
            )
        case "stale":
            return (
                _("This identification is no longer open"),
                _("It took too long, was already used, or began in another browser. Start again from this page."),
            )
        case "unavailable":
            return (
                _("%(name)s does not answer") % known,
                _("Wait a few minutes and start again. Meanwhile, you can sign in another way."),
            )
        case "level":
            return (
                _("This identification is not strong enough"),
                _("Start again and choose, at %(name)s, an account with a higher level of assurance.") % known,
            )
        case "not_invited":
            return (
                _("This space is for invited agents"),
                _(
                    "Ask the head of your department or the administrator of the portal to invite your work address. "
                    "If you already have an account here, sign in with it, then link %(name)s to it."
                )
                % known,
            )
        case "left":
            return (
                _("You no longer belong to a department here"),
                _("If this is a mistake, ask the head of your department or the administrator of the portal."),
            )
        case "closed":
            return (_("You cannot sign in with this account"), _("Call us: we will look at it with you."))
        case "taken":
            return (
                _("This identity cannot be linked to this account"),
                _("It is linked to another account, or this account already has one. Call us: we will sort it out."),
            )
        case "other_person":
            return (
                _("This account bears another name"),
                _("An account is for one person. Call us if your name has changed: we will look at it with you."),
            )
        case _:
            return (
                _("We could not check the answer of %(name)s") % known,
                _("For your safety, you are not signed in. Start again; if it happens again, call us."),
            )
