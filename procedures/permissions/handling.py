"""Who organises the work on a request among colleagues, and who writes notes for them."""

from accounts.models import Role
from accounts.permissions import Actor

from ..models import Submission
from .acting import roles_on

_FOLLOWERS = (Role.AGENT, Role.HEAD)
_COLLEAGUES = (Role.AGENT, Role.HEAD, Role.SIGNATORY)


def may_handle(actor: Actor, submission: Submission) -> bool:
    """Agents and heads of the responsible department say who follows a request, label it, and hand it on."""
    return bool(roles_on(actor, submission) & set(_FOLLOWERS))


def may_note(actor: Actor, submission: Submission) -> bool:
    """Whoever prepares or signs in the responsible department writes notes for colleagues."""
    return bool(roles_on(actor, submission) & set(_COLLEAGUES))
