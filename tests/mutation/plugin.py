"""What pytest does otherwise while it runs mutants: few examples, always the same, and nothing remembered."""

import hypothesis
import pytest

from states import hold, machine


@pytest.hookimpl(trylast=True)
def pytest_sessionstart() -> None:
    hypothesis.settings.register_profile("mutation", deadline=None, max_examples=10, derandomize=True, database=None)
    hypothesis.settings.load_profile("mutation")
    hold._PROGRAMMES.clear()
    machine._MACHINES.clear()
