//! A small township: an office, two departments, a village, and people with posts.

use std::sync::Arc;

use access::{Actor, HeldPost, MasterKey, Permit, RightsTable, UnitPath};
use base::{
    Error, Id, Result, Timestamp,
    calendar::Calendar,
    clock,
    noun::{Case, Person, Unit},
};
use db::{Cx, Statement, testing, testing::Fresh, values};
use regulation::Compendium;

use crate::{
    Rules, acts,
    acts::{NewCase, Raised, Resident},
    model::{CaseHead, CaseSnapshot, Move, Mover, Proof},
    store,
};

/// The procedure every story runs through.
pub(super) const RECTIFICATION: &str = "rectification";

static UNIT: Statement = Statement::new(
    "test.unit",
    "INSERT INTO unit (id, path, key, kind, name, sort, opened_on, version) VALUES ($1, $2, $3, $4, $5, 0, \
     '2020-01-01', 1)",
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

/// Units by name, with path and kind.
const UNITS: [(&str, &str, &str); 7] = [
    ("某县", "1.", "county"),
    ("某镇", "1.1.", "township"),
    ("市场所", "1.1.2.", "department"),
    ("农业办", "1.1.3.", "department"),
    ("东村", "1.1.4.", "village"),
    ("西村", "1.1.5.", "village"),
    ("邻镇", "1.9.", "township"),
];

/// People by name, with role and unit.
const PEOPLE: [(&str, &str, &str); 14] = [
    ("书记", "township-secretary", "某镇"),
    ("主任", "office-director", "某镇"),
    ("干事", "office-clerk", "某镇"),
    ("分管", "deputy-leader", "某镇"),
    ("所长", "department-head", "市场所"),
    ("所员", "department-staff", "市场所"),
    ("农办", "department-head", "农业办"),
    ("村书记", "village-secretary", "东村"),
    ("监委一", "supervision-member", "东村"),
    ("监委二", "supervision-member", "东村"),
    ("监委西", "supervision-member", "西村"),
    ("代表", "people-delegate", "某镇"),
    ("督查", "inspector", "某县"),
    ("邻主任", "office-director", "邻镇"),
];

/// A township with its database, rules and people.
pub(super) struct Town {
    pub(super) fresh: Fresh,
    compendium: Arc<Compendium>,
    rights: Arc<RightsTable>,
    master: MasterKey,
    units: Vec<(String, Id<Unit>, UnitPath)>,
    people: Vec<(String, Actor)>,
}

/// The township on each engine.
pub(super) fn towns() -> Vec<Town> {
    let steps: Vec<db::Migration> =
        [journal::MIGRATIONS, access::MIGRATIONS, org::MIGRATIONS, store::MIGRATIONS].concat();
    testing::both_engines(&steps).into_iter().map(Town::found).collect()
}

impl Town {
    fn found(fresh: Fresh) -> Self {
        let compendium = Arc::new(regulation::load_shipped());
        let rights = Arc::new(RightsTable::new(compendium.rights().rights.clone()));
        let caller = fresh.db.caller("system:test");
        let (units, people) = fresh.db.write_now(&caller, settle).unwrap();
        // A Monday morning: what is due in working days is easy to say.
        fresh.clock.set(clock::start_of("2026-03-02".parse().unwrap()) + hours(9));
        let master = MasterKey::generate().unwrap();
        Self { fresh, compendium, rights, master, units, people }
    }

    pub(super) fn rules(&self) -> Rules<'_> {
        Rules { compendium: &self.compendium, rights: &self.rights, calendar: Calendar::shipped() }
    }

    pub(super) fn who(&self, name: &str) -> &Actor {
        &self.people.iter().find(|(known, _)| known == name).unwrap().1
    }

    pub(super) fn id(&self, name: &str) -> Id<Person> {
        self.who(name).person.unwrap()
    }

    pub(super) fn unit(&self, name: &str) -> Id<Unit> {
        self.units.iter().find(|(known, ..)| known == name).unwrap().1
    }

    /// Runs work that writes, as `name` in the journal.
    pub(super) fn write<T: Send + 'static>(
        &self,
        name: &str,
        work: impl FnOnce(&mut Cx<'_>, &Rules<'_>, &MasterKey) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let actor = match self.people.iter().find(|(known, _)| known == name) {
            Some((_, actor)) => actor.journal_name(),
            None => name.to_owned(),
        };
        let caller = self.fresh.db.caller(actor);
        let (compendium, rights, master) =
            (self.compendium.clone(), self.rights.clone(), self.master.clone());
        self.fresh.db.write_now(&caller, move |cx| {
            let rules = Rules { compendium: &compendium, rights: &rights, calendar: Calendar::shipped() };
            work(cx, &rules, &master)
        })
    }

    pub(super) fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        let caller = self.fresh.db.caller("test");
        self.fresh.db.read_now(&caller, work).unwrap()
    }

    /// Raises a case in the east village, with somebody who holds a receipt.
    pub(super) fn raises(&self, title: &str) -> Raised {
        self.raises_as(title, Resident::Named)
    }

    pub(super) fn raises_as(&self, title: &str, resident: Resident) -> Raised {
        let new = NewCase {
            channel: Some("visit".to_owned()),
            resident,
            raiser: (resident == Resident::Named).then(|| "王某某".to_owned()),
            contact: (resident == Resident::Named).then(|| "13800001234".to_owned()),
            author: Some(self.id("干事")),
            ..NewCase::new(RECTIFICATION, title, &format!("{title}，已经三个月。"), self.unit("东村"))
        };
        let permit = Permit::for_job("case.create", "test");
        self.write("干事", move |cx, rules, master| acts::raise(cx, rules, (&permit, master), &new)).unwrap()
    }

    /// Somebody takes a move.
    pub(super) fn takes(&self, name: &str, case: Id<Case>, asked: Move) -> Result<CaseHead> {
        let actor = self.who(name).clone();
        self.write(name, move |cx, rules, _| acts::take(cx, rules, Mover::Person(&actor), (case, &asked)))
    }

    /// Whoever holds the receipt takes a move.
    pub(super) fn resident_takes(&self, raised: &Raised, asked: Move) -> Result<CaseHead> {
        let receipt = raised.receipt.clone().unwrap();
        let id = raised.id;
        self.write("resident", move |cx, rules, _| {
            let proof: Proof = acts::prove_code(cx, &receipt.number, &receipt.code)?;
            acts::take(cx, rules, Mover::Resident(&proof), (id, &asked))
        })
    }

    /// Lets the platform do what is due.
    pub(super) fn clock_runs(&self) -> u32 {
        self.write("system:clock", |cx, rules, _| {
            let done = acts::run_clock(cx, rules, 100)?;
            cx.mark_journalled();
            Ok(done)
        })
        .unwrap()
    }

    /// Turns the clock to nine in the morning of a day.
    pub(super) fn day(&self, day: &str) {
        self.fresh.clock.set(clock::start_of(day.parse().unwrap()) + hours(9));
    }

    pub(super) fn case(&self, id: Id<Case>) -> CaseSnapshot {
        self.read(move |cx| store::find(cx, id)).unwrap()
    }

    /// The four responsibilities of an assignment to the market bureau.
    pub(super) fn assignment(&self) -> Move {
        self.assignment_to("市场所", "所员")
    }

    pub(super) fn assignment_to(&self, department: &str, person: &str) -> Move {
        Move::new("assign")
            .field("class", "deadline")
            .field("leader", self.id("分管"))
            .field("department", self.unit(department))
            .field("person", self.id(person))
    }

    /// A case assigned to the market bureau and accepted there.
    pub(super) fn handling(&self, title: &str) -> Raised {
        let raised = self.raises(title);
        self.takes("干事", raised.id, self.assignment()).unwrap();
        self.takes("所员", raised.id, Move::new("accept")).unwrap();
        raised
    }

    /// A case said to be done.
    pub(super) fn handled(&self, title: &str) -> Raised {
        let raised = self.handling(title);
        self.takes("所员", raised.id, done()).unwrap();
        raised
    }
}

/// The move that reports a result.
pub(super) fn done() -> Move {
    Move::new("handled").field("result", "solved").field("answer", "摊位已经搬走，路面已经清理。")
}

/// Why something was refused; panics when it was not.
pub(super) fn refused<T: std::fmt::Debug>(outcome: Result<T>) -> String {
    match outcome {
        Err(Error::Refused(refusals)) => refusals[0].key.to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

fn hours(hours: i64) -> std::time::Duration {
    std::time::Duration::from_secs(u64::try_from(hours).unwrap() * 3_600)
}

type Settled = (Vec<(String, Id<Unit>, UnitPath)>, Vec<(String, Actor)>);

fn settle(cx: &mut Cx<'_>) -> Result<Settled> {
    let mut units = Vec::new();
    for (key, (name, path, kind)) in (1_i64..).zip(UNITS) {
        let id: Id<Unit> = cx.new_id();
        cx.execute(&UNIT, values![id, path, key, kind, name])?;
        units.push((name.to_owned(), id, UnitPath(path.to_owned())));
    }
    let mut people = Vec::new();
    for (name, role, unit_name) in PEOPLE {
        let (_, unit, path) = units.iter().find(|(known, ..)| known == unit_name).unwrap();
        let person: Id<Person> = cx.new_id();
        let post = cx.new_id();
        cx.execute(&PERSON, values![person, name, unit])?;
        cx.execute(&POST, values![post, person, role, unit])?;
        let held = HeldPost {
            id: post,
            role: role.to_owned(),
            unit: *unit,
            unit_path: path.clone(),
            unit_name: unit_name.to_owned(),
            for_person: None,
        };
        people.push((
            name.to_owned(),
            Actor { person: Some(person), name: name.to_owned(), posts: vec![held] },
        ));
    }
    cx.mark_journalled();
    Ok((units, people))
}

/// The present moment of the town.
pub(super) fn now_of(town: &Town) -> Timestamp {
    town.fresh.clock.now()
}
