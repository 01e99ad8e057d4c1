//! Sessions and the daily sweep.

use db::{Statement, testing::both_engines};

use crate::{
    session,
    testing::{Office, STEPS, permit, place, policy, refused},
};

static ROWS: Statement = Statement::new("test.sessions", "SELECT COUNT(*) FROM session");

impl Office<'_> {
    fn touches(&self, secret: &crate::Secret) {
        let row = self.session(secret).unwrap();
        let caller = self.fresh.db.caller("public");
        self.fresh.db.write_operational_now(&caller, move |cx| session::touch(cx, &policy(), &row)).unwrap();
    }
}

#[test]
fn a_session_ends_when_idle_and_in_any_case_after_its_day() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        office.member("liwei");
        let idle = office.signed_in("liwei");
        let busy = office.signed_in("liwei");
        office.wait_minutes(59);
        office.touches(&busy.secret);
        office.wait_minutes(1);
        assert!(office.session(&idle.secret).is_none());
        for _ in 0..12 {
            assert!(office.session(&busy.secret).is_some());
            office.touches(&busy.secret);
            office.wait_minutes(55);
        }
        assert!(office.session(&busy.secret).is_none());
    }
}

#[test]
fn a_busy_session_is_written_at_most_once_a_minute() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        office.member("liwei");
        let session = office.signed_in("liwei");
        let row = office.session(&session.secret).unwrap();
        assert!(!row.wants_touch(office.now()));
        office.wait_minutes(1);
        assert!(row.wants_touch(office.now()));
        office.touches(&session.secret);
        assert!(!office.session(&session.secret).unwrap().wants_touch(office.now()));
    }
}

#[test]
fn one_sees_and_ends_ones_own_sessions_and_nobody_elses() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        let account = office.member("liwei");
        office.member("wangfang");
        let (here, there) = (office.signed_in("liwei"), office.signed_in("liwei"));
        let foreign = office.signed_in("wangfang");
        let lines = office.read(move |cx| session::list(cx, account)).unwrap();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].place, place());

        let row = office.session(&here.secret).unwrap();
        let end_other = |id| {
            let row = row.clone();
            office.write(move |cx| session::end_own(cx, &row, id))
        };
        assert_eq!(refused(end_other(foreign.id)), "access.session-ended");
        end_other(there.id).unwrap();
        assert!(office.session(&there.secret).is_none() && office.session(&foreign.secret).is_some());
        let own = row.clone();
        office.write(move |cx| session::sign_out(cx, &own)).unwrap();
        assert!(office.session(&here.secret).is_none());
        office.write(move |cx| session::sign_out(cx, &row)).unwrap();
    }
}

#[test]
fn the_security_administrator_ends_anybodys_sessions() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        let account = office.member("liwei");
        let (one, two) = (office.signed_in("liwei"), office.signed_in("liwei"));
        let id = one.id;
        office.write(move |cx| session::end(cx, &permit("session.end"), account, id)).unwrap();
        assert!(office.session(&one.secret).is_none() && office.session(&two.secret).is_some());
        office.write(move |cx| session::end_all_of(cx, &permit("session.end"), account)).unwrap();
        assert!(office.session(&two.secret).is_none());
    }
}

#[test]
fn the_sweep_keeps_sessions_for_the_audit_and_removes_them_after() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        office.member("liwei");
        office.signed_in("liwei");
        let sweep = || {
            let caller = fresh.db.caller("system:sweep");
            fresh.db.write_operational_now(&caller, |cx| session::sweep(cx, &policy())).unwrap();
            office.read(|cx| cx.number(&ROWS, &[])).unwrap()
        };
        office.wait_minutes(200 * 24 * 60);
        assert_eq!(sweep(), 1);
        office.wait_minutes(24 * 60);
        assert_eq!(sweep(), 0);
    }
}

#[test]
fn a_policy_may_ask_for_a_new_password_after_a_while() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        office.member("liwei");
        let row = office.session(&office.signed_in("liwei").secret).unwrap();
        let mut quarterly = policy();
        quarterly.password.renew_after_days = 90;
        assert!(!row.wants_new_password(&quarterly, office.now()));
        office.wait_minutes(90 * 24 * 60);
        assert!(row.wants_new_password(&quarterly, office.now()));
        assert!(!row.wants_new_password(&policy(), office.now()));
    }
}
