use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn ends(from: Date, term: &str) -> String {
    let deadline = Calendar::shipped().deadline(from, Term::parse(term).unwrap());
    format!("{}{}", deadline.date, if deadline.provisional { "?" } else { "" })
}

#[test]
fn the_shipped_calendar_holds_twenty_years() {
    let calendar = Calendar::parse(SHIPPED).unwrap();
    assert_eq!(calendar.announced.len(), 678);
    assert!((2007..=2026).all(|year| calendar.knows(year)));
    assert!(!calendar.knows(2027) && !calendar.knows(2006));
    assert_eq!(calendar.known_through(), date(2026, 12, 31));
}

#[test]
fn a_notice_reaches_back_into_december() {
    let calendar = Calendar::shipped();
    // The notice for 2019 gave Monday 31 December 2018 off and made Saturday the 29th a working day.
    assert!(!calendar.is_working_day(date(2018, 12, 31)));
    assert!(calendar.is_working_day(date(2018, 12, 29)));
    assert_eq!(calendar.holiday(date(2018, 12, 31)), Some("元旦"));
    assert_eq!(calendar.holiday(date(2018, 12, 28)), None);
}

#[test]
fn spring_festival_2026_by_hand() {
    // Friday 13 February. Saturday the 14th is a make-up day (1); the 15th to 23rd are off;
    // Tuesday 24 (2), Wednesday 25 (3), Thursday 26 (4), Friday 27 (5), make-up Saturday 28 (6),
    // Sunday 1 March off, Monday 2 March (7).
    let friday = date(2026, 2, 13);
    assert_eq!(ends(friday, "1wd"), "2026-02-14");
    assert_eq!(ends(friday, "2wd"), "2026-02-24");
    assert_eq!(ends(friday, "5wd"), "2026-02-27");
    assert_eq!(ends(friday, "6wd"), "2026-02-28");
    assert_eq!(ends(friday, "7wd"), "2026-03-02");
    // 5 February + 15 = 20 February, in the holiday; the first working day after it is Tuesday 24.
    assert_eq!(ends(date(2026, 2, 5), "15d"), "2026-02-24");
    // 13 February + 15 = Saturday 28 February, a make-up working day: it stays.
    assert_eq!(ends(friday, "15d"), "2026-02-28");
}

#[test]
fn national_day_2025_by_hand() {
    // Friday 26 September. Sunday 28 works (1), Monday 29 (2), Tuesday 30 (3), 1 to 8 October off,
    // Thursday 9 (4), Friday 10 (5), Saturday 11 works (6), Sunday 12 off, Monday 13 (7).
    let friday = date(2025, 9, 26);
    assert_eq!(ends(friday, "1wd"), "2025-09-28");
    assert_eq!(ends(friday, "3wd"), "2025-09-30");
    assert_eq!(ends(friday, "4wd"), "2025-10-09");
    assert_eq!(ends(friday, "6wd"), "2025-10-11");
    assert_eq!(ends(friday, "7wd"), "2025-10-13");
    // 22 September + 10 = 2 October, a holiday; Thursday 9 October is the first working day after it.
    assert_eq!(ends(date(2025, 9, 22), "10d"), "2025-10-09");
    assert_eq!(Calendar::shipped().working_days_between(friday, date(2025, 10, 13)), 7);
}

#[test]
fn six_weekends_of_2026_are_worked() {
    let calendar = Calendar::shipped();
    let mut worked = Vec::new();
    let mut day = date(2026, 1, 1);
    while day.year() == 2026 {
        if calendar.is_working_day(day) && day.weekday().to_monday_zero_offset() >= 5 {
            worked.push(day.strftime("%m-%d").to_string());
        }
        day = day.tomorrow().unwrap();
    }
    // Sunday, Saturday, Saturday, Saturday, Sunday, Saturday.
    assert_eq!(worked, ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]);
    // One working day from the Friday before each is that make-up day (or the first worked one before it).
    assert_eq!(ends(date(2026, 1, 3), "1wd"), "2026-01-04");
    assert_eq!(ends(date(2026, 5, 8), "1wd"), "2026-05-09");
    assert_eq!(ends(date(2026, 9, 18), "1wd"), "2026-09-20");
    assert_eq!(ends(date(2026, 10, 9), "1wd"), "2026-10-10");
}

#[test]
fn beyond_the_known_years_a_deadline_is_provisional() {
    // Monday 21 to Friday 25 December (5), Monday 28 to Thursday 31 (9), then Friday 1 January 2027,
    // which everybody expects to be off but nobody has announced (10).
    assert_eq!(ends(date(2026, 12, 20), "9wd"), "2026-12-31");
    assert_eq!(ends(date(2026, 12, 20), "10wd"), "2027-01-01?");
    assert_eq!(ends(date(2026, 12, 20), "15d"), "2027-01-04?");
    // A term that ends in a known year is certain only if every working day counted was known.
    assert_eq!(ends(date(2006, 12, 20), "15d"), "2007-01-04");
    assert_eq!(ends(date(2006, 12, 20), "15wd").chars().last(), Some('?'));
}

#[test]
fn a_plain_calendar_term_is_never_provisional() {
    let deadline = Calendar::shipped().deadline(date(2026, 12, 20), Term::calendar(13).exact());
    assert_eq!(deadline, Deadline { date: date(2027, 1, 2), provisional: false });
}

#[test]
fn the_same_day_means_today_or_the_next_working_day() {
    assert_eq!(ends(date(2026, 11, 20), "0d"), "2026-11-20");
    assert_eq!(ends(date(2026, 11, 21), "0wd"), "2026-11-23");
}

#[test]
fn a_term_is_days_or_working_days() {
    assert_eq!(Term::parse("15d").unwrap(), Term::calendar(15));
    assert_eq!(Term::parse(" 5wd ").unwrap(), Term::working(5));
    for wrong in ["", "d", "wd", "15", "-1d", "+3d", "1.5d", "5w", "15D", "36501d", "99999999999wd", "5 wd"] {
        assert_eq!(Term::parse(wrong).unwrap_err().key, "base.term-form", "{wrong}");
    }
}

#[test]
fn a_replacement_calendar_is_read_or_refused_by_line() {
    let text = "# notice for 2027\n2027\t2027-01-01\t元旦\toff\r\n2027\t2026-12-27\t元旦\twork\n";
    let calendar = Calendar::parse(text).unwrap();
    assert!(calendar.knows(2027) && !calendar.knows(2026));
    assert!(calendar.is_working_day(date(2026, 12, 27)) && !calendar.is_working_day(date(2027, 1, 1)));
    for wrong in
        ["2027\t2027-01-01\t元旦", "2027\t2027-02-30\t元旦\toff", "2027\t2029-01-01\tx\toff", "hello"]
    {
        let refusal = Calendar::parse(&format!("#\n{wrong}")).unwrap_err();
        assert_eq!(
            (refusal.key.as_ref(), refusal.args[0].1.as_str()),
            ("base.calendar-line", "2"),
            "{wrong}"
        );
    }
    assert_eq!(Calendar::parse("# nothing\n").unwrap_err().key, "base.calendar-empty");
}

fn any_day() -> impl Strategy<Value = Date> {
    (0_i32..9000).prop_map(|days| date(2006, 1, 1).saturating_add(jiff::Span::new().days(days)))
}

proptest! {
    #[test]
    fn counting_forth_and_back_agrees(from in any_day(), days in 1_u32..200) {
        let calendar = Calendar::shipped();
        let end = calendar.deadline(from, Term::working(days)).date;
        prop_assert!(end > from && calendar.is_working_day(end));
        prop_assert_eq!(calendar.working_days_between(from, end), days);
    }

    #[test]
    fn a_rolled_term_ends_on_the_first_working_day_not_before_its_end(from in any_day(), days in 0_u32..400) {
        let calendar = Calendar::shipped();
        let plain = calendar.deadline(from, Term::calendar(days).exact()).date;
        let rolled = calendar.deadline(from, Term::calendar(days)).date;
        prop_assert_eq!(plain, from.saturating_add(jiff::Span::new().days(days)));
        prop_assert!(rolled >= plain && calendar.is_working_day(rolled));
        let eve = plain.yesterday().unwrap();
        prop_assert_eq!(calendar.working_days_between(eve, rolled), 1);
    }

    #[test]
    fn a_longer_term_never_ends_earlier(from in any_day(), days in 0_u32..100) {
        for term in [Term::calendar, Term::working] {
            let calendar = Calendar::shipped();
            prop_assert!(calendar.deadline(from, term(days)).date <= calendar.deadline(from, term(days + 1)).date);
        }
    }
}
