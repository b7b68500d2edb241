"""Whole sites for the tests of the dialect."""

import pytest
from building import Site


@pytest.fixture
def site(tmp_path):
    """A site with the real settings and no pages."""
    return Site(tmp_path)
