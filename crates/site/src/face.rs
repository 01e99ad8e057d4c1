//! A case as whoever raised it sees it: plain words, one date, one name. What offices write to each
//! other never comes here.

use access::sealed;
use base::{Date, Language, Result, calendar::DayKind, clock, noun};
use case::{
    Rulebook,
    model::{CaseHead, CaseSnapshot, Mover, PossibleMove, Proof, possible_moves},
    store::{self, Audience, TimelineEvent},
};
use db::Cx;
use journal::Ref;
use regulation::{Column, CountsAs, Field, FieldKind, Holder, Note, Privacy, Procedure, Term, Titled as _};
use web::Visit;

use crate::{place, receipt};

/// What turns a case into words: the visitor's language and the rules.
#[derive(Clone)]
pub(crate) struct Words {
    pub(crate) v: Visit,
    pub(crate) language: Language,
    pub(crate) rulebook: Rulebook,
}

impl Words {
    pub(crate) fn of(v: &Visit) -> Result<Self> {
        Ok(Self { v: v.clone(), language: v.language, rulebook: Rulebook::of(&v.app)? })
    }

    /// A term: 15 天, 5 个工作日.
    pub(crate) fn term(&self, term: Term) -> String {
        let key = match term.kind {
            DayKind::Calendar => "site-days",
            DayKind::Working => "site-working-days",
        };
        self.v.t1(key, "n", term.days)
    }

    fn day_of(&self, at: base::Timestamp) -> String {
        self.v.date(clock::day_of(at))
    }
}

/// Everything the page of a case shows.
pub(crate) struct Face {
    pub(crate) number: String,
    pub(crate) title: String,
    pub(crate) words: String,
    /// When and where it was raised.
    pub(crate) raised: String,
    pub(crate) anonymous: bool,
    pub(crate) version: i64,
    pub(crate) state: String,
    pub(crate) tone: &'static str,
    pub(crate) says: String,
    pub(crate) who: String,
    pub(crate) next: Option<Next>,
    pub(crate) open: bool,
    pub(crate) answers: Vec<(String, String)>,
    pub(crate) lines: Vec<Line>,
    pub(crate) files: Vec<File>,
    pub(crate) openings: Vec<Opening>,
    /// The line that proves the first entry of the log about it, and its id.
    pub(crate) proof: Option<(String, String)>,
    /// What the resident is asked to decide now.
    pub(crate) turn: Vec<Offer>,
    /// What else can be done.
    pub(crate) others: Vec<Offer>,
}

/// The one date, and what happens by then.
pub(crate) struct Next {
    pub(crate) label: String,
    pub(crate) day: String,
    pub(crate) after: String,
}

/// A line of the public timeline.
pub(crate) struct Line {
    pub(crate) day: String,
    pub(crate) who: String,
    pub(crate) what: String,
    pub(crate) said: Vec<String>,
    pub(crate) tone: &'static str,
}

/// A file the resident may see.
pub(crate) struct File {
    pub(crate) id: base::Id<noun::Attachment>,
    pub(crate) name: String,
    pub(crate) about: String,
}

/// One opening of the sealed contact.
pub(crate) struct Opening {
    pub(crate) day: String,
    pub(crate) what: String,
    pub(crate) who: String,
    pub(crate) reason: String,
}

/// A move offered.
pub(crate) struct Offer {
    pub(crate) key: String,
    pub(crate) title: String,
    pub(crate) note: Note,
    pub(crate) irreversible: bool,
    pub(crate) main: bool,
    pub(crate) inputs: Vec<Input>,
    pub(crate) refused: Option<String>,
}

impl Offer {
    pub(crate) fn takes_note(&self) -> bool {
        self.note != Note::None
    }

    pub(crate) fn needs_note(&self) -> bool {
        self.note == Note::Required
    }
}

/// A field a move asks for.
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) help: String,
    pub(crate) kind: &'static str,
    pub(crate) required: bool,
    pub(crate) options: Vec<(String, String)>,
}

impl Input {
    /// Its name in the form.
    pub(crate) fn field_name(&self) -> String {
        format!("f-{}", self.name)
    }
}

/// The name of whoever holds the ball: a department or an office, never a person.
pub(crate) fn holder(cx: &mut Cx<'_>, words: &Words, head: &CaseHead) -> Result<String> {
    let unit = head.holder_unit.or(match head.holder {
        Holder::Handler | Holder::Department | Holder::Joint | Holder::Leader => head.department,
        _ => None,
    });
    if let Some(unit) = unit {
        return Ok(org::names_of_units(cx, &[unit])?.remove(&unit).unwrap_or_default());
    }
    match head.holder {
        Holder::Resident => Ok(words.v.t("site-you")),
        Holder::Verifier => Ok(words.v.t("site-verifier")),
        _ => {
            let township = place::township_of(cx, head.unit)?;
            let name = township.unwrap_or_else(|| words.v.tenant.name.clone());
            Ok(words.v.t1("site-office-of", "unit", name))
        }
    }
}

/// The case of `proof` as its resident sees it.
pub(crate) fn face(cx: &mut Cx<'_>, words: &Words, proof: &Proof) -> Result<Face> {
    let gone = || base::Refusal::not_found("site.case-gone");
    let case = store::find(cx, proof.case())?.ok_or_else(gone)?;
    let rules = words.rulebook.rules();
    let procedure = rules.procedure(&case.head.procedure)?;
    let moves = possible_moves(&rules, Mover::Resident(proof), &case, cx.now())?;
    let offers: Vec<Offer> = moves.iter().map(|it| offer(words, procedure, it)).collect();
    let his_turn = case.head.holder == Holder::Resident;
    let (turn, mut others): (Vec<_>, Vec<_>) =
        offers.into_iter().partition(|offer| his_turn && offer.main && offer.refused.is_none());
    // What cannot be taken back comes last.
    others.sort_by_key(|offer| offer.irreversible);
    let head = &case.head;
    let place = org::names_of_units(cx, &[head.unit])?.remove(&head.unit).unwrap_or_default();
    let state = procedure.state(&head.state);
    Ok(Face {
        number: head.label(),
        title: head.title.clone(),
        words: case.detail.clone(),
        raised: words.v.t2("site-your-words-when", ("day", words.day_of(head.raised_at)), ("place", place)),
        anonymous: head.anonymous,
        version: head.version,
        state: state.map_or_else(|| head.state.clone(), |state| state.title(words.language).to_owned()),
        tone: tone(head),
        says: words.v.t(says(head)),
        who: holder(cx, words, head)?,
        next: next(words, procedure, head),
        open: head.counts_as != CountsAs::Closed,
        answers: answers(words, procedure, &case),
        lines: lines(cx, words, procedure, &case)?,
        files: files(cx, words, &case)?,
        openings: openings(cx, words, &case)?,
        proof: proof_of(cx, &case)?,
        turn,
        others,
    })
}

fn tone(head: &CaseHead) -> &'static str {
    match (head.column, head.holder) {
        (Column::Closed, _) => "met",
        (_, Holder::Resident) => "risk",
        _ => "wait",
    }
}

/// What the state means for the resident.
fn says(head: &CaseHead) -> &'static str {
    match (head.counts_as, head.holder) {
        (CountsAs::Closed, _) => "site-says-closed",
        (CountsAs::Handled, Holder::Resident) => "site-says-confirm",
        (_, Holder::Resident) => "site-says-answer",
        (_, Holder::Verifier) => "site-says-verifier",
        (CountsAs::Handled, _) => "site-says-confirmed",
        (_, Holder::Office) if head.column == Column::Incoming => "site-says-incoming",
        (_, Holder::Office) => "site-says-office",
        _ => "site-says-handling",
    }
}

/// The one date: the last day to answer where the resident is asked, else the day of the next word.
fn next(words: &Words, procedure: &Procedure, head: &CaseHead) -> Option<Next> {
    let v = &words.v;
    if let (Holder::Resident, Some(day)) = (head.holder, head.fallback_on) {
        let fallback = procedure.state(&head.state).and_then(|state| state.fallback.as_ref());
        let taken = fallback.and_then(|fallback| procedure.transition(&fallback.take));
        let after = taken.map_or_else(String::new, |transition| {
            v.t1("site-after-silence", "move", transition.title(words.language))
        });
        return Some(Next { label: v.t("site-answer-by"), day: v.date(day), after });
    }
    let day: Date = head.next_word?;
    let late = if head.owes_word(v.today()) { v.t("site-word-late") } else { String::new() };
    Some(Next { label: v.t("site-next-word"), day: v.date(day), after: late })
}

/// The open fields that public moves were taken with: the result and the answer, once there are any.
fn answers(words: &Words, procedure: &Procedure, case: &CaseSnapshot) -> Vec<(String, String)> {
    if case.head.counts_as == CountsAs::Open {
        return Vec::new();
    }
    let open = procedure.transitions.iter().filter(|transition| transition.public);
    let asked: Vec<&String> = open.flat_map(|it| it.requires.iter().chain(&it.optional)).collect();
    let told = procedure.fields.iter().filter(|field| {
        field.privacy == Privacy::Open
            && asked.contains(&&field.key)
            && !Field::WELL_KNOWN.contains(&field.key.as_str())
    });
    told.filter_map(|field| {
        let value = case.fields.get(&field.key).filter(|value| !value.is_empty())?;
        Some((field.title(words.language).to_owned(), said(words, procedure, field, value)))
    })
    .collect()
}

/// A value in words: the title of a code, anything else as it was written.
fn said(words: &Words, procedure: &Procedure, field: &Field, value: &str) -> String {
    let list = field.list.as_deref().filter(|_| field.kind == FieldKind::Code);
    let list = list.and_then(|list| words.rulebook.compendium.field_list(&procedure.key, list));
    let item = list.and_then(|list| list.item(value));
    item.map_or_else(|| value.to_owned(), |item| item.title(words.language).to_owned())
}

fn lines(cx: &mut Cx<'_>, words: &Words, procedure: &Procedure, case: &CaseSnapshot) -> Result<Vec<Line>> {
    let events = store::timeline(cx, case.head.id, Audience::Resident)?;
    // The newest first: that is what people come for.
    Ok(events.into_iter().rev().map(|event| line(words, procedure, event)).collect())
}

fn line(words: &Words, procedure: &Procedure, event: TimelineEvent) -> Line {
    let v = &words.v;
    let taken = procedure.transition(&event.transition);
    let what = taken
        .map_or_else(|| v.t("site-line-raised"), |transition| transition.title(words.language).to_owned());
    let mine = event.actor == "resident";
    let who = match event.actor.as_str() {
        "resident" if event.of_case.is_some() => v.t("site-line-other"),
        "resident" => v.t("site-you"),
        "system" => v.t("site-line-system"),
        _ => v.t("site-line-office"),
    };
    // Of a case this one was merged into, what its own resident wrote is not for others.
    let note =
        event.note.filter(|_| !(mine && event.of_case.is_some())).filter(|note| !note.trim().is_empty());
    let ends = procedure.state(&event.to).is_some_and(regulation::State::is_closed);
    let tone = if ends {
        "met"
    } else if mine {
        "wait"
    } else {
        ""
    };
    let said = note.into_iter().chain(answered(procedure, &event.fields)).collect();
    Line { day: v.moment(event.at), who, what, said, tone }
}

/// What was answered with a move: a reply stays in its place also when the case is opened again.
fn answered(procedure: &Procedure, fields: &serde_json::Value) -> Vec<String> {
    let told = |field: &&Field| field.privacy == Privacy::Open && field.kind == FieldKind::LongText;
    let values = procedure.fields.iter().filter(told).filter_map(|field| fields.get(&field.key)?.as_str());
    values.map(str::to_owned).collect()
}

fn files(cx: &mut Cx<'_>, words: &Words, case: &CaseSnapshot) -> Result<Vec<File>> {
    let all = store::hangings(cx, case.head.id)?.attachments;
    let seen = all.into_iter().filter(|file| file.public);
    Ok(seen
        .map(|file| {
            let by = if file.by == "resident" { "site-you" } else { "site-line-office" };
            let about = format!("{} · {} · {}", words.v.t(by), words.day_of(file.at), size(file.size));
            File { id: file.id, name: file.name, about }
        })
        .collect())
}

fn size(bytes: i64) -> String {
    if bytes < 1 << 20 {
        format!("{} KB", (bytes + 1023) >> 10)
    } else {
        format!("{} MB", (bytes + (1 << 19)) >> 20)
    }
}

/// Who opened the sealed contact: by post, never by name, with the reason they gave.
fn openings(cx: &mut Cx<'_>, words: &Words, case: &CaseSnapshot) -> Result<Vec<Opening>> {
    let found = sealed::unsealings_of(cx, &Ref::new("case", case.head.id))?;
    let v = &words.v;
    Ok(found
        .into_iter()
        .map(|opening| Opening {
            day: v.moment(opening.at),
            what: v.t(if opening.field == "name" { "site-field-name" } else { "site-field-phone" }),
            who: v.role_title(&opening.through),
            reason: opening.reason,
        })
        .collect())
}

/// The proof that the case was raised, once it is sealed.
fn proof_of(cx: &mut Cx<'_>, case: &CaseSnapshot) -> Result<Option<(String, String)>> {
    let entries = journal::entries_of(cx, &Ref::new("case", case.head.id))?;
    let Some(id) = entries.first().and_then(journal::Recorded::id) else { return Ok(None) };
    Ok(receipt::proof_line(cx, id)?.map(|line| (line, id.to_string())))
}

fn offer(words: &Words, procedure: &Procedure, it: &PossibleMove<'_>) -> Offer {
    let refused = it.allowed.as_ref().err().map(|refusal| words.v.refusal(refusal));
    let asked =
        it.required.iter().map(|field| (*field, true)).chain(it.optional.iter().map(|field| (*field, false)));
    Offer {
        key: it.transition.key.clone(),
        title: it.transition.title(words.language).to_owned(),
        note: it.transition.note,
        irreversible: it.transition.irreversible,
        // Whoever is asked goes on by what leads out of the state, short of taking the matter back.
        main: it.transition.to != regulation::Destination::Same
            && it.transition.verb() != Some(regulation::Verb::Withdraw),
        inputs: asked.map(|asked| input(words, procedure, asked)).collect(),
        refused,
    }
}

fn input(words: &Words, procedure: &Procedure, (field, required): (&Field, bool)) -> Input {
    let list = field.list.as_deref().filter(|_| field.kind == FieldKind::Code);
    let list = list.and_then(|list| words.rulebook.compendium.field_list(&procedure.key, list));
    let items = list.map_or(&[][..], |list| &list.items);
    Input {
        name: field.key.clone(),
        title: field.title(words.language).to_owned(),
        help: words.v.pick(&field.help, &field.help_en).to_owned(),
        kind: match field.kind {
            FieldKind::LongText => "area",
            FieldKind::Code => "choice",
            FieldKind::Date => "date",
            FieldKind::Number | FieldKind::Money => "number",
            _ => "text",
        },
        required,
        options: items.iter().map(|item| (item.key.clone(), item.title(words.language).to_owned())).collect(),
    }
}
