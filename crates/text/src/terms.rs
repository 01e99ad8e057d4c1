//! The index: pairs of neighbouring characters.
//!
//! Invariant: a row whose folded text contains the folded query has every term of the query
//! (`whatever_stands_in_a_text_is_found_by_its_terms`). The terms find a few rows too many; a comparison
//! with [`Query::like`] takes those away.

use crate::fold;

/// More pairs than this do not narrow a search further; a pasted paragraph has hundreds.
const MOST_TERMS: usize = 16;

/// The terms under which a text is found: of each run of letters and digits every two neighbours, and its
/// last character. Each term once, sorted.
pub fn index_terms(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut terms = Vec::new();
    for run in runs(&folded) {
        terms.extend(pairs(run).map(str::to_owned));
        terms.extend(run.chars().next_back().map(String::from));
    }
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// A condition on the terms of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    /// The row has this term.
    Whole(String),
    /// The row has a term that begins with this character.
    Prefix(String),
}

impl Term {
    /// Whether a term of the index fulfils the condition.
    pub fn admits(&self, indexed: &str) -> bool {
        match self {
            Self::Whole(whole) => indexed == whole,
            Self::Prefix(prefix) => indexed.starts_with(prefix.as_str()),
        }
    }
}

/// What somebody looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// A row must fulfil all of these. None when the query has no letter or digit: then there is nothing
    /// to look up, and only a comparison with every row can tell.
    pub terms: Vec<Term>,
    /// The query folded, without space around it.
    pub folded: String,
}

impl Query {
    /// Whether nothing was asked.
    pub fn is_empty(&self) -> bool {
        self.folded.is_empty()
    }

    /// The words of the query, for a search in which each may stand anywhere. [`Query::terms`] finds
    /// these rows as well.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.folded.split_whitespace()
    }

    /// The pattern for `folded_text LIKE $1 ESCAPE '\'`.
    pub fn like(&self) -> String {
        like(&self.folded)
    }

    /// One pattern for each word.
    pub fn like_words(&self) -> Vec<String> {
        self.words().map(like).collect()
    }
}

/// Reads what somebody typed into a search field.
pub fn query(text: &str) -> Query {
    let folded = fold(text).trim().to_owned();
    let mut terms = Vec::new();
    for run in runs(&folded) {
        let before = terms.len();
        terms.extend(pairs(run).map(|pair| Term::Whole(pair.to_owned())));
        if terms.len() == before {
            terms.push(Term::Prefix(run.to_owned()));
        }
    }
    terms.sort_unstable();
    terms.dedup();
    Query { terms: spread(terms), folded }
}

/// At most [`MOST_TERMS`], taken evenly.
fn spread(terms: Vec<Term>) -> Vec<Term> {
    let step = terms.len().div_ceil(MOST_TERMS).max(1);
    terms.into_iter().step_by(step).collect()
}

fn like(folded: &str) -> String {
    let mut pattern = String::from("%");
    for c in folded.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// The longest runs of letters and digits.
fn runs(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty())
}

/// Every two neighbours of a run; none when it has one character.
fn pairs(run: &str) -> impl Iterator<Item = &str> {
    let ends = run.char_indices().map(|(at, c)| at + c.len_utf8()).skip(1);
    run.char_indices().zip(ends).map(|((start, _), end)| &run[start..end])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str, query: &Query) -> bool {
        let indexed = index_terms(text);
        query.terms.iter().all(|term| indexed.iter().any(|one| term.admits(one)))
    }

    #[test]
    fn a_text_is_indexed_by_pairs_and_last_characters() {
        assert_eq!(index_terms("路灯坏了，Ａ７县"), ["7县", "a7", "了", "县", "坏了", "灯坏", "路灯"]);
        assert_eq!(index_terms("水"), ["水"]);
        assert!(index_terms(" ，。 ").is_empty());
    }

    #[test]
    fn a_query_asks_for_its_pairs() {
        let whole = |text: &str| Term::Whole(text.to_owned());
        assert_eq!(query(" 路灯坏 ").terms, [whole("灯坏"), whole("路灯")]);
        assert_eq!(query("路 A").terms, [Term::Prefix("a".into()), Term::Prefix("路".into())]);
        assert!(query("？").terms.is_empty() && !query("？").is_empty() && query(" \u{3000}").is_empty());
    }

    #[test]
    fn rows_without_the_words_are_left_out() {
        assert!(found("村口路灯坏了三天", &query("路灯")));
        assert!(found("村口路灯坏了三天", &query("天")));
        assert!(!found("村口路灯坏了三天", &query("灯路")));
        assert!(!found("村口路灯坏了三天", &query("水")));
        assert!(found("路灯 坏", &query("坏 路灯")));
    }

    #[test]
    fn signs_of_the_pattern_are_taken_literally() {
        assert_eq!(query("50%_\\").like(), "%50\\%\\_\\\\%");
        assert_eq!(query("路灯 ５0%").like_words(), ["%路灯%", "%50\\%%"]);
    }

    #[test]
    fn a_pasted_paragraph_asks_for_few_terms() {
        let paragraph: String = ('一'..'龥').take(500).collect();
        let query = query(&paragraph);
        assert!((8..=MOST_TERMS).contains(&query.terms.len()));
        assert!(found(&paragraph, &query));
    }

    /// Few signs, so that they meet: Chinese, letters of both widths and cases, digits, punctuation, spaces,
    /// a character beyond the first plane, one whose small letter is two characters.
    fn text() -> impl Strategy<Value = String> {
        let signs: Vec<char> = "路灯坏了水村AaＡbz019９，。、-%_·\u{3000} \n\u{a0}𡌶İß".chars().collect();
        proptest::collection::vec(proptest::sample::select(signs), 0..40)
            .prop_map(|signs| signs.into_iter().collect())
    }

    proptest! {
        #[test]
        fn whatever_stands_in_a_text_is_found_by_its_terms(text in text(), from in 0_usize..40, length in 0_usize..12) {
            let part: String = text.chars().skip(from).take(length).collect();
            let query = query(&part);
            prop_assert!(fold(&text).contains(&query.folded));
            prop_assert!(found(&text, &query), "{part:?} in {text:?}");
        }

        #[test]
        fn arbitrary_text_is_found_too(before in "\\PC{0,9}", part in "\\PC{1,9}", after in "\\PC{0,9}") {
            let text = format!("{before}{part}{after}");
            prop_assert!(found(&text, &query(&part)));
        }

        #[test]
        fn words_in_any_order_are_found(words in proptest::collection::vec("[路灯坏了aB1]{1,4}", 1..5)) {
            let mut text = String::new();
            for word in words.iter().rev() {
                text.extend(["前", word, "后，"]);
            }
            prop_assert!(found(&text, &query(&words.join(" "))));
        }
    }
}
