//! Names of units as people write them: 桑园村, 桑园村委会 and 桑园村民委员会 are one village.

use access::UnitPath;
use base::{Id, noun};

use crate::unit::Unit;

/// Endings that say what the office of a unit is, not which unit it is; longer ones first.
const OFFICE_ENDINGS: [(&str, &str); 12] = [
    ("社区居民委员会", "社区"),
    ("社区居委会", "社区"),
    ("村民委员会", "村"),
    ("居民委员会", "社区"),
    ("街道办事处", "街道"),
    ("人民政府", ""),
    ("村委会", "村"),
    ("居委会", "社区"),
    ("综合办公室", "办"),
    ("办公室", "办"),
    ("委员会", "委"),
    ("办事处", ""),
];

/// A text without blanks and with half-width letters in lower case.
pub fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    };
    text.chars().filter(|c| !c.is_whitespace()).map(narrow).flat_map(char::to_lowercase).collect()
}

/// A name without the ending of its office.
pub fn stem(name: &str) -> String {
    let name = plain(name);
    let ending =
        OFFICE_ENDINGS.iter().find(|(ending, _)| name.ends_with(ending) && name.len() > ending.len());
    let Some((ending, instead)) = ending else { return name };
    let head = &name[..name.len() - ending.len()];
    // 桑园村村民委员会 is 桑园村, not 桑园村村.
    if head.ends_with(instead) { head.to_owned() } else { format!("{head}{instead}") }
}

/// A unit's names, for finding it by what people write.
#[derive(Debug, Clone)]
pub struct UnitNames {
    /// The unit.
    pub id: Id<noun::Unit>,
    /// Where it stands.
    pub path: UnitPath,
    /// Its full name.
    pub name: String,
    /// The key of its kind.
    pub kind: String,
    forms: Vec<String>,
    stems: Vec<String>,
}

/// What a written name may mean.
#[derive(Debug, Clone)]
pub enum Meaning<'a> {
    /// One unit and no other.
    Found(&'a UnitNames),
    /// Several units alike; the superior's name would tell them apart.
    Several(Vec<&'a UnitNames>),
    /// None, but these look like it, the likest first.
    Suggested(Vec<&'a UnitNames>),
}

/// The names of a subtree, made once for many look-ups.
#[derive(Debug, Clone, Default)]
pub struct NameIndex(Vec<UnitNames>);

/// How like two names must be to be suggested: Dice's coefficient over pairs of characters, in hundredths.
const LIKE_ENOUGH: usize = 45;
/// How many suggestions a person can take in.
const MOST_SUGGESTIONS: usize = 5;

impl NameIndex {
    /// The names of these units.
    pub fn new(units: &[Unit]) -> Self {
        let names = |unit: &Unit| {
            let given = std::iter::once(&unit.name).chain(&unit.short_name);
            let forms: Vec<String> = given.map(|name| plain(name)).collect();
            let stems = forms.iter().map(|form| stem(form)).collect();
            UnitNames {
                id: unit.id,
                path: unit.path.clone(),
                name: unit.name.clone(),
                kind: unit.kind.clone(),
                forms,
                stems,
            }
        };
        Self(units.iter().map(names).collect())
    }

    /// The unit of this id.
    pub fn get(&self, id: Id<noun::Unit>) -> Option<&UnitNames> {
        self.0.iter().find(|unit| unit.id == id)
    }

    /// What `written` may mean: the name itself, then the name without the ending of its office, then the
    /// name after those of its superiors (`文君街道桑园村`); else what looks like it.
    pub fn find(&self, written: &str) -> Meaning<'_> {
        let written = plain(written);
        let wanted = stem(&written);
        let by =
            |test: &dyn Fn(&UnitNames) -> bool| self.0.iter().filter(|unit| test(unit)).collect::<Vec<_>>();
        let steps: [Vec<&UnitNames>; 3] = [
            by(&|unit| unit.forms.contains(&written)),
            by(&|unit| unit.stems.contains(&wanted)),
            by(&|unit| self.is_named_in_full(unit, &wanted)),
        ];
        for found in steps {
            match found[..] {
                [] => {}
                [one] => return Meaning::Found(one),
                _ => return Meaning::Several(found),
            }
        }
        Meaning::Suggested(self.suggestions(&wanted))
    }

    /// Whether `written` ends with the unit's name and begins with those of units above it only.
    fn is_named_in_full(&self, unit: &UnitNames, written: &str) -> bool {
        let heads = unit.stems.iter().filter_map(|own| written.strip_suffix(own.as_str()));
        heads.filter(|head| !head.is_empty()).any(|head| {
            let above =
                self.0.iter().filter(|other| other.path != unit.path && unit.path.is_within(&other.path));
            let rest = above.fold(head.to_owned(), |rest, upper| {
                upper
                    .forms
                    .iter()
                    .chain(&upper.stems)
                    .fold(rest, |rest, name| rest.replacen(name.as_str(), "", 1))
            });
            rest.is_empty()
        })
    }

    fn suggestions(&self, wanted: &str) -> Vec<&UnitNames> {
        let likeness = |unit: &UnitNames| {
            unit.stems
                .iter()
                .map(|own| if wanted.len() > 3 && own.contains(wanted) { 90 } else { dice(own, wanted) })
                .max()
                .unwrap_or(0)
        };
        let mut like: Vec<(usize, &UnitNames)> = self
            .0
            .iter()
            .map(|unit| (likeness(unit), unit))
            .filter(|(likeness, _)| *likeness >= LIKE_ENOUGH)
            .collect();
        like.sort_by_key(|(likeness, _)| std::cmp::Reverse(*likeness));
        like.into_iter().take(MOST_SUGGESTIONS).map(|(_, unit)| unit).collect()
    }
}

/// Dice's coefficient over pairs of neighbouring characters, in hundredths.
fn dice(one: &str, other: &str) -> usize {
    let pairs = |text: &str| -> Vec<(char, char)> { text.chars().zip(text.chars().skip(1)).collect() };
    let (one, mut other) = (pairs(one), pairs(other));
    let total = one.len() + other.len();
    let mut shared = 0;
    for pair in &one {
        if let Some(at) = other.iter().position(|candidate| candidate == pair) {
            other.swap_remove(at);
            shared += 1;
        }
    }
    (shared * 200usize).checked_div(total).unwrap_or(0)
}

impl UnitNames {
    /// Whether a written name is this unit's, with or without the ending of its office.
    pub fn is_called(&self, written: &str) -> bool {
        self.forms.contains(&plain(written)) || self.stems.contains(&stem(written))
    }
}

impl NameIndex {
    /// The unit right below `parent` of this name.
    pub fn child(&self, parent: Id<noun::Unit>, written: &str) -> Option<Id<noun::Unit>> {
        let parent = self.get(parent)?;
        let is_child = |unit: &&UnitNames| {
            let below = unit.path.0.strip_prefix(parent.path.0.as_str());
            below.is_some_and(|below| below.matches('.').count() == 1) && unit.is_called(written)
        };
        self.0.iter().find(is_child).map(|unit| unit.id)
    }
}
