//! A procedure drawn as text: what a clerk prints and a reviewer compares.

use std::fmt::Write;

use base::Language;

use crate::{Destination, Origin, Procedure, State, Titled, Transition};

impl Procedure {
    /// The procedure as text: every state with its holder and terms, below it the ways out; at the
    /// end what may be done in every open state.
    pub fn draw(&self, language: Language) -> String {
        let mut text = format!("{} ({})\n", self.title(language), self.key);
        for state in &self.states {
            text.push('\n');
            text.push_str(&self.draw_state(state, language));
        }
        let _ = writeln!(text, "\n*open");
        for transition in self.transitions.iter().filter(|transition| transition.from == Origin::Open) {
            text.push_str(&self.draw_transition(transition, language));
        }
        text
    }

    fn draw_state(&self, state: &State, language: Language) -> String {
        let begins = if self.intake.state == state.key { "● " } else { "" };
        let mut text = format!("{begins}{} ({})", state.title(language), state.key);
        if state.is_closed() {
            text.push_str(" ■");
        } else {
            let _ = write!(text, " holder={}", state.holder.word());
        }
        if let Some(term) = state.next_word_within {
            let _ = write!(text, " word={term}");
        }
        if let Some(fallback) = &state.fallback {
            let _ = write!(text, " after={}:{}", fallback.after, fallback.take);
        }
        text.push('\n');
        let own = self.transitions_from(state).filter(|transition| transition.from != Origin::Open);
        own.for_each(|transition| text.push_str(&self.draw_transition(transition, language)));
        text
    }

    fn draw_transition(&self, transition: &Transition, language: Language) -> String {
        let to = match &transition.to {
            Destination::Same => "↻".to_owned(),
            Destination::Previous => "↩".to_owned(),
            Destination::State(key) => {
                let title = self.state(key).map_or("?", |state| state.title(language));
                format!("→ {title}")
            }
        };
        let by: Vec<String> = transition.by.iter().map(ToString::to_string).collect();
        let key = if self.needs_second_key(transition) { " ⚿" } else { "" };
        format!("  {} {to}{key} [{}]\n", transition.title(language), by.join(" "))
    }
}
