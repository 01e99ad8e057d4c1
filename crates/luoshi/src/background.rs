//! What the program does by itself: sealing the journal, running the clocks, sweeping, queued jobs.
//! Each kind is under a lease in the database, so that several instances share the work.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use base::Result;
use db::Cx;
use journal::Keys;
use web::{App, Tenant};

use crate::house::Opened;

/// Background threads, which end when this is dropped.
pub(crate) struct Background {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

/// Work that comes round.
struct Round {
    name: &'static str,
    every_seconds: i64,
    run: fn(&mut Cx<'_>, &App, &Tenant, &Keys) -> Result<Left>,
    journalled: Journalled,
}

/// Whether a round leaves history.
#[derive(Clone, Copy)]
enum Journalled {
    Yes,
    No,
}

/// Whether a round has more to do at once.
#[derive(PartialEq, Eq)]
enum Left {
    Nothing,
    More,
}

const ROUNDS: &[Round] = &[
    Round { name: "seal", every_seconds: 1, run: seal, journalled: Journalled::No },
    Round { name: "clocks", every_seconds: 60, run: clocks, journalled: Journalled::Yes },
    Round { name: "sweep", every_seconds: 3600, run: sweep, journalled: Journalled::No },
];

impl Background {
    /// Starts the background work of every tenant: one thread for what comes round, one for queued jobs.
    pub(crate) fn start(app: &App, tenants: Vec<Opened>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let mut threads = Vec::new();
        for opened in tenants {
            let (worker, tenant) = (app.clone(), opened.tenant.clone());
            let flag = Arc::clone(&stop);
            threads.push(std::thread::spawn(move || until(&flag, || work_off(&worker, &tenant))));
            let (app, flag) = (app.clone(), Arc::clone(&stop));
            threads.push(std::thread::spawn(move || until(&flag, || go_rounds(&app, &opened))));
        }
        Self { stop, threads }
    }
}

/// Does `work` every second until told to stop.
fn until(stop: &AtomicBool, work: impl Fn()) {
    while !stop.load(Ordering::Relaxed) {
        work();
        std::thread::sleep(Duration::from_secs(1));
    }
}

fn go_rounds(app: &App, opened: &Opened) {
    for round in ROUNDS {
        if let Err(error) = go_round(round, app, opened) {
            tracing::error!(%error, round = round.name, tenant = opened.tenant.code, "background work failed");
        }
    }
}

/// Takes on queued jobs until none waits.
fn work_off(app: &App, tenant: &Tenant) {
    loop {
        match do_next_job(app, tenant) {
            Ok(Left::More) => {}
            Ok(Left::Nothing) => return,
            Err(error) => {
                tracing::error!(%error, tenant = tenant.code, "a job could not be taken on");
                return;
            }
        }
    }
}

fn do_next_job(app: &App, tenant: &Tenant) -> Result<Left> {
    let by = tenant.db.caller("system:jobs");
    let Some(claimed) = tenant.db.write_operational_now(&by, jobs::claim)? else { return Ok(Left::Nothing) };
    let outcome = if claimed.kind == case::import::job::KIND {
        case::import::run_job(app, tenant, &claimed)
    } else {
        Err(base::Error::fault(format!("no handler for jobs of kind {}", claimed.kind)))
    };
    let outcome = outcome.map_err(|error| {
        tracing::error!(%error, job = %claimed.id, "a job failed");
        let refused = error.refusals().iter();
        let reasons: Vec<_> =
            refused.map(|refusal| app.catalogue().refusal(base::Language::Chinese, refusal)).collect();
        serde_json::json!({ "reasons": reasons })
    });
    let by = tenant.db.caller("system:jobs");
    tenant.db.write_operational_now(&by, move |cx| jobs::finish(cx, claimed.id, &outcome))?;
    Ok(Left::More)
}

impl Drop for Background {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn go_round(round: &'static Round, app: &App, opened: &Opened) -> Result<()> {
    let db = &opened.tenant.db;
    let caller = db.caller(format!("system:{}", round.name));
    let seconds = round.every_seconds;
    if !db.write_operational_now(&caller, move |cx| jobs::lease(cx, round.name, seconds))? {
        return Ok(());
    }
    let (app, tenant, keys) = (app.clone(), opened.tenant.clone(), Arc::clone(&opened.log_keys));
    let run = round.run;
    // A round that says it is not done goes on in a transaction of its own, so that people's requests
    // come in between.
    loop {
        let (app, tenant, keys) = (app.clone(), tenant.clone(), Arc::clone(&keys));
        let work = move |cx: &mut Cx<'_>| run(cx, &app, &tenant, &keys);
        let left = match round.journalled {
            Journalled::Yes => db.write_now(&caller, work)?,
            Journalled::No => db.write_operational_now(&caller, work)?,
        };
        if left == Left::Nothing {
            return Ok(());
        }
    }
}

fn seal(cx: &mut Cx<'_>, _: &App, _: &Tenant, keys: &Keys) -> Result<Left> {
    Ok(if journal::seal(cx, keys)?.is_some() { Left::More } else { Left::Nothing })
}

/// Cases a run of the clocks takes on at most.
const CASES: u32 = 200;

fn clocks(cx: &mut Cx<'_>, app: &App, _: &Tenant, _: &Keys) -> Result<Left> {
    let book = case::Rulebook::of(app)?;
    let done = case::acts::run_clock(cx, &book.rules(), CASES)?;
    Ok(if done == CASES { Left::More } else { Left::Nothing })
}

fn sweep(cx: &mut Cx<'_>, app: &App, _: &Tenant, _: &Keys) -> Result<Left> {
    access::session::sweep(cx, app.policy()).map(|()| Left::Nothing)
}
