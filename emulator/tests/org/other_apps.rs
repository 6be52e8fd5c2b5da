//! Apps that are no OAuth clients: custom SAML and form-filling apps, and Okta's templates.

use idpctl_emulator::Org;
use serde_json::{Value, json};

use crate::support::{create, get, lines, org, refusal, send, switched};

/// The sign-on mode, credentials and own settings of an answer.
pub(crate) fn parts(app: &Value) -> String {
    let mut credentials = app["credentials"].clone();
    let kid = credentials.pointer_mut("/signing/kid");
    if let Some(kid) = kid {
        *kid = json!("a key");
    }
    let settings = &app["settings"];
    format!("{} {} {credentials}\n    {} {}", app["name"], app["signOnMode"], settings["app"], settings["signOn"])
}

pub(crate) async fn put(org: &Org, id: &str, body: Value) -> (u16, Value) {
    send(org, "PUT", &format!("/api/v1/apps/{id}"), body).await
}

pub(crate) async fn turn(org: &Org, id: &str, turn: &str) {
    assert_eq!(send(org, "POST", &format!("/api/v1/apps/{id}/lifecycle/{turn}"), Value::Null).await, (200, json!({})));
}

/// A custom SAML app with no more than it needs.
pub(crate) fn saml(label: &str) -> Value {
    json!({
        "label": label,
        "signOnMode": "SAML_2_0",
        "settings": {"signOn": {
            "ssoAcsUrl": "https://sp.example.com/acs",
            "audience": "https://sp.example.com",
            "recipient": "https://sp.example.com/acs",
            "destination": "https://sp.example.com/acs",
            "subjectNameIdTemplate": "${user.userName}",
            "subjectNameIdFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
            "signatureAlgorithm": "RSA_SHA256",
            "digestAlgorithm": "SHA256",
            "authnContextClassRef": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
        }},
    })
}

/// A custom app that fills in a form.
pub(crate) fn form(label: &str) -> Value {
    json!({
        "label": label,
        "signOnMode": "AUTO_LOGIN",
        "settings": {"signOn": {"loginUrl": "https://sp.example.com/login"}},
    })
}

/// Every template, with no more than it needs.
pub(crate) fn templates() -> Vec<Value> {
    let template = |name: &str, mode: &str, app: Value| json!({"name": name, "label": name, "signOnMode": mode, "settings": {"app": app}});
    vec![
        template("bookmark", "BOOKMARK", json!({"url": "https://sp.example.com"})),
        template("template_basic_auth", "BASIC_AUTH", json!({"url": "https://sp.example.com", "authURL": "https://sp.example.com/auth"})),
        template(
            "template_swa",
            "BROWSER_PLUGIN",
            json!({"url": "https://sp.example.com", "usernameField": "#name", "passwordField": "#word", "buttonField": "#go", "checkbox": ""}),
        ),
        template(
            "template_swa3field",
            "BROWSER_PLUGIN",
            json!({
                "targetURL": "https://sp.example.com",
                "userNameSelector": "#name",
                "passwordSelector": "#word",
                "buttonSelector": "#go",
                "extraFieldSelector": "#realm",
                "extraFieldValue": "main",
            }),
        ),
        template(
            "template_sps",
            "SECURE_PASSWORD_STORE",
            json!({"url": "https://sp.example.com", "usernameField": "name", "passwordField": "word", "optionalField1": "realm"}),
        ),
        template(
            "template_wsfed",
            "WS_FEDERATION",
            json!({
                "audienceRestriction": "urn:sp",
                "groupValueFormat": "dn",
                "wReplyURL": "https://sp.example.com/reply",
                "nameIDFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
                "authnContextClassRef": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
                "siteURL": "https://sp.example.com",
                "usernameAttribute": "username",
            }),
        ),
    ]
}

#[tokio::test]
async fn a_custom_saml_app_is_named_by_its_org_and_answered_in_full() {
    let org = org();
    let (id, app) = create(&org, saml("Time sheets (new)")).await;
    assert_eq!(get(&org, &format!("/api/v1/apps/{id}")).await, app);
    insta::assert_snapshot!(lines(&app), @r#"
    id: "0oaf000008Euf57TO5d7"
    orn: "orn:okta:idp:00of00000000j617U5d7:apps:org_timesheetsnew_1:0oaf000008Euf57TO5d7"
    name: "org_timesheetsnew_1"
    label: "Time sheets (new)"
    status: "ACTIVE"
    lastUpdated: "2026-01-01T00:00:00.000Z"
    created: "2026-01-01T00:00:00.000Z"
    accessibility: {"selfService":false,"errorRedirectUrl":null,"loginRedirectUrl":null}
    visibility: {"autoLaunch":false,"autoSubmitToolbar":false,"hide":{"iOS":true,"web":true},"appLinks":{"org_timesheetsnew_1_link":true}}
    features: []
    signOnMode: "SAML_2_0"
    credentials: {"userNameTemplate":{"template":"${source.login}","type":"BUILT_IN"},"signing":{"kid":"0LT1c0pcW6kG1BDKz6mKYjF5WsVECD0vqZMqJ7aUZV4"}}
    universalLogout: null
    settings.app: {}
    settings.notifications: {"vpn":{"network":{"connection":"DISABLED"},"message":null,"helpUrl":null}}
    settings.manualProvisioning: false
    settings.implicitAssignment: false
    settings.emOptInStatus: "NONE"
    settings.notes: {"admin":null,"enduser":null}
    settings.signOn: {"defaultRelayState":null,"ssoAcsUrl":"https://sp.example.com/acs","idpIssuer":"http://www.okta.com/${org.externalKey}","audience":"https://sp.example.com","recipient":"https://sp.example.com/acs","destination":"https://sp.example.com/acs","subjectNameIdTemplate":"${user.userName}","subjectNameIdFormat":"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress","responseSigned":false,"assertionSigned":false,"signatureAlgorithm":"RSA_SHA256","digestAlgorithm":"SHA256","honorForceAuthn":false,"authnContextClassRef":"urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport","spIssuer":null,"requestCompressed":false,"attributeStatements":[],"inlineHooks":[],"assertionEncryption":{"enabled":false},"allowMultipleAcsEndpoints":false,"acsEndpoints":[],"samlSignedRequestEnabled":false,"slo":{"enabled":false}}
    _links.help: {"href":"https://org-admin.example.com/app/org_timesheetsnew_1/0oaf000008Euf57TO5d7/setup/help/SAML_2_0/instructions","type":"text/html"}
    _links.metadata: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/sso/saml/metadata","type":"application/xml"}
    _links.uploadLogo: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/logo","hints":{"allow":["POST"]}}
    _links.appLinks: [{"name":"org_timesheetsnew_1_link","href":"https://org.example.com/home/org_timesheetsnew_1/0oaf000008Euf57TO5d7/alnaqKL0Ga2mA0EMm5d7","type":"text/html"}]
    _links.profileEnrollment: {"href":"https://org.example.com/api/v1/policies/rstf00000000FzPG15d7"}
    _links.policies: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/policies","hints":{"allow":["PUT"]}}
    _links.groups: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/groups"}
    _links.logo: [{"name":"medium","href":"https://op3static2.oktacdn.com/assets/img/logos/default.6770228fb0dab49a1695ef440a5279bb.png","type":"image/png"}]
    _links.accessPolicy: {"href":"https://org.example.com/api/v1/policies/rstf00000000FzPG15d7"}
    _links.users: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/users"}
    _links.deactivate: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/lifecycle/deactivate"}
    "#);
}

#[tokio::test]
async fn custom_apps_are_counted_whatever_becomes_of_them() {
    let org = org();
    let (first, app) = create(&org, saml("Same")).await;
    let mut names = vec![app["name"].clone()];
    turn(&org, &first, "deactivate").await;
    assert_eq!(send(&org, "DELETE", &format!("/api/v1/apps/{first}"), Value::Null).await.0, 204);
    for body in [form("Same"), saml("Same")] {
        names.push(create(&org, body).await.1["name"].clone());
    }
    assert_eq!(names, ["org_same_1", "org_same_2", "org_same_3"]);
}

#[tokio::test]
async fn the_parts_of_saml_are_served_in_oktas_order_with_what_the_server_adds() {
    let org = org();
    let mut body = saml("Parts");
    let long = "QUJD".repeat(30);
    let parts = json!({
        "defaultRelayState": "/home",
        "audienceOverride": "dropped",
        "responseSigned": true,
        "attributeStatements": [
            {"values": ["user.email"], "name": "mail", "type": "EXPRESSION", "namespace": "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"},
            {"filterValue": "a", "filterType": "STARTS_WITH", "name": "groups", "type": "GROUP"},
        ],
        "acsEndpoints": [{"index": 0, "url": "https://sp.example.com/other"}],
        "slo": {"logoutUrl": "https://sp.example.com/out", "issuer": "https://sp.example.com/issuer", "enabled": true},
        "spCertificate": {"x5c": [format!("{}\n{}", &long[..64], &long[64..])]},
        "inlineHooks": [{"id": "cal1"}],
    });
    for (name, value) in parts.as_object().unwrap() {
        body["settings"]["signOn"][name] = value.clone();
    }
    let (id, app) = create(&org, body).await;
    let sign_on = app["settings"]["signOn"].as_object().unwrap();
    let said: Vec<_> = sign_on.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    defaultRelayState: "/home"
    ssoAcsUrl: "https://sp.example.com/acs"
    idpIssuer: "http://www.okta.com/${org.externalKey}"
    audience: "https://sp.example.com"
    recipient: "https://sp.example.com/acs"
    destination: "https://sp.example.com/acs"
    subjectNameIdTemplate: "${user.userName}"
    subjectNameIdFormat: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
    responseSigned: true
    assertionSigned: false
    signatureAlgorithm: "RSA_SHA256"
    digestAlgorithm: "SHA256"
    honorForceAuthn: false
    authnContextClassRef: "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
    spIssuer: "https://sp.example.com/issuer"
    requestCompressed: false
    attributeStatements: [{"type":"EXPRESSION","name":"mail","namespace":"urn:oasis:names:tc:SAML:2.0:attrname-format:basic","values":["user.email"]},{"type":"GROUP","name":"groups","filterType":"STARTS_WITH","filterValue":"a"}]
    inlineHooks: [{"id":"cal1","_links":{"self":{"href":"https://org.example.com/api/v1/inlineHooks/cal1","hints":{"allow":["GET","PUT","DELETE"]}}}}]
    spCertificate: {"x5c":["QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD\r\nQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD\r\n"]}
    assertionEncryption: {"enabled":false}
    allowMultipleAcsEndpoints: false
    acsEndpoints: [{"url":"https://sp.example.com/other","index":0}]
    samlSignedRequestEnabled: false
    slo: {"enabled":true,"issuer":"https://sp.example.com/issuer","logoutUrl":"https://sp.example.com/out"}
    "#);
    // A PUT replaces them all; the name and the key stay.
    let (status, after) = put(&org, &id, saml("Other")).await;
    assert_eq!((status, &after["name"], &after["credentials"]), (200, &app["name"], &app["credentials"]));
    let sign_on = &after["settings"]["signOn"];
    assert_eq!([&sign_on["acsEndpoints"], &sign_on["inlineHooks"], &sign_on["attributeStatements"]], [&json!([]); 3]);
    assert_eq!([&sign_on["spIssuer"], &sign_on["defaultRelayState"], &sign_on["spCertificate"]], [&Value::Null; 3]);
}

#[tokio::test]
async fn each_saml_app_signs_with_a_key_of_its_own() {
    let org = org();
    let (first, second) = (create(&org, saml("One")).await.1, create(&org, saml("Two")).await.1);
    let kid = |app: &Value| app["credentials"]["signing"]["kid"].as_str().unwrap().to_owned();
    assert_ne!(kid(&first), kid(&second));
    assert_eq!(kid(&first).len(), 43);
}

#[tokio::test]
async fn an_empty_relay_state_is_null_unless_the_org_is_of_older_days() {
    let mut body = saml("Relay");
    body["settings"]["signOn"]["defaultRelayState"] = json!("");
    for (org, served) in [(org(), Value::Null), (switched(&[("empty-relay-state", "kept")]), json!(""))] {
        assert_eq!(create(&org, body.clone()).await.1["settings"]["signOn"]["defaultRelayState"], served);
    }
}

#[tokio::test]
async fn a_form_cannot_be_changed_while_its_custom_app_is_inactive() {
    let org = org();
    let (id, app) = create(&org, form("Form")).await;
    insta::assert_snapshot!(parts(&app), @r#"
    "org_form_1" "AUTO_LOGIN" {"scheme":"EDIT_USERNAME_AND_PASSWORD","userNameTemplate":{"template":"${source.login}","type":"BUILT_IN"},"revealPassword":false,"signing":{}}
        {} {"redirectUrl":null,"loginUrl":"https://sp.example.com/login"}
    "#);
    let mut moved = form("Form");
    moved["settings"]["signOn"]["loginUrl"] = json!("https://sp.example.com/elsewhere");
    let (status, after) = put(&org, &id, moved).await;
    assert_eq!((status, &after["settings"]["signOn"]["loginUrl"]), (200, &json!("https://sp.example.com/elsewhere")));
    turn(&org, &id, "deactivate").await;
    insta::assert_snapshot!(refusal(put(&org, &id, form("Form")).await), @r#"400 E0000024 Bad request. This operation on app metadata is not yet supported. ["This operation on app metadata is not yet supported: No active instances."]"#);
    assert_eq!(get(&org, &format!("/api/v1/apps/{id}")).await["settings"], after["settings"]);
    let mut renamed = after;
    renamed["label"] = json!("Renamed");
    assert_eq!(put(&org, &id, renamed).await.0, 200);
    turn(&org, &id, "activate").await;
    assert_eq!(put(&org, &id, form("Form")).await.0, 200);
}

#[tokio::test]
async fn templates_have_their_own_settings_and_the_credentials_of_their_mode() {
    let org = org();
    let mut said = Vec::new();
    for body in templates() {
        said.push(parts(&create(&org, body).await.1));
    }
    insta::assert_snapshot!(said.join("\n"), @r##"
    "bookmark" "BOOKMARK" {"userNameTemplate":{"template":"${source.login}","type":"BUILT_IN"},"signing":{}}
        {"requestIntegration":false,"url":"https://sp.example.com"} null
    "template_basic_auth" "BASIC_AUTH" {"scheme":"EDIT_USERNAME_AND_PASSWORD","userNameTemplate":{"template":"${source.login}","type":"BUILT_IN"},"revealPassword":false,"signing":{}}
        {"loginUrlRegex":null,"authURL":"https://sp.example.com/auth","url":"https://sp.example.com"} null
    "template_swa" "BROWSER_PLUGIN" {"scheme":"EDIT_USERNAME_AND_PASSWORD","userNameTemplate":{"template":"${source.login}","type":"BUILT_IN"},"revealPassword":false,"signing":{}}
        {"loginUrlRegex":null,"usernameField":"#name","redirectUrl":null,"buttonField":"#go","checkbox":null,"passwordField":"#word","url":"https://sp.example.com"} null
    "template_swa3field" "BROWSER_PLUGIN" {"scheme":"EDIT_USERNAME_AND_PASSWORD","userNameTemplate":{"template":"${source.login}","type":"BUILT_IN"},"revealPassword":false,"signing":{}}
        {"loginUrlRegex":null,"extraFieldSelector":"#realm","extraFieldValue":"main","redirectUrl":null,"userNameSelector":"#name","passwordSelector":"#word","buttonSelector":"#go","targetURL":"https://sp.example.com"} null
    "template_sps" "SECURE_PASSWORD_STORE" {"scheme":"EDIT_USERNAME_AND_PASSWORD","userNameTemplate":{"template":"${source.login}","type":"BUILT_IN"},"revealPassword":false,"signing":{}}
        {"url":"https://sp.example.com","passwordField":"word","usernameField":"name","optionalField1":"realm","optionalField1Value":null,"optionalField2":null,"optionalField2Value":null,"optionalField3":null,"optionalField3Value":null} null
    "template_wsfed" "WS_FEDERATION" {"userNameTemplate":{"template":"${source.login}","type":"BUILT_IN"},"signing":{"kid":"a key"}}
        {"audienceRestriction":"urn:sp","groupName":null,"groupValueFormat":"dn","realm":null,"wReplyURL":"https://sp.example.com/reply","attributeStatements":null,"nameIDFormat":"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified","authnContextClassRef":"urn:oasis:names:tc:SAML:2.0:ac:classes:Password","siteURL":"https://sp.example.com","wReplyOverride":false,"groupFilter":null,"usernameAttribute":"username"} null
    "##);
}

#[tokio::test]
async fn a_template_links_to_no_manual_and_to_its_place_in_the_catalogue() {
    let org = org();
    let (_, app) = create(&org, templates().swap_remove(0)).await;
    insta::assert_snapshot!(lines(&app), @r#"
    id: "0oaf000008Euf57TO5d7"
    orn: "orn:okta:idp:00of00000000j617U5d7:apps:bookmark:0oaf000008Euf57TO5d7"
    name: "bookmark"
    label: "bookmark"
    status: "ACTIVE"
    lastUpdated: "2026-01-01T00:00:00.000Z"
    created: "2026-01-01T00:00:00.000Z"
    accessibility: {"selfService":false,"errorRedirectUrl":null,"loginRedirectUrl":null}
    visibility: {"autoLaunch":false,"autoSubmitToolbar":false,"hide":{"iOS":true,"web":true},"appLinks":{"login":true}}
    features: []
    signOnMode: "BOOKMARK"
    credentials: {"userNameTemplate":{"template":"${source.login}","type":"BUILT_IN"},"signing":{}}
    universalLogout: null
    settings.app: {"requestIntegration":false,"url":"https://sp.example.com"}
    settings.notifications: {"vpn":{"network":{"connection":"DISABLED"},"message":null,"helpUrl":null}}
    settings.manualProvisioning: false
    settings.implicitAssignment: false
    settings.emOptInStatus: "NONE"
    settings.notes: {"admin":null,"enduser":null}
    _links.uploadLogo: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/logo","hints":{"allow":["POST"]}}
    _links.appLinks: [{"name":"login","href":"https://org.example.com/home/bookmark/0oaf000008Euf57TO5d7/2557","type":"text/html"}]
    _links.profileEnrollment: {"href":"https://org.example.com/api/v1/policies/rstf00000000FzPG15d7"}
    _links.policies: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/policies","hints":{"allow":["PUT"]}}
    _links.groups: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/groups"}
    _links.logo: [{"name":"medium","href":"https://op3static2.oktacdn.com/assets/img/logos/default.6770228fb0dab49a1695ef440a5279bb.png","type":"image/png"}]
    _links.accessPolicy: {"href":"https://org.example.com/api/v1/policies/rstf00000000FzPG15d7"}
    _links.users: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/users"}
    _links.deactivate: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/lifecycle/deactivate"}
    "#);
}

#[tokio::test]
async fn a_shared_password_is_taken_and_never_shown() {
    let org = org();
    let mut body = templates().swap_remove(2);
    body["credentials"] = json!({
        "scheme": "SHARED_USERNAME_AND_PASSWORD",
        "userName": "crew",
        "password": {"value": "not to be seen"},
        "revealPassword": true,
    });
    let (id, app) = create(&org, body.clone()).await;
    insta::assert_snapshot!(app["credentials"].to_string(), @r#"{"scheme":"SHARED_USERNAME_AND_PASSWORD","userNameTemplate":{"template":"${source.login}","type":"BUILT_IN"},"userName":"crew","password":{},"revealPassword":true,"signing":{}}"#);
    // The scheme and its user stay when a PUT says nothing about them.
    body["credentials"] = json!({});
    let (_, after) = put(&org, &id, body.clone()).await;
    insta::assert_snapshot!(after["credentials"].to_string(), @r#"{"scheme":"SHARED_USERNAME_AND_PASSWORD","userNameTemplate":{"template":"${source.login}","type":"BUILT_IN"},"userName":"crew","password":{},"revealPassword":false,"signing":{}}"#);
    body["credentials"] = json!({"scheme": "ADMIN_SETS_CREDENTIALS"});
    let (_, after) = put(&org, &id, body).await;
    insta::assert_snapshot!(after["credentials"].to_string(), @r#"{"scheme":"ADMIN_SETS_CREDENTIALS","userNameTemplate":{"template":"${source.login}","type":"BUILT_IN"},"revealPassword":false,"signing":{}}"#);
}

#[tokio::test]
async fn what_a_sign_on_mode_needs_must_be_there() {
    let org = org();
    let mut said = Vec::new();
    let mut bodies = templates();
    bodies.extend([saml("SAML"), form("Form")]);
    for mut body in bodies {
        body["settings"] = json!({});
        said.push(refusal(send(&org, "POST", "/api/v1/apps", body).await));
    }
    insta::assert_snapshot!(said.join("\n"), @r#"
    400 E0000001 Api validation failed: url ["url: The field cannot be left blank"]
    400 E0000001 Api validation failed: authURL ["authURL: The field cannot be left blank", "url: The field cannot be left blank"]
    400 E0000001 Api validation failed: usernameField ["usernameField: The field cannot be left blank", "buttonField: The field cannot be left blank", "passwordField: The field cannot be left blank", "url: The field cannot be left blank"]
    400 E0000001 Api validation failed: extraFieldSelector ["extraFieldSelector: The field cannot be left blank", "extraFieldValue: The field cannot be left blank", "userNameSelector: The field cannot be left blank", "passwordSelector: The field cannot be left blank", "buttonSelector: The field cannot be left blank", "targetURL: The field cannot be left blank"]
    400 E0000001 Api validation failed: url ["url: The field cannot be left blank", "passwordField: The field cannot be left blank", "usernameField: The field cannot be left blank"]
    400 E0000001 Api validation failed: audienceRestriction ["audienceRestriction: The field cannot be left blank", "groupValueFormat: The field cannot be left blank", "wReplyURL: The field cannot be left blank", "nameIDFormat: The field cannot be left blank", "authnContextClassRef: The field cannot be left blank", "siteURL: The field cannot be left blank", "usernameAttribute: The field cannot be left blank"]
    400 E0000001 Api validation failed: ssoAcsUrl ["ssoAcsUrl: The field cannot be left blank", "audience: The field cannot be left blank", "recipient: The field cannot be left blank", "destination: The field cannot be left blank", "subjectNameIdTemplate: The field cannot be left blank", "subjectNameIdFormat: The field cannot be left blank", "signatureAlgorithm: The field cannot be left blank", "digestAlgorithm: The field cannot be left blank", "authnContextClassRef: The field cannot be left blank"]
    400 E0000001 Api validation failed: loginUrl ["loginUrl: The field cannot be left blank"]
    "#);
    let lenient = switched(&[("incomplete-settings", "accept")]);
    let mut body = form("Form");
    body["settings"] = json!({});
    let (_, app) = create(&lenient, body).await;
    assert_eq!(app["settings"]["signOn"], json!({"redirectUrl": null, "loginUrl": null}));
}

#[tokio::test]
async fn a_name_and_a_mode_that_do_not_go_together_are_refused() {
    let org = org();
    let mut said = Vec::new();
    for (name, mode) in [
        (json!(null), json!("BOOKMARK")),
        (json!(""), json!("BROWSER_PLUGIN")),
        (json!("bookmark"), json!("SAML_2_0")),
        (json!("template_swa"), json!("AUTO_LOGIN")),
        (json!("pagerduty"), json!("TELEPATHY")),
        (json!("oidc_client"), json!("SAML_2_0")),
        (json!("OIDC_client"), json!("BOOKMARK")),
        (json!(7), json!("SAML_2_0")),
        (json!("bookmark"), json!(7)),
        (json!("bookmark"), json!(null)),
    ] {
        let body = json!({"label": "Odd", "name": name, "signOnMode": mode});
        said.push(format!("{name} {mode}\n    {}", refusal(send(&org, "POST", "/api/v1/apps", body).await)));
    }
    let (id, _) = create(&org, saml("SAML")).await;
    said.push(format!("changed\n    {}", refusal(put(&org, &id, form("SAML")).await)));
    insta::assert_snapshot!(said.join("\n"), @r#"
    null "BOOKMARK"
        400 E0000001 Api validation failed: name ["name: The field cannot be left blank"]
    "" "BROWSER_PLUGIN"
        400 E0000001 Api validation failed: name ["name: The field cannot be left blank"]
    "bookmark" "SAML_2_0"
        400 E0000001 Api validation failed: mediated ["Invalid signOnMode"]
    "template_swa" "AUTO_LOGIN"
        400 E0000001 Api validation failed: mediated ["Invalid signOnMode"]
    "pagerduty" "TELEPATHY"
        400 E0000001 Api validation failed: mediated ["Invalid signOnMode"]
    "oidc_client" "SAML_2_0"
        400 E0000001 Api validation failed: mediated ["Invalid signOnMode"]
    "OIDC_client" "BOOKMARK"
        400 E0000001 Api validation failed: mediated ["Invalid signOnMode"]
    7 "SAML_2_0"
        400 E0000003 The request body was not well-formed. []
    "bookmark" 7
        400 E0000003 The request body was not well-formed. []
    "bookmark" null
        400 E0000001 Api validation failed: mediated ["Invalid signOnMode"]
    changed
        400 E0000001 Api validation failed: mediated ["Invalid signOnMode"]
    "#);
}
