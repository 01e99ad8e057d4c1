//! Stories of a county, on both engines.

use access::{MasterKey, Permit, Policy, Scope, UnitPath};
use base::{
    Date, Id, Result,
    noun::{self},
};
use db::{
    Cx, Migration,
    testing::{Fresh, both_engines},
};

use crate::{
    kind::Organisation,
    liaison::{self, Liaison, Tied},
    person::{self, NewPerson, Person, PersonFacts, store::PersonQuery},
    post::{self, HandOver, NewDelegation, NewPost, Post, Tenure},
    unit::{self, Closing, Merger, NewUnit, Unit, UnitEdit, UnitFacts},
};

pub(crate) fn engines() -> Vec<Fresh> {
    let steps: Vec<Migration> = [journal::MIGRATIONS, access::MIGRATIONS, crate::MIGRATIONS].concat();
    both_engines(&steps)
}

pub(crate) fn organisation() -> Organisation {
    let roles = include_str!("../../../regulations/roles.toml");
    Organisation::new(roles, Policy::shipped().unwrap().separation).unwrap()
}

pub(crate) fn may(action: &str) -> Permit {
    Permit::for_job(action, "test")
}

pub(crate) fn master() -> std::sync::Arc<MasterKey> {
    std::sync::Arc::new(MasterKey::from_bytes(&[7; 32]).unwrap())
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) fn act<T: Send + 'static>(
    fresh: &Fresh,
    work: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
) -> Result<T> {
    fresh.db.write_now(&fresh.db.caller("system:test"), work)
}

pub(crate) fn on(fresh: &Fresh, day: &str) {
    fresh.clock.set(base::clock::start_of(day.parse().unwrap()));
}

pub(crate) fn key<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.unwrap_err().refusals()[0].key.to_string()
}

fn county(fresh: &Fresh) -> Unit {
    act(fresh, |cx| unit::acts::found(cx, &may("org.edit"), "510183")).unwrap().root
}

/// A small tree: a township with two villages and an office.
pub(crate) struct Town {
    pub(crate) township: Unit,
    pub(crate) north: Unit,
    pub(crate) south: Unit,
}

fn add(cx: &mut Cx<'_>, parent: Option<&Unit>, kind: &str, name: &str) -> Result<Unit> {
    let facts = UnitFacts { name: name.into(), ..UnitFacts::default() };
    let parent = parent.map(|parent| parent.id);
    let new = NewUnit { parent, kind: kind.into(), facts, ..NewUnit::default() };
    unit::acts::add(cx, &may("org.edit"), &organisation(), &new)
}

pub(crate) fn town(fresh: &Fresh) -> Town {
    act(fresh, |cx| {
        let township = add(cx, None, "township", "柳溪镇")?;
        let north = add(cx, Some(&township), "village", "北岸村")?;
        let south = add(cx, Some(&township), "village", "南岸村")?;
        Ok(Town { township, north, south })
    })
    .unwrap()
}

pub(crate) fn enter(fresh: &Fresh, name: &'static str, unit: Id<noun::Unit>) -> Person {
    act(fresh, move |cx| {
        let facts = PersonFacts { name: name.into(), phone: Some("13900000042".into()), note: String::new() };
        person::acts::enter(cx, &may("person.edit"), &master(), &NewPerson { facts, unit, import: None })
    })
    .unwrap()
}

pub(crate) fn give(fresh: &Fresh, person: &Person, role: &'static str, unit: &Unit) -> Result<Post> {
    let (person, unit) = (person.id, unit.id);
    act(fresh, move |cx| {
        let new = NewPost {
            person,
            role: role.into(),
            unit,
            term: (cx.today(), None),
            tenure: Tenure::Full,
            note: String::new(),
            import: None,
        };
        let action = post::acts::action_for(organisation().role(role)?);
        post::acts::give(cx, &may(action), &organisation(), &new)
    })
}

fn roles_today(fresh: &Fresh, person: &Person) -> Vec<String> {
    let id = person.id;
    let posts = fresh.db.read_now(&fresh.db.caller("public"), move |cx| post::posts_of(cx, id)).unwrap();
    posts.into_iter().map(|post| format!("{}@{}", post.role, post.unit_name)).collect()
}

#[test]
fn a_county_is_founded_with_its_townships_and_villages() {
    for fresh in engines() {
        let root = county(&fresh);
        assert_eq!((root.name.as_str(), root.code.as_deref()), ("邛崃市", Some("510183000000")));
        let (units, village) = act_read(&fresh, move |cx| {
            Ok((
                unit::units_below(cx, &root.path)?,
                unit::unit_by_code(cx, &crate::division::subtree_of("510183")[1].code)?,
            ))
        });
        let of = |kind: &[&str]| units.iter().filter(|unit| kind.contains(&unit.kind.as_str())).count();
        assert_eq!((of(&["township"]), of(&["village", "community"]), units.len()), (14, 189, 203));
        let village = village.unwrap();
        assert_eq!(village.depth(), 2);
        assert_eq!(units.iter().find(|unit| Some(unit.id) == village.parent).unwrap().name, "文君街道");
        let again = act(&fresh, |cx| unit::acts::found(cx, &may("org.edit"), "510183"));
        assert_eq!(key(again), "org.already-founded");
    }
}

pub(crate) fn act_read<T: Send + 'static>(
    fresh: &Fresh,
    work: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
) -> T {
    fresh.db.read_now(&fresh.db.caller("public"), work).unwrap()
}

#[test]
fn a_moved_unit_takes_its_subtree_along_and_tells_who_keeps_paths() {
    for fresh in engines() {
        let town = town(&fresh);
        let (north, south) = (town.north.clone(), town.south.clone());
        let (moved, group) = act(&fresh, move |cx| {
            let group = add(cx, Some(&north), "group", "一组")?;
            let mut organisation = organisation();
            organisation.moved.push(|_, moved| {
                let to = &moved.to.0;
                if to.is_empty() { Err(base::Error::fault("no path")) } else { Ok(()) }
            });
            let moved = unit::acts::relocate(cx, &may("org.edit"), &organisation, north.id, south.id)?;
            Ok((moved, unit::store::unit(cx, group.id)?))
        })
        .unwrap();
        assert_eq!(moved.from, town.north.path);
        assert!(moved.to.is_within(&town.south.path));
        assert!(group.path.is_within(&moved.to), "{} {}", group.path, moved.to);
        let (north, south) = (town.north.id, town.south.id);
        let into_itself =
            act(&fresh, move |cx| unit::acts::relocate(cx, &may("org.edit"), &organisation(), south, north));
        assert_eq!(key(into_itself), "org.moved-into-itself");
    }
}

#[test]
fn merged_villages_remember_each_other_and_their_posts_end_the_day_before() {
    for fresh in engines() {
        let town = town(&fresh);
        let wang = enter(&fresh, "王建国", town.north.id);
        give(&fresh, &wang, "village-director", &town.north).unwrap();
        let merger = Merger {
            from: vec![town.north.id],
            into: town.south.id,
            on: day("2027-01-01"),
            reason: "民政发〔2026〕9号".into(),
        };
        act(&fresh, move |cx| unit::acts::merge(cx, &may("org.edit"), &organisation(), &merger)).unwrap();
        assert_eq!(roles_today(&fresh, &wang), ["village-director@北岸村"]);
        on(&fresh, "2027-01-01");
        assert!(roles_today(&fresh, &wang).is_empty());
        let (south, north) = (town.south.id, town.north.id);
        let ((before, _), (_, after), left) = act_read(&fresh, move |cx| {
            let open = unit::units_below(cx, &town.township.path)?;
            Ok((unit::close_relatives(cx, south)?, unit::close_relatives(cx, north)?, open))
        });
        assert_eq!((before[0].name.as_str(), before[0].since), ("北岸村", day("2027-01-01")));
        assert_eq!(after[0].unit, south);
        assert_eq!(left.iter().map(|unit| unit.name.as_str()).collect::<Vec<_>>(), ["南岸村"]);
    }
}

#[test]
fn a_unit_with_open_units_below_does_not_close_and_an_old_page_does_not_overwrite() {
    for fresh in engines() {
        let town = town(&fresh);
        let (township, north) = (town.township.id, town.north.clone());
        let closing = Closing { id: township, on: day("2026-12-31"), reason: "撤销".into() };
        let refused = act(&fresh, move |cx| unit::acts::close(cx, &may("org.edit"), &closing));
        assert_eq!(key(refused), "org.unit-has-units");
        let rename = |name: &str| UnitEdit {
            id: north.id,
            version: north.version,
            facts: UnitFacts { name: name.into(), ..UnitFacts::default() },
        };
        let (first, second, taken) = (rename("北河村"), rename("北江村"), rename("南岸村"));
        assert_eq!(
            key(act(&fresh, move |cx| unit::acts::edit(cx, &may("org.edit"), &taken))),
            "org.name-taken"
        );
        act(&fresh, move |cx| unit::acts::edit(cx, &may("org.edit"), &first)).unwrap();
        let stale = act(&fresh, move |cx| unit::acts::edit(cx, &may("org.edit"), &second));
        assert_eq!(key(stale), "org.changed-meanwhile");
    }
}

#[test]
fn a_post_is_held_from_its_first_to_its_last_day() {
    for fresh in engines() {
        let town = town(&fresh);
        let li = enter(&fresh, "李明", town.north.id);
        let post = give(&fresh, &li, "village-secretary", &town.north).unwrap();
        assert_eq!(roles_today(&fresh, &li), ["village-secretary@北岸村"]);
        on(&fresh, "2026-11-21");
        assert!(roles_today(&fresh, &li).is_empty());
        let id = post.id;
        act(&fresh, move |cx| post::acts::end(cx, &may("post.edit"), &organisation(), id, day("2026-11-30")))
            .unwrap();
        on(&fresh, "2026-11-30");
        assert_eq!(roles_today(&fresh, &li).len(), 1);
        on(&fresh, "2026-12-01");
        assert!(roles_today(&fresh, &li).is_empty());
    }
}

#[test]
fn one_secretary_at_a_time_but_one_may_act_beside_and_a_hand_over_leaves_no_gap() {
    for fresh in engines() {
        let town = town(&fresh);
        let (li, zhao) = (enter(&fresh, "李明", town.north.id), enter(&fresh, "赵红", town.north.id));
        let post = give(&fresh, &li, "village-secretary", &town.north).unwrap();
        assert_eq!(key(give(&fresh, &zhao, "village-secretary", &town.north)), "org.post-is-sole");
        assert_eq!(key(give(&fresh, &zhao, "mayor", &town.north)), "org.role-does-not-fit");
        let (north, to) = (town.north.id, zhao.id);
        act(&fresh, move |cx| {
            let new = NewPost {
                person: to,
                role: "village-secretary".into(),
                unit: north,
                term: (cx.today(), Some(day("2026-12-09"))),
                tenure: Tenure::Acting,
                note: String::new(),
                import: None,
            };
            post::acts::give(cx, &may("post.edit"), &organisation(), &new)
        })
        .unwrap();
        let hand_over = HandOver { post: post.id, to, on: day("2026-12-10"), note: String::new() };
        let new =
            act(&fresh, move |cx| post::acts::hand_over(cx, &may("post.edit"), &organisation(), &hand_over))
                .unwrap();
        assert_eq!((new.from_on, new.person), (day("2026-12-10"), to));
        on(&fresh, "2026-12-09");
        assert_eq!((roles_today(&fresh, &li).len(), roles_today(&fresh, &zhao).len()), (1, 1));
        on(&fresh, "2026-12-10");
        assert_eq!((roles_today(&fresh, &li).len(), roles_today(&fresh, &zhao).len()), (0, 1));
    }
}

#[test]
fn a_delegate_stands_in_for_days_without_chains_or_administrators() {
    for fresh in engines() {
        let town = town(&fresh);
        let (li, zhao) = (enter(&fresh, "李明", town.township.id), enter(&fresh, "赵红", town.township.id));
        let sun = enter(&fresh, "孙立", town.township.id);
        give(&fresh, &li, "office-director", &town.township).unwrap();
        give(&fresh, &sun, "system-admin", &town.township).unwrap();
        let delegate = |from: &Person, to: &Person| {
            let (from, to) = (from.id, to.id);
            act(&fresh, move |cx| {
                let new = NewDelegation {
                    from,
                    to,
                    post: None,
                    term: (day("2026-12-01"), day("2026-12-05")),
                    reason: "外出培训".into(),
                };
                post::acts::delegate(cx, &may("post.delegate"), &organisation(), &new)
            })
        };
        delegate(&li, &zhao).unwrap();
        assert_eq!(key(delegate(&zhao, &sun)), "org.no-post-to-delegate");
        assert_eq!(key(delegate(&sun, &zhao)), "org.no-post-to-delegate");
        assert_eq!(key(delegate(&li, &li)), "org.delegated-to-oneself");
        assert!(roles_today(&fresh, &zhao).is_empty());
        on(&fresh, "2026-12-05");
        assert_eq!(roles_today(&fresh, &zhao), ["office-director@柳溪镇"]);
        let id = zhao.id;
        let held = act_read(&fresh, move |cx| post::posts_of(cx, id));
        assert_eq!(held[0].for_person, Some(li.id));
        on(&fresh, "2026-12-06");
        assert!(roles_today(&fresh, &zhao).is_empty());
    }
}

#[test]
fn nobody_is_two_administrators_and_the_office_makes_none() {
    for fresh in engines() {
        let town = town(&fresh);
        let sun = enter(&fresh, "孙立", town.township.id);
        give(&fresh, &sun, "system-admin", &town.township).unwrap();
        assert_eq!(key(give(&fresh, &sun, "audit-admin", &town.township)), "access.separate-roles");
        give(&fresh, &sun, "office-clerk", &town.township).unwrap();
        let (person, unit) = (sun.id, town.township.id);
        let by_the_office = act(&fresh, move |cx| {
            let new = NewPost {
                person,
                role: "security-admin".into(),
                unit,
                term: (cx.today(), None),
                tenure: Tenure::Full,
                note: String::new(),
                import: None,
            };
            post::acts::give(cx, &may("post.edit"), &organisation(), &new)
        });
        assert!(by_the_office.unwrap_err().refusals().is_empty(), "a fault: the wrong permit");
    }
}

#[test]
fn a_list_shows_the_persons_of_the_subtree_and_nobody_else() {
    for fresh in engines() {
        let town = town(&fresh);
        let (li, wang) = (enter(&fresh, "李明", town.north.id), enter(&fresh, "王建国", town.south.id));
        give(&fresh, &wang, "village-stationed", &town.north).unwrap();
        let (north, south) = (town.north.path.clone(), town.south.path.clone());
        let names = move |path: UnitPath| {
            let scope = Scope { subtrees: vec![path], ..Scope::default() };
            let found = act_read(&fresh, move |cx| {
                person::store::list(cx, &scope, &PersonQuery { size: 50, ..PersonQuery::default() })
            });
            found.into_iter().map(|line| line.name).collect::<Vec<_>>()
        };
        assert_eq!(names(north), ["李明", "王建国"]);
        assert_eq!(names(south), ["王建国"]);
        assert!(names(UnitPath("9.".into())).is_empty());
        assert_eq!(li.phone_masked.as_deref(), Some("139****0042"));
    }
}

#[test]
fn persons_are_found_by_role_and_offered_with_their_posts() {
    for fresh in engines() {
        let town = town(&fresh);
        let li = enter(&fresh, "李明", town.north.id);
        give(&fresh, &li, "supervision-member", &town.north).unwrap();
        let Town { township, north, south } = town;
        let (all, none, choices) = act_read(&fresh, move |cx| {
            let roles = ["supervision-member", "people-delegate"];
            Ok((
                person::persons_with_role_within(cx, &roles, &township.path)?,
                person::persons_with_role_within(cx, &roles, &south.path)?,
                person::person_choices(cx, &north.path)?,
            ))
        });
        assert_eq!(all, [(li.id, "李明".to_owned())]);
        assert!(none.is_empty());
        assert_eq!(choices[0].posts, [("supervision-member".to_owned(), "北岸村".to_owned())]);
    }
}

#[test]
fn an_empty_seat_is_vacant_until_somebody_holds_it_and_a_tie_ends_with_its_unit() {
    for fresh in engines() {
        let town = town(&fresh);
        let (north, path) = (town.north.id, town.township.path.clone());
        act(&fresh, move |cx| {
            post::acts::need_seat(cx, &may("org.edit"), &organisation(), (north, "village-director"))
        })
        .unwrap();
        let vacant = |path: UnitPath| act_read(&fresh, move |cx| post::vacancies_within(cx, &path)).len();
        assert_eq!(vacant(path.clone()), 1);
        let li = enter(&fresh, "李明", north);
        give(&fresh, &li, "village-director", &town.north).unwrap();
        assert_eq!(vacant(path), 0);
        let who = li.id;
        let ties = act(&fresh, move |cx| {
            let tie = Liaison {
                id: cx.new_id(),
                who: Tied::Person(who),
                to: journal::Ref::new("unit", north),
                to_name: "北岸村".into(),
                from_on: cx.today(),
                to_on: None,
                reason: "包村".into(),
            };
            liaison::arrange(cx, &may("liaison.edit"), tie)?;
            let closing = Closing { id: north, on: day("2026-12-31"), reason: "撤销".into() };
            unit::acts::close(cx, &may("org.edit"), &closing)?;
            liaison::of_person(cx, who)
        })
        .unwrap();
        assert_eq!(ties[0].to_on, Some(day("2026-12-31")));
    }
}

#[test]
fn every_statement_prepares_on_both_engines() {
    for fresh in engines() {
        for statement in crate::statements() {
            fresh
                .db
                .check_statement(statement.sql)
                .unwrap_or_else(|error| panic!("{}: {error}", statement.name));
        }
    }
}

/// The ids of sentences a source text names: refusals `"org.x"` and texts `"org-x"`.
fn keys_named(source: &str) -> Vec<String> {
    let mut keys = Vec::new();
    for (at, _) in source.match_indices("\"org") {
        let rest = &source[at + 1..];
        let Some(end) = rest.find('"') else { continue };
        let key = &rest[..end];
        let fits = key.len() > 4 && key[4..].chars().all(|c| c.is_ascii_lowercase() || c == '-');
        if fits && matches!(key.as_bytes()[3], b'.' | b'-') && !key.ends_with('-') {
            keys.push(key.replacen('.', "-", 1));
        }
    }
    keys
}

#[test]
fn every_sentence_exists_in_both_languages() {
    let module = crate::module();
    let catalogue = web::Catalogue::new(module.texts).unwrap();
    let zh: Vec<&str> = catalogue.keys(base::Language::Chinese).collect();
    let en: Vec<&str> = catalogue.keys(base::Language::English).collect();
    assert_eq!(zh, en);
    let statements: Vec<String> = crate::statements().iter().map(|s| s.name.replacen('.', "-", 1)).collect();
    let mut seen = 0;
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name != "tests.rs" && name != "store.rs") {
                for key in keys_named(&std::fs::read_to_string(&path).unwrap()) {
                    let is_action = ["org-view", "org-edit"].contains(&key.as_str());
                    seen += 1;
                    assert!(
                        is_action || statements.contains(&key) || zh.contains(&key.as_str()),
                        "{key} in {}",
                        path.display()
                    );
                }
            }
        }
    }
    assert!(seen > 200, "{seen}");
}
