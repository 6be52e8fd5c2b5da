//! Codes of dangers that changes bring: nothing is wrong with the manifests, and somebody should look all the same.

super::codes! { FINDING:
    CUTOVER = 4001 [High, "https://developer.okta.com/docs/guides/client-secret-rotation-key/main/"],
        "one secret comes and another goes in one apply",
        "Consumers that still have the old secret fail from the apply on until they have the new one.",
        "Apply the new secret first; retire the old one in another change, when every consumer has switched.";
    LABEL_ADOPTION = 4002 [Medium, "https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/"],
        "an app is taken over by its label",
        "A label is not unique and anybody who can edit an app can change it, so another app may be taken over than is meant.",
        "Compare the app's id with the one that you mean, and pin it with `metadata.id`.";
    NOT_AN_ISSUER = 4101 [High, "https://www.rfc-editor.org/rfc/rfc9700#section-2.6"],
        "a provider of the portal that is no issuer of the org",
        "The portal reads at `WellKnownURL` where to register clients. It stores any address, and the first access request that is approved fails, or registers a client in another org.",
        "Write the discovery document of one of the org's issuers, for example https://acme.okta.com/oauth2/default/.well-known/openid-configuration.";
    PORTAL_SCOPE = 4102 [Medium, "https://developer.okta.com/docs/guides/customize-authz-server/main/"],
        "a scope of the portal that no authorization server has",
        "The portal asks for the scopes of a product and its plan when it registers a client. Scopes must exist at the provider before, or no access request can be approved.",
        "Declare the scope in the AuthorizationServer document of the provider's server, or take it out of the product or plan.";
    TOKEN_OF_ANOTHER = 4103 [High, "https://www.rfc-editor.org/rfc/rfc9700#section-4.4"],
        "a provider's address changes and its registration token stays",
        "The portal sends the registration token to whatever `WellKnownURL` leads to. The token of one identity provider, for Okta an API token with the rights of an administrator, would be in the hands of another.",
        "Declare the new provider's own token in `RegistrationAccessToken`, and revoke the old one at the old provider.";
    NO_CERTIFICATE_CHECK = 4104 [High, "https://www.rfc-editor.org/rfc/rfc9700#section-2.6"],
        "a provider whose certificate is not checked",
        "With `SSLInsecureSkipVerify` whoever is on the way can pose as the provider, read the registration token, and answer with endpoints of their own.",
        "Take it out; have the portal trust the authority that signed the provider's certificate.";
    NARROWED = 4105 [Low, "https://www.rfc-editor.org/rfc/rfc9700#section-2.3"],
        "a client type is narrowed, and its clients are not",
        "A client type is what new clients are registered with. The credentials that it has issued keep the grants and response types that they have.",
        "Revoke the credentials that must not have it, or change the clients at the provider.";
    ANY_CLIENT = 4201 [High, "https://developer.okta.com/docs/guides/configure-access-policy/main/"],
        "a policy that is opened to every client",
        "A client that somebody registers later, or whose credentials leak, is issued tokens of the server like those that it was made for.",
        "Name the clients in `conditions.clients.include`.";
    ANY_SCOPE = 4202 [Medium, "https://www.rfc-editor.org/rfc/rfc9700#section-2.3"],
        "a rule that lets clients have every scope",
        "Tokens should carry the privileges that are needed and no more (RFC 9700, section 2.3); a scope that is declared later is given away as well.",
        "Name the scopes in `conditions.scopes.include`.";
    LONG_LIVED = 4203 [Medium, "https://www.rfc-editor.org/rfc/rfc9700#section-2.2.1"],
        "access tokens that live for a day",
        "A resource server checks a token by its signature and asks nobody, so neither a revocation nor the end of an account ends it. A day is the longest that Okta allows.",
        "Have `accessTokenLifetimeMinutes` be an hour or less; clients get new tokens without anybody noticing.";
    SCOPE_CONSENT_DROPPED = 4204 [Medium, "https://developer.okta.com/docs/guides/request-user-consent/main/"],
        "people are not asked any more before a client gets a scope",
        "Consent is where people see what a client is about to do in their name. Clients that they have never heard of get the scope without a word.",
        "Leave `consent` as it was, unless every client that may have the scope is your own.";
    REDIRECT_WILDCARD = 4301 [High, "https://www.rfc-editor.org/rfc/rfc9700#section-4.1.3"],
        "a redirect URI with a wildcard",
        "Codes and tokens are sent to any host that fits. One forgotten host name below it, or one page there that redirects further, is enough to take over accounts.",
        "Write each redirect URI in full.";
    REDIRECT_HTTP = 4302 [High, "https://www.rfc-editor.org/rfc/rfc9700#section-2.6"],
        "a redirect URI that is plain http to another machine",
        "The answer with the code crosses the network unencrypted. Plain http is for programs on the user's own machine alone.",
        "Use https.";
    REDIRECT_ADDRESS = 4303 [Medium, "https://www.rfc-editor.org/rfc/rfc9700#section-4.1"],
        "a redirect URI that is the address of a machine",
        "Addresses are given to other machines in time, and nobody takes the URI out then; a certificate for an address is rare, and rarely checked.",
        "Use a host name that is yours.";
    IMPLICIT = 4401 [High, "https://www.rfc-editor.org/rfc/rfc9700#section-2.1.2"],
        "the implicit grant",
        "Tokens are put into URLs, from where histories, logs and other sites get them, and nothing binds them to the client that asked.",
        "Use the authorization code grant with PKCE.";
    PASSWORD = 4402 [High, "https://www.rfc-editor.org/rfc/rfc9700#section-2.4"],
        "the password grant",
        "The client sees people's passwords, people learn to type them anywhere, and a second factor has no place in it. RFC 9700 forbids it.",
        "Use the authorization code grant with PKCE.";
    NO_PKCE = 4403 [High, "https://www.rfc-editor.org/rfc/rfc9700#section-2.1.1"],
        "a public client that need not use PKCE",
        "A public client proves nothing at the token endpoint, so whoever gets hold of a code can redeem it, or slip one of their own into somebody's session.",
        "Set `pkce_required: true`.";
    NO_AUTHENTICATION = 4404 [High, "https://www.rfc-editor.org/rfc/rfc9700#section-2.5"],
        "a confidential client that does not authenticate",
        "A client on a server can keep a secret. Without one, its id is all that anybody needs to pose as it.",
        "Set `token_endpoint_auth_method` to `private_key_jwt`, or to `client_secret_basic` at least.";
    WEAKER_METHOD = 4405 [Medium, "https://www.rfc-editor.org/rfc/rfc9700#section-2.5"],
        "a client that proves less than before",
        "A key that never leaves its owner proves more than a secret that is sent along, and that more than nothing.",
        "Leave `token_endpoint_auth_method` as it was; a new key or secret can be declared beside the old one.";
    NO_ROTATION = 4406 [Medium, "https://www.rfc-editor.org/rfc/rfc9700#section-2.2.2"],
        "a client in a browser whose refresh tokens are not rotated",
        "What a script in the page can read can be stolen. With rotation a stolen refresh token is found out when both sides use it; without, it works until it ends.",
        "Set `refresh_token: {rotation_type: ROTATE}`, or bind the tokens to a key with `dpop_bound_access_tokens: true`.";
    DPOP_OFF = 4407 [Medium, "https://www.rfc-editor.org/rfc/rfc9700#section-2.2.1"],
        "tokens that are not bound to a key any more",
        "A token that is bound is of no use to whoever steals it. This protection goes for all tokens of the client.",
        "Leave `dpop_bound_access_tokens: true`; a client that cannot send proofs can be another app.";
    CONSENT_DROPPED = 4408 [Medium, "https://developer.okta.com/docs/guides/request-user-consent/main/"],
        "people are not asked any more whether a client may act for them",
        "Consent is where people see what a client is about to do in their name, and can say no.",
        "Leave `consent_method: REQUIRED`, unless the client is your own.";
    SYMMETRIC = 4409 [Low, "https://www.rfc-editor.org/rfc/rfc9700#section-2.5"],
        "requests that are signed with a symmetric key",
        "Whoever can check such a signature can forge it: the client's secret has to be wherever requests are checked. RSA keys shorter than 2048 bits, which Okta refuses, are errors and no findings.",
        "Use an algorithm with a key pair, such as RS256 or ES256.";
    MANAGE_SCOPE = 4501 [High, "https://developer.okta.com/docs/guides/implement-oauth-for-okta/main/"],
        "a client that may change the org",
        "With an `okta.*.manage` scope a client changes users, groups, apps or policies, as far as its admin role goes. Whoever gets hold of its key does the same.",
        "Grant the `read` scope if reading is enough; give the client an admin role for no more than it manages.";
    GRANT_OF_NO_USE = 4502 [Low, "https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/main/"],
        "a scope of Okta's API that the client cannot use",
        "Without people, Okta issues tokens with `okta.*` scopes to service apps alone, and to those only by `private_key_jwt`. A grant that nobody can use now is a right in waiting for whoever changes the client.",
        "Have the client be a service app with a key, or take the grant out.";
}
