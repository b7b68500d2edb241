"""Turn matplotlib's SVG into one small file that carries the light and the dark scheme.

Colours become CSS variables, repeated styles become classes, ids carry the figure's name (two
figures may stand on one page), numbers are rounded, and the figure paints its own paper.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from xml.etree import ElementTree as ET

from whybn.drawing.palette import colours

SPACE = "http://www.w3.org/2000/svg"
LINK = "{http://www.w3.org/1999/xlink}href"
NUMBER = re.compile(r"-?(?:\d+\.\d*|\.?\d+)(?:e[-+]?\d+)?")
HEX = re.compile(r"#[0-9a-f]{6}\b")
REFERENCE = re.compile(r"url\(#([^)]+)\)")
# matplotlib writes letters on a grid of 6400 to the em; one of 256 is 0.05 px in our text, half the bytes.
GLYPH, COARSE, COARSE_GLYPH = "scale(0.015625)", 25, "scale(.390625)"
CORNER = 6  # px, radius of the paper's corners
DEFAULTS = {
    "fill-opacity: 1",
    "stroke-opacity: 1",
    "opacity: 1",
    "stroke-width: 1",
    "stroke-miterlimit: 100000",
}


def finish(raw: bytes, name: str) -> bytes:
    """Return matplotlib's SVG `raw` with both colour schemes inside, minified, ids salted with `name`.

    Raises ValueError, naming the colour, if a colour is used that the palette does not hold.
    """
    root = ET.fromstring(raw)  # noqa: S314 - matplotlib wrote it a moment ago
    salt = "f" + hashlib.sha256(name.encode()).hexdigest()[:4]
    _prune(root)
    _rename(root, salt)
    _round(root)
    used, classes = _classes(root)
    _hoist(root)
    _flatten(root)
    width, height = (root.attrib["viewBox"].split()[k] for k in (2, 3))
    root.attrib = {"viewBox": f"0 0 {width} {height}", "width": width, "height": height, "id": salt}
    root.insert(0, _element("rect", width=width, height=height, rx=str(CORNER), **{"class": "paper"}))
    style = _element("style")
    style.text = _sheet(salt, used | {"paper"}, classes)
    root.insert(0, style)
    ET.register_namespace("", SPACE)
    text = ET.tostring(root, encoding="unicode")
    return re.sub(r">\s+<", "><", text).replace(" />", "/>").encode() + b"\n"


def _element(tag: str, **attributes: str) -> ET.Element:
    return ET.Element(f"{{{SPACE}}}{tag}", attributes)


def _prune(node: ET.Element) -> None:
    """Remove what cannot be seen: metadata, matplotlib's style sheet, paths neither filled nor stroked."""
    for child in list(node):
        _prune(child)
        tag = child.tag.rpartition("}")[2]
        unseen = tag == "path" and child.attrib.get("style", "").strip() == "fill: none"
        if unseen or tag in ("metadata", "style") or (tag in ("defs", "g") and not len(child)):
            node.remove(child)


def _rename(root: ET.Element, salt: str) -> None:
    """Shorten the ids that something refers to, salt them, and drop all others."""
    referred: dict[str, str] = {}

    def short(old: str) -> str:
        return referred.setdefault(old, f"{salt}-{len(referred)}")

    for node in root.iter():
        if LINK in node.attrib:
            node.attrib["href"] = "#" + short(node.attrib.pop(LINK)[1:])
        for key in ("style", "clip-path", "fill"):
            if key in node.attrib:
                node.attrib[key] = REFERENCE.sub(lambda hit: f"url(#{short(hit[1])})", node.attrib[key])
    for node in root.iter():
        old = node.attrib.pop("id", None)
        if old in referred:
            node.attrib["id"] = referred[old]


def _round(root: ET.Element) -> None:
    """Keep two decimals of positions; scales keep theirs, they multiply large numbers."""
    for node in root.iter():
        if node.attrib.get("transform") == GLYPH and "d" in node.attrib:  # a space has no outline
            node.attrib |= {"d": _relative(node.attrib["d"], COARSE), "transform": COARSE_GLYPH}
        elif "d" in node.attrib:
            node.attrib["d"] = _relative(node.attrib["d"])
        elif node.tag == f"{{{SPACE}}}use":
            _round_use(node)
        for key in ("x", "y", "width", "height"):
            if key in node.attrib:
                node.attrib[key] = NUMBER.sub(_two_decimals, node.attrib[key])
        if "translate" in node.attrib.get("transform", ""):
            node.attrib["transform"] = re.sub(
                r"translate\([^)]*\)", lambda hit: NUMBER.sub(_two_decimals, hit[0]), node.attrib["transform"]
            )


def _round_use(node: ET.Element) -> None:
    """Keep one decimal of where a letter (in hundredths of its size) or a dot (in px) is repeated."""
    shift = re.fullmatch(r"translate\((\S+) 0\)", node.attrib.get("transform", ""))
    if shift:
        node.attrib["x"] = shift[1]
        del node.attrib["transform"]
    for key in ("x", "y"):
        if key in node.attrib:
            node.attrib[key] = f"{float(node.attrib[key]):.1f}"


def _two_decimals(hit: re.Match) -> str:
    return _short(round(float(hit[0]) * 100))


def _short(hundredths: int) -> str:
    """Return a number of hundredths as decimal text, as short as it can be: 50 as .5, 200 as 2."""
    text = f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def _relative(path: str, grid: int = 0) -> str:
    """Return path data with relative moves, which compress better: hundredths, or multiples of `grid`.

    Each move starts where the rounded path stands, so that rounding never adds up.
    """
    here, start, words = (0, 0), (0, 0), []
    for letter, numbers in re.findall(r"([MLQCz])([^MLQCz]*)", path, flags=re.IGNORECASE):
        if letter in "zZ":
            words.append("z")
            here = start
            continue
        if letter not in "MLQC":
            raise ValueError(f"path command {letter!r} is new in matplotlib's SVG; teach whybn.drawing.svg to shorten it")
        values = [100 * round(float(n) / grid) if grid else round(100 * float(n)) for n in numbers.split()]
        pairs = list(zip(values[::2], values[1::2], strict=True))
        moves = [_short(to - at) for pair in pairs for to, at in zip(pair, here, strict=True)]
        if letter == "L" and "0" in moves:
            words.append("h" + moves[0] if moves[1] == "0" else "v" + moves[1])
        else:
            words.append(letter.lower() + _joined(moves))
        here = pairs[-1]
        start = here if letter == "M" else start
    return "".join(words)


def _joined(numbers: list[str]) -> str:
    """Return numbers as path data, with spaces only where they would run together."""
    text = numbers[0]
    for before, number in itertools.pairwise(numbers):
        apart = number[0] == "-" or (number[0] == "." and "." in before)
        text += number if apart else f" {number}"
    return text


def _classes(root: ET.Element) -> tuple[set[str], dict[str, str]]:
    """Replace style attributes by classes; return the roles used and {style: class}."""
    roles = {light: role for role, (light, _) in colours().items()}
    used: set[str] = set()

    def variable(hit: re.Match) -> str:
        if hit[0] not in roles:
            raise ValueError(f"colour {hit[0]} is not in the palette; draw with a role of whybn.drawing.palette")
        used.add(roles[hit[0]])
        return f"var(--{roles[hit[0]]})"

    classes: dict[str, str] = {}
    for node in root.iter():
        style = node.attrib.pop("style", "")
        parts = [part.strip() for part in style.split(";") if part.strip()]
        kept = ";".join(part.replace(": ", ":") for part in parts if part not in DEFAULTS)
        kept = HEX.sub(variable, kept)
        if kept and node is not root:
            node.attrib["class"] = classes.setdefault(kept, f"c{len(classes)}")
    return used, classes


def _hoist(node: ET.Element) -> None:
    """Give a group the class that all its children share; what our styles say is inherited."""
    for child in node:
        _hoist(child)
    shared = {child.attrib.get("class") for child in node}
    if node.tag == f"{{{SPACE}}}g" and "class" not in node.attrib and len(shared) == 1 and shared != {None}:
        node.attrib["class"] = shared.pop()
        for child in node:
            del child.attrib["class"]


def _flatten(node: ET.Element) -> None:
    """Replace every group that carries no attribute by what it holds."""
    children: list[ET.Element] = []
    for child in node:
        _flatten(child)
        bare = child.tag == f"{{{SPACE}}}g" and not child.attrib
        children.extend(list(child) if bare else [child])
    node[:] = children


def _sheet(salt: str, used: set[str], classes: dict[str, str]) -> str:
    """Return the style sheet: variables of both schemes, then one rule for each class."""
    light, dark = (";".join(f"--{role}:{colours()[role][k]}" for role in sorted(used)) for k in range(2))
    rules = "".join(f"#{salt} .{name}{{{style}}}" for style, name in classes.items())
    return (
        f"#{salt}{{{light}}}@media(prefers-color-scheme:dark){{#{salt}{{{dark}}}}}"
        f"#{salt} *{{stroke-linejoin:round}}#{salt} .paper{{fill:var(--paper)}}{rules}"
    )
