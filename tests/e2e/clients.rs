//! Clients that are registered dynamically: their secrets go to files and nowhere else, and where a file is gone a new one is made.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::org::{Output, TestOrg};

pub(crate) const CLIENT: &str = "
apiVersion: idpctl/v1
kind: Client
metadata: {name: reporting, adopt: true}
spec:
  client_name: Reporting
  application_type: web
  grant_types: [authorization_code, client_credentials]
  response_types: [code]
  redirect_uris: [https://reporting.example.com/callback]
  token_endpoint_auth_method: client_secret_post
  client_secret_output: {file: okta/reporting}
";

/// A repository with a client, and a folder for secrets.
pub(crate) struct World {
    pub(crate) org: TestOrg,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::serving(TestOrg::new())
    }

    pub(crate) fn serving(org: TestOrg) -> Self {
        org.write("manifests/client.yaml", CLIENT);
        fs::create_dir_all(org.path("../secrets/okta")).expect("a folder can be made");
        Self { org }
    }

    /// Runs a command, and asserts that no secret of any client is said, then or in what it leaves behind.
    pub(crate) fn run(&self, arguments: &str) -> Output {
        let output = self.org.run(&format!("{arguments} --secret-dir ../secrets"));
        self.discreet(output)
    }

    pub(crate) fn discreet(&self, output: Output) -> Output {
        let mut said = vec![output.everything()];
        let journals = fs::read_dir(self.org.path(".idpctl/journal")).into_iter().flatten();
        said.extend(journals.map(|entry| fs::read_to_string(entry.expect("an entry").path()).expect("a journal is text")));
        for client in self.clients() {
            for secret in self.org.org.live_secrets(client["client_id"].as_str().expect("an id")) {
                assert!(!said.iter().any(|said| said.contains(&secret.value)), "{output}");
            }
        }
        output
    }

    pub(crate) fn clients(&self) -> Vec<Value> {
        self.org.get("/oauth2/v1/clients?limit=200").as_array().expect("a list").clone()
    }

    /// Returns the secret that the file holds, which must be the only one that the only client has.
    pub(crate) fn secret(&self) -> String {
        let path = self.org.path("../secrets/okta/reporting");
        let secret = fs::read_to_string(&path).expect("the secret is written");
        assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o600);
        let clients = self.clients();
        let [client] = clients.as_slice() else { panic!("{clients:?}") };
        let live = self.org.org.live_secrets(client["client_id"].as_str().expect("an id"));
        assert_eq!(live.iter().map(|secret| secret.value.as_str()).collect::<Vec<_>>(), [secret.as_str()]);
        let beside: Vec<_> = fs::read_dir(path.parent().expect("a folder")).expect("it is there").collect();
        assert_eq!(beside.len(), 1, "nothing is left beside it: {beside:?}");
        secret
    }

    /// Returns the only client.
    pub(crate) fn client(&self) -> Value {
        let clients = self.clients();
        assert_eq!(clients.len(), 1, "{clients:?}");
        clients[0].clone()
    }

    /// Changes the only client by hand.
    pub(crate) fn edit(&self, change: impl FnOnce(&mut Value)) {
        let mut client = self.client();
        let path = format!("/oauth2/v1/clients/{}", client["client_id"].as_str().expect("an id"));
        client.as_object_mut().expect("an object").retain(|name, _| !name.ends_with("_at"));
        change(&mut client);
        self.org.send("PUT", &path, &client);
    }

    pub(crate) fn forget(&self) {
        fs::remove_file(self.org.path("../secrets/okta/reporting")).expect("the secret is written");
    }
}

#[test]
fn a_client_is_registered_its_secret_written_and_a_new_one_made_when_the_file_is_gone() {
    let world = World::new();
    insta::assert_snapshot!(world.run("plan").ends_with(0), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    + create Client/reporting "Reporting"
        client_name: "Reporting"
        application_type: "web"
        grant_types: ["authorization_code", "client_credentials"]
        response_types: ["code"]
        redirect_uris: ["https://reporting.example.com/callback"]
        token_endpoint_auth_method: "client_secret_post"

    + create Client/reporting/secret
        client_secret: (secret)
        note: it is written to the file `okta/reporting`

    2 to create, with 2 requests.
    [exit status: 0]
    "#);
    insta::assert_snapshot!(world.run("apply --auto-approve").ends_with(0), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    + create Client/reporting "Reporting"
        client_name: "Reporting"
        application_type: "web"
        grant_types: ["authorization_code", "client_credentials"]
        response_types: ["code"]
        redirect_uris: ["https://reporting.example.com/callback"]
        token_endpoint_auth_method: "client_secret_post"

    + create Client/reporting/secret
        client_secret: (secret)
        note: it is written to the file `okta/reporting`

    2 to create, with 2 requests.

    applied   create Client/reporting
    applied   create Client/reporting/secret

    2 applied.
    [exit status: 0]
    "#);
    let first = world.secret();
    insta::assert_snapshot!(world.run("plan --detailed-exitcode").ends_with(0), @"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    Nothing to do: the org is as declared.
    [exit status: 0]
    ");
    world.forget();
    insta::assert_snapshot!(world.run("drift").ends_with(2), @"
    Drift of `default` in http://ORG (00of00000000j617U5d7)

    Client/reporting/secret
        is not there   (either)

    1 item: 1 either changed live or not applied yet.
    [exit status: 2]
    ");
    insta::assert_snapshot!(world.run("plan --detailed-exitcode --requests").ends_with(2), @"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    ~ update Client/reporting/secret
        client_secret: (secret, changed)
        note: the file `okta/reporting` is not there: the new secret is written to it, and the one in force until now ends
        1. POST /oauth2/v1/clients/{Client/reporting}/lifecycle/newSecret
           looks at the file okta/reporting, to which the secret of the answer is written
           sent if the file okta/reporting is not there
           done when the file okta/reporting is there

    Findings
      high IDP4001 Client/reporting (manifests/client.yaml:12:32): a new secret takes the place of the one in force in one go (cutover): consumers break until they have it
          Apply the new secret first; retire the old one in another change, when every consumer has switched.
          https://developer.okta.com/docs/guides/client-secret-rotation-key/main/

    1 to update, with 1 request.
    [exit status: 2]
    ");
    insta::assert_snapshot!(world.run("apply --auto-approve").ends_with(0), @"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    ~ update Client/reporting/secret
        client_secret: (secret, changed)
        note: the file `okta/reporting` is not there: the new secret is written to it, and the one in force until now ends

    Findings
      high IDP4001 Client/reporting (manifests/client.yaml:12:32): a new secret takes the place of the one in force in one go (cutover): consumers break until they have it
          Apply the new secret first; retire the old one in another change, when every consumer has switched.
          https://developer.okta.com/docs/guides/client-secret-rotation-key/main/

    1 to update, with 1 request.

    applied   update Client/reporting/secret

    1 applied.
    [exit status: 0]
    ");
    assert_ne!(world.secret(), first);
    let _ = world.run("plan --detailed-exitcode").ends_with(0);
    insta::assert_snapshot!(world.run("output").ends_with(0), @r#"
    {
      "format_version": 1,
      "objects": {
        "Client/reporting": {
          "id": "0oaf000008Euf57TO5d7",
          "client_id": "0oaf000008Euf57TO5d7"
        }
      }
    }
    [exit status: 0]
    "#);
}

#[test]
fn a_client_found_by_its_name_alone_is_compared_and_not_changed_until_it_is_adopted() {
    let world = World::new();
    world.org.replace("manifests/client.yaml", ", adopt: true", "");
    let apply = world.run("apply --auto-approve").ends_with(0);
    assert!(apply.stdout.contains("note: it bears no mark"), "{apply}");
    let _ = world.run("plan --detailed-exitcode").ends_with(0);
    world.edit(|client| client["redirect_uris"] = json!(["https://elsewhere.example.com/"]));
    insta::assert_snapshot!(world.run("drift").ends_with(2), @r#"
    Drift of `default` in http://ORG (00of00000000j617U5d7)

    Client/reporting
        redirect_uris: ["https://reporting.example.com/callback"] → ["https://elsewhere.example.com/"]   (either)

    1 item: 1 either changed live or not applied yet.
    [exit status: 2]
    "#);
    insta::assert_snapshot!(world.run("apply --auto-approve").ends_with(3), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    ~ update Client/reporting "Reporting"
        redirect_uris: ["https://elsewhere.example.com/"] → ["https://reporting.example.com/callback"]

    Refused
      Client/reporting: the client 0oaf000008Euf57TO5d7 is recognised by its name alone, and would be changed; if it is the one, pin it with `metadata.id: 0oaf000008Euf57TO5d7`, say `metadata.adopt: true`, or
          --adopt Client/reporting

    1 to update, with 1 request. It is refused; what would allow it is said above.
    ------- stderr -------
    error: the plan is refused, and nothing was changed:
      Client/reporting: the client 0oaf000008Euf57TO5d7 is recognised by its name alone, and would be changed; if it is the one, pin it with `metadata.id: 0oaf000008Euf57TO5d7`, say `metadata.adopt: true`, or
          --adopt Client/reporting
    [exit status: 3]
    "#);
    insta::assert_snapshot!(world.run("apply --auto-approve --adopt Client/reporting").ends_with(0), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    ~ update Client/reporting "Reporting"
        redirect_uris: ["https://elsewhere.example.com/"] → ["https://reporting.example.com/callback"]

    Findings
      medium IDP4002 Client/reporting (manifests/client.yaml:4:18): the client 0oaf000008Euf57TO5d7 is recognised by its name alone and taken over
          Compare the app's id with the one that you mean, and pin it with `metadata.id`.
          https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/

    1 to update, with 1 request.

    applied   update Client/reporting

    1 applied.
    [exit status: 0]
    "#);
    let _ = world.run("plan --detailed-exitcode").ends_with(0);
    let pinned = format!("name: reporting, id: {}}}", world.client()["client_id"].as_str().expect("an id"));
    world.org.replace("manifests/client.yaml", "name: reporting}", &pinned);
    world.org.replace("manifests/client.yaml", "client_name: Reporting", "client_name: Reports");
    let _ = world.run("apply --auto-approve").ends_with(0);
    assert_eq!(world.client()["client_name"], "Reports", "a pinned client may be renamed");
}

#[test]
fn a_file_that_is_there_is_never_overwritten() {
    let world = World::new();
    world.org.write("../secrets/okta/reporting", "somebody's");
    insta::assert_snapshot!(world.run("apply --auto-approve").ends_with(3), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    + create Client/reporting "Reporting"
        client_name: "Reporting"
        application_type: "web"
        grant_types: ["authorization_code", "client_credentials"]
        response_types: ["code"]
        redirect_uris: ["https://reporting.example.com/callback"]
        token_endpoint_auth_method: "client_secret_post"

    + create Client/reporting/secret
        client_secret: (secret)
        note: it is written to the file `okta/reporting`

    Not compared
      Client/reporting/secret: the file `okta/reporting` of its secret: it is there, and no list shows the client; unless that turns up, it is made only once the file is deleted

    2 to create, with 2 requests.

    refused   create Client/reporting
        the file `okta/reporting` is there, and the client is not: it holds the secret of another client, or of one that is gone; delete it to have this client made
    skipped   create Client/reporting/secret
        Client/reporting did not come about

    1 skipped, 1 refused.
    What is done stays done: look at the reasons, then plan and apply again.
    [exit status: 3]
    "#);
    assert_eq!((world.clients().len(), world.org.read("../secrets/okta/reporting").as_str()), (0, "somebody's"));
    world.forget();
    let _ = world.run("apply --auto-approve").ends_with(0);
    let first = world.secret();
    world.org.replace("manifests/client.yaml", "client_secret_post", "client_secret_basic");
    let refused = world.run("apply --auto-approve").ends_with(3);
    assert!(refused.stderr.contains("a new secret would be made, and the file `okta/reporting` that it goes to is there"), "{refused}");
    world.forget();
    insta::assert_snapshot!(world.run("apply --auto-approve").ends_with(0), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    ~ update Client/reporting "Reporting"
        token_endpoint_auth_method: "client_secret_post" → "client_secret_basic"
        note: Okta makes a new client secret when the way of authenticating changes, and the one of the next action takes its place

    ~ update Client/reporting/secret
        client_secret: (secret, changed)
        note: the file `okta/reporting` is not there: the new secret is written to it, and the one in force until now ends

    Findings
      high IDP4001 Client/reporting (manifests/client.yaml:12:32): a new secret takes the place of the one in force in one go (cutover): consumers break until they have it
          Apply the new secret first; retire the old one in another change, when every consumer has switched.
          https://developer.okta.com/docs/guides/client-secret-rotation-key/main/

    2 to update, with 2 requests.

    applied   update Client/reporting
    applied   update Client/reporting/secret

    2 applied.
    [exit status: 0]
    "#);
    assert_ne!(world.secret(), first);
    let _ = world.run("plan --detailed-exitcode").ends_with(0);
}

#[test]
fn without_a_place_for_its_secret_no_client_is_made() {
    let world = World::new();
    let plan = world.org.run("plan").ends_with(0);
    assert!(plan.stdout.contains("+ create Client/reporting/secret"), "{plan}");
    insta::assert_snapshot!(world.org.run("apply --auto-approve").ends_with(1), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    + create Client/reporting "Reporting"
        client_name: "Reporting"
        application_type: "web"
        grant_types: ["authorization_code", "client_credentials"]
        response_types: ["code"]
        redirect_uris: ["https://reporting.example.com/callback"]
        token_endpoint_auth_method: "client_secret_post"

    + create Client/reporting/secret
        client_secret: (secret)
        note: it is written to the file `okta/reporting`

    2 to create, with 2 requests.
    ------- stderr -------
    error: nothing was changed, because files for the secrets of clients cannot be used: `okta/reporting`: it goes below `--secret-dir`, which is not given

    hint: name the folder that they go to
        --secret-dir DIR
    [exit status: 1]
    "#);
    world.org.replace("manifests/client.yaml", "okta/reporting", "elsewhere/reporting");
    let missing = world.run("apply --auto-approve").ends_with(1);
    assert!(missing.stderr.contains("`elsewhere/reporting`: its folder is not there"), "{missing}");
    let nowhere = CLIENT.replace("  client_secret_output: {file: okta/reporting}\n", "");
    world.org.write("manifests/client.yaml", &nowhere);
    insta::assert_snapshot!(world.run("apply --auto-approve").ends_with(1), @"
    ------- stderr -------
    error[IDP0606]: Client/reporting would be registered, and would have a secret that goes nowhere
     --> manifests/client.yaml:4:18
      |
    4 | metadata: {name: reporting, adopt: true}
      |                  ^^^^^^^^^
      |
      = help: add `client_secret_output: {file: …}`, or choose a method without a secret, such as `private_key_jwt`

    1 error
    [exit status: 1]
    ");
    for (method, why) in [("private_key_jwt", "declares none"), ("client_secret_jwt", "nobody gets to know")] {
        world.org.write("manifests/client.yaml", nowhere.replace("client_secret_post", method));
        let refused = world.run("plan").ends_with(1);
        assert!(refused.stderr.contains(why), "{refused}");
    }
    assert_eq!(world.clients().len(), 0);
    world.org.write("manifests/client.yaml", CLIENT);
    let _ = world.run("apply --auto-approve").ends_with(0);
    insta::assert_snapshot!(world.org.run("plan --detailed-exitcode").ends_with(0), @"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    Not compared
      Client/reporting/secret: the file `okta/reporting` of its secret: it goes below `--secret-dir`, which is not given

    Nothing to do, as far as could be compared.
    [exit status: 0]
    ");
    let open = world.org.run("apply --auto-approve").ends_with(1);
    assert!(open.stderr.contains("`okta/reporting`: it goes below `--secret-dir`, which is not given"), "{open}");
}

#[test]
fn a_change_of_its_sort_replaces_the_client_and_its_secret() {
    let world = World::new();
    let _ = world.run("apply --auto-approve").ends_with(0);
    let (first, id) = (world.secret(), world.client()["client_id"].clone());
    world.org.replace("manifests/client.yaml", "application_type: web", "application_type: native");
    world.org.replace("manifests/client.yaml", "authorization_code, client_credentials", "authorization_code");
    world.org.replace("manifests/client.yaml", "adopt: true", "adopt: true, protected: true");
    let refused = world.run("plan").ends_with(3);
    assert!(refused.stdout.contains("it is protected, and would be replaced"), "{refused}");
    world.org.replace("manifests/client.yaml", ", protected: true", "");
    insta::assert_snapshot!(world.run("plan").ends_with(3), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    - delete Client/reporting/0oaf000008Euf57TO5d7 "Reporting"
        note: the client 0oaf000008Euf57TO5d7 goes, with everything that hangs on it

    ± replace Client/reporting "Reporting"
        application_type: "web" → "native"   (cannot be changed: the client is replaced)
        client_name: "Reporting"
        grant_types: ["authorization_code"]
        response_types: ["code"]
        redirect_uris: ["https://reporting.example.com/callback"]
        token_endpoint_auth_method: "client_secret_post"
        note: the client 0oaf000008Euf57TO5d7 goes, and with it its secret, keys, users, groups and grants
        note: the old client goes first, because a client is found by its name: nobody gets a token in between

    + create Client/reporting/secret
        client_secret: (secret)
        note: it is written to the file `okta/reporting`

    Refused
      Client/reporting: `application_type` cannot be changed: the client would be deleted and made anew, with another client id, losing its users, groups and grants
          --allow-replace Client/reporting
      Client/reporting: a new secret would be made, and the file `okta/reporting` that it goes to is there; delete the file, which says that its secret may end

    1 to create, 1 to replace, 1 to delete, with 3 requests. It is refused for several reasons; what would allow it is said above.
    [exit status: 3]
    "#);
    world.forget();
    insta::assert_snapshot!(world.run("apply --auto-approve --allow-replace Client/reporting").ends_with(0), @r#"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    - delete Client/reporting/0oaf000008Euf57TO5d7 "Reporting"
        note: the client 0oaf000008Euf57TO5d7 goes, with everything that hangs on it

    ± replace Client/reporting "Reporting"
        application_type: "web" → "native"   (cannot be changed: the client is replaced)
        client_name: "Reporting"
        grant_types: ["authorization_code"]
        response_types: ["code"]
        redirect_uris: ["https://reporting.example.com/callback"]
        token_endpoint_auth_method: "client_secret_post"
        note: the client 0oaf000008Euf57TO5d7 goes, and with it its secret, keys, users, groups and grants
        note: the old client goes first, because a client is found by its name: nobody gets a token in between

    + create Client/reporting/secret
        client_secret: (secret)
        note: it is written to the file `okta/reporting`

    1 to create, 1 to replace, 1 to delete, with 3 requests.

    applied   replace Client/reporting
    applied   delete Client/reporting/0oaf000008Euf57TO5d7
    applied   create Client/reporting/secret

    3 applied.
    [exit status: 0]
    "#);
    assert_ne!((world.secret(), world.client()["client_id"].clone()), (first, id));
    let _ = world.run("plan --detailed-exitcode").ends_with(0);
}
