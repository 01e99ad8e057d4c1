//! The moves a case page offers, as forms: each field by its kind.

use base::Language;
use regulation::{Field, FieldKind, Note, Titled};
use web::{Form, Visit};

use super::ledger::Choices;
use crate::{
    Rules,
    model::{CaseSnapshot, PossibleMove},
};

/// A move with the form it needs.
pub(super) struct MoveView {
    pub(super) key: String,
    pub(super) title: String,
    pub(super) title_en: String,
    pub(super) fields: Vec<FieldView>,
    pub(super) note: &'static str,
    pub(super) public: bool,
    pub(super) irreversible: bool,
}

/// Values and their words.
pub(super) type Options = Vec<(String, String)>;

/// A field of a move's form.
pub(super) struct FieldView {
    pub(super) key: String,
    pub(super) title: String,
    pub(super) title_en: String,
    pub(super) help: String,
    pub(super) required: bool,
    pub(super) many: bool,
    /// `select`, `area`, or the type of an input.
    pub(super) input: &'static str,
    pub(super) value: String,
    /// What there is to choose from.
    pub(super) groups: Vec<Options>,
}

/// What the forms are made from.
pub(super) struct Desk<'a> {
    pub(super) v: &'a Visit,
    pub(super) rules: Rules<'a>,
    pub(super) case: &'a CaseSnapshot,
    pub(super) choices: &'a Choices,
    pub(super) units: &'a [(String, String)],
    pub(super) form: &'a Form,
}

impl Desk<'_> {
    /// A move as a form.
    pub(super) fn view(&self, possible: &PossibleMove<'_>) -> MoveView {
        let transition = possible.transition;
        let typed = self.form.text("transition") == transition.key;
        let required = possible.required.iter().map(|field| self.field(field, typed, Need::Required));
        let optional = possible.optional.iter().map(|field| self.field(field, typed, Need::Optional));
        MoveView {
            key: transition.key.clone(),
            title: transition.title.clone(),
            title_en: transition.title_en.clone(),
            fields: required.chain(optional).collect(),
            note: match transition.note {
                Note::Required => "required",
                Note::Optional => "optional",
                Note::None => "none",
            },
            public: transition.public,
            irreversible: transition.irreversible,
        }
    }

    fn field(&self, field: &Field, typed: bool, need: Need) -> FieldView {
        let (input, groups) = self.input(field);
        let value = if typed { self.form.text(&field.key).to_owned() } else { self.case.field(&field.key) };
        let english = self.v.language == Language::English && !field.help_en.is_empty();
        FieldView {
            key: field.key.clone(),
            title: field.title.clone(),
            title_en: field.title_en.clone(),
            help: if english { field.help_en.clone() } else { field.help.clone() },
            required: need == Need::Required && field.default.is_none(),
            many: field.many,
            input,
            value,
            groups,
        }
    }

    /// How a field is asked for, with what there is to choose from.
    fn input(&self, field: &Field) -> (&'static str, Vec<Options>) {
        let ungrouped = |options: &[(String, String)]| vec![options.to_vec()];
        match field.kind {
            FieldKind::LongText => ("area", Vec::new()),
            FieldKind::Date => ("date", Vec::new()),
            FieldKind::Code => {
                let list = field.list.as_deref().and_then(|reference| {
                    self.rules.compendium.field_list(&self.case.head.procedure, reference)
                });
                let options: Vec<(String, String)> = list
                    .map(|list| list.items.iter())
                    .into_iter()
                    .flatten()
                    .map(|item| (item.key.clone(), item.title(self.v.language).to_owned()))
                    .collect();
                ("select", ungrouped(&options))
            }
            FieldKind::Person if field.key == "leader" => ("select", ungrouped(&self.choices.leaders)),
            FieldKind::Person => ("select", ungrouped(&self.choices.persons)),
            FieldKind::Unit if field.key == "unit" => ("select", ungrouped(self.units)),
            FieldKind::Unit => ("select", ungrouped(&self.choices.departments)),
            _ => ("text", Vec::new()),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
}
