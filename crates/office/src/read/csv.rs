//! Text tables (RFC 4180 and what is sent under its name): UTF-8, UTF-16 with a mark, GB18030; commas,
//! semicolons or tabs; quoted fields with line breaks, kept to the byte.

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

use super::{Gather, ReadError, Sheet, Workbook};
use crate::Cell;

/// What our own CSV puts before a text that a spreadsheet would take for a formula: an apostrophe, which
/// spreadsheets understand as "this is text", and a word joiner, which nobody types. Reading takes
/// exactly this pair away again, so texts come back to the byte and other people's apostrophes stay.
pub const GUARD: &str = "'\u{2060}";

pub(super) fn read(bytes: &[u8], file_name: &str) -> Result<Workbook, ReadError> {
    let extension = file_name.rsplit_once('.').map_or("", |(_, extension)| extension).to_lowercase();
    let text = decode(bytes, &extension)?;
    let start = text.trim_start().get(..200.min(text.trim_start().len())).unwrap_or(&text).to_lowercase();
    if start.starts_with('<')
        && ["<html", "<table", "<!doctype", "<?xml", "<meta"].iter().any(|t| start.contains(t))
    {
        return Err(ReadError::WebPage);
    }
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let rows = records(&text, separator(&text))?.into_rows();
    Ok(Workbook { sheets: vec![Sheet { name: name.to_owned(), rows, ..Sheet::default() }] })
}

fn decode(bytes: &[u8], extension: &str) -> Result<String, ReadError> {
    if let Some(utf8) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        return std::str::from_utf8(utf8)
            .map(str::to_owned)
            .map_err(|stop| ReadError::Encoding(line_of(utf8, stop.valid_up_to())));
    }
    for (mark, encoding) in [([0xFF, 0xFE], UTF_16LE), ([0xFE, 0xFF], UTF_16BE)] {
        if let Some(rest) = bytes.strip_prefix(&mark) {
            let text = encoding.decode_without_bom_handling_and_without_replacement(rest);
            return text.map(std::borrow::Cow::into_owned).ok_or(ReadError::Encoding(1));
        }
    }
    // A zero byte is in no text table, but in most pictures, programs and archives.
    if bytes.contains(&0) || bytes.starts_with(b"%PDF") {
        return Err(ReadError::NotATable(extension.to_owned()));
    }
    let stop = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(text.to_owned()),
        Err(stop) => stop.valid_up_to(),
    };
    match GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Ok(text.into_owned()),
        None => Err(ReadError::Encoding(line_of(bytes, stop))),
    }
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    bytes.iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

/// The sign that occurs most often outside quotation marks in the first lines; a comma when in doubt.
fn separator(text: &str) -> char {
    let mut quoted = false;
    let mut counts = [0_usize; 3];
    let signs = [',', '\t', ';'];
    for c in text.chars().take(4_000) {
        quoted ^= c == '"';
        if let (false, Some(at)) = (quoted, signs.iter().position(|sign| *sign == c)) {
            counts[at] += 1;
        }
    }
    let [commas, tabs, semicolons] = counts;
    if tabs > commas && tabs >= semicolons {
        '\t'
    } else if semicolons > commas {
        ';'
    } else {
        ','
    }
}

/// Where the parser stands within a record.
struct Position {
    record: u32,
    column: usize,
}

fn records(text: &str, separator: char) -> Result<Gather, ReadError> {
    let mut gather = Gather::default();
    let mut at = Position { record: 1, column: 0 };
    let mut rest = text;
    while !rest.is_empty() {
        let (field, after) = field(rest, separator, at.record)?;
        put(&mut gather, &at, field)?;
        rest = if let Some(after) = after.strip_prefix(separator) {
            at.column += 1;
            after
        } else {
            at = Position { record: at.record + 1, column: 0 };
            after.strip_prefix("\r\n").or_else(|| after.strip_prefix(['\n', '\r'])).unwrap_or(after)
        };
    }
    Ok(gather)
}

fn put(gather: &mut Gather, at: &Position, field: String) -> Result<(), ReadError> {
    let cell = match field.strip_prefix(GUARD) {
        Some(text) => Cell::text(text),
        None if field.is_empty() => Cell::Empty,
        None => Cell::Text(field),
    };
    gather.put(at.record, at.column, cell)
}

/// One field and what follows it, which begins with the separator, a line break or nothing.
fn field(rest: &str, separator: char, record: u32) -> Result<(String, &str), ReadError> {
    let ends = [separator, '\n', '\r'];
    let Some(mut quoted) = rest.strip_prefix('"') else {
        let end = rest.find(ends).unwrap_or(rest.len());
        let (field, after) = rest.split_at(end);
        return Ok((field.to_owned(), after));
    };
    let mut text = String::new();
    loop {
        let Some((part, after)) = quoted.split_once('"') else { return Err(ReadError::OpenQuote(record)) };
        text.push_str(part);
        if let Some(more) = after.strip_prefix('"') {
            text.push('"');
            quoted = more;
            continue;
        }
        // What stands between the closing mark and the separator is no standard, but nothing is dropped.
        let end = after.find(ends).unwrap_or(after.len());
        let (tail, after) = after.split_at(end);
        text.push_str(tail);
        return Ok((text, after));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &[u8]) -> Vec<Vec<String>> {
        let book = Workbook::read(bytes, "台账.csv").unwrap();
        assert_eq!(book.sheets[0].name, "台账");
        let rows = &book.sheets[0].rows;
        rows.iter().map(|row| row.cells.iter().map(|cell| cell.as_text().into_owned()).collect()).collect()
    }

    #[test]
    fn quoted_fields_keep_breaks_quotes_and_edges() {
        let rows = texts("a,\"\n\t 甲\"\"乙\"\"\r\n\u{3000}\",\u{a0}c \r\n\r\nd,,f".as_bytes());
        assert_eq!(rows, vec![vec!["a", "\n\t 甲\"乙\"\r\n\u{3000}", "\u{a0}c "], vec!["d", "", "f"]]);
    }

    #[test]
    fn encodings_are_told_apart_by_content() {
        let expected = vec![vec!["编号".to_owned(), "诉求，㐀𠀀".to_owned()]];
        let text = "编号,诉求，㐀𠀀\n";
        assert_eq!(texts(text.as_bytes()), expected);
        assert_eq!(texts(format!("\u{feff}{text}").as_bytes()), expected);
        assert_eq!(texts(&GB18030.encode(text).0), expected);
        let wide: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(texts(&wide), expected);
    }

    #[test]
    fn tabs_and_semicolons_separate_where_commas_do_not() {
        assert_eq!(texts(b"a\tb\n1,2\t3\n"), vec![vec!["a", "b"], vec!["1,2", "3"]]);
        assert_eq!(texts(b"a;b\n1;2\n"), vec![vec!["a", "b"], vec!["1", "2"]]);
    }

    #[test]
    fn only_our_own_guard_is_taken_away() {
        assert_eq!(texts(format!("{GUARD}=1+1,'=1+1\n").as_bytes()), vec![vec!["=1+1", "'=1+1"]]);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let read = |bytes: &[u8], name: &str| Workbook::read(bytes, name).unwrap_err();
        assert_eq!(read(b"", "a.csv"), ReadError::Empty);
        assert_eq!(read(b"a,\"b\nc", "a.csv"), ReadError::OpenQuote(1));
        assert_eq!(read(b"a,b\n\xFF\xFF,c", "a.csv"), ReadError::Encoding(2));
        assert_eq!(read(b"\n<html><body><table>", "a.xls"), ReadError::WebPage);
        assert_eq!(read(b"%PDF-1.7", "a.pdf"), ReadError::NotATable("pdf".into()));
    }
}
