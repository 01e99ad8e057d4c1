//! What may be done with posts. Giving, ending and handing over want a permit for `post.edit`; those of the
//! three administrators want one for `security.manage`: whoever keeps the roster of cadres makes no
//! administrator, and whoever makes accounts gives no rights.

use access::Permit;
use base::{
    Date, Id, Refusal, Result,
    noun::{self},
};
use db::Cx;
use journal::{Entry, Ref};
use serde_json::json;

use super::{Delegation, HandOver, NewDelegation, NewPost, Post, Tenure, store};
use crate::{
    kind::{Organisation, Role},
    person, unit,
};

const EDIT: &str = "post.edit";
const ESTABLISHMENT: &str = "org.edit";
const ADMINISTRATION: &str = "security.manage";
const DELEGATE: &str = "post.delegate";

/// The action a permit must name to give or end posts in a role.
pub fn action_for(role: &Role) -> &'static str {
    if role.is_administration() { ADMINISTRATION } else { EDIT }
}

/// Gives a post.
pub fn give(cx: &mut Cx<'_>, permit: &Permit, organisation: &Organisation, new: &NewPost) -> Result<Post> {
    let role = organisation.role(&new.role)?;
    permit.must_be(action_for(role))?;
    if permit.by() == Some(new.person) {
        return Err(Refusal::forbidden("org.not-to-oneself").field("person").into());
    }
    let post = Post {
        id: cx.new_id(),
        person: new.person,
        role: new.role.clone(),
        unit: new.unit,
        from_on: new.term.0,
        to_on: new.term.1,
        acting: new.tenure == Tenure::Acting,
        note: new.note.trim().to_owned(),
        handed_over_to: None,
    };
    must_fit(cx, organisation, role, &post)?;
    store::insert(cx, &post, new.import)?;
    let body = json!({
        "person": post.person, "role": post.role, "unit": post.unit, "from": post.from_on.to_string(),
        "to": post.to_on.map(|day| day.to_string()),
        "acting": post.acting, "import": new.import,
    });
    journal::append(cx, &Entry::new("post.given", Ref::new("post", post.id), body))?;
    Ok(post)
}

/// Whether the person may hold the post where and when it is to be held.
fn must_fit(cx: &mut Cx<'_>, organisation: &Organisation, role: &Role, post: &Post) -> Result<()> {
    let (unit, person) = (unit::store::unit(cx, post.unit)?, person::store::person(cx, post.person)?);
    if !organisation.fits(role, &unit.kind) {
        return Err(Refusal::invalid("org.role-does-not-fit")
            .field("role")
            .arg("role", &role.title)
            .arg("unit", unit.name)
            .into());
    }
    if post.to_on.is_some_and(|last| last < post.from_on) {
        return Err(Refusal::invalid("org.ends-before-it-begins").field("to").into());
    }
    if !unit.is_open_on(post.from_on) || unit.closed_on.is_some() && post.to_on.is_none() {
        return Err(Refusal::conflict("org.unit-closed").field("unit").arg("name", unit.name).into());
    }
    if person.left_on.is_some_and(|last| last < post.to_on.unwrap_or(Date::MAX)) {
        return Err(Refusal::conflict("org.person-left").field("person").arg("name", person.name).into());
    }
    for other in store::of_seat(cx, post.unit, &post.role)?.iter().filter(|other| other.overlaps(post)) {
        if other.person == post.person {
            return Err(Refusal::conflict("org.post-held-already")
                .field("role")
                .arg("name", person.name)
                .into());
        }
        // Whoever acts stands beside the holder; two holders or two who act do not.
        if role.sole && other.acting == post.acting {
            let holder = person::names_of_persons(cx, &[other.person])?.remove(&other.person);
            return Err(Refusal::conflict("org.post-is-sole")
                .field("role")
                .arg("role", &role.title)
                .arg("unit", unit.name)
                .arg("holder", holder.unwrap_or_default())
                .into());
        }
    }
    let held = store::roles_from(cx, post.person, post.from_on)?;
    organisation.separation.check(held.iter().map(String::as_str).chain([role.key.as_str()]))?;
    Ok(())
}

/// Ends a post on its last day.
pub fn end(
    cx: &mut Cx<'_>,
    permit: &Permit,
    organisation: &Organisation,
    id: Id<noun::Post>,
    last: Date,
) -> Result<Post> {
    let post = store::post(cx, id)?;
    permit.must_be(action_for(organisation.role(&post.role)?))?;
    must_go_on(&post, last)?;
    if last < post.from_on {
        return Err(Refusal::invalid("org.ends-before-it-begins").field("on").into());
    }
    store::end(cx, id, last, None)?;
    let body = json!({ "on": last.to_string() });
    journal::append(cx, &Entry::new("post.ended", Ref::new("post", id), body))?;
    Ok(Post { to_on: Some(last), ..post })
}

/// Hands a post over to somebody else: the successor begins on the day, the predecessor ends the day before.
pub fn hand_over(
    cx: &mut Cx<'_>,
    permit: &Permit,
    organisation: &Organisation,
    hand_over: &HandOver,
) -> Result<Post> {
    let old = store::post(cx, hand_over.post)?;
    permit.must_be(action_for(organisation.role(&old.role)?))?;
    must_go_on(&old, hand_over.on)?;
    if hand_over.to == old.person {
        return Err(Refusal::invalid("org.handed-to-holder").field("to").into());
    }
    if hand_over.on <= old.from_on {
        return Err(Refusal::invalid("org.ends-before-it-begins").field("on").into());
    }
    let last = hand_over.on.yesterday().map_err(|_| Refusal::invalid("org.day-impossible").field("on"))?;
    store::end(cx, old.id, last, Some(hand_over.to))?;
    let body = json!({ "to": hand_over.to, "on": hand_over.on.to_string() });
    journal::append(cx, &Entry::new("post.handed-over", Ref::new("post", old.id), body))?;
    let new = NewPost {
        person: hand_over.to,
        role: old.role,
        unit: old.unit,
        term: (hand_over.on, old.to_on),
        tenure: if old.acting { Tenure::Acting } else { Tenure::Full },
        note: hand_over.note.clone(),
        import: None,
    };
    give(cx, permit, organisation, &new)
}

fn must_go_on(post: &Post, day: Date) -> Result<()> {
    if post.to_on.is_some_and(|last| last < day) {
        return Err(Refusal::conflict("org.post-ended").arg("on", post.to_on.unwrap_or(day)).into());
    }
    Ok(())
}

/// Says that a unit ought to have somebody in a role: until there is, the seat is shown as vacant. Part of
/// the establishment: wants a permit for `org.edit`.
pub fn need_seat(
    cx: &mut Cx<'_>,
    permit: &Permit,
    organisation: &Organisation,
    seat: (Id<noun::Unit>, &str),
) -> Result<()> {
    permit.must_be(ESTABLISHMENT)?;
    let (unit, role) = (unit::store::unit(cx, seat.0)?, organisation.role(seat.1)?);
    if !organisation.fits(role, &unit.kind) {
        return Err(Refusal::invalid("org.role-does-not-fit")
            .field("role")
            .arg("role", &role.title)
            .arg("unit", unit.name)
            .into());
    }
    if store::add_seat(cx, seat.0, seat.1)? > 0 {
        let body = json!({ "role": seat.1 });
        journal::append(cx, &Entry::new("seat.needed", Ref::new("unit", seat.0), body))?;
    }
    Ok(())
}

/// Takes a seat away. Wants a permit for `org.edit`.
pub fn drop_seat(cx: &mut Cx<'_>, permit: &Permit, seat: (Id<noun::Unit>, &str)) -> Result<()> {
    permit.must_be(ESTABLISHMENT)?;
    if store::drop_seat(cx, seat.0, seat.1)? > 0 {
        let body = json!({ "role": seat.1 });
        journal::append(cx, &Entry::new("seat.dropped", Ref::new("unit", seat.0), body))?;
    }
    Ok(())
}

/// Lets somebody act in one's post, or in every post one holds today, for some days. Only own posts can be
/// delegated, so there are no chains; those of the three administrators cannot be.
pub fn delegate(
    cx: &mut Cx<'_>,
    permit: &Permit,
    organisation: &Organisation,
    new: &NewDelegation,
) -> Result<Vec<Delegation>> {
    permit.must_be(DELEGATE)?;
    let (first, last) = new.term;
    let reason = new.reason.trim();
    if reason.is_empty() {
        return Err(Refusal::invalid("org.reason-missing").field("reason").into());
    }
    if last < first || last < cx.today() {
        return Err(Refusal::invalid("org.ends-before-it-begins").field("to").into());
    }
    if new.from == new.to {
        return Err(Refusal::invalid("org.delegated-to-oneself").field("person").into());
    }
    person::store::person(cx, new.to)?;
    let mut posts = store::all_of(cx, new.from)?;
    posts.retain(|post| {
        new.post.is_none_or(|id| id == post.id)
            && post.to_on.is_none_or(|end| end >= first)
            && post.from_on <= last
    });
    let is_personal = |post: &Post| organisation.role(&post.role).is_ok_and(Role::is_administration);
    if new.post.is_some() && posts.iter().any(is_personal) {
        return Err(Refusal::forbidden("org.administration-is-personal").field("post").into());
    }
    posts.retain(|post| !is_personal(post));
    if posts.is_empty() {
        return Err(Refusal::invalid("org.no-post-to-delegate").field("post").into());
    }
    let mut roles = store::roles_from(cx, new.to, first)?;
    roles.extend(posts.iter().map(|post| post.role.clone()));
    organisation.separation.check(roles.iter().map(String::as_str))?;
    posts.iter().map(|post| delegate_post(cx, new, post)).collect()
}

fn delegate_post(cx: &mut Cx<'_>, new: &NewDelegation, post: &Post) -> Result<Delegation> {
    let given = Delegation {
        id: cx.new_id(),
        post: post.id,
        from_person: new.from,
        to_person: new.to,
        from_on: new.term.0,
        to_on: new.term.1,
        reason: new.reason.trim().to_owned(),
    };
    store::delegate(cx, &given)?;
    let body = json!({
        "post": given.post, "from": given.from_person, "to": given.to_person, "first": given.from_on.to_string(),
        "last": given.to_on.to_string(), "reason": given.reason,
    });
    journal::append(cx, &Entry::new("delegation.given", Ref::new("delegation", given.id), body))?;
    Ok(given)
}

/// Takes a delegation back: yesterday was its last day.
pub fn end_delegation(cx: &mut Cx<'_>, permit: &Permit, id: Id<noun::Delegation>) -> Result<()> {
    permit.must_be(DELEGATE)?;
    let given = store::delegation(cx, id)?;
    if given.to_on < cx.today() {
        return Err(Refusal::conflict("org.delegation-ended").arg("on", given.to_on).into());
    }
    let last = cx.today().yesterday().map_err(base::Error::fault)?;
    store::end_delegation(cx, &given, last)?;
    let body = json!({ "last": last.to_string() });
    journal::append(cx, &Entry::new("delegation.ended", Ref::new("delegation", id), body))?;
    Ok(())
}
