//! Numbers, numbers of documents and dates as official documents write them.

use base::Date;

/// `嘉府〔2026〕12号`: six-corner brackets, full year, no 第 and no leading zero (GB/T 9704-2012, 7.2.5).
pub fn official_number(mark: &str, year: i16, serial: u32) -> String {
    format!("{mark}〔{year}〕{serial}号")
}

/// `2026年11月22日`: Arabic numerals, no leading zeros (GB/T 9704-2012, 7.3.5).
pub fn chinese_date(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// `一百零二`: a whole number in Chinese numerals.
pub fn numeral(number: u32) -> String {
    const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    const UNITS: [(u32, char); 5] =
        [(100_000_000, '亿'), (10_000, '万'), (1_000, '千'), (100, '百'), (10, '十')];
    if let Some(digit) = DIGITS.get(number as usize) {
        return digit.to_string();
    }
    let Some((size, unit)) = UNITS.iter().find(|(size, _)| number >= *size).copied() else {
        return String::new(); // Not reached: every number is below ten or has a unit.
    };
    let (count, rest) = (number / size, number % size);
    // 十二, not 一十二, where nothing stands before.
    let count = if size == 10 && count == 1 { String::new() } else { numeral(count) };
    let rest = match rest {
        0 => String::new(),
        gap if gap < size / 10 => format!("零{}", inner(gap)),
        gap => inner(gap),
    };
    format!("{count}{unit}{rest}")
}

/// A numeral inside a larger one, where ten is 一十.
fn inner(number: u32) -> String {
    let text = numeral(number);
    if (10..20).contains(&number) { format!("一{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_they_are_spoken() {
        let expected = [
            (0, "零"),
            (3, "三"),
            (10, "十"),
            (11, "十一"),
            (20, "二十"),
            (22, "二十二"),
            (100, "一百"),
            (102, "一百零二"),
            (110, "一百一十"),
            (115, "一百一十五"),
            (1_001, "一千零一"),
            (1_010, "一千零一十"),
            (10_000, "一万"),
            (100_500, "十万零五百"),
            (2_026, "二千零二十六"),
        ];
        for (number, text) in expected {
            assert_eq!(numeral(number), text);
        }
    }

    #[test]
    fn numbers_of_documents_and_dates_have_no_leading_zeros() {
        assert_eq!(official_number("嘉府", 2026, 12), "嘉府〔2026〕12号");
        assert_eq!(chinese_date(jiff::civil::date(2026, 1, 2)), "2026年1月2日");
    }
}
