//! Places a resident can choose: the divisions of the tenant, by their official codes.

use access::UnitPath;
use base::{Id, Result, noun::Unit};
use db::Cx;

/// A township with its villages and communities.
pub(crate) struct Township {
    pub(crate) id: Id<Unit>,
    pub(crate) name: String,
    pub(crate) villages: Vec<Village>,
}

/// A village or community.
pub(crate) struct Village {
    pub(crate) id: Id<Unit>,
    pub(crate) name: String,
    pub(crate) code: String,
}

/// The level a division code of twelve digits (GB/T 10114) names: township where the last three digits
/// are zero, village where they are not.
fn level(code: &str) -> Level {
    match (code.get(6..9), code.get(9..12)) {
        (Some("000") | None, _) => Level::County,
        (Some(_), Some("000")) => Level::Township,
        (Some(_), _) => Level::Village,
    }
}

#[derive(PartialEq, Eq)]
enum Level {
    County,
    Township,
    Village,
}

/// Every township with its villages, in the order of the tree.
pub(crate) fn townships(cx: &mut Cx<'_>) -> Result<Vec<Township>> {
    let units = org::units_within(cx, &UnitPath(String::new()))?;
    let coded = |wanted: Level| {
        units.iter().filter_map(move |unit| {
            let code = unit.code.as_deref()?;
            (level(code) == wanted).then_some((unit, code))
        })
    };
    let found = coded(Level::Township).map(|(township, _)| Township {
        id: township.id,
        name: township.name.clone(),
        villages: coded(Level::Village)
            .filter(|(village, _)| village.path.is_within(&township.path))
            .map(|(village, code)| Village {
                id: village.id,
                name: village.name.clone(),
                code: code.to_owned(),
            })
            .collect(),
    });
    Ok(found.collect())
}

/// The name of the township a unit belongs to; `None` where it belongs to none.
pub(crate) fn township_of(cx: &mut Cx<'_>, unit: Id<Unit>) -> Result<Option<String>> {
    let mut at = Some(unit);
    // A department has no code of its own; its township stands above it.
    while let Some(id) = at {
        let here = org::unit::unit(cx, id)?;
        match here.code.as_deref().map(level) {
            Some(Level::Township) => return Ok(Some(here.name)),
            Some(Level::County) => return Ok(None),
            Some(Level::Village) | None => at = here.parent,
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_says_its_level() {
        assert!(level("510183000000") == Level::County);
        assert!(level("510183101000") == Level::Township);
        assert!(level("510183101205") == Level::Village);
    }
}
