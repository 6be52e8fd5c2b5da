//! The known departures, each with its evidence: refusals first, then statuses, paths and bodies.

use super::{Departure, What};
use crate::contract::violation::{SEVERAL, Side};

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
    Departure {
        on: &["POST /oauth2/v1/clients", "PUT /oauth2/v1/clients/*"],
        side: Side::Request,
        what: What::Field(&["/post_logout_redirect_uris"], "type", None),
        evidence: "the same mistake of the form as in answers: okta-api.md 4 and the form of apps have an array",
    },
    Departure {
        on: &["POST /oauth2/v1/clients", "PUT /oauth2/v1/clients/*"],
        side: Side::Request,
        what: What::Field(&["/jwks/keys/*"], SEVERAL, None),
        evidence: "a key need not say its use, and goes back as it was answered, with `use: null` (okta-api.md 4): it has both documented \
         forms then, as in answers",
    },
];
