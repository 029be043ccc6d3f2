"""From a procedure to the decision on a request: the tables of the heart."""

from .answers import AnswerSet
from .case import Applicant, CaseAccess, Decision, Facet, Message, Submission
from .document import Document
from .draft import Draft
from .file import AnswerFile, DraftFile, FileScan, StoredFile
from .procedure import Procedure, ProcedureVersion
from .upload import PartialUpload

__all__ = [
    "AnswerFile",
    "AnswerSet",
    "Applicant",
    "CaseAccess",
    "Decision",
    "Document",
    "Draft",
    "DraftFile",
    "Facet",
    "FileScan",
    "Message",
    "PartialUpload",
    "Procedure",
    "ProcedureVersion",
    "StoredFile",
    "Submission",
]
