//! Clients that are registered dynamically: their secrets go to files and nowhere else, and where a file is gone a new one is made.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::org::{Output, TestOrg};

const CLIENT: &str = "
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
struct World {
    org: TestOrg,
}

impl World {
    fn new() -> Self {
        let org = TestOrg::new();
        org.write("manifests/client.yaml", CLIENT);
        fs::create_dir_all(org.path("../secrets/okta")).expect("a folder can be made");
        Self { org }
    }

    /// Runs a command, and asserts that no secret of any client is said, then or in what it leaves behind.
    fn run(&self, arguments: &str) -> Output {
        let output = self.org.run(&format!("{arguments} --secret-dir ../secrets"));
        self.discreet(output)
    }

    fn discreet(&self, output: Output) -> Output {
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

    fn clients(&self) -> Vec<Value> {
        self.org.get("/oauth2/v1/clients?limit=200").as_array().expect("a list").clone()
    }

    /// Returns the secret that the file holds, which must be the only one that the only client has.
    fn secret(&self) -> String {
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

    fn forget(&self) {
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
      IDP4001 Client/reporting: a new secret takes the place of the one in force in one go (cutover): consumers break until they have it

    1 to update, with 1 request.
    [exit status: 2]
    ");
    insta::assert_snapshot!(world.run("apply --auto-approve").ends_with(0), @"
    Plan for `default` in http://ORG (00of00000000j617U5d7)

    ~ update Client/reporting/secret
        client_secret: (secret, changed)
        note: the file `okta/reporting` is not there: the new secret is written to it, and the one in force until now ends

    Findings
      IDP4001 Client/reporting: a new secret takes the place of the one in force in one go (cutover): consumers break until they have it

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
