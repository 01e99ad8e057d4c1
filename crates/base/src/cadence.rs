//! How often something is due: periods that cover time without gap or overlap.

use std::{fmt, str::FromStr};

use jiff::{Span, civil::Date};

use crate::refusal::Refusal;

/// The longest interval a rule may ask for, in days and in years.
const MOST_DAYS: u16 = 3660;
const MOST_YEARS: u8 = 50;

/// A recurring period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cadence {
    /// Every so many days, counted from a first day in both directions.
    Days {
        /// Length of a period in days, at least one.
        every: u16,
        /// The first day of one of the periods.
        anchor: Date,
    },
    /// Monday to Sunday.
    Week,
    /// The 1st to the 15th, and the 16th to the end of the month (半月).
    HalfMonth,
    /// A calendar month.
    Month,
    /// Three months from January, April, July or October.
    Quarter,
    /// January to June, July to December.
    HalfYear,
    /// A calendar year.
    Year,
    /// Every so many calendar years, counted from a first year in both directions.
    Years {
        /// Length of a period in years, at least two.
        every: u8,
        /// The first year of one of the periods.
        anchor: i16,
    },
}

/// One period of a cadence.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Period {
    /// The first day.
    pub start: Date,
    /// The last day, included.
    pub end: Date,
    /// A stable name, the same in every language and unique within the cadence: `2026-11-A` and
    /// `2026-11-B` for half-months, `2026-W47`, `2026-11`, `2026-Q4`, `2026-H2`, `2026`, `2021-2025`;
    /// periods of days are named by their first day.
    pub key: String,
}

impl Period {
    /// Whether a day lies in the period.
    pub fn contains(&self, day: Date) -> bool {
        self.start <= day && day <= self.end
    }

    /// How many days the period has.
    pub fn days(&self) -> u32 {
        u32::try_from(days_from(self.start, self.end) + 1).unwrap_or(0)
    }
}

impl Cadence {
    /// Reads `day`, `week`, `half-month`, `month`, `quarter`, `half-year`, `year`, `10d@2026-01-05`
    /// (every ten days from that day) or `5y@2021` (every five years from that year).
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let refused = || Refusal::invalid("base.cadence-form").arg("value", text);
        Ok(match text.trim() {
            // Which day it is counted from makes no difference.
            "day" => Self::Days { every: 1, anchor: Date::constant(2000, 1, 1) },
            "week" => Self::Week,
            "half-month" => Self::HalfMonth,
            "month" => Self::Month,
            "quarter" => Self::Quarter,
            "half-year" => Self::HalfYear,
            "year" => Self::Year,
            other => parse_anchored(other).ok_or_else(refused)?,
        })
    }

    /// The period a day lies in.
    pub fn period_of(self, day: Date) -> Period {
        let (year, month) = (day.year(), day.month());
        match self {
            Self::Days { every, anchor } => {
                let offset = days_from(anchor, day).rem_euclid(i32::from(every.max(1)));
                let start = day.saturating_sub(Span::new().days(offset));
                let end = start.saturating_add(Span::new().days(i32::from(every.max(1)) - 1));
                Period { start, end, key: start.to_string() }
            }
            Self::Week => {
                let start =
                    day.saturating_sub(Span::new().days(i32::from(day.weekday().to_monday_zero_offset())));
                let iso = start.iso_week_date();
                let key = format!("{:04}-W{:02}", iso.year(), iso.week());
                Period { start, end: start.saturating_add(Span::new().days(6)), key }
            }
            Self::HalfMonth if day.day() <= 15 => Period {
                start: day.first_of_month(),
                end: Date::constant(year, month, 15),
                key: format!("{year:04}-{month:02}-A"),
            },
            Self::HalfMonth => Period {
                start: Date::constant(year, month, 16),
                end: day.last_of_month(),
                key: format!("{year:04}-{month:02}-B"),
            },
            Self::Month => months(year, month, 1, format!("{year:04}-{month:02}")),
            Self::Quarter => {
                let quarter = (month - 1) / 3;
                months(year, quarter * 3 + 1, 3, format!("{year:04}-Q{}", quarter + 1))
            }
            Self::HalfYear => {
                let half = (month - 1) / 6;
                months(year, half * 6 + 1, 6, format!("{year:04}-H{}", half + 1))
            }
            Self::Year => months(year, 1, 12, format!("{year:04}")),
            Self::Years { every, anchor } => years(year, i16::from(every.max(1)), anchor),
        }
    }

    /// The period after this one; none after the end of the calendar in the year 9999.
    pub fn next(self, period: &Period) -> Option<Period> {
        period.end.tomorrow().ok().map(|day| self.period_of(day))
    }

    /// The period before this one; none before the beginning of the calendar.
    pub fn prev(self, period: &Period) -> Option<Period> {
        period.start.yesterday().ok().map(|day| self.period_of(day))
    }

    /// The periods that share at least one day with `from..=to`, in order.
    pub fn periods_between(self, from: Date, to: Date) -> impl Iterator<Item = Period> {
        let first = (from <= to).then(|| self.period_of(from));
        std::iter::successors(first, move |period| self.next(period))
            .take_while(move |period| period.start <= to)
    }
}

fn parse_anchored(text: &str) -> Option<Cadence> {
    let (length, anchor) = text.split_once('@')?;
    let digits = |number: &str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(number) = length.strip_suffix('d').filter(|number| digits(number)) {
        let every = number.parse().ok().filter(|every| (1..=MOST_DAYS).contains(every))?;
        return Some(Cadence::Days { every, anchor: anchor.parse().ok()? });
    }
    let number = length.strip_suffix('y').filter(|number| digits(number) && digits(anchor))?;
    let every = number.parse().ok().filter(|every| (2..=MOST_YEARS).contains(every))?;
    let anchor = anchor.parse().ok().filter(|year| (1900..=2999).contains(year))?;
    Some(Cadence::Years { every, anchor })
}

fn days_from(from: Date, to: Date) -> i32 {
    // Between two dates the span has whole days only.
    (to - from).get_days()
}

/// Whole months of one year, from `first`.
fn months(year: i16, first: i8, count: i8, key: String) -> Period {
    let end = Date::constant(year, first + count - 1, 1).last_of_month();
    Period { start: Date::constant(year, first, 1), end, key }
}

fn years(year: i16, every: i16, anchor: i16) -> Period {
    let first = year - (year - anchor).rem_euclid(every);
    let last = first + every - 1;
    // The calendar ends at the years -9999 and 9999.
    let start = Date::new(first, 1, 1).unwrap_or(Date::MIN);
    let end = Date::new(last, 12, 31).unwrap_or(Date::MAX);
    Period { start, end, key: format!("{first:04}-{last:04}") }
}

impl FromStr for Cadence {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        Self::parse(text)
    }
}

impl fmt::Display for Cadence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days { every: 1, .. } => f.write_str("day"),
            Self::Days { every, anchor } => write!(f, "{every}d@{anchor}"),
            Self::Week => f.write_str("week"),
            Self::HalfMonth => f.write_str("half-month"),
            Self::Month => f.write_str("month"),
            Self::Quarter => f.write_str("quarter"),
            Self::HalfYear => f.write_str("half-year"),
            Self::Year => f.write_str("year"),
            Self::Years { every, anchor } => write!(f, "{every}y@{anchor}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn period(cadence: &str, day: Date) -> String {
        let period = Cadence::parse(cadence).unwrap().period_of(day);
        format!("{} {}..{}", period.key, period.start.strftime("%F"), period.end.strftime("%F"))
    }

    #[test]
    fn a_day_lies_in_one_period_of_each_cadence() {
        let day = date(2026, 11, 22);
        assert_eq!(period("day", day), "2026-11-22 2026-11-22..2026-11-22");
        assert_eq!(period("week", day), "2026-W47 2026-11-16..2026-11-22");
        assert_eq!(period("half-month", day), "2026-11-B 2026-11-16..2026-11-30");
        assert_eq!(period("half-month", date(2026, 11, 15)), "2026-11-A 2026-11-01..2026-11-15");
        assert_eq!(period("month", date(2024, 2, 1)), "2024-02 2024-02-01..2024-02-29");
        assert_eq!(period("quarter", day), "2026-Q4 2026-10-01..2026-12-31");
        assert_eq!(period("half-year", date(2026, 6, 30)), "2026-H1 2026-01-01..2026-06-30");
        assert_eq!(period("year", day), "2026 2026-01-01..2026-12-31");
        assert_eq!(period("5y@2021", date(2020, 12, 31)), "2016-2020 2016-01-01..2020-12-31");
        assert_eq!(period("10d@2026-01-05", date(2026, 1, 4)), "2025-12-26 2025-12-26..2026-01-04");
        // The week of New Year 2027 belongs to 2026 by ISO 8601.
        assert_eq!(period("week", date(2027, 1, 1)), "2026-W53 2026-12-28..2027-01-03");
    }

    #[test]
    fn a_cadence_is_written_one_way() {
        for text in [
            "day",
            "week",
            "half-month",
            "month",
            "quarter",
            "half-year",
            "year",
            "10d@2026-01-05",
            "5y@2021",
        ] {
            assert_eq!(Cadence::parse(text).unwrap().to_string(), text);
        }
        for wrong in [
            "",
            "weekly",
            "0d@2026-01-01",
            "10d",
            "10d@2026-02-30",
            "1y@2021",
            "5y@21",
            "+5y@2021",
            "-3d@2026-01-01",
        ] {
            assert_eq!(Cadence::parse(wrong).unwrap_err().key, "base.cadence-form", "{wrong}");
        }
    }

    #[test]
    fn the_calendar_ends_without_a_fall() {
        for cadence in [Cadence::Week, Cadence::Years { every: 7, anchor: 2021 }] {
            assert_eq!(cadence.next(&cadence.period_of(Date::MAX)), None);
            assert_eq!(cadence.prev(&cadence.period_of(Date::MIN)), None);
        }
    }

    #[test]
    fn a_year_has_24_half_months_and_4_quarters() {
        let (from, to) = (date(2026, 1, 1), date(2026, 12, 31));
        assert_eq!(Cadence::HalfMonth.periods_between(from, to).count(), 24);
        assert_eq!(Cadence::Quarter.periods_between(from, to).count(), 4);
        assert_eq!(Cadence::Quarter.periods_between(to, from).count(), 0);
    }

    fn any_cadence() -> impl Strategy<Value = Cadence> {
        prop_oneof![
            (1_u16..400, 0_i32..20_000).prop_map(|(every, days)| Cadence::Days {
                every,
                anchor: date(2000, 1, 1).saturating_add(Span::new().days(days)),
            }),
            Just(Cadence::Week),
            Just(Cadence::HalfMonth),
            Just(Cadence::Month),
            Just(Cadence::Quarter),
            Just(Cadence::HalfYear),
            Just(Cadence::Year),
            (2_u8..20, 1990_i16..2050).prop_map(|(every, anchor)| Cadence::Years { every, anchor }),
        ]
    }

    proptest! {
        #[test]
        fn periods_tile_twenty_years(cadence in any_cadence()) {
            let (from, to) = (date(2016, 1, 1), date(2035, 12, 31));
            let periods: Vec<Period> = cadence.periods_between(from, to).collect();
            prop_assert!(periods[0].contains(from) && periods[periods.len() - 1].contains(to));
            for pair in periods.windows(2) {
                prop_assert_eq!(pair[0].end.tomorrow().unwrap(), pair[1].start);
                prop_assert_eq!(cadence.prev(&pair[1]), Some(pair[0].clone()));
            }
            let keys: BTreeSet<&str> = periods.iter().map(|period| period.key.as_str()).collect();
            prop_assert_eq!(keys.len(), periods.len());
        }

        #[test]
        fn every_day_of_a_period_is_of_that_period(cadence in any_cadence(), offset in 0_i32..7300) {
            let day = date(2016, 1, 1).saturating_add(Span::new().days(offset));
            let period = cadence.period_of(day);
            prop_assert!(period.contains(day) && period.start <= period.end);
            prop_assert_eq!(&cadence.period_of(period.start), &period);
            prop_assert_eq!(&cadence.period_of(period.end), &period);
            prop_assert_eq!(Cadence::parse(&cadence.to_string()).unwrap().period_of(day), period);
        }
    }
}
