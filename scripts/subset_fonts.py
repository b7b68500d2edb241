"""Cut the fonts of the site out of the full ones: `python -m scripts/subset_fonts.py FULL OUT`.

FULL holds the five TTF files of the npm packages @expo-google-fonts/source-serif-4 and
@expo-google-fonts/source-sans-3 and the STIXMath-Regular.otf of Debian's fonts-stix, all under the SIL
Open Font License. Needed again only when an article asks for a character that the subsets lack.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

ASCII = "".join(map(chr, range(0x20, 0x7F)))
LATIN = "\u00a0§©«»°±²³·¹¼½¾×÷ßàáâäåæçèéêëíïñóôöøúüýÁÄÅÇÉÖØÜčćłőšžı"
PUNCTUATION = "‐–—‘’“”„†•…′″\u2009\u202f"
SIGNS = "←↑→↓−∕√∞∂∆∏∑∫≈≠≤≥ℓ⁰⁴⁵⁶⁷⁸⁹"
GREEK = "αβγδεζηθκλμνπρστφχψωΓΔΘΛΣΦΩ"
TEXT = ASCII + LATIN + PUNCTUATION + SIGNS + GREEK
EMPHASIS = ASCII + LATIN + PUNCTUATION
HEADING = ASCII + "\u00a0é×±²üö−≤≥→" + PUNCTUATION
INTERFACE = TEXT + "↔⁻▲▼▸▾"
# Browsers take single letters of a formula from the block of mathematical italics.
ITALICS = "".join(map(chr, [*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C), 0x210E]))
MATHEMATICS = ASCII + GREEK + ITALICS + SIGNS + "\u00a0×±·…¯ˆ‖∇∈∥⋅\u0302\u0304\u203e\u2061\u2062"


@dataclass(frozen=True)
class Cut:
    """One font file: where it comes from, the family name it gets, and what it keeps."""

    source: str
    family: str
    characters: str
    features: tuple[str, ...] = ("kern", "liga", "tnum")


CUTS = {
    "source-serif-4-regular": Cut("SourceSerif4_400Regular.ttf", "Whybn Serif", TEXT),
    "source-serif-4-italic": Cut("SourceSerif4_400Regular_Italic.ttf", "Whybn Serif", EMPHASIS),
    "source-serif-4-semibold": Cut("SourceSerif4_600SemiBold.ttf", "Whybn Serif", HEADING),
    "source-sans-3-regular": Cut("SourceSans3_400Regular.ttf", "Whybn Sans", INTERFACE),
    "source-sans-3-semibold": Cut("SourceSans3_600SemiBold.ttf", "Whybn Sans", TEXT),
    "stix-math-regular": Cut("STIXMath-Regular.otf", "Whybn Math", MATHEMATICS, ("ssty", "dtls", "flac")),
}


def cut(full: Path, out: Path, name: str) -> int:
    """Write `out/name.woff2` and return its size in bytes.

    A modified version must not carry a name that its licence reserves, so the file gets our own.
    """
    what = CUTS[name]
    font = TTFont(full / what.source)
    options = Options(layout_features=list(what.features), hinting=False, desubroutinize=True)
    options.drop_tables += ["DSIG", "STAT"]
    options.name_IDs = [0, 1, 2, 4, 5, 6, 13, 14]
    subsetter = Subsetter(options)
    subsetter.populate(text=what.characters)
    subsetter.subset(font)
    style = name.rsplit("-", 1)[1].capitalize()
    weight = " SemiBold" if style == "Semibold" else ""
    names = {
        1: what.family + weight,
        4: f"{what.family} {style}",
        6: f"{what.family.replace(' ', '')}-{style}",
    }
    for record in list(font["name"].names):
        if record.nameID in names:
            place = (record.nameID, record.platformID, record.platEncID, record.langID)
            font["name"].setName(names[record.nameID], *place)
    font.flavor = "woff2"
    target = out / f"{name}.woff2"
    font.save(target)
    return target.stat().st_size


if __name__ == "__main__":
    for file in CUTS:
        sys.stdout.write(f"{file}: {cut(Path(sys.argv[1]), Path(sys.argv[2]), file)} bytes\n")
