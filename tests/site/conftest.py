"""Sites to look at: a small one to fill, and the real one where its figures have been computed."""

import os

import pytest
from building import ROOT, Site, build

COMPUTED = ("results", "claims", "figures", "math", "experiments")


@pytest.fixture
def site(tmp_path):
    """A site with the real settings and no pages."""
    return Site(tmp_path)


@pytest.fixture(scope="session")
def computed():
    """Skip, or fail where everything has to be checked, unless `make figures` has run."""
    missing = [name for name in COMPUTED if not (ROOT / "docs" / "_data" / f"{name}.json").is_file()]
    if missing:
        message = f"not checked, as docs/_data/{missing[0]}.json is not there (make figures)"
        (pytest.fail if os.environ.get("WHYBN_COMPLETE") == "1" else pytest.skip)(message)


@pytest.fixture(scope="session")
def built(computed, tmp_path_factory):  # noqa: ARG001 - it asks whether there is anything to build
    """The real site, built into a folder of its own."""
    target = tmp_path_factory.mktemp("built") / "site"
    done = build(ROOT, target)
    assert done.returncode == 0, done.stderr
    return target
