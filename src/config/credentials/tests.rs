use super::*;
use crate::model::Location;

const FILE: &str = "
version: 1
defaultProfile: main
profiles:
  main:
    accessToken: main-access
    refreshToken: main-refresh
    expiresIn: 3600
    scope: openid
    tokenType: Bearer
    tenantId: main-tenant
    prismaticUrl: https://main.example
  eu:
    accessToken: eu-access
    refreshToken: eu-refresh
    prismaticUrl: https://eu.example/
";

const OLD: &str = "accessToken: old-access\nrefreshToken: old-refresh\nexpiresIn: 1\n";

struct Case {
    env: BTreeMap<String, String>,
    file: ProfileFile,
    flags: Flags,
    environment: Option<Environment>,
    secrets: SecretValues,
    trust: Trust,
}

impl Case {
    fn new(env: &[(&str, &str)]) -> Self {
        Self {
            env: (env.iter())
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            file: ProfileFile::Missing,
            flags: Flags::default(),
            environment: None,
            secrets: SecretValues::default(),
            trust: Trust::default(),
        }
    }

    /// With a host and a variable that the operator named.
    fn allow(mut self, host: &str) -> Self {
        let host = crate::config::Host::parse(host).unwrap();
        self.trust = Trust::new(vec![host], ["TOKEN".to_owned()]);
        self
    }

    fn url(mut self, url: &str) -> Self {
        self.flags.url = Some(url.to_owned());
        self
    }

    fn file(mut self, text: &str) -> Self {
        self.file = ProfileFile::Text {
            path: "config.yml".to_owned(),
            text: text.to_owned(),
        };
        self
    }

    fn profile(mut self, name: &str) -> Self {
        self.flags.profile = Some(name.to_owned());
        self
    }

    fn project(mut self, url: Option<&str>, tenant: Option<&str>, auth: Option<Auth>) -> Self {
        self.environment = Some(Environment {
            url: url.map(str::to_owned),
            tenant_id: tenant.map(str::to_owned),
            organization: None,
            auth,
            location: Location::default(),
        });
        self
    }

    fn secret(mut self, name: &str, value: &str) -> Self {
        let value = Secret::new(value.to_owned());
        self.secrets
            .insert(SecretRef::Env(name.to_owned()), Ok(value));
        self
    }

    fn resolve(&self) -> Result<Connection, CredentialsError> {
        resolve(&Inputs {
            env: &self.env,
            profiles: &self.file,
            flags: &self.flags,
            environment: self.environment.as_ref(),
            secrets: &self.secrets,
            trust: &self.trust,
        })
    }

    /// URL, tenant, token, the access token to begin with, and the origin.
    fn outcome(&self) -> String {
        let found = match self.resolve() {
            Ok(found) => found,
            Err(error) => return format!("error: {error}"),
        };
        let token = match &found.token {
            TokenSource::Access(secret) => format!("access {}", secret.expose()),
            TokenSource::Refresh(secret) => format!("refresh {}", secret.expose()),
        };
        let first = found.access.as_ref().map_or("-", Secret::expose);
        let tenant = found.tenant_id.as_deref().unwrap_or("-");
        format!("{} {tenant} {token} {first} [{}]", found.url, found.origin)
    }
}

fn refresh(name: &str) -> Option<Auth> {
    Some(Auth::RefreshToken(SecretRef::Env(name.to_owned())))
}

#[test]
fn a_token_in_the_environment_keeps_profiles_out() {
    let everything = Case::new(&[
        (ACCESS_TOKEN, "a"),
        (REFRESH_TOKEN, "r"),
        (REFRESH_TOKEN_TOO, "r2"),
        (URL, "https://x.example/"),
        (TENANT_ID, "t"),
        (PROFILE, "nonsense"),
    ]);
    insta::assert_snapshot!(everything.file(FILE).outcome(), @"https://x.example t refresh r a [PRISM_REFRESH_TOKEN]");
    let access = Case::new(&[(ACCESS_TOKEN, "a"), (REFRESH_TOKEN, "  "), (TENANT_ID, "")]);
    insta::assert_snapshot!(access.file("not: [valid").outcome(), @"https://app.prismatic.io - access a - [PRISM_ACCESS_TOKEN]");
    insta::assert_snapshot!(Case::new(&[(REFRESH_TOKEN_TOO, "r2\n")]).outcome(), @"https://app.prismatic.io - refresh r2 - [PRISMATIC_REFRESH_TOKEN]");
}

#[test]
fn a_profile_is_chosen_by_flag_variable_or_default() {
    insta::assert_snapshot!(Case::new(&[]).file(FILE).outcome(), @r#"https://main.example main-tenant refresh main-refresh main-access [profile "main" in config.yml]"#);
    let by_variable = Case::new(&[(PROFILE, "eu"), (TENANT_ID, "not used")]);
    insta::assert_snapshot!(by_variable.file(FILE).outcome(), @r#"https://eu.example - refresh eu-refresh eu-access [profile "eu" in config.yml]"#);
    let by_flag = Case::new(&[(PROFILE, "eu")]).profile("main");
    insta::assert_snapshot!(by_flag.file(FILE).outcome(), @r#"https://main.example main-tenant refresh main-refresh main-access [profile "main" in config.yml]"#);
    let unknown = Case::new(&[]).profile("us").file(FILE);
    insta::assert_snapshot!(unknown.outcome(), @r#"error: there is no profile "us" in config.yml; there is eu, main"#);
}

#[test]
fn the_old_format_is_one_profile() {
    insta::assert_snapshot!(Case::new(&[]).file(OLD).outcome(), @r#"https://app.prismatic.io - refresh old-refresh old-access [profile "default" in config.yml]"#);
    let elsewhere = Case::new(&[(URL, "https://x.example")]);
    insta::assert_snapshot!(elsewhere.file(OLD).outcome(), @r#"https://x.example - refresh old-refresh old-access [profile "default" in config.yml]"#);
}

#[test]
fn contradictions_are_errors() {
    let variable = Case::new(&[(URL, "https://x.example")]).file(FILE);
    insta::assert_snapshot!(variable.outcome(), @r#"error: PRISMATIC_URL says https://x.example, but profile "main" belongs to https://main.example: choose another profile, or make the two agree"#);
    let same = Case::new(&[(URL, "https://main.example/")]).file(FILE);
    assert!(same.resolve().is_ok());
    let project = Case::new(&[])
        .file(FILE)
        .project(Some("https://x.example"), None, None);
    insta::assert_snapshot!(project.outcome(), @r#"error: the project's environment says https://x.example, but profile "main" belongs to https://main.example: choose another profile, or make the two agree"#);
}

#[test]
fn nothing_is_an_error_that_says_what_to_do() {
    for file in ["", "# only a comment\n", "null\n"] {
        assert_eq!(
            Case::new(&[]).file(file).resolve().unwrap_err(),
            CredentialsError::None
        );
    }
    insta::assert_snapshot!(Case::new(&[]).outcome(), @"error: no credentials: set PRISM_REFRESH_TOKEN or PRISM_ACCESS_TOKEN, log in with `prism login`, or give the project's environment an `auth`");
}

#[test]
fn the_project_adds_what_the_operator_did_not_say() {
    let env = [
        (REFRESH_TOKEN, "r"),
        (URL, "https://x.example"),
        (TENANT_ID, "t"),
    ];
    let tenant = Case::new(&env).project(None, Some("u"), None);
    insta::assert_snapshot!(tenant.outcome(), @"https://x.example u refresh r - [PRISM_REFRESH_TOKEN]");
    let mut flag = Case::new(&env).project(None, Some("u"), None);
    flag.flags.tenant_id = Some("v".to_owned());
    insta::assert_snapshot!(flag.outcome(), @"https://x.example v refresh r - [PRISM_REFRESH_TOKEN]");
    let auth = Case::new(&env).project(None, None, refresh("PRISM_MINE"));
    insta::assert_snapshot!(auth.secret("PRISM_MINE", "mine\n").outcome(), @"https://x.example t refresh mine - [env:PRISM_MINE, by the project's environment]");
    let profile = Case::new(&[]).file(FILE).project(None, Some("u"), None);
    insta::assert_snapshot!(profile.outcome(), @r#"https://main.example u refresh main-refresh - [profile "main" in config.yml]"#);
}

/// What a token is sent to is the operator's to say, or is Prismatic's own.
#[test]
fn a_project_sends_no_token_to_a_host_of_its_own_choice() {
    let token = [(REFRESH_TOKEN, "canary")];
    let own = "https://stack.acme.example";
    let ireland = "https://app.eu-west-1.prismatic.io";
    let known = Case::new(&token).project(Some(ireland), None, None);
    insta::assert_snapshot!(known.outcome(), @"https://app.eu-west-1.prismatic.io - refresh canary - [PRISM_REFRESH_TOKEN]");
    let unknown = Case::new(&token).project(Some(own), None, None);
    insta::assert_snapshot!(unknown.outcome(), @"error: the project's environment says https://stack.acme.example, which is neither a public region of Prismatic nor a host that you allowed: no token is sent there. If it is yours, allow it with --allow-host stack.acme.example (PRISM_GITOPS_ALLOW_HOST)");
    for loopback in [
        "http://127.0.0.1:8787",
        "http://localhost:1",
        "http://[::1]:1",
    ] {
        let local = Case::new(&token).project(Some(loopback), None, None);
        assert!(local.outcome().starts_with("error: "), "{loopback}");
    }
    // Neither by naming a token of its own.
    let auth = Case::new(&[]).project(Some(own), None, refresh("PRISM_MINE"));
    let auth = auth.secret("PRISM_MINE", "canary").outcome();
    assert!(auth.contains("no token is sent there"), "{auth}");
    let allowed = Case::new(&token).project(Some(own), None, None);
    let allowed = allowed.allow("stack.acme.example").outcome();
    insta::assert_snapshot!(allowed, @"https://stack.acme.example - refresh canary - [PRISM_REFRESH_TOKEN]");
    // What the operator says is not beaten, and what agrees with it is right.
    let named = [
        (REFRESH_TOKEN, "canary"),
        (URL, "https://stack.acme.example/"),
    ];
    let same = Case::new(&named).project(Some(own), None, None);
    assert!(same.resolve().is_ok());
    let differs = Case::new(&named).project(Some(ireland), None, None);
    insta::assert_snapshot!(differs.outcome(), @"error: PRISMATIC_URL says https://stack.acme.example, but the project's environment says https://app.eu-west-1.prismatic.io: unset PRISMATIC_URL if the file is right; if it is not, say which counts with --url");
    let flag = Case::new(&named)
        .project(Some(ireland), None, None)
        .url("https://z.example");
    insta::assert_snapshot!(flag.outcome(), @"https://z.example - refresh canary - [PRISM_REFRESH_TOKEN]");
    // A profile's stack is its own, even if a file names another.
    let profile = Case::new(&[])
        .file(FILE)
        .project(Some("https://main.example"), None, None);
    assert!(profile.resolve().is_ok());
}

#[test]
fn a_project_takes_no_variable_for_a_token_that_is_for_something_else() {
    let case = |name: &str| {
        let mut case = Case::new(&[]).project(None, None, refresh(name));
        let location = &mut case.environment.as_mut().unwrap().location;
        *location = Location {
            line: 5,
            ..Location::file("project.yaml")
        };
        case.secret(name, "canary")
    };
    insta::assert_snapshot!(case("AWS_SECRET_ACCESS_KEY").outcome(), @"error: the environment in project.yaml:5 takes the variable AWS_SECRET_ACCESS_KEY for a token of Prismatic: files may name PRISM_… and PRISMATIC_… for that. If it holds one, allow it with --allow-token-env AWS_SECRET_ACCESS_KEY (PRISM_GITOPS_ALLOW_TOKEN_ENV)");
    assert!(case("PRISM_GITOPS_TOKEN_EU").resolve().is_ok());
    assert!(case("TOKEN").resolve().is_err());
    assert!(case("TOKEN").allow("x").resolve().is_ok());
}

#[test]
fn a_missing_or_blank_project_token_is_an_error() {
    let missing = Case::new(&[(REFRESH_TOKEN, "r")]).project(None, None, refresh("PRISM_MINE"));
    insta::assert_snapshot!(missing.outcome(), @"error: the project's environment: secret env:PRISM_MINE: it was not looked up");
    let blank = Case::new(&[]).project(None, None, refresh("PRISM_MINE"));
    insta::assert_snapshot!(blank.secret("PRISM_MINE", " ").outcome(), @"error: the project's environment: secret env:PRISM_MINE is blank");
}

#[test]
fn broken_files_are_refused_without_showing_them() {
    let profile =
        |fields: &str| format!("version: 1\ndefaultProfile: a\nprofiles:\n  a:\n    {fields}\n");
    let files = [
        "canary: [".to_owned(),
        "- canary".to_owned(),
        "version: 2\ndefaultProfile: a\nprofiles: {}\n".to_owned(),
        "version: 1\ndefaultProfile: b\nprofiles: {}\n".to_owned(),
        "version: 1\ndefaultProfile: b\n".to_owned(),
        profile("refreshToken: canary"),
        profile("{accessToken: canary, refreshToken: ''}"),
        profile("{accessToken: canary, refreshToken: canary}"),
        profile("{accessToken: canary, refreshToken: canary, tenantId: [], prismaticUrl: x}"),
        profile("{accessToken: canary, refreshToken: canary, prismaticUrl: 'http://x.example'}"),
    ];
    let shown: Vec<_> = files
        .iter()
        .map(|text| Case::new(&[]).file(text).outcome())
        .collect();
    let shown = shown.join("\n");
    assert!(!shown.contains("canary"), "{shown}");
    insta::assert_snapshot!(shown, @r#"
    error: prism's configuration at config.yml: line 1 is not valid YAML
    error: prism's configuration at config.yml: it is not a mapping
    error: prism's configuration at config.yml: version "2" is not known; only 1 is
    error: prism's configuration at config.yml: the default profile "b" does not exist
    error: prism's configuration at config.yml: `profiles` is missing or not a mapping
    error: prism's configuration at config.yml: profile "a" has no `accessToken`
    error: prism's configuration at config.yml: `refreshToken` of profile "a" is not a text
    error: prism's configuration at config.yml: profile "a" has no `prismaticUrl`
    error: prism's configuration at config.yml: `tenantId` of profile "a" is not a text
    error: profile "a": "http://x.example" is not the address of a Prismatic stack: http would show the token to the network; write https://
    "#);
}

#[test]
fn a_connection_does_not_show_its_tokens() {
    let env = [(ACCESS_TOKEN, "canary-a"), (REFRESH_TOKEN, "canary-r")];
    let connection = Case::new(&env).resolve().unwrap();
    let shown = format!("{connection:?}");
    assert!(!shown.contains("canary"), "{shown}");
}
