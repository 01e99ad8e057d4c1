//! A small township: an office, two departments, two villages, and people with posts.

use access::{Actor, HeldPost, MasterKey, Permit, RightsTable, Subject, UnitPath};
use base::{
    Error, Id, Language, Result,
    calendar::Calendar,
    clock,
    noun::{self, Case, Person, Unit},
};
use case::{
    Rules,
    acts::{self as case_acts, NewCase, Raised, Resident},
    model::{CaseHead, Move, Mover},
};
use db::{Cx, Statement, testing, testing::Fresh, values};
use regulation::Compendium;
use web::Catalogue;

use crate::{
    acts::{self, Issued, NewDraft},
    model::{Press, Publication},
    store,
};

pub(super) const CIRCULAR: &str = "reports-and-circulars/monthly-circular";

static UNIT: Statement = Statement::new(
    "test.unit",
    "INSERT INTO unit (id, path, key, kind, name, sort, opened_on, parent_id, version) \
     VALUES ($1, $2, $3, $4, $5, $6, '2020-01-01', $7, 1)",
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

/// Units by name, with path and kind; each comes after the one it lies in.
const UNITS: [(&str, &str, &str); 7] = [
    ("青石县", "1.", "county"),
    ("云溪镇", "1.1.", "township"),
    ("市场监管所", "1.1.2.", "department"),
    ("农业服务中心", "1.1.3.", "department"),
    ("东村", "1.1.4.", "village"),
    ("西村", "1.1.5.", "village"),
    ("邻镇", "1.9.", "township"),
];

/// People by name, with role and unit.
const PEOPLE: [(&str, &str, &str); 9] = [
    ("书记", "township-secretary", "云溪镇"),
    ("主任", "office-director", "云溪镇"),
    ("干事", "office-clerk", "云溪镇"),
    ("陈分管", "deputy-leader", "云溪镇"),
    ("周所长", "department-head", "市场监管所"),
    ("吴所员", "department-staff", "市场监管所"),
    ("郑农技", "department-head", "农业服务中心"),
    ("村书记", "village-secretary", "东村"),
    ("邻主任", "office-director", "邻镇"),
];

/// A township with its database, rules and people.
pub(super) struct Town {
    pub(super) fresh: Fresh,
    pub(super) compendium: Compendium,
    rights: RightsTable,
    catalogue: Catalogue,
    master: MasterKey,
    units: Vec<(&'static str, Id<Unit>, UnitPath)>,
    people: Vec<(&'static str, Actor)>,
}

/// The township on each engine.
pub(super) fn towns() -> Vec<Town> {
    let steps: Vec<db::Migration> = [
        journal::MIGRATIONS,
        access::MIGRATIONS,
        org::MIGRATIONS,
        case::store::MIGRATIONS,
        store::MIGRATIONS,
    ]
    .concat();
    testing::both_engines(&steps).into_iter().map(Town::found).collect()
}

pub(super) fn catalogue() -> Catalogue {
    let texts: Vec<(Language, &str)> = [case::module().texts, crate::TEXTS].concat();
    Catalogue::new(&texts).unwrap()
}

impl Town {
    fn found(fresh: Fresh) -> Self {
        let compendium = regulation::load_shipped();
        let rights = RightsTable::new(compendium.rights().rights.clone());
        let (units, people) = fresh.db.write_now(&fresh.db.caller("system:test"), settle).unwrap();
        let master = MasterKey::generate().unwrap();
        let town = Self { fresh, compendium, rights, catalogue: catalogue(), master, units, people };
        town.day("2026-10-12");
        town
    }

    pub(super) fn press(&self) -> Press<'_> {
        Press { compendium: &self.compendium, catalogue: &self.catalogue, calendar: Calendar::shipped() }
    }

    pub(super) fn who(&self, name: &str) -> &Actor {
        &self.people.iter().find(|(known, _)| *known == name).unwrap().1
    }

    pub(super) fn id(&self, name: &str) -> Id<Person> {
        self.who(name).person.unwrap()
    }

    pub(super) fn unit(&self, name: &str) -> Id<Unit> {
        self.units.iter().find(|(known, ..)| *known == name).unwrap().1
    }

    pub(super) fn path(&self, name: &str) -> &UnitPath {
        &self.units.iter().find(|(known, ..)| *known == name).unwrap().2
    }

    /// Turns the clock to nine in the morning of a day.
    pub(super) fn day(&self, day: &str) {
        let at = clock::start_of(day.parse().unwrap()) + std::time::Duration::from_hours(9);
        self.fresh.clock.set(at);
    }

    pub(super) fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.fresh.db.read_now(&self.fresh.db.caller("test"), work).unwrap()
    }

    /// Runs work that writes, as `name` in the journal.
    pub(super) fn write<T: Send + 'static>(
        &self,
        name: &str,
        work: impl FnOnce(&mut Cx<'_>, Press<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (caller, compendium) =
            (self.fresh.db.caller(self.who(name).journal_name()), self.compendium.clone());
        self.fresh.db.write_now(&caller, move |cx| {
            let catalogue = catalogue();
            work(cx, Press { compendium: &compendium, catalogue: &catalogue, calendar: Calendar::shipped() })
        })
    }

    /// Leave for somebody to do something at a unit.
    pub(super) fn permit(&self, name: &str, action: &str, unit: &str) -> Result<Permit> {
        Ok(self.rights.permit(self.who(name), action, &Subject::of_unit(self.path(unit)))?)
    }

    /// Raises a case in a village.
    pub(super) fn raises(&self, title: &str, village: &str, channel: &str) -> Raised {
        let new = NewCase {
            channel: Some(channel.to_owned()),
            resident: Resident::Named,
            raiser: Some("王某某".to_owned()),
            contact: Some("13800001234".to_owned()),
            author: Some(self.id("干事")),
            ..NewCase::new("rectification", title, &format!("{title}，已经三个月。"), self.unit(village))
        };
        let permit = Permit::for_job("case.create", "test");
        let (compendium, rights, master) =
            (self.compendium.clone(), self.rights.clone(), self.master.clone());
        let caller = self.fresh.db.caller(self.who("干事").journal_name());
        let raised = self.fresh.db.write_now(&caller, move |cx| {
            let rules = Rules { compendium: &compendium, rights: &rights, calendar: Calendar::shipped() };
            case_acts::raise(cx, &rules, (&permit, &master), &new)
        });
        raised.unwrap()
    }

    /// Somebody takes a move.
    pub(super) fn takes(&self, name: &str, case: Id<Case>, asked: Move) -> CaseHead {
        let (actor, compendium, rights) =
            (self.who(name).clone(), self.compendium.clone(), self.rights.clone());
        let caller = self.fresh.db.caller(actor.journal_name());
        let moved = self.fresh.db.write_now(&caller, move |cx| {
            let rules = Rules { compendium: &compendium, rights: &rights, calendar: Calendar::shipped() };
            case_acts::take(cx, &rules, Mover::Person(&actor), (case, &asked))
        });
        moved.unwrap()
    }

    /// Whoever holds the receipt takes a move.
    pub(super) fn resident_takes(&self, raised: &Raised, asked: Move) {
        let (receipt, id) = (raised.receipt.clone().unwrap(), raised.id);
        let (compendium, rights) = (self.compendium.clone(), self.rights.clone());
        let moved = self.fresh.db.write_now(&self.fresh.db.caller("resident"), move |cx| {
            let rules = Rules { compendium: &compendium, rights: &rights, calendar: Calendar::shipped() };
            let proof = case_acts::prove_code(cx, &receipt.number, &receipt.code)?;
            case_acts::take(cx, &rules, Mover::Resident(&proof), (id, &asked))
        });
        moved.unwrap();
    }

    /// A case assigned to a department and accepted there.
    pub(super) fn handling(&self, title: &str, village: &str, (department, person): (&str, &str)) -> Raised {
        let raised = self.raises(title, village, "visit");
        let due = clock::day_of(self.fresh.clock.now()).saturating_add(jiff::Span::new().days(18));
        let assignment = Move::new("assign")
            .field("class", "deadline")
            .field("leader", self.id("陈分管"))
            .field("department", self.unit(department))
            .field("person", self.id(person))
            .field("due", due);
        self.takes("干事", raised.id, assignment);
        self.takes(person, raised.id, Move::new("accept"));
        raised
    }

    /// A case that was struck off.
    pub(super) fn struck(&self, title: &str) -> Raised {
        let raised = self.handling(title, "东村", ("市场监管所", "吴所员"));
        let done =
            Move::new("handled").field("result", "solved").field("answer", "摊位已经搬走，路面已经清理。");
        self.takes("吴所员", raised.id, done);
        self.resident_takes(&raised, Move::new("confirm"));
        self.takes("主任", raised.id, Move::new("strike-off"));
        raised
    }

    /// A ledger with something in every section: struck off, late, reopened, reported and not, unassigned.
    pub(super) fn ledger(&self) {
        self.struck("占道经营");
        self.struck("夜市油烟");
        let reopened = self.handling("路灯不亮", "西村", ("农业服务中心", "郑农技"));
        let done = Move::new("handled").field("result", "solved").field("answer", "换了灯头。");
        self.takes("郑农技", reopened.id, done);
        self.resident_takes(&reopened, Move::new("reject").note("昨晚又不亮了"));
        let reported = self.handling("机耕道积水", "西村", ("农业服务中心", "郑农技"));
        let report = Move::new("report").note("已经开沟120米，缺排水管，资金还差2万元。");
        self.takes("陈分管", reported.id, report);
        self.handling("市场公秤不准", "东村", ("市场监管所", "吴所员"));
        self.raises("垃圾清运不及时", "东村", "mailbox");
        self.raises("自来水时有时无", "西村", "meeting");
    }

    /// The clerk drafts the circular of the month of a day.
    pub(super) fn drafts(&self, day: &str) -> Result<Id<noun::Publication>> {
        self.drafts_as(day, None)
    }

    pub(super) fn drafts_as(
        &self,
        day: &str,
        amends: Option<Id<noun::Publication>>,
    ) -> Result<Id<noun::Publication>> {
        let permit = self.permit("干事", "publication.draft", "云溪镇")?;
        let (unit, day) = (self.unit("云溪镇"), day.parse().unwrap());
        let new = NewDraft { clause: CIRCULAR.to_owned(), unit, day, amends };
        self.write("干事", move |cx, press| acts::draft(cx, &permit, press, &new))
    }

    /// The director issues a draft.
    pub(super) fn issues(&self, id: Id<noun::Publication>) -> Result<Issued> {
        let permit = self.permit("主任", "publication.issue", "云溪镇")?;
        let version = self.publication(id).version;
        self.write("主任", move |cx, press| acts::issue(cx, &permit, press, (id, version)))
    }

    pub(super) fn publication(&self, id: Id<noun::Publication>) -> Publication {
        self.read(move |cx| store::find(cx, id))
    }
}

/// Why something was refused; panics when it was not.
pub(super) fn refused<T: std::fmt::Debug>(outcome: Result<T>) -> String {
    match outcome {
        Err(Error::Refused(refusals)) => refusals[0].key.to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

type Settled = (Vec<(&'static str, Id<Unit>, UnitPath)>, Vec<(&'static str, Actor)>);

fn settle(cx: &mut Cx<'_>) -> Result<Settled> {
    let mut units: Vec<(&'static str, Id<Unit>, UnitPath)> = Vec::new();
    for (key, (name, path, kind)) in (1_i64..).zip(UNITS) {
        let id: Id<Unit> = cx.new_id();
        let above = units.iter().rev().find(|(_, _, above)| path.starts_with(&above.0)).map(|(_, id, _)| *id);
        cx.execute(&UNIT, values![id, path, key, kind, name, key, above])?;
        units.push((name, id, UnitPath(path.to_owned())));
    }
    let mut people = Vec::new();
    for (name, role, unit_name) in PEOPLE {
        let (_, unit, path) = units.iter().find(|(known, ..)| *known == unit_name).unwrap();
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
        people.push((name, Actor { person: Some(person), name: name.to_owned(), posts: vec![held] }));
    }
    cx.mark_journalled();
    Ok((units, people))
}
