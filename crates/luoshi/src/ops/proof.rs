//! Proofs for everybody: the newest checkpoint, the proof that an entry is in the log, and a page on
//! which anyone checks a receipt.

use ::journal::{Checkpoint, Consistency, PublicKey, Receipt};
use askama::Template;
use axum::{
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use base::{Error, Id, Refusal, Result, noun};
use db::Cx;
use serde::Serialize;
use serde_json::Value;
use utoipa::{OpenApi, ToSchema};
use web::{Answer, Form, Gate, Route, Visit};

use super::LogKeys;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/journal/verify", Gate::Public, page),
        Route::post("/journal/verify", Gate::Public, check),
        Route::get("/api/v1/log/checkpoint", Gate::Public, checkpoint),
        Route::get("/api/v1/log/proof", Gate::Public, proof),
        Route::get("/api/v1/log/consistency", Gate::Public, consistency),
    ]
}

pub(super) fn described() -> utoipa::openapi::OpenApi {
    Described::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(checkpoint, proof, consistency), components(schemas(CheckpointJson)))]
struct Described;

/// A signed state of the log and what is needed to check it.
#[derive(Serialize, ToSchema)]
struct CheckpointJson {
    /// Whose log this is.
    origin: String,
    /// How many entries.
    tree_size: u64,
    /// The root hash, base64.
    root: String,
    /// When it was signed, UTC.
    at: String,
    /// The hash algorithm: `sha-256` or `sm3`.
    hash: String,
    /// The size of the checkpoint before.
    previous_size: u64,
    /// The signed note (C2SP tlog-checkpoint).
    note: String,
    /// The Ed25519 key it is signed with, base64.
    public_key: String,
    /// The same key as signed notes name it (C2SP signed-note).
    verifier_key: String,
}

impl CheckpointJson {
    fn of(checkpoint: &Checkpoint, key: &PublicKey) -> Self {
        Self {
            origin: checkpoint.origin.clone(),
            tree_size: checkpoint.tree_size,
            root: checkpoint.root.to_string(),
            at: checkpoint.at.clone(),
            hash: checkpoint.hash.as_str().to_owned(),
            previous_size: checkpoint.previous_size,
            note: checkpoint.note(),
            public_key: key.to_string(),
            verifier_key: key.verifier_key(&checkpoint.origin),
        }
    }
}

/// The newest checkpoint of the log; as a signed note with `Accept: text/plain`.
#[utoipa::path(
    get,
    path = "/api/v1/log/checkpoint",
    tag = "log",
    responses(
        (status = 200, description = "The newest checkpoint", body = CheckpointJson),
        (status = 404, description = "Nothing has been sealed yet")
    )
)]
async fn checkpoint(v: Visit, headers: HeaderMap) -> Answer {
    let key = LogKeys::of(&v)?;
    let latest = v.read(::journal::latest).await?;
    let latest = latest.ok_or_else(|| Refusal::not_found("ops.no-checkpoint"))?;
    if headers.get(header::ACCEPT).is_some_and(|accept| accept == "text/plain") {
        return Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], latest.note()).into_response());
    }
    Ok(v.json(StatusCode::OK, &CheckpointJson::of(&latest, &key)))
}

/// The proof that an entry is in the log, without what the entry says.
#[utoipa::path(
    get,
    path = "/api/v1/log/proof",
    tag = "log",
    params(("receipt" = String, Query, description = "The id of an entry, or the line of a receipt (`LSR1.…`)")),
    responses(
        (status = 200, description = "The receipt against the newest checkpoint", body = serde_json::Value),
        (status = 404, description = "There is no such entry"),
        (status = 409, description = "The entry is not sealed yet")
    )
)]
async fn proof(v: Visit) -> Answer {
    let form = Form::of_query(v.query.as_deref());
    let id = entry_of(form.required("receipt")?)?;
    let receipt = v.read(move |cx| ::journal::receipt(cx, id)).await?;
    Ok(v.json(StatusCode::OK, &receipt.without_body()))
}

/// The proof that the log of one checkpoint continues that of an earlier one.
#[utoipa::path(
    get,
    path = "/api/v1/log/consistency",
    tag = "log",
    params(
        ("old" = u64, Query, description = "The size of the earlier checkpoint"),
        ("new" = u64, Query, description = "The size of the later checkpoint")
    ),
    responses(
        (status = 200, description = "Both checkpoints and the proof (RFC 9162, 2.1.4)", body = serde_json::Value),
        (status = 404, description = "There is no checkpoint of that size")
    )
)]
async fn consistency(v: Visit) -> Answer {
    let form = Form::of_query(v.query.as_deref());
    let (old, new) = (form.needed::<u64>("old")?, form.needed::<u64>("new")?);
    let proof: Consistency = v.read(move |cx| ::journal::consistency(cx, old, new)).await?;
    Ok(v.json(StatusCode::OK, &proof))
}

/// The entry a text names: an id, the line of a receipt, or a receipt as JSON.
fn entry_of(text: &str) -> Result<Id<noun::Entry>> {
    let id = match read(text)? {
        Given::Entry(id) => return Ok(id),
        Given::Receipt(receipt) => receipt.id,
    };
    id.parse().map_err(|_| Refusal::invalid("journal.receipt-form").field("receipt").into())
}

/// What somebody pasted.
enum Given {
    Entry(Id<noun::Entry>),
    Receipt(Box<Receipt>),
}

fn read(text: &str) -> Result<Given> {
    let (text, unreadable) = (text.trim(), || Refusal::invalid("journal.receipt-form").field("receipt"));
    if let Ok(id) = text.parse() {
        return Ok(Given::Entry(id));
    }
    let receipt = if text.starts_with('{') {
        serde_json::from_str(text).map_err(|_| unreadable())?
    } else {
        Receipt::from_line(text).map_err(|_| unreadable())?
    };
    Ok(Given::Receipt(Box::new(receipt)))
}

#[derive(Template)]
#[template(path = "verify.html")]
struct VerifyPage<'a> {
    v: &'a Visit,
    form: Form,
    checkpoint: Option<CheckpointJson>,
    signed_at: String,
    found: Option<Found>,
}

/// A receipt that was checked.
struct Found {
    receipt: Receipt,
    act: String,
    at: String,
    line: String,
    json: String,
    /// Why it does not hold, if it does not.
    against: Vec<String>,
}

async fn page(v: Visit) -> Answer {
    let form = Form::of_query(v.query.as_deref());
    shown(&v, form).await
}

async fn check(v: Visit, form: Form) -> Answer {
    shown(&v, form).await
}

async fn shown(v: &Visit, form: Form) -> Answer {
    let key = LogKeys::of(v)?;
    let latest = v.read(::journal::latest).await?;
    let (form, found) = match form.given("receipt").map(str::to_owned) {
        None => (form, None),
        Some(text) => match try_receipt(v, &key, text).await {
            Ok(found) => (form, Some(found)),
            Err(error) => (form.refused(error)?, None),
        },
    };
    let status = if form.refusals.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let signed_at = latest.as_ref().map(|checkpoint| moment(v, &checkpoint.at)).unwrap_or_default();
    let checkpoint = latest.map(|checkpoint| CheckpointJson::of(&checkpoint, &key));
    Ok(v.page_with(status, &VerifyPage { v, form, checkpoint, signed_at, found }))
}

/// Reads a receipt and checks it twice: by itself, and against the log as it stands today.
async fn try_receipt(v: &Visit, key: &PublicKey, text: String) -> Result<Found> {
    let given = read(&text)?;
    let (receipt, against) = match given {
        Given::Entry(id) => (v.read(move |cx| ::journal::receipt(cx, id)).await?.without_body(), None),
        Given::Receipt(receipt) => {
            let held = Receipt::clone(&receipt);
            (*receipt, Some(v.read(move |cx| against_log(cx, &held)).await?))
        }
    };
    let mut refusals: Vec<Refusal> = receipt.verify(key).err().into_iter().collect();
    refusals.extend(against.flatten());
    Ok(Found {
        act: super::journal::act_words(v, &receipt.act),
        at: moment(v, &receipt.at),
        line: receipt.to_line(),
        json: serde_json::to_string_pretty(&receipt).map_err(Error::fault)?,
        against: refusals.iter().map(|refusal| v.refusal(refusal)).collect(),
        receipt,
    })
}

/// Whether the log still says what the receipt says: the same entry, under the same signed state.
fn against_log(cx: &mut Cx<'_>, held: &Receipt) -> Result<Option<Refusal>> {
    let gone = || Some(Refusal::conflict("ops.receipt-gone").arg("id", &held.id));
    let Ok(id) = held.id.parse::<Id<noun::Entry>>() else { return Ok(gone()) };
    let now = match ::journal::receipt(cx, id) {
        Ok(receipt) => receipt,
        Err(Error::Refused(_)) => return Ok(gone()),
        Err(fault) => return Err(fault),
    };
    if (now.leaf, now.body_hash) != (held.leaf, held.body_hash) || now.act != held.act || now.at != held.at {
        return Ok(Some(Refusal::conflict("ops.receipt-differs").arg("id", &held.id)));
    }
    match ::journal::checkpoint_of(cx, held.checkpoint.tree_size) {
        Ok(ours) if ours.root == held.checkpoint.root => Ok(None),
        Ok(_) | Err(Error::Refused(_)) => {
            Ok(Some(Refusal::conflict("ops.checkpoint-differs").arg("size", held.checkpoint.tree_size)))
        }
        Err(fault) => Err(fault),
    }
}

/// A moment of the journal in the reader's form; unreadable ones as they stand.
pub(super) fn moment(v: &Visit, at: &str) -> String {
    at.parse().map_or_else(|_| at.to_owned(), |at| v.moment(at))
}

/// The body of an entry, one member to a line.
pub(super) fn body_lines(body: &str) -> Vec<(String, String)> {
    let Ok(Value::Object(members)) = serde_json::from_str(body) else { return Vec::new() };
    let text = |value: Value| match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    };
    members
        .into_iter()
        .map(|(name, value)| (name, text(value)))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}
