//! A tenant's database: reader threads and the one writer.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
};

use base::{Clock, Error, Ids, Result};
use tokio::sync::oneshot;

use crate::{
    Caller, Cx, Engine, Location, Migration,
    connection::{Connection, Mode},
    migrate,
};

/// How many requests one commit carries at most.
const GROUP: usize = 256;

/// How a tenant's database is run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Threads that read, each with a connection of its own.
    pub readers: usize,
    /// Where the time comes from.
    pub clock: Clock,
    /// Where ids come from.
    pub ids: Arc<Ids>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { readers: 4, clock: Clock::System, ids: Arc::new(Ids::random()) }
    }
}

/// Runs inside a transaction; keeps its answer until told whether the commit held.
type Work = Box<dyn FnOnce(&mut Connection) -> Finish + Send>;
/// Told the outcome of the commit, sends the answer.
type Finish = Box<dyn FnOnce(&Result<()>) + Send>;

/// Whether the journal must have an entry for what a closure changed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    Journalled,
    Operational,
}

/// A tenant's database. Cheap to clone; the threads end when the last clone is dropped.
#[derive(Clone)]
pub struct Db {
    shared: Arc<Shared>,
}

struct Shared {
    location: Location,
    clock: Clock,
    ids: Arc<Ids>,
    readers: Sender<Work>,
    writer: Sender<Work>,
}

impl Db {
    /// Opens a database, makes or migrates its schema and starts its threads.
    pub fn open(location: Location, steps: &[Migration], settings: &Settings) -> Result<Self> {
        if let Location::Schema { schema, .. } = &location {
            create_schema(&location, schema)?;
        }
        let mut writer_connection = Connection::open(&location, Mode::Write)?;
        migrate::migrate(&mut writer_connection, steps, settings.clock.now())?;

        let (writer, waiting) = channel();
        let at = location.clone();
        spawn("luoshi-writer", move || write_loop(&at, writer_connection, &waiting))?;

        let (readers, reads) = channel();
        let reads = Arc::new(Mutex::new(reads));
        for _ in 0..settings.readers.max(1) {
            let connection = Connection::open(&location, Mode::Read)?;
            let (at, reads) = (location.clone(), Arc::clone(&reads));
            spawn("luoshi-reader", move || read_loop(&at, connection, &reads))?;
        }
        let (clock, ids) = (settings.clock.clone(), Arc::clone(&settings.ids));
        Ok(Self { shared: Arc::new(Shared { location, clock, ids, readers, writer }) })
    }

    /// Where the database is.
    pub fn location(&self) -> &Location {
        &self.shared.location
    }

    /// Which engine it runs on.
    pub fn engine(&self) -> Engine {
        self.shared.location.engine()
    }

    /// Where ids come from.
    pub fn ids(&self) -> &Ids {
        &self.shared.ids
    }

    /// The clock of this tenant.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// A caller of this moment.
    pub fn caller(&self, actor: impl Into<String>) -> Caller {
        Caller { actor: actor.into(), now: self.shared.clock.now() }
    }

    /// Reads from one consistent snapshot.
    pub async fn read<T, F>(&self, caller: &Caller, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    {
        answer(self.send_read(caller, work).await)
    }

    /// Changes something, and answers when the change and its journal entry are durable.
    pub async fn write<T, F>(&self, caller: &Caller, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    {
        answer(self.send_write(caller, Rule::Journalled, work).await)
    }

    /// Changes rows that carry no history: sessions, job claims, sealed checkpoints.
    pub async fn write_operational<T, F>(&self, caller: &Caller, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    {
        answer(self.send_write(caller, Rule::Operational, work).await)
    }

    /// [`Db::read`] for threads outside the runtime: the command line, jobs, tests.
    pub fn read_now<T, F>(&self, caller: &Caller, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    {
        answer(self.send_read(caller, work).blocking_recv())
    }

    /// [`Db::write`] for threads outside the runtime.
    pub fn write_now<T, F>(&self, caller: &Caller, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    {
        answer(self.send_write(caller, Rule::Journalled, work).blocking_recv())
    }

    /// [`Db::write_operational`] for threads outside the runtime.
    pub fn write_operational_now<T, F>(&self, caller: &Caller, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    {
        answer(self.send_write(caller, Rule::Operational, work).blocking_recv())
    }

    /// Prepares a statement on this engine without running it.
    pub fn check_statement(&self, sql: &str) -> Result<()> {
        Connection::open(&self.shared.location, Mode::Read)?.check(sql)
    }

    fn send_read<T, F>(&self, caller: &Caller, work: F) -> oneshot::Receiver<Result<T>>
    where
        T: Send + 'static,
        F: FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    {
        let (reply, received) = oneshot::channel();
        let (caller, ids) = (caller.clone(), Arc::clone(&self.shared.ids));
        let work: Work = Box::new(move |connection| {
            let outcome = caught(|| work(&mut Cx::new(connection, &caller, &ids)));
            Box::new(move |_| {
                let _ = reply.send(outcome);
            })
        });
        // A closed channel drops the reply, which the receiver sees.
        let _ = self.shared.readers.send(work);
        received
    }

    fn send_write<T, F>(&self, caller: &Caller, rule: Rule, work: F) -> oneshot::Receiver<Result<T>>
    where
        T: Send + 'static,
        F: FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    {
        let (reply, received) = oneshot::channel();
        let (caller, ids) = (caller.clone(), Arc::clone(&self.shared.ids));
        let work: Work = Box::new(move |connection| {
            let outcome = in_savepoint(connection, |connection| {
                let mut cx = Cx::new(connection, &caller, &ids);
                let answer = work(&mut cx)?;
                if rule == Rule::Journalled && cx.is_unjournalled() {
                    return Err(Error::fault("a change was not journalled"));
                }
                Ok(answer)
            });
            Box::new(move |committed| {
                let _ = reply.send(match committed {
                    Ok(()) => outcome,
                    Err(error) => outcome.and_then(|_| Err(Error::fault(error))),
                });
            })
        });
        let _ = self.shared.writer.send(work);
        received
    }
}

fn answer<T>(received: std::result::Result<Result<T>, oneshot::error::RecvError>) -> Result<T> {
    received.unwrap_or_else(|_| Err(Error::fault("the database thread is gone")))
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<()> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run).map(|_| ()).map_err(Error::fault)
}

/// A panic in one closure must not take the thread, and with it every other request, down.
fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Error::fault("the work panicked")))
}

fn in_savepoint<T>(
    connection: &mut Connection,
    work: impl FnOnce(&mut Connection) -> Result<T>,
) -> Result<T> {
    connection.batch("SAVEPOINT request")?;
    let outcome = caught(|| work(connection));
    let close = if outcome.is_ok() {
        "RELEASE SAVEPOINT request"
    } else {
        "ROLLBACK TO SAVEPOINT request; RELEASE SAVEPOINT request"
    };
    connection.batch(close)?;
    outcome
}

fn create_schema(location: &Location, schema: &str) -> Result<()> {
    let mut connection = Connection::open(location, Mode::Write)?;
    connection.batch(&format!("CREATE SCHEMA IF NOT EXISTS {schema}"))
}

/// Opens the connection again after the server has gone away.
fn reopened(location: &Location, mode: Mode, connection: &mut Connection) {
    if connection.is_broken() {
        match Connection::open(location, mode) {
            Ok(fresh) => *connection = fresh,
            Err(error) => tracing::error!(%error, "database unreachable"),
        }
    }
}

fn read_loop(location: &Location, mut connection: Connection, reads: &Mutex<Receiver<Work>>) {
    let begin = match connection.engine() {
        Engine::Sqlite => "BEGIN",
        Engine::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    };
    loop {
        let received = match reads.lock() {
            Ok(queue) => queue.recv(),
            Err(poisoned) => poisoned.into_inner().recv(),
        };
        let Ok(work) = received else { return };
        reopened(location, Mode::Read, &mut connection);
        let opened = connection.batch(begin);
        let finish = work(&mut connection);
        let ended = opened.and_then(|()| connection.batch("COMMIT"));
        if ended.is_err() {
            let _ = connection.batch("ROLLBACK");
        }
        finish(&ended);
    }
}

/// Takes what is waiting, runs it in one transaction, commits, answers.
fn write_loop(location: &Location, mut connection: Connection, writes: &Receiver<Work>) {
    let begin = match connection.engine() {
        Engine::Sqlite => "BEGIN IMMEDIATE",
        Engine::Postgres => "BEGIN",
    };
    while let Ok(first) = writes.recv() {
        reopened(location, Mode::Write, &mut connection);
        let opened = connection.batch(begin);
        let mut finishes = vec![first(&mut connection)];
        while finishes.len() < GROUP {
            let Ok(next) = writes.try_recv() else { break };
            finishes.push(next(&mut connection));
        }
        let committed = opened.and_then(|()| connection.batch("COMMIT"));
        if let Err(error) = &committed {
            tracing::error!(%error, requests = finishes.len(), "commit failed");
            let _ = connection.batch("ROLLBACK");
        }
        for finish in finishes {
            finish(&committed);
        }
    }
}
