//! What the making of a publication needs to know besides the ledger.

use base::{Language, Refusal, Result, calendar::Calendar};
use regulation::{CodeItem, Compendium, Procedure, Publication as Clause};
use web::{Arg, Catalogue};

/// The rules, the sentences and the calendar.
#[derive(Clone, Copy)]
pub struct Press<'a> {
    /// The regulations.
    pub compendium: &'a Compendium,
    /// The sentences. Official documents are written in Chinese whatever the reader's language.
    pub catalogue: &'a Catalogue,
    /// Working days.
    pub calendar: &'a Calendar,
}

impl<'a> Press<'a> {
    /// The clause `regulation-id/clause-key`.
    pub fn clause(&self, name: &str) -> Result<&'a Clause> {
        let found = name.split_once('/').and_then(|(id, key)| {
            let regulation = self.compendium.regulation(id)?;
            regulation.publications.iter().find(|clause| clause.key == key)
        });
        found.ok_or_else(|| Refusal::not_found("publication.no-such-clause").arg("clause", name).into())
    }

    /// Every clause with its name.
    pub fn clauses(&self) -> impl Iterator<Item = (String, &'a Clause)> {
        self.compendium.regulations().iter().flat_map(|regulation| {
            regulation.publications.iter().map(|clause| (format!("{}/{}", regulation.id, clause.key), clause))
        })
    }

    /// The procedure a clause reports on.
    pub fn procedure_of(&self, clause: &Clause) -> Result<&'a Procedure> {
        let key = clause.about.as_deref().unwrap_or_default();
        self.compendium
            .procedure(key)
            .ok_or_else(|| Refusal::invalid("publication.about-nothing").arg("clause", &clause.title).into())
    }

    /// A sentence of an official document.
    pub fn say(&self, key: &str, args: &[(&str, &str)]) -> String {
        let args: Vec<(&str, Arg<'_>)> =
            args.iter().map(|(name, value)| (*name, Arg::from(*value))).collect();
        self.catalogue.say(Language::Chinese, key, &args)
    }

    /// The title of an item of a field's code list; the code itself where the list has no such item.
    pub fn code_title(&self, procedure: &Procedure, field: &str, code: &str) -> String {
        let list = procedure.field(field).and_then(|field| field.list.as_deref());
        let item: Option<&CodeItem> = list
            .and_then(|list| self.compendium.field_list(&procedure.key, list))
            .and_then(|list| list.item(code));
        item.map_or_else(|| code.to_owned(), |item| item.title.clone())
    }
}
