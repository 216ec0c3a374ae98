"""LibreOffice without a window: cells of a workbook filled in by it, as an officer would, and the workbook saved."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

SOFFICE: Final = shutil.which("soffice")
SECONDS: Final = 180
_LISTED: Final = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:libraries PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "libraries.dtd">
<library:libraries xmlns:library="http://openoffice.org/2000/library" xmlns:xlink="http://www.w3.org/1999/xlink">
<library:library library:name="Standard" xlink:href="$(USER)/basic/Standard/script.xlb/" xlink:type="simple"
 library:link="false"/></library:libraries>
"""
_LIBRARY: Final = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false"
 library:passwordprotected="false"><library:element library:name="Filling"/></library:library>
"""
_MODULE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Filling" script:language="StarBasic"
>{code}</script:module>
"""
_CODE: Final = """
Sub Fill
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden" : hidden(0).Value = True
  book = StarDesktop.loadComponentFromURL("{source}", "_blank", 0, hidden())
  sheet = book.Sheets.getByIndex(0)
{cells}
  book.calculateAll()
  Dim kind(0) As New com.sun.star.beans.PropertyValue
  kind(0).Name = "FilterName" : kind(0).Value = "Calc MS Excel 2007 XML"
  book.storeToURL("{target}", kind())
  book.close(True)
End Sub
"""


def filled_in(path: Path, values: Mapping[str, float | str]) -> Path:
    """Fill in cells of the first sheet by their addresses and save as another workbook."""
    profile, target = path.parent / "profile", path.with_name(f"filled-{path.name}")
    basic = profile / "user" / "basic"
    if not basic.is_dir():
        _run(profile, "--terminate_after_init")  # the first start lays down a library of its own
    code = _CODE.format(source=path.as_uri(), target=target.as_uri(), cells="\n".join(map(_cell, values.items())))
    (basic / "script.xlc").write_text(_LISTED, encoding="utf-8")
    (basic / "Standard" / "script.xlb").write_text(_LIBRARY, encoding="utf-8")
    (basic / "Standard" / "Filling.xba").write_text(_MODULE.format(code=escape(code)), encoding="utf-8")
    _run(profile, "macro:///Standard.Filling.Fill")
    assert target.is_file(), "LibreOffice saved nothing"
    return target


def _cell(one: tuple[str, float | str]) -> str:
    address, value = one
    if isinstance(value, str):
        parts = '" & Chr(10) & "'.join(line.replace('"', '""') for line in value.split("\n"))
        return f'  sheet.getCellRangeByName("{address}").setString("{parts}")'
    return f'  sheet.getCellRangeByName("{address}").setValue({value})'


def _run(profile: Path, *arguments: str) -> None:
    assert SOFFICE is not None, "install Debian's package libreoffice-calc (deploy/test-setup.sh does, as root)"
    command = [SOFFICE, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", *arguments]
    subprocess.run(command, check=True, timeout=SECONDS, capture_output=True)
