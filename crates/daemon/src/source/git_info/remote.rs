//! Where a repository came from: one line of its configuration, read as text.

use url::Url;

/// The URL of the remote `origin`, without credentials.
pub(super) fn origin(config: &str) -> Option<String> {
    let mut inside = false;
    let mut found = None;
    for line in config.lines() {
        let mut line = line.trim();
        if let Some(rest) = line.strip_prefix('[') {
            let Some((header, after)) = rest.split_once(']') else {
                inside = false;
                continue;
            };
            inside = is_origin(header);
            line = after.trim();
        }
        let Some((key, value)) = line.split_once('=').filter(|_| inside) else {
            continue;
        };
        if key.trim().eq_ignore_ascii_case("url") {
            found = Some(unquoted(value));
        }
    }
    without_credentials(&found?)
}

/// `remote "origin"`: the first word in any case, the second as it is.
fn is_origin(header: &str) -> bool {
    let mut words = header.split_whitespace();
    words
        .next()
        .is_some_and(|word| word.eq_ignore_ascii_case("remote"))
        && words.next() == Some("\"origin\"")
        && words.next().is_none()
}

/// A value without its quotes, and without a comment behind it.
fn unquoted(value: &str) -> String {
    let (mut text, mut quoted) = (String::new(), false);
    let mut letters = value.trim().chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => quoted = !quoted,
            '\\' => text.extend(letters.next()),
            '#' | ';' if !quoted => break,
            other => text.push(other),
        }
    }
    text.trim_end().to_owned()
}

/// A remote's URL without user name and password; `None` if that is not certain.
fn without_credentials(remote: &str) -> Option<String> {
    let Ok(mut url) = Url::parse(remote) else {
        // `git@host:path` and plain paths hold no password.
        let plain = !remote.contains("://") && !remote.split('@').next()?.contains(':');
        return (plain && !remote.is_empty()).then(|| remote.to_owned());
    };
    url.set_query(None);
    if url.cannot_be_a_base() {
        return None;
    }
    if matches!(url.scheme(), "http" | "https") {
        let _ = url.set_username("");
    }
    let _ = url.set_password(None);
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remote_is_found_as_git_finds_it() {
        for (config, found) in [
            (
                "[remote \"origin\"]\n\turl = git@h:a/b\n",
                Some("git@h:a/b"),
            ),
            ("[REMOTE \"origin\"] URL=\"/a b\" # c\n", Some("/a b")),
            (
                "[remote \"fork\"]\nurl = /x\n[remote \"origin\"]\nfetch = +refs\nurl = /y ; z\n[core]\nurl = /z\n",
                Some("/y"),
            ),
            ("[remote \"origin\"]\nurl = /a\nurl = /b\n", Some("/b")),
            ("[remote \"Origin\"]\nurl = /a\n", None),
            ("[include]\npath = other\n", None),
            ("[remote \"origin\"\nurl = /a\n", None),
            ("", None),
        ] {
            assert_eq!(origin(config).as_deref(), found, "{config}");
        }
    }

    #[test]
    fn remotes_lose_their_credentials() {
        for (remote, kept) in [
            (
                "https://github.com/a/b.git",
                Some("https://github.com/a/b.git"),
            ),
            (
                "https://x:ghp_123@github.com/a/b",
                Some("https://github.com/a/b"),
            ),
            (
                "https://ghp_123@github.com/a/b?token=1",
                Some("https://github.com/a/b"),
            ),
            ("ssh://git:pw@host/a", Some("ssh://git@host/a")),
            ("git@github.com:a/b.git", Some("git@github.com:a/b.git")),
            ("/srv/git/a.git", Some("/srv/git/a.git")),
            ("user:pw@host:a/b", None),
            ("", None),
        ] {
            assert_eq!(without_credentials(remote).as_deref(), kept, "{remote}");
        }
    }
}
