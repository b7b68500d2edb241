"""The toy project as a fixture."""

import pytest
from toy import Toy


@pytest.fixture
def toy(tmp_path):
    return Toy(tmp_path)
