#!/usr/bin/env python3
"""Prepare this machine (prepare.py demo|check|test): system libraries, environment, packages, translations."""

from __future__ import annotations

import ctypes.util
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)


def has_library(name: str) -> Callable[[], bool]:
    """Say how to know that a shared library is there."""
    return lambda: ctypes.util.find_library(name) is not None


def has_program(*names: str) -> Callable[[], bool]:
    """Say how to know that one of these programs is there."""
    return lambda: any(shutil.which(name) for name in names)


def has_file(*patterns: str) -> Callable[[], bool]:
    """Say how to know that a file matching one of these patterns is there."""
    return lambda: any(next(Path("/").glob(pattern.lstrip("/")), None) for pattern in patterns)


def has_postgresql() -> bool:
    """Say whether a PostgreSQL server can be started."""
    return has_program("initdb")() or has_file("/usr/lib/postgresql/*/bin/initdb")()


# What each purpose needs from the system: Debian's package name, and how to know that it is there already.
FOR_DEMO: dict[str, Callable[[], bool]] = {
    "libpango-1.0-0": has_library("pango-1.0"),
    "libpangoft2-1.0-0": has_library("pangoft2-1.0"),
    "libharfbuzz-subset0": has_library("harfbuzz-subset"),
    "fonts-dejavu-core": has_file(
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/usr/share/fonts/**/DejaVuSans.ttf"
    ),
    "gettext": has_program("msgfmt"),
}
FOR_TEST: dict[str, Callable[[], bool]] = {
    **FOR_DEMO,
    "postgresql": has_postgresql,
    "chromium": has_program("chromium"),
    "poppler-utils": has_program("pdftotext"),
    "qpdf": has_program("qpdf"),
    "softhsm2": has_program("softhsm2-util"),
    "clamav-daemon": has_file("/usr/sbin/clamd", "/usr/bin/clamd", "/usr/local/sbin/clamd"),
}
PURPOSES = {"demo": (FOR_DEMO, "prod.txt"), "check": (FOR_DEMO, "dev.txt"), "test": (FOR_TEST, "dev.txt")}


def say(words: str) -> None:
    """Print one line of progress at once."""
    print(f"· {words}", flush=True)


def stop(french: str, english: str) -> None:
    """Stop with the same message in both languages."""
    sys.exit(f"\n{french}\n{english}\n")


def require_python() -> None:
    """Go on with Python 3.11 or newer: this one, else another one of the machine."""
    if sys.version_info[:2] >= OLDEST:
        return
    for name in ("python3.14", "python3.13", "python3.12", "python3.11"):
        found = shutil.which(name)
        if found:
            os.execv(found, [found, *sys.argv])  # noqa: S606 the same script, by a newer Python
    stop("Python 3.11 ou plus récent est nécessaire.", "Python 3.11 or newer is needed.")


def install_packages(names: list[str]) -> None:
    """Install Debian packages where we are root; otherwise name the command and stop."""
    command = "apt-get install -y --no-install-recommends " + " ".join(names)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        stop(
            f"Il manque des composants du système. Installez-les, puis relancez la commande :\n    sudo {command}",
            f"Some system components are missing. Install them, then run the command again:\n    sudo {command}",
        )
    say(f"system components: {' '.join(names)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=False, env=quiet, stdout=subprocess.DEVNULL)
    done = subprocess.run(
        command.split(), check=False, env=quiet, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        sys.stderr.write(done.stdout)
        stop(f"Cette commande a échoué : {command}", f"This command failed: {command}")


def make_environment() -> None:
    """Make .venv, once."""
    if PYTHON.exists():
        return
    say("environment: .venv")
    command = [sys.executable, "-m", "venv", str(VENV)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        # Debian keeps the module that makes environments in a package of its own.
        shutil.rmtree(VENV, ignore_errors=True)
        if not has_file("/usr/lib/python3*/ensurepip/__init__.py")():
            install_packages(["python3-venv"])
            done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            shutil.rmtree(VENV, ignore_errors=True)
            sys.exit(done.stdout + done.stderr)


def works(*command: str) -> bool:
    """Say whether a command ends well."""
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def install_requirements(name: str) -> None:
    """Install the locked requirements, each checked by its digest; nothing when this same file was installed before."""
    wanted = ROOT / "requirements" / name
    digest = hashlib.sha256(wanted.read_bytes()).hexdigest()
    stamp = VENV / f".installed-{name}"
    if stamp.exists() and stamp.read_text() == digest:
        return
    say(f"packages: requirements/{name} (this takes a minute the first time)")
    if works("uv", "--version"):
        command = ["uv", "pip", "install", "--quiet", "--python", str(PYTHON)]
    else:
        if not works(str(PYTHON), "-m", "pip", "--version"):
            subprocess.run([str(PYTHON), "-m", "ensurepip"], check=True, stdout=subprocess.DEVNULL)
        command = [str(PYTHON), "-m", "pip", "install", "-qq", "--no-input"]
    done = subprocess.run([*command, "--require-hashes", "-r", str(wanted)], check=False)
    if done.returncode:
        stop("L’installation des paquets a échoué (voir plus haut).", "Installing the packages failed (see above).")
    stamp.write_text(digest)


def compile_messages() -> None:
    """Compile the catalogues that changed."""
    for catalogue in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        compiled = catalogue.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= catalogue.stat().st_mtime:
            continue
        say(f"translations: {catalogue.relative_to(ROOT)}")
        subprocess.run(["msgfmt", "--check-format", "-o", str(compiled), str(catalogue)], check=True)


def main(purpose: str) -> None:
    """Prepare what one purpose needs."""
    require_python()
    needed, requirements = PURPOSES[purpose]
    missing = [package for package, is_there in needed.items() if not is_there()]
    if missing:
        install_packages(missing)
    make_environment()
    install_requirements(requirements)
    compile_messages()


if __name__ == "__main__":
    if sys.argv[1:] not in [[purpose] for purpose in PURPOSES]:
        sys.exit(__doc__)
    main(sys.argv[1])
