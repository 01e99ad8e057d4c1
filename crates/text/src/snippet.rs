//! A short piece of a long text around what was looked for.

use crate::{Query, fold::fold_char};

/// A piece of a snippet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text as it was written, white space joined.
    pub text: String,
    /// Whether this is what was looked for.
    pub marked: bool,
}

/// About `width` characters of the text around the first place where the query stands, with every match
/// inside marked. The beginning of the text when it stands nowhere; `…` where something is left out.
pub fn snippet(text: &str, query: &Query, width: usize) -> Vec<Piece> {
    let shown = joined(text);
    let marks = marks(&shown, query);
    let width = width.max(1);
    let first = marks.iter().position(|marked| *marked).unwrap_or(0);
    // A third of the width before the match gives its context; at the end of a text it gets more.
    let start = first.saturating_sub(width / 3).min(shown.len().saturating_sub(width));
    let end = (start + width).min(shown.len());

    let mut pieces: Vec<Piece> = Vec::new();
    if start > 0 {
        push(&mut pieces, '…', false);
    }
    for (c, marked) in shown[start..end].iter().zip(&marks[start..end]) {
        push(&mut pieces, *c, *marked);
    }
    if end < shown.len() {
        push(&mut pieces, '…', false);
    }
    pieces
}

fn push(pieces: &mut Vec<Piece>, c: char, marked: bool) {
    match pieces.last_mut() {
        Some(piece) if piece.marked == marked => piece.text.push(c),
        _ => pieces.push(Piece { text: c.to_string(), marked }),
    }
}

/// The characters of a text with each run of white space as one space, none at the ends.
fn joined(text: &str) -> Vec<char> {
    let mut shown = Vec::with_capacity(text.len() / 3);
    for word in text.split_whitespace() {
        if !shown.is_empty() {
            shown.push(' ');
        }
        shown.extend(word.chars());
    }
    shown
}

/// Which characters belong to a word of the query.
fn marks(shown: &[char], query: &Query) -> Vec<bool> {
    let mut folded = String::new();
    // For each byte of the folded text the character it comes from.
    let mut origin = Vec::new();
    for (place, c) in shown.iter().enumerate() {
        folded.extend(fold_char(*c));
        origin.resize(folded.len(), place);
    }
    let mut marks = vec![false; shown.len()];
    for word in query.words() {
        for (at, found) in folded.match_indices(word) {
            for place in &origin[at..at + found.len()] {
                marks[*place] = true;
            }
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::query;

    fn marked(text: &str, looked_for: &str, width: usize) -> String {
        let mark = |piece: Piece| if piece.marked { format!("[{}]", piece.text) } else { piece.text };
        snippet(text, &query(looked_for), width).into_iter().map(mark).collect()
    }

    #[test]
    fn the_match_is_marked_as_it_was_written() {
        assert_eq!(
            marked("\n\t\t村口Ｌｅｄ路灯\u{3000}\n坏了。", "led 坏了", 50),
            "村口[Ｌｅｄ]路灯 [坏了]。"
        );
        assert_eq!(marked("没有", "路灯", 50), "没有");
        assert_eq!(marked("", "路灯", 50), "");
    }

    #[test]
    fn a_long_text_is_cut_around_the_match() {
        let long = format!("{}路灯{}", "前".repeat(100), "后".repeat(100));
        assert_eq!(marked(&long, "路灯", 10), "…前前前[路灯]后后后后后…");
        assert_eq!(marked(&long, "水", 4), "前前前前…");
        assert_eq!(marked(&format!("{}路灯", "前".repeat(9)), "路灯", 6), "…前前前前[路灯]");
    }

    proptest! {
        #[test]
        fn a_snippet_is_a_part_of_the_text(text in "\\PC{0,60}", looked_for in "\\PC{0,3}", width in 0_usize..30) {
            let pieces = snippet(&text, &query(&looked_for), width);
            let shown: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
            prop_assert!(shown.chars().count() <= width.max(1) + 2);
            let whole: String = joined(&text).into_iter().collect();
            let cut = shown.strip_prefix('…').unwrap_or(&shown);
            prop_assert!(whole.contains(cut.strip_suffix('…').unwrap_or(cut)));
            prop_assert!(pieces.windows(2).all(|pair| pair[0].marked != pair[1].marked));
        }

        #[test]
        fn a_word_that_stands_in_the_text_is_marked(before in "[一-十]{0,40}", after in "[一-十]{0,40}") {
            let pieces = snippet(&format!("{before}路灯{after}"), &query("路灯"), 12);
            prop_assert!(pieces.iter().any(|piece| piece.marked && piece.text == "路灯"));
        }
    }
}
