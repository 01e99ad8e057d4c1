//! The promises of the journal, on both engines.

use db::testing;
use serde_json::json;

use crate::{Entry, MIGRATIONS, Ref, append, entries_of};

#[test]
fn a_timeline_holds_the_entries_of_its_subject_in_order() {
    for fresh in testing::both_engines(MIGRATIONS) {
        let caller = fresh.db.caller("person:1");
        let case = Ref::new("case", "a");
        fresh
            .db
            .write_now(&caller, move |cx| {
                append(cx, &Entry::new("case.raised", Ref::new("case", "a"), json!({"z": 1, "a": [2]})))?;
                append(cx, &Entry::new("case.raised", Ref::new("case", "b"), json!(null)))?;
                append(cx, &Entry::new("case.confirmed", Ref::new("case", "a"), json!({})))
            })
            .unwrap();
        let found = fresh.db.read_now(&caller, move |cx| entries_of(cx, &case)).unwrap();
        assert_eq!(
            found.iter().map(|e| e.act.as_str()).collect::<Vec<_>>(),
            ["case.raised", "case.confirmed"]
        );
        assert_eq!((found[0].actor.as_str(), found[0].body.as_str()), ("person:1", r#"{"a":[2],"z":1}"#));
        assert_eq!(found[0].at, "2026-11-22T01:00:00.000000Z");
    }
}

#[test]
fn every_statement_prepares_on_both_engines() {
    for fresh in testing::both_engines(MIGRATIONS) {
        for statement in crate::statements() {
            fresh.db.check_statement(statement.sql).unwrap_or_else(|e| panic!("{}: {e}", statement.name));
        }
    }
}
