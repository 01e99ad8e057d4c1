//! Workbooks taken in, sent back and undone, on both engines.

use crate::{
    import::{self, ImportKind, acts::Source, persons, units},
    name::NameIndex,
    person, post,
    tests::{Town, act, act_read, engines, give, key, master, may, organisation, town},
    unit,
};
use base::Result;
use db::testing::Fresh;

const ROSTER: &str = "柳溪镇干部名册,,,,\n姓名,单位,职务,手机,任职时间\n\
    李　明,北岸村委会,村书记,13900000001,2024年3月\n\
    赵红,柳溪镇南岸村,村主任（代理）、两委委员,13900000002,2025-01-06\n";

fn import_roster(fresh: &Fresh, town: &Town, text: &str) -> Result<import::Import> {
    let (home, path, text) = (town.township.id, town.township.path.clone(), text.to_owned());
    act(fresh, move |cx| {
        let book = office::read::Workbook::read(text.as_bytes(), "名册.csv").unwrap();
        let chosen = import::choose(book.sheet(None).unwrap(), ImportKind::Persons, None)?;
        chosen.must_be(ImportKind::Persons)?;
        let units = NameIndex::new(&unit::units_within(cx, &path)?);
        let organisation = organisation();
        let against = persons::Against { organisation: &organisation, units: &units, home };
        let (rows, refused) = persons::read(&chosen, &against);
        if !refused.is_empty() {
            let numbered = refused.into_iter().map(|(row, refusal)| refusal.arg("row", row));
            return Err(base::Error::Refused(numbered.collect()));
        }
        let source = Source { file_name: "名册.csv".into(), unit: home, mapping: chosen.mapping.clone() };
        let permit = may("person.import");
        import::acts::import_persons(cx, (&permit, &master()), &organisation, &source, &rows)
    })
}

#[test]
fn a_roster_is_taken_in_whole_and_undone_whole() {
    for fresh in engines() {
        let town = town(&fresh);
        let import = import_roster(&fresh, &town, ROSTER).unwrap();
        let path = town.township.path.clone();
        let held = act_read(&fresh, move |cx| post::store::held_within(cx, &path));
        let lines: Vec<String> = held
            .iter()
            .map(|line| format!("{} {} {} {}", line.person_name, line.role, line.from_on, line.acting))
            .collect();
        assert_eq!(
            lines,
            [
                "李明 village-secretary 2024-03-01 false",
                "赵红 village-director 2025-01-06 true",
                "赵红 village-cadre 2025-01-06 false",
            ]
        );
        let id = import.id;
        act(&fresh, move |cx| import::acts::undo(cx, &may("person.import"), id)).unwrap();
        let path = town.township.path.clone();
        assert!(act_read(&fresh, move |cx| post::store::held_within(cx, &path)).is_empty());
        let again = act(&fresh, move |cx| import::acts::undo(cx, &may("person.import"), id));
        assert_eq!(key(again), "org.import-undone");
        import_roster(&fresh, &town, ROSTER).unwrap();
    }
}

#[test]
fn one_wrong_row_keeps_the_whole_roster_out_and_says_why() {
    for fresh in engines() {
        let town = town(&fresh);
        let wrong = format!("{ROSTER}孙立,北案村,村主任,12345,去年\n王3,南岸村,系统管理员,,\n");
        let refused = import_roster(&fresh, &town, &wrong).unwrap_err();
        let told: Vec<(&str, &str)> = refused
            .refusals()
            .iter()
            .map(|refusal| (refusal.key.as_ref(), refusal.args.last().unwrap().1.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("org.import-unit-unknown", "5"),
                ("org.phone-form", "5"),
                ("org.import-no-date", "5"),
                ("org.person-name-digits", "6"),
                ("org.import-role-unknown", "6"),
            ]
        );
        let path = town.township.path.clone();
        assert!(act_read(&fresh, move |cx| person::person_choices(cx, &path)).is_empty());
        // Refused by the register and not by the reading: the second secretary of one village.
        let twice = format!("{ROSTER}孙立,北岸村,村书记,,2025-01-01\n");
        let refused = import_roster(&fresh, &town, &twice).unwrap_err();
        assert_eq!(refused.refusals()[0].key, "org.post-is-sole");
        assert!(refused.refusals()[0].args.contains(&("row".into(), "5".into())));
    }
}

#[test]
fn an_import_somebody_built_on_is_not_undone() {
    for fresh in engines() {
        let town = town(&fresh);
        let import = import_roster(&fresh, &town, ROSTER).unwrap();
        let north = town.north.path.clone();
        let li = act_read(&fresh, move |cx| person::person_choices(cx, &north)).remove(0);
        let li = act_read(&fresh, move |cx| person::person(cx, li.id));
        give(&fresh, &li, "people-delegate", &town.north).unwrap();
        let refused = act(&fresh, move |cx| import::acts::undo(cx, &may("person.import"), import.id));
        assert_eq!(key(refused), "org.import-built-on");
    }
}

#[test]
fn a_tree_of_units_comes_in_in_any_order_and_leaves_what_is_there() {
    const TREE: &str = "机构编码,机构名称,上级机构\n03,北岸村一组,02\n02,北岸村,01\n01,柳溪镇,\n04,柳溪镇党委,01\n05,石桥党支部,柳溪镇党委\n";
    for fresh in engines() {
        let town = town(&fresh);
        let (home, path) = (town.township.id, town.township.path.clone());
        let (rows, refused, units) = act(&fresh, move |cx| {
            let book = office::read::Workbook::read(TREE.as_bytes(), "树.csv").unwrap();
            let chosen = import::choose(book.sheet(None).unwrap(), ImportKind::Units, None)?;
            chosen.must_be(ImportKind::Units)?;
            let roster = import::choose(book.sheet(None).unwrap(), ImportKind::Persons, None)?;
            assert_eq!(roster.must_be(ImportKind::Persons).unwrap_err().key, "org.import-is-of-units");
            let names = NameIndex::new(&unit::units_within(cx, &path)?);
            let (rows, refused) = units::read(&chosen, &organisation(), &names, home);
            let source = Source { file_name: "树.csv".into(), unit: home, mapping: chosen.mapping.clone() };
            import::acts::import_units(cx, &may("org.edit"), &organisation(), &source, &rows)?;
            Ok((rows, refused, unit::units_below(cx, &path)?))
        })
        .unwrap();
        assert!(refused.is_empty(), "{refused:?}");
        assert_eq!(rows.iter().filter(|row| row.known.is_some()).count(), 2);
        let found: Vec<String> =
            units.iter().map(|unit| format!("{} {} {}", unit.name, unit.kind, unit.depth())).collect();
        assert_eq!(
            found,
            [
                "北岸村 village 1",
                "南岸村 village 1",
                "北岸村一组 group 2",
                "柳溪镇党委 committee 1",
                "石桥党支部 branch 2",
            ]
        );
    }
}

#[test]
fn a_tree_written_sideways_is_unfolded_below_the_unit_it_is_for() {
    const TREE: &str = "组织机构名,编号,组织机构名,编号,组织机构名,编号\n\
        某县,5101,柳溪镇,510101,北岸村,51010101\n某县,5101,柳溪镇,510101,东岸村,51010102\n某县,5101,石桥镇,510102,西岸村,51010201\n";
    for fresh in engines() {
        let town = town(&fresh);
        let (home, path) = (town.township.id, town.township.path.clone());
        let (rows, refused) = act_read(&fresh, move |cx| {
            let book = office::read::Workbook::read(TREE.as_bytes(), "树.csv").unwrap();
            let chosen = import::choose(book.sheet(None).unwrap(), ImportKind::Units, None)?;
            chosen.must_be(ImportKind::Units)?;
            let names = NameIndex::new(&unit::units_within(cx, &path)?);
            Ok(units::read(&chosen, &organisation(), &names, home))
        });
        let names: Vec<(&str, bool)> =
            rows.iter().map(|row| (row.name.as_str(), row.known.is_some())).collect();
        assert_eq!(names, [("北岸村", true), ("东岸村", false)]);
        assert_eq!((refused[0].0, refused[0].1.key.as_ref()), (4, "org.import-not-below"));
    }
}
