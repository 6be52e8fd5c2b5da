//! Whoever touched the org chose their name, and what their program calls itself: in every form of a report both are text.

use serde_json::{Value, json};

use crate::blame::{applied, bearer, by, service_app};
use crate::hostile_forms::{HOSTILE, assert_inert};

#[test]
fn whoever_calls_themselves_something_hostile_is_text_in_every_form() {
    let test = applied();
    let label: String = HOSTILE.chars().take(99).collect();
    let hostile = service_app(&test, &label, &["okta.apps.manage", "okta.appGrants.manage"]);
    let hostile = bearer(&test, &hostile, "okta.apps.manage okta.appGrants.manage");
    let agent: Vec<u8> = HOSTILE.bytes().filter(|byte| (32..127).contains(byte)).collect();
    let mut app = test.app("Web");
    app["settings"]["oauthClient"]["client_uri"] = json!("https://evil.example.com");
    app["credentials"]["oauthClient"]["client_secret"] = json!("");
    let path = format!("/api/v1/apps/{}", test.id("Web"));
    by(&test, &hostile, &agent, ["PUT", &path], &app);
    // A dangerous grant is a finding, and the forms that show findings alone tell who made it.
    let grant = json!({"scopeId": "okta.apps.manage", "issuer": test.url()});
    let grants = format!("/api/v1/apps/{}/grants", test.id("Worker"));
    by(&test, &hostile, &agent, ["POST", &grants], &grant);
    by(&test, &hostile, &agent, ["POST", &format!("{path}/lifecycle/deactivate")], &Value::Null);
    for detail in ["--blame", "--blame=full"] {
        for form in ["", "--format json", "--format markdown", "--format html", "--format sarif", "--format github"] {
            let output = test.run(&format!("drift {detail} {form}"));
            assert!(output.stdout.contains("the service app"), "{form}: who did it is told: {output}");
        }
        assert_inert(|form| test.run(&format!("drift {detail} {form}")));
    }
}
