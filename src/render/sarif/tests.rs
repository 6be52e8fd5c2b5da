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
fn findings_are_results_on_their_lines() {
    insta::assert_snapshot!(json_text(&of(&plan())), @r#"
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
                  "id": "IDP4001",
                  "name": "OneSecretComesAndAnotherGoesInOneApply",
                  "shortDescription": {
                    "text": "One secret comes and another goes in one apply."
                  },
                  "fullDescription": {
                    "text": "Consumers that still have the old secret fail from the apply on until they have the new one."
                  },
                  "help": {
                    "text": "Apply the new secret first; retire the old one in another change, when every consumer has switched."
                  },
                  "helpUri": "https://developer.okta.com/docs/guides/client-secret-rotation-key/main/",
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
                },
                {
                  "id": "IDP4002",
                  "name": "AnAppIsTakenOverByItsLabel",
                  "shortDescription": {
                    "text": "An app is taken over by its label."
                  },
                  "fullDescription": {
                    "text": "A label is not unique and anybody who can edit an app can change it, so another app may be taken over than is meant."
                  },
                  "help": {
                    "text": "Compare the app's id with the one that you mean, and pin it with `metadata.id`."
                  },
                  "helpUri": "https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/",
                  "defaultConfiguration": {
                    "level": "warning"
                  },
                  "properties": {
                    "security-severity": "5.5",
                    "tags": [
                      "security",
                      "oauth"
                    ]
                  }
                },
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
                },
                {
                  "id": "IDP4202",
                  "name": "ARuleThatLetsClientsHaveEveryScope",
                  "shortDescription": {
                    "text": "A rule that lets clients have every scope."
                  },
                  "fullDescription": {
                    "text": "Tokens should carry the privileges that are needed and no more (RFC 9700, section 2.3); a scope that is declared later is given away as well."
                  },
                  "help": {
                    "text": "Name the scopes in `conditions.scopes.include`."
                  },
                  "helpUri": "https://www.rfc-editor.org/rfc/rfc9700#section-2.3",
                  "defaultConfiguration": {
                    "level": "warning"
                  },
                  "properties": {
                    "security-severity": "5.5",
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
              "ruleIndex": 2,
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
            },
            {
              "ruleId": "IDP4001",
              "ruleIndex": 0,
              "level": "warning",
              "message": {
                "text": "The redirect URI `http://portal.example.com/cb` is added, over plain http. Use https, or a loopback address for a native app. Accepted in this very change, which does not count: Trust me."
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
                      "fullyQualifiedName": "App/spa settings.oauthClient.redirect_uris",
                      "kind": "object"
                    }
                  ]
                }
              ],
              "partialFingerprints": {
                "primaryLocationLineHash": "f53e3c00b0db6ffb75ed6f6026a35e9d:1"
              },
              "baselineState": "new"
            },
            {
              "ruleId": "IDP4002",
              "ruleIndex": 1,
              "level": "warning",
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
                      "fullyQualifiedName": "App/old settings.oauthClient.redirect_uris",
                      "kind": "object"
                    }
                  ]
                }
              ],
              "partialFingerprints": {
                "primaryLocationLineHash": "a70720efc76fc607586536fab9acc4c3:1"
              },
              "baselineState": "new",
              "suppressions": [
                {
                  "kind": "inSource",
                  "status": "accepted",
                  "justification": "legacy client, gone by March"
                }
              ]
            },
            {
              "ruleId": "IDP4202",
              "ruleIndex": 3,
              "level": "note",
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
                      "fullyQualifiedName": "App/billing settings.oauthClient.redirect_uris",
                      "kind": "object"
                    }
                  ]
                }
              ],
              "partialFingerprints": {
                "primaryLocationLineHash": "e8269b7aafe61c6fcd324e35adac4b05:1"
              },
              "baselineState": "unchanged"
            }
          ]
        }
      ]
    }
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
    insta::assert_snapshot!(place.as_str().unwrap(), @"");
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
