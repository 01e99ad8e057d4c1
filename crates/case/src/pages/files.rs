//! Files hung on a case: kept in the object store, handed out as downloads only.

use access::Subject;
use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::IntoResponse,
};
use base::{
    Id, Refusal, Result,
    noun::{Attachment, Case},
};
use object_store::ObjectStoreExt;
use web::{Answer, Form, Upload, Visit};

use super::{
    Rulebook,
    show::{no_such_case, shown, visible},
};
use crate::{
    acts::{self, NewAttachment, On},
    model::{Mover, stance_relations},
    store,
};

/// The largest attachment taken: 20 MB.
const LARGEST: usize = 20 * 1024 * 1024;

pub(super) async fn attach(v: Visit, Path(id): Path<Id<Case>>, form: Form) -> Answer {
    match try_attach(&v, id, &form).await {
        Ok(()) => Ok(v.see(&format!("/cases/{id}"), "case-attached")),
        Err(error) => shown(&v, id, (StatusCode::UNPROCESSABLE_ENTITY, form.refused(error)?, None)).await,
    }
}

async fn try_attach(v: &Visit, id: Id<Case>, form: &Form) -> Result<()> {
    let upload = form.upload("file").ok_or_else(|| Refusal::invalid("case.no-file").field("file"))?.clone();
    let (visit, book) = (v.clone(), Rulebook::of(&v.app)?);
    let case = v.read(move |cx| visible(cx, &visit, &book, id)).await?;
    let permit = {
        let book = Rulebook::of(&v.app)?;
        let rules = book.rules();
        let procedure = rules.procedure(&case.head.procedure)?;
        let relations = stance_relations(&case, procedure, Mover::Person(&v.actor));
        v.permit("case.attach", &Subject::of_unit(&case.head.unit_path).related(relations))?
    };
    let file = keep(v, id, &upload, form.given("public").is_some().into()).await?;
    v.write(move |cx| acts::attach(cx, On { permit: &permit, case: id }, &file)).await.map(|_| ())
}

/// Whether the resident may see a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Only those who handle the case.
    Inside,
    /// The resident too.
    ToResident,
}

impl From<bool> for Shown {
    fn from(public: bool) -> Self {
        if public { Self::ToResident } else { Self::Inside }
    }
}

/// Puts the bytes of an upload into the object store, under a name nobody can guess.
pub async fn keep(v: &Visit, case: Id<Case>, upload: &Upload, shown: Shown) -> Result<NewAttachment> {
    if upload.bytes.len() > LARGEST {
        return Err(Refusal::too_large("case.file-too-large")
            .field("file")
            .arg("most", LARGEST / 1024 / 1024)
            .into());
    }
    let key = format!("cases/{case}/{}", v.tenant.db.ids().next::<Attachment>(v.caller.now));
    let path = object_store::path::Path::from(key.as_str());
    v.tenant.files.put(&path, upload.bytes.clone().into()).await.map_err(base::Error::fault)?;
    Ok(NewAttachment {
        object_key: key,
        name: upload.name.clone(),
        media_type: upload.content_type.clone(),
        size: i64::try_from(upload.bytes.len()).unwrap_or(i64::MAX),
        sha256: crate::import::sha256(&upload.bytes),
        public: shown == Shown::ToResident,
    })
}

pub(super) async fn download(v: Visit, Path((id, file)): Path<(Id<Case>, Id<Attachment>)>) -> Answer {
    let (visit, book) = (v.clone(), Rulebook::of(&v.app)?);
    let found = v
        .read(move |cx| {
            visible(cx, &visit, &book, id)?;
            let all = store::hangings(cx, id)?.attachments;
            all.into_iter().find(|row| row.id == file).ok_or_else(no_such_case)
        })
        .await?;
    Ok(sent(&v, &found).await?)
}

/// A kept file on its way out: always as a download, so that no browser runs what somebody uploaded.
pub async fn sent(v: &Visit, file: &crate::model::AttachmentRow) -> Result<axum::response::Response> {
    let path = object_store::path::Path::from(file.object_key.as_str());
    let stored = v.tenant.files.get(&path).await.map_err(base::Error::fault)?;
    let bytes = stored.bytes().await.map_err(base::Error::fault)?;
    let mut response = v.file(&file.name, "application/octet-stream", Vec::new()).into_response();
    let length = bytes.len().into();
    *response.body_mut() = bytes.into();
    response.headers_mut().insert(header::CONTENT_LENGTH, length);
    Ok(response)
}
