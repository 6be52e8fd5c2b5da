//! Codes of checks across fields and documents.

super::codes! { RULE:
    GRANT_TYPE = 501, "a grant type that this sort of application cannot have",
        "Each `application_type` allows certain grant types; Okta refuses the others.",
        "Choose among the grant types that the message lists, or another `application_type`.";
    GRANT_REQUIRED = 502, "a grant type that this sort of application must have",
        "Okta refuses a web or native application without `authorization_code`, and a service without `client_credentials`.",
        "Add the grant type that the message names, or choose another `application_type`.";
    RESPONSE_TYPE = 503, "response types that do not go with the grant types",
        "`code` needs a grant that uses codes; `token` and `id_token` need `implicit` or `client_credentials`.",
        "Add the grant type, or take the response type out.";
    REFRESH_TOKEN = 504, "refresh token settings without the grant",
        "Okta refuses `refresh_token` settings where the grant type `refresh_token` is missing.",
        "Add `refresh_token` to `grant_types`, or take the settings out.";
    BACKCHANNEL = 505, "backchannel settings without the grant",
        "The settings of backchannel authentication belong to the CIBA grant type.",
        "Add `urn:openid:params:grant-type:ciba` to `grant_types`, or take the settings out.";
    IDP_INITIATED = 506, "a sign-in started by Okta that cannot work",
        "The modes SPEC and OKTA need `initiate_login_uri`, and for web and browser applications a grant with which users sign in.",
        "Set what is missing, or `mode: DISABLED`.";
    REDIRECT_MISSING = 507, "no redirect URI for a grant that needs one",
        "With `authorization_code` or `implicit` users are sent back to a redirect URI; Okta refuses an empty list then.",
        "Add a redirect URI, or take the grant type out.";
    LOGOUT = 508, "single logout on an application that cannot take part",
        "Only web and browser applications take part in front-channel logout.",
        "Take the field out, or choose another `application_type`.";
    LEEWAY = 509, "a leeway without rotation",
        "Okta drops `leeway` without a word where `rotation_type` is STATIC.",
        "Take `leeway` out, or set `rotation_type: ROTATE`.";
    URI_FORM = 510, "a URI that cannot be used",
        "Redirect and logout URIs are absolute and without a fragment; the addresses of pages are http or https URLs.",
        "Write the whole URI, starting with its scheme.";
    WILDCARD = 511, "a wildcard where there can be none",
        "Okta takes one `*`, as or in the lowest label of an https host, with a label between it and the top-level domain, and only with `wildcard_redirect: SUBDOMAIN`.",
        "List the URIs without a wildcard; RFC 9700 advises it anyway.";
    CLIENT_ID = 520, "a `client_id` that Okta would refuse",
        "A client id has 6 to 100 letters, digits and characters of `$-_.+!*'(),`, and is not `ALL_CLIENTS`.",
        "Choose another client id.";
    PKCE = 521, "a public client without PKCE",
        "A client that does not authenticate (`none`) must use PKCE; Okta refuses the combination.",
        "Set `pkce_required: true`, or another `token_endpoint_auth_method`.";
    SECRETS_UNUSED = 522, "secrets of a client that cannot have any",
        "With `private_key_jwt` and `none` a client has no secrets; Okta refuses them.",
        "Take `client_secrets` out, or choose another `token_endpoint_auth_method`.";
    SECRETS_TOO_MANY = 523, "more than two secrets of a client",
        "Okta keeps two secrets a client.",
        "Remove the one that is not used any more.";
    SECRET_NAME_TWICE = 524, "two secrets of one name",
        "The name tells a client's secrets apart in plans and reports.",
        "Rename one of the two.";
    SECRET_VALUE_TWICE = 525, "two secrets with one value",
        "Both entries refer to the same value, so both would mean the same secret at the server.",
        "Refer to another variable or file in one of the two.";
    KEYS_TWICE = 526, "keys given in two ways",
        "`jwks` and `jwks_uri` exclude each other: switching to one deletes what the other holds.",
        "Keep one of the two.";
    KEY_FORM = 527, "a set of keys that Okta would refuse",
        "RSA keys have at least 2048 bits; several keys need a `kid` each, no two the same; one key may be for encryption, and that is RSA; there are at most 50.",
        "Correct the key that is marked.";
    PRIVATE_KEY_UNUSED = 528, "a private key of a client that does not use one",
        "Only a client with `private_key_jwt` signs in with its private key, so that `verify` would never use it.",
        "Take `private_key` out, or set `token_endpoint_auth_method: private_key_jwt`.";
    SAME_CLIENT_ID = 530, "two apps with one `client_id`",
        "A client id belongs to one app.",
        "Choose another client id for one of the two.";
    SAME_ID = 531, "two documents for one live object",
        "`metadata.id` pins a document to a live object; two documents would fight over it.",
        "Remove or correct one of the two.";
    SCOPE_TWICE = 532, "a scope that is granted twice",
        "A scope is granted to an app once; two documents would fight over it.",
        "Remove one of the two.";
    SCOPE_FORM = 533, "a text that cannot be a scope",
        "A scope is printable ASCII without spaces, quotes and backslashes (RFC 6749, 3.3).",
        "List each scope as an item of its own.";
    ISSUER = 534, "an issuer that cannot grant Okta's scopes",
        "Scopes of Okta's API come from the org authorization server, whose issuer is the org's URL without a path.",
        "Take `issuer` out: the org's own URL is the default.";
    GROUP_TWICE = 535, "a group that is assigned twice",
        "A group is assigned to an app once; two entries would fight over its priority and profile.",
        "Remove one of the two.";
    PRIORITY_TWICE = 536, "two groups of one priority",
        "The priority decides which of a user's groups gives the profile; with equal ones nobody knows which.",
        "Give one of the two another priority.";
    GROUPS_MOOT = 537, "groups of an app that everybody has",
        "With `implicitAssignment` every user has access to the app, whatever groups are assigned to it.",
        "Take `implicitAssignment` out, or the groups.";
    METADATA_ELSEWHERE = 540, "metadata that has no effect here",
        "The app is declared by a document of its own, and what `metadata` says of it is said there.",
        "Move the member to the App document.";
    METADATA_NO_EFFECT = 541, "metadata that has no effect on this kind",
        "The portal's objects and authorization servers bear no mark, so there is nothing to adopt and no place to remember a protection.",
        "Take the member out.";
    DISCOVERY = 550, "a discovery document that cannot be used",
        "The portal reads from `WellKnownURL` where to register clients.",
        "Write the whole https URL of the provider's discovery document.";
    OKTA_APP_TYPE = 551, "a client type for Okta without `OktaAppType`",
        "Okta registers a client as a sort of application, and the portal's documentation calls `OktaAppType` needed for a provider of that type.",
        "Say `web`, `native`, `browser` or `service`.";
    OKTA_GRANT = 552, "a client type that Okta would refuse to register",
        "Okta refuses a web or native application without `authorization_code`, and a service without `client_credentials`.",
        "Add the grant type that the message names, or choose another `OktaAppType`.";
    OKTA_GRANT_ODD = 553, "a grant type that Okta may refuse for this sort of application",
        "Okta's documentation does not list the grant type for the sort; its API takes some that are not listed.",
        "Choose among the grant types that the message lists, or another `OktaAppType`.";
    OKTA_RESPONSE = 554, "a response type that Okta refuses without `implicit`",
        "Okta registers `token` and `id_token` only with the grant type `implicit`, but for a service.",
        "Take the response type out, or add `implicit`.";
    OKTA_METHOD = 555, "a secret for an application that cannot keep one",
        "Browser and native applications are public clients: whoever has the application has the secret.",
        "Take `TokenEndpointAuthMethod` out, or choose another `OktaAppType`.";
    IT_TOKEN = 556, "the response type `it_token`",
        "The portal's API description lists `it_token`, its documentation and every provider `id_token`.",
        "Write `id_token` unless your portal refuses it.";
    PART_TWICE = 560, "two children of an authorization server with one name",
        "Scopes, policies and the rules of a policy are found by their names, claims by their name and sort of token.",
        "Rename or remove one of the two.";
    SAME_PLACE = 561, "two policies or rules in one place",
        "Policies, and the rules of a policy, are tried in ascending priority, and the first that matches decides; Okta moves one of two that have the same.",
        "Give each a priority of its own.";
    AUDIENCE = 562, "an authorization server without exactly one audience",
        "Okta takes one audience for a server: it becomes the `aud` of its access tokens.",
        "Name one; an API of its own gets a server of its own.";
    SCOPE_RESERVED = 563, "a scope that Okta keeps for itself",
        "Names that start with `okta.` are scopes of Okta's own APIs.",
        "Choose another name.";
    CLAIM = 564, "a claim that Okta would refuse or change",
        "Claims of Okta's own have no value, others need one; groups alone are filtered; claims of access tokens are always included.",
        "Correct the field that is marked.";
    CLIENTS = 565, "clients of a policy that do not go together",
        "`ALL_CLIENTS` means every client, so others beside it say nothing; a client is named once.",
        "Keep `ALL_CLIENTS` alone, or take it out.";
    RULE_PEOPLE = 566, "a rule for people that is for nobody",
        "With every grant but `client_credentials` somebody signs in, and Okta refuses a rule that includes no users and no groups.",
        "Include groups or users, for example the group `EVERYONE`.";
    RULE_TOKENS = 567, "refresh tokens that live shorter than access tokens",
        "Okta refuses a rule whose refresh tokens end before its access tokens do.",
        "Raise `refreshTokenLifetimeMinutes`, or say 0 for no end.";
    RULE_CONSENT = 568, "a scope that needs consent where there is nobody to ask",
        "With `client_credentials` a client acts for itself; a request for a scope whose consent is REQUIRED fails.",
        "Say `consent: FLEXIBLE` of the scope.";
    RULE_PEOPLE_FORM = 569, "people of a rule by something else than their ids",
        "A rule names groups and users by their ids alone; nobody looks their names up.",
        "Write the id, which starts with `00g` for a group and `00u` for a user, or `EVERYONE` as the only group.";
    OUTPUT_UNUSED = 570, "a file for a secret that Okta does not make",
        "Okta makes new secrets for clients with `client_secret_basic` and `client_secret_post` alone.",
        "Take `client_secret_output` out, or choose one of these two methods.";
}
