//! What forms ask for.

use access::{Permit, Subject, UnitPath};
use axum::extract::Path;
use base::{Date, Id, Result, noun};
use regulation::Party;
use web::{Answer, Form, Visit};

use super::one::{readable, shown};
use crate::{
    acts::{self, Edit, NewDraft},
    files,
    model::{Frame, Publication},
    view::{Desk, permit},
};

/// Leave by the table of rights and, where the clause names roles of its own, by those as well.
fn permit_by(v: &Visit, action: &str, by: &[Party], path: &UnitPath) -> Result<Permit> {
    let subject = Subject::of_unit(path);
    let permit = v.permit(action, &subject)?;
    if !by.is_empty() {
        let roles: Vec<String> = by.iter().map(ToString::to_string).collect();
        v.app.rights().permit_by(&v.actor, &roles, action, &subject)?;
    }
    Ok(permit)
}

pub(super) async fn draft(v: Visit, form: Form) -> Answer {
    let new = NewDraft {
        clause: form.required("clause")?.to_owned(),
        unit: form.needed("unit")?,
        day: form.needed::<Date>("day")?,
        amends: form.parsed("amends")?,
    };
    let (desk, unit) = (Desk::of(&v)?, new.unit);
    let path = v.read(move |cx| Ok(org::unit::unit(cx, unit)?.path)).await?;
    let clause = desk.press().clause(&new.clause)?;
    let permit = permit_by(&v, "publication.draft", &clause.drafted_by, &path)?;
    let id = v.write(move |cx| acts::draft(cx, &permit, desk.press(), &new)).await?;
    Ok(v.see(&format!("/publications/{id}"), "publication-done-drafted"))
}

pub(super) async fn edit(v: Visit, Path(id): Path<Id<noun::Publication>>, form: Form) -> Answer {
    let permit = permit(&v, "publication.draft", &readable(&v, id).await?)?;
    match try_edit(&v, (id, permit), &form).await {
        Ok(()) => Ok(v.see(&format!("/publications/{id}"), "publication-done-saved")),
        Err(error) => shown(&v, id, Some(form.refused(error)?)).await,
    }
}

async fn try_edit(v: &Visit, (id, permit): (Id<noun::Publication>, Permit), form: &Form) -> Result<()> {
    let text = |field: &str| form.text(field).trim().to_owned();
    let edit = Edit {
        version: form.needed("version")?,
        frame: Frame {
            title: text("title"),
            organ: text("organ"),
            addressee: text("addressee"),
            copies_to: text("copies_to"),
            printed_by: text("printed_by"),
        },
        opening: text("opening"),
        closing: text("closing"),
    };
    v.write(move |cx| acts::edit(cx, &permit, id, &edit)).await
}

pub(super) async fn refresh(v: Visit, Path(id): Path<Id<noun::Publication>>) -> Answer {
    let permit = permit(&v, "publication.draft", &readable(&v, id).await?)?;
    let desk = Desk::of(&v)?;
    v.write(move |cx| acts::refresh(cx, &permit, desk.press(), id)).await?;
    Ok(v.see(&format!("/publications/{id}"), "publication-done-refreshed"))
}

pub(super) async fn discard(v: Visit, Path(id): Path<Id<noun::Publication>>, form: Form) -> Answer {
    let permit = permit(&v, "publication.draft", &readable(&v, id).await?)?;
    let version = form.needed("version")?;
    v.write(move |cx| acts::discard(cx, &permit, (id, version))).await?;
    Ok(v.see("/publications", "publication-done-discarded"))
}

pub(super) async fn issue(v: Visit, Path(id): Path<Id<noun::Publication>>, form: Form) -> Answer {
    let publication: Publication = readable(&v, id).await?;
    let desk = Desk::of(&v)?;
    let clause = desk.press().clause(&publication.document.clause)?;
    let permit = permit_by(&v, "publication.issue", &clause.issued_by, &publication.unit_path)?;
    let version = form.needed("version")?;
    let issued = v.write(move |cx| acts::issue(cx, &permit, desk.press(), (id, version))).await?;
    let number = issued.publication.document.number.clone().unwrap_or_default();
    files::keep(&v, issued).await?;
    Ok(v.see_with(&format!("/publications/{id}"), "publication-done-issued", &number))
}

pub(super) async fn remove(v: Visit, Path(id): Path<Id<noun::Publication>>, form: Form) -> Answer {
    let permit = permit(&v, "publication.remove", &readable(&v, id).await?)?;
    let (version, reason) = (form.needed("version")?, form.text("reason").to_owned());
    match v.write(move |cx| acts::remove(cx, &permit, (id, version), &reason)).await {
        Ok(()) => Ok(v.see(&format!("/publications/{id}"), "publication-done-removed")),
        Err(error) => shown(&v, id, Some(form.refused(error)?)).await,
    }
}
