//! The promises of the journal, on both engines.

mod tampering;
mod texts;

use db::{
    Cx, Db, Settings,
    testing::{self, Fresh},
};
use serde_json::json;

use crate::{
    Checkpoint, Entry, HashName, Keys, MIGRATIONS, Parameters, Receipt, Ref, Report, append, consistency,
    entries_of, latest, receipt, seal, statements, verify,
};

/// A log whose key the test holds.
struct Log {
    fresh: Fresh,
    keys: Keys,
}

impl Log {
    /// A log on each engine, one with each hash.
    fn both() -> Vec<Self> {
        let hashes = [HashName::Sm3, HashName::Sha256];
        let all = testing::both_engines(MIGRATIONS).into_iter().zip(hashes);
        all.map(|(fresh, hash)| {
            let log = Self { fresh, keys: Keys::from_bytes(&[7; 32]) };
            let parameters = Parameters { origin: "test.example/journal".to_owned(), hash };
            log.operational(move |cx| parameters.set(cx)).unwrap();
            log
        })
        .collect()
    }

    fn operational<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Cx<'_>) -> base::Result<T> + Send + 'static,
    ) -> base::Result<T> {
        self.fresh.db.write_operational_now(&self.fresh.db.caller("system:test"), work)
    }

    fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Cx<'_>) -> base::Result<T> + Send + 'static,
    ) -> base::Result<T> {
        self.fresh.db.read_now(&self.fresh.db.caller("system:test"), work)
    }

    /// Writes entries about cases `from..from + count`, and returns the ids.
    fn write(&self, from: u32, count: u32) -> Vec<String> {
        let caller = self.fresh.db.caller("person:1");
        let work = move |cx: &mut Cx<'_>| {
            let one = |n: u32| Entry::new("case.raised", Ref::new("case", n), json!({ "title": n }));
            (from..from + count).map(|n| append(cx, &one(n)).map(|id| id.to_string())).collect()
        };
        self.fresh.db.write_now(&caller, work).unwrap()
    }

    fn seal(&self) -> Option<Checkpoint> {
        let keys = Keys::from_bytes(&self.keys.to_bytes());
        self.operational(move |cx| seal(cx, &keys)).unwrap()
    }

    fn verify(&self, published: &[Checkpoint]) -> Report {
        let (key, published) = (self.keys.public(), published.to_vec());
        self.read(move |cx| verify(cx, &key, &published)).unwrap()
    }

    fn receipt(&self, id: &str) -> base::Result<Receipt> {
        let id = id.parse().unwrap();
        self.read(move |cx| receipt(cx, id))
    }
}

fn refused<T: std::fmt::Debug>(outcome: base::Result<T>) -> String {
    outcome.unwrap_err().refusals()[0].key.to_string()
}

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
        for statement in statements() {
            fresh.db.check_statement(statement.sql).unwrap_or_else(|e| panic!("{}: {e}", statement.name));
        }
    }
}

#[test]
fn a_receipt_convinces_somebody_without_the_database() {
    for log in Log::both() {
        let ids: Vec<String> = (0..5)
            .flat_map(|n| {
                let ids = log.write(n * 7, n + 1);
                log.seal().unwrap();
                ids
            })
            .collect();
        assert_eq!(log.seal(), None);
        let key = log.keys.public();
        for id in &ids {
            let receipt = log.receipt(id).unwrap();
            receipt.verify(&key).unwrap();
            let json = serde_json::to_string(&receipt).unwrap();
            assert_eq!(serde_json::from_str::<Receipt>(&json).unwrap(), receipt);
            let line = receipt.to_line();
            let read = Receipt::from_line(&line).unwrap();
            read.verify(&key).unwrap();
            assert_eq!(read, receipt.without_body());
            assert!(line.len() < 2000, "a QR code holds 2953 bytes, this is {}", line.len());
        }
    }
}

#[test]
fn a_receipt_changed_anywhere_convinces_nobody() {
    for log in Log::both() {
        let id = log.write(0, 11).swap_remove(4);
        log.seal().unwrap();
        let key = log.keys.public();
        let good = log.receipt(&id).unwrap();
        let other = Keys::from_bytes(&[8; 32]).public();
        assert_eq!(good.verify(&other).unwrap_err().key, "journal.other-key");
        let changes: [fn(&mut Receipt); 12] = [
            |r| r.id.push('0'),
            |r| r.at.push('0'),
            |r| r.actor.push('0'),
            |r| r.act.push('0'),
            |r| r.subject.kind.to_mut().push('0'),
            |r| r.subject.id.push('0'),
            |r| r.body = Some("{}".to_owned()),
            |r| r.body_hash.0[0] ^= 1,
            |r| r.leaf += 1,
            |r| r.path[1].0[0] ^= 1,
            |r| r.checkpoint.tree_size += 1,
            |r| r.checkpoint.root.0[0] ^= 1,
        ];
        for (n, change) in changes.iter().enumerate() {
            let mut bad = good.clone();
            change(&mut bad);
            assert!(bad.verify(&key).is_err(), "change {n}");
        }
        let line = good.to_line();
        assert_eq!(Receipt::from_line(&line[..line.len() - 4]).unwrap_err().key, "journal.receipt-form");
    }
}

#[test]
fn a_receipt_waits_for_the_seal_and_needs_an_entry() {
    for log in Log::both() {
        let id = log.write(0, 1).swap_remove(0);
        assert_eq!(refused(log.receipt(&id)), "journal.not-sealed-yet");
        assert_eq!(refused(log.receipt("01890000-0000-7000-8000-000000000000")), "journal.no-such-entry");
    }
}

#[test]
fn each_checkpoint_continues_the_ones_before() {
    for log in Log::both() {
        let sizes: Vec<u64> = (1..6)
            .map(|n| {
                log.write(n * 10, n);
                log.seal().unwrap().tree_size
            })
            .collect();
        let key = log.keys.public();
        for (n, old) in sizes.iter().enumerate() {
            for new in &sizes[n..] {
                let (old, new) = (*old, *new);
                let mut proof = log.read(move |cx| consistency(cx, old, new)).unwrap();
                proof.verify(&key).unwrap();
                if old < new {
                    proof.path[0].0[5] ^= 1;
                    assert_eq!(proof.verify(&key).unwrap_err().key, "journal.not-a-continuation");
                }
            }
        }
        assert_eq!(refused(log.read(|cx| consistency(cx, 1, 2))), "journal.no-such-checkpoint");
    }
}

#[test]
fn a_checkpoint_is_a_signed_note() {
    for log in Log::both() {
        log.write(0, 3);
        let sealed = log.seal().unwrap();
        let note = sealed.note();
        assert!(note.starts_with("test.example/journal\n3\n"), "{note}");
        assert!(note.contains("\n\n\u{2014} test.example/journal "), "{note}");
        let read = Checkpoint::parse(&note).unwrap();
        assert_eq!(read, sealed);
        read.verify(&log.keys.public()).unwrap();
        assert_eq!(log.read(latest).unwrap(), Some(sealed));
        let forged = Checkpoint::parse(&note.replace("\n3\n", "\n2\n")).unwrap();
        assert_eq!(forged.verify(&log.keys.public()).unwrap_err().key, "journal.signature-wrong");
        assert_eq!(Checkpoint::parse("nothing").unwrap_err().key, "journal.checkpoint-form");
    }
}

#[test]
fn a_public_key_is_read_in_both_forms() {
    for seed in 0..64 {
        let key = Keys::from_bytes(&[seed; 32]).public();
        assert_eq!(crate::PublicKey::parse(&key.to_string()).unwrap(), key);
        assert_eq!(crate::PublicKey::parse(&key.verifier_key("test.example/journal")).unwrap(), key);
    }
    assert_eq!(crate::PublicKey::parse("no").unwrap_err().key, "journal.public-key-form");
}

#[test]
fn parameters_are_fixed_by_the_first_entry() {
    for log in Log::both() {
        let blank = Parameters { origin: "a b".to_owned(), ..Parameters::default() };
        assert_eq!(refused(log.operational(move |cx| blank.set(cx))), "journal.origin-form");
        log.write(0, 1);
        let late = log.operational(|cx| Parameters::default().set(cx));
        assert_eq!(refused(late), "journal.parameters-fixed");
    }
}

#[test]
fn an_entry_with_a_lower_id_than_the_last_sealed_is_sealed_too() {
    for log in Log::both() {
        log.fresh.clock.set(testing::morning() + std::time::Duration::from_mins(1));
        log.write(0, 3);
        log.seal().unwrap();
        log.fresh.clock.set(testing::morning());
        let late = log.write(10, 2);
        assert_eq!(log.seal().unwrap().tree_size, 5);
        log.receipt(&late[0]).unwrap().verify(&log.keys.public()).unwrap();
        assert!(log.verify(&[]).is_clean());
    }
}

#[test]
fn two_programs_on_one_database_seal_one_log() {
    for log in Log::both() {
        std::thread::scope(|scope| {
            for program in 0..2u32 {
                let location = log.fresh.db.location().clone();
                let bytes = log.keys.to_bytes();
                scope.spawn(move || {
                    let ids = std::sync::Arc::new(base::Ids::random());
                    let settings = Settings { readers: 1, ids, ..Settings::default() };
                    let db = Db::open(location, MIGRATIONS, &settings).unwrap();
                    let caller = db.caller("person:1");
                    for n in 0..20 {
                        let subject = Ref::new("case", program * 100 + n);
                        let entry = Entry::new("case.raised", subject, json!(null));
                        db.write_now(&caller, move |cx| append(cx, &entry)).unwrap();
                        let keys = Keys::from_bytes(&bytes);
                        db.write_operational_now(&caller, move |cx| seal(cx, &keys)).unwrap();
                    }
                });
            }
        });
        log.seal();
        let report = log.verify(&[]);
        assert_eq!((report.entries, report.unsealed, report.findings), (40, 0, vec![]));
    }
}

/// Prints how long a large log takes: `cargo test -p journal --release -- --ignored --nocapture`.
#[test]
#[ignore = "measures, and is meant for a release build"]
fn a_hundred_thousand_entries_seal_and_verify_in_seconds() {
    for log in Log::both() {
        let engine = log.fresh.db.engine();
        let took = |what: &str, work: &mut dyn FnMut()| {
            let begin = std::time::Instant::now();
            work();
            let seconds = begin.elapsed().as_secs_f64();
            println!("{engine:?} {what}: {seconds:.2} s");
            seconds
        };
        took("append", &mut || {
            for batch in 0..100 {
                log.write(batch * 1000, 1000);
            }
        });
        took("seal", &mut || while log.seal().is_some() {});
        let mut entries = 0;
        let verified = took("verify", &mut || {
            let report = log.verify(&[]);
            assert_eq!(report.findings, []);
            entries = report.entries;
        });
        assert_eq!(entries, 100_000);
        assert!(verified < 5.0, "{engine:?}: {verified} s");
    }
}
