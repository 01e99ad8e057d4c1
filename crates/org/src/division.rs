//! The administrative divisions of China as of 30 June 2023, shipped with the program: who lies in whom,
//! down to the village. Source, licence and form are in `data/README.md` and `data/build.py`.

use std::{
    io::Read,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use base::code::{DivisionCode, DivisionLevel};

/// One stream per province, so that a county costs no more than its province.
const STREAMS: &[u8] = include_bytes!("../data/divisions.xz");
/// Name, offset and length of each stream.
const INDEX: &str = include_str!("../data/divisions.idx");
/// What stands for the control characters U+0001 and so on; `data/build.py` has the same list.
const ENDINGS: [&str; 6] = ["村民委员会", "居民委员会", "社区居委会", "村委会", "居委会", "社区"];

/// Two digits and the villages.
type Province = (String, Arc<Vec<Division>>);

/// A division with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    /// 2, 4, 6, 9 or 12 digits by level.
    pub code: String,
    /// The name without those of its parents.
    pub name: String,
    /// Province to village.
    pub level: DivisionLevel,
}

/// The division with this code, in any form [`DivisionCode::parse`] reads.
pub fn find(code: &str) -> Option<Division> {
    let code = DivisionCode::parse(code).ok()?;
    if code.level() == DivisionLevel::Village {
        return pick(&villages_of_province(code.as_str())?, code.as_str()).cloned();
    }
    pick(head(), code.as_str()).cloned()
}

/// The province, city, county and so on down to the division itself; empty when there is no such division.
pub fn path(code: &str) -> Vec<Division> {
    let Some(own) = find(code) else { return Vec::new() };
    let above = head().iter().filter(|upper| own.code.starts_with(&upper.code) && upper.code != own.code);
    let mut path: Vec<Division> = above.cloned().collect();
    path.push(own);
    path
}

/// The provinces.
pub fn provinces() -> Vec<Division> {
    head().iter().filter(|division| division.level == DivisionLevel::Province).cloned().collect()
}

/// The divisions directly below one, in order of code.
pub fn children_of(code: &str) -> Vec<Division> {
    let Ok(code) = DivisionCode::parse(code) else { return Vec::new() };
    let child = match code.level() {
        DivisionLevel::Province => DivisionLevel::City,
        DivisionLevel::City => DivisionLevel::County,
        DivisionLevel::County => DivisionLevel::Township,
        DivisionLevel::Township => {
            return villages_of_province(code.as_str())
                .map_or_else(Vec::new, |villages| below(&villages, code.as_str()).to_vec());
        }
        DivisionLevel::Village => return Vec::new(),
    };
    below(head(), code.as_str()).iter().filter(|division| division.level == child).cloned().collect()
}

/// Every division within a county or a township, without itself: townships each followed by its villages.
/// A province or a city is taken whole as well.
pub fn subtree_of(code: &str) -> Vec<Division> {
    let Ok(code) = DivisionCode::parse(code) else { return Vec::new() };
    let Some(villages) = villages_of_province(code.as_str()) else { return Vec::new() };
    let mut within: Vec<Division> = below(head(), code.as_str())
        .iter()
        .chain(below(&villages, code.as_str()))
        .filter(|division| division.code != code.as_str())
        .cloned()
        .collect();
    within.sort_unstable_by(|one, other| one.code.cmp(&other.code));
    within
}

/// The divisions within one whose name contains `part`, in order of code.
pub fn search(within: &str, part: &str) -> Vec<Division> {
    let part = part.trim();
    if part.is_empty() {
        return Vec::new();
    }
    subtree_of(within).into_iter().filter(|division| division.name.contains(part)).collect()
}

/// The part of a list sorted by code whose codes begin with `code`.
fn below<'a>(divisions: &'a [Division], code: &str) -> &'a [Division] {
    let start = divisions.partition_point(|division| division.code.as_str() < code);
    let length = divisions[start..].partition_point(|division| division.code.starts_with(code));
    &divisions[start..start + length]
}

fn pick<'a>(divisions: &'a [Division], code: &str) -> Option<&'a Division> {
    let at = divisions.binary_search_by(|division| division.code.as_str().cmp(code)).ok()?;
    divisions.get(at)
}

/// Provinces to townships, sorted by code.
fn head() -> &'static [Division] {
    static HEAD: OnceLock<Vec<Division>> = OnceLock::new();
    HEAD.get_or_init(|| {
        let text = stream("head").unwrap_or_default();
        let mut code = String::new();
        let divisions = text.lines().filter_map(|line| {
            let (level, rest) = match line.as_bytes().first()? {
                b'=' => (DivisionLevel::Province, &line[1..]),
                b'-' => (DivisionLevel::City, &line[1..]),
                b'.' => (DivisionLevel::County, &line[1..]),
                _ => (DivisionLevel::Township, line),
            };
            let own_digits = if level == DivisionLevel::Township { 3 } else { 2 };
            let (own, name) = rest.split_at_checked(own_digits)?;
            code.truncate(level.digits() - own_digits);
            code.push_str(own);
            Some(Division { code: code.clone(), name: name.to_owned(), level })
        });
        divisions.collect()
    })
}

/// The villages of the province a code begins with, sorted by code. The last province asked for is kept:
/// an office works within one.
fn villages_of_province(code: &str) -> Option<Arc<Vec<Division>>> {
    static LAST: Mutex<Option<Province>> = Mutex::new(None);
    let province = code.get(..2)?;
    // A panic elsewhere cannot leave the memo half written: it is replaced in one assignment.
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((kept, villages)) = &*last
        && kept == province
    {
        return Some(Arc::clone(villages));
    }
    let villages = Arc::new(read_villages(province, &stream(province)?));
    *last = Some((province.to_owned(), Arc::clone(&villages)));
    Some(villages)
}

/// Reads a province: first the serial numbers of the villages by township, then their names.
fn read_villages(province: &str, text: &str) -> Vec<Division> {
    let (serials, names) = text.split_once("#\n").unwrap_or((text, ""));
    let mut names = names.split_inclusive(|c: char| c < ' ');
    let mut villages = Vec::new();
    let townships = below(head(), province).iter().filter(|upper| upper.level == DivisionLevel::Township);
    for (township, line) in townships.zip(serials.lines()) {
        for range in line.split(',').filter(|range| !range.is_empty()) {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let (Ok(first), Ok(last)) = (first.parse::<u16>(), last.parse::<u16>()) else { continue };
            villages.extend((first..=last).zip(names.by_ref()).map(|(serial, name)| Division {
                code: format!("{}{serial:03}", township.code),
                name: with_ending(name),
                level: DivisionLevel::Village,
            }));
        }
    }
    villages
}

fn with_ending(name: &str) -> String {
    let stem = name.trim_end_matches(|c: char| c < ' ');
    let mark = name.chars().last().map_or(0, |c| c as usize);
    let ending = mark.checked_sub(1).and_then(|place| ENDINGS.get(place)).unwrap_or(&"");
    format!("{stem}{ending}")
}

/// Decompresses one stream. The bytes are compiled in, and the test
/// `the_whole_country_is_there` reads every one of them.
fn stream(name: &str) -> Option<String> {
    let line = INDEX.lines().find(|line| line.split(' ').next() == Some(name))?;
    let mut place = line.split(' ').skip(1).filter_map(|number| number.parse::<usize>().ok());
    let packed = STREAMS.get(place.next()?..)?.get(..place.next()?)?;
    let mut bytes = Vec::new();
    liblzma::read::XzDecoder::new(packed).read_to_end(&mut bytes).ok()?;
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).ok()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, time::Instant};

    use super::*;

    fn names(divisions: &[Division]) -> Vec<&str> {
        divisions.iter().map(|division| division.name.as_str()).collect()
    }

    #[test]
    fn the_whole_country_is_there() {
        let mut counts: BTreeMap<DivisionLevel, usize> = BTreeMap::new();
        for division in head() {
            *counts.entry(division.level).or_default() += 1;
        }
        for province in provinces() {
            let villages = read_villages(&province.code, &stream(&province.code).unwrap());
            assert!(villages.is_sorted_by(|one, other| one.code < other.code));
            assert!(villages.iter().all(|village| village.code.len() == 12 && !village.name.is_empty()));
            *counts.entry(DivisionLevel::Village).or_default() += villages.len();
        }
        let counts: Vec<usize> = counts.into_values().collect();
        assert_eq!(counts, [31, 342, 2978, 41_352, 620_573]);
        assert!(head().is_sorted_by(|one, other| one.code < other.code));
    }

    #[test]
    fn qionglai_has_14_townships_and_189_villages() {
        let county = find("510183").unwrap();
        assert_eq!((county.name.as_str(), county.level), ("邛崃市", DivisionLevel::County));
        assert_eq!(find("510183000000"), Some(county));
        assert_eq!(names(&path("510183")), ["四川省", "成都市", "邛崃市"]);
        let within = subtree_of("510183");
        let of = |level| within.iter().filter(|division| division.level == level).count();
        assert_eq!((of(DivisionLevel::Township), of(DivisionLevel::Village), within.len()), (14, 189, 203));
        assert_eq!(children_of("510183").len(), 14);
        let villages: usize = children_of("510183").iter().map(|town| children_of(&town.code).len()).sum();
        assert_eq!(villages, 189);
        // Each township stands right before its villages.
        assert_eq!(within[0].name, "文君街道");
        assert!(within[1].code.starts_with(&within[0].code));
    }

    #[test]
    fn every_kind_of_ending_is_restored() {
        let beijing = path("110101001001");
        assert_eq!(names(&beijing), ["北京市", "市辖区", "东城区", "东华门街道", "多福巷社区居委会"]);
        assert_eq!(with_ending("某\n"), "某");
        assert_eq!(with_ending("某\u{1}"), "某村民委员会");
        assert_eq!(with_ending("某\u{6}"), "某社区");
        let found = search("510183", "临邛");
        assert!(!found.is_empty() && found.iter().all(|division| division.code.starts_with("510183")));
        assert!(search("510183", " ").is_empty());
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for code in ["", "99", "519999", "510183999", "510183001999", "990101001001", "x"] {
            assert_eq!(find(code), None, "{code}");
            assert!(
                path(code).is_empty() && children_of(code).is_empty() && subtree_of(code).is_empty(),
                "{code}"
            );
        }
        assert!(children_of("510183001001").is_empty());
    }

    #[test]
    fn the_county_of_another_province_comes_after_one_decompression() {
        // Shandong is the largest block. The limit is generous for a busy machine; 0.1 s is usual.
        let start = Instant::now();
        assert!(subtree_of("370102").len() > 100);
        assert!(start.elapsed().as_millis() < 3000, "{:?}", start.elapsed());
    }
}
