//! The files of an issue: kept once, handed out unchanged.

use axum::response::Response;
use base::{Error, Refusal, Result};
use object_store::{ObjectStoreExt, path::Path};
use web::{Answer, Visit};

use crate::{
    acts::{self, Issued},
    model::{Publication, sha256},
    store::{self, FileRow},
    view::Desk,
};

/// Puts the files of an issue into the object store, after the issue is durable.
pub(crate) async fn keep(v: &Visit, issued: Issued) -> Result<()> {
    for (file, bytes) in issued.files {
        put(v, &file, bytes).await?;
    }
    Ok(())
}

async fn put(v: &Visit, file: &FileRow, bytes: Vec<u8>) -> Result<()> {
    v.tenant.files.put(&Path::from(file.object_key.as_str()), bytes.into()).await.map_err(Error::fault)?;
    Ok(())
}

/// Hands out a file of an issue. What does not have the hash it was issued with is not handed out.
pub(crate) async fn download(v: &Visit, publication: Publication, format: &str) -> Answer {
    let (id, wanted) = (publication.id, format.to_owned());
    let files = v.read(move |cx| store::files(cx, id)).await?;
    let found = files.into_iter().find(|file| file.format == wanted);
    let file = found.ok_or_else(|| Refusal::not_found("publication.no-such-format"))?;
    let bytes = match v.tenant.files.get(&Path::from(file.object_key.as_str())).await {
        Ok(kept) => kept.bytes().await.map_err(Error::fault)?.to_vec(),
        // The program stopped between the issue and the keeping of its files: the same issue makes the
        // same bytes, and the hash says whether it did.
        Err(object_store::Error::NotFound { .. }) => made_again(v, &publication, &file).await?,
        Err(other) => return Err(Error::fault(other).into()),
    };
    if sha256(&bytes) != file.sha256 {
        return Err(Refusal::conflict("publication.file-damaged").into());
    }
    Ok(as_file(v, &publication, &file.format, bytes))
}

async fn made_again(v: &Visit, publication: &Publication, file: &FileRow) -> Result<Vec<u8>> {
    let (desk, publication) = (Desk::of(v)?, publication.clone());
    let made = v.read(move |cx| acts::render(cx, desk.press(), &publication)).await?;
    let again = made.into_iter().find(|(made, _)| made.format == file.format);
    let bytes = again.map(|(_, bytes)| bytes).unwrap_or_default();
    if sha256(&bytes) == file.sha256 {
        put(v, file, bytes.clone()).await?;
    }
    Ok(bytes)
}

fn as_file(v: &Visit, publication: &Publication, format: &str, bytes: Vec<u8>) -> Response {
    let document = &publication.document;
    let name = [document.number.as_deref().unwrap_or_default(), document.frame.title.as_str()].join(" ");
    let name = format!("{}.{format}", name.trim().replace(['/', '\\', '\n', '\r'], " "));
    v.file(&name, media_type(format), bytes)
}

/// The media type of a format.
pub(crate) fn media_type(format: &str) -> &'static str {
    match format {
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/octet-stream",
    }
}
