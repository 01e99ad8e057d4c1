//! Who lives in the township: somebody in every role, neighbours, and somebody without a post.

use std::collections::BTreeMap;

use base::{
    Id,
    noun::{Person, Unit},
};
use web::App;

use crate::Places;

/// Somebody with an account, whose login name is the key.
#[derive(Debug, Clone)]
pub struct Member {
    /// The login name: the role's key, or what the member is there for.
    pub login: &'static str,
    /// The name.
    pub name: String,
    /// The person.
    pub person: Id<Person>,
    /// The role, if the person has a post.
    pub role: Option<String>,
    /// Where.
    pub unit: Id<Unit>,
}

/// Everybody by login name.
pub type Cast = BTreeMap<&'static str, Member>;

/// A member to be entered: login name, role, unit.
pub(crate) struct Part {
    pub(crate) login: &'static str,
    pub(crate) role: Option<String>,
    pub(crate) unit: Id<Unit>,
}

/// Somebody in every role of `roles.toml`, under the role's own key, and those whom tests need beside them.
pub(crate) fn parts(app: &App, places: &Places) -> Vec<Part> {
    let organisation = app.service::<org::Organisation>().expect("the program brings the organisation");
    let mut parts = Vec::new();
    for role in &organisation.roles {
        let unit = home_of(&role.key, &role.fits, places);
        // A few dozen short names that live as long as the test program.
        let login: &'static str = Box::leak(role.key.clone().into_boxed_str());
        parts.push(Part { login, role: Some(role.key.clone()), unit });
    }
    let beside: [(&'static str, Option<&str>, Id<Unit>); 9] = [
        ("second-leader", Some("deputy-leader"), places.township),
        ("second-department-head", Some("department-head"), places.departments[1]),
        ("second-department-staff", Some("department-staff"), places.departments[1]),
        ("second-village-secretary", Some("village-secretary"), places.villages[1]),
        ("neighbour-office-director", Some("office-director"), places.neighbour),
        ("neighbour-office-clerk", Some("office-clerk"), places.neighbour),
        ("neighbour-leader", Some("deputy-leader"), places.neighbour),
        ("neighbour-village-secretary", Some("village-secretary"), places.neighbour_village),
        ("nobody", None, places.township),
    ];
    parts.extend(beside.map(|(login, role, unit)| Part { login, role: role.map(str::to_owned), unit }));
    parts
}

/// Where somebody in a role sits: in the township wherever the role allows it.
fn home_of(role: &str, fits: &[String], places: &Places) -> Id<Unit> {
    let fits = |kind: &str| fits.iter().any(|fit| fit == kind);
    match role {
        "people-delegate" | "congress-delegate" => places.villages[0],
        "inspector" | "system-admin" | "security-admin" | "audit-admin" => places.county,
        _ if fits("township") => places.township,
        _ if fits("department") => places.departments[0],
        _ if fits("village") => places.villages[0],
        _ if fits("branch") => places.branch,
        _ => places.county,
    }
}

/// A name nobody else has: a surname and a given name by number.
pub(crate) fn name_of(number: usize) -> String {
    const FAMILY: [&str; 10] = ["沈", "陆", "顾", "钟", "卓", "严", "裴", "桑", "荀", "柏"];
    const GIVEN: [&str; 6] = ["知远", "清和", "望舒", "景行", "思齐", "怀瑾"];
    format!("{}{}", FAMILY[number % FAMILY.len()], GIVEN[number / FAMILY.len() % GIVEN.len()])
}
