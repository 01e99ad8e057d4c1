//! An import as a job: handed in on a page, done behind it, reported in the outcome of the job.

use access::Actor;
use base::{Error, Id, Language, Refusal, Result, clock, noun::Import};
use jobs::Claimed;
use office::{
    annotate::{Original, Titles, annotate},
    read::Workbook,
};
use serde::{Deserialize, Serialize};
use web::{App, Tenant};

use super::{
    File, Importer, Loaded, Prepared, load, prepare,
    sheet::Choices,
    upload::{self, About},
};
use crate::pages::Rulebook;

/// The kind of these jobs in the queue.
pub const KIND: &str = "case.import";

/// What the job is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// The file that was handed in.
    pub upload: Id<Import>,
    /// What was decided about it.
    pub choices: Choices,
    /// The tag of the language of whoever asked.
    pub language: String,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The file's name.
    pub file_name: String,
    /// The file's id, under which its refused rows are kept.
    pub upload: String,
    /// The import; `None` where nothing was imported.
    pub import: Option<Id<Import>>,
    /// How many cases it brought.
    pub raised: usize,
    /// How many rows the ledger knew already.
    pub known: usize,
    /// How many exact duplicates were left out.
    pub skipped: usize,
    /// How many rows were refused.
    pub refused: usize,
    /// Why the file as a whole was refused.
    pub why: Vec<String>,
    /// Whether the refused rows can be fetched as a workbook.
    pub workbook: bool,
}

/// Does a job of this kind. The caller claims it before and finishes it after.
pub fn run_job(app: &App, tenant: &Tenant, claimed: &Claimed) -> Result<serde_json::Value> {
    let payload: Payload = serde_json::from_value(claimed.payload.clone()).map_err(Error::fault)?;
    // The store speaks in futures; a thread of the background has no runtime of its own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::fault)?;
    let fetched = runtime.block_on(upload::fetch(tenant.files.as_ref(), payload.upload, &claimed.asked_by));
    let (about, bytes) = fetched?;
    let book = Workbook::read(&bytes, &about.file_name)?;
    let file = File { book: &book, name: &about.file_name, sha256: &about.sha256 };
    let work = Work { app, tenant, claimed, payload: &payload };
    let (prepared, loaded) = work.take_in(&file)?;
    let outcome = work.outcome(&about, &prepared, loaded);
    if outcome.workbook {
        let workbook = work.refused_rows(&prepared, (&about, &bytes))?;
        runtime.block_on(upload::keep_refused(tenant.files.as_ref(), payload.upload, workbook))?;
    }
    runtime.block_on(upload::done(tenant.files.as_ref(), payload.upload))?;
    serde_json::to_value(outcome).map_err(Error::fault)
}

struct Work<'a> {
    app: &'a App,
    tenant: &'a Tenant,
    claimed: &'a Claimed,
    payload: &'a Payload,
}

impl Work<'_> {
    /// Prepares and loads in one transaction, so that what was checked is what is written.
    fn take_in(&self, file: &File<'_>) -> Result<(Prepared, Option<Loaded>)> {
        let caller = self.tenant.db.caller(self.claimed.asked_by.clone());
        let (app, master) = (self.app.clone(), self.tenant.master_key.clone());
        let (book, name, sha256) = (file.book.clone(), file.name.to_owned(), file.sha256.to_owned());
        let (choices, asked_by) = (self.payload.choices.clone(), self.claimed.asked_by.clone());
        self.report(0, 0)?;
        let looked = {
            let (app, book, name) = (app.clone(), book.clone(), name.clone());
            let (sha256, choices, asked_by) = (sha256.clone(), choices.clone(), asked_by.clone());
            self.tenant.db.read_now(&caller, move |cx| {
                let rules = Rulebook::of(&app)?;
                let actor = actor_of(cx, &app, &asked_by)?;
                let file = File { book: &book, name: &name, sha256: &sha256 };
                prepare(cx, &rules.rules(), Importer::Person(&actor), file, &choices)
            })?
        };
        if looked.is_stopped(&choices) || looked.drafts.is_empty() {
            return Ok((looked, None));
        }
        let total = looked.drafts.len();
        self.report(total / 2, total)?;
        let loaded = self.tenant.db.write_now(&caller, move |cx| {
            let book_of_rules = Rulebook::of(&app)?;
            let rules = book_of_rules.rules();
            let actor = actor_of(cx, &app, &asked_by)?;
            let importer = Importer::Person(&actor);
            let file = File { book: &book, name: &name, sha256: &sha256 };
            let permit = permit_for(cx, &rules, importer, &looked)?;
            let loaded = load(cx, &rules, (&permit, &master), (&looked, file), &|_| {})?;
            Ok((looked, Some(loaded)))
        });
        self.report(total, total)?;
        loaded
    }

    fn report(&self, done: usize, total: usize) -> Result<()> {
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let (id, caller) = (self.claimed.id, self.tenant.db.caller(self.claimed.asked_by.clone()));
        self.tenant
            .db
            .write_operational_now(&caller, move |cx| jobs::report(cx, id, count(done), count(total)))
    }

    fn language(&self) -> Language {
        Language::from_tag(&self.payload.language).unwrap_or_default()
    }

    fn outcome(&self, about: &About, prepared: &Prepared, loaded: Option<Loaded>) -> Outcome {
        let of_file = prepared.refused.iter().filter(|(row, _)| *row == 0);
        let why =
            of_file.map(|(_, refusal)| self.app.catalogue().refusal(self.language(), refusal)).collect();
        let rows: std::collections::BTreeSet<u32> =
            prepared.refused.iter().map(|(row, _)| *row).filter(|row| *row > 0).collect();
        Outcome {
            file_name: about.file_name.clone(),
            upload: self.payload.upload.to_string(),
            raised: loaded.as_ref().map_or(0, |loaded| loaded.raised),
            known: loaded.as_ref().map_or(prepared.known, |loaded| loaded.known),
            import: loaded.map(|loaded| loaded.id),
            skipped: prepared.skipped,
            refused: rows.len(),
            why,
            workbook: !rows.is_empty(),
        }
    }

    fn refused_rows(&self, prepared: &Prepared, (about, bytes): (&About, &[u8])) -> Result<Vec<u8>> {
        let say = |key: &str| self.app.catalogue().say(self.language(), key, &[]);
        let (reason, row) = (say("office-returned-reason"), say("office-original-row"));
        let reasons = reasons(prepared, &|refusal| self.app.catalogue().refusal(self.language(), refusal));
        let original = Original { bytes, file_name: &about.file_name, sheet: Some(prepared.sheet.as_str()) };
        let made = clock::in_china(self.app.clock().now()).datetime();
        annotate(original, &reasons, Titles { reason: &reason, row: &row }, made)
    }
}

/// The refused rows with their reasons in words.
pub fn reasons(prepared: &Prepared, words: &dyn Fn(&Refusal) -> String) -> Vec<(u32, String)> {
    prepared.refused.iter().filter(|(row, _)| *row > 0).map(|(row, refusal)| (*row, words(refusal))).collect()
}

/// Who asked for a job, with the posts held now: rights taken away since are gone.
fn actor_of(cx: &mut db::Cx<'_>, app: &App, asked_by: &str) -> Result<Actor> {
    let person = asked_by.strip_prefix("person:").and_then(|id| id.parse().ok());
    let person = person.ok_or_else(|| Error::fault(format!("an import asked for by {asked_by}")))?;
    let posts = app.posts_of(cx, person)?;
    let name = org::names_of_persons(cx, &[person])?.remove(&person).unwrap_or_default();
    Ok(Actor { person: Some(person), name, posts })
}

/// Leave to import, asked for every unit the rows name: a choice of units that came from a form is checked
/// like any other.
pub fn permit_for(
    cx: &mut db::Cx<'_>,
    rules: &crate::Rules<'_>,
    importer: Importer<'_>,
    prepared: &Prepared,
) -> Result<access::Permit> {
    let places = super::places(cx, &importer.reach(rules))?;
    let mut permit = None;
    let mut units: Vec<_> = prepared.drafts.iter().map(|draft| draft.case.unit).collect();
    units.sort_unstable();
    units.dedup();
    for unit in units {
        let place = places.get(unit).ok_or_else(|| Refusal::forbidden("case.not-yours"))?;
        permit = Some(importer.permit(rules, place)?);
    }
    permit.ok_or_else(|| Refusal::invalid("case.import-no-rows").field("file").into())
}
