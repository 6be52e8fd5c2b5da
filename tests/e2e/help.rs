//! The reference of the command line: `--help` of every command, as the real binary prints it.

use std::process::Command;

fn help(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_idpctl")).args(arguments).env_clear().env("COLUMNS", "110").output().expect("the binary runs");
    assert!(output.status.success() && output.stderr.is_empty());
    let text = String::from_utf8(output.stdout).expect("help is text");
    // clap fills empty lines with blanks.
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect::<Vec<_>>().concat()
}

#[test]
fn the_long_help_teaches() {
    insta::assert_snapshot!(help(&["--help"]), @"
    Declarative reconciler for OAuth clients: manifests in git describe Okta apps, their credentials and the
    scopes granted to them, and the client types of a Tyk developer portal; idpctl shows how org and portal differ
    from them and makes them so.

    Nothing is written but by `apply`, nothing that is not declared is changed, and nothing is deleted unless
    asked for with `--prune`.

    Usage: idpctl [OPTIONS] <COMMAND>

    Commands:
      validate     Check manifests, offline
      plan         Show what would change
      apply        Change it, after a yes
      drift        Show what changed behind our back
      export       Write what is in the org as manifests
      diff         Show what differs between the manifests of two git revisions, offline
      graph        Draw which declared object needs which, offline
      comment      Post or edit the one comment of a pull request or merge request
      verify       Obtain the tokens that clients are promised, and check them
      output       Print ids and client ids of declared objects
      schema       Write the JSON Schemas that editors use
      explain      Look up a kind, a field or a code
      auth         Look at the credentials
      emulator     Run a local Okta org and Tyk portal
      completions  Print a completion script for a shell
      man          Print the manual page

    Options:
      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version

    Global options:
          --color <WHEN>
              Say whether output has colour

              Possible values:
              - auto:   Where a terminal shows it
              - always: Always
              - never:  Never

              [default: auto]

      -v, --verbose...
              Say more on standard error; repeat it for requests (-vv)

          --log-format <FORMAT>
              Choose the form of log lines

              Possible values:
              - text: For people
              - json: One JSON object a line

              [default: text]

    Examples:
      idpctl validate                        check the manifests, offline
      idpctl plan                            show what would change
      idpctl plan --out plan.json            save the plan, to be approved
      idpctl apply plan.json                 do exactly what was approved, or refuse
      idpctl drift                           show what changed behind our back
      idpctl export --out manifests          write what is in the org as manifests
      idpctl diff origin/main                show what a branch would change, without credentials
      idpctl graph                           draw what needs what, as a Mermaid diagram
      idpctl comment diff.md                 post that as the one comment of a pull request
      idpctl verify                          obtain a token with each client, and check it
      idpctl explain App.settings            look up a field
      idpctl explain IDP0301                 look up a code

    Exit status:
      0  done, or in sync
      1  error, wrong usage, invalid manifests, something unread, or a promise not kept (verify)
      2  differences found (drift, diff --exit-code, plan --detailed-exitcode)
      3  refused: a guard, a plan that no longer fits, or a finding (--fail-on)
      4  apply incomplete: something failed, was skipped, is in doubt or not verified (--verify)

    Environment:
      OKTA_CLIENT_ORGURL       the org, for example https://acme.okta.com
      OKTA_CLIENT_TOKEN        an API token of that org
      OKTA_CLIENT_AUTHORIZATIONMODE=PrivateKey
                               sign in as a service app instead, with
      OKTA_CLIENT_CLIENTID     its client_id
      OKTA_CLIENT_PRIVATEKEY   its private key: a PEM, a JWK, or the path of either
      OKTA_CLIENT_PRIVATEKEYID the `kid` of that key, if it is not in it
      OKTA_CLIENT_SCOPES       the scopes to ask for, if not those that the manifests need
      OKTA_API_TOKEN, OKTA_ORG_NAME, OKTA_BASE_URL
                               the same, as the Terraform provider names them
      ~/.okta/okta.yaml        read where none of these is set
      TYK_PORTAL_URL           the developer portal, for example https://portal.example.com
      TYK_PORTAL_TOKEN         the API credential of an admin of that portal
      GITHUB_TOKEN, GITLAB_TOKEN
                               what `comment` posts with; nothing else looks at them
      IDPCTL_NOTIFY_URL        the webhook that `drift --notify` posts to; no manifest may name it
      IDPCTL_…                 values that manifests refer to as {env: IDPCTL_…}
      HTTPS_PROXY, NO_PROXY    how to reach the org
      NO_COLOR, CLICOLOR_FORCE whether output has colour
    ");
}

#[test]
fn every_command_explains_itself() {
    let commands: [&[&str]; 19] = [
        &["validate"],
        &["plan"],
        &["apply"],
        &["drift"],
        &["export"],
        &["diff"],
        &["graph"],
        &["comment"],
        &["verify"],
        &["output"],
        &["schema"],
        &["explain"],
        &["auth"],
        &["auth", "check"],
        &["emulator"],
        &["emulator", "export"],
        &["emulator", "import"],
        &["completions"],
        &["man"],
    ];
    let pages = commands.map(|command| format!("# idpctl {}\n{}", command.join(" "), help(&[command, &["-h"]].concat())));
    insta::assert_snapshot!("help", pages.join("\n"));
}
