//! One regulation: in words, drawn, and as it is written.

use askama::Template;
use axum::extract::Path;
use base::Refusal;
use web::{Answer, Visit};

use super::{Clause, Force, clauses, force, other_language, wires, words::Words};
use crate::{
    Clock, Compendium, Field, Finding, Origin, Procedure, Publication, Regulation, Severity, Slip, State,
    Titled, Transition,
};

#[derive(Template)]
#[template(path = "regulation.html")]
struct RegulationPage<'a> {
    v: &'a Visit,
    regulation: &'a Regulation,
    title: String,
    summary: String,
    heading: String,
    force: Force,
    findings: Vec<FindingLine>,
    procedures: Vec<ProcedureView>,
    lists: Vec<ListView>,
    slips: Vec<SlipView>,
    publications: Vec<PublicationView>,
    clauses: Vec<Clause>,
    raw: String,
    other: &'static str,
}

struct FindingLine {
    line: usize,
    tone: &'static str,
    reason: String,
    mend: String,
}

struct ProcedureView {
    key: String,
    title: String,
    number: String,
    office: String,
    intake: Vec<String>,
    drawing: String,
    states: Vec<StateView>,
    anywhere: Vec<TransitionView>,
    clocks: Vec<ClockView>,
    fields: Vec<FieldView>,
}

struct StateView {
    key: String,
    title: String,
    holder: String,
    column: String,
    next_word: String,
    fallback: String,
    ways: Vec<TransitionView>,
}

struct TransitionView {
    title: String,
    to: String,
    by: String,
    asks: Vec<String>,
    conditions: Vec<String>,
    guards: Vec<GuardView>,
    effects: Vec<String>,
    basis: String,
}

struct GuardView {
    said: String,
    condition: String,
}

struct ClockView {
    title: String,
    length: String,
    starts: String,
    stops: String,
    runs: String,
    warns: String,
    tells: String,
    basis: String,
}

struct FieldView {
    title: String,
    key: String,
    kind: String,
    privacy: String,
    default: String,
    help: String,
}

struct ListView {
    title: String,
    key: String,
    items: Vec<ItemView>,
}

struct ItemView {
    title: String,
    key: String,
    also: String,
    term: String,
}

struct SlipView {
    title: String,
    number: String,
    reasons: String,
    answer: String,
    answered_by: String,
    signed_by: String,
}

struct PublicationView {
    title: String,
    rows: Vec<(String, String)>,
}

/// `GET /regulations/{id}`
pub(super) async fn page(v: Visit, Path(id): Path<String>) -> Answer {
    let compendium = v.app.service::<Compendium>()?;
    let regulation = find(&compendium, &id)?;
    let findings = compendium.check();
    let page = RegulationPage {
        v: &v,
        regulation,
        title: regulation.title(v.language).to_owned(),
        summary: v.pick(&regulation.summary, &regulation.summary_en).to_owned(),
        heading: heading(&v, regulation),
        force: force(&v, regulation),
        findings: findings
            .iter()
            .filter(|finding| finding.file == regulation.file)
            .map(|finding| finding_line(&v, finding))
            .collect(),
        procedures: regulation
            .procedures
            .iter()
            .map(|procedure| procedure_view(&Words { v: &v, compendium: &compendium, procedure }))
            .collect(),
        lists: lists(&v, regulation),
        slips: slips(&v, &compendium, regulation),
        publications: publications(&v, &compendium, regulation),
        clauses: clauses(&v, regulation),
        raw: compendium.file(&regulation.file).map_or_else(String::new, |file| file.text.clone()),
        other: other_language(&v),
    };
    Ok(v.page(&page))
}

/// The regulation of this id, or the refusal.
pub(super) fn find<'a>(compendium: &'a Compendium, id: &str) -> Result<&'a Regulation, Refusal> {
    compendium.regulation(id).ok_or_else(|| Refusal::not_found("regulation.no-such-regulation").arg("id", id))
}

fn heading(v: &Visit, regulation: &Regulation) -> String {
    let letter = regulation.heading.chars().next().unwrap_or_default();
    if !letter.is_ascii_alphabetic() {
        return String::new();
    }
    format!("{letter} {}", v.t(&format!("regulation-heading-{}", letter.to_ascii_lowercase())))
}

fn finding_line(v: &Visit, finding: &Finding) -> FindingLine {
    let args: Vec<(&str, web::Arg<'_>)> =
        finding.args.iter().map(|(name, value)| (name.as_ref(), value.as_str().into())).collect();
    FindingLine {
        line: finding.line,
        tone: if finding.severity == Severity::Error { "late" } else { "risk" },
        reason: v.say(&finding.key.replacen('.', "-", 1), &args),
        mend: v.say(&finding.mend().replacen('.', "-", 1), &args),
    }
}

fn procedure_view(words: &Words<'_>) -> ProcedureView {
    let Procedure { key, number, office, states, fields, clocks, transitions, .. } = words.procedure;
    ProcedureView {
        key: key.clone(),
        title: words.procedure.title(words.v.language).to_owned(),
        number: words.numbering(number),
        office: words.parties(office),
        intake: words.intake(),
        drawing: wires::draw(words),
        states: states.iter().map(|state| state_view(words, state)).collect(),
        anywhere: transitions
            .iter()
            .filter(|transition| transition.from == Origin::Open)
            .map(|transition| transition_view(words, transition))
            .collect(),
        clocks: clocks.iter().map(|clock| clock_view(words, clock)).collect(),
        fields: fields.iter().map(|field| field_view(words, field)).collect(),
    }
}

fn state_view(words: &Words<'_>, state: &State) -> StateView {
    let own = words.procedure.transitions_from(state).filter(|transition| transition.from != Origin::Open);
    StateView {
        key: state.key.clone(),
        title: state.title(words.v.language).to_owned(),
        holder: if state.is_closed() { words.v.t("regulation-ends") } else { words.holder(state.holder) },
        column: words.column(state.column),
        next_word: state.next_word_within.map_or_else(String::new, |term| words.term(term)),
        fallback: words.fallback(state).unwrap_or_default(),
        ways: own.map(|transition| transition_view(words, transition)).collect(),
    }
}

fn transition_view(words: &Words<'_>, transition: &Transition) -> TransitionView {
    let guards = transition.guards.iter().map(|guard| GuardView {
        said: guard.title(words.v.language).to_owned(),
        condition: guard.when.clone(),
    });
    TransitionView {
        title: transition.title(words.v.language).to_owned(),
        to: words.destination(transition),
        by: words.parties(&transition.by),
        asks: words.asks(transition),
        conditions: words.conditions(transition),
        guards: guards.collect(),
        effects: words.effects(transition),
        basis: transition.basis.clone(),
    }
}

fn clock_view(words: &Words<'_>, clock: &Clock) -> ClockView {
    let runs = words.list(clock.runs_while.iter().map(|holder| words.holder(*holder)));
    ClockView {
        title: clock.title(words.v.language).to_owned(),
        length: words.length(clock),
        starts: words.transitions(&clock.starts_on),
        stops: words.transitions(&clock.stops_on),
        runs: if runs.is_empty() { words.v.t("regulation-clock-always") } else { runs },
        warns: clock.warn_before.map_or_else(String::new, |term| words.term(term)),
        tells: words.parties(&clock.tell_when_late),
        basis: clock.basis.clone(),
    }
}

fn field_view(words: &Words<'_>, field: &Field) -> FieldView {
    FieldView {
        title: field.title(words.v.language).to_owned(),
        key: field.key.clone(),
        kind: words.kind(field),
        privacy: words.privacy(field.privacy),
        default: field.default.as_ref().map_or_else(String::new, |rule| words.due_rule(rule)),
        help: words.v.pick(&field.help, &field.help_en).to_owned(),
    }
}

fn lists(v: &Visit, regulation: &Regulation) -> Vec<ListView> {
    let item = |item: &crate::CodeItem| ItemView {
        title: item.title(v.language).to_owned(),
        key: item.key.clone(),
        also: item.also.join("、"),
        term: item.term.map_or_else(String::new, |term| super::words::term(v, term)),
    };
    let list = |list: &crate::CodeList| ListView {
        title: list.title(v.language).to_owned(),
        key: list.key.clone(),
        items: list.items.iter().map(item).collect(),
    };
    regulation.code_lists.iter().map(list).collect()
}

fn slips(v: &Visit, compendium: &Compendium, regulation: &Regulation) -> Vec<SlipView> {
    let view = |slip: &Slip| SlipView {
        title: slip.title(v.language).to_owned(),
        number: super::words::numbering(v, &slip.number),
        reasons: reasons(v, compendium, regulation, slip),
        answer: super::words::term(v, slip.answer_within),
        answered_by: super::words::parties(v, compendium, &slip.answered_by),
        signed_by: super::words::parties(v, compendium, &slip.signed_by),
    };
    regulation.slips.iter().map(view).collect()
}

/// The title of the code list a slip's reasons come from.
fn reasons(v: &Visit, compendium: &Compendium, regulation: &Regulation, slip: &Slip) -> String {
    let own = regulation.code_lists.iter().find(|list| list.key == slip.reasons);
    let list = own.or_else(|| compendium.code_list(&slip.reasons));
    list.map_or_else(|| slip.reasons.clone(), |list| list.title(v.language).to_owned())
}

fn publications(v: &Visit, compendium: &Compendium, regulation: &Regulation) -> Vec<PublicationView> {
    let view = |publication: &Publication| {
        let about = publication.about.as_deref().and_then(|key| compendium.procedure(key));
        let mut rows = vec![
            ("regulation-publication-about", about.map(|about| about.title(v.language).to_owned())),
            (
                "regulation-publication-every",
                publication.every.as_deref().map(|every| super::words::cadence(v, every)),
            ),
            ("regulation-publication-due", publication.due_after.map(|term| super::words::term(v, term))),
            (
                "regulation-number",
                publication.number.as_ref().map(|number| super::words::numbering(v, number)),
            ),
            (
                "regulation-publication-drafted",
                Some(super::words::parties(v, compendium, &publication.drafted_by)),
            ),
            (
                "regulation-publication-issued",
                Some(super::words::parties(v, compendium, &publication.issued_by)),
            ),
        ];
        if publication.public {
            rows.push(("regulation-publication-public", Some(v.t("regulation-yes"))));
        }
        PublicationView {
            title: publication.title(v.language).to_owned(),
            rows: rows
                .into_iter()
                .filter_map(|(key, value)| Some((v.t(key), value.filter(|value| !value.is_empty())?)))
                .collect(),
        }
    };
    regulation.publications.iter().map(view).collect()
}
