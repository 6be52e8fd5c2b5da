//! What the token endpoints refuse to clients that have proved who they are, whole: the groups of okta-api.md section 6.

use http::Response;
use idpctl_emulator::Org;
use serde_json::{Value, json};

use crate::{
    support::{create, send, server, switches, web},
    token_support::{
        BASE, GRANT, Key, NOW, ORG_TOKEN, Pairs, SECRET, TOKEN, basic, by_machine, drawn, header, keyed, post, post_keyed, proof_claims,
        secretive, whole, with_clients,
    },
};

const DEFAULT: &str = "/api/v1/authorizationServers/default";
async fn made(org: &Org, path: &str, sent: Value) -> String {
    let (status, answer) = send(org, "POST", path, sent).await;
    assert_eq!(status, 201, "{answer}");
    answer["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_request_that_is_none_is_refused() {
    let org = with_clients().await;
    let authorization = basic("machine");
    let headers: &[(&str, &str)] = &[("authorization", &authorization)];
    let rows: &[(&str, &str, Pairs<'_>, Pairs<'_>)] = &[
        ("no grant type", TOKEN, headers, &[]),
        ("an empty grant type", TOKEN, headers, &[("grant_type", "")]),
        ("a parameter twice", TOKEN, headers, &[GRANT, GRANT]),
        ("header and form", TOKEN, headers, &[GRANT, ("client_id", "machine"), ("client_secret", SECRET)]),
        ("header and id", TOKEN, headers, &[GRANT, ("client_id", "machine")]),
        ("header and assertion", TOKEN, headers, &[GRANT, ("client_assertion", "a.b.c")]),
        ("no type of an assertion", TOKEN, &[], &[GRANT, ("client_assertion", "a.b.c")]),
        ("another type of an assertion", TOKEN, &[], &[GRANT, ("client_assertion", "a.b.c"), ("client_assertion_type", "jwt")]),
        ("a secret in the URL", &format!("{TOKEN}?client_secret={SECRET}"), headers, &[GRANT]),
        ("an id in the URL", &format!("{TOKEN}?client_id=machine"), headers, &[GRANT]),
        ("introspection of nothing", "/oauth2/default/v1/introspect", headers, &[]),
        ("revocation of nothing", "/oauth2/default/v1/revoke", headers, &[("token", "")]),
        ("a secret in the URL of introspection", &format!("/oauth2/v1/introspect?client_secret={SECRET}"), headers, &[]),
        ("an id in the URL of revocation", "/oauth2/v1/revoke?client_id=machine", headers, &[]),
    ];
    let mut told = Vec::new();
    for (what, path, headers, form) in rows {
        told.push(whole(what, &post(&org, path, headers, form).await));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    no grant type
        400 {"error":"invalid_request","error_description":"The token request must specify a 'grant_type'. Valid values: [authorization_code, refresh_token, password, client_credentials, urn:ietf:params:oauth:grant-type:device_code]"}
    an empty grant type
        400 {"error":"invalid_request","error_description":"The token request must specify a 'grant_type'. Valid values: [authorization_code, refresh_token, password, client_credentials, urn:ietf:params:oauth:grant-type:device_code]"}
    a parameter twice
        400 {"error":"invalid_request","error_description":"The request contained multiple parameters with the same name."}
    header and form
        401 {"error":"invalid_request","error_description":"Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body."}
    header and id
        401 {"error":"invalid_request","error_description":"Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body."}
    header and assertion
        401 {"error":"invalid_request","error_description":"Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body."}
    no type of an assertion
        400 {"error":"invalid_request","error_description":"The client_assertion_type is invalid."}
    another type of an assertion
        400 {"error":"invalid_request","error_description":"The client_assertion_type is invalid."}
    a secret in the URL
        400 {"error":"invalid_request","error_description":"Client credentials cannot be supplied via query parameters."}
    an id in the URL
        400 {"error":"invalid_request","error_description":"Client credentials cannot be supplied via query parameters."}
    introspection of nothing
        400 {"error":"invalid_request","error_description":"The 'token' parameter is required."}
    revocation of nothing
        400 {"error":"invalid_request","error_description":"The 'token' parameter is required."}
    a secret in the URL of introspection
        400 {"error":"invalid_request","error_description":"Client credentials cannot be supplied via query parameters."}
    an id in the URL of revocation
        400 {"error":"invalid_request","error_description":"Client credentials cannot be supplied via query parameters."}
    "#);
}

#[tokio::test]
async fn grants_that_a_client_or_the_server_does_not_have_are_refused() {
    let org = with_clients().await;
    let mut person = web("For people");
    person["credentials"]["oauthClient"]["client_id"] = json!("person");
    person["credentials"]["oauthClient"]["client_secret"] = json!(SECRET);
    create(&org, person).await;
    let mut public = web("In a browser");
    public["credentials"]["oauthClient"] = json!({"client_id": "public", "token_endpoint_auth_method": "none", "pkce_required": true});
    public["settings"]["oauthClient"]["application_type"] = json!("browser");
    create(&org, public).await;
    let code = [("grant_type", "authorization_code"), ("code", "guessed")];
    let told = [
        by_machine(&org, TOKEN, &[&[("grant_type", "magic")], &[("grant_type", "implicit")], &[("grant_type", "password")]]).await,
        whole("a client without the grant", &post(&org, TOKEN, &[("authorization", &basic("person"))], &[GRANT]).await),
        whole("a public client", &post(&org, TOKEN, &[], &[GRANT, ("client_id", "public")]).await),
        whole("a code that nobody gave", &post(&org, TOKEN, &[("authorization", &basic("person"))], &code).await),
    ];
    insta::assert_snapshot!(told.join("\n"), @r#"
    grant_type=magic
        400 {"error":"unsupported_grant_type","error_description":"The authorization grant type is not supported by the authorization server. Configured grant types: [authorization_code, refresh_token, password, client_credentials, urn:ietf:params:oauth:grant-type:device_code]."}
    grant_type=implicit
        400 {"error":"unsupported_grant_type","error_description":"The authorization grant type is not supported by the authorization server. Configured grant types: [authorization_code, refresh_token, password, client_credentials, urn:ietf:params:oauth:grant-type:device_code]."}
    grant_type=password
        400 {"error":"unauthorized_client","error_description":"The client is not authorized to use the provided grant type. Configured grant types: [client_credentials]."}
    a client without the grant
        400 {"error":"unauthorized_client","error_description":"The client is not authorized to use the provided grant type. Configured grant types: [authorization_code]."}
    a public client
        400 {"error":"unauthorized_client","error_description":"The client is not authorized to use the provided grant type. Configured grant types: [authorization_code]."}
    a code that nobody gave
        400 {"error":"invalid_grant","error_description":"The authorization code is invalid or has expired."}
    "#);
}

#[tokio::test]
async fn scopes_of_a_server_that_are_not_to_be_had_are_refused() {
    let org = with_clients().await;
    made(&org, &format!("{DEFAULT}/scopes"), json!({"name": "asks.first", "consent": "REQUIRED"})).await;
    made(&org, &format!("{DEFAULT}/scopes"), json!({"name": "asks.too", "consent": "REQUIRED"})).await;
    let forms: &[Pairs<'_>] = &[
        &[GRANT],
        &[GRANT, ("scope", "nobody.knows")],
        &[GRANT, ("scope", "customScope nobody.knows")],
        &[GRANT, ("scope", "openid")],
        &[GRANT, ("scope", "customScope offline_access")],
        &[GRANT, ("scope", "okta.apps.read")],
        &[GRANT, ("scope", "customScope asks.too asks.first")],
    ];
    insta::assert_snapshot!(by_machine(&org, TOKEN, forms).await, @r#"
    grant_type=client_credentials
        400 {"error":"invalid_scope","error_description":"The authorization server resource does not have any configured default scopes, 'scope' must be provided."}
    grant_type=client_credentials&scope=nobody.knows
        400 {"error":"invalid_scope","error_description":"One or more scopes are not configured for the authorization server resource."}
    grant_type=client_credentials&scope=customScope nobody.knows
        400 {"error":"invalid_scope","error_description":"One or more scopes are not configured for the authorization server resource."}
    grant_type=client_credentials&scope=openid
        400 {"error":"invalid_scope","error_description":"Cannot request 'openid' scopes using client credentials."}
    grant_type=client_credentials&scope=customScope offline_access
        400 {"error":"invalid_scope","error_description":"Cannot request 'openid' scopes using client credentials."}
    grant_type=client_credentials&scope=okta.apps.read
        400 {"error":"invalid_scope","error_description":"One or more scopes are not configured for the authorization server resource."}
    grant_type=client_credentials&scope=customScope asks.too asks.first
        400 {"error":"consent_required","error_description":"The following scopes require user consent and cannot be granted for the client credentials grant type: [asks.too, asks.first]."}
    "#);
}

#[tokio::test]
async fn scopes_of_the_org_that_are_not_to_be_had_are_refused() {
    let org = drawn().await;
    let key = Key::draw();
    keyed(&org, "automaton", &key, &["okta.apps.read"], false).await;
    let mut told = Vec::new();
    let scopes = ["", "openid", "okta.apps.read profile", "customScope", "okta.pears.read", "okta.apps.read okta.users.read"];
    for (n, scope) in scopes.into_iter().enumerate() {
        let assertion = key.assertion("automaton", ORG_TOKEN, &n.to_string());
        let response = post_keyed(&org, ORG_TOKEN, &[], &assertion, &[GRANT, ("scope", scope)]).await;
        told.push(whole(&format!("scope={scope}"), &response));
    }
    org.set_switches(switches(&[("ungranted-scopes", "invalid-scope")]));
    let assertion = key.assertion("automaton", ORG_TOKEN, "last");
    let response = post_keyed(&org, ORG_TOKEN, &[], &assertion, &[GRANT, ("scope", "okta.users.read")]).await;
    told.push(whole("scope=okta.users.read, ungranted-scopes=invalid-scope", &response));
    insta::assert_snapshot!(told.join("\n"), @r#"
    scope=
        400 {"error":"invalid_scope","error_description":"No scopes were requested."}
    scope=openid
        400 {"error":"invalid_scope","error_description":"Cannot request 'openid' scopes using client credentials."}
    scope=okta.apps.read profile
        400 {"error":"invalid_scope","error_description":"Cannot request 'openid' scopes using client credentials."}
    scope=customScope
        400 {"error":"invalid_scope","error_description":"Custom scopes are not allowed for this request."}
    scope=okta.pears.read
        400 {"error":"invalid_scope","error_description":"One or more scopes are not configured for the authorization server resource."}
    scope=okta.apps.read okta.users.read
        400 {"error":"consent_required","error_description":"You are not allowed any of the requested scopes."}
    scope=okta.users.read, ungranted-scopes=invalid-scope
        400 {"error":"invalid_scope","error_description":"The requested scope is invalid, unknown, malformed, or exceeds the scope granted by the resource owner."}
    "#);
}

#[tokio::test]
async fn what_no_policy_is_for_is_denied() {
    let org = with_clients().await;
    let (id, _) = server(&org, "Own").await;
    let own = format!("/api/v1/authorizationServers/{id}");
    for scope in ["read", "write"] {
        made(&org, &format!("{own}/scopes"), json!({"name": scope})).await;
    }
    let (path, write) = (format!("/oauth2/{id}/v1/token"), [GRANT, ("scope", "write")]);
    let mut told = vec![by_machine(&org, &path, &[&write]).await];
    let policy = json!({
        "type": "OAUTH_AUTHORIZATION_POLICY", "name": "Only", "description": "For the test", "priority": 1,
        "conditions": {"clients": {"include": ["machine"]}},
    });
    let only = made(&org, &format!("{own}/policies"), policy).await;
    let rule = json!({
        "type": "RESOURCE_ACCESS", "name": "Reading", "priority": 1,
        "conditions": {"grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": ["read"]}},
        "actions": {"token": {"accessTokenLifetimeMinutes": 10}},
    });
    made(&org, &format!("{own}/policies/{only}/rules"), rule).await;
    for chosen in [("no-matching-policy", "401"), ("no-matching-policy", "400"), ("scopes-outside-rules", "denied")] {
        org.set_switches(switches(&[chosen]));
        let answers = by_machine(&org, &path, &[&write, &[GRANT, ("scope", "read write")]]).await;
        told.push(format!("{}={}\n{answers}", chosen.0, chosen.1));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    grant_type=client_credentials&scope=write
        401 {"error":"access_denied","error_description":"Policy evaluation failed for this request, please check the policy configurations."}
    no-matching-policy=401
    grant_type=client_credentials&scope=write
        401 {"error":"access_denied","error_description":"Policy evaluation failed for this request, please check the policy configurations."}
    grant_type=client_credentials&scope=read write
        401 {"error":"access_denied","error_description":"Policy evaluation failed for this request, please check the policy configurations."}
    no-matching-policy=400
    grant_type=client_credentials&scope=write
        400 {"error":"access_denied","error_description":"Policy evaluation failed for this request, please check the policy configurations."}
    grant_type=client_credentials&scope=read write
        400 {"error":"access_denied","error_description":"Policy evaluation failed for this request, please check the policy configurations."}
    scopes-outside-rules=denied
    grant_type=client_credentials&scope=write
        400 {"error":"access_denied","error_description":"Policy evaluation succeeded, but all the requested scopes were rejected."}
    grant_type=client_credentials&scope=read write
        400 {"error":"access_denied","error_description":"Some of the requested scopes were denied by the policy. Denied scopes: [write]."}
    "#);
}

#[tokio::test]
async fn every_fault_of_a_proof_is_told() {
    let org = with_clients().await;
    let mut bound = secretive("bound-machine", "client_secret_basic");
    bound["settings"]["oauthClient"]["dpop_bound_access_tokens"] = json!(true);
    create(&org, bound).await;
    let (key, other) = (Key::draw(), Key::draw());
    let form = [GRANT, ("scope", "customScope")];
    let ask = async |proofs: &[&str]| -> Response<Vec<u8>> {
        let authorization = basic("bound-machine");
        let mut headers = vec![("authorization", authorization.as_str())];
        headers.extend(proofs.iter().map(|proof| ("dpop", *proof)));
        post(&org, TOKEN, &headers, &form).await
    };
    let nonce = header(&ask(&[&key.proof(TOKEN, &json!({}))]).await, "dpop-nonce").to_owned();
    let good = json!({"nonce": nonce, "jti": "one"});
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        key.proof(TOKEN, &claims)
    };
    let head = |head: Value| key.sign(&head, &proof_claims(TOKEN, &good));
    let own = key.public();
    let mut private = own.clone();
    private["d"] = json!("AA");
    let rows = [
        ("no nonce", with("nonce", Value::Null)),
        ("a nonce of another", with("nonce", json!("guessed"))),
        ("no token", "a.b.c".to_owned()),
        ("another type", head(json!({"typ": "JWT", "alg": "ES256", "jwk": own}))),
        ("no signature", head(json!({"typ": "dpop+jwt", "alg": "none", "jwk": own}))),
        ("a secret as key", head(json!({"typ": "dpop+jwt", "alg": "HS256", "jwk": own}))),
        ("no key", head(json!({"typ": "dpop+jwt", "alg": "ES256"}))),
        ("a private key", head(json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": private}))),
        ("the key of another", head(json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": other.public()}))),
        ("another method", with("htm", json!("GET"))),
        ("another endpoint", with("htu", json!(format!("{BASE}{ORG_TOKEN}")))),
        ("the server by its id", with("htu", json!(format!("{BASE}/oauth2/aus1/v1/token")))),
        ("no time", with("iat", Value::Null)),
        ("issued in the future", with("iat", json!(NOW + 61))),
        ("issued long ago", with("iat", json!(NOW - 301))),
        ("expired", with("exp", json!(NOW))),
        ("a number as id", with("jti", json!(1))),
        ("no id", with("jti", Value::Null)),
        ("first use", with("jti", json!("once"))),
        ("second use", with("jti", json!("once"))),
    ];
    let mut told = vec![whole("none", &ask(&[]).await), whole("two", &ask(&[&rows[0].1, &rows[1].1]).await)];
    for (what, proof) in rows {
        let answer = ask(&[&proof]).await;
        told.push(if answer.status() == 200 { format!("{what}\n    200") } else { whole(what, &answer) });
        assert_eq!(answer.headers().contains_key("dpop-nonce"), what.contains("nonce"), "{what}");
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    none
        400 {"error":"invalid_dpop_proof","error_description":"The DPoP proof JWT header is missing."}
    two
        400 {"error":"invalid_dpop_proof","error_description":"Multiple DPoP proof JWT headers are not allowed."}
    no nonce
        400 {"error":"use_dpop_nonce","error_description":"Authorization server requires nonce in DPoP proof."}
    a nonce of another
        400 {"error":"use_dpop_nonce","error_description":"Authorization server requires nonce in DPoP proof."}
    no token
        400 {"error":"invalid_dpop_proof","error_description":"The DPoP proof JWT cannot be parsed."}
    another type
        400 {"error":"invalid_dpop_proof","error_description":"'typ' must be 'dpop+jwt' in the DPoP proof JWT."}
    no signature
        400 {"error":"invalid_dpop_proof","error_description":"The DPoP proof JWT signature algorithm is invalid."}
    a secret as key
        400 {"error":"invalid_dpop_proof","error_description":"The DPoP proof JWT signature algorithm is invalid."}
    no key
        400 {"error":"invalid_dpop_proof","error_description":"The DPoP proof JWT is invalid."}
    a private key
        400 {"error":"invalid_dpop_proof","error_description":"The DPoP proof JWT cannot be parsed."}
    the key of another
        400 {"error":"invalid_dpop_proof","error_description":"The DPoP proof JWT signature is invalid."}
    another method
        400 {"error":"invalid_dpop_proof","error_description":"'htm' claim in the DPoP proof JWT is invalid."}
    another endpoint
        400 {"error":"invalid_dpop_proof","error_description":"'htu' claim in the DPoP proof JWT is invalid."}
    the server by its id
        400 {"error":"invalid_dpop_proof","error_description":"'htu' claim in the DPoP proof JWT is invalid."}
    no time
        400 {"error":"invalid_dpop_proof","error_description":"'iat' claim in the DPoP proof JWT is invalid."}
    issued in the future
        400 {"error":"invalid_dpop_proof","error_description":"The DPoP proof JWT is issued in the future."}
    issued long ago
        400 {"error":"invalid_dpop_proof","error_description":"The DPoP proof JWT is issued more than five minutes in the past."}
    expired
        400 {"error":"invalid_dpop_proof","error_description":"The DPoP proof JWT is expired."}
    a number as id
        400 {"error":"invalid_dpop_proof","error_description":"'jti' claim in the DPoP proof JWT is invalid."}
    no id
        400 {"error":"invalid_dpop_proof","error_description":"'jti' claim in the DPoP proof JWT is invalid."}
    first use
        200
    second use
        400 {"error":"invalid_dpop_proof","error_description":"The DPoP proof JWT has already been used."}
    "#);
}

#[tokio::test]
async fn a_server_that_there_is_not_is_not_found() {
    let org = with_clients().await;
    let mut told = Vec::new();
    for end in ["token", "introspect", "revoke"] {
        told.push(by_machine(&org, &format!("/oauth2/nowhere/v1/{end}"), &[&[GRANT]]).await);
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    grant_type=client_credentials
        404 {"errorCode":"E0000007","errorSummary":"Not found: Resource not found: nowhere (AuthorizationServer)","errorLink":"E0000007","errorId":"oae","errorCauses":[]}
    grant_type=client_credentials
        404 {"errorCode":"E0000007","errorSummary":"Not found: Resource not found: nowhere (AuthorizationServer)","errorLink":"E0000007","errorId":"oae","errorCauses":[]}
    grant_type=client_credentials
        404 {"errorCode":"E0000007","errorSummary":"Not found: Resource not found: nowhere (AuthorizationServer)","errorLink":"E0000007","errorId":"oae","errorCauses":[]}
    "#);
}
