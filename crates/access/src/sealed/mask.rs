//! What may be shown of a sealed value, and the one form of it that is searched for.

use base::code::{CitizenId, Mobile};

/// What may be shown of a value of this field. Never the whole of it, and never more than half of
/// what is not an official number.
pub fn masked(field: &str, plain: &str) -> String {
    let plain = plain.trim();
    match field {
        "name" => masked_name(plain),
        "phone" => Mobile::parse(plain).map_or_else(|_| tail(plain), |mobile| mobile.masked()),
        "id-number" => CitizenId::parse(plain).map_or_else(|_| tail(plain), |id| id.masked()),
        "bank-account" => tail(plain),
        "address" => head(plain),
        _ => "****".to_owned(),
    }
}

/// 李明 becomes 李*, 李小明 李**.
fn masked_name(plain: &str) -> String {
    let length = plain.chars().count();
    let shown = usize::from(length > 1);
    let stars = (length - shown).clamp(1, 4);
    plain.chars().take(shown).chain(std::iter::repeat_n('*', stars)).collect()
}

/// The last four characters, or fewer of a short one.
fn tail(plain: &str) -> String {
    let length = plain.chars().count();
    let shown = (length / 3).min(4);
    format!("****{}", plain.chars().skip(length - shown).collect::<String>())
}

/// The first six characters, or fewer of a short one: the county, not the house.
fn head(plain: &str) -> String {
    let shown = (plain.chars().count() / 2).min(6);
    format!("{}****", plain.chars().take(shown).collect::<String>())
}

/// The form under which a value is found again however it was typed; `None` for fields that are not
/// searched for. Names are not: a list of common names would open the index.
pub(super) fn searchable(field: &str, plain: &str) -> Option<String> {
    let narrow = half_width(plain);
    let kept = |keep: fn(char) -> bool| narrow.chars().filter(|c| keep(*c)).collect::<String>();
    let normal = match field {
        "phone" => Mobile::parse(&narrow)
            .map_or_else(|_| kept(|c| c.is_ascii_digit()), |mobile| mobile.reveal().to_owned()),
        "id-number" => kept(|c| c.is_ascii_alphanumeric()).to_ascii_uppercase(),
        "bank-account" => kept(|c| c.is_ascii_digit()),
        _ => return None,
    };
    (!normal.is_empty()).then_some(normal)
}

/// Full-width forms (U+FF01 to U+FF5E) as the ASCII they stand for.
fn half_width(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    };
    text.chars().map(narrow).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn masks_are_those_offices_know() {
        let cases = [
            ("name", "李小明", "李**"),
            ("name", "李明", "李*"),
            ("name", "李", "*"),
            ("phone", "13800001234", "138****1234"),
            ("phone", "028-85551234", "****1234"),
            ("phone", "110", "****0"),
            ("id-number", "11010519491231002X", "110105********002X"),
            ("bank-account", "6222020200112233445", "****3445"),
            ("address", "某某市某某县某某镇某某村3组", "某某市某某县****"),
            ("diagnosis", "无", "****"),
        ];
        for (field, plain, expected) in cases {
            assert_eq!(masked(field, plain), expected, "{field}");
        }
    }

    #[test]
    fn a_number_is_found_however_it_was_typed() {
        let one = searchable("phone", "+86 138-0000-1234");
        assert_eq!(one.as_deref(), Some("13800001234"));
        assert_eq!(one, searchable("phone", "１３８００００１２３４"));
        assert_eq!(
            searchable("id-number", " 11010519491231002x"),
            searchable("id-number", "11010519491231002X")
        );
        assert_eq!(searchable("name", "李明"), None);
        assert_eq!(searchable("phone", "无"), None);
    }

    proptest! {
        #[test]
        fn a_mask_never_shows_the_whole(
            field in "name|phone|id-number|bank-account|address|other", plain in "[\\p{Han}0-9a-zA-Z]{1,40}",
        ) {
            prop_assert!(!masked(&field, &plain).contains(&plain));
        }
    }
}
