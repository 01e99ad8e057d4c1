//! The receipt: number, code and QR, shown again for a short while and printable at any size.

use access::{Digest, MasterKey};
use askama::Template;
use axum::extract::Path;
use base::{Error, Id, Refusal, Result, Timestamp, noun};
use db::Cx;
use serde::{Deserialize, Serialize};
use web::{Answer, Gate, Route, Visit};

use crate::{
    face::{self, Words},
    qr::{Qr, qr},
    store,
};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/public/receipts/{key}", Gate::Public, page),
        Route::post("/public/receipts/{key}/clear", Gate::Public, clear),
    ]
}

/// A receipt as it is kept for a while: sealed with the tenant's key and bound to the key of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) case: Id<noun::Case>,
    pub(crate) number: String,
    pub(crate) code: String,
    pub(crate) token: String,
    pub(crate) entry: Option<Id<noun::Entry>>,
}

/// The line that proves an entry to anybody, once the log has sealed it.
pub(crate) fn proof_line(cx: &mut Cx<'_>, entry: Id<noun::Entry>) -> Result<Option<String>> {
    match journal::receipt(cx, entry) {
        Ok(receipt) => Ok(Some(receipt.to_line())),
        // Sealed within the minute; nothing is wrong.
        Err(Error::Refused(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// A fresh key for a form: 256 bits, so that nobody guesses the address of a receipt.
pub(crate) fn fresh_key() -> Result<String> {
    use std::fmt::Write as _;
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(Error::fault)?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

/// Whether this is a key we gave out: 64 hexadecimal digits.
pub(crate) fn is_key(key: &str) -> bool {
    key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What the tables know of a form's key.
pub(crate) fn digest(key: &str) -> Digest {
    Digest::of(&format!("luoshi receipt\0{key}"))
}

/// Keeps a receipt until then.
pub(crate) fn keep(
    cx: &mut Cx<'_>,
    master: &MasterKey,
    (key, kept): (&str, &Kept),
    until: Timestamp,
) -> Result<()> {
    let plain = serde_json::to_vec(kept).map_err(Error::fault)?;
    let sealed = master.seal(&bound_to(key), &plain)?;
    store::put(cx, &digest(key), (&sealed, until))
}

fn bound_to(key: &str) -> String {
    format!("site receipt\0{key}")
}

/// The receipt of a form, while it may be shown.
pub(crate) fn find(cx: &mut Cx<'_>, master: &MasterKey, key: &str) -> Result<Option<Kept>> {
    let Some(sealed) = store::find(cx, &digest(key))? else { return Ok(None) };
    let plain = master.open(&bound_to(key), &sealed)?;
    serde_json::from_slice(&plain).map(Some).map_err(Error::fault)
}

#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage<'a> {
    v: &'a Visit,
    style: &'static str,
    key: String,
    kept: Kept,
    title: String,
    place: String,
    raised: String,
    next: Option<String>,
    plain_address: String,
    code: Qr,
    minutes: u32,
    proof: Option<String>,
}

async fn page(v: Visit, Path(key): Path<String>) -> Answer {
    let (master, asked) = (v.tenant.master_key.clone(), key.clone());
    let words = Words::of(&v)?;
    let found = v
        .read(move |cx| {
            let Some(kept) = find(cx, &master, &asked)? else { return Ok(None) };
            let Some(found) = case::store::find(cx, kept.case)? else { return Ok(None) };
            let place =
                org::names_of_units(cx, &[found.head.unit])?.remove(&found.head.unit).unwrap_or_default();
            let who = face::holder(cx, &words, &found.head)?;
            let proof = kept.entry.map(|entry| proof_line(cx, entry)).transpose()?.flatten();
            Ok(Some((kept, found.head, (place, who, proof))))
        })
        .await?;
    let Some((kept, head, (place, who, proof))) = found else {
        return Err(Refusal::not_found("site.receipt-put-away").into());
    };
    let next = head.next_word.map(|day| v.t2("site-receipt-next-text", ("day", v.date(day)), ("who", who)));
    let address = format!("{}/public/follow/{}", v.origin, kept.token);
    let minutes = crate::Settings::of(&v)?.allows.receipt_minutes;
    Ok(v.page(&ReceiptPage {
        v: &v,
        style: crate::style_address(),
        key,
        title: head.title.clone(),
        place,
        raised: v.date(base::clock::day_of(head.raised_at)),
        next,
        code: qr(&address)?,
        plain_address: format!("{}/public/follow", v.origin),
        kept,
        minutes,
        proof,
    }))
}

/// For borrowed telephones: the receipt cannot be opened again.
async fn clear(v: Visit, Path(key): Path<String>) -> Answer {
    v.tenant.db.write_operational(&v.caller, move |cx| store::drop(cx, &digest(&key))).await?;
    Ok(v.see("/public", "site-receipt-cleared"))
}
