//! Help, version and usage errors.

use super::environment::Environment;

const VERBS: [&str; 23] = [
    "validate",
    "plan",
    "apply",
    "daemon",
    "status",
    "sync",
    "pause",
    "resume",
    "rollout",
    "get",
    "import",
    "publish",
    "update",
    "deploy",
    "disable",
    "enable",
    "test",
    "api",
    "whoami",
    "sandbox",
    "schema",
    "completion",
    "man",
];

#[test]
fn the_definition_of_the_command_line_is_sound() {
    prism_gitops::cli::command().debug_assert();
}

#[test]
fn short_help_names_the_verbs() {
    let run = Environment::new().run("-h").expect(0);
    assert_eq!(run.stderr, "");
    insta::assert_snapshot!(run.stdout, @"
    Keeps a Prismatic tenant in step with a folder of YAML files

    Usage: prism-gitops [OPTIONS] <COMMAND>

    Commands:
      validate    Checks the files, without a tenant
      plan        Shows what differs between the files and the tenant, and writes nothing
      apply       Brings the tenant in line with the files: plan, ask, apply
      render      Prints the manifests as they are in one environment: merged, and with templates
                  carried out
      promote     Makes manifests say for one environment the versions that another one runs
      accept      Makes manifests say what is live: a change that was made in Prismatic and is to stay
      daemon      Keeps the tenant in step with a folder or a git remote until it is stopped
      status      Shows how a running daemon fares: its last pass, what it waits for, what is out of
                  step
      sync        Wakes a running daemon: it makes a pass at once, as it would have sooner or later
      pause       Pauses a running daemon: it goes on reading and reporting, and writes nothing. A
                  restart does not end it
      resume      Ends a pause. What was held back is written at once
      approve     Lets the plan of new files go, where the Project says `policy.apply: manual`. Without
                  DIGEST it shows what waits
      hold        Has one live object left alone for a while: nothing is written to it, and how it
                  differs is still shown
      unhold      Ends a hold before its time. The next `apply` or pass of a daemon writes to the object
                  again
      rollout     Shows the rollouts of a project, and stops, resumes, approves, retries or takes back
                  one of them
      export      Writes a project from a live tenant: manifests, and definitions beside them
      adopt       Takes over what the manifests name or match: puts the markers on, and changes nothing
                  else
      release     Takes our markers off: the objects stay as they are in Prismatic, and are managed no
                  more
      dedupe      Removes what two runs made twice: of objects with one marker, those that were never in
                  use
      migrate     Takes along what was marked under another name
      get         Reads lists and single records of a tenant
      import      Imports an integration's definition, byte for byte
      publish     Publishes the draft of an integration as a new version
      update      Sets the name, the description or the labels of a record
      deploy      Deploys an instance as it is configured
      disable     Stops an instance: its flows no longer run
      enable      Lets an instance run again
      test        Runs things to see whether they work
      api         Sends a GraphQL query or mutation as it is, and prints the answer
      history     Shows what was done: passes, what they wrote, and how that ended. The newest come
                  first
      why         Says which commit, file and line set a value, when it was applied, and who changed it
                  since
      diff        Shows what was written since a revision or a moment, resource by resource: then and
                  now
      whoami      Shows who the credentials belong to, and where they came from
      sandbox     Serves a local Prismatic: the same API, on loopback
      schema      Prints a JSON Schema: of the manifests for editors, or of what commands print with `-o
                  json`
      completion  Prints a completion script for a shell
      man         Prints the manual page
      help        Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help (see more with '--help')
      -V, --version  Print version

    Global options:
      -o, --output <FORM>        The form of the result on stdout [default: human] [possible values:
                                 human, json, markdown, yaml, csv, name]
          --color <WHEN>         When to use colour [default: auto] [possible values: auto, always,
                                 never]
          --log-format <FORM>    The form of log lines on stderr [default: text] [possible values: text,
                                 json]
          --log-level <FILTER>   What to log: error, warn, info, debug, trace, or a filter such as
                                 `prism_gitops=debug`
          --otlp-endpoint <URL>  Where traces are sent by OTLP over HTTP, such as
                                 `http://127.0.0.1:4318`; the variables of OpenTelemetry
                                 (`OTEL_EXPORTER_OTLP_ENDPOINT`, …) count too
      -v, --verbose...           Log more: -v info, -vv debug, -vvv trace; plans list what waits
    ");
}

#[test]
fn every_verb_has_help_that_ends_well() {
    let environment = Environment::new();
    for verb in VERBS {
        for flag in ["-h", "--help"] {
            let run = environment.run(&format!("{verb} {flag}")).expect(0);
            assert!(
                run.stdout.contains(&format!("Usage: prism-gitops {verb}")),
                "{verb}"
            );
            assert_eq!(run.stderr, "", "{verb}");
        }
    }
}

#[test]
fn help_of_plan() {
    insta::assert_snapshot!(Environment::new().run("plan -h").stdout, @"
    Shows what differs between the files and the tenant, and writes nothing

    Usage: prism-gitops plan [OPTIONS] [PATH]

    Arguments:
      [PATH]  The folder with the manifests; the same as --path

    Options:
          --path <PATH>            The folder with the manifests [default: .]
          --detailed-exitcode      Exit with 2 if there are changes, 3 if something is Blocked or
                                   Pending, 4 if a guard would refuse the changes
          --out <FILE>             Save the plan for `apply --plan FILE`, as its JSON document
          --show-values <ADDRESS>  Show what the plan hides of this resource only because it may be
                                   secret, at a terminal; what is declared to be secret stays hidden
          --simulate               Say of each instance what its next version would do to it, also where
                                   nothing is published: whether it upgrades, which variables block it,
                                   which values it loses, which connections need a consent
      -h, --help                   Print help (see more with '--help')

    Part of the project:
          --target <ADDRESS>     Only this resource, as in `Instance/smith-erp`; all members with
                                 `Fleet/NAME`; several add up
          --customer <CUSTOMER>  Only this customer and its instances: external id, name, id, or the
                                 name of its manifest
          --label <LABEL>        Only what bears this label, in the tenant or by its manifest
          --exclude <ADDRESS>    Everything but this resource and what depends on it

    Rollouts:
          --bypass-rollout  Move what waits for its wave too, without soak and gate; with --target, that
                            alone. Never what is on hold, pinned, paused, withdrawn or unknown
          --reason <TEXT>   Why the rollout is bypassed, in one line. It is shown with the plan and kept
                            in the history

    Display:
          --all   List unchanged resources too, and every member of a fleet by itself
          --diff  Show changed definitions as a text diff too

    Pending connections:
          --authorize-urls           Put the links into `-o json`, each marked sensitive: anyone who
                                     opens one can connect an account
          --authorize-report <FILE>  Write the links as a checklist to FILE, which only its owner can
                                     read

    Permissions:
          --adopt                   Take over existing objects that a manifest names or matches
          --allow-delete            Let the prune policy `delete` delete; without it such objects are
                                    only reported
          --allow-host <HOST>       A host that a Project may have the token sent to, besides those of
                                    Prismatic's public regions; with a port, that port alone. Can be
                                    given several times, or as a list with commas
          --allow-token-env <NAME>  A variable that a Project's `auth` may name, besides `PRISM_…` and
                                    `PRISMATIC_…`. Can be given several times, or as a list with commas
          --secret-root <FOLDER>    A folder that secret files may be in, besides the project's root.
                                    Can be given several times, or as a list with commas [default:
                                    /run/secrets]
          --allow-exec              Run the programs that manifests name as sources of secrets, where
                                    the Project allows them. Only for files you trust: anyone who may
                                    change them chooses what runs
          --exec-env <NAME>         A variable that these programs are given, besides usual ones such as
                                    `PATH`; `NAME*` for all that begin so. Can be given several times,
                                    or as a list with commas

    State:
          --state-dir <FOLDER>  The folder for the history of what was done, and for keyed digests of
                                written secrets; may be deleted [default: `.prism-gitops` below PATH]
          --secrets <WHEN>      What to do with a secret that the API masks while the last value written
                                is not known [default: once] [possible values: once, never]
          --require-state       Create and publish nothing that cannot be noted in the state folder
                                first
          --settle <TIME>       How long the tenant must go on not showing a write whose reply was lost
                                before it counts as not done [default: 10s]
          --state-key <PLACE>   Where a secret is from which the key of the digests is made: `env:NAME`
                                or `file:PATH`. Without it the key is kept beside them

    Tenant:
      -e, --env <NAME>               The environment of the Project to work on; needed where it has
                                     several
          --profile <NAME>           The profile of prism's own profile file
          --url <URL>                The URL of the Prismatic stack, such as `https://app.prismatic.io`
          --tenant-id <ID>           The tenant, for users who belong to several
          --sandbox                  Work on an embedded sandbox instead, regardless of other settings;
                                     its state is kept in `.prism-gitops` below PATH, for each
                                     environment that is named by itself
          --seed-from-project        Begin the embedded sandbox with what the project refers to: its
                                     customers, and integrations in the versions that are named. One
                                     that is there already stays as it is
          --sandbox-seed <SEED>      Begin the embedded sandbox with this, as `sandbox --seed` does; its
                                     `behaviour` counts every time
          --ca-file <FILE>           A file of certificates (PEM) to trust besides the system's: of an
                                     authority, such as that of a proxy that inspects TLS, or of one
                                     server. `NODE_EXTRA_CA_CERTS` is read too
          --requests-per-second <N>  Requests per second, in place of the Project's rate
          --concurrency <N>          Requests under way at once, in place of the Project's

    Global options:
      -o, --output <FORM>        The form of the result on stdout [default: human] [possible values:
                                 human, json, markdown, yaml, csv, name]
          --color <WHEN>         When to use colour [default: auto] [possible values: auto, always,
                                 never]
          --log-format <FORM>    The form of log lines on stderr [default: text] [possible values: text,
                                 json]
          --log-level <FILTER>   What to log: error, warn, info, debug, trace, or a filter such as
                                 `prism_gitops=debug`
          --otlp-endpoint <URL>  Where traces are sent by OTLP over HTTP, such as
                                 `http://127.0.0.1:4318`; the variables of OpenTelemetry
                                 (`OTEL_EXPORTER_OTLP_ENDPOINT`, …) count too
      -v, --verbose...           Log more: -v info, -vv debug, -vvv trace; plans list what waits
    ");
}

#[test]
fn the_long_help_says_what_the_exit_codes_mean() {
    let help = Environment::new().run("--help").expect(0).stdout;
    for exit in prism_gitops::cli::Exit::ALL {
        let line = format!("  {:<4} {}", exit.code(), exit.meaning());
        assert!(help.contains(&line), "{line:?} is missing in\n{help}");
    }
}

#[test]
fn the_version_is_a_result() {
    let run = Environment::new().run("--version").expect(0);
    assert_eq!(
        run.stdout,
        format!("prism-gitops {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn usage_errors_exit_with_1_because_2_means_changes() {
    let environment = Environment::new();
    for line in [
        "",
        "plna",
        "plan --nonsense",
        "plan --output xml",
        "get instances --first 0",
        "get instances --first 101",
        "get instances --enabled=perhaps",
        "get integrations --version-number x",
        "get flows",
        "update instance x",
        "test flow x --header nonsense",
        "api",
        "plan a b",
        "daemon --interval 10",
        "plan --requests-per-second 0",
        "completion",
    ] {
        let run = environment.run(line).expect(1);
        assert_eq!(run.stdout, "", "{line}");
        assert!(run.stderr.starts_with("error:"), "{line}: {}", run.stderr);
    }
    let run = environment.run("plna");
    assert!(run.stderr.contains("'plan'"), "{}", run.stderr);
}

#[test]
fn usage_errors_are_a_document_where_one_was_asked_for() {
    let run = Environment::new().run("plan --nonsense -o json").expect(1);
    let document = run.json();
    assert_eq!(document["formatVersion"], "1.1");
    assert_eq!(document["error"]["kind"], "user");
    assert_eq!(document["error"]["exitCode"], 1);
    let message = document["error"]["message"].as_str().unwrap();
    assert!(
        message.starts_with("unexpected argument '--nonsense'"),
        "{message}"
    );
}

#[test]
fn blank_variables_count_as_unset() {
    let mut environment = Environment::new();
    for name in [
        "OUTPUT",
        "COLOR",
        "LOG_LEVEL",
        "SANDBOX",
        "ENV",
        "REQUESTS_PER_SECOND",
    ] {
        environment.set(&format!("PRISM_GITOPS_{name}"), " ");
    }
    environment.run("validate").expect(0);
}

#[test]
fn every_flag_has_a_variable_of_its_name() {
    let mut command = prism_gitops::cli::command();
    command.build();
    let mut verbs = vec![&command];
    while let Some(verb) = verbs.pop() {
        verbs.extend(verb.get_subcommands());
        let flags = verb
            .get_arguments()
            .filter_map(|arg| Some((arg, arg.get_long()?)));
        for (arg, long) in flags.filter(|(_, long)| !["help", "version"].contains(long)) {
            let expected = format!("PRISM_GITOPS_{}", long.replace('-', "_").to_uppercase());
            let actual = arg.get_env().and_then(|name| name.to_str());
            if (verb.get_name(), long) == ("release", "all") {
                assert_eq!(actual, None, "the --all of plans would release everything");
                continue;
            }
            assert_eq!(
                actual,
                Some(expected.as_str()),
                "{} --{long}",
                verb.get_name()
            );
        }
    }
}
