//! Databases for tests: a fresh one on every engine.

use std::sync::Arc;

use base::{Clock, Ids, Timestamp};

use crate::{Db, Location, Migration, Settings, connection::Connection, connection::Mode};

/// A fresh database that goes away when dropped.
pub struct Fresh {
    /// The database.
    pub db: Db,
    /// The hand of its clock.
    pub clock: Clock,
    home: Home,
}

enum Home {
    Directory { _kept: tempfile::TempDir },
    Schema(Location),
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let Home::Schema(location) = &self.home else { return };
        if let (Location::Schema { schema, .. }, Ok(mut connection)) =
            (location, Connection::open(location, Mode::Write))
        {
            let _ = connection.batch(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE"));
        }
    }
}

/// 2026-11-22 09:00 in China, when every test begins unless it says otherwise.
pub fn morning() -> Timestamp {
    Timestamp::from_second(1_795_309_200).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A fresh database on each engine. PostgreSQL is the one `LUOSHI_TEST_POSTGRES` names, which
/// `scripts/test` starts; set it to `none` to test on SQLite alone.
///
/// # Panics
///
/// When the variable is not set or an engine cannot be reached: a test must not pass unrun.
pub fn both_engines(steps: &[Migration]) -> Vec<Fresh> {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = Location::File(directory.path().join("luoshi.db"));
    let mut all = vec![open(file, Home::Directory { _kept: directory }, steps)];
    let url = std::env::var("LUOSHI_TEST_POSTGRES")
        .expect("LUOSHI_TEST_POSTGRES names a PostgreSQL (scripts/test starts one), or is `none`");
    if url != "none" {
        let unique = Ids::random().next::<()>(Clock::System.now()).uuid().simple().to_string();
        let location = Location::schema(url, format!("t_{unique}")).expect("a schema name");
        all.push(open(location.clone(), Home::Schema(location), steps));
    }
    all
}

fn open(location: Location, home: Home, steps: &[Migration]) -> Fresh {
    let clock = Clock::manual(morning());
    let settings = Settings { readers: 2, clock: clock.clone(), ids: Arc::new(Ids::seeded(1)) };
    let db = Db::open(location, steps, &settings).expect("a fresh database opens");
    Fresh { db, clock, home }
}
