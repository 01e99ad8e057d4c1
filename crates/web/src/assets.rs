//! Style sheet, scripts and icons, embedded and named by their content so that browsers keep them.

use std::sync::OnceLock;

use axum::{
    Router,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};

const STYLE: &str = include_str!("../assets/luoshi.css");
const SCRIPT: &str = include_str!("../assets/luoshi.js");
const HTMX: &str = include_str!(concat!(env!("OUT_DIR"), "/htmx.min.js"));
const ICONS: &str = include_str!(concat!(env!("OUT_DIR"), "/icons.svg"));
const MARK: &str = include_str!("../assets/mark.svg");

/// Eight hexadecimal digits of the content (FNV-1a): enough to tell one release from the next.
pub(crate) fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let bytes = [STYLE, SCRIPT, HTMX, ICONS, MARK].into_iter().flat_map(str::bytes);
        let hash =
            bytes.fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        format!("{hash:08x}")
    })
}

pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let file = |kind: &'static str, text: &'static str| get(move || async move { serve(kind, text) });
    Router::new()
        .route("/assets/{version}/luoshi.css", file("text/css; charset=utf-8", STYLE))
        .route("/assets/{version}/luoshi.js", file("text/javascript; charset=utf-8", SCRIPT))
        .route("/assets/{version}/htmx.js", file("text/javascript; charset=utf-8", HTMX))
        .route("/assets/{version}/icons.svg", file("image/svg+xml", ICONS))
        .route("/assets/{version}/mark.svg", file("image/svg+xml", MARK))
        .route("/favicon.ico", file("image/svg+xml", MARK))
}

fn serve(kind: &'static str, text: &'static str) -> Response {
    let headers =
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, text).into_response()
}
