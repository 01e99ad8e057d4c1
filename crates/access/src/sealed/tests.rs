//! Sealing, on both engines.

use base::Error;
use db::{Statement, testing::both_engines, values};
use journal::Ref;

use super::*;
use crate::testing::{Office, STEPS, master, permit, refused};

const PHONE: &str = "13800001234";

static CIPHERTEXTS: Statement = Statement::new("test.all", "SELECT sealed, masked FROM sealed_field");
static SWAP: Statement = Statement::new(
    "test.swap",
    "UPDATE sealed_field SET sealed = (SELECT f.sealed FROM sealed_field f WHERE f.subject_id = $1) \
     WHERE subject_id = $2",
);

static RELABEL: Statement = Statement::new("test.relabel", "UPDATE sealed_field SET field = 'note'");

fn resident(id: &str) -> Ref {
    Ref::new("resident", id)
}

impl Office<'_> {
    fn seals(&self, id: &'static str, field: &'static str, plain: &'static str) -> Result<String> {
        self.fresh.db.write_operational_now(&self.fresh.db.caller("test"), move |cx| {
            seal(cx, &master(), Spot { subject: &resident(id), field }, plain)
        })
    }

    fn unseals(&self, id: &'static str, field: &'static str, reason: &'static str) -> Result<String> {
        self.write(move |cx| {
            let subject = resident(id);
            unseal(cx, &master(), &permit("case.unseal"), Spot { subject: &subject, field }, reason)
        })
    }

    fn finds(&self, field: &'static str, value: &'static str) -> Vec<String> {
        let found = self.read(move |cx| find_by_blind(cx, &master(), field, value)).unwrap();
        found.into_iter().map(|subject| subject.id).collect()
    }
}

#[test]
fn opening_a_field_needs_a_reason_and_leaves_a_trace_without_the_value() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        assert_eq!(office.seals("r1", "phone", PHONE).unwrap(), "138****1234");
        assert_eq!(refused(office.unseals("r1", "phone", " ，。！ ")), "access.reason-short");
        assert_eq!(refused(office.unseals("r1", "name", "回访核实情况")), "access.nothing-sealed");
        assert_eq!(office.unseals("r1", "phone", "回访核实情况").unwrap(), PHONE);

        let seen = office.read(|cx| unsealings_of(cx, &resident("r1"))).unwrap();
        assert_eq!(seen.len(), 1);
        assert_eq!((seen[0].reason.as_str(), seen[0].by.as_str()), ("回访核实情况", "job:test"));
        let entries = office.read(|cx| journal::entries_of(cx, &resident("r1"))).unwrap();
        assert_eq!(entries[0].act, "sealed.opened");
        assert!(entries[0].body.contains("回访核实情况") && !entries[0].body.contains(PHONE));
    }
}

#[test]
fn a_permit_for_something_else_opens_nothing() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        office.seals("r1", "phone", PHONE).unwrap();
        let opened = office.write(|cx| {
            let subject = resident("r1");
            let spot = Spot { subject: &subject, field: "phone" };
            unseal(cx, &master(), &permit("case.view"), spot, "回访核实情况")
        });
        assert!(matches!(opened, Err(Error::Fault(_))));
    }
}

#[test]
fn the_tables_hold_no_plain_text_and_lists_show_masks() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        office.seals("r1", "phone", PHONE).unwrap();
        office.seals("r1", "name", "李小明").unwrap();
        let rows = office.read(|cx| {
            cx.rows(&CIPHERTEXTS, &[], |row| {
                Ok(format!("{}{}", row.get::<String>(0)?, row.get::<String>(1)?))
            })
        });
        let rows = rows.unwrap();
        assert!(rows.iter().all(|row| !row.contains(PHONE) && !row.contains("小明")));
        let masks = office.read(|cx| masked_of(cx, &resident("r1"))).unwrap();
        let masks: Vec<_> = masks.iter().map(|field| (field.field.as_str(), field.masked.as_str())).collect();
        assert_eq!(masks, [("name", "李**"), ("phone", "138****1234")]);
    }
}

#[test]
fn a_subject_is_found_by_its_number_however_typed_and_not_by_its_name() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        office.seals("r1", "phone", PHONE).unwrap();
        office.seals("r2", "phone", "+86 138 0000 1234").unwrap();
        office.seals("r3", "phone", "13800001235").unwrap();
        office.seals("r3", "name", "李小明").unwrap();
        assert_eq!(office.finds("phone", "138-0000-1234"), ["r1", "r2"]);
        assert!(office.finds("id-number", PHONE).is_empty());
        assert!(office.finds("name", "李小明").is_empty());
        office.seals("r2", "phone", "13900001234").unwrap();
        assert_eq!(office.finds("phone", PHONE), ["r1"]);
        office.seals("r1", "phone", " ").unwrap();
        assert!(office.finds("phone", PHONE).is_empty());
    }
}

#[test]
fn a_ciphertext_moved_to_another_subject_does_not_open() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        office.seals("r1", "phone", PHONE).unwrap();
        office.seals("r2", "phone", "13900001234").unwrap();
        let caller = fresh.db.caller("a hand");
        fresh.db.write_operational_now(&caller, |cx| cx.execute(&SWAP, values!["r1", "r2"])).unwrap();
        assert!(matches!(office.unseals("r2", "phone", "回访核实情况"), Err(Error::Fault(_))));
        assert_eq!(office.unseals("r1", "phone", "回访核实情况").unwrap(), PHONE);
    }
}

#[test]
fn a_ciphertext_moved_to_another_field_of_its_subject_does_not_open() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        office.seals("r1", "phone", PHONE).unwrap();
        let caller = fresh.db.caller("a hand");
        fresh.db.write_operational_now(&caller, |cx| cx.execute(&RELABEL, &[])).unwrap();
        assert!(matches!(office.unseals("r1", "note", "回访核实情况"), Err(Error::Fault(_))));
    }
}

#[test]
fn an_erased_subject_is_gone_and_stays_gone() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        office.seals("r1", "phone", PHONE).unwrap();
        office.seals("r2", "phone", PHONE).unwrap();
        let erase_r1 =
            || office.write(|cx| erase(cx, &permit("case.erase"), &resident("r1"), "本人要求删除"));
        erase_r1().unwrap();
        assert_eq!(refused(erase_r1()), "access.nothing-sealed");
        assert_eq!(refused(office.unseals("r1", "phone", "回访核实情况")), "access.nothing-sealed");
        assert_eq!(refused(office.seals("r1", "phone", PHONE)), "access.subject-erased");
        assert!(office.read(|cx| masked_of(cx, &resident("r1"))).unwrap().is_empty());
        assert_eq!(office.finds("phone", PHONE), ["r2"]);
        assert_eq!(office.acts_on(resident("r1")), ["sealed.erased"]);
    }
}

#[test]
fn another_master_key_is_found_at_start() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        let other = MasterKey::generate().unwrap();
        let (first, second) = (other.clone(), other);
        office.read(move |cx| check_master(cx, &first)).unwrap();
        office.seals("r1", "phone", PHONE).unwrap();
        office.read(|cx| check_master(cx, &master())).unwrap();
        assert_eq!(refused(office.read(move |cx| check_master(cx, &second))), "access.master-key-other");
    }
}
