//! Creating a case with its journal entry, against inserting the same rows by bare statements.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use access::Permit;
use base::{Clock, Error, Ids, Result};
use db::{Bare, Value};

use super::{
    Sizes, file_of,
    population::{County, invented},
    rate,
};
use crate::house::{House, TenantFile};

/// The rows of one case: statement and values.
type Rows = Vec<(Arc<str>, Vec<Value<'static>>)>;

/// Measures and says.
pub(super) fn measure(
    county: &County,
    sizes: &Sizes,
    bare: &Path,
    say: &mut dyn FnMut(String),
) -> Result<()> {
    let file = file_of(&county.home, &county.tenant.code);
    let before = last_rows(&Bare::open(&file)?)?;
    let ours = raise_all(county, sizes)?;
    let cases = rows_since(&Bare::open(&file)?, &before, sizes.writes)?;
    let per_case = cases.first().map_or(0, Vec::len);
    let many = insert_all(&bare.join("many"), &cases, sizes.connections)?;
    let alone = insert_all(&bare.join("alone"), &cases, 1)?;
    let (ours, many, alone) = (rate(sizes.writes, ours), rate(sizes.writes, many), rate(sizes.writes, alone));
    let connections = sizes.connections;
    say(format!("creating a case, {connections} connections, Luoshi (acts, rights, journal): {ours:.0}/s"));
    say(format!(
        "  bare statements of the driver, the same {per_case} rows a case and its search terms, one durable commit each:"
    ));
    say(format!(
        "  {connections} connections {many:.0}/s, ratio {:.2}; one connection {alone:.0}/s, ratio {:.2}",
        ours / many,
        ours / alone
    ));
    Ok(())
}

/// Raises the cases from as many threads as connections.
fn raise_all(county: &County, sizes: &Sizes) -> Result<Duration> {
    let next = AtomicUsize::new(0);
    let begun = Instant::now();
    let outcomes: Vec<Result<()>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..sizes.connections.max(1))
            .map(|_| {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= sizes.writes {
                            return Ok(());
                        }
                        raise(county, number)?;
                    }
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|_| Err(Error::fault("panicked"))))
            .collect()
    });
    outcomes.into_iter().collect::<Result<()>>()?;
    Ok(begun.elapsed())
}

fn raise(county: &County, number: usize) -> Result<()> {
    let new = invented(county, number);
    let (book, master) = (case::Rulebook::of(&county.app)?, Arc::clone(&county.tenant.master_key));
    let db = &county.tenant.db;
    db.write_now(&db.caller("system:bench"), move |cx| {
        let permit = Permit::for_job("case.create", "bench");
        case::acts::raise(cx, &book.rules(), (&permit, &master), &new).map(|_| ())
    })
}

/// The last row of every table that a new case may have rows in.
fn last_rows(bare: &Bare) -> Result<BTreeMap<String, i64>> {
    let tables = bare.rows(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
         AND name NOT LIKE 'case_search%' AND name <> 'schema_version'",
    )?;
    let mut last = BTreeMap::new();
    for table in tables.iter().filter_map(|row| text(row.first()?)) {
        let rows = bare.rows(&format!("SELECT COALESCE(MAX(rowid), 0) FROM {table}"))?;
        if let Some(Value::Int(at)) = rows.first().and_then(|row| row.first()) {
            last.insert(table, *at);
        }
    }
    Ok(last)
}

fn text(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.to_string()),
        Value::Int(_) | Value::Null => None,
    }
}

/// The rows that have come since, dealt out to as many cases as were raised.
fn rows_since(bare: &Bare, before: &BTreeMap<String, i64>, cases: usize) -> Result<Vec<Rows>> {
    let mut dealt: Vec<Rows> = vec![Rows::new(); cases];
    for (table, last) in before {
        let rows = bare.rows(&format!("SELECT * FROM {table} WHERE rowid > {last} ORDER BY rowid"))?;
        let Some(width) = rows.first().map(Vec::len) else { continue };
        let places: Vec<String> = (1..=width).map(|n| format!("?{n}")).collect();
        let insert: Arc<str> = format!("INSERT INTO {table} VALUES ({})", places.join(", ")).into();
        let each = rows.len().div_ceil(cases.max(1)).max(1);
        for (case, rows) in dealt.iter_mut().zip(rows.chunks(each)) {
            case.extend(rows.iter().map(|row| (Arc::clone(&insert), row.clone())));
        }
    }
    let insert: Arc<str> = "INSERT INTO case_search (rowid, terms) VALUES (?1, ?2)".into();
    let words = bare.rows(
        "SELECT h.seq, h.title || ' ' || t.detail FROM case_head h JOIN case_text t ON t.seq = h.seq ORDER BY h.seq DESC",
    )?;
    for (case, row) in dealt.iter_mut().zip(words) {
        let terms = row.get(1).and_then(text).map(|words| text::index_terms(&words).join(" "));
        case.push((Arc::clone(&insert), vec![row[0].clone(), terms.unwrap_or_default().into()]));
    }
    Ok(dealt)
}

/// Inserts the rows of each case in a transaction of its own, from as many connections.
fn insert_all(home: &Path, cases: &[Rows], connections: usize) -> Result<Duration> {
    let house =
        House { data: home.to_owned(), database: None, clock: Clock::System, ids: Arc::new(Ids::random()) };
    let tenant = TenantFile { code: "bare".to_owned(), name: "bare".to_owned() };
    drop(house.found(&tenant)?);
    let file = file_of(home, &tenant.code);
    let next = AtomicUsize::new(0);
    let begun = Instant::now();
    let outcomes: Vec<Result<()>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..connections)
            .map(|_| {
                scope.spawn(|| {
                    let mut bare = Bare::open(&file)?;
                    while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                        bare.commit(case.iter().map(|(sql, values)| (&**sql, values.as_slice())))?;
                    }
                    Ok(())
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|_| Err(Error::fault("panicked"))))
            .collect()
    });
    outcomes.into_iter().collect::<Result<()>>()?;
    Ok(begun.elapsed())
}
