//! Plays the life of the 182 problems day by day, through the acts that people use: raised over eight
//! channels, assigned, reported on every half month, handled, confirmed or sent back, struck off.
//! What happens to which problem follows from its place in the file, so that every demo is alike.

mod deeds;

use std::collections::HashMap;

use access::{Actor, MasterKey, Permit};
use base::{
    Date, Error, Id, Result, Timestamp,
    calendar::Calendar,
    clock,
    noun::{Case, Person},
};
use case::{
    Rulebook,
    acts::{self, NewCase, Resident},
    model::{CaseHead, Move, Mover, Proof},
    store,
};
use db::{Caller, Cx};
use jiff::{SignedDuration, ToSpan};
use publication::{acts::NewDraft, model::Press};
use web::{App, Tenant};

use self::deeds::{departments, office, residents};
use super::{Row, people::People, rows, township::Units};

/// How many days ago the gathering of problems began.
const DAYS: i32 = 66;
/// Of these, how many it went on; a few problems still come in afterwards.
const GATHERING: i32 = 34;
/// How many problems came in during the gathering.
const GATHERED: usize = 150;

/// What the players know.
struct Stage {
    app: App,
    tenant: Tenant,
    units: Units,
    people: People,
    reports: HashMap<&'static str, Vec<(&'static str, &'static str)>>,
    by_department: HashMap<&'static str, Vec<&'static str>>,
    leaders: Vec<&'static str>,
}

/// One problem on its way.
struct Thread {
    at: usize,
    row: Row,
    raised_on: Date,
    head: Option<CaseHead>,
    token: Option<String>,
    entered_on: Date,
    done: Vec<&'static str>,
}

/// What somebody does on a day.
struct Deed {
    thread: usize,
    mover: Who,
    asked: Move,
}

enum Who {
    Person(&'static str),
    Resident,
    Verifier,
}

/// Plays from the first day to now.
pub(super) fn play(app: &App, tenant: &Tenant, units: &Units, people: &People) -> Result<()> {
    let stage = Stage::set(app, tenant, units, people);
    let now = app.clock().now();
    let today = clock::day_of(now);
    let first = today.checked_sub(DAYS.days()).map_err(Error::fault)?;
    let mut threads: Vec<Thread> = rows(include_str!("../../demo/problems.tsv"))
        .enumerate()
        .map(|(at, row)| Thread::new(at, row, first))
        .collect();
    let mut day = first;
    while day <= today {
        for (hour, acts) in HOURS {
            let at =
                clock::start_of(day).checked_add(SignedDuration::from_hours(hour)).map_err(Error::fault)?;
            if at <= now {
                acts(&stage, &mut threads, day, at)?;
            }
        }
        day = day.tomorrow().map_err(Error::fault)?;
    }
    Ok(())
}

type Scene = fn(&Stage, &mut [Thread], Date, Timestamp) -> Result<()>;

/// The scenes of a day in China's hours.
const HOURS: [(i64, Scene); 6] =
    [(9, clocks), (10, raising), (11, office), (15, departments), (16, circular), (20, residents)];

impl Thread {
    fn new(at: usize, row: Row, first: Date) -> Self {
        let offset = if at < GATHERED {
            i32::try_from(at * 37 % usize::try_from(GATHERING).unwrap_or(1)).unwrap_or(0)
        } else {
            GATHERING + i32::try_from(at - GATHERED).unwrap_or(0)
        };
        let raised_on = first.checked_add(offset.min(DAYS - 1).days()).unwrap_or(first);
        Self { at, row, raised_on, head: None, token: None, entered_on: raised_on, done: Vec::new() }
    }

    fn state(&self) -> &str {
        self.head.as_ref().map_or("", |head| head.state.as_str())
    }

    /// A number from 0 to 99 for one decision about this problem.
    fn chance(&self, decision: u64) -> u64 {
        let mut z = (self.at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            ^ decision.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 30)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % 100
    }

    /// Days in the present state.
    fn waited(&self, day: Date) -> i32 {
        self.entered_on.until(day).map_or(0, |span| span.get_days())
    }

    /// The department that handles it; after an upheld objection, the next one in line.
    fn department(&self) -> &'static str {
        let first = self.row.get("department");
        if self.has("released") && first != "governance" { "governance" } else { first }
    }

    /// The department that helps in joint handling.
    fn helper(&self) -> &'static str {
        if self.department() == "construction" { "agriculture" } else { "construction" }
    }

    fn once(&mut self, what: &'static str) -> bool {
        let fresh = !self.done.contains(&what);
        if fresh {
            self.done.push(what);
        }
        fresh
    }

    fn has(&self, what: &'static str) -> bool {
        self.done.contains(&what)
    }

    /// Whether a resident stands behind it and how.
    fn resident(&self) -> Resident {
        match self.row.get("channel") {
            "online" | "petition-reception" | "visit" | "talk" => Resident::Named,
            "mailbox" => Resident::Anonymous,
            _ => Resident::Absent,
        }
    }
}

impl Stage {
    fn set(app: &App, tenant: &Tenant, units: &Units, people: &People) -> Self {
        let mut reports: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows(include_str!("../../demo/reports.tsv")) {
            reports.entry(row.get("topic")).or_default().push((row.get("progress"), row.get("difficulty")));
        }
        let mut by_department: HashMap<_, Vec<_>> = HashMap::new();
        let mut leaders = Vec::new();
        let mut logins: Vec<&'static str> = people.keys().copied().collect();
        logins.sort_unstable();
        for login in logins {
            for (role, unit) in &people[login].posts {
                match *role {
                    "department-head" | "department-staff" => {
                        by_department.entry(*unit).or_default().push(login);
                    }
                    "deputy-leader" | "deputy-secretary" | "mayor" => leaders.push(login),
                    _ => {}
                }
            }
        }
        leaders.dedup();
        let (app, tenant) = (app.clone(), tenant.clone());
        Self { app, tenant, units: units.clone(), people: people.clone(), reports, by_department, leaders }
    }

    fn holder_of(&self, role: &str) -> &'static str {
        let mut found: Vec<&'static str> = self
            .people
            .iter()
            .filter(|(_, somebody)| somebody.posts.iter().any(|(held, _)| *held == role))
            .map(|(login, _)| *login)
            .collect();
        found.sort_unstable();
        found.first().copied().unwrap_or_default()
    }

    fn handler(&self, thread: &Thread) -> &'static str {
        let staff = self.by_department.get(thread.department());
        staff.and_then(|staff| staff.get(thread.at % staff.len().max(1))).copied().unwrap_or_default()
    }

    fn leader(&self, thread: &Thread) -> &'static str {
        // A leader answers for a department, so the department decides.
        let key: usize = thread.department().bytes().map(usize::from).sum();
        self.leaders.get(key % self.leaders.len().max(1)).copied().unwrap_or_default()
    }

    /// The head of a department.
    fn head_of(&self, department: &str) -> &'static str {
        let staff = self.by_department.get(department).map_or(&[][..], Vec::as_slice);
        let heads = |login: &&&'static str| {
            self.people[**login]
                .posts
                .iter()
                .any(|(role, unit)| *role == "department-head" && *unit == department)
        };
        staff.iter().find(heads).copied().unwrap_or_default()
    }

    fn person(&self, login: &str) -> Result<Id<Person>> {
        let found = self.people.get(login).map(|somebody| somebody.id);
        found.ok_or_else(|| Error::fault(format!("nobody is called {login}")))
    }

    /// Carries out the deeds of a scene in one commit each, as their movers.
    fn carry_out(&self, threads: &mut [Thread], deeds: Vec<Deed>, at: Timestamp) -> Result<()> {
        for deed in deeds {
            let thread = &threads[deed.thread];
            let Some(case) = thread.head.as_ref().map(|head| head.id) else { continue };
            let token = thread.token.clone();
            match self.take(case, token, deed, at) {
                Ok((index, head)) => {
                    let thread = &mut threads[index];
                    if thread.state() != head.state {
                        thread.entered_on = clock::day_of(at);
                    }
                    thread.head = Some(head);
                }
                // A day that falls otherwise this year must not keep the demo from starting.
                Err(error @ Error::Refused(_)) => tracing::warn!(%error, "a deed of the demo was refused"),
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    fn take(
        &self,
        case: Id<Case>,
        token: Option<String>,
        deed: Deed,
        at: Timestamp,
    ) -> Result<(usize, CaseHead)> {
        let book = Rulebook::of(&self.app)?;
        let somebody = match deed.mover {
            Who::Person(login) => Some((self.person(login)?, self.people[login].name.to_owned())),
            Who::Resident | Who::Verifier => None,
        };
        let actor = match (&deed.mover, &somebody) {
            (Who::Person(_), Some((person, _))) => format!("person:{person}"),
            (Who::Verifier, _) => "system:demo".to_owned(),
            _ => format!("resident:{case}"),
        };
        let (app, index) = (self.app.clone(), deed.thread);
        let head = self.tenant.db.write_now(&caller(&actor, at), move |cx| match deed.mover {
            Who::Resident => {
                let proof: Proof = acts::prove_token(cx, token.as_deref().unwrap_or_default())?;
                acts::take(cx, &book.rules(), Mover::Resident(&proof), (case, &deed.asked))
            }
            Who::Verifier => {
                let drawn = store::find(cx, case)?.and_then(|case| case.verifier());
                let drawn = drawn.ok_or_else(|| Error::fault("no verifier was drawn"))?;
                let actor = actor_of(cx, &app, (drawn, String::new()))?;
                acts::take(cx, &book.rules(), Mover::Person(&actor), (case, &deed.asked))
            }
            Who::Person(_) => {
                let somebody = somebody.ok_or_else(|| Error::fault("a deed without a person"))?;
                let actor = actor_of(cx, &app, somebody)?;
                acts::take(cx, &book.rules(), Mover::Person(&actor), (case, &deed.asked))
            }
        })?;
        Ok((index, head))
    }
}

fn caller(actor: &str, at: Timestamp) -> Caller {
    Caller { actor: actor.to_owned(), now: at }
}

fn actor_of(cx: &mut Cx<'_>, app: &App, somebody: (Id<Person>, String)) -> Result<Actor> {
    Ok(Actor { person: Some(somebody.0), name: somebody.1, posts: app.posts_of(cx, somebody.0)? })
}

/// The platform's own round: fallbacks and notices; afterwards the threads are read anew.
fn clocks(stage: &Stage, threads: &mut [Thread], day: Date, at: Timestamp) -> Result<()> {
    let book = Rulebook::of(&stage.app)?;
    stage.tenant.db.write_now(&caller("system:clocks", at), move |cx| {
        let done = acts::run_clock(cx, &book.rules(), 500)?;
        // A round that did nothing leaves no history, and none is owed.
        if done == 0 {
            cx.mark_journalled();
        }
        Ok(())
    })?;
    for thread in
        threads.iter_mut().filter(|thread| matches!(thread.state(), "handled" | "verifying" | "asked"))
    {
        let Some(id) = thread.head.as_ref().map(|head| head.id) else { continue };
        let by = caller("system:demo", at);
        let head = stage.tenant.db.read_now(&by, move |cx| store::head(cx, id))?;
        if head.as_ref().is_some_and(|head| head.state != thread.state()) {
            thread.entered_on = day;
        }
        thread.head = head;
    }
    Ok(())
}

/// The problems of the day come in.
fn raising(stage: &Stage, threads: &mut [Thread], day: Date, at: Timestamp) -> Result<()> {
    for thread in threads.iter_mut().filter(|thread| thread.raised_on == day && thread.head.is_none()) {
        let new = new_case(stage, thread, at)?;
        let book = Rulebook::of(&stage.app)?;
        let master: std::sync::Arc<MasterKey> = stage.tenant.master_key.clone();
        let author = new.author.map_or_else(|| "public".to_owned(), |person| format!("person:{person}"));
        let raised = stage.tenant.db.write_now(&caller(&author, at), move |cx| {
            let permit = Permit::for_job("case.create", "demo");
            let raised = acts::raise(cx, &book.rules(), (&permit, &master), &new)?;
            let head = store::head(cx, raised.id)?;
            Ok((raised.receipt.map(|receipt| receipt.token), head))
        })?;
        thread.token = raised.0;
        thread.head = raised.1;
        thread.entered_on = day;
    }
    Ok(())
}

fn new_case(stage: &Stage, thread: &Thread, at: Timestamp) -> Result<NewCase> {
    let row = &thread.row;
    let unit = super::township::unit_called(row.get("unit"), &stage.units)?;
    let detail = row.get("detail").replace("\\n", "\n").replace("\\t", "\t");
    let mut new = NewCase::new("rectification", row.get("title"), &detail, unit);
    new.channel = Some(row.get("channel").to_owned());
    new.fields.insert("category".into(), row.get("topic").to_owned());
    new.resident = thread.resident();
    if new.resident == Resident::Named {
        new.raiser = Some(resident_name(thread.at));
        new.contact = Some(format!("1990000{:04}", 1000 + thread.at * 7));
    }
    let by_themselves = matches!(row.get("channel"), "online" | "mailbox");
    new.author = if by_themselves { None } else { Some(stage.person(stage.holder_of("office-clerk"))?) };
    new.raised_at = Some(at);
    new.source_key = Some(format!("demo:{}", thread.at));
    Ok(new)
}

/// Invented residents: a surname of the file with 某 would not read like a person, so given names too.
fn resident_name(at: usize) -> String {
    let parts: Vec<Row> = rows(include_str!("../../demo/names.tsv")).collect();
    let of = |part: &str| -> Vec<&'static str> {
        parts.iter().filter(|row| row.get("part") == part).map(|row| row.get("text")).collect()
    };
    let (surnames, given) = (of("surname"), of("given"));
    format!("{}{}", surnames[at * 5 % surnames.len()], given[at * 11 % given.len()])
}

/// The third working day after a month: the office drafts and issues the circular of that month.
fn circular(stage: &Stage, _: &mut [Thread], day: Date, at: Timestamp) -> Result<()> {
    let last = day.first_of_month().yesterday().map_err(Error::fault)?;
    let calendar = Calendar::shipped();
    if !calendar.is_working_day(day) || calendar.working_days_between(last, day) != 3 {
        return Ok(());
    }
    let unit = *stage.units.get("town").ok_or_else(|| Error::fault("no unit town"))?;
    let director = stage.person(stage.holder_of("office-director"))?;
    let (book, app) = (Rulebook::of(&stage.app)?, stage.app.clone());
    let by = caller(&format!("person:{director}"), at);
    stage.tenant.db.write_now(&by, move |cx| {
        let press = Press { compendium: &book.compendium, catalogue: app.catalogue(), calendar };
        let clause = "reports-and-circulars/monthly-circular".to_owned();
        let new = NewDraft { clause, unit, day: last, amends: None };
        let id = publication::acts::draft(cx, &Permit::for_job("publication.draft", "demo"), press, &new)?;
        let version = publication::store::find(cx, id)?.version;
        let permit = Permit::for_job("publication.issue", "demo");
        publication::acts::issue(cx, &permit, press, (id, version)).map(|_| ())
    })
}
