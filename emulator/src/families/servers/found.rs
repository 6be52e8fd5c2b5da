//! What is there without anybody's doing: the server `default`, and the scopes and claims of every server.

use std::sync::OnceLock;

use serde::Serialize;
use serde_json::json;

use super::{
    claims::{Claim, Conditions},
    conditions,
    document::{Server, default_id, first_keys},
    encryption::Encryption,
    part::Part as _,
    policies::Policy,
    rules::Rule,
    scopes::Scope,
};
use crate::{
    answer::Refusal,
    families::{Exchange, Organization},
    ids::{Kind, Seed},
    store::{Row, Table, Tx},
    switches::{DefaultServerPolicy, Switches},
};

/// The scopes of every server, in the order of lists, with what people are told about them.
const SCOPES: [(&str, &str, &str); 7] = [
    ("openid", "openid", "Signals that a request is an OpenID request."),
    (
        "profile",
        "View your profile information.",
        "The exact data varies based on what profile information you have provided, such as: name, time zone, picture, or birthday.",
    ),
    ("email", "View your email address.", "This allows the app to view your email address."),
    ("address", "View your address.", "This allows the app to view your address, such as: street address, city, state, and zip code."),
    ("phone", "View your phone number.", "This allows the app to view your phone number."),
    ("offline_access", "Keep you signed in to the app.", "This keeps you signed in to the app, even when you are not using it."),
    ("device_sso", "Request device secret.", "This allows you to single sign on between native client applications on your device."),
];

/// The scopes that `default` has besides, of what people may do with their own account: the name after `okta.myAccount.`, which
/// ends with the verb, what the thing is called to the person, and what it is called to others. The wording is as recorded.
const OWN_ACCOUNT: [(&str, &str, &str); 20] = [
    ("appAuthenticator.manage", "my account app authenticator enrollment", "their app authenticator enrollment"),
    ("appAuthenticator.read", "my account app authenticator enrollment", "their app authenticator enrollment"),
    (
        "appAuthenticator.maintenance.manage",
        "non-sensitive attributes of my account app authenticator enrollment",
        "non-sensitive attributes of their app authenticator enrollment",
    ),
    (
        "appAuthenticator.maintenance.read",
        "non-sensitive attributes of my account app authenticator enrollment",
        "non-sensitive attributes of their app authenticator enrollment",
    ),
    ("authenticators.manage", "my account authenticator enrollments", "their account authenticator enrollments"),
    ("authenticators.read", "my account authenticator enrollments", "their account authenticator enrollments"),
    ("customAuthenticator.manage", "my account custom authenticator", "their custom authenticators"),
    ("customAuthenticator.read", "my account custom authenticator", "their custom authenticators"),
    ("email.manage", "my account email ", "their email addresses"),
    ("email.read", "my account email", "their email addresses"),
    ("manage", "my account", "their account profile, email addresses, and phone numbers"),
    ("read", "my account", "their account profile, email addresses, and phone numbers"),
    ("oktaApplications.read", "my Okta applications", "their Okta applications information"),
    ("organization.read", "my account org details", "their account org details information"),
    ("password.manage", "my account password", "their account password"),
    ("password.read", "my account password enrollment", "their account password enrollment"),
    ("phone.manage", "my account phone number", "their phone numbers"),
    ("phone.read", "my account phone number", "their phone numbers"),
    ("profile.manage", "my account profile", "their account profile"),
    ("profile.read", "my account profile", "their account profile"),
];

/// The claims of ID tokens that every server has, in the order of lists: the name, the scope that brings it, and whether it is
/// in every token. `sub` stands among them, and is for access tokens.
const CLAIMS: [(&str, &str, bool); 19] = [
    ("middle_name", "profile", false),
    ("zoneinfo", "profile", false),
    ("website", "profile", false),
    ("updated_at", "profile", false),
    ("profile", "profile", false),
    ("preferred_username", "profile", true),
    ("picture", "profile", false),
    ("phone_number", "phone", false),
    ("nickname", "profile", false),
    ("name", "profile", true),
    ("sub", "", true),
    ("locale", "profile", false),
    ("given_name", "profile", false),
    ("gender", "profile", false),
    ("family_name", "profile", false),
    ("email_verified", "email", false),
    ("email", "email", true),
    ("birthdate", "profile", false),
    ("address", "address", false),
];
/// Who a token is about: the person, or the client where there is none.
pub(crate) const SUBJECT: &str = "(appuser != null) ? appuser.userName : app.clientId";

/// Writes the server `default` with its parts, unless it is there.
///
/// Its ids are from before all others and take nothing from their count, so that an org that was stored without the server can
/// still be given it.
pub(crate) fn found(tx: &mut Tx<'_>, organization: &Organization, switches: &Switches) -> Result<(), Refusal> {
    let seed = tx.seed();
    let id = default_id(seed);
    if tx.row(Table::Servers, &id).is_some() {
        return Ok(());
    }
    let created = organization.created.clone();
    let server = Server {
        keys: first_keys(seed, &id),
        rotations: 0,
        id: id.clone(),
        name: "default".into(),
        description: Some("Default Authorization Server for your Applications".into()),
        audiences: vec!["api://default".into()],
        issuer_mode: "DYNAMIC".into(),
        status: "ACTIVE".into(),
        created: created.clone(),
        last_updated: created.clone(),
        rotation_mode: "MANUAL".into(),
        last_rotated: created.clone(),
        default: true,
        encryption: Encryption::default(),
        trusted: Vec::new(),
    };
    server.write(tx)?;
    for (table, key, row) in builtin_parts(seed) {
        tx.put_row(table, key, row);
    }
    if switches.default_server_policy() == DefaultServerPolicy::Present {
        policy(tx, &mut Founding { seed, left: 2 }, &id, &created)?;
    }
    Ok(())
}

/// Returns the scopes and claims of `default`, built once for all orgs of the fixed seed: they are opened by the thousand.
fn builtin_parts(seed: &Seed) -> Vec<Founded> {
    static FIXED: OnceLock<Vec<Founded>> = OnceLock::new();
    if seed.is_fixed() { FIXED.get_or_init(|| build_parts(seed)).clone() } else { build_parts(seed) }
}

/// A document, and where it is kept.
type Founded = (Table, String, Row);

fn build_parts(seed: &Seed) -> Vec<Founded> {
    let server = default_id(seed);
    let mut ids = Founding { seed, left: 64 };
    let mut scopes = system_scopes(&mut |kind| ids.next(kind));
    scopes.extend(own_account_scopes(&mut ids));
    let claims = system_claims(&mut |kind| ids.next(kind));
    let scopes = scopes.iter().map(|scope| part(Table::ServerScopes, &server, &scope.id, scope));
    scopes.chain(claims.iter().map(|claim| part(Table::ServerClaims, &server, &claim.id, claim))).collect()
}

fn part(table: Table, server: &str, id: &str, document: &impl Serialize) -> Founded {
    let row = serde_json::to_value(document).expect("a document of texts and flags can be written down");
    (table, format!("{server}/{id}"), row.into())
}

/// Writes the parts that every server is made with.
pub(super) fn parts(x: &mut Exchange<'_>, server: &Server) -> Result<(), Refusal> {
    for scope in system_scopes(&mut |kind| x.tx.new_id(kind)) {
        scope.write(x, server)?;
    }
    for claim in system_claims(&mut |kind| x.tx.new_id(kind)) {
        claim.write(x, server)?;
    }
    Ok(())
}

/// Gives out the ids of what an org is made with, oldest first.
struct Founding<'a> {
    seed: &'a Seed,
    left: u64,
}

impl Founding<'_> {
    fn next(&mut self, kind: Kind) -> String {
        self.left -= 1;
        self.seed.founding_id(kind, self.left)
    }
}

fn system_scopes(new_id: &mut impl FnMut(Kind) -> String) -> Vec<Scope> {
    let scopes = SCOPES.iter();
    scopes
        .map(|(name, shown, about)| scope(new_id(Kind::Scope), (*name).to_owned(), (*shown).to_owned(), (*about).to_owned(), true))
        .collect()
}

fn own_account_scopes(ids: &mut Founding<'_>) -> Vec<Scope> {
    let scopes = OWN_ACCOUNT.iter().map(|(name, mine, theirs)| {
        let (capital, verb) = if name.ends_with("read") { ("Read", "read") } else { ("Manage", "manage") };
        let shown = format!("{capital} {mine}");
        let about = format!("Allows the end user to {verb} {theirs}.");
        scope(ids.next(Kind::Scope), format!("okta.myAccount.{name}"), shown, about, false)
    });
    scopes.collect()
}

fn scope(id: String, name: String, shown: String, about: String, system: bool) -> Scope {
    Scope {
        id,
        name,
        display_name: Some(shown),
        description: Some(about),
        system,
        metadata_publish: "ALL_CLIENTS".into(),
        consent: "IMPLICIT".into(),
        optional: false,
        api_resource_id: (),
        default: false,
    }
}

fn system_claims(new_id: &mut impl FnMut(Kind) -> String) -> Vec<Claim> {
    let claim = |&(name, scope, always): &(&str, &str, bool)| {
        let subject = name == "sub";
        Claim {
            id: new_id(Kind::Claim),
            name: name.to_owned(),
            status: "ACTIVE".into(),
            kind: if subject { "RESOURCE" } else { "IDENTITY" }.into(),
            value_type: if subject { "EXPRESSION" } else { "SYSTEM" }.into(),
            value: subject.then(|| SUBJECT.to_owned()),
            conditions: Conditions { scopes: if subject { Vec::new() } else { vec![scope.to_owned()] } },
            system: true,
            always_include_in_token: always,
            api_resource_id: (),
            group_filter: None,
        }
    };
    CLAIMS.iter().map(claim).collect()
}

/// Writes the policy and rule that let everybody have everything.
fn policy(tx: &mut Tx<'_>, ids: &mut Founding<'_>, server: &str, created: &str) -> Result<(), Refusal> {
    let policy = Policy {
        id: ids.next(Kind::ServerPolicy),
        status: "ACTIVE".into(),
        name: "Default Policy".into(),
        description: Some("Default policy description".into()),
        priority: 1,
        system: false,
        conditions: json!({"clients": {"include": ["ALL_CLIENTS"]}}),
        created: created.to_owned(),
        last_updated: created.to_owned(),
    };
    tx.put(Table::ServerPolicies, format!("{server}/{}", policy.id), &policy)?;
    let asked = json!({"conditions": {
        "people": {"groups": {"include": ["EVERYONE"]}},
        "grantTypes": {"include": ["implicit", "client_credentials", "authorization_code", "password"]},
        "scopes": {"include": ["*"]},
    }});
    let rule = Rule {
        id: ids.next(Kind::ServerRule),
        status: "ACTIVE".into(),
        name: "Default Policy Rule".into(),
        priority: 1,
        created: created.to_owned(),
        last_updated: created.to_owned(),
        system: false,
        conditions: conditions::conditions(&asked)?,
        actions: conditions::actions(&asked)?,
    };
    tx.put(Table::ServerRules, format!("{server}/{}/{}", policy.id, rule.id), &rule)
}
