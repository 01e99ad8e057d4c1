//! Probes for whatever watches the program.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use web::{Gate, Route, Visit};

use super::store;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/healthz", Gate::Public, alive), Route::get("/readyz", Gate::Public, ready)]
}

/// The program answers.
async fn alive() -> &'static str {
    "ok\n"
}

/// Every tenant's database answers too. Which one does not is for the log.
async fn ready(v: Visit) -> Response {
    let mut status = StatusCode::OK;
    for tenant in v.app.tenants() {
        let caller = tenant.db.caller("system:probe");
        if let Err(error) = tenant.db.read(&caller, store::ready).await {
            tracing::error!(%error, tenant = tenant.code, "not ready");
            status = StatusCode::SERVICE_UNAVAILABLE;
        }
    }
    let word = if status == StatusCode::OK { "ready\n" } else { "not ready\n" };
    (status, word).into_response()
}
