"""Writes divisions.xz and divisions.idx: python3 build.py DIRECTORY.

DIRECTORY holds provinces.csv, cities.csv, areas.csv, streets.csv.gz and villages.csv.xz, each with a first
line of column names and the columns `code,name,…` (README.md beside this file names the source).

divisions.xz is a row of xz streams, so `xz -dc divisions.xz` reads it; divisions.idx has a line
`name offset length` for each stream. The text is UTF-16BE, which xz packs an eighth smaller here than UTF-8.

Stream `head`: provinces, cities, counties and townships in order of code, one a line: a mark of the level
(`=`, `-`, `.`, none), the digits the code adds to its parent's, the name.
Stream of a province (two digits): for each of its townships in order of code a line with the last three
digits of its villages as ranges (`1-5,200-213`), an empty line for none; then a line with `#`; then the names
of all villages in the same order, each ended by a line feed or by a control character for a common ending.
"""

import csv
import gzip
import lzma
import pathlib
import sys

# U+0001 and so on; the reader in src/division.rs has the same list.
ENDINGS = ["村民委员会", "居民委员会", "社区居委会", "村委会", "居委会", "社区"]

FILTERS = [{
    "id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME,
    "dict_size": 4 << 20, "lc": 3, "lp": 1, "pb": 1,
}]

here = pathlib.Path(__file__).parent


def rows(path):
    opener = {".gz": gzip.open, ".xz": lzma.open}.get(path.suffix, open)
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        return sorted((row["code"], row["name"]) for row in csv.DictReader(file))


def pack(text):
    return lzma.compress(text.encode("utf-16-be"), format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC32, filters=FILTERS)


def head(levels):
    mark = {2: ("=", 2), 4: ("-", 2), 6: (".", 2), 9: ("", 3)}
    lines = []
    for code, name in sorted(row for level in levels for row in level):
        sign, digits = mark[len(code)]
        lines.append(f"{sign}{code[-digits:]}{name}\n")
    return "".join(lines)


def ranges(serials):
    parts = []
    for serial in serials:
        if parts and parts[-1][1] + 1 == serial:
            parts[-1][1] = serial
        else:
            parts.append([serial, serial])
    return ",".join(f"{a}" if a == b else f"{a}-{b}" for a, b in parts)


def ended(name):
    assert name and min(name) > "\x1f", name
    for number, ending in enumerate(ENDINGS, 1):
        if name.endswith(ending) and name != ending:
            return name.removesuffix(ending) + chr(number)
    return name + "\n"


def province(townships, villages):
    of_township = {code: [] for code, _ in townships}
    for code, _ in villages:
        of_township[code[:9]].append(int(code[9:]))
    lines = [ranges(of_township[code]) + "\n" for code, _ in townships]
    return "".join(lines) + "#\n" + "".join(ended(name) for _, name in villages)


def main(source):
    provinces, cities, counties = (rows(source / f"{name}.csv") for name in ("provinces", "cities", "areas"))
    townships, villages = rows(source / "streets.csv.gz"), rows(source / "villages.csv.xz")
    streams = [("head", head([provinces, cities, counties, townships]))]
    for code, _ in provinces:
        inside = [[row for row in level if row[0].startswith(code)] for level in (townships, villages)]
        streams.append((code, province(*inside)))
    index, packed = [], b""
    for name, text in streams:
        stream = pack(text)
        index.append(f"{name} {len(packed)} {len(stream)}\n")
        packed += stream
    (here / "divisions.xz").write_bytes(packed)
    (here / "divisions.idx").write_text("".join(index), encoding="ascii")


main(pathlib.Path(sys.argv[1]))
