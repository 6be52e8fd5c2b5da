//! References to values: environment variables and files to client secrets and public keys.
//!
//! A manifest can come from anybody who can open a pull request, so it can name neither the pipeline's own credentials nor a file outside
//! the repository and the secret directory. No error says what a value is.

mod files;
mod form;
mod keys;
mod outputs;
mod private;

use std::collections::BTreeMap;

pub use files::{FileError, Files};
pub use form::{FormError, check_form};
pub use keys::{key_files, key_sets};
pub use outputs::{OutputError, Outputs, Reserved};
pub use private::PrivateKeyError;

use crate::desired::{App, Desired, OWN, PREFIX, Secret as Declared, Token};
use crate::diagnostic::{Diagnostic, Diagnostics, Origin, codes};
use crate::env::Env;
use crate::secret::{Secret, SecretHash, SecretRef};

/// Larger files hold no client secret, of which Okta takes 100 characters.
const MAX_BYTES: u64 = 4096;

/// What became of a reference.
#[derive(Debug, Clone)]
pub enum Resolution {
    /// The value.
    Resolved(Secret),
    /// There is none, and why.
    Unresolved(Unresolved),
}

/// Why a reference has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// The variable is not one that manifests may name.
    #[error("the variable `{0}` does not start with `{PREFIX}`")]
    Prefix(String),
    /// The variable is our own.
    #[error("the variable `{0}` is idpctl's own")]
    Own(String),
    /// The variable is not set.
    #[error("the variable `{0}` is not set")]
    NotSet(String),
    /// The file cannot be used.
    #[error("the file `{file}` cannot be used")]
    File {
        /// The file, as the manifest names it.
        file: String,
        /// What is wrong with it.
        source: FileError,
    },
}

impl Unresolved {
    /// Returns the whole message, cause included.
    pub fn in_full(&self) -> String {
        let cause = std::error::Error::source(self).map(|cause| format!(": {cause}")).unwrap_or_default();
        format!("{self}{cause}")
    }

    /// Returns whether the reference itself is refused, rather than its value merely missing.
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Prefix(_) | Self::Own(_) => true,
            Self::NotSet(_) => false,
            Self::File { source, .. } => source.is_refusal(),
        }
    }
}

/// Finds the values of references.
#[derive(Debug)]
pub struct Resolver<'a> {
    env: &'a Env,
    files: &'a Files,
}

impl<'a> Resolver<'a> {
    /// Returns a resolver over an environment and the files that manifests may name.
    pub const fn new(env: &'a Env, files: &'a Files) -> Self {
        Self { env, files }
    }

    /// Finds the value of one reference.
    pub fn resolve(&self, reference: &SecretRef) -> Resolution {
        self.resolve_within(reference, MAX_BYTES)
    }

    fn resolve_within(&self, reference: &SecretRef, max_bytes: u64) -> Resolution {
        let found = match reference {
            SecretRef::Env(name) if !name.starts_with(PREFIX) => Err(Unresolved::Prefix(name.clone())),
            SecretRef::Env(name) if OWN.contains(&name.as_str()) => Err(Unresolved::Own(name.clone())),
            SecretRef::Env(name) => {
                self.env.var(name).map(|value| Secret::new(value.to_owned())).ok_or_else(|| Unresolved::NotSet(name.clone()))
            }
            SecretRef::File(file) => match self.files.read(file, max_bytes) {
                Ok(text) => Ok(Secret::new(without_line_end(text))),
                Err(source) => Err(Unresolved::File { file: file.clone(), source }),
            },
        };
        found.map_or_else(Resolution::Unresolved, Resolution::Resolved)
    }

    /// Finds the value of every declared secret.
    ///
    /// References that are refused, and values that Okta would refuse, are reported. A value that is merely missing is not: a plan can do
    /// without it.
    pub fn resolve_all(&self, desired: &Desired, diagnostics: &mut Diagnostics) -> Resolved {
        let mut found = BTreeMap::new();
        for app in &desired.apps {
            for secret in app.secrets.iter().flatten() {
                let resolution = found.entry(secret.reference.clone()).or_insert_with(|| self.resolve(&secret.reference));
                if let Some(diagnostic) = fault(app, secret, resolution) {
                    diagnostics.push(diagnostic);
                }
            }
        }
        for object in &desired.portal {
            if let Token::Of { reference, origin } = &object.token {
                let resolution = found.entry(reference.clone()).or_insert_with(|| self.resolve(reference));
                if let Resolution::Unresolved(why) = resolution
                    && let Some(diagnostic) = refused(why, origin)
                {
                    diagnostics.push(diagnostic);
                }
            }
        }
        Resolved(found)
    }
}

/// Reports a reference that is refused.
fn refused(why: &Unresolved, origin: &Origin) -> Option<Diagnostic> {
    let help = || format!("name a variable that starts with `{PREFIX}`, or a file inside the repository or `--secret-dir`");
    let diagnostic = || Diagnostic::error(codes::SECRET_REFERENCE, Some(origin.clone()), why.in_full()).help(help());
    why.is_refusal().then(diagnostic)
}

fn fault(app: &App, secret: &Declared, resolution: &Resolution) -> Option<Diagnostic> {
    match resolution {
        Resolution::Resolved(value) => {
            let wrong = check_form(value, app.token_endpoint_auth_method()).err()?;
            let message = format!("the value of {} cannot be a client secret: {wrong}", secret.reference);
            Some(Diagnostic::error(codes::SECRET_FORM, Some(secret.origin.clone()), message).help("generate another value"))
        }
        Resolution::Unresolved(why) => refused(why, &secret.origin),
    }
}

/// The declared secrets, as far as their values could be had.
#[derive(Debug, Clone, Default)]
pub struct Resolved(BTreeMap<SecretRef, Resolution>);

impl Resolved {
    /// Returns what became of each reference.
    pub const fn resolutions(&self) -> &BTreeMap<SecretRef, Resolution> {
        &self.0
    }

    /// Returns the hash of each value, for comparing; or why there is none, in words.
    pub fn hashes(&self) -> BTreeMap<SecretRef, Result<SecretHash, String>> {
        let hash = |resolution: &Resolution| match resolution {
            Resolution::Resolved(secret) => Ok(secret.hash()),
            Resolution::Unresolved(why) => Err(why.in_full()),
        };
        self.0.iter().map(|(reference, resolution)| (reference.clone(), hash(resolution))).collect()
    }

    /// Returns the values, for sending them.
    pub fn into_values(self) -> BTreeMap<SecretRef, Secret> {
        let value = |(reference, resolution)| match resolution {
            Resolution::Resolved(secret) => Some((reference, secret)),
            Resolution::Unresolved(_) => None,
        };
        self.0.into_iter().filter_map(value).collect()
    }
}

/// Drops one line end: editors and `echo` add it.
fn without_line_end(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(resolution: &Resolution) -> String {
        match resolution {
            Resolution::Resolved(secret) => secret.expose().to_owned(),
            Resolution::Unresolved(why) => {
                format!("{why}: {}", std::error::Error::source(why).map(ToString::to_string).unwrap_or_default())
            }
        }
    }

    #[test]
    fn only_our_variables_can_be_named() {
        let env: Env = [("IDPCTL_A", "value of a"), ("OKTA_CLIENT_TOKEN", "the token"), ("IDPCTL_EMPTY", "")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into_iter()
            .collect();
        let files = Files::new(std::path::Path::new("."), None);
        let resolver = Resolver::new(&env, &files);
        let names = ["IDPCTL_A", "OKTA_CLIENT_TOKEN", "IDPCTL_EMPTY", "IDPCTL_MISSING", "idpctl_a"];
        let outcomes = names.map(|name| shown(&resolver.resolve(&SecretRef::Env(name.to_owned()))));
        insta::assert_snapshot!(outcomes.join("\n"), @"
        value of a
        the variable `OKTA_CLIENT_TOKEN` does not start with `IDPCTL_`: 
        the variable `IDPCTL_EMPTY` is not set: 
        the variable `IDPCTL_MISSING` is not set: 
        the variable `idpctl_a` does not start with `IDPCTL_`:
        ");
    }

    #[test]
    fn refused_references_and_unfit_values_are_reported_without_the_value() {
        let dir = tempfile::tempdir().unwrap();
        let outside = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(dir.path().join("short"), "hunter2").unwrap();
        std::fs::write(dir.path().join("good"), "a perfectly good secret\n").unwrap();
        std::os::unix::fs::symlink(outside.path(), dir.path().join("link")).unwrap();
        let text = "apiVersion: idpctl/v1\nkind: ClientCredentials\nmetadata: {name: web}\nspec:\n  app: {label: Web}\n  client_secrets:\n    - {name: FIRST, file: ONE}\n    - {name: b, file: TWO}\n";
        let outcome = |one: &str, two: &str| {
            let file = crate::manifest::SourceFile { name: "a.yaml".into(), text: text.replace("ONE", one).replace("TWO", two).into() };
            let (mut sources, mut diagnostics) = (crate::diagnostic::Sources::default(), Diagnostics::default());
            let documents = crate::manifest::read(&[file], Some(&[].into()), &mut sources, &mut diagnostics);
            let desired = crate::desired::resolve("p", true, &documents, &[].into(), &mut diagnostics);
            assert!(diagnostics.is_empty());
            let files = Files::new(dir.path(), None);
            let found = Resolver::new(&Env::default(), &files).resolve_all(&desired, &mut diagnostics);
            let hashes = found.hashes();
            let hashes: Vec<_> = hashes.iter().map(|(reference, hash)| format!("{reference}: {hash:?}")).collect();
            assert_eq!(
                found.into_values().into_keys().map(|reference| reference.to_string()).collect::<Vec<_>>(),
                [format!("{{file: {one}}}")]
            );
            format!("{}\n{}", hashes.join("\n"), crate::render::diagnostics::text(&diagnostics, &sources, false))
        };
        insta::assert_snapshot!(outcome("good", "missing"), @r#"
        {file: good}: Ok(SecretHash(…))
        {file: missing}: Err("the file `missing` cannot be used: there is no such file")
        "#);
        insta::assert_snapshot!(outcome("short", "link"), @r#"
        {file: link}: Err("the file `link` cannot be used: a link leads out of the repository and the secret directory")
        {file: short}: Ok(SecretHash(…))
        error[IDP0411]: the value of {file: short} cannot be a client secret: it has fewer than 14 characters
         --> a.yaml:7:14
          |
        7 |     - {name: FIRST, file: short}
          |              ^^^^^
          |
          = help: generate another value

        error[IDP0410]: the file `link` cannot be used: a link leads out of the repository and the secret directory
         --> a.yaml:8:14
          |
        8 |     - {name: b, file: link}
          |              ^
          |
          = help: name a variable that starts with `IDPCTL_`, or a file inside the repository or `--secret-dir`

        2 errors
        "#);
    }

    #[test]
    fn one_line_end_is_dropped_and_no_more() {
        for (text, value) in [("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), ("a ", "a "), ("", "")] {
            assert_eq!(without_line_end(text.to_owned()), value);
        }
    }
}
