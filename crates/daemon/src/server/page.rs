//! The page at `/`: the built files of `ui/dist`, in the binary. `ui/README.md` says how they are made.
//!
//! They hold nothing of a tenant, so that loading them needs no token; what they show is asked of `/api/v1`.
//!
//! # Invariants
//!
//! - The document says by a relative `<base>` where the page begins, from the depth of the path that was asked
//!   for: a proxy may serve it below any path that it strips.
//! - Its Content-Security-Policy allows neither an inline script or style nor another origin.

#[cfg(feature = "ui")]
pub(super) use embedded::routes;

/// Without the page, `/` says that this build has none.
#[cfg(not(feature = "ui"))]
pub(super) fn routes() -> axum::Router {
    use super::reply;
    use crate::api::http::ErrorCode;

    let none = || async {
        let message = "this build has no page: it was built without the feature `ui`; `prism-gitops status` and /api/v1 say the same";
        reply::error(ErrorCode::NotFound, message)
    };
    axum::Router::new()
        .route("/", axum::routing::get(none))
        .method_not_allowed_fallback(reply::method_not_allowed)
}

#[cfg(feature = "ui")]
mod embedded {
    use axum::Router;
    use axum::extract::Path;
    use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG};
    use axum::http::{HeaderMap, StatusCode, Uri};
    use axum::response::{IntoResponse as _, Response};
    use axum::routing::get;
    use include_dir::{Dir, include_dir};
    use tower_http::compression::CompressionLayer;

    use crate::server::{digest, reply};

    /// The built page.
    static DIST: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../ui/dist");
    const DOCUMENT: &str = "index.html";
    /// The placeholder in the document for where the page begins.
    const BASE: &str = r#"<base href="./">"#;

    /// What a browser lets the page do: its own files, its own API, no HTML from texts.
    const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                          connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'; \
                          require-trusted-types-for 'script'";

    /// The document at `/` and at all addresses of the page, and its files.
    pub(in crate::server) fn routes() -> Router {
        Router::new()
            .route("/", get(document))
            .route("/e", get(document))
            .route("/e/", get(document))
            .route("/e/{*address}", get(document))
            .route("/assets/{name}", get(asset))
            .method_not_allowed_fallback(reply::method_not_allowed)
            // Smaller than what `layers` makes in a hurry: a browser loads a file once.
            .layer(CompressionLayer::new())
    }

    async fn document(uri: Uri, headers: HeaderMap) -> Response {
        let Some(html) = DIST
            .get_file(DOCUMENT)
            .and_then(|file| file.contents_utf8())
        else {
            return reply::not_found(uri).await;
        };
        let html = html.replacen(BASE, &format!(r#"<base href="{}">"#, base(uri.path())), 1);
        let tag = digest::tag(&html);
        let about = [
            (ETAG, tag.as_str()),
            (CACHE_CONTROL, "no-cache"),
            (CONTENT_SECURITY_POLICY, POLICY),
            (CONTENT_TYPE, "text/html; charset=utf-8"),
        ];
        match digest::is_known(&headers, &tag) {
            true => (StatusCode::NOT_MODIFIED, about).into_response(),
            false => (about, html).into_response(),
        }
    }

    /// Where the page begins, seen from a path: as many folders up as the path is deep.
    fn base(path: &str) -> String {
        match path.matches('/').count() {
            0 | 1 => "./".to_owned(),
            depth => "../".repeat(depth - 1),
        }
    }

    /// A file whose name has the digest of its contents in it: it never changes.
    async fn asset(Path(name): Path<String>, uri: Uri) -> Response {
        let Some(file) = DIST.get_file(format!("assets/{name}")) else {
            return reply::not_found(uri).await;
        };
        let about = [
            (CONTENT_TYPE, kind(&name)),
            (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        ];
        (about, file.contents()).into_response()
    }

    fn kind(name: &str) -> &'static str {
        match name.rsplit_once('.').map(|(_, end)| end) {
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("svg") => "image/svg+xml",
            _ => "application/octet-stream",
        }
    }

    #[cfg(test)]
    mod tests {
        use axum::body::{Body, to_bytes};
        use axum::http::Request;
        use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, IF_NONE_MATCH};
        use tower::ServiceExt as _;

        use super::*;
        use crate::server::layers;

        async fn ask(path: &str, header: Option<(axum::http::HeaderName, &str)>) -> Response {
            let mut request = Request::get(path);
            if let Some((name, value)) = header {
                request = request.header(name, value);
            }
            let request = request.body(Body::empty()).unwrap();
            let routes = layers::around(routes().fallback(reply::not_found), Router::new());
            routes.oneshot(request).await.unwrap()
        }

        async fn text(response: Response) -> String {
            let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
            String::from_utf8(bytes.to_vec()).unwrap()
        }

        #[tokio::test]
        async fn the_document_says_where_the_page_begins() {
            let rows = [
                ("/", "./"),
                ("/e/prod/", "../../"),
                ("/e/prod/list?state=failing", "../../"),
                ("/e/prod/r/Instance/a%2Fb/c", "../../../../../"),
            ];
            for (path, base) in rows {
                let response = ask(path, None).await;
                assert_eq!(response.headers()[CONTENT_SECURITY_POLICY], POLICY);
                assert_eq!(response.headers()[CACHE_CONTROL], "no-cache");
                let html = text(response).await;
                assert!(html.contains(&format!(r#"<base href="{base}">"#)), "{html}");
            }
        }

        #[tokio::test]
        async fn what_the_browser_has_is_not_sent_again() {
            let tag = ask("/e/prod/", None).await.headers()[ETAG].clone();
            let tag = tag.to_str().unwrap();
            let again = ask("/e/prod/", Some((IF_NONE_MATCH, tag))).await;
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
            assert_eq!(text(again).await, "");
            // At another depth it is another document.
            let other = ask("/", Some((IF_NONE_MATCH, tag))).await;
            assert_eq!(other.status(), StatusCode::OK);
        }

        #[tokio::test]
        async fn every_file_of_the_document_is_there_compressed_and_for_ever() {
            let html = text(ask("/", None).await).await;
            let files = html.match_indices("./assets/").map(|(at, _)| {
                let end = html[at..].find('"').unwrap();
                &html[at + 1..at + end]
            });
            let files: Vec<&str> = files.collect();
            assert!(files.len() >= 3, "{files:?}");
            for path in files {
                let response = ask(path, Some((ACCEPT_ENCODING, "gzip"))).await;
                assert_eq!(response.status(), StatusCode::OK, "{path}");
                let headers = response.headers();
                assert!(
                    headers[CACHE_CONTROL]
                        .to_str()
                        .unwrap()
                        .contains("immutable")
                );
                assert_ne!(headers[CONTENT_TYPE], "application/octet-stream", "{path}");
                if !path.ends_with(".svg") {
                    assert_eq!(headers[CONTENT_ENCODING], "gzip", "{path}");
                }
                let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
                assert!(body.len() <= 40 * 1024, "{path}: {} bytes", body.len());
            }
        }

        #[tokio::test]
        async fn a_head_has_the_headers_and_no_body() {
            for path in ["/", "/e/prod/plan"] {
                let request = Request::head(path).body(Body::empty()).unwrap();
                let routes = layers::around(routes(), Router::new());
                let response = routes.oneshot(request).await.unwrap();
                assert_eq!(response.status(), StatusCode::OK);
                assert_eq!(response.headers()[CONTENT_SECURITY_POLICY], POLICY);
                assert_eq!(text(response).await, "", "{path}");
            }
        }

        #[tokio::test]
        async fn what_is_not_there_is_an_error_of_the_interface() {
            for path in ["/assets/nothing.js", "/assets/..%2Findex.html", "/x"] {
                let response = ask(path, None).await;
                assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
                assert!(
                    text(response).await.contains("there is nothing at"),
                    "{path}"
                );
            }
        }
    }
}
