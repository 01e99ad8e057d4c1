//! Six digits and recovery codes.

use base::Result;
use db::testing::both_engines;
use totp_rs::{Builder, Secret};

use crate::{
    account::Outcome,
    second_factor::{self, RecoveryCodes},
    session::NewSession,
    sign_in::{self, SignIn},
    testing::{Office, PASSWORD, STEPS, master, permit, policy, refused},
};

impl Office<'_> {
    fn digits(&self, secret: &str) -> String {
        let secret = Secret::try_from_base32(secret).unwrap();
        let totp = Builder::new().with_secret(secret).build().unwrap();
        totp.generate(u64::try_from(self.now().as_second()).unwrap()).to_string()
    }

    /// Somebody whose app shows the digits of the returned secret.
    fn enrolled(&self, login: &'static str) -> (String, RecoveryCodes) {
        self.member(login);
        let row = self.session(&self.signed_in(login).secret).unwrap();
        let own = row.clone();
        let enrolment = self.write(move |cx| second_factor::enrol(cx, &master(), &own, "某镇")).unwrap();
        assert!(enrolment.address.starts_with("otpauth://totp/%E6%9F%90%E9%95%87:liwei?secret="));
        let (own, code) = (row.clone(), "000000");
        let wrong = self.write(move |cx| second_factor::confirm(cx, &master(), &own, code));
        assert_eq!(refused(wrong), "access.code-wrong");
        let code = self.digits(&enrolment.secret);
        let codes = self.write(move |cx| second_factor::confirm(cx, &master(), &row, &code)).unwrap();
        self.wait_minutes(2);
        (enrolment.secret, codes)
    }

    fn first_step(&self, login: &'static str) -> NewSession {
        match self.sign_in(login, PASSWORD).unwrap() {
            SignIn::NeedsCode(session) => session,
            other => panic!("{other:?}"),
        }
    }

    fn second_step(&self, awaiting: &NewSession, code: &str) -> Result<SignIn> {
        let (digest, code) = (awaiting.secret.digest(), code.to_owned());
        self.write(move |cx| sign_in::code(cx, &policy(), &master(), &digest, &code))
    }
}

#[track_caller]
fn is_wrong(answer: Result<SignIn>) {
    let SignIn::Failed(refusal) = answer.unwrap() else { panic!("signed in") };
    assert_eq!(refusal.key, "access.code-wrong");
}

#[test]
fn the_password_alone_opens_nothing_and_digits_count_once() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        let (secret, _) = office.enrolled("liwei");
        let awaiting = office.first_step("liwei");
        assert!(office.session(&awaiting.secret).is_none());
        is_wrong(office.second_step(&awaiting, "12345"));
        let digits = office.digits(&secret);
        let SignIn::Open(open) = office.second_step(&awaiting, &digits).unwrap() else { panic!() };
        assert!(office.session(&open.secret).is_some());
        assert_eq!(refused(office.second_step(&awaiting, &digits)), "access.sign-in-again");
        is_wrong(office.second_step(&office.first_step("liwei"), &digits));
    }
}

#[test]
fn wrong_digits_lock_out_like_wrong_passwords() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        let (secret, _) = office.enrolled("liwei");
        let awaiting = office.first_step("liwei");
        for _ in 0..4 {
            is_wrong(office.second_step(&awaiting, "abcdef"));
        }
        let SignIn::Failed(refusal) = office.second_step(&awaiting, "abcdef").unwrap() else { panic!() };
        assert_eq!(refusal.key, "access.too-many-attempts");
        let digits = office.digits(&secret);
        assert_eq!(refused(office.second_step(&awaiting, &digits)), "access.too-many-attempts");
    }
}

#[test]
fn the_second_step_has_its_time() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        let (secret, _) = office.enrolled("liwei");
        let awaiting = office.first_step("liwei");
        office.wait_minutes(5);
        let digits = office.digits(&secret);
        assert_eq!(refused(office.second_step(&awaiting, &digits)), "access.sign-in-again");
    }
}

#[test]
fn a_recovery_code_opens_once_however_it_is_typed() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        let (_, RecoveryCodes(codes)) = office.enrolled("liwei");
        assert_eq!(codes.len(), 10);
        let typed = codes[0].to_lowercase().replace('-', " ");
        let answer = office.second_step(&office.first_step("liwei"), &typed).unwrap();
        let SignIn::Open(open) = answer else { panic!("{answer:?}") };
        is_wrong(office.second_step(&office.first_step("liwei"), &codes[0]));
        let left = office.read(move |cx| second_factor::recovery_codes_left(cx, open.account)).unwrap();
        assert_eq!(left, 9);
    }
}

#[test]
fn it_is_turned_off_with_the_password_or_by_the_security_administrator() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        let (secret, _) = office.enrolled("liwei");
        let digits = office.digits(&secret);
        let answer = office.second_step(&office.first_step("liwei"), &digits).unwrap();
        let SignIn::Open(open) = answer else { panic!("{answer:?}") };
        let row = office.session(&open.secret).unwrap();
        let account = row.account;

        let own = row.clone();
        let again = office.write(move |cx| second_factor::enrol(cx, &master(), &own, "某镇"));
        assert_eq!(refused(again), "access.second-factor-on");
        let own = row.clone();
        let candidate = office.read(move |cx| sign_in::lookup_own(cx, &policy(), &own)).unwrap();
        let checked = candidate.check(PASSWORD).unwrap();
        let done = office.write(move |cx| second_factor::turn_off(cx, &policy(), &row, checked)).unwrap();
        assert_eq!(done, Outcome::Done);
        office.signed_in("liwei");
        let reset = office.write(move |cx| second_factor::reset(cx, &permit("security.manage"), account));
        assert_eq!(refused(reset), "access.second-factor-off");
    }
}

#[test]
fn a_lost_phone_is_reset_and_its_codes_go_with_it() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        office.enrolled("liwei");
        let account = office.first_step("liwei").account;
        office.write(move |cx| second_factor::reset(cx, &permit("security.manage"), account)).unwrap();
        office.signed_in("liwei");
        let left = office.read(move |cx| second_factor::recovery_codes_left(cx, account)).unwrap();
        assert_eq!(left, 0);
    }
}
