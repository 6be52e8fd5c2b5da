//! Apps of Okta's catalogue: what each of them is made of, known here or not.

use serde_json::{Value, json};

use crate::{
    other_apps::{form, parts, put, saml, templates, turn},
    support::{create, get, lines, org, refusal, send},
};

fn app(name: &str, mode: &str, settings: Value) -> Value {
    let mut body = json!({"name": name, "label": name, "signOnMode": mode, "settings": {}});
    body["settings"]["app"] = settings;
    body
}

pub(crate) fn office(mode: &str) -> Value {
    app(
        "office365",
        mode,
        json!({"domain": "example.com", "msftTenant": "acme", "domains": [], "wsFedConfigureType": "AUTO", "color": "red"}),
    )
}

#[tokio::test]
async fn auto_login_means_the_way_in_which_the_catalogue_fills_in_the_form() {
    let org = org();
    let mut said = Vec::new();
    for name in ["aws_console", "deelhr", "not_known_here"] {
        let (id, app) = create(&org, app(name, "AUTO_LOGIN", json!({}))).await;
        said.push(parts(&app));
        // What was asked for can be asked for again.
        let mut again = app.clone();
        again["signOnMode"] = json!("AUTO_LOGIN");
        assert_eq!(put(&org, &id, again).await, (200, app));
    }
    insta::assert_snapshot!(said.join("\n"), @r#"
    "aws_console" "BROWSER_PLUGIN" {"scheme":"EDIT_USERNAME_AND_PASSWORD","userNameTemplate":{"template":"${source.login}","type":"BUILT_IN"},"revealPassword":false,"signing":{}}
        {} null
    "deelhr" null {"userNameTemplate":{"template":"${source.login}","type":"BUILT_IN"},"signing":{}}
        {} null
    "not_known_here" "BROWSER_PLUGIN" {"scheme":"EDIT_USERNAME_AND_PASSWORD","userNameTemplate":{"template":"${source.login}","type":"BUILT_IN"},"revealPassword":false,"signing":{}}
        {} null
    "#);
}

#[tokio::test]
async fn an_app_with_many_links_and_seats_is_served_as_the_catalogue_has_it() {
    let org = org();
    let mut body = office("AUTO_LOGIN");
    body["visibility"] = json!({"appLinks": {"video": true, "mail": false, "login": true}});
    insta::assert_snapshot!(lines(&create(&org, body).await.1), @r#"
    id: "0oaf000008Euf57TO5d7"
    orn: "orn:okta:idp:00of00000000j617U5d7:apps:office365:0oaf000008Euf57TO5d7"
    name: "office365"
    label: "office365"
    status: "ACTIVE"
    lastUpdated: "2026-01-01T00:00:00.000Z"
    created: "2026-01-01T00:00:00.000Z"
    accessibility: {"selfService":false,"errorRedirectUrl":null,"loginRedirectUrl":null}
    licensing: {"seatCount":0}
    visibility: {"autoLaunch":false,"autoSubmitToolbar":false,"hide":{"iOS":true,"web":true},"appLinks":{"calendar":true,"mail":false,"teams":true,"sites":true,"delve":true,"sway":true,"login":true,"powerbi":true,"people":true,"excel":true,"yammer":true,"newsfeed":true,"onedrive":true,"word":true,"planner":true,"powerpoint":true,"tasks":true,"forms":true,"crm":true}}
    features: []
    signOnMode: "BROWSER_PLUGIN"
    credentials: {"scheme":"EDIT_USERNAME_AND_PASSWORD","userNameTemplate":{"template":"${source.login}","type":"BUILT_IN"},"revealPassword":false,"signing":{}}
    universalLogout: {"status":"DISABLED","supportType":"PARTIAL","identityStack":"SHARED","protocol":"PROPRIETARY"}
    settings.app: {"tenantType":null,"wsFedConfigureType":"AUTO","occSettings":null,"windowsTransportEnabled":false,"domain":"example.com","msftTenant":"acme","domains":[],"office365ProvisioningType":null,"requireAdminConsent":false,"office365FlexibleProvisioningMode":null}
    settings.notifications: {"vpn":{"network":{"connection":"DISABLED"},"message":null,"helpUrl":null}}
    settings.manualProvisioning: false
    settings.implicitAssignment: false
    settings.emOptInStatus: "NONE"
    settings.notes: {"admin":null,"enduser":null}
    _links.uploadLogo: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/logo","hints":{"allow":["POST"]}}
    _links.appLinks: [{"name":"calendar","href":"https://org.example.com/home/office365/0oaf000008Euf57TO5d7/30783","type":"text/html"},{"name":"teams","href":"https://org.example.com/home/office365/0oaf000008Euf57TO5d7/alnta0naufq4uWWJX5d7","type":"text/html"},{"name":"sites","href":"https://org.example.com/home/office365/0oaf000008Euf57TO5d7/31737","type":"text/html"},{"name":"delve","href":"https://org.example.com/home/office365/0oaf000008Euf57TO5d7/alnVyqL984S5SdC0M5d7","type":"text/html"},{"name":"sway","href":"https://org.example.com/home/office365/0oaf000008Euf57TO5d7/alnYf7Gwef5cwW2MJ5d7","type":"text/html"},{"name":"login","href":"https://org.example.com/home/office365/0oaf000008Euf57TO5d7/2161","type":"text/html"},{"name":"powerbi","href":"https://org.example.com/home/office365/0oaf000008Euf57TO5d7/alnCqAPr28WccALYk5d7","type":"text/html"},{"name":"people","href":"https://org.example.com/home/office365/0oaf000008Euf57TO5d7/31727","type":"text/html"},{"name":"excel","href":"https://org.example.com/home/office365/0oaf000008Euf57TO5d7/alnTiDrJAN14umz1u5d7","type":"text/html"},{"name":"yammer","href":"https://org.example.com/home/office365/0oaf000008Euf57TO5d7/alnLvjeNC3rQ3tycf5d7","type":"text/html"},{"name":"newsfeed","href":"https://org.example.com/home/office365/0oaf000008Euf57TO5d7/31729","type":"text/html"},{"name":"onedrive","href":"https://org.example.com/home/office365/0oaf000008Euf57TO5d7/30785","type":"text/html"},{"name":"word","href":"https://org.example.com/home/office365/0oaf000008Euf57TO5d7/alnvWs043HcSb4U1W5d7","type":"text/html"},{"name":"planner","href":"https://org.example.com/home/office365/0oaf000008Euf57TO5d7/alnMZG4uzqOIUB1sn5d7","type":"text/html"},{"name":"powerpoint","href":"https://org.example.com/home/office365/0oaf000008Euf57TO5d7/alnHfgIfddrKtzS2S5d7","type":"text/html"},{"name":"tasks","href":"https://org.example.com/home/office365/0oaf000008Euf57TO5d7/aln5PW4vvMjJ0P2oY5d7","type":"text/html"},{"name":"forms","href":"https://org.example.com/home/office365/0oaf000008Euf57TO5d7/alnqqzym3iW8PkTkW5d7","type":"text/html"},{"name":"crm","href":"https://org.example.com/home/office365/0oaf000008Euf57TO5d7/alnyITwwiKCm6zQuQ5d7","type":"text/html"}]
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
async fn what_needs_consent_is_refused_where_nobody_can_give_it() {
    let org = org();
    insta::assert_snapshot!(refusal(send(&org, "POST", "/api/v1/apps", office("SAML_1_1")).await), @r#"400 E0000001 Api validation failed: settings ["In order to continue using WS-FED Auto for SSO, you must grant admin consent."]"#);
    let mut manual = office("WS_FEDERATION");
    manual["settings"]["app"]["wsFedConfigureType"] = json!("MANUAL");
    assert_eq!(create(&org, manual).await.1["signOnMode"], "WS_FEDERATION");
}

#[tokio::test]
async fn saml_apps_of_the_catalogue_override_what_they_are_sent_and_nothing_else() {
    let org = org();
    let mut said = Vec::new();
    for (name, mode) in [("pagerduty", "SAML_2_0"), ("sharepoint_onpremise", "SAML_1_1")] {
        let mut body = app(name, mode, json!({"baseUrl": "", "siteURL": "https://sp.example.com"}));
        body["settings"]["signOn"] = json!({
            "defaultRelayState": "",
            "audienceOverride": "urn:mine",
            "honorForceAuthn": true,
            "slo": {"enabled": false},
        });
        let (_, app) = create(&org, body).await;
        said.push(parts(&app));
        let links = app["_links"].as_object().unwrap().iter();
        said.extend(links.take(3).map(|(name, link)| format!("    {name}: {link}")));
    }
    insta::assert_snapshot!(said.join("\n"), @r#"
    "pagerduty" "SAML_2_0" {"userNameTemplate":{"template":"${source.login}","type":"BUILT_IN"},"signing":{"kid":"a key"}}
        {"adminUserId":null,"baseUrl":null,"subdomain":null} {"defaultRelayState":null,"ssoAcsUrlOverride":null,"audienceOverride":"urn:mine","recipientOverride":null,"destinationOverride":null,"attributeStatements":[]}
        help: {"href":"https://org-admin.example.com/app/pagerduty/0oaf000008Euf57TO5d7/setup/help/SAML_2_0/external-doc","type":"text/html"}
        metadata: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/sso/saml/metadata","type":"application/xml"}
        uploadLogo: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/logo","hints":{"allow":["POST"]}}
    "sharepoint_onpremise" "SAML_1_1" {"userNameTemplate":{"template":"${source.login}","type":"BUILT_IN"},"signing":{"kid":"a key"}}
        {"groupFilter":null,"siteURL":"https://sp.example.com","attributeStatements":null} {"defaultRelayState":null,"ssoAcsUrlOverride":null,"audienceOverride":"urn:mine","recipientOverride":null}
        help: {"href":"https://org-admin.example.com/app/sharepoint_onpremise/0oaf00000AId9MIMC5d7/setup/help/SAML_1_1/instructions","type":"text/html"}
        uploadLogo: {"href":"https://org.example.com/api/v1/apps/0oaf00000AId9MIMC5d7/logo","hints":{"allow":["POST"]}}
        appLinks: [{"name":"login","href":"https://org.example.com/home/sharepoint_onpremise/0oaf00000AId9MIMC5d7/3601","type":"text/html"}]
    "#);
}

#[tokio::test]
async fn clients_of_the_catalogue_have_no_client_in_their_answers() {
    let org = org();
    let mut body = app("StrongDM", "OPENID_CONNECT", Value::Null);
    body["credentials"] = json!({"oauthClient": {"token_endpoint_auth_method": "client_secret_basic"}});
    body["settings"]["oauthClient"] = json!({"application_type": "web", "grant_types": ["authorization_code"]});
    insta::assert_snapshot!(lines(&create(&org, body).await.1), @r#"
    id: "0oaf000008Euf57TO5d7"
    orn: "orn:okta:idp:00of00000000j617U5d7:apps:strongdm:0oaf000008Euf57TO5d7"
    name: "strongdm"
    label: "StrongDM"
    status: "ACTIVE"
    lastUpdated: "2026-01-01T00:00:00.000Z"
    created: "2026-01-01T00:00:00.000Z"
    accessibility: {"selfService":false,"errorRedirectUrl":null,"loginRedirectUrl":null}
    visibility: {"autoLaunch":false,"autoSubmitToolbar":false,"hide":{"iOS":true,"web":true},"appLinks":{"strongdm_link":true}}
    features: []
    signOnMode: "OPENID_CONNECT"
    credentials: {"userNameTemplate":{"template":"${source.login}","type":"BUILT_IN"},"signing":{"kid":"CmBbjcSD419D0uAizpzac6GzntO0fVb8om7DxmUNTqU"}}
    universalLogout: {"status":"UNSUPPORTED"}
    settings.app: {"base_url":null}
    settings.notifications: {"vpn":{"network":{"connection":"DISABLED"},"message":null,"helpUrl":null}}
    settings.manualProvisioning: false
    settings.implicitAssignment: false
    settings.emOptInStatus: "NONE"
    settings.notes: {"admin":null,"enduser":null}
    _links.help: {"href":"https://org-admin.example.com/app/strongdm/0oaf000008Euf57TO5d7/setup/help/OPENID_CONNECT/external-doc","type":"text/html"}
    _links.uploadLogo: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/logo","hints":{"allow":["POST"]}}
    _links.appLinks: [{"name":"strongdm_link","href":"https://org.example.com/home/strongdm/0oaf000008Euf57TO5d7/alnTxMRmbL1Sunr9W5d7","type":"text/html"}]
    _links.profileEnrollment: {"href":"https://org.example.com/api/v1/policies/rstf00000000FzPG15d7"}
    _links.policies: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/policies","hints":{"allow":["PUT"]}}
    _links.groups: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/groups"}
    _links.logo: [{"name":"medium","href":"https://op3static2.oktacdn.com/assets/img/logos/default.6770228fb0dab49a1695ef440a5279bb.png","type":"image/png"}]
    _links.clientCredentials: [{"name":"secrets","href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/credentials/secrets"}]
    _links.accessPolicy: {"href":"https://org.example.com/api/v1/policies/rstf00000000FzPG15d7"}
    _links.users: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/users"}
    _links.deactivate: {"href":"https://org.example.com/api/v1/apps/0oaf000008Euf57TO5d7/lifecycle/deactivate"}
    "#);
}

#[tokio::test]
async fn an_app_that_is_not_known_here_keeps_what_it_is_sent() {
    let org = org();
    let mut body = app("wiki", "SAML_2_0", json!({"site": "https://wiki.example.com", "empty": ""}));
    body["visibility"] = json!({"appLinks": {"login": true, "wiki_link": false}});
    let (_, app) = create(&org, body).await;
    assert_eq!(app["settings"]["app"], json!({"site": "https://wiki.example.com", "empty": ""}));
    assert_eq!(app["visibility"]["appLinks"], json!({"wiki_link": false, "login": true}));
    let links: Vec<_> = app["_links"]["appLinks"].as_array().unwrap().iter().map(|link| &link["name"]).collect();
    assert_eq!(links, ["login"]);
}

#[tokio::test]
async fn what_was_read_can_be_sent_back_whole_in_every_mode() {
    let org = org();
    let mut bodies = templates();
    bodies.extend([saml("SAML"), form("Form"), office("AUTO_LOGIN"), app("deelhr", "AUTO_LOGIN", json!({}))]);
    bodies.extend([
        app("pagerduty", "SAML_2_0", json!({})),
        app("strongdm", "OPENID_CONNECT", json!({})),
        app("wiki", "SAML_1_1", json!({})),
    ]);
    for body in bodies {
        let (id, app) = create(&org, body).await;
        assert_eq!(put(&org, &id, app.clone()).await, (200, app.clone()));
        turn(&org, &id, "deactivate").await;
        let asleep = get(&org, &format!("/api/v1/apps/{id}")).await;
        assert_eq!((&asleep["status"], &asleep["_links"]["deactivate"]), (&json!("INACTIVE"), &Value::Null));
        assert_eq!(put(&org, &id, asleep.clone()).await, (200, asleep));
        assert_eq!(send(&org, "DELETE", &format!("/api/v1/apps/{id}"), Value::Null).await.0, 204);
        assert_eq!(send(&org, "GET", &format!("/api/v1/apps/{id}"), Value::Null).await.0, 404);
    }
}

#[tokio::test]
async fn lists_hold_apps_of_every_mode_and_find_them_by_name() {
    let org = org();
    for body in [saml("Zebra"), form("Ant"), app("zendesk", "AUTO_LOGIN", json!({}))] {
        create(&org, body).await;
    }
    let mut found = Vec::new();
    for query in ["", "?q=ze", "?q=org_", "?filter=name%20eq%20%22zendesk%22"] {
        let listed = get(&org, &format!("/api/v1/apps{query}")).await;
        let names: Vec<_> = listed.as_array().unwrap().iter().map(|app| app["name"].as_str().unwrap().to_owned()).collect();
        found.push(format!("{query}: {}", names.join(" ")));
    }
    insta::assert_snapshot!(found.join("\n"), @"
    : org_zebra_1 org_ant_2 zendesk
    ?q=ze: org_zebra_1 zendesk
    ?q=org_: org_zebra_1 org_ant_2
    ?filter=name%20eq%20%22zendesk%22: zendesk
    ");
}
