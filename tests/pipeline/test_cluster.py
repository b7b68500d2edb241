"""The recipe of the methods page: the same build on a cluster, here one of two workers on this machine."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from toy import PACKAGE, Toy

ROOT = Path(__file__).resolve().parents[2]
HOW_TO_HAVE = "not checked, as Dask is not installed (the extra 'cluster': pip install --editable '.[cluster]')"
if os.environ.get("WHYBN_COMPLETE") == "1":  # on the continuous integration a missing package is a failure
    import distributed
else:
    distributed = pytest.importorskip("distributed", reason=HOW_TO_HAVE)


def test_the_recipe_makes_the_same_bytes_as_one_core(tmp_path):
    (recipe,) = re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs/methods.md").read_text(), flags=re.MULTILINE | re.DOTALL)
    assert recipe.count("Path.cwd()") == 1
    alone, spread = Toy(tmp_path / "alone"), Toy(tmp_path / "spread")
    assert alone.run("--jobs", "1").status == 0
    spread.write("on_cluster.py", recipe.replace("Path.cwd()", f'Path.cwd(), "{PACKAGE}"'))
    workers = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**workers) as cluster, distributed.Client(cluster) as client:
        client.write_scheduler_file(str(spread.root / "cluster.json"))
        run = subprocess.run(
            [sys.executable, "-B", "on_cluster.py", "--jobs", "2"],
            cwd=spread.root,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        used = client.run(lambda package: package in sys.modules, PACKAGE)
    assert run.returncode == 0, run.stderr
    assert any(used.values()), "no worker of the cluster has done anything"
    assert spread.made() == alone.made()
