"""`make handbook`: the pictures of docs/handbook, chosen from the plan of pictures, small enough for the repository."""

import shutil
import sys
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.plan import PLAN, Shot
from tests.e2e.scenes import Scene, opened
from tests.e2e.shots import visit, window
from web.help import PICTURES as FOLDER

WIDTH: Final = 1280
COLOURS: Final = 64
HEIGHT: Final = 900
"""What of a page is shown unless said otherwise: about as much as a screen holds."""
CHOSEN: Final[Mapping[str, tuple[str, int]]] = MappingProxyType(
    {
        "danh-sach-don-vi": ("appraisal-register-administrator", HEIGHT),
        "nhap-danh-sach": ("appraisal-register-imports-one-administrator", HEIGHT),
        "chuong-trinh": ("appraisal-programmes-slug-administrator", HEIGHT),
        "chay-thu": ("appraisal-rehearsals-administrator", 760),
        "phat-dong": ("appraisal-launches-one-administrator", 1000),
        "tong-quan": ("scoring-rounds-one-administrator", 1100),
        "cac-don-vi": ("scoring-rounds-one-units-administrator", 800),
        "thu": ("appraisal-rounds-one-mail-administrator", 760),
        "gia-han": ("scoring-rounds-one-extensions-administrator", 760),
        "dieu-chinh": ("appraisal-rounds-one-corrections-administrator", HEIGHT),
        "phan-cong": ("appraisal-rounds-one-assignments-lead", 800),
        "ban-tham-dinh": ("appraisal-rounds-one-desk-appraiser", 800),
        "tham-dinh": ("appraisal-assessments-one-appraise-appraiser-appraising", HEIGHT),
        "giai-trinh": ("appraisal-assessments-one-questions-appraiser-explaining", HEIGHT),
        "lay-y-kien": ("opinions-opinions-one-answers-administrator", 800),
        "phien-hop": ("sitting-meetings-one-secretary", HEIGHT),
        "hom-phieu": ("sitting-boxes-one-secretary", 800),
        "quyet-dinh": ("deciding-rounds-one-decisions-administrator", 760),
        "giai-doan": ("appraisal-rounds-one-stages-administrator", 800),
        "ket-qua": ("settled-rounds-one-results-reader", 800),
        "cham-diem": ("scoring-assessments-one-officer-self_assessing", HEIGHT),
        "lich-su": ("settled-assessments-one-history-auditor", HEIGHT),
        "kiem-tra-chuoi": ("settled-rounds-one-history-check-auditor", 800),
    }
)
"""The file of each picture, the planned picture that it is, and how much of the page it shows."""


def chosen() -> dict[str, Shot]:
    """The planned picture of each file; KeyError when the plan has it no more."""
    planned = {shot.name: shot for shot in PLAN}
    return {file: planned[name] for file, (name, _height) in CHOSEN.items()}


def main(names: Sequence[str] = ()) -> int:
    """Take all pictures anew, or those that are named; what is no picture of ours goes."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file in FOLDER.glob("*.png"):
        if file.stem not in CHOSEN:
            file.unlink()
    named = {file: shot for file, shot in chosen().items() if not names or file in names}
    wanted = sorted(named.items(), key=lambda one: one[1].scene)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for scene_name, shots in groupby(wanted, key=lambda one: one[1].scene):
            with TemporaryDirectory() as stage, opened(scene_name, Path(stage)) as scene:
                for name, shot in shots:
                    _take(browser, scene, shot, FOLDER / f"{name}.png")
        browser.close()
    size = sum(file.stat().st_size for file in FOLDER.glob("*.png"))
    sys.stdout.write(f"{len(CHOSEN)} pictures in {FOLDER}, {size // 1024} KB\n")
    return 0


def _take(browser: Browser, scene: Scene, shot: Shot, file: Path) -> None:
    to = visit(scene, shot)
    page = window(browser, to, WIDTH)
    answer = page.goto(to.address)
    assert answer is not None
    assert answer.status == shot.status, f"{answer.status} for {shot}"
    page.set_viewport_size({"width": WIDTH, "height": CHOSEN[file.stem][1]})
    page.screenshot(path=file)
    page.context.close()
    with Image.open(file) as taken:
        small = taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(file, optimize=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
