"""The report on a round as an Excel workbook."""

from pathlib import Path

from reports.contents import RoundReport
from reports.points_xlsx import add_points
from reports.rating_xlsx import add_rating
from reports.spots_xlsx import add_spots
from reports.workbook import ReportBook, seal_sheet


def write_xlsx(report: RoundReport, path: Path, *, rehearsal: bool) -> None:
    """Write the workbook; the same figures give the same bytes. A rehearsal says so on every sheet."""
    book = ReportBook(report, path, rehearsal=rehearsal)
    if report.rating is not None:
        add_rating(book, report.rating)
    elif report.spots is not None:
        add_spots(book, report.spots)
    else:
        add_points(book)
    seal_sheet(book)
    book.close()
