//! Tokens and repeated requests.

use base::{Id, Result, noun::Account};
use db::testing::both_engines;

use crate::{
    Digest, Secret, account,
    idempotency::{self, Answer, Repeatable},
    policy::later,
    testing::{Office, STEPS, permit, policy, refused},
    token::{self, NewToken, TokenRow},
};

const DAY: u32 = 24 * 60;

impl Office<'_> {
    fn makes_token(&self, account: Id<Account>, label: &'static str, days: u32) -> Result<Secret> {
        let expires_at = later(self.now(), days * DAY);
        self.write(move |cx| {
            let new = NewToken { account, label, expires_at };
            token::create(cx, &permit("token.manage"), &policy(), new)
        })
    }

    fn bearer(&self, secret: &Secret) -> Option<TokenRow> {
        let digest = secret.digest();
        self.read(move |cx| token::find(cx, &digest)).unwrap()
    }
}

#[test]
fn a_token_carries_its_account_until_it_ends_or_is_revoked() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        let account = office.member("liwei");
        assert_eq!(refused(office.makes_token(account, " ", 30)), "access.token-label");
        assert_eq!(refused(office.makes_token(account, "报表", 0)), "access.token-expiry");
        assert_eq!(refused(office.makes_token(account, "报表", 367)), "access.token-expiry");
        let (short, long) = (
            office.makes_token(account, "报表", 1).unwrap(),
            office.makes_token(account, "网格", 30).unwrap(),
        );
        assert!(short.reveal().starts_with("luoshi_"));
        let row = office.bearer(&short).unwrap();
        assert_eq!((row.account, row.name.as_str()), (account, "李伟"));
        office.wait_minutes(DAY);
        assert!(office.bearer(&short).is_none());
        let id = office.bearer(&long).unwrap().id;
        let revoke = || office.write(move |cx| token::revoke(cx, &permit("token.manage"), id));
        revoke().unwrap();
        assert_eq!(refused(revoke()), "access.token-revoked");
        assert!(office.bearer(&long).is_none());
        let lines = office.read(move |cx| token::list(cx, account)).unwrap();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines.iter().filter(|line| line.revoked_at.is_some()).count(), 1);
    }
}

#[test]
fn closing_an_account_revokes_its_tokens_for_good() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        let account = office.member("liwei");
        let secret = office.makes_token(account, "报表", 30).unwrap();
        office.write(move |cx| account::close(cx, &permit("account.manage"), account)).unwrap();
        assert!(office.bearer(&secret).is_none());
        assert_eq!(refused(office.makes_token(account, "报表", 30)), "access.account-closed");
        office.write(move |cx| account::reopen(cx, &permit("account.manage"), account)).unwrap();
        assert!(office.bearer(&secret).is_none());
    }
}

#[test]
fn use_of_a_token_is_noted_at_most_once_a_minute() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        let account = office.member("liwei");
        let secret = office.makes_token(account, "报表", 30).unwrap();
        let row = office.bearer(&secret).unwrap();
        assert!(row.wants_touch(office.now()));
        let caller = fresh.db.caller("public");
        fresh.db.write_operational_now(&caller, move |cx| token::touch(cx, &row)).unwrap();
        let row = office.bearer(&secret).unwrap();
        assert_eq!(row.used_at, Some(office.now()));
        assert!(!row.wants_touch(office.now()));
    }
}

#[test]
fn a_repeated_request_gets_the_same_answer_for_a_day() {
    for fresh in both_engines(STEPS) {
        let office = Office { fresh: &fresh };
        let (mine, hers) = (office.member("liwei"), office.member("wangfang"));
        let recall = |account: Id<Account>, key: &'static str, body: &'static str| {
            office.read(move |cx| {
                let request = Digest::of(body);
                idempotency::recall(cx, &policy(), Repeatable { account, key, request: &request })
            })
        };
        let answer = Answer { status: 201, body: "{\"id\":1}".into() };
        assert_eq!(recall(mine, "k1", "a").unwrap(), None);
        let remember = || {
            let (caller, given) = (fresh.db.caller("public"), answer.clone());
            fresh.db.write_operational_now(&caller, move |cx| {
                let request = Digest::of("a");
                let repeatable = Repeatable { account: mine, key: "k1", request: &request };
                idempotency::remember(cx, &policy(), repeatable, &given)
            })
        };
        remember().unwrap();
        assert_eq!(refused(remember()), "access.idempotency-running");
        assert_eq!(recall(mine, "k1", "a").unwrap(), Some(answer.clone()));
        assert_eq!(recall(hers, "k1", "a").unwrap(), None);
        assert_eq!(refused(recall(mine, "k1", "b")), "access.idempotency-mismatch");
        assert_eq!(refused(recall(mine, "", "a")), "access.idempotency-key");
        office.wait_minutes(DAY);
        assert_eq!(recall(mine, "k1", "b").unwrap(), None);
        remember().unwrap();
    }
}
