//! What documents say of authorization servers, and what is wrong with them.

use std::fmt::Write as _;

use super::{Desired, KeySets, Server, resolve};
use crate::diagnostic::{Diagnostics, Sources};
use crate::manifest::{SourceFile, read};

const APPS: &str = "apiVersion: idpctl/v1
kind: App
metadata: {name: billing-worker}
spec: {label: Billing worker}
---
apiVersion: idpctl/v1
kind: ClientCredentials
metadata: {name: billing-worker}
spec: {client_id: billing_worker}
";

/// Returns what documents of authorization servers declare, beside the app `billing-worker`.
pub(crate) fn declared(text: &str) -> Desired {
    let mut diagnostics = Diagnostics::default();
    let desired = both(text, &mut diagnostics);
    assert_eq!(shown(&diagnostics), "");
    desired
}

fn resolved(text: &str, diagnostics: &mut Diagnostics) -> Vec<Server> {
    both(text, diagnostics).servers
}

fn both(text: &str, diagnostics: &mut Diagnostics) -> Desired {
    beside(APPS, text, diagnostics)
}

/// Returns what documents of authorization servers declare, beside those of some apps.
pub(crate) fn declared_beside(apps: &str, text: &str) -> Desired {
    let mut diagnostics = Diagnostics::default();
    let desired = beside(apps, text, &mut diagnostics);
    assert_eq!(shown(&diagnostics), "");
    desired
}

fn beside(apps: &str, text: &str, diagnostics: &mut Diagnostics) -> Desired {
    let file = |name: &str, text: String| SourceFile { name: name.into(), text: text.into() };
    // The rest of each document, at its end: places are those of the text.
    let whole = |document: &str| format!("{document}apiVersion: idpctl/v1\nkind: AuthorizationServer\n");
    let servers = text.split("---\n").map(whole).collect::<Vec<_>>().join("---\n");
    let files = [file("apps.yaml", apps.to_owned()), file("servers.yaml", servers)];
    let files = if apps.is_empty() { &files[1..] } else { &files };
    let documents = read(files, Some(&[].into()), &mut Sources::default(), diagnostics);
    resolve("payments", true, &documents, &KeySets::new(), diagnostics)
}

/// Returns what is wrong with a document, given its `spec`.
fn wrong(spec: &str) -> String {
    let mut diagnostics = Diagnostics::default();
    let spec = spec.lines().fold(String::new(), |text, line| text + "  " + line + "\n");
    resolved(&format!("metadata: {{name: orders}}\nspec:\n{spec}"), &mut diagnostics);
    shown(&diagnostics)
}

/// Returns diagnostics with their places.
pub(crate) fn shown(diagnostics: &Diagnostics) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics.sorted() {
        let origin = diagnostic.origin.as_ref().map(ToString::to_string).unwrap_or_default();
        writeln!(out, "{} {origin}: {}", diagnostic.code, diagnostic.message).unwrap();
        if let Some(help) = &diagnostic.help {
            writeln!(out, "  {help}").unwrap();
        }
    }
    out
}

#[test]
fn each_child_is_an_object_of_its_own_with_its_own_places() {
    let mut diagnostics = Diagnostics::default();
    let servers = resolved(
        "metadata: {name: orders, prune: true}
spec:
  name: orders
  audiences: [https://api.example.com/orders]
  status: INACTIVE
  credentials: {signing: {rotationMode: MANUAL}}
  scopes:
    - {name: orders.read, description: Read orders, consent: IMPLICIT}
    - {name: orders/write, displayName: null}
  claims:
    - {name: groups, claimType: IDENTITY, valueType: GROUPS, value: ops, group_filter_type: STARTS_WITH, status: INACTIVE}
    - {name: groups, claimType: RESOURCE, valueType: EXPRESSION, value: user.groups, conditions: {scopes: []}}
  policies:
    - name: workers
      description: Machine clients
      priority: 1
      conditions: {clients: {include: [billing-worker, {client_id: 0oa1}]}}
      rules:
        - name: client credentials
          status: ACTIVE
          conditions: {grantTypes: {include: [client_credentials]}, scopes: {include: [orders.read]}}
          actions: {token: {accessTokenLifetimeMinutes: 60, inlineHook: null}}
    - {name: everybody, conditions: {clients: {include: [ALL_CLIENTS]}}, rules: []}
  additionalFields: {tomorrow: {deep: 1}}
",
        &mut diagnostics,
    );
    assert_eq!(shown(&diagnostics), "");
    let mut out = String::new();
    for part in servers[0].parts() {
        writeln!(out, "{} at {}", part.address, part.origin).unwrap();
        writeln!(out, "  {}", part.body).unwrap();
        let places = part.origins.iter().map(|(path, origin)| format!("{path} {}", origin.to_string().replace("servers.yaml:", "")));
        writeln!(out, "  {}", places.collect::<Vec<_>>().join(", ")).unwrap();
        if let Some((status, origin)) = &part.status {
            writeln!(out, "  {} at {origin}", status.as_str()).unwrap();
        }
        for (client, origin) in part.clients.iter().flatten() {
            writeln!(out, "  for {client} at {origin}").unwrap();
        }
    }
    insta::assert_snapshot!(out, @r#"
    AuthorizationServer/orders at servers.yaml:3:9
      {"name":"orders","audiences":["https://api.example.com/orders"],"credentials":{"signing":{"rotationMode":"MANUAL"}},"tomorrow":{"deep":1}}
      audiences 4:14, audiences[0] 4:15, credentials.signing.rotationMode 6:41, name 3:9, tomorrow.deep 24:39
      INACTIVE at servers.yaml:5:11
    AuthorizationServer/orders/scope/orders.read at servers.yaml:8:14
      {"name":"orders.read","description":"Read orders","consent":"IMPLICIT"}
      consent 8:62, description 8:40, name 8:14
    AuthorizationServer/orders/scope/orders%2Fwrite at servers.yaml:9:14
      {"name":"orders/write","displayName":null}
      displayName 9:41, name 9:14
    AuthorizationServer/orders/claim/IDENTITY/groups at servers.yaml:11:14
      {"name":"groups","claimType":"IDENTITY","valueType":"GROUPS","value":"ops","group_filter_type":"STARTS_WITH","status":"INACTIVE"}
      claimType 11:33, group_filter_type 11:93, name 11:14, status 11:114, value 11:69, valueType 11:54
    AuthorizationServer/orders/claim/RESOURCE/groups at servers.yaml:12:14
      {"name":"groups","claimType":"RESOURCE","valueType":"EXPRESSION","value":"user.groups","conditions":{"scopes":[]}}
      claimType 12:33, conditions.scopes 12:107, name 12:14, value 12:73, valueType 12:54
    AuthorizationServer/orders/policy/workers at servers.yaml:14:13
      {"name":"workers","description":"Machine clients","priority":1}
      description 15:20, name 14:13, priority 16:17
      for App/billing-worker at servers.yaml:17:40
      for {client_id: 0oa1} at servers.yaml:17:56
    AuthorizationServer/orders/policy/workers/rule/client credentials at servers.yaml:19:17
      {"name":"client credentials","conditions":{"grantTypes":{"include":["client_credentials"]},"scopes":{"include":["orders.read"]}},"actions":{"token":{"accessTokenLifetimeMinutes":60,"inlineHook":null}}}
      actions.token.accessTokenLifetimeMinutes 22:57, actions.token.inlineHook 22:73, conditions.grantTypes.include 21:46, conditions.grantTypes.include[0] 21:47, conditions.scopes.include 21:87, conditions.scopes.include[0] 21:88, name 19:17
      ACTIVE at servers.yaml:20:19
    AuthorizationServer/orders/policy/everybody at servers.yaml:23:14
      {"name":"everybody"}
      name 23:14
      for ALL_CLIENTS at servers.yaml:23:58
    "#);
    let server = &servers[0];
    assert!(server.metadata.prune && !server.is_default());
    let rules: Vec<_> = server.policies.iter().flatten().map(|policy| policy.rules.as_ref().map(Vec::len)).collect();
    assert_eq!(rules, [Some(1), Some(0)]);
}

#[test]
fn what_is_not_spoken_of_is_not_managed() {
    let mut diagnostics = Diagnostics::default();
    let servers = resolved("metadata: {name: builtin}\nspec: {name: default, policies: [{name: Default Policy}]}\n", &mut diagnostics);
    assert_eq!(shown(&diagnostics), "", "the built-in server has its audience");
    let server = &servers[0];
    assert!(server.is_default() && server.scopes.is_none() && server.claims.is_none());
    let policy = &server.policies.as_ref().unwrap()[0];
    assert_eq!((&policy.rules, &policy.own.clients, &policy.own.status), (&None, &None, &None));
}

#[test]
fn fields_of_children_are_checked_where_they_stand() {
    insta::assert_snapshot!(wrong(
        "name: orders
audiences: [a]
id: aus1
scopes:
  - {name: a, consent: MAYBE}
  - {nam: b}
claims:
  - {name: c, claimType: RESOURCE}
policies:
  - name: p
    priority: 0
    rules:
      - {name: r, conditions: {grantTypes: {include: [client-credentials]}}, actions: {token: {accessTokenLifetimeMinutes: 3000}}}
      - {name: q, conditions: {people: {users: null}}, actions: {token: {inlineHook: {id: null}}}}"
    ), @"
    IDP0310 servers.yaml:5:3: `id` is set by the server alone
      take it out
    IDP0303 servers.yaml:7:26: `scopes[0].consent` cannot be this: known are IMPLICIT, FLEXIBLE, REQUIRED
    IDP0301 servers.yaml:8:8: unknown field `nam`
      write `name`
    IDP0306 servers.yaml:10:7: `claims[0]` needs `valueType`
      add `valueType`: what `value` is: an expression, the filter of a person's groups, or nothing, because the claim is Okta's own (`SYSTEM`)
    IDP0304 servers.yaml:13:17: `policies[0].priority` must be a whole number from 1
    IDP0303 servers.yaml:15:57: `policies[0].rules[0].conditions.grantTypes.include[0]` cannot be this: known are authorization_code, implicit, refresh_token, client_credentials, password, interaction_code, urn:ietf:params:oauth:grant-type:saml2-bearer, urn:ietf:params:oauth:grant-type:token-exchange, urn:ietf:params:oauth:grant-type:device_code, urn:ietf:params:oauth:grant-type:jwt-bearer, urn:openid:params:grant-type:ciba, urn:okta:params:oauth:grant-type:otp, urn:okta:params:oauth:grant-type:oob, http://auth0.com/oauth/grant-type/mfa-otp, http://auth0.com/oauth/grant-type/mfa-oob
    IDP0304 servers.yaml:15:126: `policies[0].rules[0].actions.token.accessTokenLifetimeMinutes` must be a whole number from 5 to 1440
    IDP0305 servers.yaml:16:50: `policies[0].rules[1].conditions.people.users` cannot be null: what the server would make of it is not known
      say the value that it should have, or take the field out to leave it alone
    IDP0305 servers.yaml:16:93: `policies[0].rules[1].actions.token.inlineHook.id` cannot be null: what the server would make of it is not known
      say the value that it should have, or take the field out to leave it alone
    ");
}

#[test]
fn children_that_would_be_one_at_the_server_are_refused() {
    insta::assert_snapshot!(wrong(
        "name: orders
audiences: [a]
scopes: [{name: a}, {name: b}, {name: a}]
claims:
  - {name: c, claimType: RESOURCE, valueType: EXPRESSION, value: x}
  - {name: c, claimType: IDENTITY, valueType: EXPRESSION, value: x}
  - {name: c, claimType: RESOURCE, valueType: EXPRESSION, value: y}
policies:
  - {name: p, priority: 1, rules: [{name: r, priority: 1, conditions: {}}, {name: r, priority: 1, conditions: {}}]}
  - {name: q, priority: 1, rules: [{name: r, priority: 1, conditions: {}}]}"
    ), @"
    IDP0560 servers.yaml:5:41: the scope `a` of AuthorizationServer/orders is declared twice
      rename or remove one of the two
    IDP0560 servers.yaml:9:14: the claim `c` of AuthorizationServer/orders is declared twice
      rename or remove one of the two
    IDP0560 servers.yaml:11:85: the rule `r` of AuthorizationServer/orders is declared twice
      rename or remove one of the two
    IDP0561 servers.yaml:11:98: the rule `r` has the priority of `r`
      give each a priority of its own: the first that matches decides
    IDP0561 servers.yaml:12:27: the policy `q` has the priority of `p`
      give each a priority of its own: the first that matches decides
    ");
}

#[test]
fn clients_of_policies_are_declared_or_nobodys() {
    insta::assert_snapshot!(wrong(
        "name: orders
audiences: [a]
policies:
  - {name: a, conditions: {clients: {include: [billing-wroker, {client_id: billing_worker}, {label: Elsewhere}]}}}
  - {name: b, conditions: {clients: {include: [all_clients]}}}
  - {name: c, conditions: {clients: {include: [ALL_CLIENTS, billing-worker, billing-worker]}}}
  - {name: d, conditions: {clients: {include: [{client_id: a, id: b}, nobody]}}}"
    ), @"
    IDP0420 servers.yaml:6:50: there is no document `App/billing-wroker`
      did you mean `billing-worker`?
    IDP0421 servers.yaml:6:66: {client_id: billing_worker} is declared by App/billing-worker
      write `billing-worker`
    IDP0420 servers.yaml:7:50: there is no document `App/all_clients`
      write `ALL_CLIENTS` for every client
    IDP0565 servers.yaml:8:50: `ALL_CLIENTS` stands beside other clients
      keep it alone, or take it out
    IDP0565 servers.yaml:8:79: the client App/billing-worker is named twice
      remove one of the two
    IDP0309 servers.yaml:9:50: `policies[3].conditions.clients.include[0]` needs exactly one of `id`, `client_id`, `label`
    IDP0420 servers.yaml:9:73: there is no document `App/nobody`
      for an app that no manifest declares write `{client_id: …}`, and for every client `ALL_CLIENTS`
    ");
}

#[test]
fn what_okta_would_refuse_is_refused_here() {
    insta::assert_snapshot!(wrong(
        "name: orders
audiences: [a, b]
jwks_uri: https://example.com/keys
jwks: {keys: [{kty: RSA, n: x, e: AQAB, kid: a}, {kty: RSA, n: y, e: AQAB, kid: b}]}
scopes: [{name: okta.mine}, {name: with space}, {name: asked, consent: REQUIRED}]
claims:
  - {name: a, claimType: RESOURCE, valueType: SYSTEM}
  - {name: email, claimType: IDENTITY, valueType: SYSTEM, value: x}
  - {name: b, claimType: IDENTITY, valueType: GROUPS}
  - {name: c, claimType: RESOURCE, valueType: EXPRESSION, value: x, group_filter_type: REGEX, alwaysIncludeInToken: false}
policies:
  - name: p
    rules:
      - name: nobody
        conditions: {grantTypes: {include: [password]}, people: {users: {include: null}, groups: {include: []}}}
      - name: short
        conditions: {grantTypes: {include: [client_credentials]}, scopes: {include: [asked]}}
        actions: {token: {accessTokenLifetimeMinutes: 60, refreshTokenLifetimeMinutes: 30}}"
    ), @"
    IDP0562 servers.yaml:4:14: an authorization server has exactly one audience, and this one is given 2
      name one; an API of its own gets a server of its own
    IDP0526 servers.yaml:5:13: keys are given in two ways
      keep one of the two
    IDP0527 servers.yaml:6:16: `jwks.keys[0]` cannot be used: `n` is not base64url
      correct the key
    IDP0527 servers.yaml:6:16: `jwks.keys[1]` cannot be used: `n` is not base64url
      correct the key
    IDP0527 servers.yaml:6:16: a server has at most five encryption keys, of which at most one is ACTIVE
      remove some, or say `status: INACTIVE` of all but one
    IDP0306 servers.yaml:6:17: `jwks.keys[0]` needs `use`
      add `use`: what the key is for: encryption
    IDP0306 servers.yaml:6:52: `jwks.keys[1]` needs `use`
      add `use`: what the key is for: encryption
    IDP0563 servers.yaml:7:19: Okta keeps the scope `okta.mine` for itself
      choose a name that does not start with `okta.`
    IDP0533 servers.yaml:7:38: `with space` cannot be a scope
      use printable ASCII without spaces
    IDP0564 servers.yaml:9:49: the claim `a` is none of Okta's own
      say `valueType: EXPRESSION` and a `value`
    IDP0564 servers.yaml:10:68: a claim of Okta's own has no value
      take `value` out
    IDP0564 servers.yaml:11:14: the claim `b` has no value
      add `value`: the expression, or the filter of groups
    IDP0564 servers.yaml:12:90: `group_filter_type` is for claims about groups only
      take it out, or say `valueType: GROUPS`
    IDP0564 servers.yaml:12:119: claims of access tokens are always included
      take it out, or say true
    IDP0566 servers.yaml:17:46: the rule `nobody` is for `password`, by which people sign in, and for nobody
      add `people: {groups: {include: [EVERYONE]}}`, or ids of groups or users
    IDP0568 servers.yaml:19:87: the rule `short` gives clients the scope `asked`, which needs somebody's consent
      say `consent: FLEXIBLE` of the scope: with `client_credentials` there is nobody to ask, and the request fails
    IDP0567 servers.yaml:20:90: refresh tokens of the rule `short` live 30 minutes, less than access tokens with 60
      raise `refreshTokenLifetimeMinutes`, or say 0 for no end
    ");
    insta::assert_snapshot!(wrong("name: orders"), @"
    IDP0562 servers.yaml:3:9: AuthorizationServer/orders has no audience
      add `audiences: [https://…]`, the address of the API it is for
    ");
}

#[test]
fn two_documents_for_one_server_are_refused() {
    let mut diagnostics = Diagnostics::default();
    let two = "metadata: {name: a, id: aus1, protected: true}\nspec: {name: orders}\n---\nmetadata: {name: b, id: aus1, adopt: true}\nspec: {name: orders}\n";
    resolved(two, &mut diagnostics);
    insta::assert_snapshot!(shown(&diagnostics), @"
    IDP0541 servers.yaml:1:31: `metadata.protected` has no effect in a document of kind AuthorizationServer
      take it out: an authorization server bears no mark, so it is never deleted
    IDP0531 servers.yaml:6:25: AuthorizationServer/a and AuthorizationServer/b are pinned to the same object
      remove or correct one of the two
    IDP0541 servers.yaml:6:31: `metadata.adopt` has no effect in a document of kind AuthorizationServer
      take it out: an authorization server is found by its name, without being asked
    IDP0531 servers.yaml:7:14: AuthorizationServer/a and AuthorizationServer/b have the same `name`
      rename or remove one of the two
    ");
}
