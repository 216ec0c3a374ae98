from config.settings import Settings
from tests.deploy.environment import DEPLOY, names_in, settings_in

EXAMPLE = DEPLOY / "danhgia.env"
PREFIX = "DANHGIA_"


def test_the_example_explains_every_setting_and_can_be_used() -> None:
    assert names_in(EXAMPLE) == {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    given = {name.removeprefix(PREFIX).lower(): value for name, value in settings_in(EXAMPLE).items()}
    made = Settings.model_validate(given)
    assert made.base_url.startswith("https://")
    assert made.metrics_token is None
    assert made.metrics_from == ()


def test_every_setting_of_the_example_is_explained_just_above_it() -> None:
    lines = EXAMPLE.read_text().splitlines()
    for number, line in enumerate(lines):
        if PREFIX in line.partition("=")[0]:
            before = lines[number - 1]
            assert before.startswith("# ") or PREFIX in before.partition("=")[0], line
