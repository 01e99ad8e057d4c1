use proptest::prelude::*;

use super::*;

#[test]
fn the_length_of_a_division_code_is_its_level() {
    let village = DivisionCode::parse("510183101201").unwrap();
    assert_eq!(village.level(), DivisionLevel::Village);
    let mut line = vec![village.clone()];
    while let Some(parent) = line[line.len() - 1].parent() {
        assert!(parent.contains(&village) && !village.contains(&parent));
        line.push(parent);
    }
    let codes: Vec<&str> = line.iter().map(DivisionCode::as_str).collect();
    assert_eq!(codes, ["510183101201", "510183101", "510183", "5101", "51"]);
    assert_eq!(village.at(DivisionLevel::County).unwrap().to_string(), "510183");
}

#[test]
fn statistics_forms_fill_a_code_with_zeros() {
    for (text, code) in [
        ("510183000000", "510183"),
        ("510000000000", "51"),
        ("510183101000", "510183101"),
        (" ５１０１８３ ", "510183"),
    ] {
        assert_eq!(DivisionCode::parse(text).unwrap().as_str(), code);
    }
    for wrong in ["", "5", "510", "51018", "5101831", "012345", "51018a", "5101831012011", "000000000000"] {
        assert_eq!(DivisionCode::parse(wrong).unwrap_err().key, "base.division-code", "{wrong}");
    }
}

#[test]
fn an_identity_number_has_a_birthday_and_a_check_character() {
    // The two examples of the standard.
    let woman = CitizenId::parse("11010519491231002x").unwrap();
    assert_eq!(woman.born().to_string(), "1949-12-31");
    assert_eq!(woman.masked(), "110105********002X");
    assert_eq!(format!("{woman:?}"), "CitizenId(110105********002X)");
    assert!(CitizenId::parse("440524188001010014").is_ok());
    let key = |text: &str| CitizenId::parse(text).unwrap_err().key;
    assert_eq!(key("110105194912310021"), "base.citizen-id-check");
    assert_eq!(key("110105194902300023"), "base.citizen-id-birth");
    assert_eq!(key("11010519491231002"), "base.citizen-id-form");
    assert_eq!(key("１１０１０５王"), "base.citizen-id-form");
    assert_eq!(key("X1010519491231002X"), "base.citizen-id-form");
}

#[test]
fn a_credit_code_has_a_check_character() {
    // The example of the standard.
    let code = CreditCode::parse("91350100m000100y43").unwrap();
    assert_eq!((code.as_str(), code.division()), ("91350100M000100Y43", "350100"));
    assert_eq!(CreditCode::parse("91350100M000100Y44").unwrap_err().key, "base.credit-code-check");
    for wrong in ["", "91350100M000100Y4", "91350100I000100Y43", "91350100M000100Y433", "某某公司"] {
        assert_eq!(CreditCode::parse(wrong).unwrap_err().key, "base.credit-code-form", "{wrong}");
    }
}

#[test]
fn a_mobile_number_is_written_many_ways() {
    for text in
        ["13800001234", "+86 138-0000-1234", "008613800001234", "8613800001234", " １３８００００１２３４"]
    {
        let mobile = Mobile::parse(text).unwrap();
        assert_eq!((mobile.reveal(), mobile.masked().as_str()), ("13800001234", "138****1234"));
        assert_eq!(format!("{mobile:?}"), "Mobile(138****1234)");
    }
    for wrong in ["", "1380000123", "12345", "12800001234", "23800001234", "028-8888 1234", "138000012345"] {
        assert_eq!(Mobile::parse(wrong).unwrap_err().key, "base.mobile-form", "{wrong}");
    }
}

proptest! {
    #[test]
    fn one_wrong_digit_is_always_found(place in 0_usize..17, other in 0_u8..10) {
        let good = "11010519491231002X";
        let mut bytes = good.as_bytes().to_vec();
        bytes[place] = b'0' + other;
        let changed = String::from_utf8(bytes).unwrap();
        prop_assert_eq!(CitizenId::parse(&changed).is_ok(), changed == good);
    }

    #[test]
    fn one_wrong_sign_of_a_credit_code_is_always_found(place in 0_usize..18, other in "[0-9A-HJ-NPQRTUWXY]") {
        let good = "91350100M000100Y43";
        let mut changed = good.to_owned();
        changed.replace_range(place..=place, &other);
        prop_assert_eq!(CreditCode::parse(&changed).is_ok(), changed == good);
    }

    #[test]
    fn nothing_typed_into_a_form_breaks_the_checks(text in "\\PC{0,20}") {
        let _ = (DivisionCode::parse(&text), CitizenId::parse(&text), CreditCode::parse(&text), Mobile::parse(&text));
    }
}
