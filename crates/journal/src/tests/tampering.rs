//! A hand in the database: whatever it changes is found, and the entry is named.

use base::Result;
use db::{Cx, Value};

use super::Log;
use crate::{Finding, HashName, Report, hash::Digest, merkle};

/// Leaves in the test log: three checkpoints at 5, 10 and 13, so the tree has several peaks.
const SIZE: u32 = 13;

impl Log {
    fn sealed() -> Vec<(Self, Vec<String>)> {
        let logs = Self::both().into_iter().map(|log| {
            let mut ids = Vec::new();
            for (from, count) in [(0, 5), (5, 5), (10, 3)] {
                ids.extend(log.write(from, count));
                log.seal().unwrap();
            }
            assert_eq!(log.verify(&[]).findings, []);
            (log, ids)
        });
        logs.collect()
    }

    fn by_hand(&self, sql: &'static str, values: Vec<Value<'static>>) {
        self.operational(move |cx| {
            // A query needs rows; RETURNING gives them, and every statement here has it.
            let changed = cx.rows_of("by-hand", sql, &values, |_| Ok(()))?.len();
            assert!(changed > 0, "{sql} changed nothing");
            Ok(())
        })
        .unwrap();
    }

    /// What is found after `work`, which is undone afterwards.
    fn after(&self, work: impl FnOnce(&mut Cx<'_>) -> Result<()> + Send + 'static) -> Report {
        let key = self.keys.public();
        let undone: Result<()> = Err(base::Error::fault("undone"));
        let (send, received) = std::sync::mpsc::channel();
        let outcome = self.operational(move |cx| {
            work(cx)?;
            let _ = send.send(crate::verify(cx, &key, &[]));
            undone
        });
        assert!(matches!(&outcome, Err(base::Error::Fault(cause)) if cause == "undone"), "{outcome:?}");
        received.recv().unwrap().unwrap()
    }
}

fn run(cx: &mut Cx<'_>, sql: &str) -> Result<()> {
    let sql = format!("{sql} RETURNING 1");
    let changed = cx.rows_of("by-hand", &sql, &[], |_| Ok(()))?.len();
    assert!(changed > 0, "{sql} changed nothing");
    Ok(())
}

fn names(report: &Report, id: &str) -> bool {
    report.findings.iter().flat_map(Finding::suspects).any(|suspect| suspect.id == id)
}

fn keys(report: &Report) -> Vec<&'static str> {
    report.findings.iter().map(Finding::key).collect()
}

#[test]
fn an_untouched_log_verifies_and_counts_what_waits() {
    for (log, _) in Log::sealed() {
        log.write(20, 2);
        let report = log.verify(&[]);
        assert!(report.is_clean(), "{report:?}");
        assert_eq!((report.entries, report.unsealed, report.checkpoints), (13, 2, 3));
        assert_eq!(report.latest.unwrap().tree_size, 13);
    }
}

#[test]
fn any_column_of_any_entry_gives_itself_away() {
    for (log, ids) in Log::sealed() {
        for (leaf, id) in ids.iter().enumerate() {
            for column in ["at", "actor", "act", "subject_kind", "subject_id", "body", "hash", "id"] {
                let sql = format!("UPDATE journal_entry SET {column} = {column} || ' ' WHERE id = '{id}'");
                let report = log.after(move |cx| run(cx, &sql));
                assert!(names(&report, id), "{leaf} {column}: {report:?}");
                assert_eq!(keys(&report), ["journal.entry-changed"], "{leaf} {column}");
            }
            for seq in ["NULL", "seq + 100", "(seq + 1) % 13"] {
                let sql = format!("UPDATE journal_entry SET seq = {seq} WHERE id = '{id}'");
                let report = log.after(move |cx| run(cx, &sql));
                assert!(names(&report, id), "{leaf} {seq}: {report:?}");
            }
            let sql = format!("DELETE FROM journal_entry WHERE id = '{id}'");
            let report = log.after(move |cx| run(cx, &sql));
            assert_eq!(keys(&report), ["journal.entry-deleted"]);
            assert!(names(&report, id), "{report:?}");
            let Finding::EntryDeleted(suspect) = &report.findings[0] else { panic!("{report:?}") };
            assert_eq!(suspect.at.as_deref(), Some("2026-11-22T01:00:00.000000Z"));
        }
    }
}

#[test]
fn any_column_of_any_leaf_gives_itself_away() {
    for (log, ids) in Log::sealed() {
        for (leaf, id) in ids.iter().enumerate() {
            let other = Digest([9; 32]);
            for set in [
                "hash = hash || ' '".to_owned(),
                format!("hash = '{other}'"),
                "entry_id = entry_id || ' '".to_owned(),
                "seq = seq + 1000".to_owned(),
                "seq = -1 - seq".to_owned(),
            ] {
                let sql = format!("UPDATE journal_leaf SET {set} WHERE seq = {leaf}");
                let report = log.after(move |cx| run(cx, &sql));
                assert!(names(&report, id), "{leaf} {set}: {report:?}");
                let first = report.findings[0].key();
                assert!(
                    ["journal.leaf-changed", "journal.leaf-deleted", "journal.range-deleted"]
                        .contains(&first),
                    "{leaf} {set}: {report:?}"
                );
            }
            let sql = format!("DELETE FROM journal_leaf WHERE seq = {leaf}");
            let report = log.after(move |cx| run(cx, &sql));
            assert!(names(&report, id), "{leaf}: {report:?}");
            assert!(keys(&report).contains(&"journal.leaf-deleted"), "{leaf}: {report:?}");
        }
    }
}

#[test]
fn any_column_of_any_node_gives_itself_away() {
    for (log, _) in Log::sealed() {
        let nodes = [(1, 0), (1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (2, 0), (2, 1), (2, 2), (3, 0)];
        for (level, index) in nodes {
            let at = format!("WHERE level = {level} AND idx = {index}");
            let other = Digest([9; 32]);
            for (set, key) in [
                ("hash = hash || ' '".to_owned(), "journal.node-changed"),
                (format!("hash = '{other}'"), "journal.node-changed"),
                ("level = level + 20".to_owned(), "journal.node-deleted"),
                ("idx = idx + 100".to_owned(), "journal.node-deleted"),
            ] {
                let sql = format!("UPDATE journal_node SET {set} {at}");
                let report = log.after(move |cx| run(cx, &sql));
                assert_eq!(keys(&report)[0], key, "{level} {index} {set}: {report:?}");
                assert!(!report.findings[0].suspects().is_empty());
            }
            let sql = format!("DELETE FROM journal_node {at}");
            let report = log.after(move |cx| run(cx, &sql));
            assert_eq!(keys(&report), ["journal.node-deleted"], "{level} {index}: {report:?}");
        }
        let other = Digest([9; 32]);
        let sql = format!("INSERT INTO journal_node (level, idx, hash) VALUES (2, 3, '{other}')");
        assert_eq!(keys(&log.after(move |cx| run(cx, &sql))), ["journal.nodes-added"]);
    }
}

#[test]
fn any_column_of_any_checkpoint_gives_itself_away() {
    for (log, _) in Log::sealed() {
        for size in [5, 10, 13] {
            for column in ["root", "at", "origin", "hash_name", "key_id", "signature"] {
                let sql = format!(
                    "UPDATE journal_checkpoint SET {column} = {column} || ' ' WHERE tree_size = {size}"
                );
                let report = log.after(move |cx| run(cx, &sql));
                assert_eq!(keys(&report), ["journal.checkpoint-changed"], "{size} {column}: {report:?}");
            }
            for column in ["tree_size", "previous_size"] {
                let sql =
                    format!("UPDATE journal_checkpoint SET {column} = {column} + 1 WHERE tree_size = {size}");
                let report = log.after(move |cx| run(cx, &sql));
                assert!(keys(&report).contains(&"journal.checkpoint-changed"), "{size} {column}: {report:?}");
            }
            let sql = format!("DELETE FROM journal_checkpoint WHERE tree_size = {size}");
            let report = log.after(move |cx| run(cx, &sql));
            assert_eq!(report.findings, [Finding::CheckpointDeleted { size }]);
        }
    }
}

#[test]
fn any_parameter_gives_itself_away() {
    for (log, _) in Log::sealed() {
        for name in ["hash", "origin"] {
            for sql in [
                format!("UPDATE journal_parameter SET value = value || ' ' WHERE name = '{name}'"),
                format!("UPDATE journal_parameter SET name = name || ' ' WHERE name = '{name}'"),
                format!("DELETE FROM journal_parameter WHERE name = '{name}'"),
            ] {
                let report = log.after(move |cx| run(cx, &sql));
                assert_eq!(keys(&report)[0], "journal.parameter-changed", "{name}: {report:?}");
            }
        }
    }
}

/// Changes the body of an entry and everything up to `height` levels above as the program would have.
fn forge(cx: &mut Cx<'_>, leaf: u64, height: u32, hash: HashName) -> Result<()> {
    run(cx, &format!("UPDATE journal_entry SET body = '{{}}' WHERE seq = {leaf}"))?;
    let sql = "SELECT id, at, actor, act, subject_kind, subject_id, body FROM journal_entry WHERE seq = $1";
    let place = i64::try_from(leaf).map_err(base::Error::fault)?;
    let entry = cx.rows_of("by-hand", sql, &[place.into()], |row| crate::store::recorded(row, 0))?.remove(0);
    let mut digest = entry.leaf_hash(hash);
    for table in ["journal_entry", "journal_leaf"] {
        run(cx, &format!("UPDATE {table} SET hash = '{digest}' WHERE seq = {leaf}"))?;
    }
    let mut index = leaf;
    for level in 0..height {
        let (table, key) = match level {
            0 => ("journal_leaf", format!("seq = {}", index ^ 1)),
            _ => ("journal_node", format!("level = {level} AND idx = {}", index ^ 1)),
        };
        let sql = format!("SELECT hash FROM {table} WHERE {key}");
        let sibling: Digest =
            cx.rows_of("by-hand", &sql, &[], |row| row.get::<String>(0))?.remove(0).parse().unwrap();
        let pair = if index & 1 == 1 { (sibling, digest) } else { (digest, sibling) };
        digest = merkle::node_hash(hash, &pair.0, &pair.1);
        index >>= 1;
        let above = level + 1;
        run(
            cx,
            &format!("UPDATE journal_node SET hash = '{digest}' WHERE level = {above} AND idx = {index}"),
        )?;
    }
    Ok(())
}

#[test]
fn an_entry_forged_together_with_its_tree_is_narrowed_down() {
    for (log, ids) in Log::sealed() {
        let hash = log.verify(&[]).latest.unwrap().hash;
        for leaf in 0..u64::from(SIZE) {
            // Peaks of 13 leaves: 8, 4 and 1.
            let tallest = match leaf {
                0..8 => 3,
                8..12 => 2,
                _ => 0,
            };
            for height in 0..=tallest {
                let report = log.after(move |cx| forge(cx, leaf, height, hash));
                let widest = if height < tallest { 2u64 << height } else { 8 };
                let narrow = report.findings.iter().find_map(|finding| {
                    let Finding::RangeChanged(range) = finding else { panic!("{report:?}") };
                    let (first, last) = (range.first.leaf?, range.last.leaf?);
                    assert!((first..=last).contains(&leaf), "{leaf} {height}: {first} to {last}");
                    (last - first < widest).then_some((first, range))
                });
                let (first, range) = narrow.unwrap_or_else(|| panic!("{leaf} {height}: {report:?}"));
                assert!(report.findings.len() <= 2, "{leaf} {height}: {report:?}");
                assert_eq!(range.first.id, ids[usize::try_from(first).unwrap()]);
            }
        }
    }
}

#[test]
fn a_log_cut_short_is_found() {
    for (log, ids) in Log::sealed() {
        let report = log.after(|cx| run(cx, "DELETE FROM journal_leaf WHERE seq >= 9"));
        assert_eq!(keys(&report)[0], "journal.range-deleted", "{report:?}");
        assert!(ids[9..].iter().all(|id| names(&report, id)), "{report:?}");
        let report = log.after(|cx| {
            run(cx, "DELETE FROM journal_leaf WHERE seq >= 9")?;
            run(cx, "DELETE FROM journal_entry WHERE seq >= 9")
        });
        assert_eq!(keys(&report), ["journal.range-deleted"], "{report:?}");
        let report = log.after(|cx| run(cx, "DELETE FROM journal_leaf"));
        assert_eq!(keys(&report)[0], "journal.range-deleted", "{report:?}");
    }
}

#[test]
fn only_a_published_checkpoint_tells_of_a_log_cut_short_with_its_checkpoints() {
    for (log, _) in Log::sealed() {
        let published = log.verify(&[]).latest.unwrap();
        for sql in [
            "DELETE FROM journal_leaf WHERE seq >= 10 RETURNING 1",
            "DELETE FROM journal_entry WHERE seq >= 10 RETURNING 1",
            "DELETE FROM journal_node WHERE level = 1 AND idx = 5 RETURNING 1",
            "DELETE FROM journal_node WHERE level = 2 AND idx = 2 RETURNING 1",
            "DELETE FROM journal_checkpoint WHERE tree_size = 13 RETURNING 1",
        ] {
            log.by_hand(sql, Vec::new());
        }
        assert_eq!(log.verify(&[]).findings, []);
        let report = log.verify(std::slice::from_ref(&published));
        assert_eq!(keys(&report), ["journal.range-deleted"], "{report:?}");
        // Written anew in another way, the log has the size again and another root.
        log.write(90, 3);
        log.seal().unwrap();
        assert_eq!(log.verify(&[]).findings, []);
        let report = log.verify(std::slice::from_ref(&published));
        assert_eq!(keys(&report), ["journal.range-changed"], "{report:?}");
        let mut forged = published;
        forged.tree_size = 12;
        assert_eq!(log.verify(&[forged]).findings, [Finding::PublishedUnsigned { size: 12 }]);
    }
}

#[test]
fn an_entry_added_behind_the_back_of_the_log_is_found() {
    for (log, _) in Log::sealed() {
        let insert = |seq: &str| {
            format!(
                "INSERT INTO journal_entry (id, at, actor, act, subject_kind, subject_id, body, hash, seq) \
                 VALUES ('019ab000-0000-7000-8000-000000000000', 'x', 'x', 'case.forged', 'case', '1', '{{}}', \
                 'x', {seq})"
            )
        };
        for (seq, key) in
            [("NULL", "journal.entry-changed"), ("4", "journal.entry-added"), ("99", "journal.entry-added")]
        {
            let sql = insert(seq);
            let report = log.after(move |cx| run(cx, &sql));
            assert_eq!(keys(&report), [key], "{seq}: {report:?}");
            assert_eq!(report.findings[0].suspects()[0].act.as_deref(), Some("case.forged"));
        }
    }
}

#[test]
fn an_entry_changed_before_its_seal_is_found_before_and_after() {
    let changes = [
        "UPDATE journal_entry SET body = '{}' WHERE id = $1 RETURNING 1",
        "UPDATE journal_entry SET hash = 'x' WHERE id = $1 RETURNING 1",
    ];
    for change in changes {
        for (log, _) in Log::sealed() {
            let id = log.write(50, 1).swap_remove(0);
            log.by_hand(change, vec![Value::from(id.clone())]);
            for _ in 0..2 {
                let report = log.verify(&[]);
                assert_eq!(keys(&report), ["journal.entry-changed"], "{report:?}");
                assert!(names(&report, &id));
                log.seal();
            }
        }
    }
}

#[test]
fn rows_that_belong_nowhere_are_found() {
    for (log, _) in Log::sealed() {
        for (sql, key) in [
            ("INSERT INTO journal_parameter (name, value) VALUES ('x', 'y')", "journal.parameter-added"),
            (
                "INSERT INTO journal_checkpoint (tree_size, root, at, origin, hash_name, previous_size, key_id, \
                 signature) SELECT 12, root, at, origin, hash_name, previous_size, key_id, signature \
                 FROM journal_checkpoint WHERE tree_size = 13",
                "journal.checkpoint-changed",
            ),
            (
                "INSERT INTO journal_leaf (seq, entry_id, hash) SELECT 13, 'nobody', hash \
                 FROM journal_leaf WHERE seq = 0",
                "journal.entry-deleted",
            ),
        ] {
            let report = log.after(move |cx| run(cx, sql));
            assert!(keys(&report).contains(&key), "{sql}: {report:?}");
        }
    }
}

#[test]
fn the_pages_of_a_large_log_meet_without_a_seam() {
    for log in Log::both() {
        let ids: Vec<String> = (0..5)
            .flat_map(|part| {
                // Ids of one moment rise within each 4096 of them only (RFC 9562, 6.2); leaves go by id.
                let mut ids = log.write(part * 900, 900);
                ids.sort_unstable();
                log.seal().unwrap();
                ids
            })
            .collect();
        let report = log.verify(&[]);
        assert_eq!((report.entries, report.findings), (4500, vec![]));
        let hash = report.latest.unwrap().hash;
        for leaf in [0, 1023, 1024, 2047, 2048, 4095, 4096, 4499] {
            let id = ids[usize::try_from(leaf).unwrap()].clone();
            let sql = format!("UPDATE journal_entry SET actor = 'x' WHERE id = '{id}'");
            let report = log.after(move |cx| run(cx, &sql));
            assert_eq!(keys(&report), ["journal.entry-changed"], "{leaf}");
            assert!(names(&report, &id), "{leaf}");
            let report =
                log.after(move |cx| run(cx, &format!("DELETE FROM journal_leaf WHERE seq = {leaf}")));
            assert!(names(&report, &id), "{leaf}: {report:?}");
            let report = log.after(move |cx| forge(cx, leaf, 1, hash));
            let Some(Finding::RangeChanged(range)) = report.findings.first() else { panic!("{report:?}") };
            let (first, last) = (range.first.leaf.unwrap(), range.last.leaf.unwrap());
            assert!((first..=last).contains(&leaf) && last - first < 4, "{leaf}: {report:?}");
        }
        for (level, index) in [(10, 0), (10, 3), (11, 0), (11, 1), (12, 0)] {
            let other = Digest([9; 32]);
            let at = format!("WHERE level = {level} AND idx = {index}");
            let sql = format!("UPDATE journal_node SET hash = '{other}' {at}");
            assert_eq!(
                keys(&log.after(move |cx| run(cx, &sql))),
                ["journal.node-changed"],
                "{level} {index}"
            );
            let sql = format!("DELETE FROM journal_node {at}");
            assert_eq!(
                keys(&log.after(move |cx| run(cx, &sql))),
                ["journal.node-deleted"],
                "{level} {index}"
            );
        }
        for id in [&ids[0], &ids[2047], &ids[4499]] {
            log.receipt(id).unwrap().verify(&log.keys.public()).unwrap();
        }
    }
}
