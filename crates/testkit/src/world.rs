//! The county, opened afresh on each engine.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc, time::Duration};

use access::{MasterKey, NewPassword, Permit, Place, link, sign_in, token};
use axum::Router;
use base::{
    Id, Ids, Result, Timestamp,
    noun::{self, Person},
};
use db::{Cx, Migration, testing};
use luoshi::{house::House, modules};
use object_store::memory::InMemory;
use org::{
    person::{NewPerson, PersonFacts},
    post::{NewPost, Tenure},
    unit::{NewUnit, UnitFacts},
};
use serde_json::{Value, json};
use web::{App, Tenant};

use crate::{
    Visitor,
    people::{self, Cast, Member, Part},
};

/// The password of everybody.
const PASSWORD: &str = "reed-bank-42";
/// A session ends after an hour without a request; half of that is on the safe side.
const FRESH: Duration = Duration::from_secs(30 * 60);

/// What the checkpoints of the journal are signed with.
pub const LOG_KEY: [u8; 32] = [7; 32];

/// The units.
#[derive(Debug, Clone)]
pub struct Places {
    /// The county.
    pub county: Id<noun::Unit>,
    /// The township most tests play in.
    pub township: Id<noun::Unit>,
    /// Its three departments.
    pub departments: [Id<noun::Unit>; 3],
    /// Its two villages.
    pub villages: [Id<noun::Unit>; 2],
    /// Its Party branch.
    pub branch: Id<noun::Unit>,
    /// The township beside it.
    pub neighbour: Id<noun::Unit>,
    /// The neighbour's village.
    pub neighbour_village: Id<noun::Unit>,
}

/// The codes of the units that have one.
pub mod code {
    /// The county.
    pub const COUNTY: &str = "510998";
    /// The township.
    pub const TOWNSHIP: &str = "510998100";
    /// Its first village.
    pub const VILLAGE: &str = "510998100201";
    /// The neighbour.
    pub const NEIGHBOUR: &str = "510998101";
}

/// A county with its people.
pub struct World {
    /// The program.
    pub app: App,
    /// The units.
    pub places: Places,
    /// The people with accounts.
    pub cast: Cast,
    fresh: testing::Fresh,
    tenant: Tenant,
    router: Router,
    runtime: tokio::runtime::Runtime,
    sessions: RefCell<BTreeMap<&'static str, (String, Timestamp)>>,
    tokens: RefCell<BTreeMap<&'static str, String>>,
    _home: tempfile::TempDir,
}

/// A fresh county on each engine, by the rules of [`db::testing::both_engines`].
pub fn worlds() -> Vec<World> {
    let steps: Vec<Migration> =
        modules::all().iter().flat_map(|module| module.migrations.iter().copied()).collect();
    testing::both_engines(&steps).into_iter().map(World::found).collect()
}

impl World {
    /// One fresh county on the embedded engine, for tests that the engine makes no difference to.
    pub fn new() -> Self {
        worlds().swap_remove(0)
    }

    fn found(fresh: testing::Fresh) -> Self {
        let home = tempfile::tempdir().expect("a temporary directory");
        std::fs::write(home.path().join("policy.toml"), cheap_policy()).expect("a policy file");
        let keys = home.path().join(code::COUNTY);
        std::fs::create_dir(&keys).expect("a folder for keys");
        std::fs::write(keys.join("log.key"), LOG_KEY).expect("a key file");
        let house = House {
            data: home.path().to_owned(),
            database: None,
            clock: fresh.clock.clone(),
            ids: Arc::new(Ids::seeded(2)),
        };
        let tenant = Tenant {
            code: code::COUNTY.to_owned(),
            name: "清江县".to_owned(),
            db: fresh.db.clone(),
            master_key: Arc::new(MasterKey::from_bytes(&[9; 32]).expect("32 bytes")),
            files: Arc::new(InMemory::new()),
        };
        let app = luoshi::app_of(&house, vec![tenant.clone()]).expect("the program stands");
        let (places, cast) = furnish(&app, &tenant);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        World {
            router: app.router(),
            app,
            places,
            cast,
            fresh,
            tenant,
            runtime,
            sessions: RefCell::default(),
            tokens: RefCell::default(),
            _home: home,
        }
    }

    /// The tenant, to put a program of several together.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    pub(crate) fn host(&self) -> String {
        format!("{}.localhost", self.tenant.code)
    }

    pub(crate) fn router(&self) -> Router {
        self.router.clone()
    }

    pub(crate) fn runtime(&self) -> &tokio::runtime::Runtime {
        &self.runtime
    }

    /// Runs something asynchronous to its end.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.fresh.clock.now()
    }

    /// Lets days go by.
    pub fn wait_days(&self, days: u32) {
        self.fresh.clock.set(self.now() + Duration::from_secs(u64::from(days) * 24 * 3600));
    }

    /// Lets minutes go by.
    pub fn wait_minutes(&self, minutes: u32) {
        self.fresh.clock.set(self.now() + Duration::from_secs(u64::from(minutes) * 60));
    }

    /// Reads, besides HTTP.
    pub fn read<T: Send + 'static>(&self, work: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static) -> T {
        let caller = self.tenant.db.caller("system:test");
        self.tenant.db.read_now(&caller, work).expect("a read")
    }

    /// Writes, besides HTTP.
    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        let caller = self.tenant.db.caller("system:test");
        self.tenant.db.write_now(&caller, work).expect("a write")
    }

    /// Somebody of the cast by login name.
    pub fn member(&self, login: &str) -> &Member {
        self.cast.get(login).unwrap_or_else(|| panic!("nobody is called {login}"))
    }

    /// The person of a login name.
    pub fn person(&self, login: &str) -> Id<Person> {
        self.member(login).person
    }

    /// Somebody signed in at a browser.
    pub fn signed_in(&self, login: &str) -> Visitor<'_> {
        let login = self.member(login).login;
        let kept = self.sessions.borrow().get(login).cloned();
        let secret = match kept {
            Some((secret, since)) if self.now().duration_since(since).unsigned_abs() < FRESH => secret,
            _ => self.sign_in(login),
        };
        self.sessions.borrow_mut().insert(login, (secret.clone(), self.now()));
        Visitor::new(self).with_cookie("luoshi_session", &secret)
    }

    /// Lets everybody sign in anew: after a request that may have ended a session.
    pub fn forget_sessions(&self) {
        self.sessions.borrow_mut().clear();
    }

    /// Somebody's program, with a token.
    pub fn with_token(&self, login: &str) -> Visitor<'_> {
        Visitor::new(self).with_token(self.token(login))
    }

    /// Whoever comes by without signing in.
    pub fn public(&self) -> Visitor<'_> {
        Visitor::new(self)
    }

    /// A resident at a telephone: the public, keeping what cookies the public pages give.
    pub fn resident(&self) -> Visitor<'_> {
        Visitor::new(self)
    }

    /// 党政办主任.
    pub fn office_director(&self) -> Visitor<'_> {
        self.signed_in("office-director")
    }

    /// 党政办干事.
    pub fn office_clerk(&self) -> Visitor<'_> {
        self.signed_in("office-clerk")
    }

    /// 分管领导.
    pub fn leader(&self) -> Visitor<'_> {
        self.signed_in("deputy-leader")
    }

    /// 部门负责人 of the first department.
    pub fn department_head(&self) -> Visitor<'_> {
        self.signed_in("department-head")
    }

    /// 部门干部 of the first department.
    pub fn department_staff(&self) -> Visitor<'_> {
        self.signed_in("department-staff")
    }

    /// The office director of the township beside.
    pub fn neighbour(&self) -> Visitor<'_> {
        self.signed_in("neighbour-office-director")
    }

    /// Somebody with an account and no post.
    pub fn nobody(&self) -> Visitor<'_> {
        self.signed_in("nobody")
    }

    /// The body of a problem in the first village, for the interface.
    pub fn problem(&self, title: &str) -> Value {
        json!({
            "procedure": "rectification", "title": title, "detail": format!("{title}，请尽快处理。"),
            "channel": "visit", "unit": self.places.villages[0],
        })
    }

    /// The fields of an assignment to the first department.
    pub fn assignment(&self) -> Value {
        json!({
            "class": self.first_class(), "leader": self.person("deputy-leader"),
            "department": self.places.departments[0], "person": self.person("department-staff"),
        })
    }

    /// The first class of the procedure, by its code.
    pub fn first_class(&self) -> String {
        let compendium =
            self.app.service::<regulation::Compendium>().expect("the program brings the compendium");
        let procedure = compendium.procedure("rectification").expect("the shipped procedure");
        compendium.classes(procedure)[0].key.clone()
    }

    /// Opens a case through the interface as the office clerk and gives its id.
    pub fn raised(&self, title: &str) -> String {
        let made =
            self.with_token("office-clerk").api("POST", "/api/v1/cases", &self.problem(title)).must_be(201);
        made.json()["id"].as_str().expect("an id").to_owned()
    }

    /// A bearer token of somebody.
    pub fn token(&self, login: &str) -> String {
        let login = self.member(login).login;
        if let Some(token) = self.tokens.borrow().get(login) {
            return token.clone();
        }
        let token = token_of(&self.app, &self.tenant, self.person(login));
        self.tokens.borrow_mut().insert(login, token.clone());
        token
    }

    fn sign_in(&self, login: &'static str) -> String {
        let policy = self.app.policy().clone();
        let place = Place { agent: "testkit".to_owned(), origin: "192.0.2.1".to_owned() };
        let (policy_at, place_at) = (policy.clone(), place.clone());
        let candidate = self.read(move |cx| sign_in::lookup(cx, &policy_at, login, &place_at));
        let checked = candidate.check(PASSWORD).expect("the password is checked");
        match self.write(move |cx| sign_in::finish(cx, &policy, checked, &place)) {
            sign_in::SignIn::Open(session) => session.secret.reveal().to_owned(),
            other => panic!("{other:?}"),
        }
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

/// Builds the county and lets its people in, in a tenant that has nothing in it yet.
pub fn furnish(app: &App, tenant: &Tenant) -> (Places, Cast) {
    let places = build(app, tenant);
    let cast = enter(app, tenant, people::parts(app, &places));
    (places, cast)
}

/// A fresh bearer token of a person with an account.
pub fn token_of(app: &App, tenant: &Tenant, person: Id<Person>) -> String {
    let policy = app.policy().clone();
    let made = tenant.db.write_now(&tenant.db.caller("system:test"), move |cx| {
        let account = access::account::of_person(cx, person)?.expect("an account");
        let expires_at = cx.now() + Duration::from_secs(300 * 24 * 3600);
        let new = token::NewToken { account: account.id, label: "test", expires_at };
        let secret = token::create(cx, &Permit::for_job("token.manage", "test"), &policy, new)?;
        Ok(secret.reveal().to_owned())
    });
    made.expect("a token")
}

/// The shipped policy with a hash cheap enough for tests.
fn cheap_policy() -> String {
    let shipped = include_str!("../../access/policy.toml");
    let line = |text: &str, name: &str, value: &str| -> String {
        let lines = text.lines().map(|line| {
            if line.starts_with(&format!("{name} = ")) {
                format!("{name} = {value}")
            } else {
                line.to_owned()
            }
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    line(&line(shipped, "memory_kib", "64"), "passes", "1")
}

/// A unit to be built: its kind, name and code, under which one.
type Plan<'a> = (&'a str, &'a str, Option<&'a str>, Option<Id<noun::Unit>>);

fn build(app: &App, tenant: &Tenant) -> Places {
    let organisation = app.service::<org::Organisation>().expect("the program brings the organisation");
    let caller = tenant.db.caller("system:test");
    let built = tenant.db.write_now(&caller, move |cx| {
        let mut add = |plan: Plan<'_>| -> Result<Id<noun::Unit>> {
            let (kind, name, code, parent) = plan;
            let facts =
                UnitFacts { name: name.to_owned(), code: code.map(str::to_owned), ..UnitFacts::default() };
            let new = NewUnit { parent, kind: kind.to_owned(), facts, ..NewUnit::default() };
            Ok(org::unit::acts::add(cx, &Permit::for_job("org.edit", "test"), &organisation, &new)?.id)
        };
        let county = add(("county", "清江县", Some(code::COUNTY), None))?;
        let township = add(("township", "柳溪镇", Some(code::TOWNSHIP), Some(county)))?;
        let committee = add(("committee", "柳溪镇党委", None, Some(township)))?;
        let neighbour = add(("township", "白塔镇", Some(code::NEIGHBOUR), Some(county)))?;
        Ok(Places {
            county,
            township,
            departments: [
                add(("department", "农业服务中心", None, Some(township)))?,
                add(("department", "村镇建设办公室", None, Some(township)))?,
                add(("department", "社会事务办公室", None, Some(township)))?,
            ],
            villages: [
                add(("village", "柳树村", Some(code::VILLAGE), Some(township)))?,
                add(("village", "石桥村", Some("510998100202"), Some(township)))?,
            ],
            branch: add(("branch", "柳树村党支部", None, Some(committee)))?,
            neighbour,
            neighbour_village: add(("village", "东山村", Some("510998101201"), Some(neighbour)))?,
        })
    });
    built.expect("the county stands")
}

fn enter(app: &App, tenant: &Tenant, parts: Vec<Part>) -> Cast {
    let organisation = app.service::<org::Organisation>().expect("the program brings the organisation");
    let (policy, master) = (app.policy().clone(), Arc::clone(&tenant.master_key));
    let caller = tenant.db.caller("system:test");
    let entered = tenant.db.write_now(&caller, move |cx| {
        let mut cast = Cast::new();
        for (number, part) in parts.into_iter().enumerate() {
            let name = people::name_of(number);
            let facts = PersonFacts { name: name.clone(), ..PersonFacts::default() };
            let new = NewPerson { facts, unit: part.unit, import: None };
            let person =
                org::person::acts::enter(cx, &Permit::for_job("person.edit", "test"), &master, &new)?.id;
            if let Some(role) = &part.role {
                let action = org::post::acts::action_for(organisation.role(role)?);
                let new = NewPost {
                    person,
                    role: role.clone(),
                    unit: part.unit,
                    term: (cx.today(), None),
                    tenure: Tenure::Full,
                    note: String::new(),
                    import: None,
                };
                org::post::acts::give(cx, &Permit::for_job(action, "test"), &organisation, &new)?;
            }
            let password = NewPassword::make(&policy.password, part.login, PASSWORD)?;
            let permit = Permit::for_job("account.manage", "test");
            let holder = link::Holder { person, name: &name };
            let secret = link::issue(cx, &permit, &policy, holder, link::Purpose::Invite)?;
            link::redeem(cx, &secret.digest(), &password)?;
            let member = Member { login: part.login, name, person, role: part.role, unit: part.unit };
            cast.insert(part.login, member);
        }
        Ok(cast)
    });
    entered.expect("everybody is entered")
}
