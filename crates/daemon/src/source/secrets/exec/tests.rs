use super::*;
use crate::model::{Auth, ExecPolicy, Project};
use crate::source::secrets::Grants;

fn shell(script: &str) -> (String, Vec<String>) {
    ("sh".to_owned(), vec!["-c".to_owned(), script.to_owned()])
}

async fn run_in(root: &Path, limit: Duration, script: &str) -> Result<String, String> {
    let environment = inherited(std::env::vars_os(), &[], &BTreeSet::new());
    let run = Run {
        root,
        environment: &environment,
        limit,
    };
    let (program, args) = shell(script);
    let secret = run.run(&program, &args).await?;
    Ok(secret.expose().to_owned())
}

async fn run(script: &str) -> Result<String, String> {
    run_in(Path::new("."), LIMIT, script).await
}

#[tokio::test]
async fn what_it_prints_is_the_secret_without_one_line_break() {
    assert_eq!(run("echo pw").await.unwrap(), "pw");
    assert_eq!(run("printf 'p w\\n\\n'").await.unwrap(), "p w\n");
    assert_eq!(run("echo warning >&2; printf pw").await.unwrap(), "pw");
    insta::assert_snapshot!(run(":").await.unwrap_err(), @"what the program printed is empty");
    insta::assert_snapshot!(run("printf '\\377'").await.unwrap_err(), @"what the program printed is not UTF-8");
}

#[tokio::test]
async fn a_failure_tells_stderr_and_never_stdout() {
    let script = "echo hunter2; printf 'permission\\n\\033[31mdenied\\n' >&2; exit 2";
    insta::assert_snapshot!(run(script).await.unwrap_err(), @"the program ended with exit status: 2: permission [31mdenied");
    insta::assert_snapshot!(run("echo hunter2; exit 1").await.unwrap_err(), @"the program ended with exit status: 1 and said nothing");
    let long = run("yes no | head -c 100000 >&2; exit 1")
        .await
        .unwrap_err();
    assert!(long.len() < MAX_COMPLAINT + 100, "{}", long.len());
}

#[tokio::test]
async fn there_is_no_shell_and_a_missing_program_says_so() {
    let environment = inherited(std::env::vars_os(), &[], &BTreeSet::new());
    let run = Run {
        root: Path::new("."),
        environment: &environment,
        limit: LIMIT,
    };
    let words = ["$HOME; echo x".to_owned(), "*".to_owned()];
    let echoed = run.run("echo", &words).await.unwrap();
    assert_eq!(echoed.expose(), "$HOME; echo x *");
    let missing = run.run("no-such-program-here", &[]).await.unwrap_err();
    assert!(
        missing.starts_with("the program cannot be started: "),
        "{missing}"
    );
}

#[tokio::test]
async fn paths_and_the_working_folder_are_the_projects() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("get");
    std::fs::write(&script, "#!/bin/sh\ncat ./value\n").unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::write(folder.path().join("value"), "pw\n").unwrap();
    let environment = inherited(std::env::vars_os(), &[], &BTreeSet::new());
    let run = Run {
        root: folder.path(),
        environment: &environment,
        limit: LIMIT,
    };
    assert_eq!(run.run("./get", &[]).await.unwrap().expose(), "pw");
}

fn project(exec: ExecPolicy) -> Project {
    let mut project = Project::default();
    project.policy.exec = exec;
    project
}

#[test]
fn programs_are_given_what_is_usual_and_what_the_operator_passes_on() {
    let mut project = project(ExecPolicy::Any);
    let environment = crate::model::Environment {
        url: None,
        tenant_id: None,
        organization: None,
        auth: Some(Auth::AccessToken(SecretRef::Env("CI_TOKEN".to_owned()))),
        location: crate::model::Location::default(),
    };
    project.environments = [("prod".to_owned(), environment)].into_iter().collect();
    let others = BTreeSet::from([SecretRef::Env("VAULT_OTHER".to_owned())]);
    let hidden = Permission::of(&project, &Grants::default()).hides(&others);
    let names = |passed: &[&str]| {
        let variables = [
            "PATH",
            "LC_ALL",
            "HTTPS_PROXY",
            "VAULT_TOKEN",
            "VAULT_OTHER",
            "AWS_SECRET_ACCESS_KEY",
            "PRISM_ACCESS_TOKEN",
            "PRISM_GITOPS_ALLOW_EXEC",
            "PRISMATIC_URL",
            "CI_TOKEN",
            "SLACK_URL",
            "LD_PRELOAD",
            "OTEL_EXPORTER_OTLP_HEADERS",
        ];
        let passed: Vec<_> = passed.iter().map(|name| (*name).to_owned()).collect();
        let pairs = variables.map(|name| (name.into(), "x".into()));
        let left = inherited(pairs.into_iter(), &passed, &hidden);
        let names = left.iter().map(|(name, _)| name.to_str().unwrap());
        names.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(&[]), "PATH LC_ALL HTTPS_PROXY");
    assert_eq!(names(&["VAULT_*"]), "PATH LC_ALL HTTPS_PROXY VAULT_TOKEN");
    assert_eq!(
        names(&["AWS_SECRET_ACCESS_KEY", "CI_TOKEN", "*"]),
        "PATH LC_ALL HTTPS_PROXY VAULT_TOKEN AWS_SECRET_ACCESS_KEY CI_TOKEN SLACK_URL LD_PRELOAD \
         OTEL_EXPORTER_OTLP_HEADERS"
    );
}

#[tokio::test]
async fn both_the_project_and_the_operator_must_allow_it() {
    let folder = tempfile::tempdir().unwrap();
    let (program, args) = shell("touch ran; echo pw");
    let reference = SecretRef::Exec { program, args };
    let only = |name: &str| ExecPolicy::Only(BTreeSet::from([name.to_owned()]));
    let mut said = Vec::new();
    for (policy, operator) in [
        (ExecPolicy::Never, true),
        (only("vault"), true),
        (ExecPolicy::Any, false),
        (only("sh"), true),
    ] {
        let grants = Grants {
            programs: operator,
            ..Grants::default()
        };
        let permission = Permission::of(&project(policy), &grants);
        let references = BTreeSet::from([reference.clone()]);
        let values = super::super::resolve(references, folder.path(), &permission).await;
        let outcome = values
            .get(&reference)
            .map(|secret| secret.expose().to_owned());
        let ran = folder.path().join("ran").exists();
        said.push(format!(
            "{ran}: {}",
            outcome.unwrap_or_else(|error| error.to_string())
        ));
    }
    insta::assert_snapshot!(said.join("\n"), @"
    false: secret exec:sh: the Project does not allow this program under policy.secrets.exec
    false: secret exec:sh: the Project does not allow this program under policy.secrets.exec
    false: secret exec:sh: programs are run only with --allow-exec (PRISM_GITOPS_ALLOW_EXEC=true)
    true: pw
    ");
}

#[tokio::test]
async fn what_takes_too_long_is_given_up() {
    let said = run_in(Path::new("."), Duration::from_millis(100), "sleep 600").await;
    insta::assert_snapshot!(said.unwrap_err(), @"the program did not end within 0.1 s and was killed");
}

/// A pipe that the grandchild holds open ends only with the grandchild.
#[tokio::test]
async fn a_program_that_is_given_up_takes_its_children_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let held = tokio::task::spawn_blocking(move || std::fs::read(pipe));
    let script = "exec 3>pipe; (sleep 600; :) & yes";
    let said = run_in(folder.path(), LIMIT, script).await;
    insta::assert_snapshot!(said.unwrap_err(), @"the program printed more than 64 KiB");
    assert_eq!(held.await.unwrap().unwrap(), b"");
}
