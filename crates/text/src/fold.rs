//! One form for what a reader takes as the same.

/// Folds a text for matching: full-width ASCII becomes half-width, the ideographic and the no-break space
/// become a space, letters become small.
///
/// Invariant: each character is folded by itself, so a part of a text folds to a part of the folded text
/// (`a_part_folds_to_a_part`). Search depends on it.
pub fn fold(text: &str) -> String {
    text.chars().flat_map(fold_char).collect()
}

/// What one character folds to; a few letters become two characters.
pub(crate) fn fold_char(c: char) -> impl Iterator<Item = char> {
    let narrow = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        _ => c,
    };
    narrow.to_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn width_and_case_make_no_difference() {
        assert_eq!(fold("ＡＢＣ１２３，Ａ７县\u{3000}a-z"), "abc123,a7县 a-z");
        assert_eq!(fold("“办结”。"), "“办结”。");
        assert_eq!(fold(""), "");
    }

    proptest! {
        #[test]
        fn a_part_folds_to_a_part(before in "\\PC{0,8}", part in "\\PC{0,8}", after in "\\PC{0,8}") {
            prop_assert_eq!(fold(&format!("{before}{part}{after}")), fold(&before) + &fold(&part) + &fold(&after));
        }

        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,20}") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }
    }
}
