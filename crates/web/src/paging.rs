//! Key paging: a page begins after a key, never at an offset.

/// A page of rows and the key after which the next begins.
#[derive(Debug, Clone)]
pub struct Paged<T> {
    /// The rows of this page.
    pub rows: Vec<T>,
    /// The cursor of the next page; `None` at the end.
    pub next: Option<String>,
}

impl<T> Paged<T> {
    /// Makes a page of at most `size` rows out of `size + 1` fetched ones.
    pub fn cut(mut rows: Vec<T>, size: usize, cursor: impl Fn(&T) -> String) -> Self {
        let more = rows.len() > size;
        rows.truncate(size);
        let next = if more { rows.last().map(cursor) } else { None };
        Self { rows, next }
    }
}

/// A link to the page after `cursor` that keeps the other parts of the query.
pub fn cursor_after(query: &[(String, String)], cursor: &str) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    out.extend_pairs(query.iter().filter(|(name, value)| name != "cursor" && !value.is_empty()));
    out.append_pair("cursor", cursor);
    format!("?{}", out.finish())
}
