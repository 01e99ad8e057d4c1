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
    /// Starts the background work of every tenant.
    pub(crate) fn start(app: &App, tenants: Vec<Opened>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let threads = tenants
            .into_iter()
            .map(|opened| {
                let (app, stop) = (app.clone(), Arc::clone(&stop));
                std::thread::spawn(move || {
                    while !stop.load(Ordering::Relaxed) {
                        for round in ROUNDS {
                            if let Err(error) = go_round(round, &app, &opened) {
                                tracing::error!(%error, round = round.name, tenant = opened.tenant.code, "background work failed");
                            }
                        }
                        std::thread::sleep(Duration::from_secs(1));
                    }
                })
            })
            .collect();
        Self { stop, threads }
    }
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
