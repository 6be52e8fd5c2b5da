//! Addresses of org and portal, each with what signs us in there: an API token, a service app's key, a portal's token.

use std::fmt;
use std::sync::Arc;

use http::HeaderValue;

use super::auth::ServiceApp;
use super::base_url::BaseUrl;
use super::mask::Hidden;
use super::seal::Seal;
use crate::address::System;
use crate::secret::Secret;

/// What signs us in at an org, at a portal, or at both. Its `Debug` shows the addresses alone.
///
/// # Guarantees
/// A request is signed with what belongs to the system that its path names, and goes to that system's address.
#[derive(Clone, Default)]
pub struct Credentials {
    org: Option<Account>,
    portal: Option<Account>,
    hidden: Hidden,
}

/// An address and what signs us in there.
#[derive(Clone)]
pub(super) struct Account {
    pub(super) url: BaseUrl,
    pub(super) means: Means,
}

/// What signs requests in.
#[derive(Clone)]
pub(super) enum Means {
    /// A token that stays as it is, in a header of its system's own form.
    Fixed(Secret, System),
    /// An app, which is issued a token.
    App(Arc<ServiceApp>),
}

impl Account {
    fn new(url: BaseUrl, token: Secret, system: System) -> Option<Self> {
        let sound = !token.expose().is_empty() && token.expose().chars().all(|c| c.is_ascii_graphic());
        sound.then_some(Self { url, means: Means::Fixed(token, system) })
    }
}

/// Returns the header that a token signs a request in with.
pub(super) fn authorization(token: &Secret, system: System) -> HeaderValue {
    let text = match system {
        System::Okta => format!("SSWS {}", token.expose()),
        // The token as it is, without a word before it (tyk-portal-api.md, section 1).
        System::Portal => token.expose().to_owned(),
    };
    let mut value = HeaderValue::try_from(text).expect("a token is visible ASCII");
    value.set_sensitive(true);
    value
}

impl Credentials {
    /// Returns an API token's credentials; `None` if the token cannot be one.
    pub fn ssws(org: BaseUrl, token: Secret) -> Option<Self> {
        Account::new(org, token, System::Okta).map(|account| Self { org: Some(account), ..Self::default() })
    }

    /// Returns a service app's credentials.
    pub(super) fn service_app(org: BaseUrl, app: ServiceApp) -> Self {
        Self { org: Some(Account { url: org, means: Means::App(Arc::new(app)) }), ..Self::default() }
    }

    /// Returns a portal's credentials; `None` if the token cannot be one.
    pub fn portal_token(portal: BaseUrl, token: Secret) -> Option<Self> {
        Account::new(portal, token, System::Portal).map(|account| Self { portal: Some(account), ..Self::default() })
    }

    /// Returns these, with those of another system.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { org: self.org.or(other.org), portal: self.portal.or(other.portal), hidden: self.hidden }
    }

    /// Returns the same with values that no error or log line may show, should a server repeat them.
    #[must_use]
    pub fn hiding(self, values: impl IntoIterator<Item = Secret>) -> Self {
        Self { hidden: Hidden::of(values), ..self }
    }

    /// Returns the values to be kept out of texts of the servers.
    pub(super) fn hidden(&self) -> Hidden {
        self.hidden.clone()
    }

    /// Returns whether there are none at all.
    pub fn is_empty(&self) -> bool {
        self.org.is_none() && self.portal.is_none()
    }

    /// Returns the org, if these are for one.
    pub fn org(&self) -> Option<&BaseUrl> {
        self.org.as_ref().map(|account| &account.url)
    }

    /// Returns the portal, if these are for one.
    pub fn portal(&self) -> Option<&BaseUrl> {
        self.portal.as_ref().map(|account| &account.url)
    }

    /// Returns the same, with the app (if one signs in) asking for the scopes that a function chooses from those that were configured.
    #[must_use]
    pub fn asking(mut self, choose: impl FnOnce(&[String]) -> Vec<String>) -> Self {
        if let Some(Account { means: Means::App(app), .. }) = &mut self.org {
            *app = Arc::new(app.asking(choose(app.scopes())));
        }
        self
    }

    /// Returns the `client_id` of the app that signs in at the org, if one does.
    pub fn client_id(&self) -> Option<&str> {
        match &self.org.as_ref()?.means {
            Means::App(app) => Some(app.client_id()),
            Means::Fixed(..) => None,
        }
    }

    /// Returns what tells a file of ours from anybody else's, for one purpose and for what it is about; `None` if these are for no org. Whoever
    /// has other credentials has another one, and nothing leads from it back to these.
    pub fn seal(&self, purpose: &str, about: &[&str]) -> Option<Seal> {
        let material = match &self.org.as_ref()?.means {
            Means::Fixed(token, _) => token.expose().as_bytes(),
            Means::App(app) => app.key().material(),
        };
        Some(Seal::new(material, purpose, about))
    }

    /// Returns what signs us in at a system.
    pub(super) fn account(&self, system: System) -> Option<&Account> {
        match system {
            System::Okta => self.org.as_ref(),
            System::Portal => self.portal.as_ref(),
        }
    }

    /// Returns the tokens that stay as they are, to be kept out of error texts.
    pub(super) fn tokens(&self) -> impl Iterator<Item = &Secret> {
        [&self.org, &self.portal].into_iter().flatten().filter_map(|account| match &account.means {
            Means::Fixed(token, _) => Some(token),
            Means::App(_) => None,
        })
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Credentials");
        for (name, url) in [("org", self.org()), ("portal", self.portal())] {
            if let Some(url) = url {
                shown.field(name, &url.to_string());
            }
        }
        shown.finish_non_exhaustive()
    }
}
