//! A procedure in words: parties, terms, conditions and effects as sentences of the text catalogue.

use base::calendar::{DayKind, Term};
use web::Visit;

use crate::{
    Clock, Column, Compendium, Destination, DueRule, Effect, Field, FieldKind, Holder, Note, Numbering,
    Party, Privacy, Procedure, Restart, State, Titled, Transition,
};

/// What turns keys of a procedure into words of the reader's language.
pub(super) struct Words<'a> {
    pub(super) v: &'a Visit,
    pub(super) compendium: &'a Compendium,
    pub(super) procedure: &'a Procedure,
}

impl Words<'_> {
    /// Words one after the other: 甲、乙; one, two.
    pub(super) fn list(&self, words: impl IntoIterator<Item = String>) -> String {
        list(self.v, words)
    }

    pub(super) fn parties(&self, of: &[Party]) -> String {
        parties(self.v, self.compendium, of)
    }

    pub(super) fn term(&self, of: Term) -> String {
        term(self.v, of)
    }

    pub(super) fn numbering(&self, of: &Numbering) -> String {
        numbering(self.v, of)
    }

    pub(super) fn column(&self, column: Column) -> String {
        self.v.t(column_key(column))
    }

    /// How a case comes in.
    pub(super) fn intake(&self) -> Vec<String> {
        let intake = &self.procedure.intake;
        let (by, state) = (self.parties(&intake.by), self.state(&intake.state));
        let mut words =
            vec![self.v.t2("regulation-intake-words", ("by", by.as_str()), ("state", state.as_str()))];
        if !intake.requires.is_empty() {
            words.push(self.v.t1("regulation-requires", "fields", self.fields(&intake.requires)));
        }
        words.extend(intake.effects.iter().map(|effect| self.effect(effect)));
        words
    }

    /// Where a transition leads.
    pub(super) fn destination(&self, transition: &Transition) -> String {
        match &transition.to {
            Destination::Same => self.v.t("regulation-to-same"),
            Destination::Previous => self.v.t("regulation-to-previous"),
            Destination::State(key) => self.state(key),
        }
    }

    pub(super) fn holder(&self, holder: Holder) -> String {
        self.v.t(&format!("regulation-holder-{}", holder.word()))
    }

    pub(super) fn state(&self, key: &str) -> String {
        let state = self.procedure.state(key);
        state.map_or_else(|| key.to_owned(), |state| state.title(self.v.language).to_owned())
    }

    pub(super) fn field(&self, key: &str) -> String {
        let field = self.procedure.field(key);
        field.map_or_else(|| key.to_owned(), |field| field.title(self.v.language).to_owned())
    }

    pub(super) fn fields(&self, keys: &[String]) -> String {
        self.list(keys.iter().map(|key| self.field(key)))
    }

    /// The title of a transition, or of the intake.
    pub(super) fn transition(&self, key: &str) -> String {
        if key == "intake" {
            return self.v.t("regulation-intake");
        }
        let found = self.procedure.transition(key);
        found.map_or_else(|| key.to_owned(), |found| found.title(self.v.language).to_owned())
    }

    pub(super) fn transitions(&self, keys: &[String]) -> String {
        self.list(keys.iter().map(|key| self.transition(key)))
    }

    /// What the platform does when the holder stays silent.
    pub(super) fn fallback(&self, state: &State) -> Option<String> {
        let fallback = state.fallback.as_ref()?;
        let (after, take) = (self.term(fallback.after), self.transition(&fallback.take));
        Some(self.v.t2("regulation-fallback", ("after", after.as_str()), ("take", take.as_str())))
    }

    /// Until when a clock runs.
    pub(super) fn length(&self, clock: &Clock) -> String {
        if let Some(term) = clock.term {
            return self.term(term);
        }
        if let Some(field) = &clock.until {
            return self.v.t1("regulation-clock-until", "field", self.field(field));
        }
        let slip = clock.slip.as_deref().unwrap_or_default();
        self.v.t1("regulation-clock-slip", "slip", self.slip(slip))
    }

    fn slip(&self, reference: &str) -> String {
        let slip = self.compendium.slip(reference);
        slip.map_or_else(|| reference.to_owned(), |slip| slip.title(self.v.language).to_owned())
    }

    /// The title of a code list, named as fields name it.
    pub(super) fn code_list(&self, reference: &str) -> String {
        let list = self.compendium.field_list(&self.procedure.key, reference);
        list.map_or_else(|| reference.to_owned(), |list| list.title(self.v.language).to_owned())
    }

    /// What is filled into a field, and what a field is held to.
    pub(super) fn kind(&self, field: &Field) -> String {
        let word = match field.kind {
            FieldKind::Text => "text",
            FieldKind::LongText => "long-text",
            FieldKind::Number => "number",
            FieldKind::Money => "money",
            FieldKind::Date => "date",
            FieldKind::Code => "code",
            FieldKind::Person => "person",
            FieldKind::Unit => "unit",
            FieldKind::Case => "case",
            FieldKind::Attachment => "attachment",
        };
        let kind = self.v.t(&format!("regulation-kind-{word}"));
        let many = if field.many { self.v.t("regulation-kind-many") } else { String::new() };
        match &field.list {
            Some(list) => format!("{kind}{}{}{many}", self.v.pick("：", ": "), self.code_list(list)),
            None => format!("{kind}{many}"),
        }
    }

    pub(super) fn privacy(&self, privacy: Privacy) -> String {
        let word = match privacy {
            Privacy::Open => "open",
            Privacy::Internal => "internal",
            Privacy::Sealed => "sealed",
        };
        self.v.t(&format!("regulation-privacy-{word}"))
    }

    pub(super) fn due_rule(&self, rule: &DueRule) -> String {
        match rule {
            DueRule::ClassTerm => self.v.t("regulation-due-class"),
            DueRule::Field(field) => self.v.t1("regulation-due-field", "field", self.field(field)),
            DueRule::Term(term) => self.v.t1("regulation-due-term", "term", self.term(*term)),
        }
    }

    /// What must or may be given with a transition.
    pub(super) fn asks(&self, transition: &Transition) -> Vec<String> {
        let mut asks = Vec::new();
        if !transition.requires.is_empty() {
            asks.push(self.v.t1("regulation-requires", "fields", self.fields(&transition.requires)));
        }
        if !transition.optional.is_empty() {
            asks.push(self.v.t1("regulation-optional", "fields", self.fields(&transition.optional)));
        }
        if transition.note == Note::Required {
            asks.push(self.v.t("regulation-note-required"));
        }
        asks
    }

    /// Under which conditions a transition may be taken.
    pub(super) fn conditions(&self, transition: &Transition) -> Vec<String> {
        let mut words = Vec::new();
        if self.procedure.needs_second_key(transition) {
            words.push(self.v.t("regulation-second-key"));
        }
        if let Some(limit) = transition.limit {
            words.push(self.v.t1("regulation-limit", "n", limit));
        }
        if let Some(window) = &transition.within {
            let (term, since) = (self.term(window.term), self.transitions(&window.since));
            words.push(self.v.t2("regulation-window", ("term", term.as_str()), ("since", since.as_str())));
        }
        if transition.irreversible {
            words.push(self.v.t("regulation-irreversible"));
        }
        words
    }

    /// What a transition brings about besides the new state.
    pub(super) fn effects(&self, transition: &Transition) -> Vec<String> {
        let mut words: Vec<String> = transition.effects.iter().map(|effect| self.effect(effect)).collect();
        if transition.public {
            words.push(self.v.t("regulation-public"));
        }
        words
    }

    pub(super) fn effect(&self, effect: &Effect) -> String {
        match effect {
            Effect::GiveNumber => self.v.t("regulation-effect-give-number"),
            Effect::CancelNumber => self.v.t("regulation-effect-cancel-number"),
            Effect::SetDue { to } => self.v.t1("regulation-effect-set-due", "to", self.due_rule(to)),
            Effect::Set { field, value } => {
                let (name, value) = (self.field(field), self.value(field, value));
                self.v.t2("regulation-effect-set", ("field", name.as_str()), ("value", value.as_str()))
            }
            Effect::Clear { fields } => self.v.t1("regulation-effect-clear", "fields", self.fields(fields)),
            Effect::IssueSlip { slip } => self.v.t1("regulation-effect-slip", "slip", self.slip(slip)),
            Effect::DrawVerifier { among } => {
                self.v.t1("regulation-effect-draw", "among", self.parties(among))
            }
            Effect::MergeInto { field } => self.v.t1("regulation-effect-merge", "field", self.field(field)),
            Effect::OpenParts { field } => self.v.t1("regulation-effect-parts", "field", self.field(field)),
            Effect::Countersign => self.v.t("regulation-effect-countersign"),
            Effect::Tell { who } => self.v.t1("regulation-effect-tell", "who", self.parties(who)),
        }
    }

    /// A fixed value: the title of a code where the field takes one.
    fn value(&self, field: &str, value: &str) -> String {
        let list = self.procedure.field(field).and_then(|field| field.list.as_deref());
        let list = list.and_then(|list| self.compendium.field_list(&self.procedure.key, list));
        let item = list.and_then(|list| list.item(value));
        item.map_or_else(|| value.to_owned(), |item| item.title(self.v.language).to_owned())
    }
}

/// Words one after the other: 甲、乙; one, two.
fn list(v: &Visit, words: impl IntoIterator<Item = String>) -> String {
    let words: Vec<String> = words.into_iter().collect();
    words.join(v.pick("、", ", "))
}

/// Roles by title, relations by sentence.
pub(super) fn parties(v: &Visit, compendium: &Compendium, parties: &[Party]) -> String {
    let word = |party: &Party| match party {
        Party::Role(key) => {
            let role = compendium.roles().get(key);
            role.map_or_else(|| key.clone(), |role| role.title(v.language).to_owned())
        }
        Party::Relation(relation) => v.t(&format!("regulation-relation-{}", relation.name())),
    };
    list(v, parties.iter().map(word))
}

/// 十五天, five working days.
pub(super) fn term(v: &Visit, term: Term) -> String {
    let key = match term.kind {
        DayKind::Calendar => "regulation-term-calendar",
        DayKind::Working => "regulation-term-working",
    };
    v.t1(key, "n", term.days)
}

/// How numbers are written and when they begin again.
pub(super) fn numbering(v: &Visit, number: &Numbering) -> String {
    let key = match number.restarts {
        Restart::Year => "regulation-number-year",
        Restart::Never => "regulation-number-never",
    };
    v.t1(key, "pattern", number.pattern.as_str())
}

/// A cadence as duties write it; one the catalogue does not know stays as written.
pub(super) fn cadence(v: &Visit, every: &str) -> String {
    let key = format!("regulation-every-{every}");
    if v.app.catalogue().has(v.language, &key) { v.t(&key) } else { every.to_owned() }
}

/// The heading of a column of the board.
pub(super) const fn column_key(column: Column) -> &'static str {
    match column {
        Column::Incoming => "regulation-column-incoming",
        Column::Doing => "regulation-column-doing",
        Column::Waiting => "regulation-column-waiting",
        Column::Unconfirmed => "regulation-column-unconfirmed",
        Column::Closed => "regulation-column-closed",
    }
}
