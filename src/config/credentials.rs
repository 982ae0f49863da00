//! Which stack, which tenant and which token, in prism's precedence.
//!
//! If the environment holds a token, everything comes from the environment
//! and no profile is mixed in. Otherwise the profile counts, chosen by
//! `--profile`, `PRISM_PROFILE`, the file's `defaultProfile`, then `default`
//! (prism `src/context.ts`, `src/config.ts`). Blank is unset.
//!
//! A project's environment adds what the operator did not set. Only the operator decides where a token is
//! sent: a profile's token goes to the profile's stack, any other to the stack in a flag or variable, else to
//! a known one ([`Trust`]).

use std::collections::BTreeMap;

use super::profile::{Profile, ProfileError, ProfileFile, Profiles};
use super::trust::Trust;
use crate::model::{Auth, Environment, Secret, SecretError, SecretRef, SecretValues};
use crate::prismatic::{BaseUrl, BaseUrlError, Connection, TokenSource};

/// The variable with the stack's URL.
pub const URL: &str = "PRISMATIC_URL";
/// The variable with an access token.
pub const ACCESS_TOKEN: &str = "PRISM_ACCESS_TOKEN";
/// The variable with a refresh token.
pub const REFRESH_TOKEN: &str = "PRISM_REFRESH_TOKEN";
/// The Terraform provider's name for a refresh token; the second choice.
pub const REFRESH_TOKEN_TOO: &str = "PRISMATIC_REFRESH_TOKEN";
/// The variable with the tenant's id.
pub const TENANT_ID: &str = "PRISMATIC_TENANT_ID";
/// The variable with the name of a profile.
pub const PROFILE: &str = "PRISM_PROFILE";
/// The variable with the path of prism's profile file.
pub const CONFIG_FILE: &str = "PRISM_CONFIG_FILE";

/// All variables that are looked at.
pub const VARIABLES: [&str; 7] = [
    URL,
    ACCESS_TOKEN,
    REFRESH_TOKEN,
    REFRESH_TOKEN_TOO,
    TENANT_ID,
    PROFILE,
    CONFIG_FILE,
];

/// What the command line says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--profile`
    pub profile: Option<String>,
    /// `--url`
    pub url: Option<String>,
    /// `--tenant-id`
    pub tenant_id: Option<String>,
}

/// Everything that decides. No `Debug`: it holds tokens.
pub struct Inputs<'a> {
    /// The process's environment, or as much of it as matters.
    pub env: &'a BTreeMap<String, String>,
    /// prism's profile file.
    pub profiles: &'a ProfileFile,
    /// The command line.
    pub flags: &'a Flags,
    /// The project's environment, if there is one.
    pub environment: Option<&'a Environment>,
    /// The secrets that the project's environment refers to.
    pub secrets: &'a SecretValues,
    /// What the operator allows beyond the defaults.
    pub trust: &'a Trust,
}

/// Why there is no connection. Never shows a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// Nothing holds a token.
    #[error(
        "no credentials: set {REFRESH_TOKEN} or {ACCESS_TOKEN}, log in with `prism login`, \
         or give the project's environment an `auth`"
    )]
    None,
    /// A named profile does not exist.
    #[error("there is no profile {name:?} in {path}{}", others(.known))]
    NoSuchProfile {
        /// The name.
        name: String,
        /// The file.
        path: String,
        /// Those that are there.
        known: Vec<String>,
    },
    /// The profile file cannot be used.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// Two places name different stacks.
    #[error(
        "{by} says {asked}, but profile {profile:?} belongs to {own}: choose another profile, \
         or make the two agree"
    )]
    UrlMismatch {
        /// The setting that contradicts the profile.
        by: String,
        /// What it says.
        asked: String,
        /// The profile.
        profile: String,
        /// The profile's stack.
        own: String,
    },
    /// The operator and a file name different stacks.
    #[error(
        "{URL} says {named}, but {place} says {declared}: unset {URL} if the file is right; \
         if it is not, say which counts with --url"
    )]
    Contradicted {
        /// Where the file says so.
        place: String,
        /// What the variable says.
        named: String,
        /// What the file says.
        declared: String,
    },
    /// A file names a stack that nothing is known of.
    #[error(
        "{place} says {url}, which is neither a public region of Prismatic nor a host that you \
         allowed: no token is sent there. If it is yours, allow it with --allow-host {host} \
         (PRISM_GITOPS_ALLOW_HOST)"
    )]
    UnknownHost {
        /// Where the file says so.
        place: String,
        /// The stack.
        url: String,
        /// What to allow.
        host: String,
    },
    /// A file takes something for a token that is not known to be one.
    #[error(
        "{place} takes the variable {variable} for a token of Prismatic: files may name PRISM_… and \
         PRISMATIC_… for that. If it holds one, allow it with --allow-token-env {variable} \
         (PRISM_GITOPS_ALLOW_TOKEN_ENV)"
    )]
    UnknownVariable {
        /// Where the file says so.
        place: String,
        /// The variable.
        variable: String,
    },
    /// A URL is not one.
    #[error("{place}: {error}")]
    Url {
        /// Where it was given.
        place: String,
        /// What is wrong with it.
        error: BaseUrlError,
    },
    /// The project's token cannot be had.
    #[error("the project's environment: {0}")]
    Secret(SecretError),
    /// The project's token is blank.
    #[error("the project's environment: secret {0} is blank")]
    BlankSecret(SecretRef),
}

fn others(known: &[String]) -> String {
    if known.is_empty() {
        String::new()
    } else {
        format!("; there is {}", known.join(", "))
    }
}

/// Decides where to connect, and with which identity.
///
/// # Errors
///
/// [`CredentialsError`] where nothing holds a token, or two places contradict each other.
pub fn resolve(inputs: &Inputs<'_>) -> Result<Connection, CredentialsError> {
    vet(inputs)?;
    let auth = inputs.environment.and_then(|env| env.auth.as_ref());
    if let Some(auth) = auth {
        return from_project(inputs, auth);
    }
    let connection = match from_variables(inputs)? {
        Some(connection) => connection,
        None => from_profile(inputs)?,
    };
    Ok(in_tenant(connection, chosen_tenant(inputs)))
}

/// Whether what the project's environment says of a token may be followed: asked before the
/// token is looked up.
///
/// # Errors
///
/// [`CredentialsError`] where it names a variable that is for something else, or a stack that
/// nothing is known of.
pub fn vet(inputs: &Inputs<'_>) -> Result<(), CredentialsError> {
    let Some(Auth::RefreshToken(reference) | Auth::AccessToken(reference)) =
        inputs.environment.and_then(|env| env.auth.as_ref())
    else {
        return Ok(());
    };
    if let SecretRef::Env(name) = reference
        && !inputs.trust.may_hold_a_token(name)
    {
        return Err(CredentialsError::UnknownVariable {
            place: place(inputs),
            variable: name.clone(),
        });
    }
    chosen_url(inputs).map(|_| ())
}

/// The same user in another tenant: the current access token is not for that one.
fn in_tenant(connection: Connection, tenant: Option<String>) -> Connection {
    if tenant.is_none() || tenant == connection.tenant_id {
        return connection;
    }
    Connection {
        tenant_id: tenant,
        access: None,
        ..connection
    }
}

fn from_project(inputs: &Inputs<'_>, auth: &Auth) -> Result<Connection, CredentialsError> {
    let (Auth::RefreshToken(reference) | Auth::AccessToken(reference)) = auth;
    let secret = inputs.secrets.get(reference);
    let secret = nonblank(secret.map_err(CredentialsError::Secret)?.expose())
        .ok_or_else(|| CredentialsError::BlankSecret(reference.clone()))?;
    let secret = Secret::new(secret);
    Ok(Connection {
        url: chosen_url(inputs)?,
        tenant_id: chosen_tenant(inputs).or_else(|| variable(inputs, TENANT_ID)),
        token: match auth {
            Auth::RefreshToken(_) => TokenSource::Refresh(secret),
            Auth::AccessToken(_) => TokenSource::Access(secret),
        },
        access: None,
        origin: format!("{reference}, by the project's environment"),
    })
}

fn from_variables(inputs: &Inputs<'_>) -> Result<Option<Connection>, CredentialsError> {
    let access = variable(inputs, ACCESS_TOKEN).map(Secret::new);
    let refresh = [REFRESH_TOKEN, REFRESH_TOKEN_TOO]
        .into_iter()
        .find_map(|name| Some((name, Secret::new(variable(inputs, name)?))));
    let (token, access, origin) = match (refresh, access) {
        (Some((name, refresh)), access) => (TokenSource::Refresh(refresh), access, name),
        (None, Some(access)) => (TokenSource::Access(access), None, ACCESS_TOKEN),
        (None, None) => return Ok(None),
    };
    Ok(Some(Connection {
        url: chosen_url(inputs)?,
        tenant_id: variable(inputs, TENANT_ID),
        token,
        access,
        origin: origin.to_owned(),
    }))
}

fn from_profile(inputs: &Inputs<'_>) -> Result<Connection, CredentialsError> {
    let fallback = variable(inputs, URL).unwrap_or_else(|| BaseUrl::DEFAULT.to_owned());
    let Some(profiles) = Profiles::read(inputs.profiles, &fallback)? else {
        return Err(CredentialsError::None);
    };
    let named = [inputs.flags.profile.clone(), variable(inputs, PROFILE)];
    let named = named.into_iter().flatten().find_map(|name| nonblank(&name));
    let name = named.unwrap_or_else(|| profiles.default.clone());
    let Some(profile) = profiles.all.get(&name) else {
        return Err(CredentialsError::NoSuchProfile {
            name,
            path: profiles.path,
            known: profiles.all.into_keys().collect(),
        });
    };
    Ok(Connection {
        url: profile_url(inputs, &name, profile)?,
        tenant_id: profile.tenant_id.clone(),
        token: TokenSource::Refresh(profile.refresh_token.clone()),
        access: Some(profile.access_token.clone()),
        origin: format!("profile {name:?} in {}", profiles.path),
    })
}

/// The profile's stack, unless another is given.
fn profile_url(
    inputs: &Inputs<'_>,
    name: &str,
    profile: &Profile,
) -> Result<BaseUrl, CredentialsError> {
    let own = parse(&profile.url, &format!("profile {name:?}"))?;
    let flag = inputs.flags.url.as_deref().and_then(nonblank);
    let declared = project_url(inputs).filter(|_| flag.is_none());
    let says = [
        ("--url".to_owned(), flag),
        (place(inputs), declared),
        (URL.to_owned(), variable(inputs, URL)),
    ];
    for (by, text) in says {
        let Some(text) = text else { continue };
        let asked = parse(&text, &by)?;
        if asked != own {
            return Err(CredentialsError::UrlMismatch {
                by,
                asked: asked.to_string(),
                profile: name.to_owned(),
                own: own.to_string(),
            });
        }
    }
    Ok(own)
}

/// The stack where no profile counts: as the operator says, or a known one that a file names.
fn chosen_url(inputs: &Inputs<'_>) -> Result<BaseUrl, CredentialsError> {
    if let Some(text) = inputs.flags.url.as_deref().and_then(nonblank) {
        return parse(&text, "--url");
    }
    let named = variable(inputs, URL).map(|text| parse(&text, URL));
    let declared = project_url(inputs).map(|text| parse(&text, &place(inputs)));
    match (named.transpose()?, declared.transpose()?) {
        (Some(named), Some(declared)) if named != declared => Err(CredentialsError::Contradicted {
            place: place(inputs),
            named: named.to_string(),
            declared: declared.to_string(),
        }),
        (Some(named), _) => Ok(named),
        (None, Some(declared)) if inputs.trust.knows(&declared) => Ok(declared),
        (None, Some(declared)) => {
            let url = declared.to_string();
            let host = url.split_once("://").map_or(url.as_str(), |(_, host)| host);
            Err(CredentialsError::UnknownHost {
                place: place(inputs),
                host: host.to_owned(),
                url,
            })
        }
        (None, None) => Ok(BaseUrl::default()),
    }
}

/// Where the project's environment is declared.
fn place(inputs: &Inputs<'_>) -> String {
    match inputs.environment {
        Some(environment) if !environment.location.file.is_empty() => {
            let location = &environment.location;
            format!("the environment in {}:{}", location.file, location.line)
        }
        _ => "the project's environment".to_owned(),
    }
}

fn parse(text: &str, place: &str) -> Result<BaseUrl, CredentialsError> {
    BaseUrl::parse(text).map_err(|error| CredentialsError::Url {
        place: place.to_owned(),
        error,
    })
}

fn project_url(inputs: &Inputs<'_>) -> Option<String> {
    nonblank(inputs.environment?.url.as_deref()?)
}

/// The tenant that the flag names, else the project.
fn chosen_tenant(inputs: &Inputs<'_>) -> Option<String> {
    let flag = inputs.flags.tenant_id.as_deref().and_then(nonblank);
    flag.or_else(|| nonblank(inputs.environment?.tenant_id.as_deref()?))
}

fn variable(inputs: &Inputs<'_>, name: &str) -> Option<String> {
    nonblank(inputs.env.get(name)?)
}

fn nonblank(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
