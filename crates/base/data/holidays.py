"""Writes holidays.tsv from a directory of holiday-cn year files: python3 holidays.py DIRECTORY."""

import json
import pathlib
import sys

here = pathlib.Path(__file__).parent
years = sorted(pathlib.Path(sys.argv[1]).glob("[0-9][0-9][0-9][0-9].json"))
lines = [
    "# Public holidays and make-up working days of the People's Republic of China.",
    "# From the yearly notices of the General Office of the State Council, as collected by",
    "# NateScarlet/holiday-cn (MIT, see README.md beside this file).",
    "# year of the notice, date, holiday, off (rest day) or work (make-up working day)",
]
for path in years:
    notice = json.loads(path.read_text(encoding="utf-8"))
    for day in sorted(notice["days"], key=lambda day: day["date"]):
        kind = "off" if day["isOffDay"] else "work"
        lines.append("\t".join([str(notice["year"]), day["date"], day["name"], kind]))
(here / "holidays.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
