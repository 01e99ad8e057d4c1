//! Files residents send: what they are by their content, without where and with what they were taken.

use base::{Error, Refusal, Result};
use case::acts::NewAttachment;
use object_store::{ObjectStoreExt as _, path::Path};
use sha2::{Digest as _, Sha256};
use web::{Upload, Visit};

use crate::Allows;

/// A kind of file: its media type, its usual endings, how its content begins.
struct Kind {
    media_type: &'static str,
    endings: &'static [&'static str],
    begins: &'static [u8],
}

const ZIP: &[u8] = b"PK\x03\x04";
const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

const KINDS: &[Kind] = &[
    Kind { media_type: "image/jpeg", endings: &["jpg", "jpeg"], begins: b"\xFF\xD8\xFF" },
    Kind { media_type: "image/png", endings: &["png"], begins: b"\x89PNG\r\n\x1a\n" },
    Kind { media_type: "application/pdf", endings: &["pdf"], begins: b"%PDF-" },
    Kind {
        media_type: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        endings: &["docx"],
        begins: ZIP,
    },
    Kind {
        media_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        endings: &["xlsx"],
        begins: ZIP,
    },
    Kind { media_type: "application/msword", endings: &["doc", "wps"], begins: OLE },
    Kind { media_type: "application/vnd.ms-excel", endings: &["xls", "et"], begins: OLE },
];

/// What the file chooser offers. Without HEIC, telephones that take it hand over JPEG.
pub(crate) const ACCEPTED: &str = ".jpg,.jpeg,.png,.pdf,.doc,.docx,.wps,.xls,.xlsx,.et";

/// A file that was looked at and may be kept.
pub(crate) struct Checked {
    name: String,
    media_type: &'static str,
    bytes: Vec<u8>,
}

/// Looks at a file: known by its content, not by what the sender calls it; not too large.
pub(crate) fn check(upload: &Upload, allows: Allows) -> Result<Checked, Refusal> {
    let refused = |key| Refusal::invalid(key).field(&upload.field).arg("name", &upload.name);
    if upload.bytes.len() > allows.largest_file_mb << 20 {
        return Err(refused("site.file-too-large").arg("mb", allows.largest_file_mb));
    }
    let ending = upload.name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
    let kind = KINDS
        .iter()
        .find(|kind| kind.endings.contains(&ending.as_str()) && upload.bytes.starts_with(kind.begins))
        .ok_or_else(|| refused("site.file-kind"))?;
    let bytes = match kind.media_type {
        "image/jpeg" => plain_jpeg(&upload.bytes),
        "image/png" => plain_png(&upload.bytes),
        _ => Some(upload.bytes.to_vec()),
    };
    let bytes = bytes.ok_or_else(|| refused("site.file-broken"))?;
    Ok(Checked { name: plain_name(&upload.name), media_type: kind.media_type, bytes })
}

impl Checked {
    /// Puts the bytes into the file store, under their digest, and says what to hang on the case.
    pub(crate) async fn keep(self, v: &Visit) -> Result<NewAttachment> {
        use std::fmt::Write as _;
        let sha256 = Sha256::digest(&self.bytes).iter().fold(String::new(), |mut text, byte| {
            // Writing into a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        });
        let object_key = format!("cases/{}/{sha256}", &sha256[..2]);
        let size = i64::try_from(self.bytes.len()).map_err(Error::fault)?;
        let place = Path::from(object_key.as_str());
        v.tenant.files.put(&place, self.bytes.into()).await.map_err(Error::fault)?;
        Ok(NewAttachment {
            object_key,
            name: self.name,
            media_type: self.media_type.to_owned(),
            size,
            sha256,
            public: true,
        })
    }
}

/// The name without folders and control characters.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().filter(|c| !c.is_control()).collect();
    let skip = shown.chars().count().saturating_sub(80);
    shown.chars().skip(skip).collect()
}

/// A JPEG without what tells where, when and with which telephone it was taken (APP1, APP13, comments,
/// ITU-T T.81 B.2); only which way is up is kept. `None` when it is not a whole JPEG.
fn plain_jpeg(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut kept = bytes.get(..2)?.to_vec();
    let mut at = 2;
    loop {
        let (mark, kind) = (*bytes.get(at)?, *bytes.get(at + 1)?);
        if mark != 0xFF {
            return None;
        }
        if kind == 0xDA {
            // The picture itself follows to the end.
            kept.extend_from_slice(&bytes[at..]);
            return Some(kept);
        }
        let length = usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
        let segment = bytes.get(at..at + 2 + length)?;
        match kind {
            0xE1 => kept.extend(orientation(segment).map(upright).unwrap_or_default()),
            0xED | 0xFE => {}
            _ => kept.extend_from_slice(segment),
        }
        at += 2 + length;
    }
}

/// The orientation an Exif segment states (CIPA DC-008, tag 0x0112).
fn orientation(segment: &[u8]) -> Option<u8> {
    let tiff = segment.get(4..)?.strip_prefix(b"Exif\0\0")?;
    let big = tiff.starts_with(b"MM");
    let u16_at = |at: usize| {
        let pair = [*tiff.get(at)?, *tiff.get(at + 1)?];
        Some(if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
    };
    let u32_at = |at: usize| {
        let (a, b) = (u32::from(u16_at(at)?), u32::from(u16_at(at + 2)?));
        Some(if big { a << 16 | b } else { b << 16 | a })
    };
    let directory = usize::try_from(u32_at(4)?).ok()?;
    let entries = usize::from(u16_at(directory)?);
    let found = (0..entries).map(|n| directory + 2 + n * 12).find(|at| u16_at(*at) == Some(0x0112))?;
    u16_at(found + 8).and_then(|value| u8::try_from(value).ok()).filter(|value| (2..=8).contains(value))
}

/// An Exif segment that says nothing but which way is up.
fn upright(orientation: u8) -> Vec<u8> {
    let mut segment = b"\xFF\xE1\x00\x22Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    segment.extend([orientation, 0, 0, 0, 0, 0, 0]);
    segment
}

/// A PNG without its texts, time and Exif chunks (ISO/IEC 15948, 11.3).
fn plain_png(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut kept = bytes.get(..8)?.to_vec();
    let mut at = 8;
    while at < bytes.len() {
        let head: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        let length = usize::try_from(u32::from_be_bytes(head)).ok()?;
        let chunk = bytes.get(at..at.checked_add(length)?.checked_add(12)?)?;
        let name = &chunk[4..8];
        if !matches!(name, b"tEXt" | b"zTXt" | b"iTXt" | b"eXIf" | b"tIME") {
            kept.extend_from_slice(chunk);
        }
        if name == b"IEND" {
            return Some(kept);
        }
        at += chunk.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upload(name: &str, bytes: &[u8]) -> Upload {
        Upload {
            field: "file".into(),
            name: name.into(),
            content_type: "image/jpeg".into(),
            bytes: bytes.to_vec().into(),
        }
    }

    const ALLOWS: Allows = Allows {
        receipt_minutes: 30,
        follow_minutes: 30,
        largest_file_mb: 1,
        longest_title: 60,
        longest_words: 5000,
    };

    /// A JPEG with an Exif segment of orientation 6 and a place, a comment and a picture.
    fn photo() -> Vec<u8> {
        let mut exif =
            b"Exif\0\0II\x2A\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0GPS 30.98N".to_vec();
        let mut bytes = b"\xFF\xD8\xFF\xE0\0\x04ab".to_vec();
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        bytes.extend(b"\xFF\xE1");
        bytes.extend(length);
        bytes.append(&mut exif);
        bytes.extend(b"\xFF\xFE\0\x09Redmi 9\xFF\xDA\0\x02picture\xFF\xD9");
        bytes
    }

    #[test]
    fn a_photo_loses_its_place_and_telephone_and_stays_upright() {
        let kept = check(&upload("现场.JPG", &photo()), ALLOWS).unwrap();
        let has = |part: &[u8]| kept.bytes.windows(part.len()).any(|window| window == part);
        assert!(!has(b"GPS") && !has(b"Redmi") && has(b"picture") && has(b"ab"));
        // What is left says 6 again.
        let exif = plain_jpeg(&kept.bytes).unwrap();
        assert_eq!(exif, kept.bytes);
        assert_eq!(orientation(&kept.bytes[8..]), Some(6));
    }

    #[test]
    fn a_file_is_what_its_content_says() {
        let refused = |name: &str, bytes: &[u8]| check(&upload(name, bytes), ALLOWS).err().unwrap().key;
        assert_eq!(refused("a.jpg", b"<html>"), "site.file-kind");
        assert_eq!(refused("a.exe", b"MZ"), "site.file-kind");
        assert_eq!(refused("a.jpg", &photo()[..20]), "site.file-broken");
        assert_eq!(refused("a.pdf", &vec![b' '; (1 << 20) + 1]), "site.file-too-large");
        assert!(check(&upload("a.pdf", b"%PDF-1.7"), ALLOWS).is_ok());
    }

    #[test]
    fn a_name_keeps_no_folders() {
        assert_eq!(plain_name("C:\\我的文件\\../现场\u{7}.jpg"), "现场.jpg");
    }

    #[test]
    fn a_picture_without_end_is_broken_and_texts_go() {
        let chunk = |name: &[u8], body: &[u8]| {
            let length = u32::try_from(body.len()).unwrap().to_be_bytes();
            [&length[..], name, body, &[0; 4]].concat()
        };
        let head = b"\x89PNG\r\n\x1a\n".to_vec();
        let whole =
            [head.clone(), chunk(b"IHDR", b"x"), chunk(b"tEXt", b"by me"), chunk(b"IEND", b"")].concat();
        let kept = plain_png(&whole).unwrap();
        assert_eq!(kept, [head.clone(), chunk(b"IHDR", b"x"), chunk(b"IEND", b"")].concat());
        assert_eq!(plain_png(&[head, chunk(b"IHDR", b"x")].concat()), None);
    }
}
