//! Working days and deadlines: weekends, public holidays and make-up working days (调休).
//!
//! The holidays of a year are announced once, usually in November of the year before. Until then nobody
//! can know them: a deadline that depends on such a year is counted Monday to Friday and marked
//! provisional, to be computed again when the notice is out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
    sync::OnceLock,
};

use jiff::civil::{Date, Weekday};

use crate::refusal::Refusal;

/// The notices of the State Council as shipped; source and licence in `data/README.md`.
const SHIPPED: &str = include_str!("../data/holidays.tsv");

/// No deadline in an official rule is longer than this; a larger number is a slip of the pen.
const LONGEST_TERM: u32 = 36_500;

/// Which days are working days, as far as it has been announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    announced: BTreeMap<Date, Announced>,
    years: BTreeSet<i16>,
}

/// What a notice says about one day.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Announced {
    holiday: String,
    working: bool,
}

impl Calendar {
    /// The calendar this program was built with.
    ///
    /// # Panics
    ///
    /// Never: the file is compiled in, and a test parses it.
    pub fn shipped() -> &'static Self {
        static SHIPPED_CALENDAR: OnceLock<Calendar> = OnceLock::new();
        SHIPPED_CALENDAR.get_or_init(|| {
            // Cannot fail: the test `the_shipped_calendar_holds_twenty_years` parses the same bytes.
            Self::parse(SHIPPED).expect("the shipped calendar is well formed")
        })
    }

    /// Reads a calendar from lines of `year of the notice, date, holiday, off or work`, separated by tabs.
    /// Lines that begin with `#` and empty lines are skipped.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let mut calendar = Self { announced: BTreeMap::new(), years: BTreeSet::new() };
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let line = line.trim_end();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (year, date, announced) = parse_line(line)
                .ok_or_else(|| Refusal::invalid("base.calendar-line").arg("line", index + 1))?;
            calendar.years.insert(year);
            // Two notices may name one day at the turn of the year; the later notice wins.
            calendar.announced.insert(date, announced);
        }
        if calendar.years.is_empty() {
            return Err(Refusal::invalid("base.calendar-empty"));
        }
        Ok(calendar)
    }

    /// Whether people are at work on this day.
    pub fn is_working_day(&self, day: Date) -> bool {
        match self.announced.get(&day) {
            Some(announced) => announced.working,
            None => !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday),
        }
    }

    /// The holiday a day belongs to, as a day off or as its make-up working day.
    pub fn holiday(&self, day: Date) -> Option<&str> {
        self.announced.get(&day).map(|announced| announced.holiday.as_str())
    }

    /// Whether the holidays of a year have been announced.
    pub fn knows(&self, year: i16) -> bool {
        self.years.contains(&year)
    }

    /// The last day of the last announced year. A notice may still touch the last days of December of
    /// the year before it, as those for 2007, 2008, 2012, 2019 and 2023 did.
    pub fn known_through(&self) -> Date {
        self.years.last().map_or(Date::MIN, |year| Date::constant(*year, 12, 31))
    }

    /// When a term that begins on `from` ends. The day it begins is not counted (Civil Code, article 201).
    pub fn deadline(&self, from: Date, term: Term) -> Deadline {
        let date = match term.kind {
            DayKind::Calendar => {
                let last = add_days(from, term.days);
                if term.roll { self.working_day_from(last) } else { last }
            }
            DayKind::Working => self.working_day_from(self.add_working_days(from, term.days)),
        };
        // Invariant: what no notice can move is not provisional
        // (`a_plain_calendar_term_is_never_provisional`).
        let moves = term.roll || term.kind == DayKind::Working;
        Deadline { date, provisional: moves && !self.decides(from, date, term.kind) }
    }

    /// The working days after `from` up to and including `to`; none when `to` is not later.
    /// It undoes [`Calendar::deadline`]: between a day and its deadline of five working days lie five.
    pub fn working_days_between(&self, from: Date, to: Date) -> u32 {
        let mut count = 0;
        let mut day = from;
        while day < to {
            let Ok(next) = day.tomorrow() else { break };
            day = next;
            count += u32::from(self.is_working_day(day));
        }
        count
    }

    /// The day itself when it is a working day, else the next one.
    pub fn working_day_from(&self, day: Date) -> Date {
        let mut day = day;
        while !self.is_working_day(day) {
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        day
    }

    fn add_working_days(&self, from: Date, days: u32) -> Date {
        let mut left = days;
        let mut day = from;
        while left > 0 {
            let Ok(next) = day.tomorrow() else { break };
            day = next;
            left -= u32::from(self.is_working_day(day));
        }
        day
    }

    /// Whether every year that was counted has been announced. A term of calendar days consults the
    /// calendar only about its end.
    fn decides(&self, from: Date, to: Date, kind: DayKind) -> bool {
        let first = if kind == DayKind::Working { from.year() } else { to.year() };
        (first..=to.year()).all(|year| self.knows(year))
    }
}

fn parse_line(line: &str) -> Option<(i16, Date, Announced)> {
    let mut fields = line.split('\t').map(str::trim);
    let year: i16 = fields.next()?.parse().ok()?;
    let date: Date = fields.next()?.parse().ok()?;
    let holiday = fields.next()?.to_owned();
    let working = match fields.next()? {
        "off" => false,
        "work" => true,
        _ => return None,
    };
    // A notice speaks of its own year and of the days around its beginning and end.
    let near = (date.year() - year).abs() <= 1;
    (near && (1..=9998).contains(&year) && fields.next().is_none()).then_some((
        year,
        date,
        Announced { holiday, working },
    ))
}

fn add_days(from: Date, days: u32) -> Date {
    from.saturating_add(jiff::Span::new().days(days.min(LONGEST_TERM)))
}

/// How days are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DayKind {
    /// Every day counts (自然日).
    Calendar,
    /// Only working days count (工作日).
    Working,
}

/// A length of time in a rule: `15d` is fifteen calendar days, `5wd` five working days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Term {
    /// How many days; none means the same day.
    pub days: u32,
    /// How they are counted.
    pub kind: DayKind,
    /// Whether a term of calendar days that ends on a rest day ends on the next working day instead
    /// (Civil Code, article 203). A term of working days always ends on one.
    pub roll: bool,
}

impl Term {
    /// A term of calendar days that rolls over rest days at its end.
    pub const fn calendar(days: u32) -> Self {
        Self { days, kind: DayKind::Calendar, roll: true }
    }

    /// A term of working days.
    pub const fn working(days: u32) -> Self {
        Self { days, kind: DayKind::Working, roll: true }
    }

    /// The same term, ending on the very day even if that is a rest day.
    #[must_use]
    pub const fn exact(mut self) -> Self {
        self.roll = false;
        self
    }

    /// Reads `15d` or `5wd`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let refused = || Refusal::invalid("base.term-form").arg("value", text);
        let text = text.trim();
        let (number, term): (&str, fn(u32) -> Self) = if let Some(number) = text.strip_suffix("wd") {
            (number, Self::working)
        } else if let Some(number) = text.strip_suffix('d') {
            (number, Self::calendar)
        } else {
            return Err(refused());
        };
        // `u32::from_str` would take a leading plus sign.
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let days = number.parse().ok().filter(|days| digits && *days <= LONGEST_TERM);
        days.map(term).ok_or_else(refused)
    }
}

impl FromStr for Term {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        Self::parse(text)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            DayKind::Calendar => write!(f, "{}d", self.days),
            DayKind::Working => write!(f, "{}wd", self.days),
        }
    }
}

/// The day a term ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Deadline {
    /// The last day on which it is still in time.
    pub date: Date,
    /// The date rests on a year whose holidays are not announced yet, and may move.
    pub provisional: bool,
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
mod tests;
