use super::*;

/// Names of secrets, in any spelling.
const SECRETS: &[&str] = &[
    "password",
    "Password",
    "PASSWORD",
    "userPassword",
    "pass_word",
    "Passphrase",
    "passcode",
    "DB_PASS",
    "dbpass",
    "pwd",
    "sftpPwd",
    "clientSecret",
    "client-secret",
    "CLIENTSECRET",
    "Webhook Secret",
    "API Key",
    "apiKey",
    "APIKey",
    "api_key",
    "X-Api-Key",
    "x_apikey",
    "Authorization",
    "authorisation",
    "accessToken",
    "TOKEN",
    "tokens",
    "bearer",
    "Bearer token",
    "credentials",
    "SFTP Credential",
    "Private Key",
    "signing-key",
    "SigningKey",
    "AWS_SECRET_ACCESS_KEY",
    "Cookie",
    "Set-Cookie",
    "session",
    "sessionId",
    "OTP",
    "totpSeed",
    "seed",
    "PIN",
    "pinCode",
    "SAS",
    "sasToken",
    "DSN",
    "SENTRY_DSN",
    "Connection String",
    "connectionstring",
    "ConnStr",
    "creds",
    "jwt",
    "OAuth2ClientSecret",
    "secret2",
    "Passwort",
    "Kennwort",
    "contraseña",
    "mot de passe",
];

#[test]
fn names_of_secrets_are_known_in_any_spelling() {
    for secret in SECRETS {
        assert_eq!(name(secret), Name::Secret, "{secret}");
    }
    for doubt in [
        "key",
        "Key",
        "keyId",
        "hostkey",
        "ssh_key",
        "auth",
        "basicAuth",
        "oauth2",
        "Signature",
        "certificate",
        "License Key",
        "private",
        "AuthHeaderValue",
        "salt",
    ] {
        assert_eq!(name(doubt), Name::Doubt, "{doubt}");
    }
    for hint in [
        "tokenUrl",
        "Token Endpoint",
        "passwordPolicy",
        "API Key Header",
        "Session Timeout",
        "Max Tokens",
        "Primary Key",
        "public key",
        "secretName",
        "authorizationUrl",
        "sort_key",
    ] {
        assert_eq!(name(hint), Name::Hint, "{hint}");
    }
    for open in [
        "monkey",
        "Monkeys",
        "turkey",
        "keyword",
        "keywords",
        "keyboard",
        "author",
        "Authors",
        "authority",
        "tokenizer",
        "tokenise",
        "secretary",
        "compass",
        "bypass",
        "passenger",
        "passport",
        "url",
        "Endpoint",
        "username",
        "User Id",
        "clientId",
        "body",
        "region",
        "hockey",
        "spinner",
        "pinned",
        "decode",
        "country code",
        "postcode",
        "design",
        "assignee",
        "Batch Size",
        "hashtag",
        "shipping",
        "",
    ] {
        assert_eq!(name(open), Name::Open, "{open}");
    }
}

#[test]
fn credentials_are_known_by_their_form() {
    for text in [
        "Bearer abc",
        "bearer  abc",
        "Authorization: Bearer abc.def",
        "Basic dXNlcjpwYXNzd29yZA==",
        "eyJhbGciOiJIUzI1NiJ9.e30.x",
        "it is eyJhbGciOiJIUzI1NiJ9.e30.x",
        "-----BEGIN RSA PRIVATE KEY-----\nMII",
        "ghp_0123456789abcdef",
        "xoxb-123456789012-abc",
        "sk_live_0123456789",
        "AKIAIOSFODNN7EXAMPLE",
        "https://smith:pw@erp.example/a",
        "postgres://u:p@db:5432/x",
        "jdbc:postgresql://db/x?user=a&password=b",
        "https://0123456789abcdef0123@github.com/x",
        "Server=db;User Id=a;Password=b;",
        "host=db user=a password=b",
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=Zm9vYmFyYmF6cXV4Zm9v==",
        "https://a.blob.core.windows.net/c?sv=2020&sig=abc%2Bdef1234567890ABCdef",
        "https://x.example/?access_token=abcdef",
        "https://hooks.slack.com/services/T0/B0/xyz",
        "user: a\npassword: b",
        r#"[{"key":"Authorization token","value":"x"}]"#,
        r#"{"a":{"clientSecret":"x"}}"#,
        r#"{"a":["-----BEGIN PRIVATE KEY-----"]}"#,
        r#"{"key":"AbC1dEf2GhI3jKl4MnO5"}"#,
    ] {
        assert!(is_credential(text), "{text}");
    }
    for text in [
        "",
        "x",
        "https://erp.example/a:b@c",
        "https://erp.example:8443/a?page=2&sort=key",
        "Bearer of bad news",
        "Basic plan",
        "100",
        "EU",
        "*/5 * * * *",
        "2026-01-31T17:00:00+00:00",
        "Smith Hardware, 12 Main St.",
        "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        r#"[{"key":"Region","value":"EU"}]"#,
        r#"{"columns":["a"]}"#,
        r#"{"password":""}"#,
        r#"{"key":"orders"}"#,
        "{{#each items}}{{name}}{{/each}}",
        "smith@example.com",
        "mailto:smith@example.com",
    ] {
        assert!(!is_credential(text), "{text}");
    }
}

#[test]
fn an_address_with_a_token_in_it_may_be_one() {
    for address in [
        "https://hooks.example.com/services/T000/B000/XXXXXXXX",
        "https://hooks.example.com/services/T024BE7LD/B024BE7LE/9aBcD3fGhIjKlMnOpQrStUvW",
        "https://events.example.com/in/aB3dE6gH9jK2",
        "https://example.com/api/7c9e6679-7425-40de-944b-e07fc1f90ae7/notify",
        "https://example.com/hook?id=q8X2p0Zt",
        "https://example.com/cb?x=9f86d081884c7d659a2feaa0c55ad015",
        "post to https://example.com/#aB3dE6gH9jK2mN5p",
        "wss://feed.example.com/v1/aB3dE6gH9jK2mN5p",
    ] {
        assert!(setting("Target", None, [address]).hides(), "{address}");
        assert!(member("target", address), "{address}");
    }
    for address in [
        "https://erp.example",
        "https://erp.example:8443/api/v2/orders",
        "https://erp.example/api/2026-01-31/customers-and-contacts?page=100&size=1000",
        "https://api.example/oauth2/authorize/accounting-integration",
        "https://hooks.example.com/webhooks/orders",
        "https://erp.example/webhooks/InboundOrders",
        "https://erp.example/webhooks2/OrdersAndContactsOfAllStores",
        "https://erp.example/export/20260131T120000Z/report-2026-01.csv",
        "https://erp.example/services/data/v60.0/sobjects/CustomObject__c",
        "https://aB3dE6gH9jK2mN5p.example/api",
        "https://sheets.example/A1:B2",
        "aB3dE6gH9jK2mN5p",
    ] {
        assert_eq!(
            setting("Target", None, [address]),
            Verdict::Open,
            "{address}"
        );
        assert!(!member("target", address), "{address}");
    }
}

#[test]
fn type_name_and_form_decide_together() {
    for (name, kind, value, verdict) in [
        (
            "Notify",
            Some("STRING"),
            "https://hooks.example.com/services/T000/B000/XXXXXXXX",
            Verdict::Doubtful,
        ),
        ("Endpoint", Some("CREDENTIAL"), "x", Verdict::Secret),
        ("Endpoint", Some("connection"), "x", Verdict::Secret),
        ("host", Some("password"), "x", Verdict::Secret),
        (
            "Passphrase",
            Some("STRING"),
            "correct horse",
            Verdict::Doubtful,
        ),
        ("Sort", Some("STRING"), "Bearer abc", Verdict::Doubtful),
        ("Sort Key", Some("STRING"), "name", Verdict::Open),
        (
            "Sort Key",
            Some("STRING"),
            "aB3dE6gH9jK2mN5p",
            Verdict::Doubtful,
        ),
        (
            "Token URL",
            None,
            "https://id.example/oauth/token",
            Verdict::Open,
        ),
        (
            "Token URL",
            None,
            "https://x.example/h/aB3dE6gH9jK2mN5p",
            Verdict::Doubtful,
        ),
        (
            "Endpoint",
            Some("STRING"),
            "https://erp.example",
            Verdict::Open,
        ),
    ] {
        assert_eq!(setting(name, kind, [value]), verdict, "{name} {value}");
    }
    assert_eq!(
        setting("Note", None, ["new", "ghp_0123456789ab"]),
        Verdict::Doubtful
    );
    assert!(member("password", "x") && member("key", "aB3dE6gH9jK2mN5p"));
    assert!(!member("objectKey", "orders/2026/january-report-1"));
    assert!(!member("key", "orders"));
}
