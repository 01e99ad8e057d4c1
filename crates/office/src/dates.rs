//! Dates as people write them in tables.

use base::Date;
use jiff::{
    ToSpan,
    civil::{self, DateTime, Time},
};

/// The day a text names: `2019/2/28`, `2026年12月5日`, `2026.12.5`, `20261205`, an Excel serial number …
/// A day without a year is no date; see [`parse_date_in`].
pub fn parse_date(text: &str) -> Option<Date> {
    parse_moment(text).map(DateTime::date)
}

/// As [`parse_date`], taking `year` where the text names only month and day (`12月5日`, `12.5`).
pub fn parse_date_in(text: &str, year: i16) -> Option<Date> {
    parse_date(text).or_else(|| {
        let plain = half_width(text);
        let (numbers, rest) = leading_date(plain.trim())?;
        let [month, day] = numbers.as_slice() else { return None };
        rest.is_empty().then(|| date(i32::from(year), *month, *day)).flatten()
    })
}

/// The moment a text names; a day alone is its first moment, a zone is not understood.
pub fn parse_moment(text: &str) -> Option<DateTime> {
    let plain = half_width(text);
    let plain = plain.trim();
    if is_bare_number(plain) {
        return from_number(plain);
    }
    let (day, rest) = match plain.split_once(' ') {
        Some((day, rest)) if day.len() == 8 && is_bare_number(day) => (from_number(day)?.date(), rest),
        _ => {
            let (numbers, rest) = leading_date(plain)?;
            let [year, month, day] = numbers.as_slice() else { return None };
            (date(*year, *month, *day)?, rest)
        }
    };
    let time = if rest.is_empty() { Time::midnight() } else { time_of_day(rest)? };
    Some(day.to_datetime(time))
}

/// Whether a text is one number, with at most one point: `20261205` and `46361.5`, not `2026.12.5`.
fn is_bare_number(text: &str) -> bool {
    let points = text.bytes().filter(|byte| *byte == b'.').count();
    !text.is_empty() && points <= 1 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// What a bare number means as a date: eight or fourteen digits are read off, others are serial numbers.
fn from_number(text: &str) -> Option<DateTime> {
    let part = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<i32>().ok());
    let digits = if text.contains('.') { 0 } else { text.len() };
    if digits != 8 && digits != 14 {
        return text.parse().ok().and_then(from_serial);
    }
    let day = date(part(0, 4)?, part(4, 6)?, part(6, 8)?)?;
    let time =
        if digits == 14 { time(part(8, 10)?, part(10, 12)?, part(12, 14)?)? } else { Time::midnight() };
    Some(day.to_datetime(time))
}

/// The moment of an Excel serial number in the 1900 system. Only years a living file can mean (1954 to
/// 2118) are taken, because a small number in a date column is a mistake and not a day in 1900.
fn from_serial(serial: f64) -> Option<DateTime> {
    if !(20_000.0..80_000.0).contains(&serial) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked above")]
    let seconds = (serial * 86_400.0).round() as i64;
    civil::date(1899, 12, 30).at(0, 0, 0, 0).checked_add(seconds.seconds()).ok()
}

/// Splits `2019/2/28 11:25:05` into the numbers of its date and the rest. Two numbers mean no year.
fn leading_date(text: &str) -> Option<(Vec<i32>, &str)> {
    let mut numbers = Vec::new();
    let mut rest = text;
    loop {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits == 0 || digits > 4 {
            return None;
        }
        numbers.push(rest.get(..digits)?.parse().ok()?);
        rest = rest.get(digits..)?.trim_start_matches(' ');
        let last = numbers.len() == 3 || rest.starts_with(['日', '号']);
        if last {
            let after = rest.trim_start_matches(['日', '号']);
            return Some((numbers, after.trim_start_matches(['T', ' ', ',', '，'])));
        }
        if rest.is_empty() && numbers.len() == 2 {
            return Some((numbers, rest));
        }
        rest = rest.strip_prefix(['/', '-', '.', '年', '月', '－', '—', '、'])?.trim_start_matches(' ');
    }
}

/// `11:25:05`, `11:25`, `11时25分`, `下午3:05`, `3:05 PM`, `11:25:05.123`.
fn time_of_day(text: &str) -> Option<Time> {
    let afternoon = ["下午", "晚上", "PM", "pm"].iter().any(|mark| text.contains(mark));
    let morning = ["上午", "凌晨", "AM", "am"].iter().any(|mark| text.contains(mark));
    let bare: String = text.chars().filter(|c| c.is_ascii_digit() || ":时点分秒.".contains(*c)).collect();
    let whole = bare.split_once('.').map_or(bare.as_str(), |(whole, _fraction)| whole);
    let parts: Vec<i32> = whole
        .split([':', '时', '点', '分', '秒'])
        .filter(|part| !part.is_empty())
        .map(str::parse)
        .collect::<Result<_, _>>()
        .ok()?;
    let (hour, minute, second) = match *parts.as_slice() {
        [hour] if whole.contains(['时', '点']) => (hour, 0, 0),
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let understood = text.chars().all(|c| c.is_ascii_digit() || " :时点分秒.上下午凌晨晚AaPpMm".contains(c));
    if !understood {
        return None;
    }
    let hour = match hour {
        12 if morning => 0,
        0..12 if afternoon => hour + 12,
        _ => hour,
    };
    time(hour, minute, second)
}

fn date(year: i32, month: i32, day: i32) -> Option<Date> {
    // Two-digit years are refused: nobody can say which century a birth date of 12/3/4 means.
    if !(1000..=9999).contains(&year) {
        return None;
    }
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn time(hour: i32, minute: i32, second: i32) -> Option<Time> {
    let part = |number: i32| i8::try_from(number).ok();
    Time::new(part(hour)?, part(minute)?, part(second)?, 0).ok()
}

/// Full-width letters, digits and signs as their half-width twins, and every kind of space as a space.
pub(crate) fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            c if c.is_whitespace() => ' ',
            _ => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_form_is_the_same_day() {
        for text in [
            "2026-12-05",
            "2026/12/5",
            "2026.12.5",
            "2026年12月5日",
            "2026 年 12 月 5 日",
            "２０２６年１２月５日",
            "2026年12月5号",
            "20261205",
            "\u{3000}2026-12-5\n",
            "46361",
            "2026-12-05T00:00:00",
        ] {
            assert_eq!(parse_date(text), Some(civil::date(2026, 12, 5)), "{text}");
        }
    }

    #[test]
    fn times_of_day_follow_the_day() {
        let expected = civil::date(2019, 2, 28).at(11, 25, 5, 0);
        for text in [
            "2019/2/28 11:25:05",
            "2019-02-28T11:25:05",
            "2019年2月28日11时25分5秒",
            "20190228112505",
            "20190228 11:25:05",
        ] {
            assert_eq!(parse_moment(text), Some(expected), "{text}");
        }
        let afternoon = civil::date(2019, 2, 28).at(15, 5, 0, 0);
        for text in ["2019/2/28 下午3:05", "2019/2/28 3:05 PM", "2019-2-28 15:05", "43524.6284722222"] {
            assert_eq!(parse_moment(text), Some(afternoon), "{text}");
        }
        assert_eq!(parse_moment("2019/2/28 上午12:00"), Some(civil::date(2019, 2, 28).at(0, 0, 0, 0)));
    }

    #[test]
    fn what_is_not_a_date_is_none() {
        for text in [
            "",
            "12月5日",
            "2026",
            "2026-13-01",
            "2026-02-29",
            "26/12/5",
            "待定",
            "13800000000",
            "2026-12-05起",
            "3.5",
        ] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_without_a_year_takes_the_given_one() {
        assert_eq!(parse_date_in("12月5日", 2026), Some(civil::date(2026, 12, 5)));
        assert_eq!(parse_date_in("12.5", 2026), Some(civil::date(2026, 12, 5)));
        assert_eq!(parse_date_in("2025-12-05", 2026), Some(civil::date(2025, 12, 5)));
        assert_eq!(parse_date_in("十二月", 2026), None);
    }

    proptest::proptest! {
        #[test]
        fn every_day_comes_back_from_its_usual_forms(days in 0_i32..60_000) {
            let day = civil::date(1954, 10, 3) + days.days();
            let (y, m, d) = (day.year(), day.month(), day.day());
            for text in [day.to_string(), format!("{y}/{m}/{d}"), format!("{y}年{m}月{d}日"), format!("{y}{m:02}{d:02}"),
                (20_000 + days).to_string()] {
                proptest::prop_assert_eq!(parse_date(&text), Some(day));
            }
        }

        #[test]
        fn no_text_makes_the_parser_fall(text in ".{0,20}") {
            let _ = parse_moment(&text);
            let _ = parse_date_in(&text, 2026);
        }
    }
}
