"""Thousands of questions made from Okta's published schema by schemathesis: no answer is a server error, and none violates the schema.

The ids in the paths are those of resources that exist, made here and made again when a question changed them; every second body is one that
the org takes, with one member of schemathesis's choice. Where real orgs depart from the schema, `departures.json` says so, with evidence;
an entry that excuses nothing any more is a failure. Run by `run`, which serves the org and names it in the environment.
"""

import collections
import json
import os
import re
import sys
import time
import warnings
from pathlib import Path

import requests
import schemathesis
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from jwt.algorithms import RSAAlgorithm
from schemathesis.checks import not_a_server_error
from schemathesis.core.errors import SerializationNotPossible
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance
from schemathesis.transport.serialization import serialize_binary

ORG = os.environ["OKTA_CLIENT_ORGURL"]
TOKEN = {"authorization": "SSWS " + os.environ["OKTA_CLIENT_TOKEN"]}
SEED = 20260629
AT_LEAST = 3000
# How often an operation that the org serves is asked, and when to stop asking.
READS, WRITES, SECONDS = 20, 44, 200
APP = "/api/v1/apps/{appId}"
SERVER = "/api/v1/authorizationServers/{authServerId}"
POLICY = SERVER + "/policies/{policyId}"
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]


class World:
    """The resources that the paths name."""

    def __init__(self):
        self.session = requests.Session()
        self.session.headers.update(TOKEN)
        self.session.trust_env = False
        self.made, self.questions, self.ids = 0, 0, {}
        key = RSAAlgorithm.to_jwk(rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key(), as_dict=True)
        self.key = {name: key[name] for name in ("kty", "n", "e")} | {"use": "sig", "alg": "RS256"}
        self.make()

    def body(self, path):
        """A body that the org takes at a collection, new each time."""
        self.made += 1
        name = f"schema {self.made}"
        return {
            "/api/v1/apps": lambda: {
                "name": "oidc_client", "label": name, "signOnMode": "OPENID_CONNECT",
                "credentials": {"oauthClient": {"token_endpoint_auth_method": "client_secret_basic"}},
                "settings": {"oauthClient": {
                    "application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"],
                }},
            },
            "/oauth2/v1/clients": lambda: {
                "client_name": name, "application_type": "service", "grant_types": ["client_credentials"],
                "response_types": ["token"], "token_endpoint_auth_method": "client_secret_basic",
            },
            APP + "/credentials/secrets": dict,
            # With a use: an RSA key that names none has both documented forms, in recorded answers too, and the schema lets it have one.
            APP + "/credentials/jwks": lambda: self.key | {"kid": f"key{self.made}"},
            APP + "/grants": lambda: {"issuer": ORG, "scopeId": "okta.apps.read"},
            APP + "/groups": dict,
            "/api/v1/groups": lambda: {"profile": {"name": name}},
            "/api/v1/authorizationServers": lambda: {"name": name, "audiences": ["api://schema"]},
            SERVER + "/scopes": lambda: {"name": f"scope{self.made}"},
            SERVER + "/claims": lambda: {
                "name": f"claim{self.made}", "status": "ACTIVE", "claimType": "RESOURCE", "valueType": "EXPRESSION",
                "value": "app.clientId", "alwaysIncludeInToken": True, "conditions": {"scopes": []},
            },
            SERVER + "/policies": lambda: {
                "type": "OAUTH_AUTHORIZATION_POLICY", "name": name, "description": name, "priority": 1, "status": "ACTIVE",
                "conditions": {"clients": {"include": ["ALL_CLIENTS"]}},
            },
            POLICY + "/rules": lambda: {
                "type": "RESOURCE_ACCESS", "name": name, "priority": 1, "status": "ACTIVE",
                "conditions": {
                    "grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": ["*"]},
                    "people": {"groups": {"include": ["EVERYONE"]}},
                },
                "actions": {"token": {
                    "accessTokenLifetimeMinutes": 60, "refreshTokenLifetimeMinutes": 0, "refreshTokenWindowMinutes": 10080,
                }},
            },
            SERVER + "/resourceservercredentials/keys": lambda: {
                name: value for name, value in self.key.items() if name != "alg"
            } | {"use": "enc", "status": "INACTIVE", "kid": f"key{self.made}"},
        }.get(path, lambda: None)()

    def make(self, changed=""):
        """Makes anew what is at a path, and all that is under it."""
        for path, name, under in [
            ("/api/v1/groups", "groupId", ""), ("/api/v1/apps", "appId", ""), (APP + "/credentials/secrets", "secretId", APP),
            (APP + "/credentials/jwks", "keyId", APP + "/credentials/jwks"), (APP + "/grants", "grantId", APP),
            ("/api/v1/authorizationServers", "authServerId", ""), (SERVER + "/scopes", "scopeId", SERVER),
            (SERVER + "/claims", "claimId", SERVER), (SERVER + "/policies", "policyId", SERVER),
            (POLICY + "/rules", "ruleId", POLICY),
            (SERVER + "/resourceservercredentials/keys", "keyId", SERVER + "/resourceservercredentials/keys"),
        ]:
            if f"{path}/{{{name}}}".startswith(changed):
                self.ids[under, name] = self.send("POST", path, self.body(path))["id"]
        self.ids["", "clientId"] = self.ids["", "appId"]
        self.ids["", "authorizationServerId"] = self.ids["", "authServerId"]
        self.ids["/api/v1/policies", "policyId"] = self.send("GET", "/api/v1/policies?type=ACCESS_POLICY")[0]["id"]
        self.ids[APP + "/policies", "policyId"] = self.ids["/api/v1/policies", "policyId"]
        self.ids[APP + "/credentials/keys", "keyId"] = self.send("GET", APP + "/credentials/keys")[0]["kid"]
        self.ids[SERVER + "/credentials/keys", "keyId"] = self.send("GET", SERVER + "/credentials/keys")[0]["kid"]
        self.send("PUT", APP + "/groups/{groupId}", {})
        self.stale, self.writes = None, 0

    def fill(self, path, parameters):
        """The parameters, with an id that exists for each that has one."""
        def of(name):
            return max(((under, value) for (under, known), value in self.ids.items() if known == name and path.startswith(under)), default=None)
        return {name: (of(name) or ("", value))[1] for name, value in parameters.items()}

    def send(self, method, path, body=None):
        path = path.format(**self.fill(path, dict.fromkeys(re.findall(r"{(\w+)}", path))))
        answer = self.session.request(method, ORG + path, json=body)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.text else None

    def before(self, case):
        """Lets every second deletion find something that may be deleted."""
        path = case.operation.path
        if case.method == "DELETE" and self.questions % 2 and re.search(r"(apps/{appId}|{secretId}|jwks/{keyId}|{authServerId}|keys/{keyId})$", path):
            self.session.post(ORG + case.formatted_path + "/lifecycle/deactivate")

    def after(self, case, status):
        """Notes what an answer says has changed too much for the next question."""
        path = case.operation.path.replace("/oauth2/v1/clients/{clientId}", APP)
        if status < 300 and case.method != "GET":
            self.writes += 1
            if case.method == "DELETE" or path == APP:
                self.stale = path
            elif self.writes >= 12 and path.startswith(APP):
                self.stale = APP


class Findings:
    """What is wrong, each once, and what of it is known."""

    def __init__(self):
        self.known = json.loads(Path(__file__).with_name("departures.json").read_text())
        self.needed, self.unknown = set(), {}

    def add(self, case, answer, failure):
        pointer = "".join(f"/{part}" for part in getattr(failure, "instance_path", []))
        operation = f"{case.method} {case.operation.path}"
        kind = type(failure).__name__
        for number, known in enumerate(self.known):
            if (
                any(re.fullmatch(re.sub("([{}])", r"\\\1", pattern), operation) for pattern in known["on"])
                and answer.status_code in known["status"]
                and known["failure"] == kind
                and re.fullmatch(known["pointer"], pointer)
                and known["says"] in failure.message
                and all(failure.instance.get(name) in values for name, values in known["value"].items())
            ):
                self.needed.add(number)
                return
        place = re.sub(r"/\d+", "/*", pointer)
        self.unknown.setdefault((operation, answer.status_code, kind, place), f"{failure.message}\n{case.as_curl_command()}\n{answer.text[:3000]}")


def single(failure):
    return failure.exceptions if isinstance(failure, FailureGroup) else [failure]


def main():
    warnings.simplefilter("ignore")
    started = time.monotonic()
    schema = schemathesis.openapi.from_dict(json.loads(Path(sys.argv[1]).read_text()))
    world, findings = World(), Findings()
    statuses = collections.Counter()

    @schemathesis.serializer("application/pkix-cert", "application/x-pem-file", "application/x-x509-ca-cert")
    def certificate(context, value):
        return {"data": serialize_binary(value)}

    @schemathesis.hook
    def map_path_parameters(context, path_parameters):
        if world.stale:
            world.make(world.stale)
        return world.fill(context.operation.path, path_parameters) if path_parameters else path_parameters

    @schemathesis.hook
    def map_body(context, body):
        path = context.operation.path
        collection = path.rsplit("/", 1)[0] if context.operation.method.upper() == "PUT" else path
        taken = world.body(collection)
        if world.made % 2 or not taken or not isinstance(body, dict):
            return body
        # A key keeps its use, for the reason given where it is made.
        names = sorted(name for name in body if name != "use" or not path.endswith("/jwks"))
        chosen = names[world.made // 2 % len(names):][:1] if names else []
        return taken | {name: body[name] for name in chosen}

    def ask(case):
        world.before(case)
        answer = case.call(base_url=ORG, session=world.session)
        world.questions += 1
        statuses[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except (Failure, FailureGroup) as failure:
            for one in single(failure):
                findings.add(case, answer, one)
        world.after(case, answer.status_code)
        return answer

    served = 0
    late, unasked = [], []
    for found in schema.get_all_operations():
        operation = found.ok()
        name = f"{operation.method.upper()} {operation.path}"
        if time.monotonic() - started > SECONDS:
            late.append(name)
            continue
        plain = re.sub(r"{\w+}", "there-is-none", operation.path)
        probe = world.session.request(operation.method, ORG + plain, json={} if operation.method != "get" else None)
        is_served = '"E0000008"' not in probe.text and probe.status_code != 405
        served += is_served
        count = 1 if not is_served else READS if operation.method == "get" else WRITES

        @seed(SEED)
        @settings(max_examples=count, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), print_blob=False)
        @given(case=operation.as_strategy())
        def questions(case):
            ask(case)

        begun = time.monotonic()
        try:
            questions()
        except (SerializationNotPossible, Unsatisfiable):
            unasked.append(name)
            assert not is_served, f"schemathesis can make no request for {name}"
        if os.environ.get("SCHEMA_TIMES"):
            print(f"{time.monotonic() - begun:6.1f}s {name} {'served' if is_served else '-'}", file=sys.stderr)

    for (operation, status, kind, place), text in findings.unknown.items():
        print(f"{operation} {status} {kind} {place}\n{text}\n", file=sys.stderr)
    needless = [known for number, known in enumerate(findings.known) if number not in findings.needed]
    for known in needless:
        print(f"nothing needs the departure {known}", file=sys.stderr)
    for name in late:
        print(f"no time was left for {name}", file=sys.stderr)
    said = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
    print(f"schemathesis: {world.questions} requests to {served} served operations of the schema in {time.monotonic() - started:.0f} s ({said})")
    print(f"schemathesis: {len(findings.unknown)} violations, {len(findings.needed)} known departures")
    assert world.questions >= AT_LEAST, f"fewer than {AT_LEAST} requests"
    sys.exit(bool(findings.unknown or needless or late))


main()
