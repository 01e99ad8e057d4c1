//! The promises of this crate, on both engines.

use base::{Error, Refusal};

use crate::{
    Cx, Migration, Statement, read_archive, search::SearchIndex, search::Term, testing, testing::Fresh,
    values, write_archive,
};

const STEPS: &[Migration] = &[
    Migration {
        module: "notes",
        version: 1,
        sql: "CREATE TABLE note (seq BIGINT PRIMARY KEY, body TEXT NOT NULL, due TEXT);\n-- search: note_search\n",
    },
    Migration { module: "notes", version: 2, sql: "ALTER TABLE note ADD COLUMN weight BIGINT;" },
];
const NOTES: SearchIndex = SearchIndex { name: "note_search" };

static PUT: Statement = Statement::new("note.put", "INSERT INTO note (seq, body, due) VALUES ($1, $2, $3)");
static ALL: Statement = Statement::new("note.all", "SELECT seq, body, due FROM note ORDER BY seq");

fn put(cx: &mut Cx<'_>, seq: i64, body: &str) -> base::Result<()> {
    cx.execute(&PUT, values![seq, body, None::<String>])?;
    cx.mark_journalled();
    Ok(())
}

fn bodies(fresh: &Fresh) -> Vec<String> {
    let caller = fresh.db.caller("test");
    fresh.db.read_now(&caller, |cx| cx.rows(&ALL, &[], |row| row.get(1))).unwrap()
}

#[test]
fn a_refused_request_leaves_nothing_and_its_neighbours_stay() {
    for fresh in testing::both_engines(STEPS) {
        let caller = fresh.db.caller("test");
        fresh.db.write_now(&caller, |cx| put(cx, 1, "stays")).unwrap();
        let refused = fresh.db.write_now(&caller, |cx| {
            put(cx, 2, "goes")?;
            Err::<(), _>(Error::from(Refusal::conflict("note.no")))
        });
        assert!(matches!(refused, Err(Error::Refused(_))));
        let broken = fresh.db.write_now(&caller, |cx| put(cx, 1, "same key"));
        assert!(matches!(broken, Err(Error::Fault(_))));
        fresh.db.write_now(&caller, |cx| put(cx, 3, "stays too")).unwrap();
        assert_eq!(bodies(&fresh), ["stays", "stays too"]);
    }
}

#[test]
fn a_change_that_is_not_journalled_is_not_committed() {
    for fresh in testing::both_engines(STEPS) {
        let caller = fresh.db.caller("test");
        let silent = fresh
            .db
            .write_now(&caller, |cx| cx.execute(&PUT, values![1, "silent", None::<String>]).map(|_| ()));
        assert!(matches!(silent, Err(Error::Fault(_))));
        assert!(bodies(&fresh).is_empty());
    }
}

#[test]
fn a_panicking_request_is_answered_and_the_writer_lives() {
    for fresh in testing::both_engines(STEPS) {
        let caller = fresh.db.caller("test");
        let panicked = fresh.db.write_now(&caller, |_| -> base::Result<()> { panic!("on purpose") });
        assert!(matches!(panicked, Err(Error::Fault(_))));
        fresh.db.write_now(&caller, |cx| put(cx, 1, "after")).unwrap();
        assert_eq!(bodies(&fresh), ["after"]);
    }
}

#[test]
fn a_reader_cannot_write() {
    for fresh in testing::both_engines(STEPS) {
        let caller = fresh.db.caller("test");
        assert!(fresh.db.read_now(&caller, |cx| put(cx, 1, "no")).is_err());
        assert!(bodies(&fresh).is_empty());
    }
}

#[test]
fn many_writers_at_once_lose_nothing() {
    for fresh in testing::both_engines(STEPS) {
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let db = fresh.db.clone();
                scope.spawn(move || {
                    let caller = db.caller("test");
                    for n in 0..25 {
                        db.write_now(&caller, move |cx| put(cx, thread * 100 + n, "x")).unwrap();
                    }
                });
            }
        });
        assert_eq!(bodies(&fresh).len(), 200);
    }
}

#[test]
fn search_finds_whole_terms_and_prefixes() {
    for fresh in testing::both_engines(STEPS) {
        let caller = fresh.db.caller("test");
        fresh
            .db
            .write_now(&caller, |cx| {
                put(cx, 1, "噪音扰民")?;
                put(cx, 2, "医保报销")?;
                NOTES.put(cx, 1, &["噪音".into(), "音扰".into(), "扰民".into(), "民".into()])?;
                NOTES.put(
                    cx,
                    2,
                    &["医保".into(), "保报".into(), "报销".into(), "销".into(), "x'\\y".into()],
                )?;
                NOTES.put(cx, 2, &["医保".into(), "保报".into(), "报销".into(), "销".into()])
            })
            .unwrap();
        let find = |terms: Vec<Term>| {
            let engine = fresh.db.engine();
            let (condition, value) = NOTES.condition(engine, "seq", 1, &terms).unwrap();
            fresh
                .db
                .read_now(&caller, move |cx| {
                    let sql = format!("SELECT seq FROM note WHERE {condition} ORDER BY seq");
                    cx.rows_of("find", &sql, &[value], |row| row.get::<i64>(0))
                })
                .unwrap()
        };
        assert_eq!(find(vec![Term::Whole("噪音".into())]), [1]);
        assert_eq!(find(vec![Term::Whole("医保".into()), Term::Whole("报销".into())]), [2]);
        assert_eq!(find(vec![Term::Whole("医保".into()), Term::Whole("扰民".into())]), [0i64; 0]);
        assert_eq!(find(vec![Term::Prefix("民".into())]), [1]);
        assert_eq!(find(vec![Term::Prefix("扰".into())]), [1]);
        fresh
            .db
            .write_now(&caller, |cx| {
                cx.mark_journalled();
                NOTES.remove(cx, 1)
            })
            .unwrap();
        assert!(find(vec![Term::Whole("噪音".into())]).is_empty());
    }
}

#[test]
fn an_archive_goes_from_one_engine_to_the_other() {
    for from in testing::both_engines(STEPS) {
        let caller = from.db.caller("test");
        from.db
            .write_now(&caller, |cx| {
                put(cx, 1, "原文\n\u{3000}带空白 'quote' \\ ")?;
                put(cx, 2, "")
            })
            .unwrap();
        let bytes = from
            .db
            .read_now(&caller, |cx| {
                let mut out = Vec::new();
                write_archive(cx, &mut out).map(|_| out)
            })
            .unwrap();
        for to in testing::both_engines(STEPS) {
            let bytes = bytes.clone();
            let summary = to
                .db
                .write_operational_now(&caller, move |cx| read_archive(cx, &mut bytes.as_slice()))
                .unwrap();
            assert_eq!((summary.tables, summary.rows), (1, 2));
            assert_eq!(bodies(&to), bodies(&from));
            let again = to.db.write_operational_now(&caller, |cx| {
                read_archive(cx, &mut "{\"table\":\"note\",\"columns\":[\"seq\"]}\n".as_bytes())
            });
            assert_eq!(again.unwrap_err().refusals()[0].key, "db.archive-not-empty");
        }
    }
}
