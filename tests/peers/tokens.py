"""Tokens for curl, asked for as Okta's client-credentials guide has it, and verified by PyJWT against the keys that are published.

Run by `run`, which serves the org and names it in the environment.
"""

import base64
import json
import os
import subprocess
import sys
import time
import traceback

import jwt

ORG = os.environ["OKTA_CLIENT_ORGURL"]
ISSUER = f"{ORG}/oauth2/default"
CLIENT_ID = "peer-of-the-guide"
SECRET = "kittiwake over the bow, curl"
SERVER = "/api/v1/authorizationServers/default"


def curl(*arguments):
    """What curl is answered: the status and the body, read as JSON where there is one."""
    command = ["curl", "--silent", "--show-error", "--write-out", "\n%{http_code}", *arguments]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    body, status = said.rsplit("\n", 1)
    return int(status), json.loads(body) if body else None


def manage(path, body):
    """What a call of the administrator makes."""
    status, made = curl(
        f"{ORG}{path}", "--header", f"Authorization: SSWS {os.environ['OKTA_CLIENT_TOKEN']}",
        "--header", "Content-Type: application/json", "--data", json.dumps(body),
    )
    assert status in (200, 201), made
    return made


def ask(secret=SECRET, scope="customScope"):
    """The request of the guide, header by header."""
    credentials = base64.b64encode(f"{CLIENT_ID}:{secret}".encode()).decode()
    return curl(
        "--request", "POST",
        "--url", f"{ISSUER}/v1/token",
        "--header", "accept: application/json",
        "--header", f"authorization: Basic {credentials}",
        "--header", "cache-control: no-cache",
        "--header", "content-type: application/x-www-form-urlencoded",
        "--data", f"grant_type=client_credentials&scope={scope}",
    )


def tell(endpoint, token):
    """What an endpoint of the server says to the client about a token."""
    return curl("--user", f"{CLIENT_ID}:{SECRET}", "--url", f"{ISSUER}/v1/{endpoint}", "--data-urlencode", f"token={token}")


def the_server_has_the_scope_policy_and_rule_of_the_guide():
    manage("/api/v1/apps", {
        "name": "oidc_client", "label": "The client of the guide", "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {
            "client_id": CLIENT_ID, "client_secret": SECRET, "token_endpoint_auth_method": "client_secret_basic",
        }},
        "settings": {"oauthClient": {
            "application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"],
        }},
    })
    manage(f"{SERVER}/scopes", {"name": "customScope"})
    policy = manage(f"{SERVER}/policies", {
        "type": "OAUTH_AUTHORIZATION_POLICY", "name": "The guide", "description": "One client", "priority": 1,
        "conditions": {"clients": {"include": [CLIENT_ID]}},
    })
    manage(f"{SERVER}/policies/{policy['id']}/rules", {
        "type": "RESOURCE_ACCESS", "name": "A quarter of an hour", "priority": 1,
        "conditions": {"grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": ["customScope"]}},
        "actions": {"token": {"accessTokenLifetimeMinutes": 15}},
    })


def the_token_of_the_guide_is_verified_with_the_published_keys():
    status, answer = ask()
    assert status == 200, answer
    token = answer.pop("access_token")
    assert answer == {"token_type": "Bearer", "expires_in": 900, "scope": "customScope"}, answer
    status, metadata = curl("--url", f"{ISSUER}/.well-known/oauth-authorization-server")
    assert (status, metadata["issuer"]) == (200, ISSUER), metadata
    key = jwt.PyJWKClient(metadata["jwks_uri"]).get_signing_key_from_jwt(token)
    required = ["ver", "jti", "iss", "aud", "iat", "exp", "cid", "scp", "sub"]
    claims = jwt.decode(token, key, algorithms=["RS256"], issuer=ISSUER, audience="api://default", options={"require": required})
    assert claims["exp"] - claims["iat"] == 900 and abs(time.time() - claims["iat"]) < 120, claims
    assert (claims["cid"], claims["sub"], claims["scp"]) == (CLIENT_ID, CLIENT_ID, ["customScope"]), claims
    for wrong in ({"issuer": ORG}, {"audience": ORG}):
        try:
            jwt.decode(token, key, algorithms=["RS256"], **{"issuer": ISSUER, "audience": "api://default", **wrong})
        except jwt.InvalidTokenError:
            continue
        raise AssertionError(f"it passes for {wrong}")


def what_is_wrong_is_said_as_the_catalogue_has_it():
    assert ask(secret="another secret, of nobody") == (401, {
        "error": "invalid_client", "error_description": "The client secret supplied for a confidential client is invalid.",
    })
    assert ask(scope="noScope") == (400, {
        "error": "invalid_scope",
        "error_description": "One or more scopes are not configured for the authorization server resource.",
    })


def a_revoked_token_is_no_longer_active():
    token = ask()[1]["access_token"]
    status, told = tell("introspect", token)
    assert (status, told["active"], told["client_id"], told["scope"]) == (200, True, CLIENT_ID, "customScope"), told
    assert tell("revoke", token) == (200, None)
    assert tell("introspect", token) == (200, {"active": False})


def main():
    steps = [
        the_server_has_the_scope_policy_and_rule_of_the_guide,
        the_token_of_the_guide_is_verified_with_the_published_keys,
        what_is_wrong_is_said_as_the_catalogue_has_it,
        a_revoked_token_is_no_longer_active,
    ]
    for step in steps:
        try:
            step()
        except Exception:
            traceback.print_exc()
            sys.exit(f"not ok  {step.__name__.replace('_', ' ')}")
        print(f"ok  {step.__name__.replace('_', ' ')}")


main()
