//! A township of the public: a village, an office, a department, and telephones that keep cookies.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc};

use access::{Actor, HeldPost, MasterKey, RightsTable, UnitPath};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use base::{
    Id, Language, Result,
    noun::{Case, Person, Unit},
};
use case::{
    Rulebook, acts,
    model::{Move, Mover},
    store,
};
use db::{
    Cx, Migration, Statement,
    testing::{self, Fresh},
    values,
};
use object_store::memory::InMemory;
use tower::ServiceExt as _;
use web::{App, AppBuilder, Module, Tenant};

static UNIT: Statement = Statement::new(
    "test.unit",
    "INSERT INTO unit (id, path, key, kind, name, code, parent_id, sort, opened_on, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, 0, '2020-01-01', 1)",
);
static PERSON: Statement = Statement::new(
    "test.person",
    "INSERT INTO person (id, name, unit_id, note, made_at, version) \
     VALUES ($1, $2, $3, '', '2020-01-01T00:00:00.000000Z', 1)",
);
static POST: Statement = Statement::new(
    "test.post",
    "INSERT INTO post (id, person_id, role, unit_id, from_on, acting, note, version) \
     VALUES ($1, $2, $3, $4, '2020-01-01', 0, '', 1)",
);

/// Name, path, kind, code, the place of the unit above in this list.
type Row = (&'static str, &'static str, &'static str, Option<&'static str>, Option<usize>);
const UNITS: [Row; 5] = [
    ("清江县", "1.", "county", Some("510998000000"), None),
    ("柳溪镇", "1.2.", "township", Some("510998100000"), Some(0)),
    ("石桥村", "1.2.3.", "village", Some("510998100201"), Some(1)),
    ("渡口社区", "1.2.4.", "community", Some("510998100002"), Some(1)),
    ("农业农村办公室", "1.2.5.", "department", None, Some(1)),
];

/// Name, role, the place of the unit.
const PEOPLE: [(&str, &str, usize); 4] = [
    ("主任", "office-director", 1),
    ("分管", "deputy-leader", 1),
    ("办事员周平", "department-staff", 4),
    ("代表", "people-delegate", 1),
];

pub(super) struct World {
    pub(super) app: App,
    pub(super) fresh: Fresh,
    pub(super) units: Vec<Id<Unit>>,
    people: Vec<(&'static str, Actor)>,
    router: Router,
    runtime: tokio::runtime::Runtime,
}

/// The township on each engine.
pub(super) fn worlds() -> Vec<World> {
    let steps: Vec<Migration> =
        [journal::MIGRATIONS, access::MIGRATIONS, org::MIGRATIONS, store::MIGRATIONS, crate::MIGRATIONS]
            .concat();
    testing::both_engines(&steps).into_iter().map(World::found).collect()
}

macro_rules! texts_of {
    ($name:literal) => {
        Module {
            name: $name,
            migrations: &[],
            statements: Vec::new,
            texts: &[
                (Language::Chinese, include_str!(concat!("../../../", $name, "/text/zh-CN.ftl"))),
                (Language::English, include_str!(concat!("../../../", $name, "/text/en.ftl"))),
            ],
            routes: Vec::new,
        }
    };
}

impl World {
    fn found(fresh: Fresh) -> Self {
        let caller = fresh.db.caller("system:test");
        let (units, people) = fresh.db.write_now(&caller, settle).unwrap();
        let compendium = regulation::load_shipped();
        let rights = RightsTable::new(compendium.rights().rights.clone());
        let tenant = Tenant {
            code: "510998".into(),
            name: "清江县".into(),
            db: fresh.db.clone(),
            master_key: Arc::new(MasterKey::from_bytes(&[9; 32]).unwrap()),
            files: Arc::new(InMemory::new()),
        };
        let modules =
            vec![texts_of!("base"), texts_of!("access"), web::module(), case::module(), crate::module()];
        let mut builder = AppBuilder::new(modules, vec![tenant], rights, org::posts_of).unwrap();
        builder.clock = fresh.clock.clone();
        let app = builder.service(Arc::new(compendium)).build().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { router: app.router(), app, fresh, units, people, runtime }
    }

    /// Somebody with a telephone.
    pub(super) fn resident(&self) -> Telephone<'_> {
        Telephone { world: self, cookies: RefCell::default(), from: "192.0.2.7" }
    }

    pub(super) fn village(&self) -> String {
        self.units[2].to_string()
    }

    /// Somebody of the staff takes a move.
    pub(super) fn takes(&self, name: &str, case: Id<Case>, asked: Move) {
        let actor = self.people.iter().find(|(known, _)| *known == name).unwrap().1.clone();
        let rulebook = Rulebook::of(&self.app).unwrap();
        let caller = self.fresh.db.caller(actor.journal_name());
        let take = move |cx: &mut Cx<'_>| {
            acts::take(cx, &rulebook.rules(), Mover::Person(&actor), (case, &asked)).map(|_| ())
        };
        self.fresh.db.write_now(&caller, take).unwrap();
    }

    fn person(&self, name: &str) -> Id<Person> {
        self.people.iter().find(|(known, _)| *known == name).unwrap().1.person.unwrap()
    }

    /// The case is assigned, with a private note, and accepted.
    pub(super) fn is_assigned(&self, case: Id<Case>, private: &str) {
        let mut assign = Move::new("assign")
            .field("class", "deadline")
            .field("leader", self.person("分管"))
            .field("department", self.units[4])
            .field("person", self.person("办事员周平"));
        assign.private_note = Some(private.to_owned());
        self.takes("主任", case, assign);
        self.takes("办事员周平", case, Move::new("accept"));
    }

    pub(super) fn is_said_to_be_done(&self, case: Id<Case>) {
        let done =
            Move::new("handled").field("result", "solved").field("answer", "机耕道已经填平，压了两遍。");
        self.takes("办事员周平", case, done);
    }

    pub(super) fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.fresh.db.read_now(&self.fresh.db.caller("test"), work).unwrap()
    }

    /// The case raised last.
    pub(super) fn newest(&self) -> case::model::CaseSnapshot {
        self.read(|cx| {
            let page = store::list(cx, &store::Sight::everything(), &store::Filter::default(), (None, 1))?;
            store::find(cx, page.rows[0].head.id)
        })
        .unwrap()
    }

    pub(super) fn count(&self) -> i64 {
        self.read(|cx| store::count(cx, &store::Sight::everything(), &store::Filter::default()))
    }

    /// The log is sealed, as a job does every minute.
    pub(super) fn seals(&self) {
        let keys = journal::Keys::from_bytes(&[4; 32]);
        let seal = move |cx: &mut Cx<'_>| journal::seal(cx, &keys).map(|_| ());
        self.fresh.db.write_operational_now(&self.fresh.db.caller("system:seal"), seal).unwrap();
    }

    pub(super) fn wait_minutes(&self, minutes: u64) {
        self.fresh.clock.set(self.fresh.clock.now() + std::time::Duration::from_secs(minutes * 60));
    }
}

type Settled = (Vec<Id<Unit>>, Vec<(&'static str, Actor)>);

fn settle(cx: &mut Cx<'_>) -> Result<Settled> {
    let mut units: Vec<Id<Unit>> = Vec::new();
    for (key, (name, path, kind, code, above)) in (1_i64..).zip(UNITS) {
        let id: Id<Unit> = cx.new_id();
        let parent = above.map(|at| units[at]);
        cx.execute(&UNIT, values![id, path, key, kind, name, code, parent])?;
        units.push(id);
    }
    let mut people = Vec::new();
    for (name, role, at) in PEOPLE {
        let (person, post): (Id<Person>, _) = (cx.new_id(), cx.new_id());
        cx.execute(&PERSON, values![person, name, units[at]])?;
        cx.execute(&POST, values![post, person, role, units[at]])?;
        let held = HeldPost {
            id: post,
            role: role.to_owned(),
            unit: units[at],
            unit_path: UnitPath(UNITS[at].1.to_owned()),
            unit_name: UNITS[at].0.to_owned(),
            for_person: None,
        };
        people.push((name, Actor { person: Some(person), name: name.to_owned(), posts: vec![held] }));
    }
    cx.mark_journalled();
    Ok((units, people))
}

/// A telephone that keeps cookies.
pub(super) struct Telephone<'w> {
    world: &'w World,
    cookies: RefCell<BTreeMap<String, String>>,
    pub(super) from: &'static str,
}

pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: String,
    pub(super) to: String,
}

impl Reply {
    #[track_caller]
    pub(super) fn says(&self, words: &str) -> &Self {
        assert!(self.body.contains(words), "{} does not say {words}: {}", self.status, self.body);
        self
    }
}

/// What a resident writes down from the receipt.
pub(super) struct Slip {
    pub(super) page: String,
    pub(super) number: String,
    pub(super) code: String,
    pub(super) link: String,
}

impl Telephone<'_> {
    pub(super) fn get(&self, path: &str) -> Reply {
        self.ask(Request::get(path), Body::empty())
    }

    pub(super) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let kind = "application/x-www-form-urlencoded";
        self.ask(Request::post(path).header(header::CONTENT_TYPE, kind), Body::from(form.finish()))
    }

    /// A form with a file.
    pub(super) fn send(&self, path: &str, fields: &[(&str, &str)], (name, bytes): (&str, &[u8])) -> Reply {
        let mut body = Vec::new();
        for (key, value) in fields {
            body.extend(
                format!("--x\r\nContent-Disposition: form-data; name=\"{key}\"\r\n\r\n{value}\r\n").bytes(),
            );
        }
        let head = format!(
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend(head.bytes());
        body.extend(bytes);
        body.extend(b"\r\n--x--\r\n");
        let kind = "multipart/form-data; boundary=x";
        self.ask(Request::post(path).header(header::CONTENT_TYPE, kind), Body::from(body))
    }

    fn ask(&self, request: http::request::Builder, body: Body) -> Reply {
        let cookies: Vec<String> =
            self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request
            .header(header::HOST, "localhost")
            .header("x-forwarded-for", self.from)
            .header(header::COOKIE, cookies.join("; "))
            .body(body)
            .unwrap();
        self.world.runtime.block_on(async {
            let response = self.world.router.clone().oneshot(request).await.unwrap();
            for set in response.headers().get_all(header::SET_COOKIE) {
                let (name, rest) = set.to_str().unwrap().split_once('=').unwrap();
                let value = rest.split(';').next().unwrap();
                self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
            }
            let status = response.status();
            let to = response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
            let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            Reply { status, body: String::from_utf8_lossy(&bytes).into_owned(), to: to.unwrap_or_default() }
        })
    }

    /// The key of a fresh form.
    pub(super) fn fresh_form(&self) -> String {
        between(&self.get("/public/raise").body, "name=\"key\" value=\"", "\"")
    }

    /// Raises a problem in the village and writes the receipt down.
    pub(super) fn raises(&self, more: &[(&str, &str)]) -> Slip {
        let (key, village) = (self.fresh_form(), self.world.village());
        let mut fields = vec![
            ("key", key.as_str()),
            ("unit", village.as_str()),
            ("title", "三组机耕道塌了"),
            ("detail", "  下雨就塌，\r\n拖拉机过不去。 "),
            ("who", "anonymous"),
        ];
        fields.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
        fields.extend(more);
        let reply = self.post("/public/raise", &fields);
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
        self.reads(&reply.to)
    }

    pub(super) fn reads(&self, page: &str) -> Slip {
        let body = self.get(page).body;
        Slip {
            page: page.to_owned(),
            number: between(&body, "<dd>", "</dd>"),
            code: between(&body, "p-code\">", "<"),
            link: between(&body, "href=\"/public/follow/", "\""),
        }
    }

    pub(super) fn follows(&self, number: &str, code: &str) -> Reply {
        self.post("/public/follow", &[("number", number), ("code", code)])
    }

    /// Takes a move on the case being followed, saying yes where it is asked once more.
    pub(super) fn moves(&self, transition: &str, note: &str, sure: &str) -> Reply {
        let page = self.get("/public/follow/case").body;
        let version = between(&page, "name=\"version\" value=\"", "\"");
        let fields = [("transition", transition), ("version", &version), ("note", note), ("sure", sure)];
        self.post("/public/follow/case/moves", &fields)
    }
}

/// What stands between two marks.
#[track_caller]
pub(super) fn between(text: &str, from: &str, to: &str) -> String {
    let start = text.find(from).unwrap_or_else(|| panic!("no {from} in {text}")) + from.len();
    text[start..].split(to).next().unwrap().to_owned()
}
