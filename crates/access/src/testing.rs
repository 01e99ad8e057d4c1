//! What the tests of this crate share: the schema, and an office with people in it.

use base::{Id, Result, Timestamp, noun, noun::Person};
use db::{Cx, Migration, testing::Fresh};

use crate::{
    MasterKey, NewPassword, Permit, Place, Policy, Secret, SessionRow,
    link::{self, Holder, Purpose},
    policy::later,
    session::{self, NewSession},
    sign_in::{self, SignIn},
};

/// The tables of the journal and of this crate.
pub(crate) const STEPS: &[Migration] = &[journal::MIGRATIONS[0], crate::MIGRATIONS[0]];

/// The shipped thresholds with a hash cheap enough for tests.
pub(crate) fn policy() -> Policy {
    let mut policy = Policy::shipped().unwrap();
    (policy.password.memory_kib, policy.password.passes) = (64, 1);
    policy
}

pub(crate) fn permit(action: &str) -> Permit {
    Permit::for_job(action, "test")
}

pub(crate) fn master() -> MasterKey {
    MasterKey::from_bytes(&[9; 32]).unwrap()
}

pub(crate) fn place() -> Place {
    Place { agent: "Firefox".into(), origin: "192.0.2.1".into() }
}

/// The first refusal's key of an answer.
#[track_caller]
pub(crate) fn refused<T>(answer: Result<T>) -> String {
    match answer {
        Ok(_) => panic!("not refused"),
        Err(base::Error::Refused(refusals)) => refusals[0].key.to_string(),
        Err(base::Error::Fault(fault)) => panic!("{fault}"),
    }
}

/// An office on one engine.
pub(crate) struct Office<'a> {
    pub(crate) fresh: &'a Fresh,
}

pub(crate) const PASSWORD: &str = "reed-bank-42";

impl Office<'_> {
    pub(crate) fn wait_minutes(&self, minutes: u32) {
        self.fresh.clock.set(later(self.now(), minutes));
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.fresh.clock.now()
    }

    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.fresh.db.write_now(&self.fresh.db.caller("public"), work)
    }

    pub(crate) fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.fresh.db.read_now(&self.fresh.db.caller("public"), work)
    }

    /// A person as another kernel would have made one.
    pub(crate) fn person(&self) -> Id<Person> {
        self.read(|cx| Ok(cx.new_id())).unwrap()
    }

    pub(crate) fn link(&self, person: Id<Person>, purpose: Purpose) -> Result<Secret> {
        self.write(move |cx| {
            let holder = Holder { person, name: "李伟" };
            link::issue(cx, &permit("account.manage"), &policy(), holder, purpose)
        })
    }

    pub(crate) fn redeem(&self, secret: &Secret, login: &str, plain: &str) -> Result<Id<noun::Account>> {
        let password = NewPassword::make(&policy().password, login, plain)?;
        let digest = secret.digest();
        self.write(move |cx| link::redeem(cx, &digest, &password))
    }

    /// Somebody with an account, `PASSWORD` being the password.
    pub(crate) fn member(&self, login: &str) -> Id<noun::Account> {
        let secret = self.link(self.person(), Purpose::Invite).unwrap();
        self.redeem(&secret, login, PASSWORD).unwrap()
    }

    pub(crate) fn sign_in(&self, login: &'static str, plain: &str) -> Result<SignIn> {
        let candidate = self.read(move |cx| sign_in::lookup(cx, &policy(), login, &place()))?;
        let checked = candidate.check(plain)?;
        self.write(move |cx| sign_in::finish(cx, &policy(), checked, &place()))
    }

    pub(crate) fn signed_in(&self, login: &'static str) -> NewSession {
        match self.sign_in(login, PASSWORD).unwrap() {
            SignIn::Open(session) => session,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn session(&self, secret: &Secret) -> Option<SessionRow> {
        let digest = secret.digest();
        self.read(move |cx| session::find(cx, &digest)).unwrap()
    }

    /// What the journal says of an account, oldest first.
    pub(crate) fn acts_on(&self, subject: journal::Ref) -> Vec<String> {
        let entries = self.read(move |cx| journal::entries_of(cx, &subject)).unwrap();
        entries.into_iter().map(|entry| entry.act).collect()
    }
}
