//! Two texts of manifests to what differs between what they declare.

use std::fmt::Write as _;

use super::{Change, FieldDiff, Review, review};
use crate::desired::{Desired, resolve};
use crate::diagnostic::{Diagnostics, Sources};
use crate::manifest::{SourceFile, read};

/// Resolves manifests in which `---` alone separates documents that begin with their kind and name.
pub(crate) fn desired(text: &str) -> Desired {
    let document = |part: &str| {
        let (head, rest) = part.trim_start().split_once('\n').unwrap_or((part.trim(), ""));
        let (kind, metadata) = head.split_once(' ').expect("a kind and what stands in `metadata`");
        format!("apiVersion: idpctl/v1\nkind: {kind}\nmetadata: {{name: {metadata}}}\nspec:\n{rest}\n")
    };
    let text = text.split("---\n").map(document).collect::<Vec<_>>().join("---\n");
    let (mut diagnostics, mut sources) = (Diagnostics::default(), Sources::default());
    let file = SourceFile { name: "a.yaml".into(), text: text.into() };
    let documents = read(&[file], Some(&[].into()), &mut sources, &mut diagnostics);
    let desired = resolve("payments", true, &documents, &[].into(), &mut diagnostics);
    assert!(!diagnostics.has_errors(), "{}", crate::render::diagnostics::text(&diagnostics, &sources, false));
    desired
}

fn field(diff: &FieldDiff) -> String {
    let FieldDiff { path, before, after, base, head, immutable } = diff;
    let side = |value: &Option<serde_json::Value>| value.as_ref().map_or("-".to_owned(), ToString::to_string);
    let place = |origin: &Option<crate::diagnostic::Origin>| {
        origin.as_ref().map_or("-".to_owned(), |origin| format!("{}:{}", origin.line, origin.column))
    };
    let fixed = if *immutable { " (immutable)" } else { "" };
    format!("  {path}: {} → {}{fixed} at {} → {}", side(before), side(after), place(base), place(head))
}

fn shown(review: &Review) -> String {
    let mut out = String::new();
    for entry in &review.entries {
        let title = entry.title.as_ref().map(|title| format!(" {title:?}")).unwrap_or_default();
        let how = match &entry.change {
            Change::Renamed { from, by } => format!(" from {from} by {by:?}"),
            _ => String::new(),
        };
        writeln!(out, "{} {}{title}{how}", entry.change.word(), entry.address).unwrap();
        entry.fields.iter().for_each(|diff| writeln!(out, "{}", field(diff)).unwrap());
    }
    review.settings.iter().for_each(|diff| writeln!(out, "setting{}", field(diff)).unwrap());
    out
}

fn told(base: &str, head: &str) -> String {
    shown(&review(&desired(base), &desired(head)))
}

const WEB: &str = "App web
  label: Web
  settings: {oauthClient: {application_type: web, grant_types: [authorization_code, refresh_token], response_types: [code], redirect_uris: [https://a.example/cb]}}
";

const SERVICE: &str = "App worker
  label: Worker
  credentials: {oauthClient: {token_endpoint_auth_method: private_key_jwt}}
  settings: {oauthClient: {application_type: service, grant_types: [client_credentials], response_types: [token]}}
";

#[test]
fn two_revisions_that_declare_the_same_do_not_differ() {
    let moved = WEB.replace("[authorization_code, refresh_token]", "[refresh_token, authorization_code]");
    assert_eq!(told(&format!("{WEB}---\n{SERVICE}"), &format!("{SERVICE}---\n{moved}")), "");
}

#[test]
fn each_field_says_what_became_of_it() {
    let base = WEB.replace("label: Web", "label: Web\n  status: ACTIVE\n  visibility: {autoLaunch: false, hide: {web: true}}");
    let head = WEB.replace(
        "label: Web",
        "label: Website\n  visibility: {autoLaunch: true}\n  accessibility: {selfService: null}\n  profile: {team: a}",
    );
    insta::assert_snapshot!(told(&base, &head), @r#"
    changed App/web "Website"
      label: "Web" → "Website" at 5:10 → 5:10
      visibility.autoLaunch: false → true at 7:28 → 6:28
      accessibility.selfService: - → null at - → 7:32
      profile.team: - → "a" at - → 8:19
      visibility.hide.web: true → - at 7:47 → -
      status: "ACTIVE" → - at 3:18 → -
    "#);
}

#[test]
fn a_list_that_is_declared_empty_is_not_the_same_as_none() {
    let declared = WEB.replace("redirect_uris:", "post_logout_redirect_uris: [], redirect_uris:");
    insta::assert_snapshot!(told(WEB, &declared), @r#"
    changed App/web "Web"
      settings.oauthClient.post_logout_redirect_uris: - → [] at - → 6:152
    "#);
    insta::assert_snapshot!(told(&declared, WEB), @r#"
    changed App/web "Web"
      settings.oauthClient.post_logout_redirect_uris: [] → - at 6:152 → -
    "#);
}

#[test]
fn what_cannot_be_changed_is_a_replacement_unless_it_was_not_declared() {
    let with = |id: &str| format!("{WEB}---\nClientCredentials web\n  client_id: {id}\n");
    insta::assert_snapshot!(told(&with("client-one"), &with("client-two")), @r#"
    replaced App/web "Web"
      credentials.oauthClient.client_id: "client-one" → "client-two" (immutable) at 13:14 → 13:14
    "#);
    insta::assert_snapshot!(told(WEB, &with("client-two")), @r#"
    changed App/web "Web"
      credentials.oauthClient.client_id: - → "client-two" (immutable) at - → 13:14
    "#);
    insta::assert_snapshot!(told(&with("client-one"), &with("client-one").replace("application_type: web", "application_type: native")), @r#"
    replaced App/web "Web"
      settings.oauthClient.application_type: "web" → "native" (immutable) at 6:46 → 6:46
    "#);
}

#[test]
fn a_document_under_another_name_is_known_by_what_its_object_has() {
    let credentials = |name: &str, id: &str| format!("---\nClientCredentials {name}\n  client_id: {id}\n");
    let site = WEB.replace("App web", "App site");
    insta::assert_snapshot!(told(WEB, &site), @r#"renamed App/site "Web" from App/web by Label"#);
    let other = site.replace("label: Web", "label: Site");
    let (was, is) = (format!("{WEB}{}", credentials("web", "client-one")), format!("{other}{}", credentials("site", "client-one")));
    insta::assert_snapshot!(told(&was, &is), @r#"
    renamed App/site "Site" from App/web by ClientId
      label: "Web" → "Site" at 5:10 → 5:10
    "#);
    // One label and two client ids are two apps.
    let is = format!("{site}{}", credentials("site", "client-two"));
    insta::assert_snapshot!(told(&was, &is), @r#"
    added App/site "Web"
      label: - → "Web" at - → 5:10
      settings.oauthClient.application_type: - → "web" (immutable) at - → 6:46
      settings.oauthClient.grant_types: - → ["authorization_code","refresh_token"] at - → 6:64
      settings.oauthClient.response_types: - → ["code"] at - → 6:117
      settings.oauthClient.redirect_uris: - → ["https://a.example/cb"] at - → 6:140
      credentials.oauthClient.client_id: - → "client-two" (immutable) at - → 13:14
    removed App/web "Web"
      label: "Web" → - at 5:10 → -
      settings.oauthClient.application_type: "web" → - (immutable) at 6:46 → -
      settings.oauthClient.grant_types: ["authorization_code","refresh_token"] → - at 6:64 → -
      settings.oauthClient.response_types: ["code"] → - at 6:117 → -
      settings.oauthClient.redirect_uris: ["https://a.example/cb"] → - at 6:140 → -
      credentials.oauthClient.client_id: "client-one" → - (immutable) at 13:14 → -
    "#);
    // Of two apps of one label nobody can tell which is which.
    let two = format!("{WEB}---\n{}", WEB.replace("App web", "App web-two"));
    insta::assert_snapshot!(told(&two, &site), @r#"
    added App/site "Web"
      label: - → "Web" at - → 5:10
      settings.oauthClient.application_type: - → "web" (immutable) at - → 6:46
      settings.oauthClient.grant_types: - → ["authorization_code","refresh_token"] at - → 6:64
      settings.oauthClient.response_types: - → ["code"] at - → 6:117
      settings.oauthClient.redirect_uris: - → ["https://a.example/cb"] at - → 6:140
    removed App/web "Web"
      label: "Web" → - at 5:10 → -
      settings.oauthClient.application_type: "web" → - (immutable) at 6:46 → -
      settings.oauthClient.grant_types: ["authorization_code","refresh_token"] → - at 6:64 → -
      settings.oauthClient.response_types: ["code"] → - at 6:117 → -
      settings.oauthClient.redirect_uris: ["https://a.example/cb"] → - at 6:140 → -
    removed App/web-two "Web"
      label: "Web" → - at 13:10 → -
      settings.oauthClient.application_type: "web" → - (immutable) at 14:46 → -
      settings.oauthClient.grant_types: ["authorization_code","refresh_token"] → - at 14:64 → -
      settings.oauthClient.response_types: ["code"] → - at 14:117 → -
      settings.oauthClient.redirect_uris: ["https://a.example/cb"] → - at 14:140 → -
    "#);
}

#[test]
fn children_are_objects_of_their_own_and_secrets_are_told_by_reference() {
    let base = format!(
        "{WEB}---\nClientCredentials web\n  token_endpoint_auth_method: client_secret_basic\n  client_secrets: [{{name: old, env: IDPCTL_OLD}}, {{name: new, env: IDPCTL_NEW}}]\n\
         ---\n{SERVICE}---\nGrant worker\n  scopes: [okta.users.read, okta.apps.read]\n---\nGroupAssignment web\n  groups: [{{name: Staff, priority: 1}}, {{id: 00g1}}]\n"
    );
    let head = base
        .replace("{name: old, env: IDPCTL_OLD}", "{name: old, env: IDPCTL_OLD, status: INACTIVE}")
        .replace("IDPCTL_NEW", "IDPCTL_NEWER")
        .replace("okta.apps.read", "okta.groups.read")
        .replace("priority: 1", "priority: 2")
        .replace(", {id: 00g1}", "");
    insta::assert_snapshot!(told(&base, &head), @r#"
    changed App/web/secret/new
      value: {"env":"IDPCTL_NEW"} → {"env":"IDPCTL_NEWER"} at 14:57 → 14:75
    changed App/web/secret/old
      status: "ACTIVE" → "INACTIVE" at 14:27 → 14:27
    removed Grant/worker/okta.apps.read
    added Grant/worker/okta.groups.read
    removed GroupAssignment/web/00g1
    changed GroupAssignment/web/Staff
      priority: 1 → 2 at 37:36 → 37:36
    "#);
    insta::assert_snapshot!(told(SERVICE, &base), @r#"
    added App/web "Web"
      label: - → "Web" at - → 5:10
      settings.oauthClient.application_type: - → "web" (immutable) at - → 6:46
      settings.oauthClient.grant_types: - → ["authorization_code","refresh_token"] at - → 6:64
      settings.oauthClient.response_types: - → ["code"] at - → 6:117
      settings.oauthClient.redirect_uris: - → ["https://a.example/cb"] at - → 6:140
      credentials.oauthClient.token_endpoint_auth_method: - → "client_secret_basic" at - → 13:31
    added App/web/secret/new
      value: - → {"env":"IDPCTL_NEW"} at - → 14:57
    added App/web/secret/old
      value: - → {"env":"IDPCTL_OLD"} at - → 14:27
    added Grant/worker/okta.apps.read
    added Grant/worker/okta.users.read
    added GroupAssignment/web/00g1
    added GroupAssignment/web/Staff
      priority: - → 1 at - → 37:36
    "#);
    insta::assert_snapshot!(told(&base, SERVICE), @r#"
    removed App/web "Web"
      label: "Web" → - at 5:10 → -
      settings.oauthClient.application_type: "web" → - (immutable) at 6:46 → -
      settings.oauthClient.grant_types: ["authorization_code","refresh_token"] → - at 6:64 → -
      settings.oauthClient.response_types: ["code"] → - at 6:117 → -
      settings.oauthClient.redirect_uris: ["https://a.example/cb"] → - at 6:140 → -
      credentials.oauthClient.token_endpoint_auth_method: "client_secret_basic" → - at 13:31 → -
    removed App/web/secret/new
      value: {"env":"IDPCTL_NEW"} → - at 14:57 → -
    removed App/web/secret/old
      value: {"env":"IDPCTL_OLD"} → - at 14:27 → -
    removed Grant/worker/okta.apps.read
    removed Grant/worker/okta.users.read
    removed GroupAssignment/web/00g1
    removed GroupAssignment/web/Staff
      priority: 1 → - at 37:36 → -
    "#);
}

#[test]
fn an_empty_list_of_children_is_told_because_pruning_goes_by_it() {
    let none = format!("{SERVICE}---\nGrant worker\n  scopes: []\n");
    insta::assert_snapshot!(told(SERVICE, &none), @r#"
    changed App/worker "Worker"
      grants: - → [] at - → -
    "#);
    insta::assert_snapshot!(told(&none, SERVICE), @r#"
    changed App/worker "Worker"
      grants: [] → - at - → -
    "#);
}

#[test]
fn keys_are_fields_of_the_app_until_one_goes() {
    let key = |kid: &str| format!("{{kty: RSA, kid: {kid}, e: AQAB, n: {}}}", "x".repeat(342));
    let with = |keys: &[&str]| {
        format!(
            "{SERVICE}---\nClientCredentials worker\n  jwks: {{keys: [{}]}}\n",
            keys.iter().map(|kid| key(kid)).collect::<Vec<_>>().join(", ")
        )
    };
    let short = |text: String| text.replace(&"x".repeat(342), "…");
    insta::assert_snapshot!(short(told(&with(&["a", "b"]), &with(&["b", "c"]))), @r#"
    changed App/worker "Worker"
      settings.oauthClient.jwks.keys: [{"kty":"RSA","kid":"a","e":"AQAB","n":"…"},{"kty":"RSA","kid":"b","e":"AQAB","n":"…"}] → [{"kty":"RSA","kid":"b","e":"AQAB","n":"…"},{"kty":"RSA","kid":"c","e":"AQAB","n":"…"}] at 14:16 → 14:16
    removed App/worker/key/a
    "#);
    insta::assert_snapshot!(short(told(&with(&["a", "b"]), &with(&["b"]))), @"removed App/worker/key/a");
}

#[test]
fn metadata_that_guards_an_object_is_told() {
    insta::assert_snapshot!(told(&WEB.replace("App web", "App web, protected: true"), WEB), @r#"
    changed App/web "Web"
      metadata.protected: true → false at - → -
    "#);
    insta::assert_snapshot!(told(WEB, &WEB.replace("App web", "App web, id: 0oa1b2c3d4e5f6g7h8i9")), @r#"
    changed App/web "Web"
      metadata.id: null → "0oa1b2c3d4e5f6g7h8i9" at - → -
    "#);
}

#[test]
fn parts_of_a_server_are_told_one_by_one() {
    let base = "AuthorizationServer orders
  name: orders
  audiences: [https://api.example.com]
  scopes: [{name: read, consent: IMPLICIT}, {name: write}]
  policies:
    - name: workers
      description: Machines
      priority: 1
      conditions: {clients: {include: [{client_id: abc123}]}}
      rules:
        - {name: all, priority: 1, conditions: {grantTypes: {include: [client_credentials]}, scopes: {include: [read]}}, actions: {token: {accessTokenLifetimeMinutes: 60}}}
";
    let head = base
        .replace("AuthorizationServer orders", "AuthorizationServer sales")
        .replace("consent: IMPLICIT", "consent: REQUIRED")
        .replace(", {name: write}", "")
        .replace("[{client_id: abc123}]", "[ALL_CLIENTS]")
        .replace("Minutes: 60", "Minutes: 1440");
    insta::assert_snapshot!(told(base, &head), @r#"
    removed AuthorizationServer/orders/scope/write
      name: "write" → - at 7:52 → -
    renamed AuthorizationServer/sales "orders" from AuthorizationServer/orders by Name
    changed AuthorizationServer/sales/policy/workers
      conditions.clients.include: [{"client_id":"abc123"}] → ["ALL_CLIENTS"] at 12:40 → 12:40
    changed AuthorizationServer/sales/policy/workers/rule/all
      actions.token.accessTokenLifetimeMinutes: 60 → 1440 at 14:168 → 14:168
    changed AuthorizationServer/sales/scope/read
      consent: "IMPLICIT" → "REQUIRED" at 7:34 → 7:34
    "#);
}

#[test]
fn objects_of_the_portal_are_told_with_their_token_by_reference() {
    let base = "OAuthProvider okta
  Name: Okta
  Type: Okta
  WellKnownURL: https://acme.okta.com/.well-known/openid-configuration
  RegistrationAccessToken: {env: IDPCTL_TOKEN}
---
ClientType server-side
  provider: okta
  Name: Server
  ResponseTypes: [code]
  GrantType: [authorization_code]
  TokenEndpointAuthMethod: client_secret_basic
  OktaAppType: web
";
    let head = base
        .replace("IDPCTL_TOKEN", "IDPCTL_TOKEN_TWO")
        .replace("ClientType server-side", "ClientType server")
        .replace("[authorization_code]", "[refresh_token, authorization_code]");
    insta::assert_snapshot!(told(base, &head), @r#"
    changed OAuthProvider/okta "Okta"
      RegistrationAccessToken: {"env":"IDPCTL_TOKEN"} → {"env":"IDPCTL_TOKEN_TWO"} at 8:28 → 8:28
    renamed ClientType/server "Server" from ClientType/server-side by Name
      GrantType: ["authorization_code"] → ["refresh_token","authorization_code"] at 18:14 → 18:14
    "#);
}

#[test]
fn an_app_that_nobody_declares_is_known_by_its_reference() {
    let base = "Grant b\n  app: {client_id: abc123}\n  scopes: [okta.users.read]\n";
    let head = format!("{base}---\nClientCredentials a\n  app: {{client_id: abc123}}\n  pkce_required: true\n");
    insta::assert_snapshot!(told(base, &head), @"
    changed ClientCredentials/a
      credentials.oauthClient.pkce_required: - → true at - → 14:18
    ");
}

#[test]
fn clients_that_register_themselves_are_told_like_apps() {
    let base = "Client robot
  client_name: Robot
  application_type: service
  grant_types: [client_credentials]
  response_types: [token]
  token_endpoint_auth_method: client_secret_basic
  client_secret_output: {file: robot}
---
Grant robot
  scopes: [okta.users.read]
";
    let head =
        base.replace("Client robot", "Client machine").replace("Grant robot", "Grant machine").replace("{file: robot}", "{file: machine}");
    insta::assert_snapshot!(told(base, &head.replace("okta.users.read", "okta.groups.read")), @r#"
    added Grant/machine/okta.groups.read
    removed Grant/robot/okta.users.read
    renamed Client/machine "Robot" from Client/robot by Name
      client_secret_output.file: "robot" → "machine" at 10:32 → 10:32
    "#);
    let keys = "  jwks_uri: https://a.example/keys\n";
    let by_key = base.replace("client_secret_basic\n  client_secret_output: {file: robot}\n", "private_key_jwt\n");
    insta::assert_snapshot!(told(base, &by_key.replace("  response_types", &format!("{keys}  response_types"))), @r#"
    changed Client/robot "Robot"
      jwks_uri: - → "https://a.example/keys" at - → 8:13
      token_endpoint_auth_method: "client_secret_basic" → "private_key_jwt" at 9:31 → 10:31
      client_secret_output.file: "robot" → - at 10:32 → -
    "#);
}

#[test]
fn the_project_itself_may_differ() {
    let mut head = desired(WEB);
    head.project = "billing".to_owned();
    head.ownership = false;
    insta::assert_snapshot!(shown(&review(&desired(WEB), &head)), @r#"
    setting  project: "payments" → "billing" at - → -
    setting  ownership: "marker" → "none" at - → -
    "#);
}
