//! A case: what it is, who holds the ball, what may be done, what was done.

use std::sync::Arc;

use access::{Subject, sealed};
use askama::Template;
use axum::{extract::Path, http::StatusCode};
use base::{
    Id, Refusal, Result,
    noun::{Attachment, Case},
};
use journal::Ref;
use regulation::{Relation, Titled};
use web::{Answer, Form, Gate, Route, Visit};

use super::{
    Rulebook,
    entry::{ALIKE, Alike},
    files,
    history::{Given, Line, Lookers, line},
    ledger::{Choices, choices},
    moves::{Desk, MoveView},
    sight_of,
    view::Words,
};
use crate::{
    acts,
    model::{CaseHead, CaseSnapshot, Move, Mover, PossibleMove, possible_moves, stance, stance_relations},
    store::{self, Audience, Hangings, TimelineEvent},
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/cases/{id}", Gate::Action("case.view"), page),
        Route::post("/cases/{id}/transitions", Gate::Action("case.view"), take),
        Route::post("/cases/{id}/unseal", Gate::Action("case.unseal"), unseal),
        Route::post("/cases/{id}/attachments", Gate::Action("case.attach"), files::attach),
        Route::get("/cases/{id}/attachments/{file}", Gate::Action("case.view"), files::download),
    ]
}

struct ClockLine {
    title: String,
    due: String,
    words: String,
    tone: &'static str,
}

struct SlipLine {
    id: String,
    number: String,
    words: String,
}

struct RelatedLine {
    relation: String,
    id: Id<Case>,
    label: String,
    title: String,
    state: String,
}

struct FileLine {
    id: Id<Attachment>,
    name: String,
    kilobytes: i64,
}

struct SealedLine {
    label: String,
    shown: String,
}

#[derive(Template)]
#[template(path = "case.html")]
struct CasePage<'a> {
    v: &'a Visit,
    head: CaseHead,
    label: String,
    procedure_title: String,
    tone: &'static str,
    state: String,
    ball: String,
    countdown: String,
    due_tone: &'static str,
    next_word: Option<(String, &'static str)>,
    form: Form,
    primary: Option<MoveView>,
    others: Vec<MoveView>,
    greyed: Vec<(String, String)>,
    detail: String,
    answer: Option<String>,
    attachments: Vec<FileLine>,
    duplicates: Vec<Alike>,
    timeline: Vec<Line>,
    facts: Vec<(String, String)>,
    clocks: Vec<ClockLine>,
    slips: Vec<SlipLine>,
    related: Vec<RelatedLine>,
    has_contact: bool,
    sealed: Vec<SealedLine>,
    unsealings: Vec<String>,
    may_unseal: bool,
    may_attach: bool,
}

/// Everything the page reads, in one snapshot.
struct Found {
    case: CaseSnapshot,
    holder: Option<String>,
    names: store::Names,
    given: Given,
    timeline: Vec<TimelineEvent>,
    hangings: Hangings,
    alike: Vec<store::Duplicate>,
    masked: Vec<sealed::MaskedField>,
    unsealings: Vec<sealed::Unsealing>,
    lookers: Lookers,
    choices: Choices,
    units: Vec<(String, String)>,
}

async fn page(v: Visit, Path(id): Path<Id<Case>>) -> Answer {
    shown(&v, id, (StatusCode::OK, Form::default(), None)).await
}

pub(super) fn no_such_case() -> base::Error {
    Refusal::not_found("case.no-such-case").into()
}

/// The case if the actor may see it; a case one may not see does not exist for one.
pub fn visible(cx: &mut db::Cx<'_>, v: &Visit, book: &Rulebook, id: Id<Case>) -> Result<CaseSnapshot> {
    let case = store::find(cx, id)?.ok_or_else(no_such_case)?;
    let rules = book.rules();
    let procedure = rules.procedure(&case.head.procedure)?;
    let relations = stance_relations(&case, procedure, Mover::Person(&v.actor));
    let subject = Subject::of_unit(&case.head.unit_path).related(relations);
    v.permit("case.view", &subject).map_err(|_| no_such_case())?;
    Ok(case)
}

async fn read(v: &Visit, book: &Rulebook, id: Id<Case>) -> Result<Found> {
    let (visit, book) = (v.clone(), book.clone());
    v.read(move |cx| {
        let case = visible(cx, &visit, &book, id)?;
        let sight = sight_of(&visit)?;
        let row = store::with_names(cx, vec![case.head.clone()])?.into_iter().next();
        let subject = Ref::new("case", id);
        let words = format!("{}\n{}", case.head.title, case.detail);
        let mut alike = if case.head.counts_as == regulation::CountsAs::Closed {
            Vec::new()
        } else {
            store::duplicates(cx, &words, ALIKE)?
        };
        alike.retain(|other| other.id != id);
        alike.truncate(5);
        let alike = store::within_sight(cx, &sight, alike)?;
        let unsealings = sealed::unsealings_of(cx, &subject)?;
        let lookers: Vec<_> = unsealings.iter().filter_map(|one| person_of(&one.by)).collect();
        let timeline = store::timeline(cx, id, Audience::Staff)?;
        Ok(Found {
            given: Given::of(cx, book.rules().procedure(&case.head.procedure)?, &timeline)?,
            timeline,
            lookers: org::names_of_persons(cx, &lookers)?,
            unsealings,
            holder: row.and_then(|row| row.holder),
            names: store::names(cx, std::slice::from_ref(&case.head))?,
            hangings: store::hangings(cx, id)?,
            alike,
            masked: sealed::masked_of(cx, &subject)?,
            choices: choices(cx, &visit, &book.compendium)?,
            units: super::entry::places(cx, &visit)?,
            case,
        })
    })
    .await
}

/// The page; `again` says with which status, typed form and unsealed contact it is shown.
pub(super) async fn shown(
    v: &Visit,
    id: Id<Case>,
    again: (StatusCode, Form, Option<Vec<(String, String)>>),
) -> Answer {
    let (status, form, unsealed) = again;
    let book = Rulebook::of(&v.app)?;
    let found = read(v, &book, id).await?;
    let words = Words { v, compendium: &book.compendium };
    let head = found.case.head.clone();
    let rules = book.rules();
    let moves = possible_moves(&rules, Mover::Person(&v.actor), &found.case, v.caller.now)?;
    let desk =
        Desk { v, rules, case: &found.case, choices: &found.choices, units: &found.units, form: &form };
    let (allowed, refused): (Vec<_>, Vec<_>) = moves.iter().partition(|possible| possible.allowed.is_ok());
    let mut allowed: Vec<MoveView> = allowed.into_iter().map(|possible| desk.view(possible)).collect();
    // Whoever holds the ball sees the state's first move in the regulation's order as the one to make.
    let stance = stance(&found.case, rules.procedure(&head.procedure)?, Mover::Person(&v.actor));
    let primary = (stance.has(Relation::Holder) && !allowed.is_empty()).then(|| allowed.remove(0));
    let greyed = refused.into_iter().filter_map(|possible| greyed(v, possible)).collect();
    // A surname and a village can be enough to know who it is: whoever may not unseal sees no mask either.
    let may_unseal = v.permit("case.unseal", &Subject::of_unit(&head.unit_path)).is_ok();
    let (countdown, due_tone) = words.countdown(&head);
    let procedure_title = rules.procedure(&head.procedure)?.title(v.language).to_owned();
    let page = CasePage {
        label: head.label(),
        procedure_title,
        tone: words.tone(&head),
        state: words.state(&head.procedure, &head.state),
        ball: v.t1("case-ball-with", "who", words.holder(&head, found.holder.as_deref())),
        countdown,
        due_tone,
        next_word: next_word(v, &head),
        primary,
        others: allowed,
        greyed,
        detail: found.case.detail.clone(),
        answer: Some(found.case.field("answer")).filter(|answer| !answer.is_empty()),
        attachments: found.hangings.attachments.iter().map(file_line).collect(),
        duplicates: found.alike.into_iter().map(Alike::from).collect(),
        timeline: found
            .timeline
            .iter()
            .rev()
            .map(|event| line(&words, (&head, &found.given), event))
            .collect(),
        facts: facts(&words, &found.case, &found.names),
        clocks: clocks(&words, &found.case),
        slips: slips(v, &found.case),
        related: related(&words, &head, &found.hangings),
        has_contact: !found.masked.is_empty(),
        sealed: if may_unseal { sealed_lines(v, &found.masked, unsealed.as_deref()) } else { Vec::new() },
        unsealings: found.unsealings.iter().map(|one| unsealing(v, one, &found.lookers)).collect(),
        may_unseal,
        may_attach: v.might("case.attach") && head.closed_at.is_none(),
        head,
        form,
        v,
    };
    Ok(v.page_with(status, &page))
}

/// What the state forbids now, with the reason; what the post may never do is not shown at all.
fn greyed(v: &Visit, possible: &PossibleMove<'_>) -> Option<(String, String)> {
    let refusal = possible.allowed.as_ref().err()?;
    (refusal.kind != base::RefusalKind::Forbidden)
        .then(|| (possible.transition.title(v.language).to_owned(), v.refusal(refusal)))
}

fn next_word(v: &Visit, head: &CaseHead) -> Option<(String, &'static str)> {
    let day = head.next_word?;
    if head.owes_word(v.today()) {
        return Some((v.t1("case-word-owed-since", "day", v.date(day)), "late"));
    }
    Some((v.t1("case-word-by", "day", v.date(day)), "wait"))
}

fn file_line(file: &crate::model::AttachmentRow) -> FileLine {
    FileLine { id: file.id, name: file.name.clone(), kilobytes: file.size.div_euclid(1024) + 1 }
}

fn facts(words: &Words<'_>, case: &CaseSnapshot, names: &store::Names) -> Vec<(String, String)> {
    let (v, head) = (words.v, &case.head);
    let person = |id: Option<_>| id.map(|id| names.person(id)).unwrap_or_default();
    let rows = [
        ("case-unit", names.unit(head.unit)),
        ("case-channel", words.channel(head)),
        ("case-category", head.category.clone().unwrap_or_default()),
        ("case-place", case.field("place")),
        ("case-class", words.class(head)),
        ("case-leader", person(head.leader)),
        ("case-department", head.department.map(|id| names.unit(id)).unwrap_or_default()),
        ("case-handler", person(head.handler)),
        ("case-due", words.day(head.due, head.due_provisional)),
        ("case-raised", v.moment(head.raised_at)),
        ("case-author", person(head.author)),
        ("case-steps", case.field("steps")),
    ];
    let known = rows.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| (v.t(key), value));
    known.chain(extra_facts(case)).collect()
}

/// Columns of an imported workbook that no field took, kept as they came.
fn extra_facts(case: &CaseSnapshot) -> impl Iterator<Item = (String, String)> {
    case.fields.iter().filter_map(|(key, value)| {
        let title = key.strip_prefix(crate::acts::EXTRA)?;
        (!value.is_empty()).then(|| (title.to_owned(), value.clone()))
    })
}

fn clocks(words: &Words<'_>, case: &CaseSnapshot) -> Vec<ClockLine> {
    let v = words.v;
    let procedure = words.compendium.procedure(&case.head.procedure);
    let active = case.clocks.iter().filter(|clock| clock.is_active());
    active
        .map(|clock| {
            let title = procedure.and_then(|procedure| procedure.clock(&clock.key));
            let left = v.today().until(clock.due).map_or(0, |span| span.get_days());
            let (text, tone) = match (clock.is_running(), left) {
                (false, _) => (v.t("case-clock-paused"), "exempt"),
                (true, left) if left < 0 => (v.t1("case-days-late", "n", -left), "late"),
                (true, 0) => (v.t("case-due-today"), "risk"),
                (true, left) => (v.t1("case-days-left", "n", left), if left <= 3 { "risk" } else { "wait" }),
            };
            ClockLine {
                title: title.map_or_else(|| clock.key.clone(), |clock| clock.title(v.language).to_owned()),
                due: words.day(Some(clock.due), clock.provisional),
                words: text,
                tone,
            }
        })
        .collect()
}

fn slips(v: &Visit, case: &CaseSnapshot) -> Vec<SlipLine> {
    let line = |slip: &crate::model::Slip| SlipLine {
        id: slip.id.to_string(),
        number: slip.number.clone(),
        words: match slip.answered_at {
            Some(at) => v.t1("case-slip-answered", "day", v.moment(at)),
            None => v.t1("case-slip-due", "day", slip.due.to_string()),
        },
    };
    case.slips.iter().map(line).collect()
}

fn related(words: &Words<'_>, head: &CaseHead, hangings: &Hangings) -> Vec<RelatedLine> {
    let line = |key: &str, other: &store::Related| RelatedLine {
        relation: words.v.t(key),
        id: other.id,
        label: other.label.clone(),
        title: other.title.clone(),
        state: words.state(&head.procedure, &other.state),
    };
    let up = |key: &str, id: Option<Id<Case>>| {
        id.map(|id| RelatedLine {
            relation: words.v.t(key),
            id,
            label: words.v.t("case-open-it"),
            title: String::new(),
            state: String::new(),
        })
    };
    up("case-part-of", head.parent)
        .into_iter()
        .chain(up("case-merged-into", head.merged_into))
        .chain(hangings.parts.iter().map(|other| line("case-part", other)))
        .chain(hangings.duplicates.iter().map(|other| line("case-duplicate", other)))
        .collect()
}

fn sealed_lines(
    v: &Visit,
    masked: &[sealed::MaskedField],
    unsealed: Option<&[(String, String)]>,
) -> Vec<SealedLine> {
    masked
        .iter()
        .map(|field| {
            let open = unsealed.into_iter().flatten().find(|(name, _)| *name == field.field);
            SealedLine {
                label: v.t(&format!("case-{}", field.field)),
                shown: open.map_or_else(|| field.masked.clone(), |(_, plain)| plain.clone()),
            }
        })
        .collect()
}

/// Who looked, when and why: what the resident is shown too.
fn unsealing(v: &Visit, one: &sealed::Unsealing, names: &Lookers) -> String {
    let name = person_of(&one.by).and_then(|id| names.get(&id)).map_or("", String::as_str);
    format!("{} {name}：{}", v.moment(one.at), one.reason)
}

fn person_of(actor: &str) -> Option<Id<base::noun::Person>> {
    actor.strip_prefix("person:")?.parse().ok()
}

/// Takes a move; a refusal shows the page again with what was typed.
async fn take(v: Visit, Path(id): Path<Id<Case>>, form: Form) -> Answer {
    match try_take(&v, id, &form).await {
        Ok(head) => {
            let book = Rulebook::of(&v.app)?;
            let words = Words { v: &v, compendium: &book.compendium };
            let done = words.transition(&head.procedure, form.text("transition"));
            Ok(v.see_with(&format!("/cases/{id}"), "case-done", &done))
        }
        Err(error) => {
            let status = match error.refusals().first().map(|refusal| refusal.kind) {
                Some(base::RefusalKind::Conflict) => StatusCode::CONFLICT,
                Some(base::RefusalKind::Forbidden) => StatusCode::FORBIDDEN,
                Some(base::RefusalKind::NotFound) => return Err(error.into()),
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            shown(&v, id, (status, form.refused(error)?, None)).await
        }
    }
}

async fn try_take(v: &Visit, id: Id<Case>, form: &Form) -> Result<CaseHead> {
    let mut asked = Move::new(form.required("transition")?);
    asked.version = form.parsed("version")?;
    asked.note = form.given("note").map(|_| form.text("note").to_owned());
    asked.private_note = form.given("private_note").map(|_| form.text("private_note").to_owned());
    for (name, _) in form.pairs() {
        if !matches!(name.as_str(), "transition" | "version" | "note" | "private_note") {
            let values = form.all(name);
            let joined =
                values.into_iter().filter(|value| !value.trim().is_empty()).collect::<Vec<_>>().join(",");
            if !joined.is_empty() {
                asked = asked.field(name.as_str(), joined);
            }
        }
    }
    let (visit, book) = (v.clone(), Rulebook::of(&v.app)?);
    v.write(move |cx| {
        visible(cx, &visit, &book, id)?;
        acts::take(cx, &book.rules(), Mover::Person(&visit.actor), (id, &asked))
    })
    .await
}

/// Shows the sealed contact once; the reason is journalled and the resident can see it.
async fn unseal(v: Visit, Path(id): Path<Id<Case>>, form: Form) -> Answer {
    match try_unseal(&v, id, &form).await {
        Ok(open) => shown(&v, id, (StatusCode::OK, Form::default(), Some(open))).await,
        Err(error) => shown(&v, id, (StatusCode::UNPROCESSABLE_ENTITY, form.refused(error)?, None)).await,
    }
}

async fn try_unseal(v: &Visit, id: Id<Case>, form: &Form) -> Result<Vec<(String, String)>> {
    let reason = form.required("reason")?.to_owned();
    let (visit, book, master) = (v.clone(), Rulebook::of(&v.app)?, Arc::clone(&v.tenant.master_key));
    v.write(move |cx| {
        let case = visible(cx, &visit, &book, id)?;
        let permit = visit.permit("case.unseal", &Subject::of_unit(&case.head.unit_path))?;
        let subject = Ref::new("case", id);
        let fields = sealed::masked_of(cx, &subject)?;
        fields
            .into_iter()
            .map(|field| {
                let spot = sealed::Spot { subject: &subject, field: &field.field };
                let plain = sealed::unseal(cx, &master, &permit, spot, &reason)?;
                Ok((field.field.clone(), plain))
            })
            .collect()
    })
    .await
}
