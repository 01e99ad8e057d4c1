//! Long numbers that a program wrote digit by digit into a number cell. Excel itself keeps fifteen digits,
//! and so does every reader that takes numbers as doubles; the file may still hold them all.

use std::{
    collections::HashMap,
    io::{BufReader, Cursor, Read as _},
};

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};
use zip::ZipArchive;

/// The digits of whole numbers longer than fifteen, by sheet name and place (row from 1, column from 0).
/// Whatever is not understood is left out: the number then stands as the double has it.
pub(super) fn long_numbers(bytes: &[u8], sheet: &str) -> HashMap<(u32, usize), String> {
    let found = || {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
        let id = sheet_relation(&part(&mut archive, "xl/workbook.xml")?, sheet)?;
        let target = target(&part(&mut archive, "xl/_rels/workbook.xml.rels")?, &id)?;
        let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
        digits(&mut archive, &path)
    };
    found().unwrap_or_default()
}

fn part(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Option<String> {
    let mut text = String::new();
    archive.by_name(name).ok()?.read_to_string(&mut text).ok()?;
    Some(text)
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().flatten().find(|attribute| attribute.key.as_ref() == name)?;
    Some(found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok()?.into_owned())
}

/// The relation a sheet is kept under.
fn sheet_relation(workbook: &str, sheet: &str) -> Option<String> {
    elements(workbook, "sheet").find(|element| attribute(element, "name").as_deref() == Some(sheet)).and_then(
        |element| {
            let relation = element.attributes().flatten().find(|a| a.key.local_name().as_ref() == "id")?;
            Some(relation.value.to_string())
        },
    )
}

fn target(relations: &str, id: &str) -> Option<String> {
    elements(relations, "Relationship")
        .find(|element| attribute(element, "Id").as_deref() == Some(id))
        .and_then(|element| attribute(&element, "Target"))
}

/// The elements of this name, wherever they stand.
fn elements<'a>(xml: &'a str, name: &'static str) -> impl Iterator<Item = BytesStart<'a>> {
    let mut reader = Reader::from_str(xml);
    std::iter::from_fn(move || {
        loop {
            match reader.read_event().ok()? {
                Event::Start(element) | Event::Empty(element) if element.local_name().as_ref() == name => {
                    return Some(element);
                }
                Event::Eof => return None,
                _ => {}
            }
        }
    })
}

fn digits(archive: &mut ZipArchive<Cursor<&[u8]>>, path: &str) -> Option<HashMap<(u32, usize), String>> {
    let mut reader = Reader::from_reader(BufReader::new(archive.by_name(path).ok()?));
    let (mut buffer, mut found) = (Vec::new(), HashMap::new());
    let (mut place, mut in_value) = (None, false);
    loop {
        match reader.read_event_into(&mut buffer).ok()? {
            Event::Start(element) if element.local_name().as_ref() == "c" => {
                let is_number = attribute(&element, "t").is_none_or(|kind| kind == "n");
                place = attribute(&element, "r").filter(|_| is_number).and_then(|name| place_of(&name));
            }
            Event::Start(element) => in_value = element.local_name().as_ref() == "v",
            Event::Text(text) if in_value => {
                let text = text.trim();
                let long = text.len() > 15 && text.bytes().all(|byte| byte.is_ascii_digit());
                if let (true, Some(place)) = (long, place) {
                    found.insert(place, text.to_owned());
                }
            }
            Event::End(_) => in_value = false,
            Event::Eof => return Some(found),
            _ => {}
        }
        buffer.clear();
    }
}

/// `AB12` is row 12, column 27 from 0.
fn place_of(name: &str) -> Option<(u32, usize)> {
    let letters = name.find(|c: char| c.is_ascii_digit())?;
    let (column, row) = name.split_at(letters);
    let column = column.bytes().try_fold(0_usize, |sum, byte| {
        let letter = byte.is_ascii_uppercase().then(|| usize::from(byte - b'A') + 1)?;
        sum.checked_mul(26)?.checked_add(letter)
    })?;
    Some((row.parse().ok()?, column.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_from_their_names() {
        assert_eq!(place_of("A1"), Some((1, 0)));
        assert_eq!(place_of("AB12"), Some((12, 27)));
        assert_eq!(place_of("12"), None);
        assert_eq!(place_of("a1"), None);
    }
}
