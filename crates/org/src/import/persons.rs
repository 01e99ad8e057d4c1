//! Persons and posts out of the rows of a sheet.

use base::{
    Date, Id, Refusal,
    noun::{self},
};
use office::read::{FieldHint, Row};

use super::{Chosen, RowRefusal};
use crate::{
    kind::Organisation,
    name::{Meaning, NameIndex, UnitNames, plain},
    person::{checked_person_name, checked_phone},
    post::Tenure,
};

/// What is looked for in the head of a roster; the usual name first.
pub const HINTS: &[FieldHint<'static>] = &[
    FieldHint {
        key: "name", names: &["姓名", "人员姓名", "成员姓名", "党员姓名", "干部姓名", "网格员姓名"]
    },
    FieldHint {
        key: "unit",
        names: &[
            "单位",
            "所在单位",
            "工作单位",
            "所属单位",
            "部门",
            "所属部门",
            "村（社区）",
            "所属村",
            "所在村",
            "党支部",
            "所属组织",
            "所属网格",
        ],
    },
    FieldHint {
        key: "role", names: &["职务", "角色", "岗位", "担任职务", "现任职务", "党内职务"]
    },
    FieldHint {
        key: "phone",
        names: &["手机", "手机号码", "手机号", "联系电话", "联系方式", "移动电话", "电话"],
    },
    FieldHint {
        key: "from",
        names: &["任职时间", "任职日期", "任职起始", "到任时间", "任现职时间", "开始日期"],
    },
    FieldHint { key: "to", names: &["离任时间", "任期至", "免职时间", "结束日期"] },
    FieldHint { key: "note", names: &["备注", "说明"] },
];

/// Marks of a post held in place of a holder, before or after the role's name.
const ACTING: [&str; 4] = ["（代理）", "(代理)", "代理", "临时负责"];

/// A person of a row, ready to be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// The number the row has in the file.
    pub number: u32,
    /// The name.
    pub name: String,
    /// The unit and its name.
    pub unit: (Id<noun::Unit>, String),
    /// The roles held there.
    pub roles: Vec<(String, Tenure)>,
    /// The telephone number as written.
    pub phone: Option<String>,
    /// The first and the last day.
    pub term: (Option<Date>, Option<Date>),
    /// What else is said.
    pub note: String,
}

/// What the rows are read against.
#[derive(Debug)]
pub struct Against<'a> {
    /// Kinds and roles.
    pub organisation: &'a Organisation,
    /// The units that may be meant.
    pub units: &'a NameIndex,
    /// The unit meant where the file has no column for it.
    pub home: Id<noun::Unit>,
}

/// Reads every row; rows that cannot be taken in come back with each reason.
pub fn read(chosen: &Chosen<'_>, against: &Against<'_>) -> (Vec<PersonRow>, Vec<RowRefusal>) {
    let (mut persons, mut refused): (Vec<PersonRow>, Vec<RowRefusal>) = (Vec::new(), Vec::new());
    for row in chosen.sheet.body(&chosen.header) {
        match read_row(chosen, against, row) {
            Ok(person) => {
                let same = |other: &&PersonRow| {
                    other.name == person.name && other.unit == person.unit && other.roles == person.roles
                };
                if let Some(before) = persons.iter().find(same) {
                    let twice = Refusal::conflict("org.import-row-twice").arg("before", before.number);
                    refused.push((row.number, twice));
                } else {
                    persons.push(person);
                }
            }
            Err(reasons) => refused.extend(reasons.into_iter().map(|reason| (row.number, reason))),
        }
    }
    (persons, refused)
}

fn read_row(chosen: &Chosen<'_>, against: &Against<'_>, row: &Row) -> Result<PersonRow, Vec<Refusal>> {
    let mut reasons = Vec::new();
    let mut keep = |refusal: Refusal| reasons.push(refusal);
    let name = checked_person_name(&chosen.text(row, "name")).map_err(&mut keep).ok();
    let unit = unit_of(chosen, against, row).map_err(&mut keep).ok();
    let phone = Some(chosen.text(row, "phone")).filter(|phone| !phone.is_empty());
    if let Some(Err(refusal)) = phone.as_deref().map(checked_phone) {
        keep(refusal.arg("value", phone.as_deref().unwrap_or_default()));
    }
    let term = (
        day_of(chosen, row, "from").map_err(&mut keep).ok().flatten(),
        day_of(chosen, row, "to").map_err(&mut keep).ok().flatten(),
    );
    let mut roles = Vec::new();
    if let Some(unit) = unit {
        for word in words(&chosen.text(row, "role")) {
            match role_of(against.organisation, &word, unit) {
                Ok(role) => roles.push(role),
                Err(refusal) => keep(refusal),
            }
        }
    }
    match (name, unit) {
        (Some(name), Some(unit)) if reasons.is_empty() => Ok(PersonRow {
            number: row.number,
            name,
            unit: (unit.id, unit.name.clone()),
            roles,
            phone,
            term,
            note: chosen.text(row, "note"),
        }),
        _ => Err(reasons),
    }
}

fn unit_of<'a>(chosen: &Chosen<'_>, against: &Against<'a>, row: &Row) -> Result<&'a UnitNames, Refusal> {
    if chosen.mapping.column("unit").is_none() {
        return against.units.get(against.home).ok_or_else(|| Refusal::not_found("org.no-such-unit"));
    }
    let written = chosen.text(row, "unit");
    find_unit(against.units, &written)
}

/// The unit a cell means; otherwise the reason, with what may have been meant.
pub(crate) fn find_unit<'a>(units: &'a NameIndex, written: &str) -> Result<&'a UnitNames, Refusal> {
    if written.is_empty() {
        return Err(Refusal::invalid("org.import-unit-missing").field("unit"));
    }
    let listed =
        |units: &[&UnitNames]| units.iter().map(|unit| unit.name.as_str()).collect::<Vec<_>>().join("、");
    let refuse = |key: &'static str| Refusal::invalid(key).field("unit").arg("value", written);
    match units.find(written) {
        Meaning::Found(unit) => Ok(unit),
        Meaning::Several(several) => Err(refuse("org.import-unit-several").arg("count", several.len())),
        Meaning::Suggested(like) if like.is_empty() => Err(refuse("org.import-unit-unknown")),
        Meaning::Suggested(like) => Err(refuse("org.import-unit-like").arg("like", listed(&like))),
    }
}

/// `党委委员、副镇长` are two roles.
fn words(cell: &str) -> Vec<String> {
    let parts = cell.split(['、', '，', ',', '；', ';', '/', '\n']);
    parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn role_of(organisation: &Organisation, word: &str, unit: &UnitNames) -> Result<(String, Tenure), Refusal> {
    let mark = ACTING.iter().find(|mark| word.contains(**mark));
    let tenure = if mark.is_some() { Tenure::Acting } else { Tenure::Full };
    let bare = mark.map_or_else(|| word.to_owned(), |mark| word.replace(mark, ""));
    // 桑园村书记 at 桑园村 is 书记 there, which workbooks call 村书记.
    let own = plain(&bare).replacen(&crate::name::stem(&unit.name), "", 1);
    let candidates =
        [bare.clone(), own.clone(), format!("村{own}"), format!("社区{own}"), format!("镇{own}")];
    let found = candidates.iter().find_map(|name| organisation.role_called(name, &unit.kind));
    let role = found.ok_or_else(|| {
        let known: Vec<&str> =
            organisation.roles_for(&unit.kind).iter().map(|role| role.title.as_str()).collect();
        Refusal::invalid("org.import-role-unknown")
            .field("role")
            .arg("value", word)
            .arg("unit", &unit.name)
            .arg("known", known.join("、"))
    })?;
    if role.is_administration() {
        return Err(Refusal::forbidden("org.import-administration").field("role").arg("role", &role.title));
    }
    Ok((role.key.clone(), tenure))
}

fn day_of(chosen: &Chosen<'_>, row: &Row, field: &'static str) -> Result<Option<Date>, Refusal> {
    let Some(column) = chosen.mapping.column(field) else { return Ok(None) };
    let cell = row.cell(column);
    if cell.is_blank() {
        return Ok(None);
    }
    let month_only = || office::parse_date(&format!("{}01日", cell.as_text().trim()));
    cell.as_date()
        .or_else(month_only)
        .map(Some)
        .ok_or_else(|| Refusal::invalid("org.import-no-date").field(field).arg("value", cell.as_text()))
}
