//! Logs of every sort of mark, held to the published schema.

use serde_json::Value;

use super::super::report::fixture::{finding, hostile, origin, plan};
use super::{encoded, pascal_case, sarif};
use crate::diagnostic::codes::DUPLICATE_KEY;
use crate::diagnostic::{Diagnostic, Diagnostics, Sources, codes};
use crate::findings::{Severity, Standing};
use crate::render::json_text;
use crate::report::{Report, Section, marks};

/// The published schema of SARIF 2.1.0.
fn assert_valid(log: &Value) {
    let text = include_str!("../../../tests/sarif/sarif-schema-2.1.0.json");
    // A bracket is closed there that nobody opened, in the pattern of a property that we do not write.
    let schema: Value = serde_json::from_str(&text.replace("{2}]?$", "{2}$")).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let faults: Vec<_> = validator.iter_errors(log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn of(report: &Report) -> Value {
    let log = sarif(&marks(&report.found(), &Diagnostics::default(), &Sources::default()), "plan");
    assert_valid(&log);
    log
}

#[test]
fn a_finding_is_a_result_on_its_line() {
    let mut one = plan();
    one.sections[0].findings.truncate(1);
    insta::assert_snapshot!(json_text(&of(&one)), @r#"
    {
      "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
      "version": "2.1.0",
      "runs": [
        {
          "tool": {
            "driver": {
              "name": "idpctl",
              "semanticVersion": "0.1.0",
              "rules": [
                {
                  "id": "IDP4201",
                  "name": "APolicyThatIsOpenedToEveryClient",
                  "shortDescription": {
                    "text": "A policy that is opened to every client."
                  },
                  "fullDescription": {
                    "text": "A client that somebody registers later, or whose credentials leak, is issued tokens of the server like those that it was made for."
                  },
                  "help": {
                    "text": "Name the clients in `conditions.clients.include`."
                  },
                  "helpUri": "https://developer.okta.com/docs/guides/configure-access-policy/main/",
                  "defaultConfiguration": {
                    "level": "error"
                  },
                  "properties": {
                    "security-severity": "8.0",
                    "tags": [
                      "security",
                      "oauth"
                    ]
                  }
                }
              ]
            }
          },
          "automationDetails": {
            "id": "idpctl/plan/"
          },
          "originalUriBaseIds": {
            "%SRCROOT%": {
              "description": {
                "text": "the root of the repository"
              }
            }
          },
          "columnKind": "unicodeCodePoints",
          "results": [
            {
              "ruleId": "IDP4201",
              "ruleIndex": 0,
              "level": "error",
              "message": {
                "text": "The redirect URI `http://portal.example.com/cb` is added, over plain http. Use https, or a loopback address for a native app."
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "manifests/web.yaml",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "startLine": 12,
                      "startColumn": 7
                    }
                  },
                  "logicalLocations": [
                    {
                      "fullyQualifiedName": "App/web settings.oauthClient.redirect_uris",
                      "kind": "object"
                    }
                  ]
                }
              ],
              "partialFingerprints": {
                "primaryLocationLineHash": "0a33ebfcacaa7e316a038ddf2226270c:1"
              },
              "baselineState": "new"
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn what_was_there_and_what_is_accepted_is_told_apart_from_what_is_new() {
    let log = of(&plan());
    let result =
        |result: &Value| format!("{} {} {} {}", result["ruleId"], result["level"], result["baselineState"], result["suppressions"]);
    let told: Vec<_> = log["runs"][0]["results"].as_array().unwrap().iter().map(result).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    "IDP4201" "error" "new" null
    "IDP4001" "warning" "new" null
    "IDP4002" "warning" "new" [{"kind":"inSource","status":"accepted","justification":"legacy client, gone by March"}]
    "IDP4202" "note" "unchanged" null
    "#);
}

#[test]
fn mistakes_are_results_with_the_other_place_beside_them() {
    let mut diagnostics = Diagnostics::default();
    let twice = Diagnostic::error(DUPLICATE_KEY, Some(origin("manifests/a b.yaml", 9)), "key `[x](y)` is given {twice}");
    diagnostics.push(twice.related(origin("manifests/a b.yaml", 7), "first"));
    diagnostics.push(Diagnostic::error(DUPLICATE_KEY, None, "nowhere").warning());
    let log = sarif(&marks(&[], &diagnostics, &Sources::default()), "validate");
    assert_valid(&log);
    insta::assert_snapshot!(json_text(&log["runs"][0]["results"]), @r#"
    [
      {
        "ruleId": "IDP0103",
        "ruleIndex": 0,
        "level": "error",
        "message": {
          "text": "Key `[x] (y)` is given {{twice}}. Remove one of the two."
        },
        "locations": [
          {
            "physicalLocation": {
              "artifactLocation": {
                "uri": "manifests/a%20b.yaml",
                "uriBaseId": "%SRCROOT%"
              },
              "region": {
                "startLine": 9,
                "startColumn": 7
              }
            }
          }
        ],
        "relatedLocations": [
          {
            "physicalLocation": {
              "artifactLocation": {
                "uri": "manifests/a%20b.yaml",
                "uriBaseId": "%SRCROOT%"
              },
              "region": {
                "startLine": 7,
                "startColumn": 7
              }
            },
            "message": {
              "text": "first"
            }
          }
        ],
        "partialFingerprints": {
          "primaryLocationLineHash": "8877bb0ec54f6965d50d6cfee606af55:1"
        }
      },
      {
        "ruleId": "IDP0103",
        "ruleIndex": 0,
        "level": "warning",
        "message": {
          "text": "Nowhere. Remove one of the two."
        },
        "locations": [],
        "partialFingerprints": {
          "primaryLocationLineHash": "1c48eb9e06665c47fd33eac21038bdf6:1"
        }
      }
    ]
    "#);
}

#[test]
fn hostile_text_is_text_in_a_valid_log() {
    let log = of(&hostile());
    let text = json_text(&log);
    for active in ["##[", "\u{202e}", "\u{200b}", "\u{1b}"] {
        assert!(!text.contains(active), "{active}: {text}");
    }
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let text = result["message"]["text"].as_str().unwrap();
        assert!(!text.contains("](") && !text.replace("{{", "").contains('{'), "{text}");
    }
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    insta::assert_snapshot!(place.as_str().unwrap(), @"manifests/%60%60%60%60%60%3C/summary%3E%3C/details%3E%3Cscript%3Ealert%281%29%3C/script%3E%20%7C%20%40everyone%20%231%20%3A%3Aerror%3A%3Ax%20%250A%3A%3Aset-output%20name%3Da%3A%3Ab%20%1B%5B31m%E2%80%AE%E2%80%8B%20--%3E%20%5D%5D%3E%20%21%5Bx%5D%28https%3A//evil.example/%29%20%2A%2Ab%2A%2A%20%5Bl%5D%28u%29%20%22%27%20onload%3Dx%20%26%201.%20%0D-%20~~~%20deadbeef01%20%7B%7B%207%2A7%20%7D%7D%20%23%23%5Badd-mask%5Dx%20%23%23vso%5By%5D.yaml");
}

#[test]
fn a_result_is_known_again_when_its_line_moves_and_is_told_once_for_all_targets() {
    let report = |line, names: &[&str]| {
        let found = |name: &&str| {
            let moved = finding(4201, Severity::High, Standing::New, "web");
            let moved = crate::findings::Finding { origin: Some(origin("manifests/web.yaml", line)), ..moved };
            let elsewhere = crate::findings::Finding { origin: Some(origin("manifests/web.yaml", line + 1)), ..moved.clone() };
            let findings = vec![moved.clone(), moved, elsewhere];
            Section { target: Some((*name).to_owned()), findings, ..Section::default() }
        };
        Report { sections: names.iter().map(found).collect(), ..plan() }
    };
    let prints = |report: &Report| {
        let log = of(report);
        log["runs"][0]["results"].as_array().unwrap().iter().map(|result| result["partialFingerprints"].clone()).collect::<Vec<_>>()
    };
    let before = prints(&report(3, &["prod"]));
    assert_eq!(before.len(), 2);
    assert_ne!(before[0], before[1]);
    assert_eq!(before, prints(&report(300, &["prod"])));
    let log = of(&report(3, &["prod", "staging"]));
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 2);
    assert!(log["runs"][0]["results"][0]["message"]["text"].as_str().unwrap().contains("(for prod, staging)"));
}

#[test]
fn every_code_makes_a_rule() {
    let findings = codes::all().map(|entry| finding(entry.code.0, Severity::Low, Standing::New, "web")).collect();
    let log = of(&Report { sections: vec![Section { findings, ..Section::default() }], ..plan() });
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), codes::all().count());
    let mut names: Vec<_> = rules.iter().map(|rule| rule["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), rules.len());
}

#[test]
fn paths_and_names_are_written_as_their_standards_have_them() {
    let paths = ["manifests/web.yaml", "a b/ø:%#?.yaml", "../x", "c:\\x"].map(encoded);
    insta::assert_snapshot!(paths.join("\n"), @"
    manifests/web.yaml
    a%20b/%C3%B8%3A%25%23%3F.yaml
    ../x
    c%3A%5Cx
    ");
    assert_eq!(pascal_case("a key's name, given twice (2 times)"), "AKeySNameGivenTwice2Times");
}
