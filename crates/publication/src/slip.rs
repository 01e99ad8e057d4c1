//! The supervision slip (督办单): a numbered paper with a head of its own, since it is no statutory kind.

use base::{Date, Id, Result, clock, noun};
use case::model::{CaseSnapshot, Slip};
use db::Cx;
use office::document::{Block, Slip as Paper};

use crate::model::Press;

/// A slip in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlipSheet {
    /// The head, such as 桑园镇督办单.
    pub head: String,
    /// Its number.
    pub number: String,
    /// Its day.
    pub date: Date,
    /// Who signs it.
    pub signature: String,
    /// What it demands.
    pub demand: String,
    /// The particulars: label and value.
    pub particulars: Vec<(String, String)>,
    /// The answer, once there is one: label and value.
    pub answer: Vec<(String, String)>,
}

/// The slip of a case by its place, counted from 1, or by its id.
pub fn chosen<'a>(case: &'a CaseSnapshot, which: &str) -> Option<&'a Slip> {
    let by_place = which.parse::<usize>().ok().and_then(|n| case.slips.get(n.checked_sub(1)?));
    by_place.or_else(|| case.slips.iter().find(|slip| slip.id.to_string() == which))
}

/// Puts a slip into words.
pub fn sheet(cx: &mut Cx<'_>, press: Press<'_>, case: &CaseSnapshot, slip: &Slip) -> Result<SlipSheet> {
    let head = &case.head;
    let persons: Vec<Id<noun::Person>> =
        [head.leader, head.handler, slip.issued_by, slip.answered_by].into_iter().flatten().collect();
    let persons = org::names_of_persons(cx, &persons)?;
    let units: Vec<Id<noun::Unit>> = [Some(head.unit), head.department].into_iter().flatten().collect();
    let units = org::names_of_units(cx, &units)?;
    let person =
        |id: Option<Id<noun::Person>>| id.and_then(|id| persons.get(&id).cloned()).unwrap_or_default();
    let unit = |id: Option<Id<noun::Unit>>| id.and_then(|id| units.get(&id).cloned()).unwrap_or_default();
    let organ = township_of(cx, head.unit)?;
    let clause = press.compendium.slip(&slip.slip);
    let title = clause.map_or_else(|| press.say("publication-slip", &[]), |clause| clause.title.clone());
    let particulars = [
        ("case", head.label()),
        ("place", unit(Some(head.unit))),
        ("title", head.title.clone()),
        ("detail", case.detail.clone()),
        ("reason", reason_of(press, slip)),
        ("leader", person(head.leader)),
        ("department", unit(head.department)),
        ("person", person(head.handler)),
        ("answer-due", office::document::chinese_date(slip.due)),
        ("issuer", person(slip.issued_by)),
    ];
    let answer = match (&slip.answer, slip.answered_at) {
        (Some(text), Some(at)) => vec![
            ("answer", text.clone()),
            ("answered-by", person(slip.answered_by)),
            ("answered-on", office::document::chinese_date(clock::day_of(at))),
        ],
        _ => Vec::new(),
    };
    let titled = |(key, value): (&str, String)| (press.say(&format!("publication-slip-{key}"), &[]), value);
    Ok(SlipSheet {
        head: format!("{organ}{title}"),
        number: slip.number.clone(),
        date: clock::day_of(slip.issued_at),
        signature: organ,
        demand: slip.note.clone().unwrap_or_default(),
        particulars: particulars.into_iter().filter(|(_, value)| !value.is_empty()).map(titled).collect(),
        answer: answer.into_iter().map(titled).collect(),
    })
}

/// The name of the township a unit lies in; its own where it lies in none.
fn township_of(cx: &mut Cx<'_>, id: Id<noun::Unit>) -> Result<String> {
    let own = org::unit::unit(cx, id)?;
    let (mut at, name) = (own.clone(), own.name);
    loop {
        if at.kind == "township" {
            return Ok(at.name);
        }
        let Some(parent) = at.parent else { return Ok(name) };
        at = org::unit::unit(cx, parent)?;
    }
}

fn reason_of(press: Press<'_>, slip: &Slip) -> String {
    let Some(code) = &slip.reason else { return String::new() };
    let clause = press.compendium.slip(&slip.slip);
    let list = clause.and_then(|clause| {
        if clause.reasons.contains('/') {
            return press.compendium.code_list(&clause.reasons);
        }
        let regulation = slip.slip.split('/').next().unwrap_or_default();
        press.compendium.code_list(&format!("{regulation}/{}", clause.reasons))
    });
    let item = list.and_then(|list| list.item(code));
    item.map_or_else(|| code.clone(), |item| item.title.clone())
}

impl SlipSheet {
    /// The slip as docx: with its answer, or with room to write one by hand.
    pub fn to_docx(&self, press: Press<'_>) -> Result<Vec<u8>> {
        let say = |key: &str| press.say(&format!("publication-slip-{key}"), &[]);
        let mut body = vec![Block::Paragraph(format!("{}：{}", say("demand"), self.demand))];
        let to_fill = if self.answer.is_empty() {
            vec![(say("received"), 1), (say("answer"), 3)]
        } else {
            body.extend(
                self.answer.iter().map(|(label, value)| Block::Paragraph(format!("{label}：{value}"))),
            );
            Vec::new()
        };
        Paper {
            head: self.head.clone(),
            number: self.number.clone(),
            fields: self.particulars.clone(),
            body,
            signature: self.signature.clone(),
            date: self.date,
            to_fill,
        }
        .to_docx()
    }
}
