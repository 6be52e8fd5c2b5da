//! Codes of dangers that a plan brings: nothing is wrong with the manifests, and somebody should look all the same.

super::codes! { FINDING:
    CUTOVER = 4001, "one secret comes and another goes in one apply",
        "Consumers that still have the old secret fail from the apply on until they have the new one.",
        "Apply the new secret first; retire the old one in another change, when every consumer has switched.";
    LABEL_ADOPTION = 4002, "an app is taken over by its label",
        "A label is not unique and anybody who can edit an app can change it, so another app may be taken over than is meant.",
        "Compare the app's id with the one that you mean, and pin it with `metadata.id`.";
    NOT_AN_ISSUER = 4101, "a provider of the portal that is no issuer of the org",
        "The portal reads at `WellKnownURL` where to register clients. It stores any address, and the first access request that is approved fails, or registers a client in another org.",
        "Write the discovery document of one of the org's issuers, for example https://acme.okta.com/oauth2/default/.well-known/openid-configuration.";
    PORTAL_SCOPE = 4102, "a scope of the portal that no authorization server has",
        "The portal asks for the scopes of a product and its plan when it registers a client. Scopes must exist at the provider before, or no access request can be approved.",
        "Declare the scope in the AuthorizationServer document of the provider's server, or take it out of the product or plan.";
    ANY_CLIENT = 4201, "a policy that is opened to every client",
        "A client that somebody registers later, or whose credentials leak, is issued tokens of the server like those that it was made for.",
        "Name the clients in `conditions.clients.include`.";
    ANY_SCOPE = 4202, "a rule that lets clients have every scope",
        "Tokens should carry the privileges that are needed and no more (RFC 9700, section 2.3); a scope that is declared later is given away as well.",
        "Name the scopes in `conditions.scopes.include`.";
}
