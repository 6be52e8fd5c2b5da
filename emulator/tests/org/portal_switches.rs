//! What nobody knows about the portal, under each answer to it.

use idpctl_emulator::Org;
use serde_json::{Value, json};

use crate::support::{client_type, portal, portal_ok, provider, switched};

const PATH: &str = "/oauth-providers/1/client-types";

/// An org with some switches set and a provider of type Okta.
async fn with_provider(switches: &[(&str, &str)]) -> Org {
    let org = switched(switches);
    portal_ok(&org, "POST", "/oauth-providers", provider("Okta prod")).await;
    org
}

/// Creates a client type that differs from the usual one in some keys, and returns the status and these keys of the answer.
async fn made_with(switches: &[(&str, &str)], keys: Value) -> String {
    let org = with_provider(switches).await;
    let mut body = client_type("Web");
    body.as_object_mut().unwrap().extend(keys.as_object().unwrap().clone());
    let (status, made) = portal(&org, "POST", PATH, body).await;
    let shown = keys.as_object().unwrap().keys().map(|key| format!("{key}={}", made.get(key).map_or("-".into(), Value::to_string)));
    format!("{switches:?} {keys} -> {status} {}", shown.collect::<Vec<_>>().join(" "))
}

#[tokio::test]
async fn a_put_merges_or_replaces_but_needs_the_required_keys_either_way() {
    for (switch, description, verify) in [("merges", "For servers", true), ("replaces", "", false)] {
        let org = with_provider(&[("portal-put", switch)]).await;
        portal_ok(&org, "POST", PATH, client_type("Web")).await;
        let short = json!({"Name": "Web", "ResponseTypes": "code", "GrantType": "authorization_code"});
        let shown = portal_ok(&org, "PUT", &format!("{PATH}/1"), short).await;
        assert_eq!((&shown["Description"], &shown["ResponseTypes"]), (&json!(description), &json!("code")));
        assert_eq!(portal(&org, "PUT", &format!("{PATH}/1"), json!({"Description": "x"})).await.0, 400);

        let mut body = provider("Okta prod");
        body["SSLInsecureSkipVerify"] = json!(true);
        portal_ok(&org, "PUT", "/oauth-providers/1", body.clone()).await;
        body.as_object_mut().unwrap().shift_remove("SSLInsecureSkipVerify");
        assert_eq!(portal_ok(&org, "PUT", "/oauth-providers/1", body).await["SSLInsecureSkipVerify"], verify);
    }
}

#[tokio::test]
async fn an_omitted_token_is_kept_or_wiped_whatever_else_a_put_does() {
    for put in ["merges", "replaces"] {
        for (switch, left) in [("keep", Some("00made-up")), ("wipe", None)] {
            let org = with_provider(&[("portal-put", put), ("portal-omitted-token", switch)]).await;
            let mut body = provider("Okta");
            body.as_object_mut().unwrap().shift_remove("RegistrationAccessToken");
            portal_ok(&org, "PUT", "/oauth-providers/1", body).await;
            assert_eq!(org.live_registration_token("1").as_deref(), left, "{put} {switch}");
        }
    }
}

#[tokio::test]
async fn lists_in_strings_are_kept_sorted_or_spaced() {
    let mut seen = Vec::new();
    for switch in ["kept", "sorted", "spaced"] {
        for text in ["token,code", "token, code,token"] {
            seen.push(made_with(&[("portal-csv", switch)], json!({"ResponseTypes": text})).await);
        }
    }
    insta::assert_snapshot!(seen.join("\n"), @r#"
    [("portal-csv", "kept")] {"ResponseTypes":"token,code"} -> 200 ResponseTypes="token,code"
    [("portal-csv", "kept")] {"ResponseTypes":"token, code,token"} -> 200 ResponseTypes="token, code,token"
    [("portal-csv", "sorted")] {"ResponseTypes":"token,code"} -> 200 ResponseTypes="code,token"
    [("portal-csv", "sorted")] {"ResponseTypes":"token, code,token"} -> 200 ResponseTypes="code,token"
    [("portal-csv", "spaced")] {"ResponseTypes":"token,code"} -> 200 ResponseTypes="token, code"
    [("portal-csv", "spaced")] {"ResponseTypes":"token, code,token"} -> 200 ResponseTypes="token, code, token"
    "#);
}

#[tokio::test]
async fn arrays_are_joined_cut_to_their_first_or_refused() {
    let mut seen = Vec::new();
    for switch in ["joined", "first", "refused"] {
        let array = [("portal-array-input", switch)];
        seen.push(made_with(&array, json!({"ResponseTypes": ["token", "code"], "TokenEndpointAuthMethod": ["client_secret_post"]})).await);
        seen.push(made_with(&array, json!({"OktaAppType": ["web", "native"]})).await);
        seen.push(made_with(&array, json!({"GrantType": []})).await);
    }
    insta::assert_snapshot!(seen.join("\n"), @r#"
    [("portal-array-input", "joined")] {"ResponseTypes":["token","code"],"TokenEndpointAuthMethod":["client_secret_post"]} -> 200 ResponseTypes="token,code" TokenEndpointAuthMethod="client_secret_post"
    [("portal-array-input", "joined")] {"OktaAppType":["web","native"]} -> 400 OktaAppType=-
    [("portal-array-input", "joined")] {"GrantType":[]} -> 400 GrantType=-
    [("portal-array-input", "first")] {"ResponseTypes":["token","code"],"TokenEndpointAuthMethod":["client_secret_post"]} -> 200 ResponseTypes="token" TokenEndpointAuthMethod="client_secret_post"
    [("portal-array-input", "first")] {"OktaAppType":["web","native"]} -> 200 OktaAppType="web"
    [("portal-array-input", "first")] {"GrantType":[]} -> 400 GrantType=-
    [("portal-array-input", "refused")] {"ResponseTypes":["token","code"],"TokenEndpointAuthMethod":["client_secret_post"]} -> 400 ResponseTypes=- TokenEndpointAuthMethod=-
    [("portal-array-input", "refused")] {"OktaAppType":["web","native"]} -> 400 OktaAppType=-
    [("portal-array-input", "refused")] {"GrantType":[]} -> 400 GrantType=-
    "#);
}

#[tokio::test]
async fn unknown_values_are_refused_stored_or_dropped_and_an_empty_one_is_never_unknown() {
    let mut seen = Vec::new();
    for switch in ["refused", "stored", "dropped"] {
        let unknown = [("portal-unknown-enum", switch)];
        seen.push(made_with(&unknown, json!({"GrantType": "pear,authorization_code", "OktaAppType": "pear"})).await);
        seen.push(made_with(&unknown, json!({"GrantType": "pear"})).await);
        seen.push(made_with(&unknown, json!({"OktaAppType": "", "TokenEndpointAuthMethod": null})).await);
    }
    insta::assert_snapshot!(seen.join("\n"), @r#"
    [("portal-unknown-enum", "refused")] {"GrantType":"pear,authorization_code","OktaAppType":"pear"} -> 400 GrantType=- OktaAppType=-
    [("portal-unknown-enum", "refused")] {"GrantType":"pear"} -> 400 GrantType=-
    [("portal-unknown-enum", "refused")] {"OktaAppType":"","TokenEndpointAuthMethod":null} -> 200 OktaAppType="" TokenEndpointAuthMethod=""
    [("portal-unknown-enum", "stored")] {"GrantType":"pear,authorization_code","OktaAppType":"pear"} -> 200 GrantType="pear,authorization_code" OktaAppType="pear"
    [("portal-unknown-enum", "stored")] {"GrantType":"pear"} -> 200 GrantType="pear"
    [("portal-unknown-enum", "stored")] {"OktaAppType":"","TokenEndpointAuthMethod":null} -> 200 OktaAppType="" TokenEndpointAuthMethod=""
    [("portal-unknown-enum", "dropped")] {"GrantType":"pear,authorization_code","OktaAppType":"pear"} -> 200 GrantType="authorization_code" OktaAppType=""
    [("portal-unknown-enum", "dropped")] {"GrantType":"pear"} -> 400 GrantType=-
    [("portal-unknown-enum", "dropped")] {"OktaAppType":"","TokenEndpointAuthMethod":null} -> 200 OktaAppType="" TokenEndpointAuthMethod=""
    "#);
}

#[tokio::test]
async fn a_dropped_value_leaves_what_was_there_when_puts_merge() {
    for (put, left) in [("merges", "web"), ("replaces", "")] {
        let org = with_provider(&[("portal-unknown-enum", "dropped"), ("portal-put", put)]).await;
        portal_ok(&org, "POST", PATH, client_type("Web")).await;
        let mut body = client_type("Web");
        body["OktaAppType"] = json!("pear");
        assert_eq!(portal_ok(&org, "PUT", &format!("{PATH}/1"), body).await["OktaAppType"], left);
    }
}

#[tokio::test]
async fn the_id_token_is_known_by_one_spelling_or_by_both() {
    let mut seen = Vec::new();
    for spelling in ["it_token", "id_token", "both"] {
        for unknown in ["refused", "dropped"] {
            let switches = [("portal-it-token", spelling), ("portal-unknown-enum", unknown)];
            seen.push(made_with(&switches, json!({"ResponseTypes": "code,it_token,id_token"})).await);
        }
        seen.push(
            made_with(&[("portal-it-token", spelling)], json!({"ResponseTypes": spelling.replace("both", "id_token,it_token")})).await,
        );
    }
    insta::assert_snapshot!(seen.join("\n"), @r#"
    [("portal-it-token", "it_token"), ("portal-unknown-enum", "refused")] {"ResponseTypes":"code,it_token,id_token"} -> 400 ResponseTypes=-
    [("portal-it-token", "it_token"), ("portal-unknown-enum", "dropped")] {"ResponseTypes":"code,it_token,id_token"} -> 200 ResponseTypes="code,it_token"
    [("portal-it-token", "it_token")] {"ResponseTypes":"it_token"} -> 200 ResponseTypes="it_token"
    [("portal-it-token", "id_token"), ("portal-unknown-enum", "refused")] {"ResponseTypes":"code,it_token,id_token"} -> 400 ResponseTypes=-
    [("portal-it-token", "id_token"), ("portal-unknown-enum", "dropped")] {"ResponseTypes":"code,it_token,id_token"} -> 200 ResponseTypes="code,id_token"
    [("portal-it-token", "id_token")] {"ResponseTypes":"id_token"} -> 200 ResponseTypes="id_token"
    [("portal-it-token", "both"), ("portal-unknown-enum", "refused")] {"ResponseTypes":"code,it_token,id_token"} -> 200 ResponseTypes="code,it_token,id_token"
    [("portal-it-token", "both"), ("portal-unknown-enum", "dropped")] {"ResponseTypes":"code,it_token,id_token"} -> 200 ResponseTypes="code,it_token,id_token"
    [("portal-it-token", "both")] {"ResponseTypes":"id_token,it_token"} -> 200 ResponseTypes="id_token,it_token"
    "#);
}

#[tokio::test]
async fn unset_choices_are_empty_or_absent_and_the_description_is_always_there() {
    let mut seen = Vec::new();
    for switch in ["empty", "absent"] {
        let org = with_provider(&[("portal-unset-enum", switch)]).await;
        let short = json!({"Name": "Web", "ResponseTypes": "code", "GrantType": "authorization_code"});
        let made = portal_ok(&org, "POST", PATH, short).await;
        let mut keys: Vec<_> = made.as_object().unwrap().iter().filter(|(_, value)| **value == "").map(|(key, _)| key.as_str()).collect();
        keys.push(if made.get("OktaAppType").is_some() { "(there)" } else { "(not there)" });
        seen.push(keys.join(" "));
    }
    insta::assert_snapshot!(seen.join("\n"), @"
    Description OktaAppType TokenEndpointAuthMethod (there)
    Description (not there)
    ");
}

#[tokio::test]
async fn okta_providers_may_ask_for_an_app_type() {
    for (switch, status) in [("accepted", 200), ("refused", 400)] {
        let org = with_provider(&[("portal-okta-without-app-type", switch)]).await;
        let mut other = provider("Keycloak");
        other["Type"] = json!("Keycloak");
        portal_ok(&org, "POST", "/oauth-providers", other).await;
        portal_ok(&org, "POST", PATH, client_type("Web")).await;
        let mut body = client_type("Web");
        body["OktaAppType"] = json!("");
        assert_eq!(portal(&org, "POST", PATH, body.clone()).await.0, status);
        assert_eq!(portal(&org, "PUT", &format!("{PATH}/1"), body.clone()).await.0, status);
        assert_eq!(portal(&org, "POST", "/oauth-providers/2/client-types", body.clone()).await.0, 200);
        // A merging PUT that does not speak of it leaves it set.
        body.as_object_mut().unwrap().shift_remove("OktaAppType");
        portal_ok(&org, "PUT", &format!("{PATH}/1"), client_type("Web")).await;
        assert_eq!(portal(&org, "PUT", &format!("{PATH}/1"), body).await.0, 200);
    }
}

#[tokio::test]
async fn names_are_unique_or_not() {
    for (switch, status) in [("accepted", 200), ("refused", 400)] {
        let org = with_provider(&[("portal-duplicate-name", switch)]).await;
        portal_ok(&org, "POST", "/oauth-providers", provider("Okta test")).await;
        assert_eq!(portal(&org, "POST", "/oauth-providers", provider("Okta prod")).await.0, status);
        assert_eq!(portal(&org, "PUT", "/oauth-providers/2", provider("Okta prod")).await.0, status);
        assert_eq!(portal(&org, "PUT", "/oauth-providers/1", provider("Okta prod")).await.0, 200);
        portal_ok(&org, "POST", PATH, client_type("Web")).await;
        assert_eq!(portal(&org, "POST", PATH, client_type("Web")).await.0, status);
        assert_eq!(portal(&org, "POST", "/oauth-providers/2/client-types", client_type("Web")).await.0, 200);
    }
}

#[tokio::test]
async fn a_portal_without_cids_drops_them_and_finds_nothing_by_them() {
    let org = switched(&[("portal-cid", "hidden")]);
    let mut body = provider("Okta prod");
    body["CID"] = json!("2NdFY0jPAUuYVgEBcKm2ReSbsOn");
    assert_eq!(portal_ok(&org, "POST", "/oauth-providers", body.clone()).await.get("CID"), None);
    assert_eq!(portal_ok(&org, "POST", "/oauth-providers", body).await["ID"], 2);
    assert_eq!(portal(&org, "GET", "/oauth-providers/2NdFY0jPAUuYVgEBcKm2ReSbsOn", Value::Null).await.0, 404);
    let made = portal_ok(&org, "POST", PATH, client_type("Web")).await;
    assert_eq!(made.get("CID"), None);
    assert_eq!(portal_ok(&org, "GET", "/oauth-providers/1", Value::Null).await["ClientTypes"], json!([made]));
}

#[tokio::test]
async fn a_creation_is_200_or_201() {
    for (switch, status) in [("200", 200), ("201", 201)] {
        let org = switched(&[("portal-post-status", switch)]);
        assert_eq!(portal(&org, "POST", "/oauth-providers", provider("Okta prod")).await.0, status);
        assert_eq!(portal(&org, "POST", PATH, client_type("Web")).await.0, status);
        assert_eq!(portal(&org, "PUT", &format!("{PATH}/1"), client_type("Web")).await.0, 200);
    }
}

#[tokio::test]
async fn unknown_keys_are_dropped_or_kept_for_as_long_as_puts_keep_them() {
    let table = [("dropped", "merges", None), ("kept", "merges", Some("scp")), ("kept", "replaces", None)];
    for (keys, put, left) in table {
        let org = switched(&[("portal-unknown-keys", keys), ("portal-put", put)]);
        let mut body = provider("Okta prod");
        body["ScopeClaimName"] = json!("scp");
        body["ID"] = json!(77);
        let made = portal_ok(&org, "POST", "/oauth-providers", body).await;
        assert_eq!((&made["ID"], made.get("ScopeClaimName").is_some()), (&json!(1), keys == "kept"));
        let shown = portal_ok(&org, "PUT", "/oauth-providers/1", provider("Okta prod")).await;
        assert_eq!(shown.get("ScopeClaimName").and_then(Value::as_str), left, "{keys} {put}");
    }
    // Okta's switch of that sort is another.
    let org = switched(&[("unknown-fields", "keep")]);
    let mut body = provider("Okta prod");
    body["ScopeClaimName"] = json!("scp");
    assert_eq!(portal_ok(&org, "POST", "/oauth-providers", body).await.get("ScopeClaimName"), None);
}

#[tokio::test]
async fn the_list_of_plans_is_an_array_or_stands_in_an_object() {
    let of = async |switch: &str| {
        let org = switched(&[("portal-plan-list", switch)]);
        portal_ok(&org, "POST", "/plans", json!({"Name": "Gold", "ProviderID": 1})).await;
        portal_ok(&org, "GET", "/plans", Value::Null).await
    };
    let array = of("array").await;
    assert_eq!(array[0]["Name"], "Gold");
    assert_eq!(of("data").await, json!({ "data": array }));
}
