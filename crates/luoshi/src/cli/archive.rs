//! `backup` and `restore`: one zip with every table, the files, the keys and a manifest of hashes.

use std::{
    fs::File,
    io::{BufReader, Read, Seek, Write},
    path::{Path, PathBuf},
};

use base::{Error, Refusal, Result};
use clap::Args;
use db::{ArchiveSummary, read_archive, write_archive};
use serde::{Deserialize, Serialize};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::{Console, Outcome};
use crate::house::{Opened, TenantFile};

/// `luoshi backup FILE`
#[derive(Args)]
#[command(after_help = "例 Example: luoshi backup 2026-11-22.zip")]
pub(super) struct Backup {
    /// 备份文件 The zip to write
    file: PathBuf,
}

/// `luoshi restore FILE`
#[derive(Args)]
#[command(after_help = "例 Example: luoshi restore 2026-11-22.zip --data /srv/luoshi")]
pub(super) struct Restore {
    /// 备份文件 The zip to read
    file: PathBuf,
}

/// What the archive says of itself.
#[derive(Serialize, Deserialize)]
struct Manifest {
    format: u32,
    tenant: TenantFile,
    made_at: String,
    tables: u64,
    rows: u64,
}

const FORMAT: u32 = 1;
const ROWS: &str = "rows.jsonl";
const KEYS: [&str; 2] = ["master.key", "log.key"];

impl Backup {
    pub(super) fn run(&self, console: &Console) -> Result<Outcome> {
        let tenant = console.house.chosen(console.place.tenant.as_deref())?;
        let opened = console.house.open(&tenant)?;
        // Written beside and renamed, so that a broken backup never stands under the good name.
        let partial = self.file.with_extension("partial");
        let summary = write(&partial, &tenant, &opened)?;
        std::fs::rename(&partial, &self.file).map_err(Error::fault)?;
        let args = [
            ("file", self.file.display().to_string().into()),
            ("tables", summary.tables.into()),
            ("rows", summary.rows.into()),
        ];
        println!("{}", console.say("cli-backed-up", &args));
        Ok(Outcome::Done)
    }
}

fn write(path: &Path, tenant: &TenantFile, opened: &Opened) -> Result<ArchiveSummary> {
    use std::os::unix::fs::OpenOptionsExt;
    // The archive holds the keys of the sealed fields: only its owner may read it.
    let mut options = std::fs::OpenOptions::new();
    let file =
        options.write(true).create(true).truncate(true).mode(0o600).open(path).map_err(Error::fault)?;
    let db = &opened.tenant.db;
    let caller = db.caller("system:backup");
    let (zip, summary) = db.read_now(&caller, move |cx| {
        let mut zip = ZipWriter::new(file);
        zip.start_file(ROWS, options_of()).map_err(Error::fault)?;
        let summary = write_archive(cx, &mut zip)?;
        Ok((zip, summary))
    })?;
    let mut zip = zip;
    for key in KEYS {
        put(&mut zip, key, &std::fs::read(opened.home.join(key)).map_err(Error::fault)?)?;
    }
    put_folder(&mut zip, &opened.home.join("files"), "files")?;
    let manifest = Manifest {
        format: FORMAT,
        tenant: tenant.clone(),
        made_at: base::clock::to_text(caller.now),
        tables: summary.tables,
        rows: summary.rows,
    };
    put(&mut zip, "manifest.json", &serde_json::to_vec_pretty(&manifest).map_err(Error::fault)?)?;
    let file = zip.finish().map_err(Error::fault)?;
    file.sync_all().map_err(Error::fault)?;
    Ok(summary)
}

fn options_of() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated).large_file(true)
}

fn put<W: Write + Seek>(zip: &mut ZipWriter<W>, name: &str, bytes: &[u8]) -> Result<()> {
    zip.start_file(name, options_of()).map_err(Error::fault)?;
    zip.write_all(bytes).map_err(Error::fault)
}

fn put_folder<W: Write + Seek>(zip: &mut ZipWriter<W>, folder: &Path, name: &str) -> Result<()> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let entry = entry.map_err(Error::fault)?;
        let inner = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().map_err(Error::fault)?.is_dir() {
            put_folder(zip, &entry.path(), &inner)?;
        } else {
            put(zip, &inner, &std::fs::read(entry.path()).map_err(Error::fault)?)?;
        }
    }
    Ok(())
}

impl Restore {
    pub(super) fn run(&self, console: &Console) -> Result<Outcome> {
        let file = File::open(&self.file).map_err(|error| {
            Error::from(
                Refusal::invalid("cli.cannot-open").arg("file", self.file.display()).arg("why", error),
            )
        })?;
        let mut zip = ZipArchive::new(file).map_err(|_| damaged())?;
        let manifest: Manifest =
            serde_json::from_slice(&member(&mut zip, "manifest.json")?).map_err(|_| damaged())?;
        if manifest.format > FORMAT {
            return Err(Refusal::invalid("cli.archive-too-new").into());
        }
        let home = console.house.home(&manifest.tenant.code);
        if home.join("tenant.toml").exists() {
            return Err(Refusal::conflict("cli.tenant-exists").arg("code", &manifest.tenant.code).into());
        }
        unpack_files(&mut zip, &home)?;
        let keys: Vec<Vec<u8>> = KEYS.iter().map(|key| member(&mut zip, key)).collect::<Result<_>>()?;
        let opened = console.house.found_with(&manifest.tenant, &keys[0], &keys[1])?;
        let rows = member(&mut zip, ROWS)?;
        let db = &opened.tenant.db;
        let summary = db.write_operational_now(&db.caller("system:restore"), move |cx| {
            read_archive(cx, &mut BufReader::new(rows.as_slice()))
        })?;
        rebuild_search(&opened)?;
        console.house.settle(&manifest.tenant)?;
        let args = [
            ("name", manifest.tenant.name.clone().into()),
            ("tables", summary.tables.into()),
            ("rows", summary.rows.into()),
        ];
        println!("{}", console.say("cli-restored", &args));
        Ok(Outcome::Done)
    }
}

/// Search indexes are not in the archive: they differ by engine and follow from the words.
fn rebuild_search(opened: &Opened) -> Result<()> {
    let db = &opened.tenant.db;
    let mut after = 0;
    while let Some(last) =
        db.write_operational_now(&db.caller("system:restore"), move |cx| case::acts::reindex(cx, after, 500))?
    {
        after = last;
    }
    Ok(())
}

fn damaged() -> Error {
    Refusal::invalid("db.archive-damaged").into()
}

fn member<R: Read + Seek>(zip: &mut ZipArchive<R>, name: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    zip.by_name(name).map_err(|_| damaged())?.read_to_end(&mut bytes).map_err(|_| damaged())?;
    Ok(bytes)
}

fn unpack_files<R: Read + Seek>(zip: &mut ZipArchive<R>, home: &Path) -> Result<()> {
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).map_err(|_| damaged())?;
        // `enclosed_name` refuses names that lead out of the folder.
        let Some(name) = entry.enclosed_name().filter(|name| name.starts_with("files")) else { continue };
        let to = home.join(name);
        if let Some(parent) = to.parent() {
            std::fs::create_dir_all(parent).map_err(Error::fault)?;
        }
        let mut file = File::create(&to).map_err(Error::fault)?;
        std::io::copy(&mut entry, &mut file).map_err(|_| damaged())?;
    }
    Ok(())
}
