//! The front door: what can be done here, who answers, how long it takes, and the open figures.

use askama::Template;
use base::{Date, Result};
use case::store::{self, Filter, Sight, StateCounts};
use db::Cx;
use regulation::{CountsAs, Procedure, Titled as _, Verb};
use web::{Answer, Visit};

use crate::{Settings, face::Words, raise};

/// How a procedure stands: numbers, never a row.
struct Figures {
    title: String,
    raised: i64,
    this_month: i64,
    open: i64,
    handled: i64,
    struck: i64,
    terms: Vec<Term>,
    classes: Vec<Term>,
    first_word: Option<String>,
}

/// How long something may take, and where that is laid down.
struct Term {
    title: String,
    lasts: String,
    basis: String,
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage<'a> {
    v: &'a Visit,
    style: &'static str,
    settings: &'a Settings,
    counters: Vec<&'a crate::Counter>,
    figures: Vec<Figures>,
    as_of: String,
}

pub(crate) async fn page(v: Visit) -> Answer {
    let settings = Settings::of(&v)?;
    let words = Words::of(&v)?;
    let today = v.today();
    let figures: Vec<Figures> = v
        .read(move |cx| {
            let rulebook = words.rulebook.clone();
            raise::open_procedures(&rulebook)
                .map(|procedure| figures_of(cx, &words, procedure, today))
                .collect()
        })
        .await?;
    let ours = |counter: &&crate::Counter| counter.unit.starts_with(&v.tenant.code);
    Ok(v.page(&HomePage {
        v: &v,
        style: crate::style_address(),
        counters: settings.counters.iter().filter(ours).collect(),
        settings: &settings,
        figures,
        as_of: v.moment(v.caller.now),
    }))
}

fn figures_of(cx: &mut Cx<'_>, words: &Words, procedure: &Procedure, today: Date) -> Result<Figures> {
    let counts = store::count_by_state(cx, &Sight::everything(), &procedure.key)?;
    let of = |wanted: CountsAs| -> i64 {
        let states = procedure.states.iter().filter(|state| state.counts_as == wanted);
        states.map(|state| counts.get(&state.key).copied().unwrap_or(0)).sum()
    };
    let month = Filter {
        procedure: Some(procedure.key.clone()),
        raised_from: Some(today.first_of_month()),
        ..Filter::default()
    };
    let first = procedure.state(&procedure.intake.state).and_then(|state| state.next_word_within);
    Ok(Figures {
        title: procedure.title(words.language).to_owned(),
        raised: counts.values().sum(),
        this_month: store::count(cx, &Sight::everything(), &month)?,
        open: of(CountsAs::Open),
        handled: of(CountsAs::Handled),
        struck: struck_off(procedure, &counts),
        terms: terms(words, procedure),
        classes: classes(words, procedure),
        first_word: first.map(|term| words.term(term)),
    })
}

/// Cases in the states that striking off leads to; withdrawn and merged ones are not among them.
fn struck_off(procedure: &Procedure, counts: &StateCounts) -> i64 {
    let leads = |key: &str| {
        let mut striking = procedure.transitions.iter().filter(|it| it.verb() == Some(Verb::StrikeOff));
        striking.any(|transition| transition.to.state() == Some(key))
    };
    counts.iter().filter(|(state, _)| leads(state)).map(|(_, n)| n).sum()
}

fn terms(words: &Words, procedure: &Procedure) -> Vec<Term> {
    let dated = procedure.clocks.iter().filter_map(|clock| Some((clock, clock.term?)));
    dated
        .map(|(clock, term)| Term {
            title: clock.title(words.language).to_owned(),
            lasts: words.term(term),
            basis: clock.basis.clone(),
        })
        .collect()
}

fn classes(words: &Words, procedure: &Procedure) -> Vec<Term> {
    let classes = words.rulebook.compendium.classes(procedure).iter();
    classes
        .filter_map(|class| {
            Some(Term {
                title: class.title(words.language).to_owned(),
                lasts: words.term(class.term?),
                basis: String::new(),
            })
        })
        .collect()
}
