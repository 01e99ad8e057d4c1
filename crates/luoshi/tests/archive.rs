//! Backup while people write, restore into the other engine: intact, and the same figures.

use std::{
    io::BufReader,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use base::{Clock, Ids};
use db::Db;
use journal::Keys;
use luoshi::{house::House, modules};
use serde_json::Value;
use testkit::World;

fn fresh() -> Vec<db::testing::Fresh> {
    let steps: Vec<db::Migration> =
        modules::all().iter().flat_map(|module| module.migrations.iter().copied()).collect();
    db::testing::both_engines(&steps)
}

/// Seals what is not sealed yet and verifies the whole log.
fn verified(db: &Db) -> journal::Report {
    let caller = db.caller("system:test");
    let keys = Keys::from_bytes(&testkit::LOG_KEY);
    let public = keys.public();
    db.write_operational_now(&caller, move |cx| {
        while journal::seal(cx, &keys)?.is_some() {}
        Ok(())
    })
    .expect("sealed");
    db.read_now(&caller, move |cx| journal::verify(cx, &public, &[])).expect("verified")
}

fn archive_of(db: &Db) -> (Vec<u8>, db::ArchiveSummary) {
    db.read_now(&db.caller("system:backup"), |cx| {
        let mut bytes = Vec::new();
        let summary = db::write_archive(cx, &mut bytes)?;
        Ok((bytes, summary))
    })
    .expect("an archive")
}

fn restored(bytes: Vec<u8>, into: &Db) -> db::ArchiveSummary {
    let caller = into.caller("system:restore");
    let summary = into
        .write_operational_now(&caller, move |cx| db::read_archive(cx, &mut BufReader::new(bytes.as_slice())))
        .expect("restored");
    let mut after = 0;
    while let Some(last) =
        into.write_operational_now(&caller, move |cx| case::acts::reindex(cx, after, 500)).expect("indexed")
    {
        after = last;
    }
    summary
}

/// What the ledger says: every case with its state and words, and what a search finds.
fn figures(app: &web::App, db: &Db) -> Value {
    let _ = app;
    db.read_now(&db.caller("system:test"), |cx| {
        let sight = case::store::Sight::everything();
        let counts = case::store::count_by_state(cx, &sight, "rectification")?;
        let page = case::store::list(cx, &sight, &case::store::Filter::default(), (None, 200))?;
        let cases: Vec<String> = page
            .rows
            .iter()
            .map(|row| format!("{} {} {}", row.head.id, row.head.state, row.head.title))
            .collect();
        let filter = case::store::Filter { q: Some("路灯".to_owned()), ..case::store::Filter::default() };
        let found = case::store::list(cx, &sight, &filter, (None, 200))?.rows.len();
        Ok(serde_json::json!({ "counts": counts, "cases": cases, "found": found }))
    })
    .expect("figures")
}

#[test]
fn a_backup_taken_while_people_write_restores_into_the_other_engine() {
    for w in testkit::worlds() {
        let first = w.raised("村口的路灯不亮");
        let ours = w.tenant().db.clone();
        let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let writer = {
            let (stop, written, tenant, app) =
                (Arc::clone(&stop), Arc::clone(&written), w.tenant().clone(), w.app.clone());
            let village = w.places.villages[0];
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) && written.load(Ordering::Relaxed) < 150 {
                    let number = written.fetch_add(1, Ordering::Relaxed);
                    raise(&app, &tenant, village, &format!("第{number}处路灯不亮"));
                }
            })
        };
        while written.load(Ordering::Relaxed) < 20 {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        let (bytes, summary) = archive_of(&ours);
        stop.store(true, Ordering::Relaxed);
        writer.join().expect("the writer");
        assert!(String::from_utf8_lossy(&bytes).contains(&first));
        for target in fresh() {
            assert_eq!(restored(bytes.clone(), &target.db), summary, "every table and row came along");
            let report = verified(&target.db);
            assert!(report.is_clean(), "{:?} to {:?}: {report:?}", ours.engine(), target.db.engine());
            // A restored county has an archive of its own that is the same, row for row.
            let again = figures(&w.app, &target.db);
            assert!(again["found"].as_u64().expect("a number") >= 20);
            let (twice, _) = archive_of(&target.db);
            let other = fresh().pop().expect("an engine");
            restored(twice, &other.db);
            assert_eq!(figures(&w.app, &other.db), again, "the same figures after a second passage");
        }
    }
}

fn raise(app: &web::App, tenant: &web::Tenant, unit: base::Id<base::noun::Unit>, title: &str) {
    let (book, master) = (case::Rulebook::of(app).expect("the rules"), Arc::clone(&tenant.master_key));
    let new = case::acts::NewCase {
        channel: Some("visit".to_owned()),
        ..case::acts::NewCase::new("rectification", title, "天黑以后看不见路。", unit)
    };
    let made = tenant.db.write_now(&tenant.db.caller("system:test"), move |cx| {
        let permit = access::Permit::for_job("case.create", "test");
        case::acts::raise(cx, &book.rules(), (&permit, &master), &new).map(|_| ())
    });
    made.expect("raised");
}

#[test]
fn a_restored_county_goes_on_working() {
    let w = World::new();
    let id = w.raised("桥面破损");
    let (bytes, _) = archive_of(&w.tenant().db);
    let target = fresh().pop().expect("an engine");
    restored(bytes, &target.db);
    // Ids of a test come from a seed and the clock; a later day gives others than those restored.
    target.clock.set(w.now() + std::time::Duration::from_secs(24 * 3600));
    let mut tenant = w.tenant().clone();
    tenant.db = target.db.clone();
    let home = tempfile::tempdir().expect("a temporary directory");
    let house = House {
        data: home.path().to_owned(),
        database: None,
        clock: Clock::manual(w.now()),
        ids: Arc::new(Ids::seeded(5)),
    };
    let app = luoshi::app_of(&house, vec![tenant.clone()]).expect("the program stands");
    raise(&app, &tenant, w.places.villages[1], "恢复以后登记的第一件");
    let again = figures(&app, &target.db);
    assert_eq!(again["cases"].as_array().map(Vec::len), Some(2));
    assert!(again["cases"][1].as_str().expect("a case").contains(&id));
}
