"""What a screen reader follows in a PDF: its tag tree with its text, read by another program than the one that made it."""

import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

_TAG = re.compile(r"^([A-Z][A-Za-z0-9]*)(?: <[^>]*>)?(?: \((?:block|inline)\))?:?$")
# What only holds others: a reader hears what they hold.
_SILENT = {"Span", "NonStruct", "Div", "Part", "Sect", "Document", "Lbl"}


def read(data: bytes) -> list[tuple[str, str]]:
    """Return each tag with its text, in the order of the tree: ``[("H1", "Accusé…"), ("P", "Nous…"), …]``."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "document.pdf"
        path.write_bytes(data)
        told = subprocess.run(["pdfinfo", "-struct-text", path], capture_output=True, check=True, text=True).stdout
    found: list[tuple[int, str, list[str]]] = []
    stack: list[tuple[int, int, str]] = []
    for number, line in enumerate(told.splitlines()):
        depth, said = len(line) - len(line.lstrip()), line.strip()
        while stack and stack[-1][0] >= depth:
            stack.pop()
        if said.startswith('"'):
            key, holder = next(((key, name) for _depth, key, name in reversed(stack) if name not in _SILENT), (0, ""))
            if found and found[-1][0] == key:
                found[-1][2].append(said.strip('"'))
            else:
                found.append((key, holder, [said.strip('"')]))
        elif match := _TAG.match(said):
            stack.append((depth, number, match[1]))
    return [(holder, " ".join(" ".join(parts).split())) for _key, holder, parts in found]
