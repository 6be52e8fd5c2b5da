//! An org with many apps, and manifests that declare every one of them.

use std::sync::Arc;

use idpctl::desired::{Desired, KeySets, resolve};
use idpctl::diagnostic::{Diagnostics, Sources};
use idpctl::http::{BaseUrl, Budget, Credentials, Governor, Reader, RetryPolicy, Transport};
use idpctl::manifest::{self, Document, SourceFile, Variables};
use idpctl::secret::Secret;

/// How a document finds its app.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Known<'a> {
    /// By its label, to be taken over: each app is a change of the plan.
    ByLabel,
    /// By the client ids that the org gave, in the order of the labels: nothing is to be done.
    ByClientId(&'a [String]),
}

/// Returns the manifest of the `n`th app that the emulator seeds, as a team would write it; one in a hundred has a grant besides.
pub(crate) fn manifest(n: usize, known: Known<'_>) -> String {
    let (sort, method, client) = match n % 4 {
        0 => (
            "web",
            "client_secret_basic",
            format!(
                "grant_types: [authorization_code, refresh_token]\n      response_types: [code]\n      \
                 redirect_uris: [https://app-{n}.example.com/callback]\n      post_logout_redirect_uris: [https://app-{n}.example.com/]"
            ),
        ),
        1 => ("service", "client_secret_basic", "grant_types: [client_credentials]\n      response_types: [token]".to_owned()),
        2 => (
            "browser",
            "none",
            format!(
                "grant_types: [authorization_code]\n      response_types: [code]\n      redirect_uris: [https://app-{n}.example.com/callback]"
            ),
        ),
        _ => (
            "native",
            "none",
            format!(
                "grant_types: [authorization_code]\n      response_types: [code]\n      redirect_uris: ['com.example.app{n}:/callback']"
            ),
        ),
    };
    let (adopt, client_id) = match known {
        Known::ByLabel => (", adopt: true", String::new()),
        Known::ByClientId(ids) => ("", format!("client_id: {}, ", ids[n])),
    };
    let grant = format!(
        "---\napiVersion: idpctl/v1\nkind: Grant\nmetadata: {{name: app-{n:05}}}\nspec: {{scopes: [okta.users.read, okta.groups.read]}}\n"
    );
    format!(
        "apiVersion: idpctl/v1\nkind: App\nmetadata: {{name: app-{n:05}{adopt}}}\nspec:\n  label: Seeded app {n:05}\n  status: ACTIVE\n  \
         visibility: {{autoLaunch: false, hide: {{iOS: true, web: true}}}}\n  \
         credentials: {{oauthClient: {{{client_id}token_endpoint_auth_method: {method}}}}}\n  \
         settings:\n    oauthClient:\n      application_type: {sort}\n      {client}\n{}",
        if n % 100 == 1 { grant.as_str() } else { "" }
    )
}

/// Returns the path of the `n`th manifest.
pub(crate) fn path(n: usize) -> String {
    format!("manifests/team-{:03}/app-{n:05}.yaml", n / 100)
}

/// Reads manifests.
pub(crate) fn documents(files: &[SourceFile]) -> Vec<Document> {
    let mut diagnostics = Diagnostics::default();
    let read = manifest::read(files, Some(&Variables::new()), &mut Sources::default(), &mut diagnostics);
    assert!(diagnostics.is_empty(), "{:#?}", diagnostics.sorted());
    read
}

/// Resolves what manifests declare.
pub(crate) fn desired(documents: &[Document], ownership: bool) -> Desired {
    let mut diagnostics = Diagnostics::default();
    let desired = resolve("bench", ownership, documents, &KeySets::new(), &mut diagnostics);
    assert!(diagnostics.is_empty(), "{:#?}", diagnostics.sorted());
    desired
}

/// Returns a reader of an org, which waits for no budget.
pub(crate) fn reader(url: &str, token: &str, transport: Arc<dyn Transport>) -> Reader {
    let url = BaseUrl::parse(url).expect("a loopback address");
    let credentials = Credentials::ssws(url, Secret::new(token.to_owned())).expect("a token that can stand in a header");
    let budget = Budget::percent(100).expect("a share");
    Reader::new(transport, credentials, Governor::new(budget), RetryPolicy::default())
}
