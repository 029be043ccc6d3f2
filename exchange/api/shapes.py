"""What goes in and out of the API, field by field: the OpenAPI document is made from it."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import ConfigDict

Status = Literal["submitted", "under_review", "awaiting_citizen", "decided", "closed"]


# Something is written, and none of it is NUL, which no database keeps.
_WORDS = r"^[^\x00]*[^\x00-\x20\x7f-\xa0][^\x00]*$"
_NO_NUL = r"^[^\x00]*$"
Text = Annotated[str, Field(min_length=1, max_length=5000, pattern=_WORDS)]


class Strict(Schema):
    """Something sent: an unknown name is a mistake."""

    model_config = ConfigDict(extra="forbid")


class Row(Schema):
    """A request, as lists have it: nothing of its person."""

    reference: str
    procedure: str = Field(description="Adresse courte de la démarche")
    title: str
    department: str
    state: str = Field(description="État propre à la démarche")
    state_label: str
    status: Status
    outcome: str
    awaiting: str
    received_at: datetime
    due_on: date | None = Field(description="Date légale")


class Rows(Schema):
    """A page of requests."""

    items: list[Row]
    next: str | None = Field(description="Valeur de « after » pour la page suivante")


class Applicant(Schema):
    """Who asks."""

    kind: str
    display_name: str
    organisation: str
    email: str
    phone: str
    address: dict[str, Any] | None


class Whole(Row):
    """A request; who asks and the answers only for a key that may read them, sensitive answers never."""

    version: int
    applicant: Applicant | None
    answers: dict[str, Any] | None
    moves: list[str] = Field(description="Ce que POST …/moves accepte maintenant")


class Message(Schema):
    """A word between the person and the department."""

    id: str
    from_citizen: bool
    author: str
    body: str
    sent_at: datetime


class Messages(Schema):
    """The messages of a request, the oldest first."""

    items: list[Message]


class Event(Schema):
    """Something that happened: codes and ids, no words."""

    id: int
    reference: str
    number: int
    kind: str
    role: str
    at: datetime


class Events(Schema):
    """What happened, in order."""

    items: list[Event]
    next: int = Field(description="Valeur de « after » pour la suite")


class Procedure(Schema):
    """A procedure that is published."""

    slug: str
    title: str
    department: str
    version: int


class Procedures(Schema):
    """The procedures of the departments that the key sees."""

    items: list[Procedure]


class Said(Strict):
    """A message or a note."""

    text: Text


class Move(Strict):
    """A move of the workflow, and the state that was seen: refused where it has changed since."""

    move: str = Field(min_length=1, max_length=48)
    state: str = Field(min_length=1, max_length=48)
    text: str = Field("", max_length=5000, pattern=_NO_NUL)


class Made(Schema):
    """What was made."""

    id: str


class ProblemOut(Schema):
    """A refusal (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
