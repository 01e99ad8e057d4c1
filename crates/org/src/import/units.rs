//! Units out of the rows of a sheet: a tree by codes or names of parents, or a list under one unit.

use std::collections::HashMap;

use base::{
    Id, Refusal,
    noun::{self},
};
use office::read::{FieldHint, Header, Row};

use super::{Chosen, RowRefusal};
use crate::{
    kind::Organisation,
    name::{Meaning, NameIndex, UnitNames, plain},
    unit::checked_name,
};

/// What is looked for in the head of a tree of units; the usual name first.
pub const HINTS: &[FieldHint<'static>] = &[
    FieldHint {
        key: "name",
        names: &["机构名称", "单位名称", "组织名称", "部门名称", "组织机构名称", "名称", "中文名"],
    },
    FieldHint {
        key: "code",
        names: &[
            "机构编码",
            "单位编码",
            "组织编码",
            "部门编码",
            "组织机构编码",
            "编码",
            "机构代码",
            "代码",
            "区划代码",
            "编号",
        ],
    },
    FieldHint {
        key: "parent",
        names: &[
            "上级机构",
            "上级单位",
            "上级组织",
            "上级部门",
            "父级",
            "父节点",
            "所属上级",
            "上级",
            "父机构",
        ],
    },
    FieldHint {
        key: "kind", names: &["机构类型", "单位类型", "组织类型", "类型", "类别", "层级"]
    },
    FieldHint { key: "short_name", names: &["简称", "机构简称"] },
    FieldHint { key: "members", names: &["党员数", "党员人数"] },
];

/// Endings of names that tell the kind, longer ones first.
const KIND_ENDINGS: [(&str, &str); 30] = [
    ("党总支", "general-branch"),
    ("总支部", "general-branch"),
    ("党支部", "branch"),
    ("支部", "branch"),
    ("党工委", "committee"),
    ("党委", "committee"),
    ("村民小组", "group"),
    ("居民小组", "group"),
    ("网格", "group"),
    ("村民委员会", "village"),
    ("村委会", "village"),
    ("居民委员会", "community"),
    ("居委会", "community"),
    ("社区", "community"),
    ("街道办事处", "township"),
    ("人民政府", "township"),
    ("街道", "township"),
    ("服务中心", "service-centre"),
    ("中心", "service-centre"),
    ("派出所", "station"),
    ("司法所", "station"),
    ("公司", "enterprise"),
    ("合作社", "enterprise"),
    ("协会", "association"),
    ("学校", "school"),
    ("卫生院", "school"),
    ("组", "group"),
    ("村", "village"),
    ("镇", "township"),
    ("乡", "township"),
];

/// Where a unit of a row is to stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Under {
    /// Under a unit that is there.
    Unit(Id<noun::Unit>),
    /// Under the unit of this key.
    Row(u32),
}

/// A unit of a row, ready to be added. Parents come before their children.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitRow {
    /// The number the row has in the file.
    pub number: u32,
    /// What children name it by: the number of the row, or a running number where a row holds several.
    pub key: u32,
    /// The name.
    pub name: String,
    /// The key of the kind.
    pub kind: String,
    /// Where it stands.
    pub under: Under,
    /// The code, where it is that of a division.
    pub code: Option<String>,
    /// The name used in the house.
    pub short_name: Option<String>,
    /// Members of a Party organisation.
    pub members: Option<i64>,
    /// The unit there already is in its place, which is left as it is.
    pub known: Option<Id<noun::Unit>>,
}

/// Reads every row; rows that cannot be taken in come back with each reason. `home` is where units without
/// a parent stand.
pub fn read(
    chosen: &Chosen<'_>,
    organisation: &Organisation,
    units: &NameIndex,
    home: Id<noun::Unit>,
) -> (Vec<UnitRow>, Vec<RowRefusal>) {
    let mut refused = Vec::new();
    if let Some(levels) = levels(&chosen.header) {
        let mut ordered = read_levels(chosen, &levels, units.get(home), &mut refused);
        mark_known(&mut ordered, units, home);
        return (ordered, refused);
    }
    let rows: Vec<&Row> = chosen.sheet.body(&chosen.header).collect();
    let parents = Parents::of(chosen, &rows);
    let mut read: HashMap<u32, UnitRow> = HashMap::new();
    for row in &rows {
        match read_row(chosen, organisation, row, (&parents, units, home)) {
            Ok(unit) => {
                read.insert(row.number, unit);
            }
            Err(reason) => refused.push((row.number, reason)),
        }
    }
    let mut ordered: Vec<UnitRow> = Vec::new();
    for row in &rows {
        place(row.number, &read, &mut ordered, &mut refused);
    }
    mark_known(&mut ordered, units, home);
    (ordered, refused)
}

/// How rows of the file are named by their children: by code, or by name.
struct Parents {
    by_code: HashMap<String, u32>,
    by_name: HashMap<String, Vec<u32>>,
}

impl Parents {
    fn of(chosen: &Chosen<'_>, rows: &[&Row]) -> Self {
        let mut parents = Self { by_code: HashMap::new(), by_name: HashMap::new() };
        for row in rows {
            let (code, name) = (chosen.text(row, "code"), chosen.text(row, "name"));
            if !code.is_empty() {
                parents.by_code.entry(code).or_insert(row.number);
            }
            parents.by_name.entry(plain(&name)).or_default().push(row.number);
        }
        parents
    }

    fn row_of(&self, written: &str) -> Option<u32> {
        let by_name = || match self.by_name.get(&plain(written)).map(Vec::as_slice) {
            Some([one]) => Some(*one),
            _ => None,
        };
        self.by_code.get(written).copied().or_else(by_name)
    }
}

fn read_row(
    chosen: &Chosen<'_>,
    organisation: &Organisation,
    row: &Row,
    (parents, units, home): (&Parents, &NameIndex, Id<noun::Unit>),
) -> Result<UnitRow, Refusal> {
    let name = checked_name(&chosen.text(row, "name"))?;
    let written = chosen.text(row, "parent");
    let under = if written.is_empty() || matches!(written.as_str(), "0" | "-1" | "无" | "根") {
        Under::Unit(home)
    } else if let Some(parent) = parents.row_of(&written).filter(|parent| *parent != row.number) {
        Under::Row(parent)
    } else if let Meaning::Found(unit) = units.find(&written) {
        Under::Unit(unit.id)
    } else {
        return Err(Refusal::invalid("org.import-parent-unknown").field("parent").arg("value", written));
    };
    let said = chosen.text(row, "kind");
    let by_word = organisation
        .kinds
        .iter()
        .find(|kind| plain(&kind.title).split('、').any(|title| title == plain(&said)) || kind.key == said);
    let kind = by_word.map_or_else(|| kind_of_name(&name).to_owned(), |kind| kind.key.clone());
    let code = Some(chosen.text(row, "code")).filter(|code| is_division(code, &name));
    let members = chosen.mapping.column("members").and_then(|column| row.cell(column).as_integer());
    let short_name = Some(chosen.text(row, "short_name")).filter(|short| !short.is_empty());
    Ok(UnitRow {
        number: row.number,
        name,
        kind,
        under,
        code,
        short_name,
        members,
        known: None,
        key: row.number,
    })
}

/// The kind a name tells; a department where it tells none.
fn kind_of_name(name: &str) -> &'static str {
    let bare = name.trim_end_matches([')', '）']);
    KIND_ENDINGS.iter().find(|(ending, _)| bare.ends_with(ending)).map_or("department", |(_, kind)| kind)
}

/// Puts a row behind its parents; one that hangs on a refused row or on itself is refused.
fn place(
    number: u32,
    read: &HashMap<u32, UnitRow>,
    ordered: &mut Vec<UnitRow>,
    refused: &mut Vec<RowRefusal>,
) {
    let (mut chain, mut next) = (Vec::new(), Some(number));
    while let Some(number) = next.take() {
        if ordered.iter().any(|unit| unit.number == number) {
            break;
        }
        let unit = read.get(&number);
        if chain.contains(&number) || unit.is_none() {
            // The row at the end of the chain was refused with its own reason already.
            let key = if unit.is_some() { "org.import-circle" } else { "org.import-parent-refused" };
            let first = chain.first().copied().filter(|first| read.contains_key(first));
            let told = |first: u32| refused.iter().any(|(row, _)| *row == first);
            if let Some(first) = first
                && !told(first)
            {
                refused.push((first, Refusal::invalid(key).field("parent").arg("other", number)));
            }
            return;
        }
        chain.push(number);
        if let Some(Under::Row(parent)) = unit.map(|unit| &unit.under) {
            next = Some(*parent);
        }
    }
    ordered.extend(chain.iter().rev().filter_map(|number| read.get(number).cloned()));
}

/// Finds the units that are there already: same name in the same place, or the place itself.
fn mark_known(ordered: &mut [UnitRow], units: &NameIndex, home: Id<noun::Unit>) {
    let mut known: HashMap<u32, Id<noun::Unit>> = HashMap::new();
    for unit in ordered {
        let parent = match &unit.under {
            Under::Unit(id) => Some(*id),
            Under::Row(row) => known.get(row).copied(),
        };
        let Some(parent) = parent else { continue };
        let itself = units.get(home).filter(|home| home.id == parent && home.is_called(&unit.name));
        unit.known = itself.map(|home| home.id).or_else(|| units.child(parent, &unit.name));
        if let Some(id) = unit.known {
            known.insert(unit.key, id);
        }
    }
}

/// A level of a tree written sideways: the column of the name, and that of the code beside it.
type Level = (usize, Option<usize>);

/// The levels of a tree written sideways: the same title over every second column, province to village, and
/// a row for every leaf. None where the head is not of that form.
pub(crate) fn levels(header: &Header) -> Option<Vec<Level>> {
    let columns = &header.columns;
    let first = columns.iter().find(|column| column.title.contains('名'))?;
    let names: Vec<usize> =
        columns.iter().filter(|column| column.title == first.title).map(|column| column.index).collect();
    let code_at = |index: usize| {
        columns.iter().any(|column| {
            column.index == index && ["编号", "编码", "代码"].iter().any(|word| column.title.contains(word))
        })
    };
    let level = |name: &usize| (*name, code_at(name + 1).then_some(name + 1));
    (names.len() > 1).then(|| names.iter().map(level).collect())
}

/// Reads a tree written sideways. What stands above the unit it is imported for is left out; rows that do not
/// lie below it are refused.
fn read_levels(
    chosen: &Chosen<'_>,
    levels: &[Level],
    home: Option<&UnitNames>,
    refused: &mut Vec<RowRefusal>,
) -> Vec<UnitRow> {
    let (mut ordered, mut keys): (Vec<UnitRow>, HashMap<Vec<String>, u32>) = (Vec::new(), HashMap::new());
    let Some(home) = home else { return ordered };
    for row in chosen.sheet.body(&chosen.header) {
        let text = |column: usize| row.cell(column).as_text().trim().to_owned();
        let steps: Vec<(String, Option<String>)> = levels
            .iter()
            .map(|(name, code)| (text(*name), code.map(text).filter(|code| !code.is_empty())))
            .filter(|(name, _)| !name.is_empty())
            .collect();
        let Some(at) = steps.iter().position(|(name, _)| home.is_called(name)) else {
            let refusal = Refusal::invalid("org.import-not-below").field("unit").arg("unit", &home.name);
            refused.push((row.number, refusal));
            continue;
        };
        let (mut under, mut trail) = (Under::Unit(home.id), Vec::new());
        for (name, code) in &steps[at + 1..] {
            trail.push(name.clone());
            if let Some(key) = keys.get(&trail) {
                under = Under::Row(*key);
                continue;
            }
            match checked_name(name) {
                Ok(name) => {
                    let key = u32::try_from(ordered.len()).unwrap_or(u32::MAX);
                    keys.insert(trail.clone(), key);
                    let kind = kind_of_name(&name).to_owned();
                    let code = code.clone().filter(|code| is_division(code, &name));
                    let unit = UnitRow {
                        number: row.number,
                        key,
                        name,
                        kind,
                        under,
                        code,
                        short_name: None,
                        members: None,
                        known: None,
                    };
                    under = Under::Row(key);
                    ordered.push(unit);
                }
                Err(refusal) => {
                    refused.push((row.number, refusal));
                    break;
                }
            }
        }
    }
    ordered
}

/// Whether a code is that of a division of this name.
fn is_division(code: &str, name: &str) -> bool {
    crate::division::find(code)
        .is_some_and(|division| crate::name::stem(&division.name) == crate::name::stem(name))
}
