//! What the name of a value says about it, in any spelling.

/// How much a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// Nothing.
    Open,
    /// It speaks of a secret but names something about it: `tokenUrl`, `passwordPolicy`.
    Hint,
    /// It may name a secret: `key`, `auth`, `signature`.
    Doubt,
    /// It names a secret.
    Secret,
}

/// Found anywhere in a name without its blanks and signs.
const INSIDE: [&str; 38] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "passwort",
    "passkey",
    "kennwort",
    "geheim",
    "motdepasse",
    "contrasena",
    "contraseña",
    "wachtwoord",
    "secret",
    "credential",
    "authorization",
    "authorisation",
    "token",
    "bearer",
    "cookie",
    "apikey",
    "privatekey",
    "privkey",
    "accesskey",
    "signingkey",
    "encryptionkey",
    "decryptionkey",
    "sharedkey",
    "masterkey",
    "accountkey",
    "connectionstring",
    "connstr",
    "sharedaccess",
    "sessionid",
    "recoverycode",
    "backupcode",
    "securitycode",
    "verificationcode",
    "mnemonic",
];

/// Words of which one is enough.
const WORDS: [&str; 30] = [
    "pw", "pwd", "pass", "pin", "pins", "otp", "totp", "hotp", "sas", "jwt", "jwts", "session",
    "sessions", "sid", "seed", "seeds", "dsn", "cred", "creds", "tok", "psk", "senha", "clave",
    "parola", "cvv", "cvc", "keytab", "kek", "dek", "haslo",
];

/// Words that leave it in doubt.
const DOUBTFUL: [&str; 31] = [
    "key",
    "keys",
    "auth",
    "authn",
    "authz",
    "authentication",
    "oauth",
    "signature",
    "sig",
    "hash",
    "hmac",
    "cert",
    "certs",
    "certificate",
    "certificates",
    "pem",
    "pfx",
    "pkcs",
    "keystore",
    "truststore",
    "ssh",
    "license",
    "licence",
    "private",
    "nonce",
    "salt",
    "pat",
    "confidential",
    "sensitive",
    "schlüssel",
    "schluessel",
];

/// Last words that make a name speak of something about a secret.
const ABOUT: [&str; 46] = [
    "url",
    "uri",
    "urls",
    "endpoint",
    "host",
    "path",
    "name",
    "type",
    "header",
    "headers",
    "field",
    "column",
    "policy",
    "length",
    "expiry",
    "expires",
    "expiration",
    "ttl",
    "lifetime",
    "timeout",
    "algorithm",
    "format",
    "prefix",
    "suffix",
    "location",
    "scope",
    "scopes",
    "count",
    "size",
    "limit",
    "hint",
    "label",
    "description",
    "enabled",
    "required",
    "method",
    "mode",
    "provider",
    "version",
    "rotation",
    "days",
    "hours",
    "minutes",
    "seconds",
    "status",
    "comments",
];

/// Words that make a name speak of a number of something, or of something that all may know.
const HARMLESS_FIRST: [&str; 15] = [
    "max",
    "min",
    "maximum",
    "minimum",
    "number",
    "num",
    "public",
    "primary",
    "foreign",
    "sort",
    "partition",
    "object",
    "issue",
    "cache",
    "translation",
];

/// At most this many names are remembered: a tenant has few names and very many values.
const REMEMBERED: usize = 4096;

/// What a name says.
pub(super) fn judge(name: &str) -> Name {
    use std::cell::RefCell;
    use std::collections::HashMap;
    thread_local! {
        static JUDGED: RefCell<HashMap<String, Name>> = RefCell::default();
    }
    let known = JUDGED.with_borrow(|judged| judged.get(name).copied());
    known.unwrap_or_else(|| {
        let level = think(name);
        JUDGED.with_borrow_mut(|judged| {
            if judged.len() >= REMEMBERED {
                judged.clear();
            }
            judged.insert(name.to_owned(), level);
        });
        level
    })
}

fn think(name: &str) -> Name {
    let words = split_words(name);
    let squeezed = without_lookalikes(&words.concat());
    let strong = INSIDE.iter().any(|part| squeezed.contains(part))
        || words.iter().any(|word| is_strong(word));
    let level = if strong {
        Name::Secret
    } else if words.iter().any(|word| is_doubtful(word)) {
        Name::Doubt
    } else {
        return Name::Open;
    };
    let ends = |word: &String| ABOUT.contains(&word.as_str());
    let begins = |word: &String| HARMLESS_FIRST.contains(&word.as_str());
    let about =
        words.len() > 1 && (words.last().is_some_and(ends) || words.first().is_some_and(begins));
    if about { Name::Hint } else { level }
}

fn is_strong(word: &str) -> bool {
    const PASSES: [&str; 10] = [
        "compass",
        "bypass",
        "encompass",
        "trespass",
        "surpass",
        "overpass",
        "underpass",
        "impass",
        "mountainpass",
        "lowpass",
    ];
    WORDS.contains(&word)
        || word.ends_with("pwd")
        || word.ends_with("pass") && !PASSES.contains(&word)
}

fn is_doubtful(word: &str) -> bool {
    DOUBTFUL.contains(&word)
        || is_kind_of_key(word)
        || (word.ends_with("auth") || word.starts_with("auth"))
            && !["author", "authentic"]
                .iter()
                .any(|start| word.starts_with(start))
}

/// `hostkey`, but no `monkey`.
fn is_kind_of_key(word: &str) -> bool {
    const NO_KEYS: [&str; 18] = [
        "monkey", "donkey", "turkey", "hockey", "jockey", "whiskey", "hotkey", "lackey", "mickey",
        "smokey", "pokey", "hokey", "flunkey", "malarkey", "turnkey", "cokey", "disckey", "dickey",
    ];
    let word = word.strip_suffix('s').unwrap_or(word);
    word.ends_with("key") && !NO_KEYS.contains(&word)
}

/// Words that hold one of the parts by accident.
fn without_lookalikes(squeezed: &str) -> String {
    [
        "tokeniz",
        "tokenis",
        "secretar",
        "cookiecutter",
        "forbearer",
    ]
    .iter()
    .fold(squeezed.to_owned(), |text, word| text.replace(word, "·"))
}

/// `OAuth2ClientSecret`, `client_secret` and `Client secret 2` as words in lower case, without
/// the numbers behind them.
fn split_words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (at, letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            words.push(std::mem::take(&mut word));
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let begins = letter.is_uppercase()
            && (before.is_some_and(|c| c.is_lowercase() || c.is_numeric())
                || before.is_some_and(|c| c.is_uppercase())
                    && after.is_some_and(|c| c.is_lowercase()));
        if begins {
            words.push(std::mem::take(&mut word));
        }
        word.extend(letter.to_lowercase());
    }
    words.push(word);
    let bare = words.into_iter().map(|word| {
        word.trim_end_matches(|c: char| c.is_ascii_digit())
            .to_owned()
    });
    bare.filter(|word| !word.is_empty()).collect()
}
