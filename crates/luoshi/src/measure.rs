//! What `luoshi bench` and `cargo bench` print: the platform against the bare statements of its own driver
//! doing the same durable work in the same run, and how long the pages of a large ledger take.

mod creating;
mod listing;
mod pages;
mod population;

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use base::{Error, Result};

/// How much is measured.
#[derive(Debug, Clone)]
pub struct Sizes {
    /// Cases the lists and pages are measured on.
    pub cases: usize,
    /// Cases each kind of writing makes.
    pub writes: usize,
    /// Connections that write at once.
    pub connections: usize,
}

/// Measures everything and says it line by line. `database` is a PostgreSQL with no demo county in it; the
/// pages are then measured there too.
pub fn run(sizes: &Sizes, database: Option<&str>, say: &mut dyn FnMut(String)) -> Result<()> {
    conditions(sizes, database, say);
    let folder = Folder::fresh()?;
    let county = population::found(&folder.path("embedded"), None)?;
    creating::measure(&county, sizes, &folder.path("bare"), say)?;
    let took = population::grow(&county, sizes.cases)?;
    say(format!("population (SQLite): {} cases in {:.1} s", sizes.cases, took.as_secs_f64()));
    listing::measure(&county, say)?;
    pages::measure(&county, "SQLite", say)?;
    drop(county);
    if let Some(database) = database {
        let county = population::found(&folder.path("server"), Some(database))?;
        let took = population::grow(&county, sizes.cases)?;
        say(format!("population (PostgreSQL): {} cases in {:.1} s", sizes.cases, took.as_secs_f64()));
        pages::measure(&county, "PostgreSQL", say)?;
    }
    Ok(())
}

/// The same numbers elsewhere mean something only beside these.
fn conditions(sizes: &Sizes, database: Option<&str>, say: &mut dyn FnMut(String)) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown").to_owned();
    let build = if cfg!(debug_assertions) { "debug" } else { "release" };
    let engines = if database.is_some() { "SQLite and PostgreSQL" } else { "SQLite" };
    say(format!(
        "luoshi {} ({build}), {cores} cores, load {load} at start, {engines}; {} cases, {} writes, {} connections; \
         SQLite: WAL, synchronous=FULL on both sides",
        env!("CARGO_PKG_VERSION"),
        sizes.cases,
        sizes.writes,
        sizes.connections
    ));
}

/// A folder in the system's place for such, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn fresh() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("luoshi-bench-{}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(Error::fault)?;
        Ok(Self(path))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// How long something takes, over and over.
fn times(rounds: usize, mut work: impl FnMut() -> Result<()>) -> Result<Vec<Duration>> {
    let mut all = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let begun = Instant::now();
        work()?;
        all.push(begun.elapsed());
    }
    all.sort_unstable();
    Ok(all)
}

/// The median and the 95th of a hundred, in milliseconds.
fn quantiles(sorted: &[Duration]) -> (f64, f64) {
    let at = |hundredth: usize| {
        let index = (sorted.len() * hundredth / 100).min(sorted.len().saturating_sub(1));
        sorted.get(index).map_or(0.0, |took| took.as_secs_f64() * 1000.0)
    };
    (at(50), at(95))
}

/// How many a second.
fn rate(count: usize, took: Duration) -> f64 {
    // A count of rows fits a float many times over.
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / took.as_secs_f64().max(1e-9)
}

/// The SQLite file of a county.
fn file_of(home: &Path, code: &str) -> PathBuf {
    home.join(code).join("luoshi.db")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_a_hundred_are_the_fiftieth_and_the_ninety_fifth() {
        let all: Vec<Duration> = (0..100).map(Duration::from_millis).collect();
        assert_eq!(quantiles(&all), (50.0, 95.0));
        assert_eq!(quantiles(&[]), (0.0, 0.0));
    }
}
