//! `schema`, `completion`, `man`.

use super::environment::Environment;

#[test]
fn completions_are_there_for_every_shell() {
    let environment = Environment::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = environment.run(&format!("completion {shell}")).expect(0);
        for word in ["validate", "sandbox", "detailed-exitcode"] {
            assert!(run.stdout.contains(word), "{shell} lacks {word}");
        }
    }
}

#[test]
fn the_manual_page_covers_every_verb() {
    let page = Environment::new().run("man").expect(0).stdout;
    assert!(page.contains(".TH prism-gitops 1"), "{page}");
    for verb in ["VALIDATE", "PLAN", "APPLY", "DAEMON", "WHOAMI", "SANDBOX"] {
        assert!(page.contains(&format!("COMMAND {verb}")), "{verb}");
    }
    assert!(page.contains("detailed\\-exitcode"));
}

#[test]
fn the_schema_is_a_json_schema_of_the_manifests() {
    let schema = Environment::new().run("schema").expect(0).json();
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    let text = schema.to_string();
    for word in [
        "prism-gitops/v1",
        "Integration",
        "Instance",
        "externalId",
        "timeZone",
    ] {
        assert!(text.contains(word), "{word}");
    }
}
