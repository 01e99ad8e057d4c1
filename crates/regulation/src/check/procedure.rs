//! What a procedure must keep to.

use std::collections::BTreeSet;

use crate::{
    Compendium, Destination, DueRule, Effect, Guard, GuardError, Holder, Origin, Party, Procedure,
    Regulation, Relation, State, Transition, Verb, guard,
};

use super::{Report, has_list};

/// Everything the rules need to see, and where they report.
struct Scope<'a, 'r> {
    compendium: &'a Compendium,
    regulation: &'a Regulation,
    procedure: &'a Procedure,
    /// The procedure's place in the file.
    at: String,
    report: &'r mut Report<'a>,
}

pub(crate) fn check<'a>(
    compendium: &'a Compendium,
    regulation: &'a Regulation,
    index: usize,
    report: &mut Report<'a>,
) {
    let procedure = &regulation.procedures[index];
    let mut scope = Scope { compendium, regulation, procedure, at: index.to_string(), report };
    scope.head();
    scope.intake();
    for state in &procedure.states {
        scope.state(state);
    }
    scope.reach();
    for transition in &procedure.transitions {
        scope.transition(transition);
        scope.second_key(transition);
    }
    scope.clocks();
    scope.fields();
}

impl Scope<'_, '_> {
    fn error(&mut self, path: &[&str], key: &'static str, args: &[(&'static str, &str)]) {
        let at = self.at.clone();
        let full: Vec<&str> = ["procedure", &at].into_iter().chain(path.iter().copied()).collect();
        self.report.error(&full, key, args);
    }

    fn parties(&mut self, path: &[&str], parties: &[Party]) {
        let at = self.at.clone();
        let full: Vec<&str> = ["procedure", &at].into_iter().chain(path.iter().copied()).collect();
        self.report.parties(self.compendium, &full, parties);
    }

    fn head(&mut self) {
        let procedure = self.procedure;
        let at = self.at.clone();
        self.report.numbering(&["procedure", &at, "number"], &procedure.number);
        self.parties(&["office"], &procedure.office);
        for (name, list) in [("channels", &procedure.channels), ("classes", &procedure.classes)] {
            if let Some(list) = list
                && self.compendium.code_list(list).is_none()
            {
                self.error(&[name], "regulation.unknown-list", &[("list", list)]);
            }
        }
        let dated = procedure.fields.iter().any(|field| field.default == Some(DueRule::ClassTerm));
        for class in self.compendium.classes(procedure) {
            if dated && class.term.is_none() {
                self.error(&["classes"], "regulation.class-without-term", &[("class", &class.key)]);
            }
        }
    }

    fn intake(&mut self) {
        let intake = &self.procedure.intake;
        self.parties(&["intake", "by"], &intake.by);
        if let Some(channel) = &intake.public_channel {
            let list = self.procedure.channels.as_deref().and_then(|list| self.compendium.code_list(list));
            if list.and_then(|list| list.item(channel)).is_none() {
                self.error(
                    &["intake", "public_channel"],
                    "regulation.unknown-channel",
                    &[("channel", channel)],
                );
            }
        }
        self.states(&["intake", "state"], [&intake.state]);
        self.named_fields(&["intake", "requires"], &intake.requires);
        self.named_fields(&["intake", "optional"], &intake.optional);
        self.effects(&["intake", "effects"], &intake.effects);
    }

    fn states<'s>(&mut self, path: &[&str], keys: impl IntoIterator<Item = &'s String>) {
        for key in keys {
            if self.procedure.state(key).is_none() {
                self.error(path, "regulation.unknown-state", &[("state", key)]);
            }
        }
    }

    fn named_fields(&mut self, path: &[&str], keys: &[String]) {
        for key in keys {
            if self.procedure.field(key).is_none() {
                self.error(path, "regulation.unknown-field", &[("field", key)]);
            }
        }
    }

    fn named_transitions(&mut self, path: &[&str], keys: &[String]) {
        for key in keys {
            if key != "intake" && self.procedure.transition(key).is_none() {
                self.error(path, "regulation.unknown-transition", &[("transition", key)]);
            }
        }
    }

    /// Every open state has a holder, a date for the resident's next word, and a way on when those
    /// outside the office stay silent.
    fn state(&mut self, state: &State) {
        let path = ["states", state.key.as_str()];
        let args = [("state", state.key.as_str())];
        if state.is_closed() {
            if state.holder != Holder::Nobody {
                self.error(&path, "regulation.closed-with-holder", &args);
            }
            return;
        }
        if state.holder == Holder::Nobody {
            self.error(&path, "regulation.no-holder", &args);
        }
        if state.next_word_within.is_none() {
            self.error(&path, "regulation.no-next-word", &args);
        }
        match &state.fallback {
            None if matches!(state.holder, Holder::Resident | Holder::Verifier) => {
                self.error(&path, "regulation.no-fallback", &args);
            }
            None => {}
            Some(fallback) => match self.procedure.transition(&fallback.take) {
                None => {
                    self.error(&path, "regulation.unknown-transition", &[("transition", &fallback.take)]);
                }
                Some(taken) => {
                    let clock = taken.allows(&Party::Relation(Relation::Clock));
                    if !clock || !taken.from.includes(state) || !taken.requires.is_empty() {
                        let args = [("state", state.key.as_str()), ("transition", fallback.take.as_str())];
                        self.error(&path, "regulation.fallback-not-allowed", &args);
                    }
                }
            },
        }
    }

    /// Every state can be reached, and from every open state the case can go on.
    fn reach(&mut self) {
        let procedure = self.procedure;
        let mut reached = BTreeSet::from([procedure.intake.state.as_str()]);
        let mut frontier = vec![procedure.intake.state.as_str()];
        while let Some(state) = frontier.pop().and_then(|key| procedure.state(key)) {
            for next in procedure.transitions_from(state).filter_map(|transition| transition.to.state()) {
                if reached.insert(next) {
                    frontier.push(next);
                }
            }
        }
        for state in &procedure.states {
            let path = ["states", state.key.as_str()];
            if !reached.contains(state.key.as_str()) {
                self.error(&path, "regulation.unreachable-state", &[("state", &state.key)]);
            }
            let goes_on = procedure.transitions_from(state).any(|transition| match &transition.to {
                Destination::Same => false,
                Destination::Previous => true,
                Destination::State(key) => *key != state.key,
            });
            if !state.is_closed() && !goes_on {
                self.error(&path, "regulation.dead-end", &[("state", &state.key)]);
            }
        }
    }

    fn transition(&mut self, transition: &Transition) {
        let key = transition.key.as_str();
        if transition.verb().is_none() {
            self.error(&["transitions", key], "regulation.unknown-verb", &[("transition", key)]);
        }
        if let Origin::States(states) = &transition.from {
            self.states(&["transitions", key, "from"], states);
        }
        if let Destination::State(state) = &transition.to {
            self.states(&["transitions", key, "to"], [state]);
        }
        self.parties(&["transitions", key, "by"], &transition.by);
        if transition.by.is_empty() {
            self.error(&["transitions", key, "by"], "regulation.nobody-may", &[("transition", key)]);
        }
        self.named_fields(&["transitions", key, "requires"], &transition.requires);
        self.named_fields(&["transitions", key, "optional"], &transition.optional);
        self.effects(&["transitions", key, "effects"], &transition.effects);
        if let Some(window) = &transition.within {
            self.named_transitions(&["transitions", key, "within"], &window.since);
        }
        self.guards(transition);
    }

    /// Every condition compiles and gives true or false on values of the right kinds.
    fn guards(&mut self, transition: &Transition) {
        let sample = guard::sample(self.procedure.fields.iter().map(|field| field.key.as_str()));
        let path = ["transitions", transition.key.as_str(), "guards"];
        for rule in &transition.guards {
            match Guard::compile(&rule.when).and_then(|guard| guard.evaluate(&sample)) {
                Ok(_) => {}
                Err(GuardError::UnknownVariable(name)) => {
                    self.error(&path, "regulation.unknown-variable", &[("variable", &name)]);
                }
                Err(cause) => {
                    let args = [("condition", rule.when.as_str()), ("cause", &cause.to_string())];
                    self.error(&path, "regulation.condition-unreadable", &args);
                }
            }
        }
    }

    fn effects(&mut self, path: &[&str], effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Set { field, value } => {
                    self.named_fields(path, std::slice::from_ref(field));
                    self.code(path, field, value);
                }
                Effect::SetDue { to: DueRule::Field(field) }
                | Effect::MergeInto { field }
                | Effect::OpenParts { field } => self.named_fields(path, std::slice::from_ref(field)),
                Effect::Clear { fields } => self.named_fields(path, fields),
                Effect::DrawVerifier { among: parties } | Effect::Tell { who: parties } => {
                    self.parties(path, parties);
                }
                Effect::IssueSlip { slip } => self.slip(path, slip),
                Effect::SetDue { .. } | Effect::GiveNumber | Effect::CancelNumber | Effect::Countersign => {}
            }
        }
    }

    /// A value set in a field with a code list is one of its codes.
    fn code(&mut self, path: &[&str], field: &str, value: &str) {
        let Some(list) = self.procedure.field(field).and_then(|field| field.list.as_deref()) else { return };
        let own = self.regulation.code_lists.iter().find(|own| own.key == list);
        if let Some(list) = own.or_else(|| self.compendium.code_list(list))
            && list.item(value).is_none()
        {
            self.error(path, "regulation.unknown-code", &[("code", value), ("list", &list.key)]);
        }
    }

    fn slip(&mut self, path: &[&str], slip: &str) {
        if self.compendium.slip(slip).is_none() {
            self.error(path, "regulation.unknown-slip", &[("slip", slip)]);
        }
    }

    /// Two keys: whoever handles a case neither confirms its result nor closes it; only the resident or
    /// a verifier confirms; and nothing is closed by anybody else before it is confirmed.
    fn second_key(&mut self, transition: &Transition) {
        let procedure = self.procedure;
        if !procedure.needs_second_key(transition) {
            return;
        }
        let key = transition.key.as_str();
        let path = ["transitions", key, "by"];
        let handling =
            procedure.states.iter().any(|state| transition.from.includes(state) && state.holder.handles());
        let mut others = false;
        for party in &transition.by {
            let handles = match party {
                Party::Relation(Relation::Holder) => handling,
                Party::Relation(relation) => relation.handles(),
                Party::Role(_) => false,
            };
            if handles {
                let args = [("transition", key), ("party", &party.to_string())];
                self.error(&path, "regulation.handler-closes", &args);
            }
            let second = matches!(party, Party::Relation(Relation::Raiser | Relation::Verifier));
            others |= !second && !handles;
        }
        if others && transition.confirms() {
            self.error(&path, "regulation.confirmed-by-others", &[("transition", key)]);
        } else if others && transition.verb() != Some(Verb::Merge) && !self.only_after_confirming(transition)
        {
            self.error(&path, "regulation.closed-unconfirmed", &[("transition", key)]);
        }
    }

    /// Whether every state this leaves is entered by confirming alone.
    fn only_after_confirming(&self, transition: &Transition) -> bool {
        let Origin::States(states) = &transition.from else { return false };
        states.iter().all(|state| {
            let into = |other: &&Transition| other.to.state() == Some(state.as_str());
            *state != self.procedure.intake.state
                && self.procedure.transitions.iter().filter(into).all(Transition::confirms)
        })
    }

    fn clocks(&mut self) {
        for clock in &self.procedure.clocks {
            let key = clock.key.as_str();
            let lengths = [clock.term.is_some(), clock.until.is_some(), clock.slip.is_some()];
            if lengths.iter().filter(|given| **given).count() != 1 {
                self.error(&["clocks", key], "regulation.clock-length", &[("clock", key)]);
            }
            if clock.starts_on.is_empty() {
                self.error(&["clocks", key], "regulation.clock-never-starts", &[("clock", key)]);
            }
            if clock.stops_on.is_empty() {
                self.error(&["clocks", key], "regulation.clock-never-stops", &[("clock", key)]);
            }
            self.named_transitions(&["clocks", key, "starts_on"], &clock.starts_on);
            self.named_transitions(&["clocks", key, "stops_on"], &clock.stops_on);
            self.parties(&["clocks", key, "tell_when_late"], &clock.tell_when_late);
            if let Some(field) = &clock.until {
                self.named_fields(&["clocks", key, "until"], std::slice::from_ref(field));
            }
            if let Some(slip) = &clock.slip {
                self.slip(&["clocks", key, "slip"], slip);
            }
        }
    }

    fn fields(&mut self) {
        for field in &self.procedure.fields {
            let path = ["fields", field.key.as_str()];
            match &field.list {
                Some(list) if !has_list(self.compendium, self.regulation, list) => {
                    self.error(&path, "regulation.unknown-list", &[("list", list)]);
                }
                None if field.kind == crate::FieldKind::Code => {
                    self.error(&path, "regulation.code-without-list", &[("field", &field.key)]);
                }
                _ => {}
            }
        }
    }
}
