//! The data directory: a folder per tenant with its keys, its files and, on SQLite, its database.

use std::{
    fs,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use access::MasterKey;
use base::{Clock, Error, Ids, Refusal, Result};
use db::{Db, Location, Migration, Settings};
use journal::Keys;
use object_store::local::LocalFileSystem;
use serde::{Deserialize, Serialize};
use web::Tenant;

use crate::modules;

/// Where everything lies and how it is opened.
#[derive(Debug, Clone)]
pub struct House {
    /// The data directory.
    pub data: PathBuf,
    /// A PostgreSQL to keep the tenants in, a schema each; SQLite files when there is none.
    pub database: Option<String>,
    /// Where the time comes from.
    pub clock: Clock,
    /// Where ids come from.
    pub ids: Arc<Ids>,
}

/// What `tenant.toml` says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TenantFile {
    /// The six-digit division code of the county.
    pub code: String,
    /// The county's name.
    pub name: String,
}

/// An opened tenant.
pub struct Opened {
    /// What requests need of it.
    pub tenant: Tenant,
    /// The key that signs its checkpoints.
    pub log_keys: Arc<Keys>,
    /// Its folder.
    pub home: PathBuf,
}

impl House {
    /// The folder of a tenant.
    pub fn home(&self, code: &str) -> PathBuf {
        self.data.join(code)
    }

    /// The tenants that have been set up, by code.
    pub fn tenants(&self) -> Result<Vec<TenantFile>> {
        let Ok(entries) = fs::read_dir(&self.data) else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for entry in entries {
            let file = entry.map_err(Error::fault)?.path().join("tenant.toml");
            if file.exists() {
                let text = fs::read_to_string(&file).map_err(Error::fault)?;
                found.push(toml::from_str::<TenantFile>(&text).map_err(Error::fault)?);
            }
        }
        found.sort_by(|a, b| a.code.cmp(&b.code));
        Ok(found)
    }

    /// The only tenant, or the one asked for.
    pub fn chosen(&self, code: Option<&str>) -> Result<TenantFile> {
        let mut all = self.tenants()?;
        if let Some(code) = code {
            all.retain(|tenant| tenant.code == code);
        }
        match (all.len(), code) {
            (1, _) => Ok(all.remove(0)),
            (0, Some(code)) => Err(Refusal::not_found("cli.no-such-tenant").arg("code", code).into()),
            (0, None) => Err(Refusal::not_found("cli.no-tenant").arg("data", self.data.display()).into()),
            _ => Err(Refusal::invalid("cli.which-tenant").into()),
        }
    }

    /// Makes the folder, the keys and the empty database of a tenant. Refused when it exists. The
    /// tenant counts from [`House::settle`] on, so that a broken set-up can simply be repeated.
    pub fn found(&self, tenant: &TenantFile) -> Result<Opened> {
        self.found_with(tenant, MasterKey::generate()?.to_bytes(), &Keys::generate()?.to_bytes())
    }

    /// The same with the keys of a backup.
    pub fn found_with(&self, tenant: &TenantFile, master_key: &[u8], log_key: &[u8]) -> Result<Opened> {
        let home = self.home(&tenant.code);
        if home.join("tenant.toml").exists() {
            return Err(Refusal::conflict("cli.tenant-exists").arg("code", &tenant.code).into());
        }
        fs::create_dir_all(home.join("files")).map_err(Error::fault)?;
        // What a set-up that broke off has left.
        for file in ["luoshi.db", "luoshi.db-wal", "luoshi.db-shm"] {
            let _ = fs::remove_file(home.join(file));
        }
        write_secret(&home.join("master.key"), master_key)?;
        write_secret(&home.join("log.key"), log_key)?;
        self.open_at(tenant, home)
    }

    /// Writes the file that makes the folder a tenant.
    pub fn settle(&self, tenant: &TenantFile) -> Result<()> {
        let text = toml::to_string(tenant).map_err(Error::fault)?;
        fs::write(self.home(&tenant.code).join("tenant.toml"), text).map_err(Error::fault)
    }

    /// Opens a tenant.
    pub fn open(&self, tenant: &TenantFile) -> Result<Opened> {
        self.open_at(tenant, self.home(&tenant.code))
    }

    fn open_at(&self, tenant: &TenantFile, home: PathBuf) -> Result<Opened> {
        let location = match &self.database {
            Some(url) => Location::schema(url, format!("t{}", tenant.code))?,
            None => Location::File(home.join("luoshi.db")),
        };
        let settings = Settings { readers: readers(), clock: self.clock.clone(), ids: Arc::clone(&self.ids) };
        let steps: Vec<Migration> =
            modules::all().iter().flat_map(|module| module.migrations.iter().copied()).collect();
        let db = Db::open(location, &steps, &settings)?;
        let master_key = Arc::new(MasterKey::from_bytes(&read_secret(&home.join("master.key"))?)?);
        let seed = read_secret(&home.join("log.key"))?;
        let seed: [u8; 32] = seed.try_into().map_err(|_| Error::fault("log.key is not 32 bytes"))?;
        let log_keys = Arc::new(Keys::from_bytes(&seed));
        let files = LocalFileSystem::new_with_prefix(home.join("files")).map_err(Error::fault)?;
        let (code, name) = (tenant.code.clone(), tenant.name.clone());
        let tenant = Tenant { code, name, db, files: Arc::new(files), master_key };
        Ok(Opened { tenant, log_keys, home })
    }
}

/// Readers beside the writer: as many as cores, at least two, so that a slow search does not hold up
/// a sign-in.
fn readers() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 16)
}

/// Writes a file only its owner can read.
pub(crate) fn write_secret(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut options = fs::OpenOptions::new();
    let mut file =
        options.write(true).create(true).truncate(true).mode(0o600).open(path).map_err(Error::fault)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(Error::fault)
}

fn read_secret(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| Error::fault(format!("{}: {error}", path.display())))
}
