use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::*;

fn knowing(secret: &str) -> Redactor {
    let redactor = Redactor::default();
    redactor.learn(secret);
    redactor
}

fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn each(text: &str, one: impl Fn(char) -> String) -> String {
    text.chars().map(one).collect()
}

fn percent(text: &str, upper: bool) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else if upper {
            out += &format!("%{byte:02X}");
        } else {
            out += &format!("%{byte:02x}");
        }
    }
    out
}

fn utf16(c: char) -> String {
    let mut buffer = [0; 2];
    let units = c.encode_utf16(&mut buffer);
    units.iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

/// All forms of one text that programs are known to make of it.
fn forms(text: &str) -> Vec<String> {
    let hex = |upper: bool| -> String {
        let digit = |byte: u8| {
            if upper {
                format!("{byte:02X}")
            } else {
                format!("{byte:02x}")
            }
        };
        text.bytes().map(digit).collect()
    };
    vec![
        text.to_owned(),
        json(text),
        format!("{text:?}"),
        text.escape_unicode().to_string(),
        each(text, utf16),
        each(text, |c| {
            if c.is_ascii() {
                json(&c.to_string())
            } else {
                utf16(c).to_uppercase().replace("\\U", "\\u")
            }
        }),
        percent(text, true),
        percent(text, false),
        percent(text, true).replace("%20", "+"),
        each(text, |c| format!("&#{};", u32::from(c))),
        each(text, |c| format!("&#x{:x};", u32::from(c))),
        each(text, |c| match c {
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '&' => "&amp;".to_owned(),
            '"' => "&quot;".to_owned(),
            '\'' => "&apos;".to_owned(),
            'ä' => "&auml;".to_owned(),
            c => c.to_string(),
        }),
        STANDARD.encode(text),
        STANDARD_NO_PAD.encode(text),
        URL_SAFE.encode(text),
        URL_SAFE_NO_PAD.encode(text),
        STANDARD.encode(format!("u:{text}")),
        STANDARD.encode(format!("me:{text}!")),
        hex(true),
        hex(false),
        format!("'{}'", text.replace('\'', "''")),
        format!("'{}'", text.replace('\'', "'\\''")),
        format!("\"{}\"", text.replace('"', "\"\"")),
    ]
}

/// Whether 8 letters of a secret are in a text or in one of its decoded forms.
fn survives(secret: &str, shown: &str) -> bool {
    let letters: Vec<char> = secret.chars().collect();
    let decoded = |view: &View| -> Vec<View> {
        let inner = view.inner().into_iter();
        inner.flat_map(View::layers).collect()
    };
    let mut views = View::all(shown);
    let once: Vec<View> = views.iter().flat_map(decoded).collect();
    let twice = once.iter().flat_map(decoded);
    views.extend(twice);
    views.extend(once.iter().cloned());
    let texts: Vec<String> = views
        .iter()
        .map(|view| String::from_utf8_lossy(&view.bytes).into_owned())
        .collect();
    let pieces = letters
        .windows(PIECE)
        .map(|piece| piece.iter().collect::<String>());
    pieces
        .into_iter()
        .any(|piece| texts.iter().any(|text| text.contains(&piece)))
}

#[test]
fn every_form_is_found_and_every_form_of_that() {
    for secret in [
        "c4nary-s3cret-V4lue",
        "pässwört & \"quote\" 'x' \\ 99",
        "a😀b/c+d=e f?g#h%i",
        "line1-abc\nline2-def",
    ] {
        let redactor = knowing(secret);
        for once in forms(secret) {
            for twice in std::iter::once(once.clone()).chain(forms(&once)) {
                let text = format!("the value {twice} is wrong");
                let shown = redactor.foreign(&text);
                assert!(shown.contains(MASK), "{text}");
                assert!(!survives(secret, &shown), "{text} → {shown}");
            }
        }
    }
}

#[test]
fn pieces_of_eight_count_and_less_do_not() {
    let redactor = knowing("0a1b2c3d4e5f6g7h");
    for (text, shown) in [
        ("given: 0a1b2c3d…", "given: [secret]…"),
        (
            "…5f6g7h is the end, no piece",
            "…5f6g7h is the end, no piece",
        ),
        ("…4e5f6g7h is the end", "…[secret] is the end"),
        ("x 2c3d4e5f y", "x [secret] y"),
        ("x 2c3d4e5 y", "x 2c3d4e5 y"),
        // Cut off at the end of the message.
        ("given: 0a1b2", "given: [secret]"),
        ("given: 0a1b2...", "given: [secret]..."),
        ("given: 0a1", "given: 0a1"),
        ("0a1b2 is a word", "0a1b2 is a word"),
        ("0a1b2c3d4e5f6g7h0a1b2c3d4e5f6g7h", "[secret]"),
    ] {
        assert_eq!(redactor.foreign(text), shown);
    }
}

#[test]
fn short_secrets_are_words_and_everyday_words_stay() {
    let shown = |secret: &str, text: &str| knowing(secret).foreign(text).into_owned();
    assert_eq!(
        shown("test", "the latest test failed"),
        "the latest [secret] failed"
    );
    assert_eq!(shown("ab1!", "xab1!x"), "x[secret]x");
    assert_eq!(shown("7", "step 7 of 77"), "step [secret] of 77");
    assert_eq!(knowing("7").ours("step 7 of 77"), "step 7 of 77");
    assert_eq!(shown("", "nothing"), "nothing");
    assert_eq!(
        shown("password123", "the password of https://x is password123"),
        "the password of https://x is p[secret]"
    );
    let dsn = "postgres://smith:s3cr3t-99@db.internal/x";
    assert_eq!(
        shown(dsn, &format!("cannot open {dsn}; try postgres://user@host")),
        "cannot open post[secret]; try postgres://user@host"
    );
    assert_eq!(
        shown("c4nary-S3cret", "it is C4NARY-S3CRET"),
        "it is [secret]"
    );
    assert_eq!(shown("12345678", "nothing of it"), "nothing of it");
}

#[test]
fn short_secrets_in_digits_are_found_in_our_own_texts_too() {
    for secret in ["  0 AAaA", "ab1!", "s3cr3t"] {
        let redactor = knowing(secret);
        let user = STANDARD.encode(format!("me:{secret}!"));
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        for digits in [user, hex] {
            let text = format!("given: {digits} here");
            let shown = redactor.ours(&text);
            assert!(shown.contains(MASK), "{secret}: {shown}");
        }
    }
}

#[test]
fn structure_survives_and_keys_are_no_secrets() {
    let redactor = knowing(r#"{"type":"service_account","private_key":"abc"}"#);
    let document = serde_json::json!({
        "private_key": r#"x {"type":"service_account","private_key":"abc"} "#, "n": 7, "list": [], "\"": "a\u{1}\n\"b",
    });
    let mut out = Vec::new();
    let mut writer = serde_json::Serializer::with_formatter(&mut out, Redacting::with(&redactor));
    serde::Serialize::serialize(&document, &mut writer).unwrap();
    let read: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(read["n"], 7);
    assert_eq!(read["\""], "a\u{1}\n\"b");
    assert!(
        !read["private_key"]
            .as_str()
            .unwrap()
            .contains("service_account"),
        "{read}"
    );
}

#[test]
fn many_secrets_cost_no_more_than_one_and_the_oldest_make_room() {
    let redactor = Redactor::default();
    for number in 0..10_000 {
        redactor.learn(&format!("{number:05}-secret-of-somebody-{number:05}"));
    }
    assert_eq!(
        redactor.foreign("x 00042-secret-of-somebody-00042 y"),
        "x [secret] y"
    );
    let large = "z".repeat(1 << 20);
    for number in 0..20 {
        redactor.learn(&format!("{number}{large}"));
    }
    assert!(redactor.0.read().unwrap().is_empty() || !redactor.finds("00042-se"));
}

/// What the property below demands of one case.
fn nothing_survives(secret: &str, text: &str) -> Result<(), String> {
    let redactor = knowing(secret);
    for (author, shown) in [
        ("others", redactor.foreign(text)),
        ("we", redactor.ours(text)),
    ] {
        if survives(secret, &shown) {
            return Err(format!("{author}: {text} → {shown}"));
        }
    }
    Ok(())
}

#[test]
fn secrets_with_an_escape_in_every_piece_do_not_survive_in_digits() {
    for (secret, first, second) in [
        // Base64 of JSON, of percents and of entities: no piece of the secret is without an escape.
        (" Aa#0a0Aü", 5, 12),
        ("a<b>c&d;e", 6, 12),
        ("a<b>c&d;e", 11, 15),
    ] {
        let text = forms(&forms(secret)[first])[second].clone();
        assert_eq!(nothing_survives(secret, &format!(" {text} ")), Ok(()));
    }
}

#[test]
fn texts_of_ours_are_decoded_as_deep_as_those_of_others() {
    let base64 = |text: &str| STANDARD.encode(text);
    let hex = |text: &str| -> String { text.bytes().map(|byte| format!("{byte:02x}")).collect() };
    for (secret, text) in [
        // Escapes within digits.
        ("ab1!é", base64(r"ab1!\u00e9")),
        ("a<b>c&d;e", base64("a&lt;b&gt;c&amp;d;e")),
        ("a<b>c&d;e", hex("a%3Cb%3ec%26d;e")),
        ("a<b>c&d;e", base64("a&amp;lt;b&amp;gt;c&amp;amp;d;e")),
        // Quotes and blanks of a short secret.
        ("a0aäa'a'\"", json("a0aäa'a'\"")),
        ("a0a#a'b", "a0a#a''b".to_owned()),
        (" A0#A0 a", percent(" A0#A0 a", true).replace("%20", "+")),
        ("abcdef\"", json("abcdef\"")),
        // Digits within digits, with and without escapes between.
        ("s3cr3t", base64(&base64("s3cr3t"))),
        ("c4nary-s3cret", hex(&base64("c4nary-s3cret"))),
        (
            "c4nary-s3cret",
            base64(&percent(&base64("c4nary-s3cret"), true)),
        ),
        ("a<b>c&d;e", base64(&base64("a%3Cb%3ec%26d;e"))),
        // An escape in one of several lines.
        ("a\nbecdefgh", "a\nb%65cdefgh".to_owned()),
        // Digits that are small letters alone.
        ("nxno9r", "bnhubzly".to_owned()),
    ] {
        let redactor = knowing(secret);
        let text = format!("given: {text} here");
        for shown in [redactor.ours(&text), redactor.foreign(&text)] {
            assert!(shown.contains(MASK), "{secret}: {text} → {shown}");
        }
    }
}

proptest! {
    #[test]
    fn nothing_of_a_random_secret_survives_in_any_form(
        secret in "[ -~äöüß€😀]{8,40}",
        first in 0_usize..23,
        second in 0_usize..23,
        nested in any::<bool>(),
        before in "[a-zA-Z0-9 ]{0,12}",
        after in "[a-zA-Z0-9 ]{0,12}",
    ) {
        let mut text = forms(&secret)[first].clone();
        if nested {
            text = forms(&text)[second].clone();
        }
        let text = format!("{before} {text} {after}");
        prop_assert_eq!(nothing_survives(&secret, &text), Ok(()));
    }

    /// The look that most texts are let through by must see all that the search would find.
    #[test]
    fn no_text_is_clean_in_which_the_search_finds_a_secret(
        secret in "[ -~\näöüß€😀]{4,24}",
        nested in prop::collection::vec(0_usize..23, 1..4),
        before in "[ -~\n]{0,12}",
        after in "[ -~\n]{0,12}",
    ) {
        let redactor = knowing(&secret);
        let text = nested.iter().fold(secret, |text, form| forms(&text)[*form].clone());
        let text = format!("{before}{text}{after}");
        let found = matches!(redactor.apply(&text, Author::We), Cow::Owned(_));
        prop_assert!(!(found && redactor.is_clean(&text)), "{}", text);
    }

    #[test]
    fn any_text_is_taken_and_nothing_unrelated_is_changed(text in any::<String>()) {
        prop_assert_eq!(&*knowing("0a1b2c3d4e5f6g7h-zzzz").foreign(&text), text.as_str());
    }
}

#[test]
fn what_files_say_is_masked_for_a_whole_secret_and_for_no_piece_of_one() {
    let redactor = knowing("github_pat_11ABCDEFG0kQz");
    for guess in [
        "ub_pat_1",
        "github_pat_11ABCDEFG0kQ",
        "ithub_pat_11ABCDEFG0kQz",
    ] {
        assert_eq!(redactor.ours(guess), guess, "a guess is told nothing");
        assert_eq!(redactor.foreign(guess), MASK);
    }
    for form in forms("github_pat_11ABCDEFG0kQz") {
        assert!(redactor.finds(&form), "{form}");
    }
}
