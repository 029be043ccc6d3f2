#!/usr/bin/env python3
"""Keep the catalogues: messages.py update rewrites locale/ from the sources; messages.py check fails on any gap."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("fr", "en")
SOURCE_LANGUAGE = "en"
# Folders that hold no word for the people who use the portal.
NOT_READ = (".venv", "var", ".git", "tests", "scripts", "node_modules", "docs")
PLURALS = {"fr": "nplurals=2; plural=(n > 1);", "en": "nplurals=2; plural=(n != 1);"}
HEADER = """\
msgid ""
msgstr ""
"Project-Id-Version: portail\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"
"""
DATED = re.compile(r'^"POT-Creation-Date:.*$\n', re.MULTILINE)


@dataclass
class Entry:
    """One message of a catalogue."""

    context: str = ""
    msgid: str = ""
    translations: dict[str, str] = field(default_factory=dict)
    fuzzy: bool = False
    obsolete: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Return what tells this message from all others."""
        return self.context, self.msgid


def catalogue(root: Path, language: str) -> Path:
    """Return the path of a language's catalogue."""
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def read(path: Path) -> list[Entry]:
    """Read a catalogue: its messages, without the header."""
    entries: list[Entry] = []
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        entry, where = Entry(), ""
        texts: dict[str, str] = {}
        for line in block.splitlines():
            if line.startswith("#~"):
                entry.obsolete = True
            elif line.startswith("#,"):
                entry.fuzzy = "fuzzy" in line
            found = re.match(r'^(?:#~ )?(?:(msg\w+(?:\[\d+\])?) )?"(.*)"$', line)
            if found:
                where = found[1] or where
                texts[where] = texts.get(where, "") + found[2]
        entry.context, entry.msgid = texts.get("msgctxt", ""), texts.get("msgid", "")
        entry.translations = {name: text for name, text in texts.items() if name.startswith("msgstr")}
        if entry.msgid:
            entries.append(entry)
    return entries


def extract(root: Path) -> None:
    """Merge the messages of the sources into both catalogues, without guesses and without line numbers."""
    for language in LANGUAGES:
        path = catalogue(root, language)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(HEADER.format(language=language, plurals=PLURALS[language]), encoding="utf-8")
    ignored = "".join(f" ignore_patterns += [{name!r}];" for name in NOT_READ)
    code = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "from django.core.management.commands.makemessages import Command\n"
        "Command.msgmerge_options = [*Command.msgmerge_options, '--no-fuzzy-matching']\n"
        f"ignore_patterns = [];{ignored}\n"
        f"call_command(Command(), locale={list(LANGUAGES)!r}, add_location='file', no_obsolete=True, no_wrap=True,"
        " ignore_patterns=ignore_patterns, verbosity=0)\n"
    )
    env = os.environ | {
        "PORTAL_MODE": "test",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATA_DIR": str(root / "var"),
        "PYTHONPATH": str(root),
    }
    subprocess.run([sys.executable, "-c", code], cwd=root, env=env, check=True)


def update() -> int:
    """Rewrite both catalogues; the English one says what the sources say."""
    before = {language: text(catalogue(ROOT, language)) for language in LANGUAGES}
    extract(ROOT)
    english = catalogue(ROOT, SOURCE_LANGUAGE)
    subprocess.run(["msgen", "--no-wrap", "-o", str(english), str(english)], check=True)
    for language, old in before.items():
        path = catalogue(ROOT, language)
        if DATED.sub("", old) == DATED.sub("", text(path)):
            path.write_text(old, encoding="utf-8")  # Only the date changed.
        empty = [entry for entry in read(path) if not all(entry.translations.values())]
        print(f"{path.relative_to(ROOT)}: {len(read(path))} messages, {len(empty)} to translate")
    return 0


def text(path: Path) -> str:
    """Return a file's text, or nothing where there is no file."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


def check() -> int:
    """List what is missing, empty, doubtful or no longer used in either catalogue."""
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="portail-messages-") as folder:
        scratch = Path(folder) / "portail"
        shutil.copytree(ROOT, scratch, ignore=shutil.ignore_patterns(*NOT_READ, "*.pyc", "*.mo", ".*_cache"))
        extract(scratch)
        for language in LANGUAGES:
            ours = catalogue(ROOT, language)
            kept = read(ours) if ours.exists() else []
            used = {entry.key for entry in read(catalogue(scratch, language))}
            known = {entry.key for entry in kept if not entry.obsolete}
            faults += [f"{language}: missing: {msgid}" for _, msgid in sorted(used - known)]
            faults += [f"{language}: no longer used: {msgid}" for _, msgid in sorted(known - used)]
            for entry in kept:
                if entry.obsolete:
                    faults.append(f"{language}: obsolete: {entry.msgid}")
                elif entry.fuzzy:
                    faults.append(f"{language}: fuzzy: {entry.msgid}")
                elif entry.key in used and not all(entry.translations.values()):
                    faults.append(f"{language}: not translated: {entry.msgid}")
    print("\n".join(faults) or "The catalogues are complete.")
    return 1 if faults else 0


if __name__ == "__main__":
    commands = {"update": update, "check": check}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    sys.exit(commands[sys.argv[1]]())
