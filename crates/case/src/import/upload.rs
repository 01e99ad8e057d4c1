//! A file between its being handed in and its being done: kept in the tenant's store, seen only by whoever
//! handed it in.

use base::{Error, Id, Refusal, Result, Timestamp, noun::Import};
use object_store::{ObjectStore, ObjectStoreExt as _, path::Path};
use serde::{Deserialize, Serialize};

use super::sha256;

/// What is known of a file besides its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Its name.
    pub file_name: String,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// The journal name of who handed it in.
    pub by: String,
}

fn place(id: Id<Import>, part: &str) -> Path {
    Path::from(format!("imports/{id}/{part}"))
}

const BYTES: &str = "file";
const ABOUT: &str = "about.json";
/// The refused rows with their reasons.
const REFUSED: &str = "refused.xlsx";

/// Keeps a file that was handed in.
pub async fn keep(
    files: &dyn ObjectStore,
    id: Id<Import>,
    (name, bytes): (&str, Vec<u8>),
    by: &str,
) -> Result<()> {
    let about = About { file_name: name.to_owned(), sha256: sha256(&bytes), by: by.to_owned() };
    let about = serde_json::to_vec(&about).map_err(Error::fault)?;
    files.put(&place(id, BYTES), bytes.into()).await.map_err(Error::fault)?;
    files.put(&place(id, ABOUT), about.into()).await.map_err(Error::fault)?;
    Ok(())
}

async fn get(files: &dyn ObjectStore, id: Id<Import>, part: &str) -> Result<Vec<u8>> {
    match files.get(&place(id, part)).await {
        Ok(found) => Ok(found.bytes().await.map_err(Error::fault)?.to_vec()),
        Err(object_store::Error::NotFound { .. }) => {
            Err(Refusal::not_found("case.import-upload-gone").into())
        }
        Err(error) => Err(Error::fault(error)),
    }
}

/// A file and what is known of it. Somebody else's is not there.
pub async fn fetch(files: &dyn ObjectStore, id: Id<Import>, by: &str) -> Result<(About, Vec<u8>)> {
    let about = about(files, id, by).await?;
    Ok((about, get(files, id, BYTES).await?))
}

async fn about(files: &dyn ObjectStore, id: Id<Import>, by: &str) -> Result<About> {
    let about: About = serde_json::from_slice(&get(files, id, ABOUT).await?).map_err(Error::fault)?;
    if about.by == by { Ok(about) } else { Err(Refusal::not_found("case.import-upload-gone").into()) }
}

/// Keeps the refused rows beside the file.
pub async fn keep_refused(files: &dyn ObjectStore, id: Id<Import>, workbook: Vec<u8>) -> Result<()> {
    files.put(&place(id, REFUSED), workbook.into()).await.map_err(Error::fault).map(|_| ())
}

/// The refused rows of a file and the name of the file.
pub async fn refused(files: &dyn ObjectStore, id: Id<Import>, by: &str) -> Result<(About, Vec<u8>)> {
    let about = about(files, id, by).await?;
    Ok((about, get(files, id, REFUSED).await?))
}

/// Lets go of the file; the refused rows stay to be fetched until [`sweep`].
pub async fn done(files: &dyn ObjectStore, id: Id<Import>) -> Result<()> {
    match files.delete(&place(id, BYTES)).await {
        Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
        Err(error) => Err(Error::fault(error)),
    }
}

/// Lets go of everything handed in before a moment: files nobody went on with, and refused rows fetched or not.
pub async fn sweep(files: &dyn ObjectStore, before: Timestamp) -> Result<usize> {
    let listed = files.list_with_delimiter(Some(&Path::from("imports"))).await.map_err(Error::fault)?;
    let mut gone = 0;
    for folder in listed.common_prefixes {
        for object in files.list_with_delimiter(Some(&folder)).await.map_err(Error::fault)?.objects {
            if object.last_modified.timestamp() < before.as_second() {
                files.delete(&object.location).await.map_err(Error::fault)?;
                gone += 1;
            }
        }
    }
    Ok(gone)
}
