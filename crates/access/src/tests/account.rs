//! Links, passwords and lock-out.

use db::testing::both_engines;
use journal::Ref;

use crate::{
    NewPassword,
    account::{self, Login, Outcome},
    link::{self, Purpose},
    sign_in::{self, SignIn},
    testing::{Office, PASSWORD, STEPS, permit, place, policy, refused},
};

fn failure(answer: base::Result<SignIn>) -> base::Refusal {
    match answer.unwrap() {
        SignIn::Failed(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_first_administrator_comes_in_by_a_link_that_works_once() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        let person = office.person();
        let replaced = office.link(person, Purpose::FirstAdministrator).unwrap();
        let secret = office.link(person, Purpose::FirstAdministrator).unwrap();
        assert_eq!(refused(office.redeem(&replaced, "liwei", PASSWORD)), "access.link-spent");
        assert_eq!(refused(office.redeem(&secret, "liwei", "short")), "access.password-short");
        let account = office.redeem(&secret, "LiWei", PASSWORD).unwrap();
        assert_eq!(refused(office.redeem(&secret, "liwei", PASSWORD)), "access.link-spent");
        assert_eq!(office.session(&office.signed_in("liwei").secret).unwrap().person, person);
        assert_eq!(
            refused(office.link(office.person(), Purpose::FirstAdministrator)),
            "access.first-administrator-exists"
        );
        assert_eq!(office.acts_on(Ref::new("account", account)), ["account.created", "account.signed-in"]);
        assert_eq!(office.acts_on(Ref::new("person", person)), ["account.link-issued"; 2]);
    }
}

#[test]
fn of_two_links_for_a_first_administrator_one_is_used() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        let one = office.link(office.person(), Purpose::FirstAdministrator).unwrap();
        let other = office.link(office.person(), Purpose::FirstAdministrator).unwrap();
        office.redeem(&one, "liwei", PASSWORD).unwrap();
        assert_eq!(refused(office.redeem(&other, "wangfang", PASSWORD)), "access.first-administrator-exists");
    }
}

#[test]
fn a_link_ends_and_a_login_name_belongs_to_one() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        office.member("liwei");
        let person = office.person();
        let secret = office.link(person, Purpose::Invite).unwrap();
        assert_eq!(refused(office.redeem(&secret, "LIWEI", PASSWORD)), "access.login-taken");
        let digest = secret.digest();
        let found = office.read(move |cx| link::find(cx, &digest)).unwrap();
        assert_eq!((found.person, found.login), (person, None));
        office.wait_minutes(72 * 60);
        assert_eq!(refused(office.redeem(&secret, "wangfang", PASSWORD)), "access.link-spent");
        let bad = office.write(move |cx| {
            let holder = link::Holder { person, name: "王芳" };
            link::issue(cx, &permit("account.view"), &policy(), holder, Purpose::Invite)
        });
        assert!(matches!(bad, Err(base::Error::Fault(_))));
    }
}

#[test]
fn an_unknown_login_name_and_a_wrong_password_get_the_same_answers_until_locked_out() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        let account = office.member("liwei");
        for _ in 0..4 {
            let (known, unknown) =
                (failure(office.sign_in("liwei", "x")), failure(office.sign_in("nobody", "x")));
            assert_eq!(known.key, "access.sign-in-failed");
            assert_eq!(known, unknown);
        }
        let (known, unknown) =
            (failure(office.sign_in("liwei", "x")), failure(office.sign_in("nobody", "x")));
        assert_eq!(known.key, "access.too-many-attempts");
        assert_eq!(known, unknown);
        assert_eq!(refused(office.sign_in("liwei", PASSWORD)), "access.too-many-attempts");
        assert_eq!(refused(office.sign_in("nobody", PASSWORD)), "access.too-many-attempts");
        let acts = office.acts_on(Ref::new("account", account));
        assert_eq!(acts[1..6], ["account.sign-in-failed"; 5]);
        assert_eq!(acts[6..], ["account.locked"]);
        assert_eq!(office.acts_on(Ref::new("account", "unknown")).len(), 6);
        office.wait_minutes(15);
        office.signed_in("liwei");
    }
}

#[test]
fn guesses_sent_all_at_once_get_no_more_answers_than_the_limit() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        office.member("liwei");
        let checked: Vec<_> = (0..7)
            .map(|_| office.read(|cx| sign_in::lookup(cx, &policy(), "liwei", &place())).unwrap())
            .map(|candidate| candidate.check("x").unwrap())
            .collect();
        let right = office.read(|cx| sign_in::lookup(cx, &policy(), "liwei", &place())).unwrap();
        let right = right.check(PASSWORD).unwrap();
        let answers: Vec<_> = checked
            .into_iter()
            .map(|checked| office.write(move |cx| sign_in::finish(cx, &policy(), checked, &place())))
            .collect();
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 5);
        let late = office.write(move |cx| sign_in::finish(cx, &policy(), right, &place()));
        assert_eq!(refused(late), "access.too-many-attempts");
    }
}

#[test]
fn signing_in_forgets_the_tries_before_it() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        office.member("liwei");
        for _ in 0..3 {
            for _ in 0..4 {
                assert_eq!(failure(office.sign_in("liwei", "x")).key, "access.sign-in-failed");
            }
            office.signed_in("liwei");
        }
    }
}

#[test]
fn a_password_changed_while_it_was_being_checked_opens_nothing() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        let account = office.member("liwei");
        let person = office.read(move |cx| account::load(cx, account)).unwrap().person;
        let candidate = office.read(|cx| sign_in::lookup(cx, &policy(), "liwei", &place())).unwrap();
        let checked = candidate.check(PASSWORD).unwrap();
        let secret = office.link(person, Purpose::Reset).unwrap();
        office.redeem(&secret, "liwei", "willow-grove-7").unwrap();
        let answer = office.write(move |cx| sign_in::finish(cx, &policy(), checked, &place()));
        assert_eq!(failure(answer).key, "access.sign-in-failed");
    }
}

#[test]
fn the_security_administrator_unlocks_before_the_time() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        let account = office.member("liwei");
        for _ in 0..5 {
            failure(office.sign_in("liwei", "x"));
        }
        office.write(move |cx| account::unlock(cx, &permit("security.manage"), account)).unwrap();
        office.signed_in("liwei");
    }
}

#[test]
fn one_address_cannot_try_every_login_name() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        let mut strict = policy();
        strict.limits.get_mut("sign-in-origin").unwrap().times = 3;
        for login in ["a1", "a2", "a3"] {
            let policy = strict.clone();
            let candidate = office.read(move |cx| sign_in::lookup(cx, &policy, login, &place())).unwrap();
            let (checked, policy) = (candidate.check("x").unwrap(), strict.clone());
            failure(office.write(move |cx| sign_in::finish(cx, &policy, checked, &place())));
        }
        assert_eq!(refused(office.sign_in("a4", "x")), "access.too-many-attempts");
    }
}

#[test]
fn a_new_password_needs_the_present_one_and_ends_every_session() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        office.member("liwei");
        let (here, there) = (office.signed_in("liwei"), office.signed_in("liwei"));
        let change = |present: &str| {
            let row = office.session(&here.secret).unwrap();
            let own = row.clone();
            let candidate = office.read(move |cx| sign_in::lookup_own(cx, &policy(), &own)).unwrap();
            let checked = candidate.check(present).unwrap();
            let new = NewPassword::make(&policy().password, "liwei", "willow-grove-7").unwrap();
            office.write(move |cx| account::change_password(cx, &policy(), &row, checked, &new)).unwrap()
        };
        let Outcome::Failed(refusal) = change("wrong") else { panic!("changed without the password") };
        assert_eq!(refusal.key, "access.password-wrong");
        assert!(office.session(&there.secret).is_some());
        assert_eq!(change(PASSWORD), Outcome::Done);
        assert!(office.session(&here.secret).is_none() && office.session(&there.secret).is_none());
        failure(office.sign_in("liwei", PASSWORD));
        assert!(matches!(office.sign_in("liwei", "willow-grove-7").unwrap(), SignIn::Open(_)));
    }
}

#[test]
fn a_reset_keeps_the_login_name_and_ends_lock_out_and_sessions() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        let account = office.member("liwei");
        let session = office.signed_in("liwei");
        let person = office.session(&session.secret).unwrap().person;
        assert_eq!(refused(office.link(person, Purpose::Invite)), "access.account-exists");
        assert_eq!(refused(office.link(office.person(), Purpose::Reset)), "access.no-account");
        for _ in 0..5 {
            failure(office.sign_in("liwei", "x"));
        }
        let secret = office.link(person, Purpose::Reset).unwrap();
        let digest = secret.digest();
        let found = office.read(move |cx| link::find(cx, &digest)).unwrap();
        assert_eq!(found.login.unwrap().as_str(), "liwei");
        assert_eq!(office.redeem(&secret, "liwei", "willow-grove-7").unwrap(), account);
        assert!(office.session(&session.secret).is_none());
        assert!(matches!(office.sign_in("liwei", "willow-grove-7").unwrap(), SignIn::Open(_)));
    }
}

#[test]
fn a_closed_account_looks_like_an_unknown_one() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        let account = office.member("liwei");
        let session = office.signed_in("liwei");
        let close = || office.write(move |cx| account::close(cx, &permit("account.manage"), account));
        close().unwrap();
        assert_eq!(refused(close()), "access.account-closed");
        assert!(office.session(&session.secret).is_none());
        assert_eq!(failure(office.sign_in("liwei", PASSWORD)), failure(office.sign_in("nobody", "x")));
        office.write(move |cx| account::reopen(cx, &permit("account.manage"), account)).unwrap();
        office.signed_in("liwei");
    }
}

#[test]
fn an_account_is_renamed_and_listed_by_login_name() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        let (first, second) = (office.member("liwei"), office.member("wangfang"));
        let rename = move |to: &str| {
            let login = Login::parse(to).unwrap();
            office.write(move |cx| account::change_login(cx, &permit("account.manage"), second, &login))
        };
        assert_eq!(refused(rename("LiWei")), "access.login-taken");
        rename("chenjing").unwrap();
        let office = Office { fresh: &fresh };
        let person = office.read(move |cx| account::load(cx, second)).unwrap().person;
        office
            .fresh
            .db
            .write_operational_now(&fresh.db.caller("test"), move |cx| account::rename(cx, person, "陈静"))
            .unwrap();
        let page = office.read(|cx| account::list(cx, "", 10)).unwrap();
        let seen: Vec<_> = page.iter().map(|a| (a.id, a.login.as_str(), a.name.as_str())).collect();
        assert_eq!(seen, [(second, "chenjing", "陈静"), (first, "liwei", "李伟")]);
        assert_eq!(office.read(|cx| account::list(cx, "chenjing", 10)).unwrap().len(), 1);
    }
}

#[test]
fn a_hash_made_at_another_cost_is_renewed_at_the_next_sign_in() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        let account = office.member("liwei");
        let mut dearer = policy();
        dearer.password.memory_kib = 128;
        let now = dearer.clone();
        let candidate = office.read(move |cx| sign_in::lookup(cx, &now, "liwei", &place())).unwrap();
        let checked = candidate.check(PASSWORD).unwrap();
        let answer = office.write(move |cx| sign_in::finish(cx, &dearer, checked, &place())).unwrap();
        assert!(matches!(answer, SignIn::Open(_)));
        let phc = office.read(move |cx| account::store::password(cx, account)).unwrap().unwrap();
        assert!(phc.contains("m=128"));
        office.signed_in("liwei");
    }
}
