//! Filters as query strings: what a page's address, an export, a saved view, a figure of a circular
//! and the interface all write the same way.

use access::UnitPath;
use base::{Date, Error, Refusal, Result};
use regulation::CountsAs;

use crate::{
    model::{column_of, column_word, counts_as_of, counts_as_word},
    store::{Filter, Mine, Sort},
};

const MINE: [(&str, Mine); 6] = [
    ("holding", Mine::Holding),
    ("leader", Mine::Leader),
    ("handler", Mine::Handler),
    ("department", Mine::Department),
    ("verifier", Mine::Verifier),
    ("author", Mine::Author),
];

const SORTS: [(&str, Sort); 5] = [
    ("newest", Sort::Newest),
    ("oldest", Sort::Oldest),
    ("due", Sort::Due),
    ("next-word", Sort::NextWord),
    ("updated", Sort::Updated),
];

/// Reads a filter. `today` is what "overdue" is measured against.
pub fn filter_of(pairs: &[(String, String)], today: Date) -> Result<Filter> {
    let mut filter = Filter::default();
    for (name, value) in pairs.iter().filter(|(_, value)| !value.trim().is_empty()) {
        take(&mut filter, name, value.trim(), today)?;
    }
    Ok(filter)
}

fn take(filter: &mut Filter, name: &str, value: &str, today: Date) -> Result<()> {
    let owned = || Some(value.to_owned());
    match name {
        "procedure" => filter.procedure = owned(),
        "state" => filter.states = value.split(',').map(str::to_owned).collect(),
        "column" => filter.column = Some(column_of(value).ok_or_else(|| unreadable(name, value))?),
        "counts_as" => filter.counts_as = Some(counts_as_of(value).ok_or_else(|| unreadable(name, value))?),
        "unit" => filter.unit_path = Some(path_of(value).ok_or_else(|| unreadable(name, value))?),
        "channel" => filter.channel = owned(),
        "class" => filter.class = owned(),
        "category" => filter.category = owned(),
        "department" if value == "none" => filter.without_department = true,
        "department" => filter.department = Some(parsed(name, value)?),
        "leader" => filter.leader = Some(parsed(name, value)?),
        "handler" => filter.handler = Some(parsed(name, value)?),
        "overdue" => filter.late_before = Some(today),
        "due_within" => {
            let days: i32 = parsed(name, value)?;
            filter.late_from = Some(today);
            filter.late_through = today.checked_add(jiff::Span::new().days(days)).ok();
        }
        "word_owed" => filter.next_word_before = Some(today),
        "reopened" => filter.reopened = true,
        "slip_open" => filter.slip_open = true,
        "q" => filter.q = owned(),
        "import" => filter.import = Some(parsed(name, value)?),
        "raised_from" => filter.raised_from = Some(parsed(name, value)?),
        "raised_through" => filter.raised_through = Some(parsed(name, value)?),
        "mine" => filter.mine = Some(named(&MINE, name, value)?),
        "sort" => filter.sort = named(&SORTS, name, value)?,
        // Cursor, limit, language and the like are not the filter's.
        _ => {}
    }
    Ok(())
}

fn parsed<T: std::str::FromStr>(name: &str, value: &str) -> Result<T> {
    value.parse().map_err(|_| unreadable(name, value))
}

fn named<T: Copy>(words: &[(&str, T)], name: &str, value: &str) -> Result<T> {
    words
        .iter()
        .find(|(word, _)| *word == value)
        .map(|(_, meant)| *meant)
        .ok_or_else(|| unreadable(name, value))
}

fn unreadable(name: &str, value: &str) -> Error {
    Refusal::invalid("case.filter-unreadable").field(name).arg("name", name).arg("value", value).into()
}

fn path_of(value: &str) -> Option<UnitPath> {
    let fits = value.ends_with('.') && value.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
    fits.then(|| UnitPath(value.to_owned()))
}

/// Writes a filter as pairs that [`filter_of`] reads back on the same day.
pub fn pairs_of(filter: &Filter) -> Vec<(String, String)> {
    let mut pairs: Vec<(&str, String)> = Vec::new();
    let mut put = |name: &'static str, value: Option<String>| {
        pairs.extend(value.map(|value| (name, value)));
    };
    put("procedure", filter.procedure.clone());
    put("state", (!filter.states.is_empty()).then(|| filter.states.join(",")));
    put("column", filter.column.map(|column| column_word(column).to_owned()));
    put("counts_as", filter.counts_as.map(|counts: CountsAs| counts_as_word(counts).to_owned()));
    put("unit", filter.unit_path.as_ref().map(|path| path.0.clone()));
    put("channel", filter.channel.clone());
    put("class", filter.class.clone());
    put("category", filter.category.clone());
    put("department", filter.without_department.then(|| "none".to_owned()));
    put("department", filter.department.map(|id| id.to_string()));
    put("leader", filter.leader.map(|id| id.to_string()));
    put("handler", filter.handler.map(|id| id.to_string()));
    put("overdue", filter.late_before.map(|_| "1".to_owned()));
    put(
        "due_within",
        filter
            .late_from
            .zip(filter.late_through)
            .and_then(|(from, through)| from.until(through).ok().map(|span| span.get_days().to_string())),
    );
    put("word_owed", filter.next_word_before.map(|_| "1".to_owned()));
    put("reopened", filter.reopened.then(|| "1".to_owned()));
    put("slip_open", filter.slip_open.then(|| "1".to_owned()));
    put("q", filter.q.clone());
    put("import", filter.import.map(|id| id.to_string()));
    put("raised_from", filter.raised_from.map(|day| day.to_string()));
    put("raised_through", filter.raised_through.map(|day| day.to_string()));
    let word_of =
        |wanted: Mine| MINE.iter().find(|(_, mine)| *mine == wanted).map(|(word, _)| (*word).to_owned());
    put("mine", filter.mine.and_then(word_of));
    if filter.sort != Sort::default() {
        put("sort", SORTS.iter().find(|(_, sort)| *sort == filter.sort).map(|(word, _)| (*word).to_owned()));
    }
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The address of the ledger under a filter.
pub fn address_of(filter: &Filter) -> String {
    let pairs = pairs_of(filter);
    if pairs.is_empty() {
        return "/cases".to_owned();
    }
    let mut out = form_urlencoded::Serializer::new(String::from("/cases?"));
    out.extend_pairs(&pairs);
    out.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_filter_survives_its_address() {
        let today: Date = "2026-11-22".parse().unwrap();
        let asked = pairs(&[
            ("state", "handling,joint"),
            ("column", "doing"),
            ("unit", "1.4."),
            ("channel", "visit"),
            ("due_within", "7"),
            ("overdue", "1"),
            ("word_owed", "1"),
            ("q", "机耕道 & 雨"),
            ("mine", "holding"),
            ("sort", "due"),
        ]);
        let filter = filter_of(&asked, today).unwrap();
        assert_eq!(filter_of(&pairs_of(&filter), today).unwrap(), filter);
    }

    #[test]
    fn an_unreadable_filter_names_the_field() {
        let today: Date = "2026-11-22".parse().unwrap();
        for (name, value) in
            [("unit", "1.4.' OR 1=1"), ("sort", "random"), ("leader", "x"), ("due_within", "soon")]
        {
            let refused = filter_of(&pairs(&[(name, value)]), today).unwrap_err();
            assert_eq!(refused.refusals()[0].field.as_deref(), Some(name));
        }
    }
}
