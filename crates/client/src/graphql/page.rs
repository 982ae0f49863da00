//! Web pages that a proxy or a wrong URL answers with: their title is reported, never their source.

use crate::transport::Response;

/// How much of a page is searched for its title, in bytes.
const HEAD: usize = 16 * 1024;

/// How much of a title is shown, in characters.
const SHOWN: usize = 100;

/// What a page is called, if the response is one.
pub(super) fn of(response: &Response) -> Option<String> {
    let head = &response.body[..response.body.len().min(HEAD)];
    let text = String::from_utf8_lossy(head);
    let kind = response.header("content-type").unwrap_or_default();
    if !kind.contains("html") && !text.trim_start().starts_with('<') {
        return None;
    }
    Some(match title(&text) {
        Some(title) => format!("a web page ({title:?})"),
        None => "a web page".to_owned(),
    })
}

fn title(text: &str) -> Option<String> {
    // Lower case of ASCII alone, so that the places are the same in both.
    let lower = text.to_ascii_lowercase();
    let tag = lower.find("<title")?;
    let begin = tag + lower[tag..].find('>')? + 1;
    let end = begin + lower[begin..].find('<')?;
    let words: Vec<&str> = text[begin..end].split_whitespace().collect();
    let title: String = words.join(" ").chars().take(SHOWN).collect();
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_called_by_its_title() {
        for (kind, body, expected) in [
            (
                "text/html",
                "<html><TITLE>\n 502  Bad Gateway</TITLE>",
                Some("a web page (\"502 Bad Gateway\")"),
            ),
            ("", " <!doctype html><body>x", Some("a web page")),
            (
                "text/html; charset=utf-8",
                "Bad Gateway",
                Some("a web page"),
            ),
            ("text/html", "<title>not closed", Some("a web page")),
            ("text/html", "<title", Some("a web page")),
            ("text/html", "<title></title>", Some("a web page")),
            ("application/json", "{\"a\": \"<title>x</title>\"}", None),
            ("text/plain", "busy", None),
        ] {
            let response = Response {
                status: 200,
                headers: vec![("content-type".to_owned(), kind.to_owned())],
                body: body.to_owned().into(),
            };
            assert_eq!(of(&response).as_deref(), expected, "{kind} {body}");
        }
    }
}
