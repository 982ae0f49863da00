//! No error shows what was sent.

use super::*;

#[tokio::test(start_paused = true)]
async fn no_error_shows_a_secret_that_was_sent() {
    let echo = |secret: &str| {
        let inner = json!([{"value": secret}]).to_string();
        let message = format!("Variable \"$input\" got invalid value {inner}");
        [
            reply(
                200,
                &json!({"data": null, "errors": [{"message": message}]}),
            ),
            reply(500, &json!({"detail": message})),
            text(
                502,
                "text/html",
                &format!("Authorization: Bearer opaque {secret}"),
            ),
            data(&json!({"payload": {"object": null, "errors": [
                {"field": secret, "messages": [message]}]}})),
            data(&json!({"payload": secret})),
        ]
    };
    for answer in echo(CANARY) {
        let fake = Fake::script(vec![answer]);
        let client = client(&fake);
        let created = client.create_instance(&new_instance()).await.unwrap_err();
        let configured = client.configure_instance(&instance(), &config()).await;
        let shown = format!(
            "{created} {created:?} {configured:?} {client:?} {:?}",
            new_instance()
        );
        assert!(!shown.contains(CANARY), "{shown}");
        assert!(!shown.contains("opaque"), "{shown}");
    }
}

/// Neither of this request nor as it was sent.
#[tokio::test(start_paused = true)]
async fn no_error_shows_a_secret_that_another_request_sent_in_another_form() {
    let _known = Secret::new("p\u{e4}ssw\u{f6}rt-99".to_owned());
    for form in [
        r"p\u00e4ssw\u00f6rt-99",
        "p%C3%A4ssw%c3%b6rt-99",
        "p&auml;ssw&#xf6;rt-99",
        "cMOkc3N3w7ZydC05OQ==",
        "p\u{e4}ssw\u{f6}rt-9",
    ] {
        let message = format!("it is {form} that is wrong");
        let answers = [
            reply(
                200,
                &json!({"data": null, "errors": [{"message": message}]}),
            ),
            text(502, "text/plain", &message),
        ];
        for answer in answers {
            let error = client(&Fake::script(vec![answer])).definition(&id()).await;
            let shown = format!("{:?}", error.unwrap_err());
            assert!(
                shown.contains("[secret]") && !shown.contains(form),
                "{shown}"
            );
        }
    }
}
