//! Pages and interfaces that belong to no kernel: the journal and its proofs, the table of rights,
//! accounts and tokens, probes, the description of the interfaces.

mod accounts;
mod health;
mod journal;
mod openapi;
mod proof;
mod rights;
mod store;
#[cfg(test)]
mod tests;
mod tokens;

use std::{collections::HashMap, path::PathBuf};

use ::journal::{Keys, PublicKey};
use base::{Error, Language, Result};
use web::{Module, Route, Visit};

pub(crate) use accounts::{invited, renewed, without_account};
pub(crate) use tokens::{USUAL_DAYS, in_days};

/// The pages and sentences of this module, and those of the command line.
pub(crate) fn module() -> Module {
    Module {
        name: "ops",
        migrations: &[],
        statements: || store::STATEMENTS.to_vec(),
        texts: &[
            (Language::Chinese, include_str!("../../text/zh-CN.ftl")),
            (Language::English, include_str!("../../text/en.ftl")),
        ],
        routes,
    }
}

fn routes() -> Vec<Route> {
    [
        accounts::routes(),
        health::routes(),
        journal::routes(),
        openapi::routes(),
        proof::routes(),
        rights::routes(),
        tokens::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The public keys of the tenants' logs. Registered as a service; the private keys stay with the sealer.
#[derive(Debug, Default)]
pub(crate) struct LogKeys(HashMap<String, PublicKey>);

impl LogKeys {
    /// The public half of the `log.key` in each tenant's folder; a tenant without one has no proofs.
    pub(crate) fn read<'a>(homes: impl IntoIterator<Item = (&'a str, PathBuf)>) -> Result<Self> {
        let mut keys = HashMap::new();
        for (code, home) in homes {
            let Ok(seed) = std::fs::read(home.join("log.key")) else { continue };
            let seed: [u8; 32] = seed.try_into().map_err(|_| Error::fault("log.key is not 32 bytes"))?;
            keys.insert(code.to_owned(), Keys::from_bytes(&seed).public());
        }
        Ok(Self(keys))
    }

    /// The key of the visitor's tenant.
    fn of(v: &Visit) -> Result<PublicKey> {
        let keys = v.app.service::<Self>()?;
        let key = keys.0.get(&v.tenant.code).cloned();
        key.ok_or_else(|| Error::fault(format!("no log key for {}", v.tenant.code)))
    }
}
