"""Every file that a run leaves, harmed in every way: the next run ends well and makes the same again."""

import os
from pathlib import Path

import pytest
from toy import Toy


def _flip(path: Path, place: float) -> None:
    data = bytearray(path.read_bytes())
    data[int(place * (len(data) - 1))] ^= 4
    path.write_bytes(data)


def _as_folder(path: Path) -> None:
    path.unlink()
    (path / "inside").mkdir(parents=True)


def _as_loop(path: Path) -> None:  # what even root cannot read
    path.unlink()
    path.symlink_to(path)


HARMS = {
    "gone": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "half": lambda path: os.truncate(path, path.stat().st_size // 2),
    "other JSON": lambda path: path.write_text("[1, 2]"),
    "other object": lambda path: path.write_text("{}"),
    "no text": lambda path: path.write_bytes(bytes(range(256))),
    "first bit": lambda path: _flip(path, 0.0),
    "a bit": lambda path: _flip(path, 0.37),
    "last bit": lambda path: _flip(path, 1.0),
    "a loop": _as_loop,
    "a folder": _as_folder,
}


@pytest.mark.verify
@pytest.mark.parametrize("harm", HARMS)
def test_every_file_may_be_harmed(tmp_path, harm):
    toy = Toy(tmp_path)
    assert toy.run().status == 0
    before = toy.made()
    stored = [path for path in (toy.root / ".results").rglob("*") if path.is_file() and path.name != "lock"]
    shown = [*(toy.root / "docs/_data").iterdir(), *(toy.root / "docs/assets/figures").iterdir()]
    assert len(stored) >= 12
    for path in sorted([*stored, *(shown if harm != "a folder" else [])]):
        HARMS[harm](path)
        run = toy.run()
        assert (run.status, run.err) == (0, ""), f"{path.name}: {run.err}"
        assert toy.made() == before, path.name
        assert run.out.count("damaged") <= 1, path.name
        after = toy.run()
        assert (after.status, after.trained, after.drawn) == (0, set(), set()), path.name
        assert "damaged" not in after.out, path.name
