//! Finding the line on which something stands.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// A file's table with the places of everything in it.
pub(crate) struct Lines<'a> {
    text: &'a str,
    table: Option<DeTable<'a>>,
}

impl<'a> Lines<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self { text, table: DeTable::parse(text).ok().map(Spanned::into_inner) }
    }

    /// The line of the deepest part of `path` that exists; list items are named by their index.
    pub(crate) fn line(&self, path: &[&str]) -> usize {
        let mut offset = 0;
        let mut table = self.table.as_ref();
        let mut array: Option<&[Spanned<DeValue<'a>>]> = None;
        for step in path {
            let value = if let Some(inside) = table {
                inside
                    .iter()
                    .find(|(key, _)| key.get_ref() == step)
                    .map(|(key, value)| (key.span().start, value))
            } else {
                array
                    .and_then(|items| items.get(step.parse::<usize>().ok()?))
                    .map(|value| (value.span().start, value))
            };
            let Some((start, value)) = value else { break };
            offset = start;
            table = value.get_ref().as_table();
            array = value.get_ref().as_array().map(|items| &**items);
        }
        line_at(self.text, offset)
    }
}

/// The line of a byte, counted from one.
pub(crate) fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}
