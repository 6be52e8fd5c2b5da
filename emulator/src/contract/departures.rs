//! Where real orgs, and this one with them, are known to depart from the published contract.
//!
//! This is the one list of what the check lets pass. An entry names operations, the half of the exchange, and one thing that is
//! not as documented, as narrowly as the evidence goes; and it says what the evidence is. `tests/org/contract.rs` fails for an
//! entry that nothing needs any more.

use serde_json::Value;

use super::{
    check::Subject,
    violation::{Fault, SEVERAL, Side, Violation},
};
use crate::faults::glob::matches;

/// One known difference between the contract and what orgs answer and take.
#[derive(Clone, Copy, Debug)]
pub struct Departure {
    /// The operations: a method, or `*`, and a documented path, in which `*` stands for a segment or a part of it, `**` for any
    /// number of them.
    pub on: &'static [&'static str],
    /// The half of the exchange.
    pub side: Side,
    /// What differs.
    pub what: What,
    /// How it is known, in the order of trust: recorded exchanges, okta-api.md, Okta's documentation.
    pub evidence: &'static str,
}

/// What differs from the contract.
#[derive(Clone, Copy, Debug)]
pub enum What {
    /// The contract has no such operation, and this is its success. The body is held to a form, if one is named.
    Operation(Option<&'static str>),
    /// Neither the operation nor its lack brings such a refusal: its status, the form of the contract that its body is held to,
    /// and its codes.
    Refusal(u16, &'static str, &'static [&'static str]),
    /// A body of just this text where none is documented.
    Body(u16, &'static str),
    /// A refusal of this status without a body, whether or not it is documented.
    Bare(u16),
    /// A success of this status with the body that is documented for another.
    Status(u16, u16),
    /// Values in the body: where they are, within the object or each of the list that the body is, with `*` and `**` as above;
    /// by which keyword of the schema they are refused; and what they are, as JSON, if only one value is meant.
    Field(&'static [&'static str], &'static str, Option<&'static str>),
    /// A parameter of the query.
    Parameter(&'static str),
}

impl Departure {
    fn is_about(&self, side: Side, method: &str, path: &str) -> bool {
        let is_on = |operation: &&str| {
            let (only, pattern) = operation.split_once(' ').unwrap_or(("*", operation));
            (only == "*" || only == method) && matches(pattern, path)
        };
        self.side == side && self.on.iter().any(is_on)
    }
}

/// Returns the entry that knows an answer which the contract does not have, and what its body is held to.
pub(super) fn form(subject: &Subject<'_>, body: &Value) -> Option<(usize, Option<&'static str>)> {
    let code = body["errorCode"].as_str().or_else(|| body["error"].as_str()).unwrap_or_default();
    let known = |departure: &Departure| match departure.what {
        What::Operation(form) if subject.operation.is_none() && subject.status == 200 => Some(form),
        What::Refusal(status, form, codes) if status == subject.status && codes.contains(&code) => Some(Some(form)),
        What::Bare(status) if status == subject.status && body.is_null() => Some(None),
        _ => None,
    };
    let is_concerned = |departure: &Departure| departure.is_about(Side::Answer, subject.method, subject.path);
    let mut concerned = TABLE.iter().enumerate().filter(|(_, departure)| is_concerned(departure));
    concerned.find_map(|(number, departure)| Some((number, known(departure)?)))
}

/// Says whether an entry knows an operation that the contract does not have.
pub(super) fn has_operation(subject: &Subject<'_>) -> bool {
    let is_known = |departure: &Departure| {
        matches!(departure.what, What::Operation(_)) && departure.is_about(Side::Answer, subject.method, subject.path)
    };
    TABLE.iter().any(is_known)
}

/// Returns the entry that knows a status which the contract does not have, and the status whose body it has.
pub(super) fn stand_in(subject: &Subject<'_>) -> Option<(usize, u16)> {
    TABLE.iter().enumerate().find_map(|(number, departure)| match departure.what {
        What::Status(status, other) if status == subject.status && departure.is_about(Side::Answer, subject.method, subject.path) => {
            Some((number, other))
        }
        _ => None,
    })
}

/// Returns the entries that excuse a violation, if any do.
pub(super) fn excusing(violation: &Violation) -> Option<Vec<usize>> {
    let Violation { method, path, side, status, fault } = violation;
    let concerned: Vec<_> = TABLE.iter().enumerate().filter(|(_, departure)| departure.is_about(*side, method, path)).collect();
    excused(&concerned, *status, fault)
}

fn excused(concerned: &[(usize, &Departure)], status: u16, fault: &Fault) -> Option<Vec<usize>> {
    if let Some((number, _)) = concerned.iter().find(|(_, departure)| is_meant(departure.what, status, fault)) {
        return Some(vec![*number]);
    }
    // Of several forms that a value may have, it is enough that it departs from one in known ways.
    let Fault::Field { branches, .. } = fault else { return None };
    branches.iter().find_map(|branch| {
        let numbers: Option<Vec<_>> = branch.iter().map(|fault| excused(concerned, status, fault)).collect();
        numbers.map(|numbers| numbers.concat()).filter(|numbers| !numbers.is_empty())
    })
}

fn is_meant(what: What, status: u16, fault: &Fault) -> bool {
    match (what, fault) {
        (What::Body(known, text), Fault::Body(body)) => known == status && text == body,
        (What::Bare(known), Fault::NoBody) => known == status,
        (What::Parameter(known), Fault::Parameter { name, .. }) => known == name,
        (What::Field(places, refused_by, only), Fault::Field { pointer, keyword, value, .. }) => {
            refused_by == keyword && places.iter().any(|place| matches(place, pointer)) && only.is_none_or(|text| is_value(text, value))
        }
        _ => false,
    }
}

fn is_value(text: &str, value: &Value) -> bool {
    serde_json::from_str::<Value>(text).is_ok_and(|known| known == *value)
}

/// The operations that answer with whole apps.
const APPS: &[&str] = &["* /api/v1/apps", "* /api/v1/apps/*"];
/// The operations that answer with policies.
const POLICIES: &[&str] = &["* /api/v1/policies", "* /api/v1/policies/*"];

const fn answer(on: &'static [&'static str], what: What, evidence: &'static str) -> Departure {
    Departure { on, side: Side::Answer, what, evidence }
}

/// The list.
pub const TABLE: &[Departure] = &[
    // Refusals.
    answer(
        &["* /**"],
        What::Refusal(401, "Error", &["E0000011"]),
        "okta-api.md 0.1 and 7: E0000011 wherever the token is not good, though only few operations name the status",
    ),
    answer(
        &["* /api/v1/authorizationServers**"],
        What::Refusal(401, "Error", &["E0000015"]),
        "recorded: an org without the feature (TestAccResourceOktaAuthServer_crud)",
    ),
    answer(
        &["* /**", "OPTIONS *"],
        What::Refusal(404, "Error", &["E0000008"]),
        "okta-api.md 0.1: an unknown route; what this org does not serve is one, whether or not the contract has it",
    ),
    answer(
        &["* /api/v1/**"],
        What::Refusal(404, "Error", &["E0000007"]),
        "okta-api.md 0.1: what the path names is not there; keys of an app, for one, have operations that do not name the status",
    ),
    answer(
        &["* /api/v1/**"],
        What::Refusal(400, "Error", &["E0000019"]),
        "okta-api.md 0.1: the caller takes no JSON; some operations without a body do not name the status",
    ),
    answer(
        &["* /**"],
        What::Refusal(405, "Error", &["E0000022"]),
        "okta-api.md 0.1: a known route without the method; no operation names the status",
    ),
    answer(
        &["* /**"],
        What::Refusal(500, "Error", &["E0000009"]),
        "recorded at the deletion of an app, and gone the next time (TestAccResourceOktaAppSignOnPolicyRule_crud)",
    ),
    answer(
        &["GET /oauth2/*/v1/keys", "POST /oauth2/*/v1/*"],
        What::Refusal(404, "OAuth_Error", &["E0000007"]),
        "okta-api.md 6: what the id of an authorization server that there is not brings, at every endpoint of it",
    ),
    answer(
        &["GET /**"],
        What::Refusal(400, "Error", &["E0000028", "E0000031"]),
        "okta-api.md 0.1: a parameter that is missing or cannot be read; no list names the status",
    ),
    answer(
        &["DELETE /api/v1/groups/*"],
        What::Refusal(400, "Error", &["E0000001"]),
        "okta-api.md 0.1: what cannot be done as asked is E0000001; no source names a code of its own for a built-in group",
    ),
    answer(
        &[
            "GET /api/v1/apps/*/features/*",
            "GET /api/v1/apps/*/connections/default**",
            "POST /api/v1/apps/*/connections/default/lifecycle/*",
        ],
        What::Refusal(400, "Error", &["E0000001"]),
        "the switch `without-provisioning`, at 400: so is the list of features refused of an app without provisioning",
    ),
    answer(
        &["POST /api/v1/policies/*/lifecycle/*"],
        What::Refusal(400, "Error", &["E0000001"]),
        "the switch `lifecycle-repeat`, at `refuse`: what cannot be done as asked is E0000001 (okta-api.md 0.1)",
    ),
    answer(
        &["* /oauth2/v1/clients/*/roles**"],
        What::Refusal(400, "Error", &["E0000001", "E0000227"]),
        "okta-api.md 0.1 and 4: E0000227 for an app that is no service, E0000001 for any field",
    ),
    answer(
        &["POST /oauth2/v1/clients/*/roles"],
        What::Refusal(409, "Error", &["E0000090"]),
        "okta-api.md 0.1: a role that the client has already",
    ),
    answer(
        &["* /oauth2/v1/clients/*"],
        What::Refusal(401, "OAuth_OAuthError", &["invalid_client"]),
        "the switch `unknown-client`: Okta's documentation had this answer (okta-api.md 4), its specification 404",
    ),
    answer(
        &["POST /oauth2/v1/clients/*/lifecycle/newSecret"],
        What::Refusal(400, "OAuth_OAuthError", &["invalid_client_metadata"]),
        "okta-api.md 4: only methods with a secret have a new one; the faults of registration are so said",
    ),
    answer(
        &["GET /api/v1/users/me"],
        What::Refusal(403, "Error", &["E0000005"]),
        "the switch `client-as-user`, at 403: what takes no access token (okta-api.md 0.1)",
    ),
    answer(
        &["* /api/v1/internal/apps/*/settings/oauth/idToken"],
        What::Refusal(403, "Error", &["E0000005"]),
        "okta-api.md 0.1: what takes no access token; Okta publishes nothing about this path",
    ),
    answer(
        &["* /**"],
        What::Bare(400),
        "okta-api.md 7: access tokens that are not used as they are bound; RFC 6750 and 9449 say all of it in `WWW-Authenticate`",
    ),
    answer(&["* /**"], What::Bare(403), "the switch `oauth-refusal-body`, at `empty`: RFC 6750 says all of it in `WWW-Authenticate`"),
    // Statuses.
    answer(
        &["POST /oauth2/v1/clients/*/roles"],
        What::Status(201, 200),
        "recorded by the Terraform provider (TestAccResourceOktaAppOAuthRoleAssignment_basic; okta-api.md 4)",
    ),
    // Tokens.
    answer(
        &["POST /oauth2/v1/token", "POST /oauth2/*/v1/token"],
        What::Field(&["/token_type"], "enum", Some("\"DPoP\"")),
        "okta-api.md 6: a token that is bound to a key is of this type (RFC 9449, 5); the form is older than such tokens",
    ),
    // Paths.
    answer(
        &["* /api/v1/internal/apps/*/settings/oauth/idToken"],
        What::Operation(None),
        "recorded: the provider's own path, which Okta publishes nothing about (apps_internal.jsonl)",
    ),
    answer(&["GET /api/v1/users/me"], What::Operation(Some("User")), "a path of the users' API, from which the contract took forms only"),
    answer(
        &["GET /.well-known/oauth-authorization-server"],
        What::Operation(Some("OAuth_OAuthMetadata")),
        "okta-api.md 6 names the document for custom servers; RFC 8414 puts that of the org's own here",
    ),
    // Bodies.
    answer(
        &["POST /api/v1/apps/*/lifecycle/*"],
        What::Body(200, "{}"),
        "recorded: an empty object at every one (app lifecycles in apps.jsonl)",
    ),
    // Policies.
    answer(
        POLICIES,
        What::Field(&["/_embedded/resourceType"], "type", None),
        "recorded: a text in every access policy (policies.jsonl), as the form of access policies says; the form of all policies, which \
         they share, says object",
    ),
    // Apps.
    answer(
        APPS,
        What::Field(&["/name"], "enum", None),
        "recorded: apps of the catalogue have its name, whatever their mode (TestAccResourceOktaAppOauth_preconfigured, \
         TestAccResourceOktaAppSwaApplication_preconfig)",
    ),
    answer(
        APPS,
        What::Field(&["/signOnMode"], "enum", Some("null")),
        "recorded: apps of the catalogue that nobody signs in to (TestAccDataSourceOktaPushGroup_read)",
    ),
    answer(
        APPS,
        What::Field(
            &["/settings/app/buttonField", "/settings/app/passwordField", "/settings/app/usernameField", "/settings/app/url"],
            "required",
            None,
        ),
        "recorded: template_swa3field has other names for them, and apps of the catalogue have none \
         (TestAccResourceOktaAppThreeFieldApplication_crud, TestAccResourceOktaAppSwaApplication_preconfig)",
    ),
    answer(
        APPS,
        What::Field(
            &[
                "/settings/signOn/allowMultipleAcsEndpoints",
                "/settings/signOn/assertionSigned",
                "/settings/signOn/honorForceAuthn",
                "/settings/signOn/requestCompressed",
                "/settings/signOn/responseSigned",
            ],
            "required",
            None,
        ),
        "recorded: apps of the catalogue have only what overrides it (TestAccResourceOktaAppSaml_crud)",
    ),
    answer(
        APPS,
        What::Field(
            &[
                "/settings/app/audienceRestriction",
                "/settings/app/authnContextClassRef",
                "/settings/app/groupValueFormat",
                "/settings/app/nameIDFormat",
                "/settings/app/siteURL",
                "/settings/app/usernameAttribute",
                "/settings/app/wReplyURL",
            ],
            "required",
            None,
        ),
        "recorded for other modes: an app of the catalogue has its own settings (office365 in \
         TestAccResourceOktaAppSwaApplication_appSettingsJSON); the form is that of template_wsfed",
    ),
    answer(
        APPS,
        What::Field(&["/settings/signOn/loginUrl"], "type", Some("null")),
        "only where the switch `incomplete-settings` is `accept`, which stands for an org that demands none of them",
    ),
    answer(
        &["* /api/v1/apps", "* /api/v1/apps/*", "* /api/v1/apps/*/credentials/jwks**", "* /oauth2/v1/clients**"],
        What::Field(&["", "/jwks/keys/*", "/settings/oauthClient/jwks/keys/*"], SEVERAL, None),
        "recorded: an RSA key whose use is null or `enc` has both documented forms, that for signing and that for encryption, which do \
         not exclude each other (TestAccResourceOktaAppOauth_serviceWithJWKS)",
    ),
    answer(
        &["GET /api/v1/apps/*/credentials/jwks"],
        What::Field(&[""], "type", None),
        "the switch `jwks-list`: the specification's own example wraps the list, and Okta's Node SDK reads an object of keys",
    ),
    answer(
        &["GET /api/v1/apps/*/features/*"],
        What::Field(&["/capabilities/importSettings/username/usernameFormat"], "required", None),
        "recorded: it is spelled userNameFormat (TestAccDataSourceOktaAppFeatures_read)",
    ),
    // Groups.
    answer(
        &["GET /api/v1/groups/*/owners"],
        What::Field(&["/lastUpdated"], "format", None),
        "recorded: a time without zone (TestAccResourceOktaGroupOwners_alreadyAssignedOwner400)",
    ),
    // Clients.
    answer(
        &["* /oauth2/v1/clients**"],
        What::Field(&["/post_logout_redirect_uris"], "type", None),
        "a mistake of the form, which has items and says text; okta-api.md 4 and the form of apps have an array",
    ),
    // What our client sends.
    Departure {
        on: &["PUT /api/v1/apps/*"],
        side: Side::Request,
        what: What::Field(&["/credentials/oauthClient/client_secret"], "minLength", Some("\"\"")),
        evidence: "okta-api.md 2: an empty secret keeps the one that is there (of a real org: TestAccResourceOktaAppOauth_omitSecretSafeEnable)",
    },
];
