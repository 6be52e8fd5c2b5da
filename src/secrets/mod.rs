//! References to values: environment variables and files to client secrets and public keys.
//!
//! A manifest can come from anybody who can open a pull request, so it can name neither the pipeline's own credentials nor a file outside
//! the repository and the secret directory. No error says what a value is.

mod files;
mod form;
mod keys;

use std::collections::BTreeMap;

pub use files::{FileError, Files};
pub use form::{FormError, check_form};
pub use keys::key_sets;

use crate::address::Address;
use crate::desired::{Desired, PREFIX};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::env::Env;
use crate::secret::{Secret, SecretRef};

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
    /// Returns whether the reference itself is refused, rather than its value missing for now.
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Prefix(_) => true,
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
        let found = match reference {
            SecretRef::Env(name) if !name.starts_with(PREFIX) => Err(Unresolved::Prefix(name.clone())),
            SecretRef::Env(name) => {
                self.env.var(name).map(|value| Secret::new(value.to_owned())).ok_or_else(|| Unresolved::NotSet(name.clone()))
            }
            SecretRef::File(file) => match self.files.read(file, MAX_BYTES) {
                Ok(text) => Ok(Secret::new(without_line_end(text))),
                Err(source) => Err(Unresolved::File { file: file.clone(), source }),
            },
        };
        found.map_or_else(Resolution::Unresolved, Resolution::Resolved)
    }

    /// Finds the value of every declared secret, by the secret's address.
    ///
    /// References that are refused, and values that Okta would refuse, are reported. A value that is merely missing is not: a plan can do
    /// without it.
    pub fn resolve_all(&self, desired: &Desired, diagnostics: &mut Diagnostics) -> BTreeMap<Address, Resolution> {
        let mut found = BTreeMap::new();
        for app in &desired.apps {
            for secret in app.secrets.iter().flatten() {
                let resolution = self.resolve(&secret.reference);
                let origin = || Some(secret.origin.clone());
                match &resolution {
                    Resolution::Resolved(value) => {
                        if let Err(error) = check_form(value, app.token_endpoint_auth_method()) {
                            let message = format!("the value of {} cannot be a client secret: {error}", secret.reference);
                            diagnostics.push(Diagnostic::error(codes::SECRET_FORM, origin(), message).help("generate another value"));
                        }
                    }
                    Resolution::Unresolved(why) if why.is_refusal() => {
                        let cause = std::error::Error::source(why).map(|cause| format!(": {cause}")).unwrap_or_default();
                        let help =
                            format!("name a variable that starts with `{PREFIX}`, or a file inside the repository or `--secret-dir`");
                        diagnostics.push(Diagnostic::error(codes::SECRET_REFERENCE, origin(), format!("{why}{cause}")).help(help));
                    }
                    Resolution::Unresolved(_) => {}
                }
                found.insert(secret.address.clone(), resolution);
            }
        }
        found
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
    fn one_line_end_is_dropped_and_no_more() {
        for (text, value) in [("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), ("a ", "a "), ("", "")] {
            assert_eq!(without_line_end(text.to_owned()), value);
        }
    }
}
