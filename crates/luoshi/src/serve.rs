//! Serving: the runtime, the address, ending in good order.

use std::{io::Write, net::SocketAddr};

use axum::{Router, extract::MatchedPath, extract::Request, middleware::Next, response::Response};
use base::{Error, Result};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;

use crate::{background::Background, program::Program};

/// Serves until told to stop. `announce` is called once the address is known and answers.
pub(crate) fn serve(program: Program, listen: &str, announce: impl FnOnce(SocketAddr)) -> Result<()> {
    let metrics = PrometheusBuilder::new().install_recorder().map_err(Error::fault)?;
    let router = with_metrics(program.app.router(), metrics);
    let background = Background::start(&program.app, program.tenants);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Error::fault)?;
    let outcome = runtime.block_on(async {
        let listener = TcpListener::bind(listen).await.map_err(|error| {
            Error::from(base::Refusal::invalid("cli.cannot-listen").arg("listen", listen).arg("why", error))
        })?;
        announce(listener.local_addr().map_err(Error::fault)?);
        let _ = std::io::stdout().flush();
        axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
            .with_graceful_shutdown(told_to_stop())
            .await
            .map_err(Error::fault)
    });
    drop(background);
    outcome
}

async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
        let _ = interrupt.await;
        return;
    };
    tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
}

/// Counts and times requests by route, never by address: an address may hold a receipt's code.
fn with_metrics(router: Router, metrics: PrometheusHandle) -> Router {
    let counted = router.layer(axum::middleware::from_fn(count));
    counted.route(
        "/metrics",
        axum::routing::get(move || {
            let text = metrics.render();
            async move { text }
        }),
    )
}

async fn count(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = request.method().as_str().to_owned();
    let begun = std::time::Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    let took = begun.elapsed().as_secs_f64();
    metrics::histogram!("luoshi_request_seconds", "route" => route.clone(), "method" => method.clone())
        .record(took);
    metrics::counter!("luoshi_requests_total", "route" => route, "method" => method, "status" => status)
        .increment(1);
    tracing::info!(target: "luoshi::request", took_ms = took * 1000.0, status = response.status().as_u16(), "request");
    response
}
